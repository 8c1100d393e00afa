//! What of a gateway is changed after its creation: its settings, its public access, its features.

use super::gateway::{maintenance_end, maintenance_time, pace};
use super::{App, AppError};
use crate::cloud::{ApiError, wait};
use crate::wire::gateway::{Gateway, GatewayChange, ShowDetailsOfInstance, UpdateInstance};
use crate::wire::gateway_address::{
    AddEgressEip, AddIngressEip, InboundBandwidth, OutboundBandwidth, RemoveEgressEip, RemoveIngressEip,
    UpdateEgressEip, UpdateIngressEip,
};
use crate::wire::gateway_feature::{
    BACKEND_TIMEOUT, CreateFeature, Feature, ListFeatures, NewFeature, USUAL_BACKEND_TIMEOUT,
};
use crate::wire::rule;
use serde_json::{Value, json};
use std::time::Duration;

/// What to change of a gateway.
#[derive(Clone, Debug, Default)]
pub(crate) struct GatewayUpdate {
    /// See [`rule::gateway_name`].
    pub(crate) name: Option<String>,
    /// Free text.
    pub(crate) description: Option<String>,
    /// The hour at which the maintenance window begins; it lasts four hours.
    pub(crate) maintenance_hour: Option<u8>,
    /// A security group's name or id.
    pub(crate) security_group: Option<String>,
}

impl GatewayUpdate {
    /// Checks the rules that need no call.
    ///
    /// # Errors
    /// A broken rule.
    pub(crate) fn check(&self) -> Result<(), AppError> {
        self.name.as_deref().map_or(Ok(()), rule::gateway_name)?;
        rule::gateway_description(self.description.as_deref().unwrap_or_default())?;
        self.maintenance_hour.map_or(Ok(()), rule::maintenance_hour)?;
        Ok(())
    }

    /// Whether it says nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.name.is_none()
            && self.description.is_none()
            && self.maintenance_hour.is_none()
            && self.security_group.is_none()
    }
}

/// How a gateway is reached from the internet, and reaches it. In Mbit/s; nothing is off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct PublicAccess {
    /// Inbound.
    pub(crate) inbound: Option<i64>,
    /// Outbound.
    pub(crate) outbound: Option<i64>,
}

impl PublicAccess {
    /// That of `gateway`, shown with every member.
    pub(crate) fn of(gateway: &Gateway) -> Self {
        let inbound = gateway.publicips.as_ref().and_then(|addresses| addresses.first());
        let outbound = gateway.other.get("bandwidth_size").and_then(Value::as_i64);
        Self {
            inbound: inbound.map(|address| address.bandwidth_size),
            outbound: outbound.filter(|size| *size > 0),
        }
    }

    /// Checks the rules on bandwidths.
    ///
    /// # Errors
    /// A broken rule.
    pub(crate) fn check(self) -> Result<(), AppError> {
        self.inbound.map_or(Ok(()), rule::inbound_bandwidth)?;
        self.outbound.map_or(Ok(()), rule::outbound_bandwidth)?;
        Ok(())
    }
}

impl App {
    /// Changes a gateway. Says whether anything changed.
    ///
    /// # Errors
    /// A broken rule; something named does not exist; the service refuses.
    pub(crate) async fn update_gateway(&self, name: &str, update: GatewayUpdate) -> Result<(Gateway, bool), AppError> {
        update.check()?;
        let current = self.gateway_details(name).await?;
        let security_group_id = match &update.security_group {
            Some(group) => Some(self.security_group(group).await?.id),
            None => None,
        };
        let is = |name: &str, wanted: &Option<String>| match wanted {
            Some(wanted) => current.other.get(name) != Some(&json!(wanted)),
            None => false,
        };
        let begin = update.maintenance_hour.map(maintenance_time);
        let body = GatewayChange {
            instance_name: update.name.filter(|name| *name != current.instance_name),
            maintain_end: update
                .maintenance_hour
                .map(maintenance_end)
                .filter(|_| is("maintain_begin", &begin)),
            security_group_id: security_group_id
                .clone()
                .filter(|_| is("security_group_id", &security_group_id)),
            description: update
                .description
                .clone()
                .filter(|_| is("description", &update.description)),
            maintain_begin: begin.clone().filter(|_| is("maintain_begin", &begin)),
            vpcep_service_name: None,
        };
        if body == GatewayChange::default() {
            return Ok((current, false));
        }
        let instance_id = current.id;
        Ok((self.cloud.send(&UpdateInstance { instance_id, body }).await?, true))
    }

