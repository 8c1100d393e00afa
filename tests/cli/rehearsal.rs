//! `--dry-run`: the requests are shown, and none that changes something is sent.

use crate::support::{Cloud, World, http_function};
use serde_json::Value;

fn requests(cloud: &Cloud, line: &str) -> Vec<(String, bool)> {
    let shown = cloud.json(&format!("{line} --dry-run"));
    let request = |one: &Value| {
        let text = |name: &str| one[name].as_str().unwrap().to_owned();
        assert!(text("url").starts_with("http://127.0.0.1:"), "{one}");
        let signature = one["headers"]["Authorization"].as_str().unwrap();
        assert!(signature.ends_with("Signature=***"), "{signature}");
        let last = text("url").rsplit('/').next().unwrap().to_owned();
        (format!("{} {last}", text("method")), one["sent"].as_bool().unwrap())
    };
    shown.as_array().unwrap().iter().map(request).collect()
}

#[test]
fn nothing_is_changed_and_what_has_to_be_read_is_read() {
    let cloud = Cloud::start().with_gateway();
    http_function(&cloud);
    cloud.fgctl("function create f --code code").success();
    let before = cloud.json("function get f");
    for (line, last) in [
        ("function create g --code code", "POST functions"),
        ("function code update f --code code --force", "PUT code"),
        ("websocket enable f", "PUT config"),
        ("environment create TEST --gateway apig-ws", "POST envs"),
        ("group create another --gateway apig-ws", "POST api-groups"),
        (
            "trigger create API_x --function f --gateway apig-ws --group APIGroup_ws --path /x --auth none",
            "POST",
        ),
        ("gateway delete apig-ws", "DELETE"),
        ("function delete f", "DELETE"),
        (
            "request POST /v2/{project_id}/fgs/functions --body {}",
            "POST functions",
        ),
    ] {
        let shown = requests(&cloud, line);
        let (end, reads) = shown.split_last().unwrap();
        assert!(end.0.starts_with(last) && !end.1, "{line}: {shown:?}");
        assert!(
            reads.iter().all(|(request, sent)| request.starts_with("GET ") && *sent),
            "{line}: {shown:?}"
        );
    }
    assert_eq!(cloud.json("function get f"), before);
    assert_eq!(cloud.count("function list"), 1);
    assert_eq!(
        (cloud.count("gateway list"), cloud.count("group list --gateway apig-ws")),
        (1, 2)
    );
}

#[test]
fn a_person_sees_requests_as_they_go_on_the_wire() {
    let cloud = Cloud::start();
    http_function(&cloud);
    let run = cloud
        .fgctl("function create f --code code --env A=1 --env API_TOKEN=hidden --dry-run")
        .success()
        .says(&["dry run: nothing was changed; requests that would follow depend on the answer"]);
    for part in [
        "/fgs/functions  (not sent)\n",
        "Content-Type: application/json;charset=utf-8\n",
        "\n\n{\n",
        "  \"func_name\": \"f\"",
        r#""user_data": "{\"A\":\"1\",\"API_TOKEN\":\"***\"}""#,
    ] {
        assert!(run.stdout.contains(part), "{part}: {}", run.stdout);
    }
    let read = cloud
        .fgctl("function list --dry-run")
        .success()
        .says(&["nothing would be changed"]);
    assert!(
        read.stdout.contains("  (sent: it changes nothing)\n") && !read.stdout.contains("NAME"),
        "{}",
        read.stdout
    );
    cloud
        .fgctl("function delete f --dry-run -o name")
        .failure(4, &["there is no function `f`"]);
}

#[test]
fn a_query_picks_from_the_requests() {
    let cloud = Cloud::start();
    http_function(&cloud);
    let run = cloud
        .fgctl("function create f --code code --dry-run --query [].body.func_name")
        .success();
    assert_eq!(run.stdout, "f\n");
}

/// A rule is checked as ever, and an endpoint where nobody is does not matter to what is not sent.
#[test]
fn it_needs_no_service_for_what_it_does_not_send() {
    let mut world = World::new();
    http_function(&world);
    for (name, value) in [
        ("FGCTL_ENDPOINT", "http://127.0.0.1:1"),
        ("FGCTL_REGION", "cn-east-3"),
        ("HUAWEICLOUD_SDK_AK", "AK"),
        ("HUAWEICLOUD_SDK_SK", "SK"),
        ("HUAWEICLOUD_SDK_PROJECT_ID", "p"),
    ] {
        world.set(name, value);
    }
    world.fgctl("function create f --code code --dry-run").success();
    world
        .fgctl("function create f --code code --timeout 0 --dry-run")
        .failure(2, &["execution timeout"]);
}

#[test]
fn a_command_that_asks_the_cloud_for_nothing_refuses_it() {
    let world = World::new();
    for line in [
        "local up",
        "local reset",
        "demo",
        "connect ws://127.0.0.1:1",
        "completion bash",
        "man",
        "schema",
        "function code pack --code . --to code.zip",
        "explain 9",
    ] {
        world.fgctl(&format!("{line} --dry-run")).failure(
            2,
            &["--dry-run shows the requests to the cloud, and this command sends none"],
        );
    }
    assert!(!world.path(".local").exists(), "a local cloud was begun");
    assert!(!world.path("code.zip").exists(), "code was packed");
}
