//! `fgctl plan`, `deploy`, `status`, `rollback` and `destroy`: a manifest made true on the local cloud.

use crate::support::{Cloud, FunctionPort, World, http_function, zip_of};
use serde_json::Value;
use std::fs;

/// The guide's stack.
const CHAT: &str = r#"
name = "chat"

[functions.WebSocket-demo]
code = "code"
websocket = true
dependencies = ["depend-websocket"]
max_instances = 10

[functions.WebSocket-demo.env]
INTERVAL_MS = "100"

[dependencies.depend-websocket]
runtime = "Node.js12.13"
zip = "d.zip"

[gateways.apig-ws]
vpc = "vpc-default"
subnet = "subnet-default"
security_group = "default"

[groups.APIGroup_ws]

[triggers.API_websocket_demo]
path = "/websocket_demo"
auth = "none"
"#;

/// A function alone.
const ALONE: &str = "name = \"one\"\n[functions.f]\ncode = \"code\"\n";

fn write(world: &World, manifest: &str) {
    fs::write(world.path("fgctl.toml"), manifest).unwrap();
}

/// A cloud, and the files of the guide's stack beside it.
fn chat() -> Cloud {
    let cloud = Cloud::start();
    http_function(&cloud);
    zip_of(&cloud.path("d.zip"), &[("a.js", b"1")]);
    write(&cloud, CHAT);
    cloud
}

/// The same, deployed and not tried.
fn deployed() -> Cloud {
    let cloud = chat();
    cloud.fgctl("deploy --yes --no-verify").success();
    cloud
}

fn is_as_declared(cloud: &Cloud) {
    let plan = cloud.fgctl("plan --detailed-exitcode").success();
    assert!(plan.stdout.contains("Nothing to change"), "{}", plan.stdout);
}

/// How many requests were made that could change something.
fn writes(cloud: &Cloud) -> usize {
    let requests = cloud.json("local requests");
    let all = requests.as_array().unwrap().iter();
    // A list that the service has as a POST.
    let reads = |request: &&Value| request["method"] == "GET" || request["operation"] == "ShowResInstanceInfo";
    all.filter(|request| request["operation"].is_string() && !reads(request))
        .count()
}