    /// Turns public access of a gateway on, or changes its bandwidth, where `wanted` has one; answers what was done,
    /// and the gateway once it has its address.
    ///
    /// # Errors
    /// A broken rule, the service refuses, or the address did not come within `patience`.
    pub(crate) async fn enable_public_access(
        &self,
        name: &str,
        wanted: PublicAccess,
        patience: Duration,
    ) -> Result<(Gateway, Vec<String>), AppError> {
        wanted.check()?;
        let current = self.gateway_details(name).await?;
        let before = PublicAccess::of(&current);
        let mut done = Vec::new();
        if let Some(megabits) = wanted.inbound.filter(|_| wanted.inbound != before.inbound) {
            self.set_inbound(&current.id, before.inbound.is_some(), megabits)
                .await?;
            done.push(format!("public inbound access: {megabits} Mbit/s"));
        }
        if let Some(megabits) = wanted.outbound.filter(|_| wanted.outbound != before.outbound) {
            self.set_outbound(&current.id, before.outbound.is_some(), megabits)
                .await?;
            done.push(format!("public outbound access: {megabits} Mbit/s"));
        }
        let there = |now: PublicAccess| {
            (wanted.inbound.is_none() || now.inbound.is_some()) && (wanted.outbound.is_none() || now.outbound.is_some())
        };
        Ok((self.wait_for_access(&current.id, patience, there).await?, done))
    }

    async fn set_inbound(&self, id: &str, is_on: bool, megabits: i64) -> Result<(), AppError> {
        let (instance_id, body) = (id.to_owned(), InboundBandwidth::of(megabits));
        if is_on {
            self.cloud.send(&UpdateIngressEip { instance_id, body }).await?;
        } else {
            self.cloud.send(&AddIngressEip { instance_id, body }).await?;
        }
        Ok(())
    }

    async fn set_outbound(&self, id: &str, is_on: bool, megabits: i64) -> Result<(), AppError> {
        let (instance_id, body) = (id.to_owned(), OutboundBandwidth::of(megabits));
        if is_on {
            self.cloud.send(&UpdateEgressEip { instance_id, body }).await?;
        } else {
            self.cloud.send(&AddEgressEip { instance_id, body }).await?;
        }
        Ok(())
    }

    /// Turns public access off: inbound, outbound, or both. Answers what was done, and the gateway without it.
    ///
    /// # Errors
    /// The service refuses, or the address did not go within `patience`.
    pub(crate) async fn disable_public_access(
        &self,
        name: &str,
        (inbound, outbound): (bool, bool),
        patience: Duration,
    ) -> Result<(Gateway, Vec<String>), AppError> {
        let current = self.gateway_details(name).await?;
        let before = PublicAccess::of(&current);
        let instance_id = current.id.clone();
        let mut done = Vec::new();
        if inbound && before.inbound.is_some() {
            let instance_id = instance_id.clone();
            self.cloud.send(&RemoveIngressEip { instance_id }).await?;
            done.push("public inbound access: off".to_owned());
        }
        if outbound && before.outbound.is_some() {
            self.cloud.send(&RemoveEgressEip { instance_id }).await?;
            done.push("public outbound access: off".to_owned());
        }
        let gone = |now: PublicAccess| !(inbound && now.inbound.is_some() || outbound && now.outbound.is_some());
        Ok((self.wait_for_access(&current.id, patience, gone).await?, done))
    }

