//! The cloud over a scripted exchange.

use super::error::ReadError;
use super::fake::{Recorder, Script};
use super::{ApiError, Call, Cloud, Endpoints, ProjectError, Scope, Target};
use crate::sign::{Credentials, Secret};
use crate::transport::{Failure, Query, Retry};
use crate::wire::enterprise_project::ListEnterpriseProject;
use crate::wire::group::{CreateApiGroup, DeleteApiGroup, ListApiGroups, NewGroup};
use crate::wire::vpc::ListVpcs;
use crate::wire::{Method, Parts, Service};
use std::error::Error;
use std::sync::Arc;

fn target(project_id: Option<&str>) -> Target {
    Target {
        endpoints: Endpoints::new(|service| format!("https://{}.example", service.host_label())),
        region: "cn-east-3".to_owned(),
        project_id: project_id.map(str::to_owned),
        domain_id: None,
        credentials: Credentials {
            access_key: "AK".to_owned(),
            secret_key: Secret::new("SK"),
            security_token: None,
        }
        .into(),
        cache: None,
    }
}

async fn cloud(script: &Arc<Script>) -> Cloud {
    Cloud::over(target(Some("p1")), script.clone()).await.unwrap()
}

fn delete() -> DeleteApiGroup {
    DeleteApiGroup {
        instance_id: "i1".to_owned(),
        group_id: "g/1".to_owned(),
    }
}

fn create() -> CreateApiGroup {
    CreateApiGroup {
        instance_id: "i1".to_owned(),
        body: NewGroup {
            name: "group".to_owned(),
            remark: None,
        },
    }
}

fn groups() -> ListApiGroups {
    ListApiGroups {
        instance_id: "i1".to_owned(),
        ..ListApiGroups::default()
    }
}

/// A page of a list of `total` groups, whose names are `names`.
fn page(total: i64, names: &[&str]) -> String {
    let group = |name: &&str| serde_json::json!({ "id": name, "name": name });
    let groups: Vec<_> = names.iter().map(group).collect();
    serde_json::json!({ "total": total, "size": names.len(), "groups": groups }).to_string()
}

