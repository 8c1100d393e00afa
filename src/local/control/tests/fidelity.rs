//! What the vendor's SDKs have and the local cloud has not.

use super::super::rows;
use super::{Cloud, PROJECT};
use serde_json::Value;

/// Service, version, name, method and path, one a line.
const SDK: &str = include_str!("../../../../tests/sdk/operations.txt");

/// Whether a request at `path` reaches what is served at `template`.
fn reaches(path: &str, template: &str) -> bool {
    let (path, template): (Vec<&str>, Vec<&str>) = (path.split('/').collect(), template.split('/').collect());
    let fits = |(given, wanted): (&&str, &&str)| wanted.starts_with('{') || given == wanted;
    path.len() == template.len() && path.iter().zip(&template).all(fits)
}

#[tokio::test]
async fn an_operation_that_is_not_served_does_not_exist() {
    let (cloud, served) = (Cloud::new(), rows());
    let mut refused = 0;
    for line in SDK.lines().filter(|line| !line.starts_with("obs ")) {
        let fields: Vec<&str> = line.split(' ').collect();
        let (method, template) = (fields[3], fields[4].replace("{project_id}", PROJECT));
        let segments = template
            .split('/')
            .map(|part| if part.starts_with('{') { "x" } else { part });
        let target = segments.collect::<Vec<_>>().join("/");
        let is_served = served.iter().any(|row| {
            let template = row.path.unwrap_or_default().replace("{project_id}", PROJECT);
            row.method == Some(method) && reaches(&target, &template)
        });
        if is_served {
            continue;
        }
        let answer = cloud.send(method, &target, Value::Null).await;
        match method {
            // Its answers have no body.
            "HEAD" => drop(answer.is(404)),
            _ => drop(answer.refused(404, "APIGW.0101")),
        }
        refused += 1;
    }
    assert!(refused > 400, "only {refused} operations were refused");
}
