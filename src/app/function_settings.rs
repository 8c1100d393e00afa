//! What a function can be set to besides its code: the guide's Table 1 and the console's page "Configuration".
//!
//! A change of the configuration is no merge: all of it is read, changed and written, fields that fgctl does not know
//! too. The API offers no check against a change that somebody else makes in between: the later write wins.

use super::{App, AppError};
use crate::sign::Secret;
use crate::wire::function::{
    CreateFunction, Function, MaxInstances, NewFunction, UpdateFunctionConfig, UpdateFunctionMaxInstanceConfig,
    config_of, encrypted_names,
};
use crate::wire::{FunctionUrn, rule};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

type Members = Map<String, Value>;

/// Members that creation does not take: a change sets them afterwards.
pub(super) const AFTER_CREATION: &[&str] = &["strategy_config", "ephemeral_storage", "enable_auth_in_header"];

/// Variables to set and to take away.
#[derive(Clone, Debug)]
pub(crate) struct VariableChange<T> {
    /// Name and value; put over those that there are.
    pub(crate) set: Vec<(String, T)>,
    /// Names that go.
    pub(crate) unset: Vec<String>,
    /// Whether those that are not named go as well.
    pub(crate) replace: bool,
}

impl<T> Default for VariableChange<T> {
    fn default() -> Self {
        Self {
            set: Vec::new(),
            unset: Vec::new(),
            replace: false,
        }
    }
}

impl<T> VariableChange<T> {
    fn is_empty(&self) -> bool {
        self.set.is_empty() && self.unset.is_empty() && !self.replace
    }
}

/// The network that a function works in.
#[derive(Clone, Debug)]
pub(crate) enum NetworkChange {
    /// The platform's own.
    None,
    /// A VPC and one of its subnets, each by name or id.
    Vpc {
        /// The VPC.
        vpc: String,
        /// The subnet.
        subnet: String,
    },
}

/// What to set; nothing leaves a setting as it is.
#[derive(Clone, Debug, Default)]
pub(crate) struct FunctionSettings {
    /// MB.
    pub(crate) memory: Option<i64>,
    /// Execution timeout in seconds.
    pub(crate) timeout: Option<i64>,
    /// The entry point of an event function.
    pub(crate) handler: Option<String>,
    /// Free text.
    pub(crate) description: Option<String>,
    /// An enterprise project's id.
    pub(crate) enterprise_project: Option<String>,
    /// The agency for configuration, and for execution where that has none; an empty one is no agency.
    pub(crate) agency: Option<String>,
    /// The agency for execution.
    pub(crate) execution_agency: Option<String>,
    /// Whether it may reach the public network.
    pub(crate) public_access: Option<bool>,
    /// The network.
    pub(crate) network: Option<NetworkChange>,
    /// Whether its log goes to LTS.
    pub(crate) collect_logs: Option<bool>,
    /// The id of LTS's group.
    pub(crate) log_group: Option<String>,
    /// The id of LTS's stream.
    pub(crate) log_stream: Option<String>,
    /// Environment variables.
    pub(crate) variables: VariableChange<String>,
    /// Encrypted environment variables.
    pub(crate) secrets: VariableChange<Secret>,
    /// At most so many instances.
    pub(crate) max_instances: Option<i64>,
    /// Concurrent requests an instance.
    pub(crate) requests_per_instance: Option<i64>,
    /// The initializer; an empty one is none.
    pub(crate) initializer: Option<String>,
    /// Its timeout in seconds.
    pub(crate) initializer_timeout: Option<i64>,
    /// The pre-stop hook; an empty one is none.
    pub(crate) pre_stop: Option<String>,
    /// Its timeout in seconds.
    pub(crate) pre_stop_timeout: Option<i64>,
    /// MB of `/tmp`.
    pub(crate) ephemeral_storage: Option<i64>,
    /// Whether requests bring temporary credentials of the agency.
    pub(crate) include_keys: Option<bool>,
}

/// The ids of a VPC and its subnet.
pub(super) struct NetworkIds {
    /// The VPC.
    pub(super) vpc_id: String,
    /// The subnet's network id.
    pub(super) subnet_id: String,
}