#[tokio::test]
async fn an_operation_becomes_a_request_and_its_answer_the_output() {
    let script = Arc::new(Script::new().answer(201, r#"{"id":"g1","name":"group","new_field":1}"#));
    let group = cloud(&script).await.send(&create()).await.unwrap();
    assert_eq!((group.id.as_str(), group.name.as_str()), ("g1", "group"));
    let seen = script.seen().remove(0);
    assert_eq!((seen.method, seen.url.as_str()), ("POST", "https://apig.example"));
    assert_eq!(seen.path, "/v2/p1/apigw/instances/i1/api-groups");
    assert_eq!(&seen.body[..], br#"{"name":"group"}"#);
    assert_eq!(seen.headers, [("X-Project-Id".to_owned(), "p1".to_owned())]);
    assert!(!seen.idempotent);
}

#[tokio::test]
async fn any_success_will_do_for_an_operation_that_answers_nothing() {
    for (status, body) in [(204, ""), (200, ""), (200, "{}"), (202, "not even JSON")] {
        let script = Arc::new(Script::new().answer(status, body));
        cloud(&script).await.send(&delete()).await.unwrap();
        assert_eq!(script.asked(), ["DELETE /v2/p1/apigw/instances/i1/api-groups/g%2F1"]);
        assert!(script.seen()[0].idempotent);
    }
}

#[tokio::test]
async fn a_success_that_cannot_be_read_is_no_success() {
    for body in ["", "<html>", "[]", r#"{"total":"many"}"#] {
        let script = Arc::new(Script::new().answer(200, body));
        let error = cloud(&script).await.send(&groups()).await.unwrap_err();
        assert!(matches!(&error, ApiError::Unreadable { status: 200, .. }), "{error}");
        assert!(error.source().is_some());
    }
}

#[tokio::test]
async fn what_is_no_success_is_a_refusal() {
    for status in [302, 400, 404, 500] {
        let script = Arc::new(Script::new().answer(status, r#"{"error_code":"APIG.3001","error_msg":"gone"}"#));
        let error = cloud(&script).await.send(&delete()).await.unwrap_err();
        let refusal = error.refusal().unwrap();
        assert_eq!((refusal.status, refusal.code.as_str()), (status, "APIG.3001"));
        assert_eq!((refusal.operation, refusal.method), ("DeleteApiGroupV2", "DELETE"));
        assert_eq!(error.is_not_found(), status == 404);
    }
}

#[tokio::test]
async fn no_answer_names_whom_was_asked_and_why_not() {
    let script = Arc::new(Script::new().fail(Failure::Dns));
    let error = cloud(&script).await.send(&groups()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "`ListApiGroupsV2` got no answer from `https://apig.example`"
    );
    assert_eq!((error.status(), error.code()), (None, None));
    let cause = error.source().unwrap().to_string();
    assert_eq!(cause, "no address is known for the host `apig.example`");
}

/// A cloud that repeats what fails, over `script`.
async fn patient(script: Script) -> Cloud {
    let retry = Retry::new(script, 5, Arc::new(Recorder::default()));
    Cloud::over(target(Some("p1")), retry).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_deletion_that_is_repeated_and_finds_nothing_is_done() {
    let gone = r#"{"error_code":"APIG.3001","error_msg":"gone"}"#;
    let cut = Script::new().fail(Failure::Cut).answer(404, gone);
    patient(cut).await.send(&delete()).await.unwrap();

    let at_once = Script::new().answer(404, gone);
    assert!(patient(at_once).await.send(&delete()).await.unwrap_err().is_not_found());
    let never_arrived = Script::new().fail(Failure::Connect).answer(404, gone);
    assert!(
        patient(never_arrived)
            .await
            .send(&delete())
            .await
            .unwrap_err()
            .is_not_found()
    );
    let of_somebody_else = Script::new().fail(Failure::Cut).answer(404, "<h1>404</h1>");
    let error = patient(of_somebody_else).await.send(&delete()).await.unwrap_err();
    assert_eq!(error.status(), Some(404), "a proxy's 404 says nothing of the sort");
}

#[tokio::test(start_paused = true)]
async fn a_creation_without_an_answer_of_the_service_is_undecided() {
    for (script, undecided) in [
        (Script::new().fail(Failure::Cut), true),
        (Script::new().fail(Failure::Timeout), true),
        (Script::new().fail(Failure::Tls), false),
        (Script::new().answer(502, "<h1>Bad Gateway</h1>"), true),
        (Script::new().answer(200, "<html>"), true),
        (
            Script::new().answer(500, r#"{"error_code":"APIG.9999","error_msg":"m"}"#),
            false,
        ),
        (Script::new().answer(400, ""), false),
    ] {
        let error = patient(script).await.send(&create()).await.unwrap_err();
        let expected = undecided.then_some("CreateApiGroupV2");
        assert_eq!(error.undecided(), expected, "{error}");
    }
    let script = Script::new().answer(500, "");
    let error = patient(script).await.send(&delete()).await.unwrap_err();
    assert_eq!(error.undecided(), None, "it can be done again");
}

#[tokio::test]
async fn an_operation_that_names_nothing_is_not_sent() {
    let script = Arc::new(Script::new());
    let nameless = DeleteApiGroup {
        group_id: String::new(),
        ..delete()
    };
    let error = cloud(&script).await.send(&nameless).await.unwrap_err();
    assert!(matches!(error, ApiError::Shape { .. }), "{error}");
    let nowhere = Cloud::over(target(Some("")), script.clone()).await.unwrap();
    let error = nowhere.send(&delete()).await.unwrap_err();
    assert!(matches!(error, ApiError::Shape { .. }), "{error}");
}

#[tokio::test]
async fn a_list_goes_on_to_its_end() {
    let script = Script::new()
        .answer(200, &page(3, &["a", "b"]))
        .answer(200, &page(3, &["c"]));
    let script = Arc::new(script);
    let found = cloud(&script).await.list(groups(), None).await.unwrap();
    assert_eq!(found.iter().map(|group| group.name.as_str()).collect::<String>(), "abc");
    let path = "GET /v2/p1/apigw/instances/i1/api-groups";
    assert_eq!(script.asked(), [path.to_owned(), format!("{path}?offset=2")]);
}

#[tokio::test]
async fn a_list_ends_at_its_limit() {
    for (limit, pages) in [(0, 0), (1, 1), (2, 1), (3, 2)] {
        let script = Script::new()
            .answer(200, &page(9, &["a", "b"]))
            .answer(200, &page(9, &["c", "d"]));
        let script = Arc::new(script);
        let found = cloud(&script).await.list(groups(), Some(limit)).await.unwrap();
        assert_eq!((found.len(), script.asked().len()), (limit, pages));
        script.forget_the_rest();
    }
}

#[tokio::test]
async fn a_list_that_goes_in_a_circle_is_left() {
    let script = Script::new()
        .answer(200, &page(9, &["a"]))
        .answer(200, &page(9, &["a"]));
    let script = Arc::new(script);
    let error = cloud(&script).await.list(groups(), None).await.err().unwrap();
    assert!(
        matches!(
            &error,
            ApiError::Unreadable {
                source: ReadError::Repeats(2),
                ..
            }
        ),
        "{error:?}"
    );

    // The marker of the second page is the first page's again.
    let vpcs = |id: &str| format!(r#"{{"vpcs":[{{"id":"{id}","name":"n","cidr":"c","status":"OK"}}]}}"#);
    let script = Script::new()
        .answer(200, &vpcs("1"))
        .answer(200, &vpcs("2"))
        .answer(200, &vpcs("1"))
        .answer(200, &vpcs("2"));
    let script = Arc::new(script);
    let first = ListVpcs {
        limit: Some(1),
        ..ListVpcs::default()
    };
    let error = cloud(&script).await.list(first, None).await.err().unwrap();
    assert!(matches!(&error, ApiError::Unreadable { .. }), "{error:?}");
}

const PROJECTS: &str = r#"{"projects":[
    {"id":"p2","name":"cn-east-3_sub","domain_id":"d1","parent_id":"p1","enabled":true,"is_domain":false},
    {"id":"p1","name":"cn-east-3","domain_id":"d1","parent_id":"d1","enabled":true,"is_domain":false}]}"#;

#[tokio::test]
async fn a_missing_project_is_looked_up_by_region() {
    let script = Script::new()
        .answer(200, PROJECTS)
        .answer(204, "")
        .answer(200, ENTERPRISE);
    let script = Arc::new(script);
    let cloud = Cloud::over(target(None), script.clone()).await.unwrap();
    assert_eq!((cloud.project_id(), cloud.region()), ("p1", "cn-east-3"));
    assert_eq!(cloud.urn("f").to_string(), "urn:fss:cn-east-3:p1:function:default:f");
    cloud.send(&delete()).await.unwrap();
    cloud.send(&ListEnterpriseProject::default()).await.unwrap();
    let seen = script.seen();
    assert_eq!(
        (seen[0].url.as_str(), seen[0].headers.len()),
        ("https://iam.example", 0)
    );
    assert_eq!(
        seen[0].query,
        Query::Pairs(vec![("name".to_owned(), "cn-east-3".to_owned())])
    );
    assert_eq!(seen[2].headers, [("X-Domain-Id".to_owned(), "d1".to_owned())]);
}

#[tokio::test]
async fn no_project_and_several_are_told_apart_from_a_refusal() {
    let none = Script::new().answer(200, r#"{"projects":[]}"#);
    let error = Cloud::over(target(None), none).await.unwrap_err();
    assert!(matches!(error, ProjectError::None { .. }), "{error}");

    let several = Script::new().answer(200, &PROJECTS.replace("cn-east-3_sub", "cn-east-3"));
    let error = Cloud::over(target(None), several).await.unwrap_err();
    assert!(error.to_string().contains("`cn-east-3`: p2, p1; name one"), "{error}");

    let refused = Script::new().answer(403, r#"{"error":{"code":403,"message":"denied","title":"Forbidden"}}"#);
    let error = Cloud::over(target(None), refused).await.unwrap_err();
    assert!(matches!(error, ProjectError::Api { .. }), "{error}");
    assert!(error.source().unwrap().to_string().contains("denied"));
}

const ENTERPRISE: &str = r#"{"enterprise_projects":[],"total_count":0}"#;

#[tokio::test]
async fn the_account_is_looked_up_once_for_a_global_service() {
    let script = Script::new()
        .answer(200, PROJECTS)
        .answer(200, ENTERPRISE)
        .answer(200, ENTERPRISE);
    let script = Arc::new(script);
    let cloud = cloud(&script).await;
    let list = ListEnterpriseProject::default();
    for _ in 0..2 {
        cloud.send(&list).await.unwrap();
    }
    assert!(script.asked()[0].starts_with("GET /v3/projects?"));
    assert_eq!(script.asked().len(), 3);
    assert_eq!(script.seen()[2].headers.len(), 1);
}

#[tokio::test]
async fn an_operation_that_fgctl_does_not_know_can_be_called() {
    let script = Arc::new(Script::new().answer(200, "anything").answer(404, ""));
    let cloud = cloud(&script).await;
    let call = Call {
        operation: "request",
        service: Service::Vpc,
        method: Method::Get,
        parts: Parts {
            path: "/v1/p1/thing".to_owned(),
            query: vec![],
            headers: vec![("X-Thing".to_owned(), "1".to_owned())],
            body: None,
        },
    };
    let answer = cloud.call(&call, Scope::Project).await.unwrap();
    assert_eq!(&answer.body[..], b"anything");
    let error = cloud.call(&call, Scope::Account).await.unwrap_err();
    assert_eq!(error.status(), Some(404));
    assert_eq!(script.seen()[1].headers, [("X-Thing".to_owned(), "1".to_owned())]);
}

/// The answer of the identity service about the region's project.
fn projects(id: &str) -> String {
    let project = serde_json::json!({
        "id": id, "name": "cn-east-3", "domain_id": "d1", "parent_id": "d1", "enabled": true, "is_domain": false
    });
    serde_json::json!({ "projects": [project] }).to_string()
}

const WRONG_PROJECT: &str = r#"{"error_code":"APIG.1005","error_msg":"no permission"}"#;

/// A cloud that looks its project up, and keeps it in `folder`.
async fn kept(script: &Arc<Script>, folder: &tempfile::TempDir) -> Cloud {
    let target = Target {
        cache: Some(folder.path().to_owned()),
        ..target(None)
    };
    Cloud::over(target, script.clone()).await.unwrap()
}

#[tokio::test]
async fn a_project_is_looked_up_once_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let script = Arc::new(Script::new().answer(200, &projects("p1")));
    assert_eq!(kept(&script, &folder).await.project_id(), "p1");
    let silent = Arc::new(Script::new());
    let again = kept(&silent, &folder).await;
    assert_eq!(again.project_id(), "p1");
    assert_eq!(again.account_id().await.unwrap().as_deref(), Some("d1"));
    assert!(silent.seen().is_empty());
}

#[tokio::test]
async fn a_wrong_project_that_was_kept_is_looked_up_again() {
    let folder = tempfile::tempdir().unwrap();
    kept(&Arc::new(Script::new().answer(200, &projects("old"))), &folder).await;
    let script = Arc::new(
        Script::new()
            .answer(403, WRONG_PROJECT)
            .answer(200, &projects("new"))
            .answer(200, &page(0, &[])),
    );
    let cloud = kept(&script, &folder).await;
    cloud.send(&groups()).await.unwrap();
    assert_eq!(cloud.project_id(), "new");
    let seen = script.seen();
    assert!(seen[0].path.starts_with("/v2/old/") && seen[2].path.starts_with("/v2/new/"));
    assert!(seen[2].headers.contains(&("X-Project-Id".to_owned(), "new".to_owned())));
    assert_eq!(kept(&Arc::new(Script::new()), &folder).await.project_id(), "new");
}

#[tokio::test]
async fn a_refusal_that_the_project_does_not_explain_stays_one() {
    let folder = tempfile::tempdir().unwrap();
    kept(&Arc::new(Script::new().answer(200, &projects("p1"))), &folder).await;
    // It was right: the identity service says the same, and is asked once.
    let script = Arc::new(
        Script::new()
            .answer(403, WRONG_PROJECT)
            .answer(200, &projects("p1"))
            .answer(403, WRONG_PROJECT),
    );
    let cloud = kept(&script, &folder).await;
    for _ in 0..2 {
        assert_eq!(cloud.send(&groups()).await.unwrap_err().code(), Some("APIG.1005"));
    }
    assert_eq!(script.seen().len(), 3);
    // What a service has accepted is not doubted.
    let script = Arc::new(Script::new().answer(200, &page(0, &[])).answer(404, WRONG_PROJECT));
    let cloud = kept(&script, &folder).await;
    cloud.send(&groups()).await.unwrap();
    assert!(cloud.send(&groups()).await.is_err());
    assert_eq!(script.seen().len(), 2);
}

#[test]
fn a_call_can_be_about_another_project() {
    let call = Call {
        operation: "request",
        service: Service::FunctionGraph,
        method: Method::Put,
        parts: Parts {
            path: "/v2/p1/urn%3Afss%3Ar%3Ap1".to_owned(),
            query: vec![("urn".to_owned(), "urn:fss:r:p1".to_owned())],
            headers: vec![],
            body: Some(b"{\"func_urn\":\"urn:fss:r:p1\"}".to_vec()),
        },
    };
    let about = call.about("p1", "p2").parts;
    assert_eq!(about.path, "/v2/p2/urn%3Afss%3Ar%3Ap2");
    assert_eq!(about.query[0].1, "urn:fss:r:p2");
    assert_eq!(about.body.unwrap(), b"{\"func_urn\":\"urn:fss:r:p2\"}");
}
