//! Enterprise projects: the account has `default`.

use super::refusal::Refusal;
use super::request::Call;
use super::vpc::CREATED_AT;
use crate::codes::eps::{LIMIT, NOT_FOUND, OFFSET};
use crate::wire::enterprise_project::{
    DEFAULT_ID, EnterpriseProject, EnterpriseProjectAnswer, EnterpriseProjectList, ListEnterpriseProject,
    ShowEnterpriseProject,
};

/// The most items of a page, and how many there are unless the caller says.
const MOST: i64 = 1000;

fn default() -> EnterpriseProject {
    let created_at = format!("{CREATED_AT}Z");
    EnterpriseProject {
        id: DEFAULT_ID.to_owned(),
        name: "default".to_owned(),
        description: String::new(),
        status: 1,
        created_at: created_at.clone(),
        updated_at: created_at,
        kind: "prod".to_owned(),
        delete_flag: false,
    }
}

/// ListEnterpriseProject.
pub(super) async fn list(_call: Call, input: ListEnterpriseProject) -> Result<EnterpriseProjectList, Refusal> {
    let limit = input.limit.unwrap_or(MOST);
    if !(1..=MOST).contains(&limit) {
        return Err(Refusal::because(LIMIT, format!("`{limit}` is not 1 to {MOST}")));
    }
    let offset = usize::try_from(input.offset.unwrap_or(0)).map_err(|_| Refusal::new(OFFSET))?;
    let mut found = vec![default()];
    found.retain(|project| {
        input.id.as_ref().is_none_or(|id| *id == project.id)
            && input.name.as_ref().is_none_or(|name| project.name.contains(name))
            && input.kind.as_ref().is_none_or(|kind| *kind == project.kind)
            && input.status.is_none_or(|status| status == i64::from(project.status))
    });
    let total_count = u64::try_from(found.len()).unwrap_or(u64::MAX);
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    Ok(EnterpriseProjectList {
        enterprise_projects: found.into_iter().skip(offset).take(limit).collect(),
        total_count,
    })
}

/// ShowEnterpriseProject.
pub(super) async fn show(_call: Call, input: ShowEnterpriseProject) -> Result<EnterpriseProjectAnswer, Refusal> {
    match input.enterprise_project_id == DEFAULT_ID {
        true => Ok(EnterpriseProjectAnswer {
            enterprise_project: default(),
        }),
        false => Err(Refusal::new(NOT_FOUND)),
    }
}