impl FunctionSettings {
    /// Checks each value by itself, before anything is read or sent.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub(crate) fn check(&self) -> Result<(), AppError> {
        let checked = |value: Option<i64>, rule: fn(i64) -> Result<(), rule::Broken>| value.map_or(Ok(()), rule);
        checked(self.memory, rule::memory_size)?;
        checked(self.timeout, rule::execution_timeout)?;
        checked(self.max_instances, rule::max_instances)?;
        checked(self.requests_per_instance, rule::requests_per_instance)?;
        checked(self.initializer_timeout, rule::initializer_timeout)?;
        checked(self.pre_stop_timeout, rule::pre_stop_timeout)?;
        rule::description(self.description.as_deref().unwrap_or_default())?;
        let variables = self.variables.set.iter();
        rule::user_data(variables.map(|(name, value)| (name.as_str(), value.as_str())))?;
        let secrets = self.secrets.set.iter();
        rule::user_data(secrets.map(|(name, value)| (name.as_str(), value.expose())))?;
        Ok(())
    }

    /// Puts the settings into `config`, a configuration as it is sent. `current` is what the service shows of it.
    ///
    /// # Errors
    /// Secrets that would be erased; a VPC without an agency.
    pub(super) fn apply(
        &self,
        current: &Members,
        config: &mut Members,
        network: Option<NetworkIds>,
    ) -> Result<(), AppError> {
        for (name, value) in self.plain() {
            config.insert(name.to_owned(), value);
        }
        self.apply_network(config, network);
        self.apply_logs(config);
        self.apply_variables(config);
        self.apply_secrets(current, config)?;
        if let Some(requests) = self.requests_per_instance {
            let strategy = config.entry("strategy_config").or_insert_with(|| json!({}));
            strategy["concurrent_num"] = requests.into();
        }
        needs_agency(config)
    }

    /// The settings that are one member each.
    fn plain(&self) -> Vec<(&'static str, Value)> {
        let texts = [
            ("handler", &self.handler),
            ("description", &self.description),
            ("enterprise_project_id", &self.enterprise_project),
            ("xrole", &self.agency),
            ("app_xrole", &self.execution_agency),
            ("initializer_handler", &self.initializer),
            ("pre_stop_handler", &self.pre_stop),
        ];
        // A hook that goes takes its timeout along.
        let timeout = |hook: &Option<String>, timeout| match hook.as_deref() {
            Some("") => Some(0),
            _ => timeout,
        };
        let numbers = [
            ("memory_size", self.memory),
            ("timeout", self.timeout),
            ("ephemeral_storage", self.ephemeral_storage),
            (
                "initializer_timeout",
                timeout(&self.initializer, self.initializer_timeout),
            ),
            ("pre_stop_timeout", timeout(&self.pre_stop, self.pre_stop_timeout)),
        ];
        let texts = texts
            .into_iter()
            .filter_map(|(name, text)| Some((name, text.clone()?.into())));
        let numbers = numbers
            .into_iter()
            .filter_map(|(name, number)| Some((name, number?.into())));
        let keys = self.include_keys.map(|on| ("enable_auth_in_header", on.into()));
        texts.chain(numbers).chain(keys).collect()
    }

    fn apply_network(&self, config: &mut Members, network: Option<NetworkIds>) {
        if let Some(public) = self.public_access {
            let controller = config
                .entry("network_controller")
                .or_insert_with(|| json!({"trigger_access_vpcs": []}));
            controller["disable_public_network"] = (!public).into();
        }
        match (&self.network, network) {
            // What the service told of another VPC would contradict the new ids.
            (Some(_), Some(NetworkIds { vpc_id, subnet_id })) => {
                config.insert("func_vpc".to_owned(), json!({"vpc_id": vpc_id, "subnet_id": subnet_id}));
            }
            (Some(NetworkChange::None), None) => drop(config.remove("func_vpc")),
            _ => {}
        }
    }

    fn apply_logs(&self, config: &mut Members) {
        if let Some(on) = self.collect_logs {
            config.insert("enable_lts_log".to_owned(), on.into());
        }
        let ids = [("group_id", &self.log_group), ("stream_id", &self.log_stream)];
        let ids: Members = ids
            .into_iter()
            .filter_map(|(name, id)| Some((name.to_owned(), id.clone()?.into())))
            .collect();
        if !ids.is_empty() {
            config.insert("log_config".to_owned(), ids.into());
        }
    }

    fn apply_variables(&self, config: &mut Members) {
        if self.variables.is_empty() {
            return;
        }
        let text = config.get("user_data").and_then(Value::as_str).unwrap_or_default();
        let mut all: BTreeMap<String, String> = match self.variables.replace {
            true => BTreeMap::new(),
            false => serde_json::from_str(text).unwrap_or_default(),
        };
        all.retain(|name, _| !self.variables.unset.contains(name));
        all.extend(self.variables.set.iter().cloned());
        config.insert("user_data".to_owned(), text_of(&all).into());
    }

    /// The values of secrets cannot be read back, and what a change leaves out is erased: all have to be given.
    fn apply_secrets(&self, current: &Members, config: &mut Members) -> Result<(), AppError> {
        let given = |name: &String| self.secrets.set.iter().any(|(own, _)| own == name);
        let lost: Vec<String> = encrypted_names(current)
            .into_iter()
            .filter(|name| !given(name) && !self.secrets.unset.contains(name) && !self.secrets.replace)
            .collect();
        if !lost.is_empty() {
            let text = format!(
                "the service never shows encrypted variables, and a change of the configuration erases those that are not given again: {}",
                lost.join(", ")
            );
            return Err(AppError::refused(
                text,
                &[
                    "give all of them again: --secret-env-file FILE",
                    "or let one go: --unset-secret-env NAME",
                ],
            ));
        }
        if !self.secrets.is_empty() {
            let all: BTreeMap<&str, &str> = self
                .secrets
                .set
                .iter()
                .map(|(name, value)| (name.as_str(), value.expose()))
                .collect();
            config.insert("encrypted_user_data".to_owned(), text_of(&all).into());
        }
        Ok(())
    }

    /// Whether anything but the number of instances is to be set.
    fn changes_config(&self) -> bool {
        !self.plain().is_empty()
            || self.public_access.is_some()
            || self.network.is_some()
            || self.collect_logs.is_some()
            || self.log_group.is_some()
            || self.log_stream.is_some()
            || !self.variables.is_empty()
            || !self.secrets.is_empty()
            || self.requests_per_instance.is_some()
    }
}

