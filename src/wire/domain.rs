//! Own domains of an API group. Source: APIG API v2, "Domain Name Management".

use super::operation::{Method, Operation, Service};
use serde::{Deserialize, Serialize};

/// The input of [`AssociateDomain`] and [`UpdateDomain`].
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct NewDomain {
    /// At most 255 characters; not in an update.
    pub(crate) url_domain: Option<String>,
    /// `TLSv1.1`, the default, or `TLSv1.2`.
    pub(crate) min_ssl_version: Option<String>,
    /// Whether `http://` leads to `https://`.
    pub(crate) is_http_redirect_to_https: Option<bool>,
    /// Whether clients need a certificate; in an update.
    pub(crate) verified_client_certificate_enabled: Option<bool>,
    /// -1 is off; 80 unless given.
    pub(crate) ingress_http_port: Option<i64>,
    /// -1 is off; 443 unless given.
    pub(crate) ingress_https_port: Option<i64>,
}

/// A domain as binding it answers it; a group's own list has it in another form.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Domain {
    /// The domain.
    pub(crate) url_domain: String,
    /// 32 hex digits.
    pub(crate) id: String,
    /// 1 unresolved, 2 resolving, 3 done, 4 failed.
    pub(crate) status: i64,
    /// `TLSv1.1` or `TLSv1.2`.
    pub(crate) min_ssl_version: String,
    /// Whether `http://` leads to `https://`.
    pub(crate) is_http_redirect_to_https: bool,
    /// Whether clients need a certificate.
    pub(crate) verified_client_certificate_enabled: bool,
    /// -1 is off.
    pub(crate) ingress_http_port: i64,
    /// -1 is off.
    pub(crate) ingress_https_port: i64,
}

/// Binds a domain to a group. Source: AssociateDomainV2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct AssociateDomain {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// The group's id.
    pub(crate) group_id: String,
    /// The domain.
    pub(crate) body: NewDomain,
}

/// Changes how a domain is served. Source: UpdateDomainV2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct UpdateDomain {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// The group's id.
    pub(crate) group_id: String,
    /// The domain's id.
    pub(crate) domain_id: String,
    /// What is to hold.
    pub(crate) body: NewDomain,
}

/// Unbinds a domain. Source: DisassociateDomainV2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct DisassociateDomain {
    /// The gateway's id.
    pub(crate) instance_id: String,
    /// The group's id.
    pub(crate) group_id: String,
    /// The domain's id.
    pub(crate) domain_id: String,
}

impl Operation for AssociateDomain {
    const NAME: &'static str = "AssociateDomainV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v2/{project_id}/apigw/instances/{instance_id}/api-groups/{group_id}/domains";
    const SUCCESS: &'static [u16] = &[201];
    type Output = Domain;
}

impl Operation for UpdateDomain {
    const NAME: &'static str = "UpdateDomainV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Put;
    const PATH: &'static str =
        "/v2/{project_id}/apigw/instances/{instance_id}/api-groups/{group_id}/domains/{domain_id}";
    const SUCCESS: &'static [u16] = &[201];
    type Output = Domain;
}

impl Operation for DisassociateDomain {
    const NAME: &'static str = "DisassociateDomainV2";
    const SERVICE: Service = Service::Apig;
    const METHOD: Method = Method::Delete;
    const PATH: &'static str =
        "/v2/{project_id}/apigw/instances/{instance_id}/api-groups/{group_id}/domains/{domain_id}";
    const SUCCESS: &'static [u16] = &[204];
    type Output = ();
}
