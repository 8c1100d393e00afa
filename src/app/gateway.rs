//! Dedicated gateways: the guide's step 3.

use super::{App, AppError, pick};
use crate::cloud::wait::{self, Pace};
use crate::wire::gateway::{
    BY_BANDWIDTH, CreateInstance, DeleteInstances, Gateway, ListAvailableZones, ListInstances, NewGateway, RUNNING,
    ShowDetailsOfInstance, ShowDetailsOfInstanceProgress,
};
use crate::wire::rule;
use std::time::Duration;

/// How often a gateway that is being created is asked after.
const CREATION_INTERVAL: Duration = Duration::from_secs(10);
/// How often it is asked after at first: the local cloud is quick.
const FIRST_INTERVAL: Duration = Duration::from_millis(200);

/// The guide's Table 3: what a gateway can do, and costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edition {
    /// 2000 requests a second.
    Basic,
    /// 4000 requests a second.
    Professional,
    /// 6000 requests a second.
    Enterprise,
    /// 10000 requests a second.
    Platinum,
}

impl Edition {
    /// `spec_id` of CreateInstanceV2.
    pub(crate) fn spec(self) -> &'static str {
        match self {
            Self::Basic => "BASIC",
            Self::Professional => "PROFESSIONAL",
            Self::Enterprise => "ENTERPRISE",
            Self::Platinum => "PLATINUM",
        }
    }
}

/// A gateway to create.
#[derive(Clone, Debug)]
pub(crate) struct NewGatewayInput {
    /// See [`rule::gateway_name`].
    pub(crate) name: String,
    /// Its edition.
    pub(crate) edition: Edition,
    /// A VPC's name or id.
    pub(crate) vpc: String,
    /// A subnet's name or id.
    pub(crate) subnet: String,
    /// A security group's name or id.
    pub(crate) security_group: String,
    /// Codes of zones; empty takes the first that offers the edition.
    pub(crate) zones: Vec<String>,
    /// Public inbound access in Mbit/s.
    pub(crate) public_inbound: Option<i64>,
    /// Public outbound access in Mbit/s.
    pub(crate) public_outbound: Option<i64>,
    /// The hour at which the maintenance window begins; it lasts four hours.
    pub(crate) maintenance_hour: Option<u8>,
    /// An enterprise project's id.
    pub(crate) enterprise_project: Option<String>,
    /// Free text.
    pub(crate) description: Option<String>,
}

impl NewGatewayInput {
    /// Checks the rules that need no call.
    ///
    /// # Errors
    /// A broken rule.
    pub(crate) fn check(&self) -> Result<(), AppError> {
        rule::gateway_name(&self.name)?;
        rule::gateway_description(self.description.as_deref().unwrap_or_default())?;
        self.public_inbound.map_or(Ok(()), rule::inbound_bandwidth)?;
        self.public_outbound.map_or(Ok(()), rule::outbound_bandwidth)?;
        self.maintenance_hour.map_or(Ok(()), rule::maintenance_hour)?;
        Ok(())
    }

    /// The gateway as it is sent, on the network of these ids: a VPC, its subnet, a security group.
    pub(super) fn into_wire(self, network: [String; 3], zones: Vec<String>) -> NewGateway {
        let [vpc_id, subnet_id, security_group_id] = network;
        NewGateway {
            instance_name: self.name,
            spec_id: self.edition.spec().to_owned(),
            vpc_id,
            subnet_id,
            security_group_id,
            available_zone_ids: zones,
            enterprise_project_id: self.enterprise_project,
            description: self.description,
            maintain_begin: self.maintenance_hour.map(maintenance_time),
            maintain_end: self.maintenance_hour.map(maintenance_end),
            ingress_bandwidth_size: self.public_inbound,
            ingress_bandwidth_charging_mode: self.public_inbound.map(|_| BY_BANDWIDTH.to_owned()),
            bandwidth_size: self.public_outbound,
            bandwidth_charging_mode: self.public_outbound.map(|_| BY_BANDWIDTH.to_owned()),
            ..NewGateway::default()
        }
    }
}

impl App {
    /// All gateways.
    ///
    /// # Errors
    /// The service refuses.
    pub(crate) async fn gateways(&self, limit: Option<usize>) -> Result<Vec<Gateway>, AppError> {
        let first = ListInstances {
            limit: Some(500),
            ..ListInstances::default()
        };
        Ok(self.cloud.list(first, limit).await?)
    }

    /// The gateway of this name or id, with the members that lists have.
    ///
    /// # Errors
    /// [`AppError::NotFound`], with similar names.
    pub(crate) async fn gateway(&self, name: &str) -> Result<Gateway, AppError> {
        pick("gateway", name, self.gateways(None).await?, |gateway| {
            (&gateway.id, &gateway.instance_name)
        })
    }

    /// The same with every member.
    ///
    /// # Errors
    /// [`AppError::NotFound`], with similar names.
    pub(crate) async fn gateway_details(&self, name: &str) -> Result<Gateway, AppError> {
        let instance_id = self.gateway(name).await?.id;
        Ok(self.cloud.send(&ShowDetailsOfInstance { instance_id }).await?)
    }

