//! The WebSocket switch: the guide's step 2, "enable WebSocket".
//!
//! No public API names the field behind the console's switch. So a field is written only when the function's
//! configuration shows it or the user named it, and success is proved: by reading back, else by a handshake.

use super::{App, AppError, leave};
use crate::socket;
use crate::wire::function::{Function, ShowFunctionConfig, UpdateFunctionConfig, config_of, encrypted_names};
use crate::wire::rule::WEBSOCKET_REGION;
use crate::wire::{FunctionUrn, Operation};
use serde::Serialize;
use serde_json::{Map, Value};

/// Execution timeouts under this cut WebSocket connections sooner than most applications expect, in seconds.
const SHORT_EXECUTION_TIMEOUT: i64 = 30;

/// The member of a function's configuration that stands for the switch, and its values.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct WebsocketField {
    /// The member's name.
    pub(crate) name: String,
    /// What turns it on.
    pub(crate) on: Value,
    /// What turns it off; for a switch that is no boolean, leaving the member out.
    pub(crate) off: Option<Value>,
}

impl WebsocketField {
    /// Reads `NAME=JSON`: the member, and the value that turns it on.
    ///
    /// # Errors
    /// No name, or no JSON.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (name, value) = text
            .split_once('=')
            .ok_or("it should read NAME=JSON, such as enable_websocket=true")?;
        if name.is_empty() {
            return Err("the name before `=` is empty".to_owned());
        }
        let on: Value = serde_json::from_str(value).map_err(|error| format!("`{value}` is no JSON: {error}"))?;
        Ok(Self::new(name.to_owned(), on))
    }

    /// The member `name`, which `on` turns on.
    pub(crate) fn new(name: String, on: Value) -> Self {
        let off = on.as_bool().map(|flag| Value::Bool(!flag));
        Self { name, on, off }
    }

    /// The switch as a configuration shows it: a boolean whose name speaks of WebSocket.
    fn shown_by(config: &Map<String, Value>) -> Option<Self> {
        let (name, _) = config
            .iter()
            .find(|(name, value)| is_switch_name(name) && value.is_boolean())?;
        Some(Self {
            name: name.clone(),
            on: Value::Bool(true),
            off: Some(Value::Bool(false)),
        })
    }

    /// The switch that `config` shows, or that the user named, and whether it is on.
    pub(super) fn of(known: Option<&Self>, config: &Map<String, Value>) -> Option<(Self, bool)> {
        let field = known.cloned().or_else(|| Self::shown_by(config))?;
        let on = field.read(config)?;
        Some((field, on))
    }

    /// Puts it into a configuration that is to be sent.
    pub(super) fn set(&self, config: &mut Map<String, Value>, on: bool) {
        match (on, &self.off) {
            (true, _) => config.insert(self.name.clone(), self.on.clone()),
            (false, Some(off)) => config.insert(self.name.clone(), off.clone()),
            (false, None) => config.remove(&self.name),
        };
    }

    /// What `config` says of it; nothing where it does not show it.
    fn read(&self, config: &Map<String, Value>) -> Option<bool> {
        config.get(&self.name).map(|value| *value == self.on)
    }
}

fn is_switch_name(name: &str) -> bool {
    name.to_ascii_lowercase().replace('_', "").contains("websocket")
}

/// How it is known that the switch is where it should be.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "by")]
pub(crate) enum Proof {
    /// The service showed the field with the value that was written.
    Confirmed {
        /// The field.
        field: String,
    },
    /// A handshake on the trigger's URL got a 101.
    Handshake {
        /// The URL.
        url: String,
    },
    /// It is not known.
    Unknown,
}

/// What is known of a function's switch.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct WebsocketStatus {
    /// The function's name.
    pub(crate) function: String,
    /// Whether it is on; nothing when it is not known.
    pub(crate) enabled: Option<bool>,
    /// How it is known.
    pub(crate) proof: Proof,
    /// The longest life of a connection in seconds.
    pub(crate) execution_timeout: i64,
    /// What will surprise, in sentences.
    pub(crate) warnings: Vec<String>,
}

