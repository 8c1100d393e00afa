//! A deploy and a destroy that are killed, cut off or refused at each of their requests: the next run finishes them, with
//! nothing twice and nothing left behind.

use crate::support::{Cloud, Proxy, Stop, http_function, zip_of};
use serde_json::{Value, json};
use std::fs;
use std::process::Stdio;
use std::sync::Mutex;
use std::sync::mpsc::channel;
use std::time::Duration;

const STACK: &str = r#"
name = "chat"
[functions.f]
code = "code"
websocket = true
dependencies = ["d"]
max_instances = 10
env = { A = "1" }
[dependencies.d]
runtime = "Node.js12.13"
zip = "d.zip"
[gateways.apig-ws]
vpc = "vpc-default"
subnet = "subnet-default"
security_group = "default"
[groups.G_ws]
[environments.TEST]
[apps.mobile]
triggers = ["API_x"]
[triggers.API_x]
path = "/x"
environment = "TEST"
"#;
const DEPLOY: &str = "deploy --yes --no-verify";
const DESTROY: &str = "destroy --yes";
/// How many clouds are tried at once.
const WORKERS: usize = 3;
/// The longest that a run takes until it stops at its request or has ended.
const PATIENCE: Duration = Duration::from_secs(30);

fn cloud() -> Cloud {
    let cloud = Cloud::start();
    http_function(&cloud);
    zip_of(&cloud.path("d.zip"), &[("a.js", b"1")]);
    fs::write(cloud.path("fgctl.toml"), STACK).unwrap();
    cloud
}

fn target(cloud: &Cloud) -> String {
    let endpoint = cloud.json("local env")["FGCTL_ENDPOINT"].as_str().unwrap().to_owned();
    endpoint.trim_start_matches("http://").to_owned()
}

/// Runs `line` through a door that stops at request `at`, and kills it there. How many requests came.
fn stopped(cloud: &Cloud, line: &str, at: usize, stop: Stop) -> usize {
    let (reached, told) = channel();
    let proxy = Proxy::open(&target(cloud), at, stop, reached);
    let endpoint = format!("http://127.0.0.1:{}", proxy.port);
    let words = line.split(' ').chain(["--endpoint", endpoint.as_str(), "-q"]);
    let mut command = cloud.command(words);
    command.env("FGCTL_ENDPOINT", "");
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    if matches!(stop, Stop::Before | Stop::After) && told.recv_timeout(PATIENCE).is_ok() {
        child.kill().unwrap();
    }
    child.wait().unwrap();
    proxy.seen()
}

fn picked(list: &Value, members: &[&str]) -> Vec<Value> {
    let items = list.as_array().unwrap().iter();
    let mut all: Vec<Value> = items
        .map(|item| members.iter().map(|member| item[*member].clone()).collect())
        .collect();
    all.sort_by_key(Value::to_string);
    all
}

/// All that is in the cloud, without ids and times.
fn all(cloud: &Cloud) -> Value {
    let list = |line: &str, members: &[&str]| picked(&cloud.json(line), members);
    let gateways = list("gateway list", &["instance_name", "status"]);
    let functions = list(
        "function list",
        &[
            "func_name",
            "description",
            "digest",
            "memory_size",
            "user_data",
            "strategy_config",
            "enable_websocket",
        ],
    );
    let mut found = json!({
        "functions": functions,
        "dependencies": list("dependency list", &["name", "version", "description"]),
        "tags": cloud.json("request GET /v2/{project_id}/functions/tags")["tags"],
        "gateways": gateways,
    });
    if !gateways.is_empty() {
        found["triggers"] = json!(list("trigger list", &["trigger_status"]));
        found["groups"] = json!(list("group list --gateway apig-ws", &["name", "remark"]));
        found["environments"] = json!(list("environment list --gateway apig-ws", &["name", "remark"]));
        found["apis"] = json!(list(
            "api list --gateway apig-ws",
            &["name", "remark", "run_env_name", "auth_type"]
        ));
        found["apps"] = json!(list("app list --gateway apig-ws", &["name", "remark", "bind_num"]));
    }
    if functions.len() == 1 {
        let function = cloud.json("function get f");
        found["laid"] = json!(function["depend_version_list"].as_array().map(Vec::len));
    }
    found
}

/// Stops `line` at each of `ends` and runs `then`, on clouds of their own, each prepared by `prepare`; afterwards the cloud
/// has to be `wanted`.
fn try_all((line, then): (&str, &str), ends: Vec<(usize, Stop)>, prepare: &(dyn Fn(&Cloud) + Sync), wanted: &Value) {
    let queue = Mutex::new(ends);
    std::thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                let cloud = cloud();
                loop {
                    let next = queue.lock().unwrap().pop();
                    let Some((at, stop)) = next else { break };
                    cloud.fgctl("local reset --yes").success();
                    prepare(&cloud);
                    stopped(&cloud, line, at, stop);
                    let run = cloud.fgctl(then);
                    assert_eq!(run.status, 0, "after {stop:?} at request {at}: {run:?}");
                    assert_eq!(all(&cloud), *wanted, "after {stop:?} at request {at}");
                    let again = cloud.fgctl("plan --detailed-exitcode");
                    let pending = if then == DESTROY { 8 } else { 0 };
                    assert_eq!(again.status, pending, "after {stop:?} at request {at}: {again:?}");
                }
            });
        }
    });
}

/// Every boundary of the requests `first` to `last`, by each way of stopping there.
fn boundaries(first: usize, last: usize) -> Vec<(usize, Stop)> {
    let ways = [Stop::Before, Stop::After, Stop::Status(500), Stop::Status(429)];
    (first..=last).flat_map(|at| ways.map(|way| (at, way))).collect()
}

#[test]
fn a_deploy_that_is_stopped_at_any_request_is_finished_by_the_next() {
    let cloud = cloud();
    let reads = stopped(&cloud, "plan", 0, Stop::Never);
    let requests = stopped(&cloud, DEPLOY, 0, Stop::Never);
    assert!(requests > reads + 10, "{reads} of {requests} requests are reads");
    let wanted = all(&cloud);
    // A run that is stopped while it only reads has changed nothing: one boundary of those stands for all.
    try_all((DEPLOY, DEPLOY), boundaries(reads, requests), &|_| (), &wanted);
}

#[test]
fn a_destroy_that_is_stopped_at_any_request_is_finished_by_the_next() {
    let cloud = cloud();
    let empty = all(&cloud);
    let deploy = |cloud: &Cloud| drop(cloud.fgctl(DEPLOY).success());
    deploy(&cloud);
    let requests = stopped(&cloud, DESTROY, 0, Stop::Never);
    assert_eq!(all(&cloud), empty);
    let reads = 13;
    try_all((DESTROY, DESTROY), boundaries(reads, requests), &deploy, &empty);
}

#[test]
fn a_deploy_that_is_stopped_at_any_request_can_be_destroyed() {
    let cloud = cloud();
    let empty = all(&cloud);
    let reads = stopped(&cloud, "plan", 0, Stop::Never);
    let requests = stopped(&cloud, DEPLOY, 0, Stop::Never);
    let ends = (reads..=requests).map(|at| (at, Stop::After)).collect();
    try_all((DEPLOY, DESTROY), ends, &|_| (), &empty);
}
