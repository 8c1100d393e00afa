//! Gateways, and what on them is a name and a remark.

use super::super::material::Material;
use super::{Executor, Known};
use crate::app::gateway::{maintenance_end, maintenance_time};
use crate::app::{AppError, NewGatewayInput, PublicAccess};
use crate::cloud::wait::{self, Pace, WaitError};
use crate::plan::{Address, Change, Declared, Kind, STACK, STATUS};
use crate::wire::app::{CreateApp, NewApp, UpdateApp};
use crate::wire::app_authorization::{CreateAuthorizations, NewAuthorization};
use crate::wire::environment::{CreateEnvironment, NewEnvironment, RELEASE, RELEASE_ID, UpdateEnvironment};
use crate::wire::gateway::{CreateInstance, GatewayChange, RUNNING, ShowDetailsOfInstance, UpdateInstance};
use crate::wire::gateway_tag::{ChangeInstanceTags, Tag, TagAction};
use crate::wire::group::{CreateApiGroup, ListApiGroups, NewGroup, UpdateApiGroup};
use serde_json::json;
use std::time::Duration;

/// How often a new gateway is asked after at first, and for how long: the local cloud is quick.
const SOON: Pace = Pace {
    first_delay: Duration::ZERO,
    interval: Duration::from_millis(250),
    deadline: Duration::from_secs(15),
};
/// How often it is asked after then: the real one takes minutes.
const SELDOM: Duration = Duration::from_secs(10);