/// Whether WebSocket can be configured in `region` at all, before any call; with `any_region` it is tried.
///
/// # Errors
/// The guide says that it cannot work there.
pub(crate) fn check_websocket_region(region: &str, any_region: bool) -> Result<(), AppError> {
    if any_region || region == WEBSOCKET_REGION {
        return Ok(());
    }
    let text = format!("WebSocket can be configured only in {WEBSOCKET_REGION} (CN East-Shanghai1), not in {region}");
    Err(AppError::refused(
        text,
        &["--region cn-east-3", "--any-region tries all the same"],
    ))
}

impl App {
    /// Turns the switch on and proves it. `any_region` tries in a region where the guide says that it cannot work.
    ///
    /// # Errors
    /// What can never work is refused before any change; [`AppError::Unproved`] when the field is not known, or
    /// neither shown nor proved by a handshake.
    pub(crate) async fn enable_websocket(
        &self,
        name: &str,
        known: Option<&WebsocketField>,
        any_region: bool,
    ) -> Result<WebsocketStatus, AppError> {
        check_websocket_region(self.region(), any_region)?;
        self.switch_websocket(name, known, true).await
    }

    /// Turns the switch off and proves it.
    ///
    /// # Errors
    /// As [`App::enable_websocket`].
    pub(crate) async fn disable_websocket(
        &self,
        name: &str,
        known: Option<&WebsocketField>,
    ) -> Result<WebsocketStatus, AppError> {
        self.switch_websocket(name, known, false).await
    }

    /// What is known of the switch, and how.
    ///
    /// # Errors
    /// [`AppError::NotFound`], or the service refuses.
    pub(crate) async fn websocket_status(
        &self,
        name: &str,
        known: Option<&WebsocketField>,
    ) -> Result<WebsocketStatus, AppError> {
        let function = self.function(name).await?;
        let config = self.config(&self.function_urn(name)?).await?;
        let field = known.cloned().or_else(|| WebsocketField::shown_by(&config));
        let shown = field
            .as_ref()
            .and_then(|field| Some((field.name.clone(), field.read(&config)?)));
        let (enabled, proof) = match shown {
            Some((field, enabled)) => (Some(enabled), Proof::Confirmed { field }),
            None => match self.handshake(name).await {
                Some(Ok(url)) => (Some(true), Proof::Handshake { url }),
                Some(Err(_)) | None => (None, Proof::Unknown),
            },
        };
        Ok(status(&function, enabled, proof))
    }

    async fn switch_websocket(
        &self,
        name: &str,
        known: Option<&WebsocketField>,
        on: bool,
    ) -> Result<WebsocketStatus, AppError> {
        let function = self.function(name).await?;
        if !function.is_http() {
            let text = format!(
                "`{name}` is no HTTP function (its runtime is {}), and only those can serve WebSocket",
                function.runtime
            );
            return Err(AppError::refused(
                text,
                &["the type cannot be changed: fgctl function create NAME --type http"],
            ));
        }
        let urn = self.function_urn(name)?;
        let config = self.config(&urn).await?;
        let Some(field) = known.cloned().or_else(|| WebsocketField::shown_by(&config)) else {
            return self.without_field(&function, name, on).await;
        };
        if field.read(&config) != Some(on) {
            self.write_switch(&urn, &config, &field, on).await?;
        }
        if field.read(&self.config(&urn).await?) == Some(on) {
            return Ok(status(&function, Some(on), Proof::Confirmed { field: field.name }));
        }
        self.without_field(&function, name, on).await
    }

    /// Changes the one field, sending back all else as it is: the operation is no merge.
    async fn write_switch(
        &self,
        urn: &FunctionUrn,
        config: &Map<String, Value>,
        field: &WebsocketField,
        on: bool,
    ) -> Result<(), AppError> {
        let secrets = encrypted_names(config);
        if !secrets.is_empty() {
            let text = format!(
                "the function has encrypted environment variables ({}), which the service never shows and which a change of the configuration would erase",
                secrets.join(", ")
            );
            return Err(AppError::refused(
                text,
                &["turn the switch in the console: Configuration > Advanced Settings"],
            ));
        }
        let mut body = config_of(config);
        field.set(&mut body, on);
        self.cloud
            .send(&UpdateFunctionConfig {
                function_urn: urn.clone(),
                body,
            })
            .await?;
        Ok(())
    }