/// Variables as the service takes them: a JSON object as text, or no text at all.
fn text_of<T: AsRef<str>>(variables: &BTreeMap<T, T>) -> String {
    if variables.is_empty() {
        return String::new();
    }
    let entries = variables
        .iter()
        .map(|(name, value)| (name.as_ref().to_owned(), value.as_ref().into()));
    Value::Object(entries.collect()).to_string()
}

/// The service wants an agency for a VPC.
fn needs_agency(config: &Members) -> Result<(), AppError> {
    let agency = config.get("xrole").and_then(Value::as_str).unwrap_or_default();
    match config.get("func_vpc") {
        Some(Value::Object(_)) if agency.is_empty() => Err(no_agency()),
        _ => Ok(()),
    }
}

fn no_agency() -> AppError {
    AppError::refused(
        "VPC access needs an agency that may use VPC",
        &["name it: --agency NAME", "or leave the VPC: --no-vpc"],
    )
}

impl App {
    /// Creates `body` with `settings`, in as many calls as it takes.
    ///
    /// # Errors
    /// A VPC without an agency, before any call; a VPC or a subnet that does not exist; the service refuses.
    /// [`AppError::Unfinished`] when the function was created and could not be set.
    pub(super) async fn create_with(
        &self,
        mut body: NewFunction,
        settings: &FunctionSettings,
    ) -> Result<Function, AppError> {
        let mut members = match serde_json::to_value(&body) {
            Ok(Value::Object(members)) => members,
            _ => Members::new(),
        };
        members.retain(|_, value| !value.is_null());
        let network = self.network_ids(settings, &members).await?;
        settings.apply(&Members::new(), &mut members, network)?;
        let later = AFTER_CREATION.iter().any(|name| members.remove(*name).is_some());
        body = serde_json::from_value(members.into()).map_err(|error| AppError::refused(error.to_string(), &[]))?;
        let created = self.cloud.send(&CreateFunction { body }).await?;
        if !later && settings.max_instances.is_none() {
            return Ok(created);
        }
        let finished = self.finish(&created, settings, later).await;
        finished.map_err(|source| AppError::Unfinished {
            text: format!(
                "the function `{}` was created, but not all of it could be set",
                created.func_name
            ),
            hint: format!(
                "see what it is, then set the rest: fgctl function update {}",
                created.func_name
            ),
            source: Box::new(source),
        })
    }

