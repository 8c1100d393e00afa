//! Projects: the account has its region's own.

use super::refusal::Refusal;
use super::request::Call;
use crate::wire::project::{KeystoneListProjects, Project, ProjectList};

/// KeystoneListProjects.
pub(super) async fn list(call: Call, input: KeystoneListProjects) -> Result<ProjectList, Refusal> {
    let account = &call.context.account;
    let mut projects = vec![Project {
        id: account.project_id.clone(),
        name: account.region.clone(),
        domain_id: account.domain_id.clone(),
        parent_id: account.domain_id.clone(),
        enabled: true,
        is_domain: false,
        description: String::new(),
    }];
    projects.retain(|project| input.name.as_ref().is_none_or(|name| *name == project.name));
    Ok(ProjectList { projects })
}
