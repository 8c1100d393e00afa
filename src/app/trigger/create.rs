//! The creation of a trigger: the guide's step 4, with what is missing before it and what WebSocket needs after it.

use super::super::{ApiChange, App, AppError};
use crate::wire::api::{Api, FUNCTION_BACKEND, SYNC};
use crate::wire::environment::Environment;
use crate::wire::function::Function;
use crate::wire::gateway::{Gateway, RUNNING};
use crate::wire::group::Group;
use crate::wire::rule;
use crate::wire::trigger::{
    CreateFunctionTrigger, DEDICATED_GATEWAY, GatewayEventData, ListFunctionTriggers, NewTrigger, Trigger,
    TriggerFunction,
};
use std::time::Duration;

/// The guide's Table 4, Security Authentication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Authentication {
    /// AppKey and AppSecret: high security.
    App,
    /// IAM users only: medium security.
    Iam,
    /// Anybody.
    None,
}

/// The guide's Table 4, Protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// `ws://`.
    Http,
    /// `wss://`.
    Https,
}

/// A trigger to create.
#[derive(Clone, Debug)]
pub(crate) struct NewTriggerInput {
    /// The API's name; see [`rule::api_name`].
    pub(crate) name: String,
    /// The function's name or URN.
    pub(crate) function: String,
    /// The gateway's name or id.
    pub(crate) gateway: String,
    /// The group's name or id.
    pub(crate) group: String,
    /// Whether a group that is missing is created.
    pub(crate) create_group: bool,
    /// The environment's name or id.
    pub(crate) environment: String,
    /// Whether an environment that is missing is created.
    pub(crate) create_environment: bool,
    /// Who may call.
    pub(crate) authentication: Authentication,
    /// Encrypted or not.
    pub(crate) protocol: Protocol,
    /// `GET` … `ANY`.
    pub(crate) method: String,
    /// Begins with `/`.
    pub(crate) path: String,
    /// `SWA` or `NORMAL`.
    pub(crate) match_mode: String,
    /// Backend timeout in ms: the idle limit of a WebSocket connection.
    pub(crate) timeout: i64,
    /// Whether the API behind it is made fit for WebSocket and published so.
    pub(crate) websocket: bool,
}

/// A trigger that is there, and what it took.
#[derive(Debug)]
pub(crate) struct TriggerMade {
    /// The trigger.
    pub(crate) trigger: Trigger,
    /// Whether it was there before, just so.
    pub(crate) existed: bool,
}

impl NewTriggerInput {
    /// Checks the rules that need no call.
    ///
    /// # Errors
    /// A broken rule.
    pub(crate) fn check(&self) -> Result<(), AppError> {
        rule::api_name(&self.name)?;
        rule::request_path(&self.path)?;
        rule::backend_timeout(self.timeout)?;
        if self.create_group {
            rule::group_name(&self.group)?;
        }
        if self.create_environment {
            rule::environment_name(&self.environment)?;
        }
        if self.websocket && !matches!(self.method.as_str(), "GET" | "ANY") {
            let text = format!("WebSocket needs the method GET or ANY, not {}", self.method);
            return Err(AppError::refused(text, &["leave --method out"]));
        }
        Ok(())
    }

    /// The event data of the trigger, on what was found.
    fn event_data(self, place: &Place) -> GatewayEventData {
        GatewayEventData {
            name: self.name,
            kind: Some(1),
            path: Some(self.path),
            protocol: Some(match self.protocol {
                Protocol::Http => "HTTP".to_owned(),
                Protocol::Https => "HTTPS".to_owned(),
            }),
            req_method: Some(self.method),
            match_mode: Some(self.match_mode),
            group_id: Some(place.group.id.clone()),
            group_name: Some(place.group.name.clone()),
            env_name: Some(place.environment.name.clone()),
            env_id: Some(place.environment.id.clone()),
            auth: Some(match self.authentication {
                Authentication::App => "APP".to_owned(),
                Authentication::Iam => "IAM".to_owned(),
                Authentication::None => "NONE".to_owned(),
            }),
            backend_type: Some(FUNCTION_BACKEND.to_owned()),
            sl_domain: Some(place.group.sl_domain.clone()),
            instance_id: Some(place.gateway.id.clone()),
            func_info: Some(TriggerFunction {
                timeout: self.timeout,
                invocation_type: Some(SYNC.to_owned()),
                ..TriggerFunction::default()
            }),
            ..GatewayEventData::default()
        }
    }
}

