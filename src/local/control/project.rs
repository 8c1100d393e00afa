//! Projects, the account and its region: there is one of each.

use super::super::Account;
use super::refusal::Refusal;
use super::request::Call;
use super::token::ACCOUNT_NAME;
use super::vpc::members;
use crate::wire::project::{
    Domain, DomainList, KeystoneListAuthDomains, KeystoneListAuthProjects, KeystoneListProjects, Project, ProjectList,
};
use crate::wire::region::{KNOWN, KeystoneListRegions, Region, RegionList};
use serde_json::json;

fn own(account: &Account, origin: &str) -> Project {
    Project {
        id: account.project_id.clone(),
        name: account.region.clone(),
        domain_id: account.domain_id.clone(),
        parent_id: account.domain_id.clone(),
        enabled: true,
        is_domain: false,
        description: String::new(),
        links: json!({"self": format!("{origin}/v3/projects/{}", account.project_id)}),
    }
}

fn list_of(projects: Vec<Project>, call: &Call, path: &str) -> ProjectList {
    ProjectList {
        projects,
        links: json!({"self": format!("{}{path}", call.origin), "previous": null, "next": null}),
    }
}

/// KeystoneListProjects.
pub(super) async fn list(call: Call, input: KeystoneListProjects) -> Result<ProjectList, Refusal> {
    let is = |asked: &Option<String>, value: &str| asked.as_ref().is_none_or(|asked| asked == value);
    let mut projects = vec![own(&call.context.account, &call.origin)];
    projects.retain(|project| {
        is(&input.name, &project.name)
            && is(&input.domain_id, &project.domain_id)
            && is(&input.parent_id, &project.parent_id)
            && is(&input.enabled, "true")
            && is(&input.is_domain, "false")
    });
    Ok(list_of(projects, &call, "/v3/projects"))
}

/// KeystoneListAuthProjects.
pub(super) async fn list_usable(call: Call, _: KeystoneListAuthProjects) -> Result<ProjectList, Refusal> {
    let projects = vec![own(&call.context.account, &call.origin)];
    Ok(list_of(projects, &call, "/v3/auth/projects"))
}

/// KeystoneListAuthDomains.
pub(super) async fn list_accounts(call: Call, _: KeystoneListAuthDomains) -> Result<DomainList, Refusal> {
    let (id, origin) = (&call.context.account.domain_id, &call.origin);
    let domain = Domain {
        id: id.clone(),
        name: ACCOUNT_NAME.to_owned(),
        enabled: true,
        description: String::new(),
        links: json!({"self": format!("{origin}/v3/domains/{id}")}),
    };
    Ok(DomainList {
        domains: vec![domain],
        links: json!({"self": format!("{origin}/v3/auth/domains")}),
    })
}

/// KeystoneListRegions.
pub(super) async fn list_regions(call: Call, _: KeystoneListRegions) -> Result<RegionList, Refusal> {
    let (id, origin) = (&call.context.account.region, &call.origin);
    let name = KNOWN.iter().find(|(known, _)| known == id).map_or("", |(_, name)| name);
    let region = Region {
        id: id.clone(),
        locales: members(json!({"en-us": name})),
        other: members(json!({
            "type": "public", "parent_region_id": null, "description": "",
            "links": {"self": format!("{origin}/v3/regions/{id}")},
        })),
    };
    Ok(RegionList {
        regions: vec![region],
        links: json!({"self": format!("{origin}/v3/regions"), "previous": null, "next": null}),
    })
}
