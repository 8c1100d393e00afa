//! From a region to the project's id, which every path names.

use super::error::ApiError;
use super::line::Line;
use crate::wire::project::{KeystoneListProjects, Project};

/// The project of a region cannot be told.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProjectError {
    /// The account has no project there.
    #[error("the account has no project for the region `{region}`; name one by its id")]
    None {
        /// The region.
        region: String,
    },
    /// There are several.
    #[error("the account has several projects for the region `{region}`: {}; name one by its id", ids.join(", "))]
    Several {
        /// The region.
        region: String,
        /// Their ids.
        ids: Vec<String>,
    },
    /// They cannot be listed.
    #[error("the project of the region `{region}` cannot be looked up")]
    Api {
        /// The region.
        region: String,
        /// Why.
        #[source]
        source: ApiError,
    },
}

/// The projects that bear the region's id as their name. A sub-project, `cn-east-3_name`, is none of them.
pub(super) async fn named(line: &Line, region: &str) -> Result<Vec<Project>, ApiError> {
    let list = KeystoneListProjects {
        name: Some(region.to_owned()),
        ..KeystoneListProjects::default()
    };
    let mut projects = line.send(&list, "", None).await?.projects;
    projects.retain(|project| project.name == region);
    Ok(projects)
}

/// The one project of `region`.
///
/// # Errors
/// [`ProjectError`] when there is none, when there are several, or when they cannot be listed.
pub(super) async fn look_up(line: &Line, region: &str) -> Result<Project, ProjectError> {
    let region = region.to_owned();
    let mut projects = match named(line, &region).await {
        Ok(projects) => projects,
        Err(source) => return Err(ProjectError::Api { region, source }),
    };
    match (projects.pop(), projects.as_slice()) {
        (None, _) => Err(ProjectError::None { region }),
        (Some(project), []) => Ok(project),
        (Some(last), others) => {
            let ids = others.iter().chain([&last]).map(|project| project.id.clone()).collect();
            Err(ProjectError::Several { region, ids })
        }
    }
}