    async fn finish(
        &self,
        created: &Function,
        settings: &FunctionSettings,
        config: bool,
    ) -> Result<Function, AppError> {
        let urn = self.function_urn(&created.func_urn)?;
        if config {
            let later = FunctionSettings {
                requests_per_instance: settings.requests_per_instance,
                ephemeral_storage: settings.ephemeral_storage,
                include_keys: settings.include_keys,
                // What the service has of them it does not show, and a change would erase it.
                secrets: settings.secrets.clone(),
                ..FunctionSettings::default()
            };
            self.write_config(&urn, &later).await?;
        }
        self.limit_instances(&urn, settings.max_instances).await?;
        self.function(&created.func_urn).await
    }

    /// Sets what `settings` name of the function `name`, and answers it as it is then, and whether anything changed.
    ///
    /// # Errors
    /// [`AppError::NotFound`]; secrets that would be erased; a VPC without an agency; the service refuses.
    pub(crate) async fn update_function(
        &self,
        name: &str,
        settings: &FunctionSettings,
    ) -> Result<(Function, bool), AppError> {
        settings.check()?;
        let function = self.function(name).await?;
        let urn = self.function_urn(name)?;
        let mut changed = false;
        if settings.changes_config() {
            changed |= self.write_config(&urn, settings).await?;
        }
        let instances = function
            .strategy_config
            .as_ref()
            .and_then(|strategy| strategy.concurrency);
        if settings.max_instances.is_some() && settings.max_instances != instances {
            self.limit_instances(&urn, settings.max_instances).await?;
            changed = true;
        }
        match changed {
            true => Ok((self.function(name).await?, true)),
            false => Ok((function, false)),
        }
    }

    /// Reads, changes and writes a configuration; whether there was anything to write.
    async fn write_config(&self, urn: &FunctionUrn, settings: &FunctionSettings) -> Result<bool, AppError> {
        let current = self.config(urn).await?;
        let before = config_of(&current);
        let mut body = before.clone();
        let network = self.network_ids(settings, &body).await?;
        settings.apply(&current, &mut body, network)?;
        if body == before {
            return Ok(false);
        }
        let function_urn = urn.clone();
        self.cloud.send(&UpdateFunctionConfig { function_urn, body }).await?;
        Ok(true)
    }

    /// Sets how many instances a function may have, where that is said.
    ///
    /// # Errors
    /// The service refuses.
    pub(super) async fn limit_instances(&self, urn: &FunctionUrn, instances: Option<i64>) -> Result<(), AppError> {
        let Some(max_instance_num) = instances else {
            return Ok(());
        };
        let function_urn = urn.clone();
        let body = MaxInstances { max_instance_num };
        self.cloud
            .send(&UpdateFunctionMaxInstanceConfig { function_urn, body })
            .await?;
        Ok(())
    }