    /// The field is not known, or the service does not show it: only a handshake can prove that it is on.
    async fn without_field(&self, function: &Function, name: &str, on: bool) -> Result<WebsocketStatus, AppError> {
        let tried = if on { self.handshake(name).await } else { None };
        let source = match tried {
            Some(Ok(url)) => return Ok(status(function, Some(true), Proof::Handshake { url })),
            Some(Err(error)) => Some(Box::new(error)),
            None => None,
        };
        let state = if on { "on" } else { "off" };
        Err(AppError::Unproved {
            text: format!(
                "whether WebSocket of `{name}` is {state} is not known: no public API names the field of the console's switch, and this function's configuration shows none"
            ),
            hints: vec![
                format!(
                    "in the console, open the function `{name}`, then Configuration > Advanced Settings, and turn WebSocket {state}"
                ),
                "if you know the field: --field NAME=JSON".to_owned(),
            ],
            source,
        })
    }

    /// Tries to open the function's only trigger; nothing where there is none, or several.
    async fn handshake(&self, name: &str) -> Option<Result<String, socket::HandshakeError>> {
        let mut triggers = self.triggers(name).await.ok()?;
        triggers.retain(|trigger| trigger.event_data.invoke_url.is_some());
        let [trigger] = triggers.as_slice() else { return None };
        let url = trigger.event_data.invoke_url.clone()?;
        let target = url.parse::<socket::Target>().ok()?;
        match self.connector.connect(&target).await {
            Ok(session) => {
                leave(session).await;
                Some(Ok(target.to_string()))
            }
            Err(error) => Some(Err(error)),
        }
    }

    /// The configuration with every member, as the service sent it.
    ///
    /// # Errors
    /// The service refuses.
    pub(super) async fn config(&self, urn: &FunctionUrn) -> Result<Map<String, Value>, AppError> {
        let show = ShowFunctionConfig {
            function_urn: urn.clone(),
        };
        let function = self.cloud.send(&show).await?;
        match serde_json::to_value(function) {
            Ok(Value::Object(config)) => Ok(config),
            _ => Err(AppError::refused(
                format!("{} answered no object", ShowFunctionConfig::NAME),
                &[],
            )),
        }
    }
}

fn status(function: &Function, enabled: Option<bool>, proof: Proof) -> WebsocketStatus {
    let mut warnings = Vec::new();
    if function.timeout < SHORT_EXECUTION_TIMEOUT {
        warnings.push(format!(
            "the function's execution timeout is {} s: every connection ends after that, and the client sees 1006",
            function.timeout
        ));
    }
    WebsocketStatus {
        function: function.func_name.clone(),
        enabled,
        proof,
        execution_timeout: function.timeout,
        warnings,
    }
}

#[cfg(test)]
mod tests {
    use super::WebsocketField;
    use proptest::prelude::{any, prop_assert, proptest};
    use serde_json::{Value, json};

    fn shown(config: &Value) -> Option<String> {
        WebsocketField::shown_by(config.as_object().unwrap()).map(|field| field.name)
    }

    #[test]
    fn the_switch_is_found_only_where_the_configuration_shows_a_boolean_of_that_name() {
        assert_eq!(
            shown(&json!({"timeout": 3, "enable_web_socket": false})).as_deref(),
            Some("enable_web_socket")
        );
        assert_eq!(shown(&json!({"WebSocket": true})).as_deref(), Some("WebSocket"));
        assert_eq!(
            shown(&json!({"websocket_mode": "x", "enable_auth_in_header": true})),
            None
        );
    }

    proptest! {
        #[test]
        fn no_field_makes_it_panic(text in any::<String>(), name in "[a-z=]{0,5}", json in "[\\[{}\\]0-9a-z\",:]{0,12}") {
            for text in [text, format!("{name}={json}")] {
                if let Ok(field) = WebsocketField::parse(&text) {
                    prop_assert!(!field.name.is_empty() && !field.name.contains('='));
                }
            }
        }
    }

    #[test]
    fn a_named_field_carries_both_values() {
        let field = WebsocketField::parse("on_off=true").unwrap();
        assert_eq!((field.on, field.off), (json!(true), Some(json!(false))));
        let field = WebsocketField::parse("mode=\"WEBSOCKET\"").unwrap();
        assert_eq!((field.on.clone(), field.off.clone()), (json!("WEBSOCKET"), None));
        assert_eq!(field.read(json!({"mode": "FaaS"}).as_object().unwrap()), Some(false));
        for bad in ["", "x", "=true", "x=yes"] {
            assert!(WebsocketField::parse(bad).is_err(), "{bad}");
        }
    }
}
