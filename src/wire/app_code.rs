//! AppCodes: what stands in for an app's signature in one header. Source: APIG API v2, "App Management".

use super::gateway::next_offset;
use super::operation::{Listing, Method, Operation, Service};
use serde::{Deserialize, Serialize};

/// The input of [`CreateAppCode`].
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct NewAppCode {
    /// See [`super::rule::app_code`].
    pub(crate) app_code: String,
}

/// An AppCode. Is a secret, so nothing prints it by itself.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct AppCode {
    /// The code.
    pub(crate) app_code: String,
    /// 32 hex digits.
    pub(crate) id: String,
    /// The app's id.
    pub(crate) app_id: String,
    /// RFC 3339.
    pub(crate) create_time: String,
}

/// The answer of [`ListAppCodes`].
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct AppCodeList {
    /// How many there are in all.
    pub(crate) total: i64,
    /// How many the page holds.
    pub(crate) size: i64,
    /// One page.
    pub(crate) app_codes: Vec<AppCode>,
}

/// Gives an app this code. Source: CreateAppCodeV2.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct CreateAppCode {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// The app's id.
    pub(crate) app_id: String,
    /// The code.
    pub(crate) body: NewAppCode,
}

/// Gives an app a code that the service makes. Source: CreateAppCodeAutoV2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CreateAppCodeAuto {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// The app's id.
    pub(crate) app_id: String,
}

/// Lists an app's codes. Source: ListAppCodesV2.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct ListAppCodes {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// The app's id.
    pub(crate) app_id: String,
    /// Of the page's first item.
    #[serde(default, deserialize_with = "super::operation::number::option")]
    pub(crate) offset: Option<i64>,
    /// 1 to 500; the service's default is 20.
    #[serde(default, deserialize_with = "super::operation::number::option")]
    pub(crate) limit: Option<i64>,
}

/// Shows a code. Source: ShowDetailsOfAppCodeV2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ShowAppCode {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// The app's id.
    pub(crate) app_id: String,
    /// The code's id.
    pub(crate) app_code_id: String,
}

/// Deletes a code. Source: DeleteAppCodeV2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct DeleteAppCode {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// The app's id.
    pub(crate) app_id: String,
    /// The code's id.
    pub(crate) app_code_id: String,
}

impl Operation for CreateAppCode {
    const NAME: &'static str = "CreateAppCodeV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/apps/{app_id}/app-codes";
    const SUCCESS: &'static [u16] = &[201];
    const UNKNOWN: &'static [&'static str] =
        &["the code for an AppCode that an app of the gateway has: here 400 `APIG.2012`"];
    type Output = AppCode;
}

impl Operation for CreateAppCodeAuto {
    const NAME: &'static str = "CreateAppCodeAutoV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Put;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/apps/{app_id}/app-codes";
    const SUCCESS: &'static [u16] = &[201];
    const UNKNOWN: &'static [&'static str] =
        &["the code for an AppCode that an app of the gateway has: here 400 `APIG.2012`"];
    type Output = AppCode;
}

impl Operation for ListAppCodes {
    const NAME: &'static str = "ListAppCodesV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/apps/{app_id}/app-codes";
    const SUCCESS: &'static [u16] = &[200];
    type Output = AppCodeList;
}

impl Listing for ListAppCodes {
    type Item = AppCode;

    fn items(page: AppCodeList) -> Vec<AppCode> {
        page.app_codes
    }

    fn after(&self, page: &AppCodeList) -> Option<Self> {
        let offset = next_offset(self.offset, page.app_codes.len(), page.total)?;
        Some(Self {
            offset: Some(offset),
            ..self.clone()
        })
    }
}

impl Operation for ShowAppCode {
    const NAME: &'static str = "ShowDetailsOfAppCodeV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/apps/{app_id}/app-codes/{app_code_id}";
    const SUCCESS: &'static [u16] = &[201, 200];
    type Output = AppCode;
}

impl Operation for DeleteAppCode {
    const NAME: &'static str = "DeleteAppCodeV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/apps/{app_id}/app-codes/{app_code_id}";
    const SUCCESS: &'static [u16] = &[204];
    type Output = ();
}
