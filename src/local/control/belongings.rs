//! What belongs to something, and goes with it.

use crate::local::store::records::{
    API_VERSIONS, APIS, APP_CODES, APPS, AUTHORIZATIONS, ENVIRONMENT_VARIABLES, ENVIRONMENTS, GROUPS, GroupRecord,
    PUBLICATIONS, THROTTLE_BINDINGS, THROTTLES, TRANSITIONS,
};
use crate::local::store::{Read, StoreError, Writer};

/// Removes all that is on the gateway `id`, and returns the ids of the groups that were.
pub(super) fn clear(writer: &Writer, id: &str) -> Result<Vec<String>, StoreError> {
    let mut groups: Vec<GroupRecord> = writer.scan(&GROUPS, "")?;
    groups.retain(|record| record.instance_id == id);
    writer.remove_where(&GROUPS, |record| record.instance_id == id)?;
    writer.remove_where(&ENVIRONMENTS, |record| record.instance_id == id)?;
    writer.remove_where(&ENVIRONMENT_VARIABLES, |record| record.instance_id == id)?;
    writer.remove_where(&APIS, |record| record.instance_id == id)?;
    writer.remove_where(&PUBLICATIONS, |record| record.instance_id == id)?;
    writer.remove_where(&TRANSITIONS, |record| record.instance_id == id)?;
    writer.remove_where(&API_VERSIONS, |record| record.instance_id == id)?;
    writer.remove_where(&APPS, |record| record.instance_id == id)?;
    writer.remove_where(&APP_CODES, |record| record.instance_id == id)?;
    writer.remove_where(&AUTHORIZATIONS, |record| record.instance_id == id)?;
    writer.remove_where(&THROTTLES, |record| record.instance_id == id)?;
    writer.remove_where(&THROTTLE_BINDINGS, |record| record.instance_id == id)?;
    Ok(groups.into_iter().map(|record| record.group.id).collect())
}

/// Forgets what there is for the API `id`, which is deleted: its versions, and who may call it.
pub(super) fn of_api(writer: &Writer, id: &str) -> Result<(), StoreError> {
    writer.remove_where(&API_VERSIONS, |record| record.version.api_id == id)?;
    writer.remove_where(&AUTHORIZATIONS, |record| record.authorization.api_id == id)
}

/// Forgets what there is for the group `id`, which is deleted.
pub(super) fn of_group(writer: &Writer, id: &str) -> Result<(), StoreError> {
    writer.remove_where(&ENVIRONMENT_VARIABLES, |record| record.variable.group_id == id)
}

/// Forgets what there is for the environment `id`, which is deleted.
pub(super) fn of_environment(writer: &Writer, id: &str) -> Result<(), StoreError> {
    writer.remove_where(&API_VERSIONS, |record| record.version.env_id == id)?;
    writer.remove_where(&ENVIRONMENT_VARIABLES, |record| record.variable.env_id == id)?;
    writer.remove_where(&AUTHORIZATIONS, |record| record.authorization.env_id == id)
}

/// Forgets what there is for the app `id`, which is deleted: its codes, and what it may call.
pub(super) fn of_app(writer: &Writer, id: &str) -> Result<(), StoreError> {
    writer.remove_where(&APP_CODES, |record| record.code.app_id == id)?;
    writer.remove_where(&AUTHORIZATIONS, |record| record.authorization.app_id == id)
}

/// Forgets what there is for the publication `id`, which has ended.
pub(super) fn of_publication(writer: &Writer, id: &str) -> Result<(), StoreError> {
    writer.remove_where(&THROTTLE_BINDINGS, |record| record.binding.publish_id == id)
}
