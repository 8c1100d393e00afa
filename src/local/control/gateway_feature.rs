//! Features of a gateway: which there are, and what they may be set to.

use super::gateway_status;
use super::identity::new_id;
use super::page;
use super::refusal::Refusal;
use super::request::Call;
use crate::codes::apig::{FEATURE_TOO_SOON, FEATURE_UNSUPPORTED, PARAMETER_VALUE};
use crate::local::store::records::{GATEWAYS, GatewayRecord};
use crate::wire::gateway_feature::{
    BACKEND_TIMEOUT, CreateFeature, Feature, FeatureList, FeatureNames, ListFeatures, ListInstanceFeatures, NewFeature,
    USUAL_BACKEND_TIMEOUT,
};
use crate::wire::rule::RAISED_BACKEND_TIMEOUT;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use std::ops::RangeInclusive;

/// How long a feature stays as it is once it was set.
const PAUSE: SignedDuration = SignedDuration::from_mins(1);

/// What the value of a feature is.
enum Form {
    /// JSON with a number under this name.
    Member(&'static str, RangeInclusive<i64>),
    /// A number.
    Number(RangeInclusive<i64>),
    /// `on` or `off`.
    Switch,
}

/// The features that every gateway supports. The service may have more: these are the documented ones.
const FEATURES: &[(&str, Form)] = &[
    (BACKEND_TIMEOUT, Form::Member("max_timeout", RAISED_BACKEND_TIMEOUT)),
    ("ratelimit", Form::Member("api_limits", 1..=1_000_000)),
    ("request_body_size", Form::Number(1_048_576..=9_999_220_736)),
    ("app_secret", Form::Switch),
    ("app_basic", Form::Switch),
    ("app_api_key", Form::Switch),
    ("app_route", Form::Switch),
];

/// The names of the features that every gateway supports.
pub(super) fn names() -> Vec<String> {
    FEATURES.iter().map(|(name, _)| (*name).to_owned()).collect()
}

/// The longest backend timeout that an API of the gateway of `record` may have, in milliseconds.
pub(super) fn longest_backend_timeout(record: &GatewayRecord) -> i64 {
    let set = record.features.iter().find(|feature| feature.name == BACKEND_TIMEOUT);
    let config = set
        .filter(|feature| feature.enable)
        .and_then(|feature| feature.config.as_deref());
    config
        .and_then(|config| member(config, "max_timeout"))
        .unwrap_or(USUAL_BACKEND_TIMEOUT)
}

fn member(config: &str, name: &str) -> Option<i64> {
    serde_json::from_str::<Value>(config).ok()?.get(name)?.as_i64()
}

fn check(new: &NewFeature) -> Result<(), Refusal> {
    let (_, form) = FEATURES
        .iter()
        .find(|(name, _)| *name == new.name)
        .ok_or_else(|| Refusal::because(FEATURE_UNSUPPORTED, format!("`{}`", new.name)))?;
    let config = new.config.as_deref().unwrap_or_default();
    let wrong = |wanted: String| {
        let detail = format!("`{config}` is not {wanted}");
        Err(Refusal::parameter(PARAMETER_VALUE, "config", detail))
    };
    match form {
        Form::Member(name, range) if !member(config, name).is_some_and(|number| range.contains(&number)) => {
            wrong(format!(
                "{{\"{name}\": NUMBER}} with a number of {} to {}",
                range.start(),
                range.end()
            ))
        }
        Form::Number(range) if !config.parse().is_ok_and(|number| range.contains(&number)) => {
            wrong(format!("a number of {} to {}", range.start(), range.end()))
        }
        Form::Switch if !matches!(config, "on" | "off") => wrong("on or off".to_owned()),
        _ => Ok(()),
    }
}

/// CreateFeatureV2: sets a feature, whether or not it was set before.
pub(super) async fn create(call: Call, input: CreateFeature) -> Result<Feature, Refusal> {
    let CreateFeature { instance_id, body } = input;
    check(&body)?;
    let now = call.now;
    call.blocking(move |context| {
        context.store.write(|writer| {
            let mut record = gateway_status::usable(writer, &instance_id, now)?;
            let before = record.features.iter().position(|feature| feature.name == body.name);
            let before = before.map(|at| record.features.remove(at));
            let set = before
                .as_ref()
                .and_then(|feature| feature.update_time.parse::<Timestamp>().ok());
            if set.is_some_and(|set| now.duration_since(set) < PAUSE) {
                return Err(Refusal::new(FEATURE_TOO_SOON));
            }
            let feature = Feature {
                id: before.map_or_else(new_id, |feature| feature.id),
                name: body.name.clone(),
                enable: body.enable,
                config: body.config.clone(),
                instance_id: instance_id.clone(),
                update_time: now.to_string(),
            };
            record.features.push(feature.clone());
            writer.put(&GATEWAYS, &instance_id, &record)?;
            Ok(feature)
        })
    })
    .await
}

/// ListFeaturesV2.
pub(super) async fn list(call: Call, input: ListFeatures) -> Result<FeatureList, Refusal> {
    let store = &call.context.store;
    let record = store.read(|reader| gateway_status::known(reader, &input.instance_id, call.now))?;
    let page = page::by_offset(record.features, input.offset, input.limit);
    Ok(FeatureList {
        total: page::count(page.total),
        size: page::count(page.items.len()),
        features: page.items,
    })
}

/// ListInstanceFeatures.
pub(super) async fn supported(call: Call, input: ListInstanceFeatures) -> Result<FeatureNames, Refusal> {
    let store = &call.context.store;
    store.read(|reader| gateway_status::known(reader, &input.instance_id, call.now))?;
    let page = page::by_offset(names(), input.offset, input.limit);
    Ok(FeatureNames {
        total: page::count(page.total),
        size: page::count(page.items.len()),
        features: page.items,
    })
}
