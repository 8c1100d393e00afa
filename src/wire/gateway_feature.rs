//! Features of a gateway: what it does beyond its edition, each with a value. Source: APIG API v2, "Gateway Management".

use super::gateway::next_offset;
use super::operation::{Listing, Method, Operation, Service};
use serde::{Deserialize, Serialize};

/// The feature that lets an API of network architecture V2 have a backend timeout over 60000 ms.
pub(crate) const BACKEND_TIMEOUT: &str = "backend_timeout";
/// Its value unless it is set, in ms.
pub(crate) const USUAL_BACKEND_TIMEOUT: i64 = 60_000;

/// The input of [`CreateFeature`].
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct NewFeature {
    /// [`BACKEND_TIMEOUT`], `ratelimit` …
    pub(crate) name: String,
    /// Whether it is on.
    pub(crate) enable: bool,
    /// Its value as text: JSON, a number, `on` or `off`, as the feature wants it.
    pub(crate) config: Option<String>,
}

/// A feature that was set.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Feature {
    /// 32 hex digits.
    pub(crate) id: String,
    /// As it was set.
    pub(crate) name: String,
    /// Whether it is on.
    pub(crate) enable: bool,
    /// Its value as text.
    pub(crate) config: Option<String>,
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// RFC 3339.
    pub(crate) update_time: String,
}

/// Sets a feature; at most once a minute. Source: CreateFeatureV2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CreateFeature {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// The feature.
    pub(crate) body: NewFeature,
}

/// Lists the features that were set. Source: ListFeaturesV2.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct ListFeatures {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// Of the page's first item.
    #[serde(default, deserialize_with = "super::operation::number::option")]
    pub(crate) offset: Option<i64>,
    /// 1 to 500; the service's default is 20.
    #[serde(default, deserialize_with = "super::operation::number::option")]
    pub(crate) limit: Option<i64>,
}

/// The answer of [`ListFeatures`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct FeatureList {
    /// How many there are in all.
    pub(crate) total: i64,
    /// How many the page holds.
    pub(crate) size: i64,
    /// One page.
    pub(crate) features: Vec<Feature>,
}

/// Lists the names of the features that a gateway supports. Source: ListInstanceFeatures.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ListInstanceFeatures {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// Of the page's first item.
    #[serde(default, deserialize_with = "super::operation::number::option")]
    pub(crate) offset: Option<i64>,
    /// 1 to 500; the service's default is 20.
    #[serde(default, deserialize_with = "super::operation::number::option")]
    pub(crate) limit: Option<i64>,
}

/// The answer of [`ListInstanceFeatures`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct FeatureNames {
    /// How many there are in all.
    pub(crate) total: i64,
    /// How many the page holds.
    pub(crate) size: i64,
    /// One page.
    pub(crate) features: Vec<String>,
}

impl Operation for CreateFeature {
    const NAME: &'static str = "CreateFeatureV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/features";
    const SUCCESS: &'static [u16] = &[201];
    type Output = Feature;
}

impl Operation for ListFeatures {
    const NAME: &'static str = "ListFeaturesV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/features";
    const SUCCESS: &'static [u16] = &[200];
    type Output = FeatureList;
}

impl Listing for ListFeatures {
    type Item = Feature;

    fn items(page: FeatureList) -> Vec<Feature> {
        page.features
    }

    fn after(&self, page: &FeatureList) -> Option<Self> {
        let offset = next_offset(self.offset, page.features.len(), page.total)?;
        Some(Self {
            offset: Some(offset),
            ..self.clone()
        })
    }
}

impl Operation for ListInstanceFeatures {
    const NAME: &'static str = "ListInstanceFeatures";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/instance-features";
    const SUCCESS: &'static [u16] = &[200];
    type Output = FeatureNames;
}
