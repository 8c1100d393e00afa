//! Apps: who may call APIs with App authentication. Source: APIG API v2, "App Management".

use super::gateway::next_offset;
use super::operation::{Listing, Method, Operation, Service};
use serde::{Deserialize, Serialize};

/// The input of [`CreateApp`] and [`UpdateApp`].
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct NewApp {
    /// See [`super::rule::app_name`]; unique in its gateway.
    pub(crate) name: String,
    /// At most 255 characters.
    pub(crate) remark: Option<String>,
    /// 8 to 200 characters; made by the service unless given.
    pub(crate) app_key: Option<String>,
    /// 8 to 128 characters; made by the service unless given.
    pub(crate) app_secret: Option<String>,
}

/// An app. Has a secret, so nothing prints it by itself.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct App {
    /// 32 hex digits, or a UUID with dashes.
    pub(crate) id: String,
    /// Its name.
    pub(crate) name: String,
    /// Free text.
    pub(crate) remark: Option<String>,
    /// `USER`.
    pub(crate) creator: String,
    /// The AppKey: what a signature names.
    pub(crate) app_key: String,
    /// The AppSecret: what a signature is made with.
    pub(crate) app_secret: String,
    /// RFC 3339.
    pub(crate) register_time: String,
    /// RFC 3339.
    pub(crate) update_time: String,
    /// 1 is in force.
    pub(crate) status: i64,
    /// `apig`.
    pub(crate) app_type: String,
    /// How many APIs it may call, in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bind_num: Option<i64>,
}

/// The answer of [`ListApps`].
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct AppList {
    /// How many there are in all.
    pub(crate) total: i64,
    /// How many the page holds.
    pub(crate) size: i64,
    /// One page.
    pub(crate) apps: Vec<App>,
}

/// The input of [`ResetAppSecret`].
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct NewSecret {
    /// 8 to 128 characters; made by the service unless given.
    pub(crate) app_secret: Option<String>,
}

/// Creates an app. Source: CreateAnAppV2.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct CreateApp {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// The app.
    pub(crate) body: NewApp,
}

/// Lists apps. Source: ListAppsV2.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct ListApps {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// Only this one.
    pub(crate) id: Option<String>,
    /// A part of the name, unless `precise_search` holds `name`.
    pub(crate) name: Option<String>,
    /// Only the one with this AppKey.
    pub(crate) app_key: Option<String>,
    /// Only those of this status.
    #[serde(default, deserialize_with = "super::operation::number::option")]
    pub(crate) status: Option<i64>,
    /// Only those that were made so.
    pub(crate) creator: Option<String>,
    /// Names of parameters that match whole, joined by commas.
    pub(crate) precise_search: Option<String>,
    /// Of the page's first item.
    #[serde(default, deserialize_with = "super::operation::number::option")]
    pub(crate) offset: Option<i64>,
    /// 1 to 500; the service's default is 20.
    #[serde(default, deserialize_with = "super::operation::number::option")]
    pub(crate) limit: Option<i64>,
}

/// Shows an app. Source: ShowDetailsOfAppV2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ShowApp {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// The app's id.
    pub(crate) app_id: String,
}

/// Replaces an app's name, remark and, where given, its key and secret. Source: UpdateAppV2.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct UpdateApp {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// The app's id.
    pub(crate) app_id: String,
    /// What is to hold.
    pub(crate) body: NewApp,
}

/// Deletes an app, its AppCodes and its authorisations. Source: DeleteAppV2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct DeleteApp {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// The app's id.
    pub(crate) app_id: String,
}

/// Gives an app another secret. Source: ResettingAppSecretV2.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct ResetAppSecret {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// The app's id.
    pub(crate) app_id: String,
    /// The secret.
    pub(crate) body: NewSecret,
}

/// The answer of [`CheckApp`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct AppCheck {
    /// The app's name.
    pub(crate) name: String,
    /// Free text.
    pub(crate) remark: Option<String>,
    /// The app's id.
    pub(crate) id: String,
}

/// Tells whether there is such an app. Source: CheckAppV2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CheckApp {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// The app's id.
    pub(crate) app_id: String,
}

impl Operation for CreateApp {
    const NAME: &'static str = "CreateAnAppV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/apps";
    const SUCCESS: &'static [u16] = &[201];
    type Output = App;
}

impl Operation for ListApps {
    const NAME: &'static str = "ListAppsV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/apps";
    const SUCCESS: &'static [u16] = &[200];
    type Output = AppList;
}

impl Listing for ListApps {
    type Item = App;

    fn items(page: AppList) -> Vec<App> {
        page.apps
    }

    fn after(&self, page: &AppList) -> Option<Self> {
        let offset = next_offset(self.offset, page.apps.len(), page.total)?;
        Some(Self {
            offset: Some(offset),
            ..self.clone()
        })
    }
}

impl Operation for ShowApp {
    const NAME: &'static str = "ShowDetailsOfAppV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/apps/{app_id}";
    const SUCCESS: &'static [u16] = &[200];
    type Output = App;
}

impl Operation for UpdateApp {
    const NAME: &'static str = "UpdateAppV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Put;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/apps/{app_id}";
    const SUCCESS: &'static [u16] = &[200];
    type Output = App;
}

impl Operation for DeleteApp {
    const NAME: &'static str = "DeleteAppV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/apps/{app_id}";
    const SUCCESS: &'static [u16] = &[204];
    type Output = ();
}

impl Operation for ResetAppSecret {
    const NAME: &'static str = "ResettingAppSecretV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Put;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/apps/secret/{app_id}";
    const SUCCESS: &'static [u16] = &[200];
    type Output = App;
}

impl Operation for CheckApp {
    const NAME: &'static str = "CheckAppV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/apps/validation/{app_id}";
    const SUCCESS: &'static [u16] = &[200];
    type Output = AppCheck;
}
