//! Own domains of an API group. They are served by `Host` on every group's port.

use super::identity::new_id;
use super::refusal::Refusal;
use super::request::Call;
use super::vpc::members;
use super::{gateway_status, group};
use crate::codes::apig::{
    DOMAIN_EXISTS, DOMAIN_INVALID, DOMAIN_NOT_FOUND, DOMAIN_OF_ANOTHER_GROUP, DOMAIN_QUOTA, PARAMETER_MISSING,
    PARAMETER_VALUE,
};
use crate::local::store::records::{GROUPS, GroupRecord};
use crate::local::store::{Read, Writer};
use crate::wire::domain::{AssociateDomain, DisassociateDomain, Domain, NewDomain, UpdateDomain};
use jiff::Timestamp;
use serde_json::{Value, json};

/// How many domains a group may have.
const QUOTA: usize = 5;
/// The longest domain, in characters.
const LENGTH: usize = 255;
/// The member of a group that lists its domains.
const LIST: &str = "url_domains";
/// `status` of a domain whose name leads to the gateway. The local cloud asks no name server: every domain does.
const RESOLVED: i64 = 3;

/// What is wrong with `domain`, if anything.
fn fault(domain: &str) -> Option<&'static str> {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let labels: Vec<&str> = domain.split('.').collect();
    if domain.chars().count() > LENGTH {
        Some("it has more than 255 characters")
    } else if labels.len() < 2 || !labels.into_iter().all(label) {
        Some("it should read as www.example.com")
    } else {
        None
    }
}

/// Custom ports are not served: a domain answers on the usual ones, or not at all.
fn check_port(name: &str, port: Option<i64>, usual: i64) -> Result<i64, Refusal> {
    match port.unwrap_or(usual) {
        port if port == -1 || port == usual => Ok(port),
        other => {
            let detail = format!("`{other}` is neither -1 nor {usual}, and no custom inbound port of the gateway");
            Err(Refusal::parameter(PARAMETER_VALUE, name, detail))
        }
    }
}

/// What `new` says of a domain.
fn settings(new: &NewDomain) -> Result<Domain, Refusal> {
    let version = new.min_ssl_version.as_deref().unwrap_or("TLSv1.1");
    if !matches!(version, "TLSv1.1" | "TLSv1.2") {
        let detail = format!("`{version}` is neither TLSv1.1 nor TLSv1.2");
        return Err(Refusal::parameter(PARAMETER_VALUE, "min_ssl_version", detail));
    }
    Ok(Domain {
        status: RESOLVED,
        min_ssl_version: version.to_owned(),
        is_http_redirect_to_https: new.is_http_redirect_to_https.unwrap_or_default(),
        verified_client_certificate_enabled: new.verified_client_certificate_enabled.unwrap_or_default(),
        ingress_http_port: check_port("ingress_http_port", new.ingress_http_port, 80)?,
        ingress_https_port: check_port("ingress_https_port", new.ingress_https_port, 443)?,
        ..Domain::default()
    })
}

/// `domain` as its group lists it.
fn listed(domain: &Domain) -> Value {
    json!({
        "id": domain.id, "domain": domain.url_domain, "cname_status": domain.status, "ssl_id": "", "ssl_name": "",
        "min_ssl_version": domain.min_ssl_version,
        "verified_client_certificate_enabled": domain.verified_client_certificate_enabled,
        "is_has_trusted_root_ca": false, "is_http_redirect_to_https": domain.is_http_redirect_to_https,
        "ingress_http_port": domain.ingress_http_port, "ingress_https_port": domain.ingress_https_port,
        "ssl_infos": [],
    })
}

fn list_of(record: &mut GroupRecord) -> &mut Vec<Value> {
    let list = record.group.other.entry(LIST).or_insert_with(|| json!([]));
    if !list.is_array() {
        *list = json!([]);
    }
    list.as_array_mut()
        .unwrap_or_else(|| unreachable!("it was just made one"))
}

fn put(writer: &Writer, record: &GroupRecord) -> Result<(), Refusal> {
    Ok(writer.put(&GROUPS, &record.group.id, record)?)
}