#[test]
fn the_guide_is_one_command_and_the_second_run_only_reads() {
    let cloud = chat();
    let _port = FunctionPort::hold_for(&cloud);
    let run = cloud.fgctl("deploy --yes").success();
    assert!(run.stdout.starts_with("wss://127.0.0.1:"), "{}", run.stdout);
    let run = run.says(&[
        "bills by the hour",
        "+ gateway apig-ws",
        "  + trigger APIGroup_ws/API_websocket_demo",
    ]);
    run.says(&["a WebSocket opened (DNS, TCP, TLS, gateway, function)"]);
    let before = writes(&cloud);
    let again = cloud.json("deploy");
    assert_eq!(
        (&again["changed"], &again["summary"]["keep"]),
        (&false.into(), &5.into())
    );
    assert_eq!(again["endpoints"][0]["proof"]["status"], 101);
    assert_eq!(writes(&cloud), before, "a deploy of nothing new writes nothing");
    is_as_declared(&cloud);
    let status = cloud.json("status");
    let states = status["resources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["state"].as_str().unwrap());
    assert_eq!(states.collect::<Vec<_>>(), ["ok"; 5]);
    assert!(status["endpoints"][0]["url"].as_str().unwrap().starts_with("wss://"));
    let function = cloud.json("function get WebSocket-demo");
    assert_eq!(function["strategy_config"]["concurrency"], 10);
    assert!(
        function["description"]
            .as_str()
            .unwrap()
            .starts_with("fgctl-stack=chat/default fgctl-applied=")
    );
}

#[test]
fn a_destroy_leaves_nothing_and_touches_nothing_else() {
    let cloud = deployed();
    cloud.fgctl("function create other --code code").success();
    cloud
        .fgctl("destroy")
        .failure(2, &["- function WebSocket-demo", "--yes"]);
    cloud.fgctl("destroy --yes").success().says(&["- gateway apig-ws"]);
    assert_eq!(cloud.fgctl("function list -o name").success().stdout, "other\n");
    assert_eq!((cloud.count("dependency list"), cloud.count("gateway list")), (0, 0));
    cloud.fgctl("destroy --yes").success().says(&["nothing to delete"]);
}

#[test]
fn what_was_changed_elsewhere_is_shown_and_not_written_over_unasked() {
    let cloud = deployed();
    cloud.fgctl("function update WebSocket-demo --timeout 30").success();
    let plan = cloud.fgctl("plan").success();
    assert!(
        plan.stdout.contains("timeout: 30 -> 60  (changed outside of fgctl)"),
        "{}",
        plan.stdout
    );
    cloud
        .fgctl("deploy --yes --no-verify")
        .failure(5, &["function WebSocket-demo (timeout)", "--overwrite"]);
    assert_eq!(cloud.json("function get WebSocket-demo")["timeout"], 30);
    cloud.fgctl("deploy --overwrite --no-verify").success();
    assert_eq!(cloud.json("function get WebSocket-demo")["timeout"], 60);
    // What the API is on the gateway is looked at too.
    cloud
        .fgctl("api update API_websocket_demo --gateway apig-ws --timeout 7000")
        .success();
    let plan = cloud.json("plan");
    assert_eq!(plan["summary"]["drift"], 1, "{plan}");
    cloud.fgctl("deploy --overwrite --no-verify").success();
    is_as_declared(&cloud);
}

#[test]
fn a_change_of_the_file_changes_only_that() {
    let cloud = deployed();
    write(
        &cloud,
        &CHAT.replace("max_instances = 10", "memory = 256\nmax_instances = 10"),
    );
    let plan = cloud.json("plan");
    assert_eq!(plan["summary"]["update"], 1);
    let changed = plan["changes"]
        .as_array()
        .unwrap()
        .iter()
        .find(|change| change["action"] == "update")
        .unwrap();
    assert_eq!(
        (&changed["fields"][0]["field"], &changed["fields"][0]["to"]),
        (&"memory".into(), &256.into())
    );
    assert_eq!(cloud.fgctl("plan --detailed-exitcode").status, 8);
    cloud.fgctl("deploy --no-verify").success();
    assert_eq!(cloud.json("function get WebSocket-demo")["memory_size"], 256);
    // A new ZIP is a new version of the dependency, and the one before it goes.
    zip_of(&cloud.path("d.zip"), &[("a.js", b"2")]);
    cloud.fgctl("deploy --no-verify").success();
    let versions = cloud.json("dependency versions depend-websocket");
    assert_eq!(
        (versions.as_array().unwrap().len(), &versions[0]["version"]),
        (1, &2.into())
    );
    let used = cloud.json("function get WebSocket-demo")["depend_version_list"].clone();
    assert_eq!(used[0], versions[0]["id"]);
    // What the manifest has no more goes, the API behind a trigger too.
    write(&cloud, CHAT.split("[triggers").next().unwrap());
    cloud.fgctl("deploy --no-verify").failure(2, &["--yes"]);
    cloud.fgctl("deploy --yes --no-verify").success();
    assert_eq!(
        (cloud.count("trigger list"), cloud.count("api list --gateway apig-ws")),
        (0, 0)
    );
    is_as_declared(&cloud);
}

#[test]
fn what_is_not_ours_is_left_alone_unless_it_is_adopted() {
    let cloud = Cloud::start();
    http_function(&cloud);
    write(&cloud, ALONE);
    cloud.fgctl("function create f --code code --timeout 30").success();
    cloud
        .fgctl("deploy")
        .failure(5, &["not made by this stack, `one/default`: function f", "--adopt"]);
    cloud.fgctl("destroy --yes").success().says(&["nothing to delete"]);
    let plan = cloud.fgctl("plan --adopt").success();
    assert!(plan.stdout.contains("it is taken over"), "{}", plan.stdout);
    cloud.fgctl("deploy --adopt").success();
    is_as_declared(&cloud);
    // Another stack does not take it.
    write(&cloud, &ALONE.replace("one", "two"));
    cloud.fgctl("deploy").failure(5, &["function f (of `one/default`)"]);
}

#[test]
fn a_saved_plan_is_carried_out_as_it_is_or_not_at_all() {
    let cloud = Cloud::start();
    http_function(&cloud);
    write(&cloud, ALONE);
    cloud
        .fgctl("plan --save plan.json")
        .success()
        .says(&["fgctl deploy plan.json"]);
    cloud.fgctl("deploy plan.json").success();
    cloud
        .fgctl("deploy plan.json")
        .failure(5, &["no longer true", "function f", "fgctl plan --save"]);
    write(&cloud, &ALONE.replace("code\"\n", "code\"\nmemory = 256\n"));
    cloud.fgctl("plan --save plan.json").success();
    cloud.fgctl("function update f --memory 512").success();
    cloud.fgctl("deploy plan.json").failure(5, &["no longer true"]);
    assert_eq!(cloud.json("function get f")["memory_size"], 512);
    fs::write(cloud.path("plan.json"), "{\"fgctl_plan\": 99}").unwrap();
    cloud
        .fgctl("deploy plan.json")
        .failure(2, &["no plan that can be read"]);
}

#[test]
fn a_function_goes_back_to_its_release_before() {
    let cloud = Cloud::start();
    http_function(&cloud);
    write(&cloud, &ALONE.replace("code\"\n", "code\"\nversions = true\n"));
    let live = || {
        cloud.json("function aliases list f")[0]["version"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    cloud.fgctl("deploy").success();
    let first = live();
    is_as_declared(&cloud);
    cloud.fgctl("rollback --yes").failure(4, &["no version"]);
    write(
        &cloud,
        &ALONE.replace("code\"\n", "code\"\nversions = true\nmemory = 256\n"),
    );
    cloud.fgctl("deploy").success();
    let second = live();
    assert_ne!(first, second);
    let back = cloud.json("rollback f --yes");
    assert_eq!(
        (&back["from"], &back["to"]),
        (&second.clone().into(), &first.clone().into())
    );
    assert_eq!(live(), first);
    let plan = cloud.json("plan");
    assert_eq!(
        (&plan["summary"]["update"], &plan["summary"]["drift"]),
        (&1.into(), &0.into())
    );
    cloud.fgctl("deploy").success();
    assert_eq!(live(), second);
    cloud.fgctl("destroy --yes").success();
    assert_eq!(cloud.count("function list"), 0);
}

#[test]
fn what_stands_on_somebody_elses_is_destroyed_and_that_is_left() {
    let cloud = Cloud::start().with_gateway();
    cloud.fgctl("group create Shared --gateway apig-ws").success();
    http_function(&cloud);
    let manifest = format!(
        "{ALONE}[gateways.apig-ws]\nexisting = true\n[groups.Shared]\nexisting = true\n[groups.Own]\n[apps.mobile]\ntriggers = [\"API_own\"]\n\
         [triggers.API_shared]\ngroup = \"Shared\"\npath = \"/s\"\n[triggers.API_own]\ngroup = \"Own\"\npath = \"/o\"\n"
    );
    write(&cloud, &manifest);
    cloud.fgctl("deploy --no-verify").success();
    is_as_declared(&cloud);
    // What is declared no more goes with the next deploy, from somebody else's gateway too.
    write(&cloud, ALONE);
    cloud.fgctl("deploy --yes").success();
    let groups = || cloud.fgctl("group list --gateway apig-ws -o name").success().stdout;
    assert_eq!(
        (cloud.count("api list --gateway apig-ws"), groups().contains("Own")),
        (0, false)
    );
    write(&cloud, &manifest);
    cloud.fgctl("deploy --no-verify").success();
    let destroyed = cloud.fgctl("destroy --yes").success();
    assert_eq!(destroyed.stdout, "deleted 6 resources of one/default\n");
    assert_eq!(cloud.count("api list --gateway apig-ws"), 0);
    assert_eq!((cloud.count("function list"), cloud.count("gateway list")), (0, 1));
    assert!(groups().contains("Shared") && !groups().contains("Own"), "{}", groups());
}

#[cfg(unix)]
#[test]
fn a_full_disk_leaves_the_plan_that_was_kept() {
    let cloud = Cloud::start();
    http_function(&cloud);
    write(&cloud, ALONE);
    cloud.fgctl("plan --save plan.json").success();
    let before = fs::read_to_string(cloud.path("plan.json")).unwrap();
    cloud
        .full("plan --save plan.json")
        .failure(1, &["`plan.json` cannot be written", "File too large"]);
    assert_eq!(fs::read_to_string(cloud.path("plan.json")).unwrap(), before);
    cloud.fgctl("deploy plan.json").success();
    let destroyed = cloud.fgctl("destroy --yes").success();
    assert_eq!(destroyed.stdout, "deleted 1 resource of one/default\n");
}

#[test]
fn what_was_wanted_for_a_while_is_warned_of_past_it() {
    let cloud = Cloud::start();
    http_function(&cloud);
    write(&cloud, ALONE);
    cloud.fgctl("deploy --ttl 0s").success();
    for line in ["status", "deploy", "plan"] {
        cloud.fgctl(line).success().says(&["was wanted until", "fgctl destroy"]);
    }
    let until = cloud.json("status")["until"].clone();
    cloud.fgctl("deploy --ttl 8h").success();
    assert_ne!(cloud.json("status")["until"], until);
    let run = cloud.fgctl("status").success();
    assert!(!run.stderr.contains("was wanted"), "{}", run.stderr);
}

#[test]
fn events_are_a_json_object_a_line() {
    let cloud = Cloud::start();
    http_function(&cloud);
    write(&cloud, ALONE);
    let run = cloud.fgctl("deploy --events ndjson").success();
    let events: Vec<Value> = run
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let names: Vec<&str> = events.iter().map(|event| event["event"].as_str().unwrap()).collect();
    assert_eq!(names, ["planned", "started", "done", "finished"]);
    assert_eq!(
        (&events[1]["kind"], &events[1]["action"]),
        (&"function".into(), &"create".into())
    );
    cloud
        .fgctl("local fault add UpdateFunctionConfig --status 500 --times 1")
        .success();
    write(&cloud, &ALONE.replace("code\"\n", "code\"\nmemory = 256\n"));
    let failed = cloud.fgctl("deploy --events ndjson");
    assert_eq!(failed.status, 6, "{failed:?}");
    assert!(failed.stdout.contains("\"event\":\"failed\""), "{failed:?}");
}

#[test]
fn a_url_that_does_not_answer_is_no_success_and_the_layers_are_told() {
    let cloud = chat();
    let _port = FunctionPort::hold_for(&cloud);
    write(
        &cloud,
        &CHAT.replace("path = \"/websocket_demo\"", "path = \"/elsewhere\""),
    );
    let run = cloud.fgctl("deploy --yes");
    assert_eq!(run.status, 9, "{run:?}");
    run.says(&[
        "does not answer as it should",
        "WebSocket handshake",
        "fgctl logs WebSocket-demo",
    ]);
}

#[test]
fn what_is_wrong_with_a_manifest_is_told_with_its_place() {
    let world = World::new();
    world.fgctl("plan").failure(4, &["`fgctl.toml` cannot be read"]);
    write(&world, "name = \"x\"\n[functions.f]\ncod = \"code\"\n");
    world
        .fgctl("plan")
        .failure(2, &["fgctl.toml:3:1: unknown key `cod`", "did you mean `code`?"]);
    let cloud = Cloud::start();
    write(&cloud, &format!("region = \"cn-north-4\"\n{ALONE}"));
    cloud.fgctl("plan").failure(2, &["cn-north-4", "--region cn-north-4"]);
    write(&cloud, ALONE);
    cloud.fgctl("plan").failure(2, &["`", "code"]);
}

#[test]
fn no_value_of_a_variable_or_a_secret_is_in_a_plan() {
    let mut cloud = Cloud::start();
    http_function(&cloud);
    cloud.set("TOKEN", "planted-token");
    let secret = "\n[functions.f.secret_env]\nTOKEN = \"${TOKEN}\"\n[functions.f.env]\nLEVEL = \"planted-level\"\n";
    write(&cloud, &format!("{ALONE}{secret}"));
    for line in [
        "plan",
        "plan -o json --save plan.json",
        "deploy --events ndjson",
        "status -o json",
        "plan",
    ] {
        let run = cloud.fgctl(line).success();
        assert!(!format!("{run:?}").contains("planted-"), "{line}: {run:?}");
    }
    assert!(
        !fs::read_to_string(cloud.path("plan.json"))
            .unwrap()
            .contains("planted-")
    );
    is_as_declared(&cloud);
    cloud.set("TOKEN", "planted-other");
    assert_eq!(cloud.json("plan")["summary"]["update"], 1);
}
