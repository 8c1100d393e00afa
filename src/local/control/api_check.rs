//! Whether an API's name, or its method and path, is still free.

use super::api_definition::{METHODS, fits_beside, one_of};
use super::refusal::Refusal;
use super::request::Call;
use super::{gateway_status, group};
use crate::codes::apig::{PARAMETER_MISSING, PARAMETER_VALUE};
use crate::wire::api::Api;
use crate::wire::name_check::{ApiPlace, CheckApis};
use crate::wire::rule;

fn needed(name: &str, value: Option<String>) -> Result<String, Refusal> {
    let missing = || Refusal::parameter(PARAMETER_MISSING, name, "it is empty");
    value.filter(|value| !value.is_empty()).ok_or_else(missing)
}

/// An API with just what is to be compared: a name that no API can have, or a method that none can have.
fn probe(place: ApiPlace) -> Result<Api, Refusal> {
    let mut api = Api {
        group_id: needed("group_id", place.group_id)?,
        id: place.api_id.unwrap_or_default(),
        match_mode: place.match_mode,
        ..Api::default()
    };
    match place.kind.as_str() {
        "name" => {
            api.name = needed("name", place.name)?;
            rule::group_name(&api.name).map_err(|broken| Refusal::parameter(PARAMETER_VALUE, "name", broken))?;
        }
        "path" => {
            api.req_method = needed("req_method", place.req_method)?;
            one_of("req_method", &api.req_method, METHODS)?;
            api.req_uri = needed("req_uri", place.req_uri)?;
            rule::request_path(&api.req_uri)
                .map_err(|broken| Refusal::parameter(PARAMETER_VALUE, "req_uri", broken))?;
        }
        other => {
            let detail = format!("`{other}` is neither name nor path");
            return Err(Refusal::parameter(PARAMETER_VALUE, "type", detail));
        }
    }
    Ok(api)
}

/// CheckApisV2.
pub(super) async fn check(call: Call, input: CheckApis) -> Result<(), Refusal> {
    let probe = probe(input.body)?;
    call.context.store.read(|reader| {
        gateway_status::known(reader, &input.instance_id, call.now)?;
        group::find(reader, &input.instance_id, &probe.group_id)?;
        fits_beside(reader, &probe)
    })
}