/// Where a trigger is made.
struct Place {
    gateway: Gateway,
    group: Group,
    environment: Environment,
}

impl App {
    /// Creates a trigger on a dedicated gateway, with the API and its publication, and before it what is missing and
    /// may be created. What is there already is looked up first: a creation that was stopped half-way is finished by
    /// the next one. `wait` is how long a gateway that is still being created is waited for; `progress` is told how
    /// far it is, and what was done.
    ///
    /// # Errors
    /// A broken rule; something named does not exist; the gateway does not run (yet); a trigger of the name is there
    /// and is another; the service refuses.
    pub(crate) async fn create_trigger(
        &self,
        input: NewTriggerInput,
        wait: Option<Duration>,
        progress: &dyn Progress,
    ) -> Result<TriggerMade, AppError> {
        input.check()?;
        let function = self.function(&input.function).await?;
        if input.websocket && !function.is_http() {
            return Err(no_http_function(&function));
        }
        let place = self.place(&input, wait, progress).await?;
        let (websocket, timeout, name) = (input.websocket, input.timeout, input.function.clone());
        let data = input.event_data(&place);
        let made = match self.same_trigger(&name, &data, websocket).await? {
            Some(trigger) => TriggerMade { trigger, existed: true },
            None => {
                let trigger = self.send_trigger(&name, data).await?;
                progress.done(&format!("created the trigger {}", trigger.event_data.name));
                TriggerMade {
                    trigger,
                    existed: false,
                }
            }
        };
        if websocket {
            self.fit_for_websocket(&place, &made.trigger, timeout, progress).await?;
        }
        Ok(made)
    }

    async fn send_trigger(&self, function: &str, event_data: GatewayEventData) -> Result<Trigger, AppError> {
        let body = NewTrigger {
            trigger_type_code: DEDICATED_GATEWAY.to_owned(),
            trigger_status: Some("ACTIVE".to_owned()),
            event_type_code: Some("APICreated".to_owned()),
            event_data,
        };
        let function_urn = self.function_urn(function)?;
        Ok(self.cloud.send(&CreateFunctionTrigger { function_urn, body }).await?)
    }

    /// Finds where the trigger is made, and creates what is missing and may be created.
    async fn place(
        &self,
        input: &NewTriggerInput,
        wait: Option<Duration>,
        progress: &dyn Progress,
    ) -> Result<Place, AppError> {
        let gateway = self
            .running_gateway(&input.gateway, wait, |text| progress.note(&format!("gateway: {text}")))
            .await?;
        let group = match self.group(&gateway, &input.group).await {
            Err(AppError::NotFound { .. }) if input.create_group => {
                let group = self.create_group(&gateway, &input.group, None).await?;
                progress.done(&format!("created the group {}", group.name));
                group
            }
            found => found.map_err(|error| error.or_add("--create-group"))?,
        };
        let environment = match self.environment(&gateway, &input.environment).await {
            Err(AppError::NotFound { .. }) if input.create_environment => {
                let environment = self.create_environment(&gateway, &input.environment, None).await?;
                progress.done(&format!("created the environment {}", environment.name));
                environment
            }
            found => found.map_err(|error| error.or_add("--create-environment"))?,
        };
        Ok(Place {
            gateway,
            group,
            environment,
        })
    }

    /// The trigger of the function that `wanted` would make, if it is there.
    ///
    /// # Errors
    /// [`AppError::Differs`] for one of that name that is another.
    async fn same_trigger(
        &self,
        function: &str,
        wanted: &GatewayEventData,
        websocket: bool,
    ) -> Result<Option<Trigger>, AppError> {
        let function_urn = self.function_urn(function)?;
        let triggers = self.cloud.send(&ListFunctionTriggers { function_urn }).await?;
        let Some(trigger) = triggers.into_iter().find(|trigger| {
            let data = &trigger.event_data;
            data.name == wanted.name && is_or_unknown(&data.group_id, &wanted.group_id)
        }) else {
            return Ok(None);
        };
        match difference(&trigger.event_data, wanted, websocket) {
            None => Ok(Some(trigger)),
            Some(member) => Err(AppError::Differs {
                what: "trigger",
                name: wanted.name.clone(),
                member,
                show: format!("fgctl trigger get {}", wanted.name),
            }),
        }
    }

