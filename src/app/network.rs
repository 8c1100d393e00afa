//! What a gateway is put into: VPCs, subnets and security groups, found by name.

use super::{App, AppError, pick};
use crate::wire::security_group::{ListSecurityGroups, SecurityGroup};
use crate::wire::subnet::{ListSubnets, Subnet};
use crate::wire::vpc::{ListVpcs, Vpc};

/// All networks of the region, for who has to find several.
#[derive(Clone, Default)]
pub(super) struct Networks {
    vpcs: Vec<Vpc>,
    subnets: Vec<Subnet>,
    groups: Vec<SecurityGroup>,
}

impl Networks {
    /// The id of the VPC of this name or id.
    ///
    /// # Errors
    /// [`AppError::NotFound`], with similar names.
    pub(super) fn vpc(&self, name: &str) -> Result<String, AppError> {
        Ok(pick("VPC", name, self.vpcs.clone(), |vpc| (&vpc.id, &vpc.name))?.id)
    }

    /// The id of the subnet of this name or id, in the VPC of the id `vpc`.
    ///
    /// # Errors
    /// [`AppError::NotFound`], with similar names.
    pub(super) fn subnet(&self, name: &str, vpc: &str) -> Result<String, AppError> {
        let mut subnets = self.subnets.clone();
        subnets.retain(|subnet| subnet.vpc_id == vpc);
        Ok(pick("subnet", name, subnets, |subnet| (&subnet.id, &subnet.name))?.id)
    }

    /// The id of the security group of this name or id.
    ///
    /// # Errors
    /// [`AppError::NotFound`], with similar names; several may bear one name.
    pub(super) fn security_group(&self, name: &str) -> Result<String, AppError> {
        Ok(pick("security group", name, self.groups.clone(), |group| {
            (&group.id, &group.name)
        })?
        .id)
    }
}

impl App {
    /// All networks of the region.
    ///
    /// # Errors
    /// The service refuses.
    pub(super) async fn networks(&self) -> Result<Networks, AppError> {
        let (vpcs, subnets, groups) = tokio::try_join!(
            self.cloud.list(ListVpcs::default(), None),
            self.cloud.list(ListSubnets::default(), None),
            self.cloud.list(ListSecurityGroups::default(), None)
        )?;
        Ok(Networks { vpcs, subnets, groups })
    }

    /// The VPC of this name or id.
    ///
    /// # Errors
    /// [`AppError::NotFound`], with similar names.
    pub(crate) async fn vpc(&self, name: &str) -> Result<Vpc, AppError> {
        pick("VPC", name, self.cloud.list(ListVpcs::default(), None).await?, |vpc| {
            (&vpc.id, &vpc.name)
        })
    }

    /// The subnet of this name or id, of the VPC `vpc`.
    ///
    /// # Errors
    /// [`AppError::NotFound`], with similar names.
    pub(crate) async fn subnet(&self, name: &str, vpc: &Vpc) -> Result<Subnet, AppError> {
        let first = ListSubnets {
            vpc_id: Some(vpc.id.clone()),
            ..ListSubnets::default()
        };
        pick("subnet", name, self.cloud.list(first, None).await?, |subnet| {
            (&subnet.id, &subnet.name)
        })
        .map_err(|error| error.at(format!("in the VPC `{}`", vpc.name)))
    }

    /// The security group of this name or id.
    ///
    /// # Errors
    /// [`AppError::NotFound`], with similar names; several may bear one name.
    pub(crate) async fn security_group(&self, name: &str) -> Result<SecurityGroup, AppError> {
        let groups = self.cloud.list(ListSecurityGroups::default(), None).await?;
        pick("security group", name, groups, |group| (&group.id, &group.name))
    }
}