    /// The gateway once its public access is as `wanted` says: addresses come and go in the background.
    async fn wait_for_access(
        &self,
        id: &str,
        patience: Duration,
        wanted: impl Fn(PublicAccess) -> bool,
    ) -> Result<Gateway, AppError> {
        let show = ShowDetailsOfInstance {
            instance_id: id.to_owned(),
        };
        let read = async || {
            let gateway = self.cloud.send(&show).await?;
            Ok::<_, ApiError>(Some(gateway).filter(|gateway| wanted(PublicAccess::of(gateway))))
        };
        if let Some(gateway) = read().await? {
            return Ok(gateway);
        }
        Ok(wait::until(
            "the change of the gateway's public access",
            pace(patience),
            read,
            |_| (),
        )
        .await?)
    }

    /// The features of a gateway that were set.
    ///
    /// # Errors
    /// The service refuses.
    pub(crate) async fn gateway_features(&self, gateway: &Gateway) -> Result<Vec<Feature>, AppError> {
        let first = ListFeatures {
            instance_id: gateway.id.clone(),
            limit: Some(500),
            ..ListFeatures::default()
        };
        Ok(self.cloud.list(first, None).await?)
    }

    /// The longest backend timeout that an API on a gateway may have, in milliseconds.
    ///
    /// # Errors
    /// The service refuses.
    pub(super) async fn longest_backend_timeout(&self, gateway: &Gateway) -> Result<i64, AppError> {
        let features = self.gateway_features(gateway).await?;
        let set = features
            .iter()
            .find(|feature| feature.name == BACKEND_TIMEOUT && feature.enable);
        let config = set.and_then(|feature| feature.config.as_deref());
        let config: Option<Value> = config.and_then(|config| serde_json::from_str(config).ok());
        let most = config.and_then(|config| config.get("max_timeout")?.as_i64());
        Ok(most.unwrap_or(USUAL_BACKEND_TIMEOUT))
    }

    /// Sets a feature of a gateway. Says whether it was another one before.
    ///
    /// # Errors
    /// [`AppError::NotFound`], or the service refuses.
    pub(crate) async fn set_gateway_feature(
        &self,
        gateway: &str,
        feature: &str,
        value: &str,
    ) -> Result<(Feature, bool), AppError> {
        let gateway = self.gateway(gateway).await?;
        let config = feature_config(feature, value);
        let features = self.gateway_features(&gateway).await?;
        let same = |set: &&Feature| {
            set.name == feature && set.enable && set.config.as_deref().is_some_and(|set| same_config(set, &config))
        };
        if let Some(set) = features.iter().find(same) {
            return Ok((set.clone(), false));
        }
        let body = NewFeature {
            name: feature.to_owned(),
            enable: true,
            config: Some(config),
        };
        let create = CreateFeature {
            instance_id: gateway.id,
            body,
        };
        Ok((self.cloud.send(&create).await?, true))
    }
}

/// The value of a feature as the service wants it: a number of those that have one goes into JSON.
fn feature_config(feature: &str, value: &str) -> String {
    let member = match feature {
        BACKEND_TIMEOUT => "max_timeout",
        "ratelimit" => "api_limits",
        _ => return value.to_owned(),
    };
    match value.parse::<i64>() {
        Ok(number) => json!({ member: number }).to_string(),
        Err(_) => value.to_owned(),
    }
}

/// Whether two values mean the same, however their JSON is spaced.
fn same_config(a: &str, b: &str) -> bool {
    let json = |text: &str| serde_json::from_str::<Value>(text).ok();
    a == b || json(a).is_some_and(|a| Some(a) == json(b))
}

#[cfg(test)]
mod tests {
    use super::{feature_config, same_config};

    #[test]
    fn a_number_goes_into_the_json_that_its_feature_has() {
        assert_eq!(feature_config("backend_timeout", "600000"), r#"{"max_timeout":600000}"#);
        assert_eq!(
            feature_config("ratelimit", r#"{"api_limits": 5}"#),
            r#"{"api_limits": 5}"#
        );
        assert_eq!(feature_config("app_secret", "on"), "on");
        assert!(same_config(r#"{"max_timeout": 1}"#, r#"{"max_timeout":1}"#) && !same_config("on", "off"));
    }
}
