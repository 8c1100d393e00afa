//! Triggers, each with the API that it made: what its creation cannot set is set of the API, which is then published.

use super::super::material::TriggerMaterial;
use super::{Executor, Known};
use crate::app::AppError;
use crate::plan::{Address, Change, NOTE};
use crate::wire::api::{
    Api, FUNCTION_BACKEND, NETWORK_V2, ONLINE, PublishAction, PublishApi, SYNC, ShowDetailsOfApi, UpdateApi,
};
use crate::wire::rule;
use crate::wire::trigger::{
    ACTIVE, CreateFunctionTrigger, DEDICATED_GATEWAY, GatewayEventData, NewTrigger, TriggerFunction,
};

impl Executor<'_> {
    /// Creates a trigger, gives its API the mark and what else it needs, and publishes it where that changes what runs.
    pub(super) async fn create_trigger_of(&self, change: &Change, material: &TriggerMaterial) -> Result<(), AppError> {
        let address = &change.address;
        let group = self.group_of(&address.gateway, &material.group).await?;
        let _turn = self.turn(&address.gateway).await;
        let mut function_urn = self.means.app.cloud().urn(&material.function);
        if let Some(alias) = &material.alias {
            function_urn = function_urn.qualified(&format!("!{alias}"));
        }
        let body = NewTrigger {
            trigger_type_code: DEDICATED_GATEWAY.to_owned(),
            trigger_status: Some(ACTIVE.to_owned()),
            event_type_code: Some("APICreated".to_owned()),
            event_data: self.event_data(address, material, group)?,
        };
        let made = self
            .means
            .app
            .cloud()
            .send(&CreateFunctionTrigger { function_urn, body })
            .await?;
        let known = Known {
            id: made.event_data.api_id.clone().unwrap_or_default(),
            url: made.event_data.invoke_url.clone(),
            ..Known::default()
        };
        if known.id.is_empty() {
            return Err(AppError::refused(
                format!(
                    "the service does not tell which API the trigger `{}` made",
                    address.own_name()
                ),
                &["run the same command again"],
            ));
        }
        self.learn(address, known);
        // A trigger makes a backend of the other network architecture.
        self.fit(address, material, material.websocket).await
    }

    fn event_data(
        &self,
        address: &Address,
        material: &TriggerMaterial,
        group: Known,
    ) -> Result<GatewayEventData, AppError> {
        Ok(GatewayEventData {
            name: address.own_name().to_owned(),
            kind: Some(1),
            path: Some(material.path.clone()),
            protocol: Some(material.protocol.clone()),
            req_method: Some(material.method.clone()),
            match_mode: Some(material.match_mode.clone()),
            group_id: Some(group.id),
            group_name: Some(material.group.clone()),
            env_name: Some(material.environment.clone()),
            env_id: Some(self.environment_id(&address.gateway, &material.environment)?),
            auth: Some(material.auth.clone()),
            backend_type: Some(FUNCTION_BACKEND.to_owned()),
            sl_domain: Some(group.domain),
            instance_id: Some(self.gateway_id(&address.gateway)?),
            func_info: Some(TriggerFunction {
                // More than a trigger can make, the API is set to afterwards.
                timeout: material.timeout.min(*rule::BACKEND_TIMEOUT.end()),
                invocation_type: Some(SYNC.to_owned()),
                ..TriggerFunction::default()
            }),
            ..GatewayEventData::default()
        })
    }

    /// Changes the API of a trigger.
    pub(super) async fn update_trigger_of(&self, change: &Change, material: &TriggerMaterial) -> Result<(), AppError> {
        let _turn = self.turn(&change.address.gateway).await;
        let quiet = ["description", NOTE];
        let runs_otherwise = change.fields.iter().any(|field| !quiet.contains(&field.field.as_str()));
        self.fit(&change.address, material, runs_otherwise).await
    }

    /// Makes the API of a trigger what is declared, the mark in its remark, and publishes it.
    async fn fit(&self, address: &Address, material: &TriggerMaterial, publish: bool) -> Result<(), AppError> {
        let instance_id = self.gateway_id(&address.gateway)?;
        let api_id = self.id(address)?;
        let show = ShowDetailsOfApi {
            instance_id: instance_id.clone(),
            api_id: api_id.clone(),
        };
        let current = self.means.app.cloud().send(&show).await?;
        let mut body = current.as_input();
        apply(&mut body, material);
        body.remark = Some(self.marked(address, ""));
        let update = UpdateApi {
            instance_id: instance_id.clone(),
            api_id: api_id.clone(),
            body,
        };
        self.means.app.cloud().send(&update).await?;
        if !publish {
            return Ok(());
        }
        let body = PublishAction {
            action: ONLINE.to_owned(),
            env_id: self.environment_id(&address.gateway, &material.environment)?,
            api_id,
            remark: None,
        };
        self.means.app.cloud().send(&PublishApi { instance_id, body }).await?;
        Ok(())
    }
}

fn apply(api: &mut Api, material: &TriggerMaterial) {
    api.req_method.clone_from(&material.method);
    api.auth_type.clone_from(&material.auth);
    api.match_mode = Some(material.match_mode.clone());
    if let Some(function) = &mut api.func_info {
        function.timeout = material.timeout;
        function.invocation_type = Some(SYNC.to_owned());
        if material.websocket {
            function.network_type = Some(NETWORK_V2.to_owned());
        }
    }
}