/// AssociateDomainV2.
pub(super) async fn create(call: Call, input: AssociateDomain) -> Result<Domain, Refusal> {
    let AssociateDomain {
        instance_id,
        group_id,
        body,
    } = input;
    let name = body.url_domain.clone().unwrap_or_default().to_ascii_lowercase();
    if name.is_empty() {
        return Err(Refusal::parameter(PARAMETER_MISSING, "url_domain", "the domain"));
    }
    if let Some(fault) = fault(&name) {
        return Err(Refusal::because(DOMAIN_INVALID, format!("`{name}`: {fault}")));
    }
    if body.ingress_http_port.is_some() != body.ingress_https_port.is_some() {
        let detail = "ingress_http_port and ingress_https_port go together";
        return Err(Refusal::parameter(PARAMETER_MISSING, "ingress_https_port", detail));
    }
    let domain = Domain {
        id: new_id(),
        url_domain: name,
        ..settings(&body)?
    };
    let now = call.now;
    call.blocking(move |context| {
        context.store.write(|writer| {
            let mut record = owner(writer, (&instance_id, &group_id), now)?;
            is_free(writer, &domain.url_domain)?;
            let list = list_of(&mut record);
            if list.len() >= QUOTA {
                return Err(Refusal::because(DOMAIN_QUOTA, format!("{QUOTA} domains")));
            }
            list.push(listed(&domain));
            put(writer, &record)?;
            Ok(domain.clone())
        })
    })
    .await
}

fn owner(view: &impl Read, (instance_id, group_id): (&str, &str), now: Timestamp) -> Result<GroupRecord, Refusal> {
    gateway_status::usable(view, instance_id, now)?;
    group::find(view, instance_id, group_id)
}

/// Whether no group of any gateway has the domain `name`.
fn is_free(view: &impl Read, name: &str) -> Result<(), Refusal> {
    for mut record in view.scan(&GROUPS, "")? {
        if list_of(&mut record).iter().any(|entry| entry["domain"] == name) {
            let detail = format!("`{name}` is bound to the group `{}`", record.group.name);
            return Err(Refusal::because(DOMAIN_EXISTS, detail));
        }
    }
    Ok(())
}

/// Where the domain `id` stands in the list of `record`.
///
/// # Errors
/// 400 `APIG.3474` when it is another group's, 404 `APIG.3020` when it is nobody's.
fn position(view: &impl Read, record: &mut GroupRecord, id: &str) -> Result<usize, Refusal> {
    if let Some(at) = list_of(record).iter().position(|entry| entry["id"] == id) {
        return Ok(at);
    }
    for mut other in view.scan(&GROUPS, "")? {
        if list_of(&mut other).iter().any(|entry| entry["id"] == id) {
            let detail = format!("`{id}` is bound to the group `{}`", other.group.name);
            return Err(Refusal::because(DOMAIN_OF_ANOTHER_GROUP, detail));
        }
    }
    Err(Refusal::because(DOMAIN_NOT_FOUND, format!("`{id}`")))
}

/// UpdateDomainV2.
pub(super) async fn update(call: Call, input: UpdateDomain) -> Result<Domain, Refusal> {
    let UpdateDomain {
        instance_id,
        group_id,
        domain_id,
        body,
    } = input;
    if body.min_ssl_version.is_none() {
        return Err(Refusal::parameter(
            PARAMETER_MISSING,
            "min_ssl_version",
            "the lowest TLS version",
        ));
    }
    let settings = settings(&body)?;
    let now = call.now;
    call.blocking(move |context| {
        context.store.write(|writer| {
            let mut record = owner(writer, (&instance_id, &group_id), now)?;
            let at = position(writer, &mut record, &domain_id)?;
            let entry = &mut list_of(&mut record)[at];
            let domain = Domain {
                id: domain_id.clone(),
                url_domain: entry["domain"].as_str().unwrap_or_default().to_owned(),
                ..settings.clone()
            };
            *entry = Value::Object(members(listed(&domain)));
            put(writer, &record)?;
            Ok(domain)
        })
    })
    .await
}

/// DisassociateDomainV2.
pub(super) async fn delete(call: Call, input: DisassociateDomain) -> Result<(), Refusal> {
    let now = call.now;
    call.blocking(move |context| {
        context.store.write(|writer| {
            let mut record = owner(writer, (&input.instance_id, &input.group_id), now)?;
            let at = position(writer, &mut record, &input.domain_id)?;
            list_of(&mut record).remove(at);
            put(writer, &record)
        })
    })
    .await
}
