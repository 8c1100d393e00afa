//! Every operation that the local cloud serves, driven by the vendor's own Python SDK.

use crate::support::{Cloud, FunctionPort, Run, http_function, sdk_script, zip_of};

#[test]
fn the_official_sdk_reads_every_answer() {
    let cloud = Cloud::start_with(&["--gateway-delay", "200ms"]);
    let Some(mut script) = sdk_script(&cloud, "contract.py") else {
        return;
    };
    let run = Run::of(script.output().unwrap()).success();
    assert!(run.stdout.ends_with("done\n"), "{run:?}");
}

/// The table of `tests/sdk/beside.py`: what differs stands there with its reason.
#[test]
fn fgctl_sends_what_the_official_sdk_sends() {
    // Long enough that a command which waits for a gateway sees it grow.
    let cloud = Cloud::start_with(&["--gateway-delay", "300ms"]);
    let Some(mut script) = sdk_script(&cloud, "beside.py") else {
        return;
    };
    let home = cloud.path("beside");
    std::fs::create_dir(&home).unwrap();
    script
        .env("FGCTL", cloud.program())
        .env("HOME", &home)
        .current_dir(home);
    let run = Run::of(script.output().unwrap()).success();
    assert!(run.stdout.ends_with("operations are sent alike\n"), "{run:?}");
}

/// What no SDK has, but other clients ask for.
#[test]
fn what_terraform_asks_besides() {
    let cloud = Cloud::start().with_gateway();
    http_function(&cloud);
    for name in ["f", "g"] {
        let trigger = format!("trigger create API_{name} --function {name} --gateway apig-ws --group APIGroup_ws");
        cloud.fgctl(&format!("function create {name} --code code")).success();
        cloud.fgctl(&format!("{trigger} --path /{name}")).success();
    }
    let get = |path: &str| {
        let line = format!("request GET /v2/{{project_id}}/fgs/{path}");
        cloud.fgctl(&line).success().json()
    };
    let all = get("triggers --param maxitems=500");
    let mut called: Vec<&str> = all["triggers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|trigger| trigger["func_urn"].as_str().unwrap().rsplit(':').nth(1).unwrap())
        .collect();
    called.sort_unstable();
    assert_eq!((called, &all["next_marker"]), (vec!["f", "g"], &2.into()));
    let second = get("triggers --param maxitems=1 --param marker=1");
    assert_eq!(second["triggers"][0], all["triggers"][1]);
    let runtimes = get("runtimetypes");
    let node = runtimes
        .as_array()
        .unwrap()
        .iter()
        .find(|runtime| runtime["type"] == "Node.js12.13");
    assert_eq!(node.unwrap()["display_name"], "Node.js 12.13");
}

#[test]
fn the_official_sdk_reads_every_answer_of_api_gateway() {
    let cloud = Cloud::start_with(&["--gateway-delay", "200ms"]);
    zip_of(&cloud.path("code.zip"), &[("bootstrap", b"#!/bin/sh\n")]);
    let Some(mut script) = sdk_script(&cloud, "apig.py") else {
        return;
    };
    let run = Run::of(script.env("CODE", cloud.path("code.zip")).output().unwrap()).success();
    assert!(run.stdout.ends_with("done\n"), "{run:?}");
}

#[test]
fn the_official_sdk_drives_all_of_functiongraph() {
    let cloud = Cloud::start();
    let _port = FunctionPort::hold_for(&cloud);
    let Some(mut script) = sdk_script(&cloud, "functiongraph.py") else {
        return;
    };
    let run = Run::of(script.output().unwrap()).success();
    assert!(run.stdout.ends_with("done\n"), "{run:?}");
}