    /// Prepares a gateway: checks the rules, finds the network and the zones. Nothing is created yet, so that the
    /// caller can ask about the cost with all of it known to be right.
    ///
    /// # Errors
    /// A broken rule; a gateway of the name exists; something named does not exist.
    pub(crate) async fn prepare_gateway(&self, input: NewGatewayInput) -> Result<NewGateway, AppError> {
        input.check()?;
        let gateways = self.gateways(None).await?;
        if gateways.iter().any(|gateway| gateway.instance_name == input.name) {
            return Err(AppError::Exists {
                what: "gateway",
                show: format!("fgctl gateway get {}", input.name),
                name: input.name,
            });
        }
        let vpc = self.vpc(&input.vpc).await?;
        let subnet = self.subnet(&input.subnet, &vpc).await?;
        let security_group = self.security_group(&input.security_group).await?;
        let zones = self.zones(input.edition, input.zones.clone()).await?;
        let network = [vpc.id, subnet.id, security_group.id];
        Ok(input.into_wire(network, zones))
    }

    /// The zones of a gateway of this edition: those that are `wanted`, else the first that offers it.
    ///
    /// # Errors
    /// One does not offer it, or none does.
    pub(super) async fn zones(&self, edition: Edition, wanted: Vec<String>) -> Result<Vec<String>, AppError> {
        let zones = self.cloud.send(&ListAvailableZones {}).await?.available_zones;
        let offers = |zone: &&crate::wire::gateway::Zone| zone.specs.get(edition.spec()).copied().unwrap_or(false);
        let offering: Vec<String> = zones.iter().filter(offers).map(|zone| zone.code.clone()).collect();
        if let Some(zone) = wanted.iter().find(|zone| !offering.contains(zone)) {
            let text = format!("the zone `{zone}` does not offer the edition {}", edition.spec());
            return Err(AppError::refused(
                text,
                &[&format!("zones that do: {}", offering.join(", "))],
            ));
        }
        if !wanted.is_empty() {
            return Ok(wanted);
        }
        match offering.into_iter().next() {
            Some(zone) => Ok(vec![zone]),
            None => Err(AppError::refused(
                format!("no zone offers the edition {}", edition.spec()),
                &["try another --edition"],
            )),
        }
    }

    /// Creates what [`App::prepare_gateway`] prepared and returns its id. It is not running yet.
    ///
    /// # Errors
    /// The service refuses; nothing was created then.
    pub(crate) async fn create_gateway(&self, body: NewGateway) -> Result<String, AppError> {
        Ok(self.cloud.send(&CreateInstance { body }).await?.instance_id)
    }

    /// Waits until a gateway runs. `note` is told how far it is.
    ///
    /// # Errors
    /// It failed, or did not run within `patience`.
    pub(crate) async fn wait_for_gateway(
        &self,
        id: &str,
        patience: Duration,
        note: impl Fn(&str),
    ) -> Result<Gateway, AppError> {
        let read = async || {
            let gateway = self
                .cloud
                .send(&ShowDetailsOfInstance {
                    instance_id: id.to_owned(),
                })
                .await?;
            if gateway.status == RUNNING || gateway.has_failed() {
                return Ok(Some(gateway));
            }
            let progress = ShowDetailsOfInstanceProgress {
                instance_id: id.to_owned(),
            };
            let progress = self.cloud.send(&progress).await?;
            note(&format!("{}, {} %", gateway.status, progress.progress));
            Ok(None)
        };
        let gateway = wait::until("the gateway's creation", pace(patience), read, |_| ()).await?;
        if gateway.status == RUNNING {
            return Ok(gateway);
        }
        let text = format!(
            "the gateway `{}` ended in the status {}",
            gateway.instance_name, gateway.status
        );
        Err(AppError::refused(
            text,
            &[&format!("fgctl gateway delete {}", gateway.instance_name)],
        ))
    }

    /// Deletes a gateway and, with `patience`, waits until it is gone.
    ///
    /// # Errors
    /// [`AppError::NotFound`], or the service refuses.
    pub(crate) async fn delete_gateway(&self, id: &str, patience: Option<Duration>) -> Result<(), AppError> {
        self.cloud
            .send(&DeleteInstances {
                instance_id: id.to_owned(),
            })
            .await?;
        match patience {
            Some(patience) => self.wait_until_gone(id, patience).await,
            None => Ok(()),
        }
    }

    /// Waits until a gateway that is being deleted is gone.
    ///
    /// # Errors
    /// The service refuses, or it takes longer than `patience`.
    pub(super) async fn wait_until_gone(&self, id: &str, patience: Duration) -> Result<(), AppError> {
        let read = async || match self
            .cloud
            .send(&ShowDetailsOfInstance {
                instance_id: id.to_owned(),
            })
            .await
        {
            Ok(_) => Ok(None),
            Err(error) if error.is_not_found() => Ok(Some(())),
            Err(error) => Err(error),
        };
        wait::until("the gateway's deletion", pace(patience), read, |_| ()).await?;
        Ok(())
    }
}

/// An hour as the service writes it.
pub(super) fn maintenance_time(hour: u8) -> String {
    format!("{hour:02}:00:00")
}

/// The end of the window that begins at `hour`.
pub(super) fn maintenance_end(hour: u8) -> String {
    maintenance_time((hour + rule::MAINTENANCE_WINDOW) % 24)
}

/// Soon at first, for the local cloud is quick, then seldom, for the real one takes minutes.
pub(super) fn pace(patience: Duration) -> Pace {
    Pace {
        first_delay: FIRST_INTERVAL,
        interval: CREATION_INTERVAL,
        deadline: patience,
    }
}