impl Executor<'_> {
    /// Creates a gateway, with its tag, and waits until it runs.
    pub(super) async fn create_gateway(&self, change: &Change, input: &NewGatewayInput) -> Result<(), AppError> {
        let address = &change.address;
        let zones = self.means.app.zones(input.edition, input.zones.clone()).await?;
        let text = |field: &str| self.declared_text(address, field);
        let network = [text("vpc"), text("subnet"), text("security_group")];
        let mut input = input.clone();
        input.description = Some(self.marked(address, input.description.as_deref().unwrap_or_default()));
        let mut body = input.into_wire(network, zones);
        body.other.insert(
            "tags".to_owned(),
            json!([{"key": STACK, "value": self.means.stack.name}]),
        );
        let id = self.means.app.cloud().send(&CreateInstance { body }).await?.instance_id;
        self.learn_id(address, id.clone());
        self.wait_until_running(change, &id).await
    }

    async fn wait_until_running(&self, change: &Change, id: &str) -> Result<(), AppError> {
        let show = ShowDetailsOfInstance {
            instance_id: id.to_owned(),
        };
        let read = async || {
            let gateway = self.means.app.cloud().send(&show).await?;
            let ended = gateway.status == RUNNING || gateway.has_failed();
            self.note(change, gateway.status.as_str());
            Ok(Some(gateway).filter(|_| ended))
        };
        let soon = Pace {
            deadline: SOON.deadline.min(self.means.patience),
            ..SOON
        };
        let what = "the gateway's creation";
        let gateway = match wait::until(what, soon, read, |_| ()).await {
            Err(WaitError::TimedOut { .. }) if self.means.patience > SOON.deadline => {
                let seldom = Pace {
                    first_delay: Duration::ZERO,
                    interval: SELDOM,
                    deadline: self.means.patience.saturating_sub(SOON.deadline),
                };
                wait::until(what, seldom, read, |_| ()).await?
            }
            ended => ended?,
        };
        match gateway.status.as_str() {
            RUNNING => Ok(()),
            status => Err(AppError::refused(
                format!("the gateway `{}` ended in the status {status}", gateway.instance_name),
                &[&format!("fgctl gateway delete {}", gateway.instance_name)],
            )),
        }
    }

    /// Changes what of a gateway can be changed; a gateway that is not ready yet is waited for first.
    pub(super) async fn update_gateway_of(&self, change: &Change, input: &NewGatewayInput) -> Result<(), AppError> {
        let address = &change.address;
        let id = self.id(address)?;
        if self
            .means
            .found
            .get(address)
            .is_some_and(|found| found.status.is_some())
        {
            self.wait_until_running(change, &id).await?;
        }
        if change.fields.iter().all(|field| field.field == STATUS) {
            return Ok(());
        }
        let _turn = self.turn(&address.name).await;
        let access = PublicAccess {
            inbound: input.public_inbound.filter(|_| change.has("public_inbound")),
            outbound: input.public_outbound.filter(|_| change.has("public_outbound")),
        };
        if access != PublicAccess::default() {
            self.means
                .app
                .enable_public_access(&id, access, self.means.patience)
                .await?;
        }
        let hour = input.maintenance_hour.filter(|_| change.has("maintenance_hour"));
        let group = Some(self.declared_text(address, "security_group")).filter(|_| change.has("security_group"));
        let body = GatewayChange {
            description: Some(self.marked(address, input.description.as_deref().unwrap_or_default())),
            maintain_begin: hour.map(maintenance_time),
            maintain_end: hour.map(maintenance_end),
            security_group_id: group,
            ..GatewayChange::default()
        };
        let instance_id = id.clone();
        self.means
            .app
            .cloud()
            .send(&UpdateInstance { instance_id, body })
            .await?;
        let tags = ChangeInstanceTags {
            instance_id: id,
            body: TagAction {
                action: "create".to_owned(),
                tags: vec![Tag {
                    key: STACK.to_owned(),
                    value: self.means.stack.name.clone(),
                }],
            },
        };
        Ok(self.means.app.cloud().send(&tags).await?)
    }

    /// Makes a group, an environment or an app, or gives it its remark.
    pub(super) async fn on_gateway(&self, change: &Change, makes: bool) -> Result<(), AppError> {
        let address = &change.address;
        let instance_id = self.gateway_id(&address.gateway)?;
        let _turn = self.turn(&address.gateway).await;
        let known = match makes {
            true => self.make_on(address, instance_id).await?,
            false => {
                self.remark_on(address, instance_id).await?;
                return Ok(());
            }
        };
        self.learn(address, known);
        Ok(())
    }

    async fn make_on(&self, address: &Address, instance_id: String) -> Result<Known, AppError> {
        let (name, remark) = (address.name.clone(), Some(self.remark(address)));
        let cloud = self.means.app.cloud();
        let mut known = Known::default();
        match address.kind {
            Kind::Group => {
                let body = NewGroup { name, remark };
                let group = cloud.send(&CreateApiGroup { instance_id, body }).await?;
                (known.id, known.domain) = (group.id, group.sl_domain);
            }
            Kind::Environment => {
                let body = NewEnvironment { name, remark };
                known.id = cloud.send(&CreateEnvironment { instance_id, body }).await?.id;
            }
            _ => {
                let body = NewApp {
                    name,
                    remark,
                    ..NewApp::default()
                };
                known.id = cloud.send(&CreateApp { instance_id, body }).await?.id;
            }
        }
        Ok(known)
    }

    async fn remark_on(&self, address: &Address, instance_id: String) -> Result<(), AppError> {
        let (id, name, remark) = (self.id(address)?, address.name.clone(), Some(self.remark(address)));
        let cloud = self.means.app.cloud();
        match address.kind {
            Kind::Group => {
                let (group_id, body) = (id, NewGroup { name, remark });
                let update = UpdateApiGroup {
                    instance_id,
                    group_id,
                    body,
                };
                drop(cloud.send(&update).await?);
            }
            Kind::Environment => {
                let (env_id, body) = (id, NewEnvironment { name, remark });
                let update = UpdateEnvironment {
                    instance_id,
                    env_id,
                    body,
                };
                drop(cloud.send(&update).await?);
            }
            _ => {
                let body = NewApp {
                    name,
                    remark,
                    ..NewApp::default()
                };
                let app_id = id;
                drop(
                    cloud
                        .send(&UpdateApp {
                            instance_id,
                            app_id,
                            body,
                        })
                        .await?,
                );
            }
        }
        Ok(())
    }

    fn remark(&self, address: &Address) -> String {
        let text = match self.material(address) {
            Some(Material::Group(text) | Material::Environment(text) | Material::App(text)) => text.as_str(),
            _ => "",
        };
        self.marked(address, text)
    }

    /// The id and the debug domain of a group, which is somebody else's where it is not known yet.
    pub(super) async fn group_of(&self, gateway: &str, name: &str) -> Result<Known, AppError> {
        let address = Address::on(gateway, Kind::Group, name);
        let known = self.known().get(&address).cloned();
        if let Some(known) = known.filter(|known| !known.domain.is_empty()) {
            return Ok(known);
        }
        let first = ListApiGroups {
            instance_id: self.gateway_id(gateway)?,
            limit: Some(500),
            ..ListApiGroups::default()
        };
        let groups = self.means.app.cloud().list(first, None).await?;
        let group = groups.into_iter().find(|group| group.name == name);
        let group = group.ok_or_else(|| AppError::not_found("group", name, Vec::new()))?;
        let known = Known {
            id: group.id,
            domain: group.sl_domain,
            ..Known::default()
        };
        self.learn(&address, known.clone());
        Ok(known)
    }

    /// Lets an app call the API of a trigger.
    pub(super) async fn authorize_app(
        &self,
        change: &Change,
        app: &Address,
        trigger: &Address,
    ) -> Result<(), AppError> {
        let Some(Material::Trigger(material)) = self.material(trigger) else {
            return Err(AppError::not_found("trigger", &trigger.name, Vec::new()));
        };
        let gateway = &change.address.gateway;
        let body = NewAuthorization {
            env_id: self.environment_id(gateway, &material.environment)?,
            app_ids: vec![self.id(app)?],
            api_ids: vec![self.id(trigger)?],
        };
        let instance_id = self.gateway_id(gateway)?;
        let _turn = self.turn(gateway).await;
        let made = self
            .means
            .app
            .cloud()
            .send(&CreateAuthorizations { instance_id, body })
            .await?;
        let failed = made.auths.into_iter().find(|one| one.auth_result.status == "FAILED");
        match failed.map(|one| one.auth_result.error_msg.unwrap_or_default()) {
            None => Ok(()),
            Some(why) => Err(AppError::refused(
                format!("the app `{}` may not call `{}`: {why}", app.name, trigger.name),
                &[],
            )),
        }
    }

    /// The id of an environment; `RELEASE` has the same on every gateway.
    pub(super) fn environment_id(&self, gateway: &str, name: &str) -> Result<String, AppError> {
        let on = self.means.world.gateways.get(gateway);
        let listed = on.and_then(|on| on.environments.iter().find(|environment| environment.name == name));
        match (self.id(&Address::on(gateway, Kind::Environment, name)), listed) {
            (Ok(id), _) => Ok(id),
            (Err(_), Some(environment)) => Ok(environment.id.clone()),
            (Err(_), None) if name == RELEASE => Ok(RELEASE_ID.to_owned()),
            (Err(missing), None) => Err(missing),
        }
    }

    pub(super) fn learn_id(&self, address: &Address, id: String) {
        let known = Known { id, ..Known::default() };
        self.learn(address, known);
    }

    /// A field of what is declared, as text.
    pub(super) fn declared_text(&self, address: &Address, field: &str) -> String {
        let declared: Option<&Declared> = self.means.declared.get(address);
        let value = declared.and_then(|declared| declared.fields.get(field)?.as_str());
        value.unwrap_or_default().to_owned()
    }
}