    /// Gives the API behind `trigger` what WebSocket needs, and publishes it where what runs has not.
    async fn fit_for_websocket(
        &self,
        place: &Place,
        trigger: &Trigger,
        timeout: i64,
        progress: &dyn Progress,
    ) -> Result<(), AppError> {
        let api = match &trigger.event_data.api_id {
            Some(id) if !id.is_empty() => self.api(&place.gateway, id).await?,
            _ => self.api_of_group(place, &trigger.event_data.name).await?,
        };
        let change = ApiChange {
            timeout: Some(timeout),
            ..ApiChange::for_websocket()
        };
        let (api, changed) = self.change_api(&place.gateway, api, change).await?;
        if changed {
            progress.done("set its API's backend: network architecture V2, invocation mode synchronous");
        }
        if changed || !self.runs_as_edited(&place.gateway, &api, &place.environment).await? {
            self.publish_in(&place.gateway, &api, &place.environment, None).await?;
            progress.done(&format!("published it in {}", place.environment.name));
        }
        Ok(())
    }

    async fn api_of_group(&self, place: &Place, name: &str) -> Result<Api, AppError> {
        let apis = self.apis(&place.gateway, None).await?;
        let listed = apis
            .into_iter()
            .find(|api| api.name == name && api.group_id == place.group.id);
        match listed {
            Some(listed) => self.api(&place.gateway, &listed.id).await,
            None => Err(AppError::not_found("API", name, Vec::new())),
        }
    }

    /// The gateway of this name, once it runs.
    async fn running_gateway(
        &self,
        name: &str,
        wait: Option<Duration>,
        note: impl Fn(&str),
    ) -> Result<Gateway, AppError> {
        let gateway = self.gateway(name).await?;
        match wait {
            _ if gateway.status == RUNNING => Ok(gateway),
            Some(patience) if !gateway.has_failed() => self.wait_for_gateway(&gateway.id, patience, note).await,
            _ => Err(not_running(name, &gateway)),
        }
    }
}

/// Who is told how a use case of several calls gets on.
pub(crate) trait Progress {
    /// How far something is that takes long.
    fn note(&self, text: &str);
    /// What was done, and stays done.
    fn done(&self, text: &str);
}

/// Tells nobody.
impl Progress for () {
    fn note(&self, _text: &str) {}

    fn done(&self, _text: &str) {}
}

fn no_http_function(function: &Function) -> AppError {
    let text = format!(
        "`{}` is no HTTP function (its runtime is {}), and only those can serve WebSocket",
        function.func_name, function.runtime
    );
    AppError::refused(
        text,
        &["the type cannot be changed: fgctl function create NAME --type http"],
    )
}

/// Whether `found`, which an answer may leave out, is what is wanted.
fn is_or_unknown(found: &Option<String>, wanted: &Option<String>) -> bool {
    found.is_none() || found == wanted
}

/// What of a trigger is not as `wanted`, if anything. The backend's timeout is the API's own where it is set for
/// WebSocket.
fn difference(found: &GatewayEventData, wanted: &GatewayEventData, websocket: bool) -> Option<&'static str> {
    let timeout = |data: &GatewayEventData| data.func_info.as_ref().map(|function| function.timeout);
    let same_timeout = websocket || found.func_info.is_none() || timeout(found) == timeout(wanted);
    [
        ("gateway", is_or_unknown(&found.instance_id, &wanted.instance_id)),
        ("environment", is_or_unknown(&found.env_id, &wanted.env_id)),
        ("path", is_or_unknown(&found.path, &wanted.path)),
        ("matching", is_or_unknown(&found.match_mode, &wanted.match_mode)),
        ("method", is_or_unknown(&found.req_method, &wanted.req_method)),
        ("protocol", is_or_unknown(&found.protocol, &wanted.protocol)),
        ("authentication", is_or_unknown(&found.auth, &wanted.auth)),
        ("timeout", same_timeout),
    ]
    .into_iter()
    .find(|(_, same)| !same)
    .map(|(member, _)| member)
}

/// Why a trigger cannot be made on `gateway` now.
fn not_running(name: &str, gateway: &Gateway) -> AppError {
    let status = &gateway.status;
    if gateway.has_failed() {
        return AppError::NotReady {
            text: format!("the gateway `{name}` is not running: its status is {status}"),
            hints: vec![format!("fgctl gateway get {name}")],
        };
    }
    AppError::NotReady {
        text: format!("the gateway `{name}` is not running yet: its status is {status}"),
        hints: vec![
            "add --wait, which waits for it".to_owned(),
            format!("fgctl gateway wait {name}"),
        ],
    }
}
