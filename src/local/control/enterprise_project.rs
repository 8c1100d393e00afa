//! Enterprise projects: the account has `default`.

use super::refusal::Refusal;
use super::request::Call;
use super::vpc::CREATED_AT;
use crate::wire::enterprise_project::{DEFAULT_ID, EnterpriseProject, EnterpriseProjectList, ListEnterpriseProject};

/// ListEnterpriseProject.
pub(super) async fn list(_call: Call, input: ListEnterpriseProject) -> Result<EnterpriseProjectList, Refusal> {
    let created_at = format!("{CREATED_AT}Z");
    let mut enterprise_projects = vec![EnterpriseProject {
        id: DEFAULT_ID.to_owned(),
        name: "default".to_owned(),
        description: String::new(),
        status: 1,
        created_at: created_at.clone(),
        updated_at: created_at,
        kind: "prod".to_owned(),
        delete_flag: false,
    }];
    enterprise_projects.retain(|project| input.name.as_ref().is_none_or(|name| project.name.contains(name)));
    let total_count = u64::try_from(enterprise_projects.len()).unwrap_or(u64::MAX);
    Ok(EnterpriseProjectList {
        enterprise_projects,
        total_count,
    })
}