    /// The ids of the network that `settings` name, where `config` has an agency for it.
    async fn network_ids(&self, settings: &FunctionSettings, config: &Members) -> Result<Option<NetworkIds>, AppError> {
        let Some(NetworkChange::Vpc { vpc, subnet }) = &settings.network else {
            return Ok(None);
        };
        let agency = settings
            .agency
            .as_deref()
            .or(config.get("xrole").and_then(Value::as_str));
        if agency.unwrap_or_default().is_empty() {
            return Err(no_agency());
        }
        let vpc = self.vpc(vpc).await?;
        let subnet = self.subnet(subnet, &vpc).await?;
        Ok(Some(NetworkIds {
            vpc_id: vpc.id,
            subnet_id: subnet.id,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::{FunctionSettings, NetworkChange, NetworkIds, VariableChange};
    use crate::sign::Secret;
    use serde_json::{Value, json};

    fn applied(settings: &FunctionSettings, current: &Value) -> Result<Value, String> {
        let current = current.as_object().unwrap();
        let mut config = current.clone();
        config.remove("encrypted_user_data");
        let network = settings.network.as_ref().and_then(|network| match network {
            NetworkChange::None => None,
            NetworkChange::Vpc { vpc, subnet } => Some(NetworkIds {
                vpc_id: vpc.clone(),
                subnet_id: subnet.clone(),
            }),
        });
        settings
            .apply(current, &mut config, network)
            .map_err(|error| error.to_string())?;
        Ok(config.into())
    }

    fn secret(names: &[&str]) -> VariableChange<Secret> {
        VariableChange {
            set: names
                .iter()
                .map(|name| ((*name).to_owned(), Secret::new("hidden")))
                .collect(),
            ..VariableChange::default()
        }
    }

    #[test]
    fn variables_are_put_over_those_that_there_are_unless_they_replace_them() {
        let current = json!({"user_data": "{\"A\":\"1\",\"B\":\"2\"}", "novel": [1]});
        let mut settings = FunctionSettings::default();
        settings.variables.set = vec![("C".to_owned(), "3".to_owned())];
        settings.variables.unset = vec!["A".to_owned()];
        let merged = json!({"user_data": "{\"B\":\"2\",\"C\":\"3\"}", "novel": [1]});
        assert_eq!(applied(&settings, &current), Ok(merged));
        settings.variables.replace = true;
        assert_eq!(applied(&settings, &current).unwrap()["user_data"], "{\"C\":\"3\"}");
        settings.variables.set.clear();
        assert_eq!(applied(&settings, &current).unwrap()["user_data"], "");
    }

    #[test]
    fn no_change_erases_a_secret_that_was_not_named() {
        let current = json!({"encrypted_user_data": "{\"ONE\":\"\",\"TWO\":\"\"}"});
        let mut settings = FunctionSettings {
            timeout: Some(9),
            ..FunctionSettings::default()
        };
        let refused = applied(&settings, &current).unwrap_err();
        assert!(refused.ends_with(": ONE, TWO"), "{refused}");
        settings.secrets = secret(&["ONE"]);
        assert!(applied(&settings, &current).unwrap_err().ends_with(": TWO"));
        settings.secrets.unset = vec!["TWO".to_owned()];
        assert_eq!(
            applied(&settings, &current).unwrap()["encrypted_user_data"],
            "{\"ONE\":\"hidden\"}"
        );
        assert!(!format!("{settings:?}").contains("hidden"));
    }

    #[test]
    fn a_vpc_needs_an_agency_and_a_hook_that_goes_takes_its_timeout_along() {
        let mut settings = FunctionSettings {
            network: Some(NetworkChange::Vpc {
                vpc: "v".to_owned(),
                subnet: "s".to_owned(),
            }),
            initializer: Some(String::new()),
            ..FunctionSettings::default()
        };
        assert!(
            applied(&settings, &json!({"xrole": ""}))
                .unwrap_err()
                .contains("agency")
        );
        let config = applied(
            &settings,
            &json!({"xrole": "a", "func_vpc": {"vpc_id": "w", "cidr": "x"}}),
        )
        .unwrap();
        assert_eq!(config["func_vpc"], json!({"vpc_id": "v", "subnet_id": "s"}));
        assert_eq!(
            (&config["initializer_handler"], &config["initializer_timeout"]),
            (&json!(""), &json!(0))
        );
        settings.network = Some(NetworkChange::None);
        assert_eq!(
            applied(&settings, &json!({"func_vpc": {"vpc_id": "w"}}))
                .unwrap()
                .get("func_vpc"),
            None
        );
        let orphan = FunctionSettings {
            agency: Some(String::new()),
            ..FunctionSettings::default()
        };
        assert!(applied(&orphan, &json!({"xrole": "a", "func_vpc": {"vpc_id": "w"}})).is_err());
    }
}
