//! API groups: the guide's Table 4, API Group.

use super::{App, AppError, pick};
use crate::wire::gateway::Gateway;
use crate::wire::group::{CreateApiGroup, DeleteApiGroup, Group, ListApiGroups, NewGroup};
use crate::wire::rule;

/// Checks the rules on a new group, which need no call.
///
/// # Errors
/// A broken rule.
pub(crate) fn check_group(name: &str, remark: Option<&str>) -> Result<(), AppError> {
    rule::group_name(name)?;
    rule::group_remark(remark.unwrap_or_default())?;
    Ok(())
}

impl App {
    /// The groups of a gateway.
    ///
    /// # Errors
    /// The service refuses.
    pub(crate) async fn groups(&self, gateway: &Gateway, limit: Option<usize>) -> Result<Vec<Group>, AppError> {
        let first = ListApiGroups {
            instance_id: gateway.id.clone(),
            limit: Some(500),
            ..ListApiGroups::default()
        };
        Ok(self.cloud.list(first, limit).await?)
    }

    /// The group of this name or id on a gateway.
    ///
    /// # Errors
    /// [`AppError::NotFound`], with similar names.
    pub(crate) async fn group(&self, gateway: &Gateway, name: &str) -> Result<Group, AppError> {
        pick("group", name, self.groups(gateway, None).await?, |group| {
            (&group.id, &group.name)
        })
        .map_err(|error| error.at(format!("on the gateway `{}`", gateway.instance_name)))
    }

    /// Creates a group.
    ///
    /// # Errors
    /// A broken rule, or the service refuses; nothing was created then.
    pub(crate) async fn create_group(
        &self,
        gateway: &Gateway,
        name: &str,
        remark: Option<String>,
    ) -> Result<Group, AppError> {
        check_group(name, remark.as_deref())?;
        let instance_id = gateway.id.clone();
        let body = NewGroup {
            name: name.to_owned(),
            remark,
        };
        Ok(self.cloud.send(&CreateApiGroup { instance_id, body }).await?)
    }

    /// Deletes a group that holds no API.
    ///
    /// # Errors
    /// The service refuses.
    pub(crate) async fn delete_group(&self, gateway: &Gateway, group: &Group) -> Result<(), AppError> {
        let delete = DeleteApiGroup {
            instance_id: gateway.id.clone(),
            group_id: group.id.clone(),
        };
        Ok(self.cloud.send(&delete).await?)
    }
}
