//! What a gateway is put into: VPCs, subnets and security groups, found by name.

use super::{App, AppError, pick};
use crate::wire::security_group::{ListSecurityGroups, SecurityGroup};
use crate::wire::subnet::{ListSubnets, Subnet};
use crate::wire::vpc::{ListVpcs, Vpc};

impl App {
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
