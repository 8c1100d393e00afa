//! Tags of a gateway.

use super::gateway::running;
use super::gateway_creation::parameter;
use super::gateway_status;
use super::refusal::Refusal;
use super::request::Call;
use crate::codes::apig::{PARAMETER_VALUE, TAG_QUOTA};
use crate::local::store::records::GATEWAYS;
use crate::wire::gateway_tag::{ChangeInstanceTags, ListInstanceTags, Tag, TagList};

/// How many tags a gateway may have.
const QUOTA: usize = 20;

/// Checks the tags of a gateway.
///
/// # Errors
/// 400 `APIC.7211`, 403 `APIC.7402`.
pub(super) fn check_all(tags: &[Tag]) -> Result<(), Refusal> {
    for tag in tags {
        if !(1..=128).contains(&tag.key.chars().count()) {
            return Err(parameter(
                "tags",
                format!("the key `{}` has not 1 to 128 characters", tag.key),
            ));
        }
        if tag.value.chars().count() > 255 {
            return Err(parameter(
                "tags",
                format!("the value of `{}` has more than 255 characters", tag.key),
            ));
        }
    }
    match tags.len() <= QUOTA {
        true => Ok(()),
        false => Err(Refusal::because(TAG_QUOTA, format!("{QUOTA} tags"))),
    }
}

/// ListInstanceTags.
pub(super) async fn list(call: Call, input: ListInstanceTags) -> Result<TagList, Refusal> {
    let store = &call.context.store;
    let record = store.read(|reader| gateway_status::known(reader, &input.instance_id, call.now))?;
    Ok(TagList { tags: record.tags })
}

/// BatchCreateOrDeleteInstanceTags. A key that is there already gets the new value.
pub(super) async fn change(call: Call, input: ChangeInstanceTags) -> Result<(), Refusal> {
    let ChangeInstanceTags { instance_id, body } = input;
    let adds = match body.action.as_str() {
        "create" => true,
        "delete" => false,
        other => {
            let detail = format!("`{other}` is neither create nor delete");
            return Err(Refusal::parameter(PARAMETER_VALUE, "action", detail));
        }
    };
    let now = call.now;
    call.blocking(move |context| {
        context.store.write(|writer| {
            let mut record = running(writer, &instance_id, now)?;
            record
                .tags
                .retain(|tag| !body.tags.iter().any(|other| other.key == tag.key));
            if adds {
                record.tags.extend(body.tags.iter().cloned());
            }
            check_all(&record.tags)?;
            Ok(writer.put(&GATEWAYS, &instance_id, &record)?)
        })
    })
    .await
}
