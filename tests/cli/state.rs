//! `fgctl local reset`, `save` and `load`.

use crate::support::{Cloud, Deployed, FunctionPort, World, http_function, zip_of};
use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use std::process::Stdio;

/// Every list, as JSON: what a state looks like from outside.
fn seen(cloud: &World) -> Vec<Value> {
    let lists = [
        "function list",
        "function get WebSocket-demo",
        "dependency list",
        "trigger list WebSocket-demo",
        "gateway list",
        "group list --gateway apig-ws",
        "environment list --gateway apig-ws",
        "api list --gateway apig-ws",
        "api get API_websocket_demo --gateway apig-ws",
        "api versions API_websocket_demo --gateway apig-ws",
    ];
    let mut seen: Vec<Value> = lists.map(|list| cloud.json(list)).to_vec();
    // Links to archives are made anew for each who asks.
    seen[2][0].as_object_mut().unwrap().remove("link");
    seen
}

#[track_caller]
fn assert_same(found: &[Value], expected: &[Value]) {
    for (found, expected) in found.iter().zip(expected) {
        assert_eq!(found, expected);
    }
}

fn deployed() -> Deployed {
    let deployed = Deployed::with(http_function, "");
    let cloud = &deployed.cloud;
    zip_of(&cloud.path("dependency.zip"), &[("node_modules/x/index.js", b"1")]);
    for line in [
        "dependency create depend-x --runtime Node.js12.13 --zip dependency.zip",
        "dependency attach depend-x --function WebSocket-demo",
        "environment create TEST --gateway apig-ws",
        "api publish API_websocket_demo --gateway apig-ws --environment TEST --remark second",
    ] {
        cloud.fgctl(line).success();
    }
    deployed
}

fn blobs(cloud: &World) -> usize {
    fs::read_dir(folder(cloud).join("blobs")).unwrap().count()
}

fn folder(world: &World) -> PathBuf {
    world.path(".local/share/fgctl/local")
}

#[test]
fn a_running_local_cloud_is_saved_emptied_and_loaded() {
    let deployed = deployed();
    let cloud = &deployed.cloud;
    cloud.fgctl("connect WebSocket-demo --count 1").success();
    let (before, keys, status) = (seen(cloud), cloud.json("local env"), cloud.json("local status"));
    let saved = cloud.json("local save saved");
    assert_eq!(
        (&saved["keys"], &saved["records"]["functions"]),
        (&false.into(), &1.into())
    );
    assert_eq!(saved["records"]["api_versions"], 3);
    let secret = keys["HUAWEICLOUD_SDK_SK"].as_str().unwrap();
    let bytes = fs::read(cloud.path("saved")).unwrap();
    assert!(!bytes.windows(secret.len()).any(|part| part == secret.as_bytes()));

    cloud
        .fgctl("local reset")
        .failure(2, &["Remove everything", "functions 1", "--yes"]);
    assert_same(&seen(cloud), &before);
    cloud.fgctl("local reset --yes").success().says(&["removed"]);
    for list in ["function list", "dependency list", "gateway list"] {
        assert_eq!(cloud.count(list), 0, "{list}");
    }
    let empty = cloud.json("local status");
    assert_eq!(
        (&empty["groups"], &empty["function"]),
        (&Value::Array(vec![]), &Value::Null)
    );
    assert_eq!((&empty["pid"], &empty["port"]), (&status["pid"], &status["port"]));
    assert_eq!(cloud.json("local env"), keys, "the account and its authority stay");
    assert_eq!(blobs(cloud), 0);
    let ca_file = keys["FGCTL_CA_FILE"].as_str().unwrap();
    let by_url = format!("connect {} --count 1 --ca-file {ca_file}", deployed.url);
    cloud.fgctl(&by_url).failure(9, &["refused"]);
    cloud.fgctl("local reset --yes").success().says(&["nothing to remove"]);

    cloud.fgctl("local load saved").success();
    assert_same(&seen(cloud), &before);
    cloud.fgctl(&by_url).success();
    http_function(cloud);
    cloud.fgctl("function create another --code code").success();
    cloud.fgctl("group create another --gateway apig-ws").success();
    cloud
        .fgctl("local load saved")
        .failure(2, &["Replace what the local cloud has", "functions 2", "--yes"]);
    cloud.fgctl("local load saved --yes").success();
    assert_same(&seen(cloud), &before);
}

#[test]
fn a_stopped_local_cloud_is_saved_emptied_and_loaded() {
    let mut deployed = deployed();
    let before = seen(&deployed.cloud);
    let cloud = &mut deployed.cloud;
    cloud.fgctl("local down").success();
    assert_eq!(cloud.ended(), Some(0));
    cloud.fgctl("local save saved").success();
    cloud
        .fgctl("local save saved")
        .failure(2, &["Replace the file `saved`?"]);
    cloud.fgctl("local reset --yes").success();
    assert_eq!(blobs(cloud), 0);
    cloud.fgctl("local load saved").success();
    cloud.up(&["--gateway-delay", "0ms"]);
    let endpoint = cloud.json("local env")["FGCTL_ENDPOINT"].as_str().unwrap().to_owned();
    cloud.set("FGCTL_ENDPOINT", &endpoint);
    assert_same(&seen(cloud), &before);
    cloud.fgctl("connect WebSocket-demo --count 1").success();
}

#[test]
fn another_local_cloud_takes_a_state_as_its_own() {
    let deployed = deployed();
    let one = &deployed.cloud;
    let file = one.path("saved");
    one.fgctl("local save saved").success();
    let two = Cloud::start();
    let run = two.fgctl(&format!("local load {}", file.display())).success();
    run.says(&["the API group APIGroup_ws is down", "is taken by"]);
    let own = two.json("local env")["HUAWEICLOUD_SDK_PROJECT_ID"].clone();
    let function = two.json("function get WebSocket-demo");
    assert!(function["func_urn"].as_str().unwrap().contains(own.as_str().unwrap()));
    assert_eq!(two.count("api versions API_websocket_demo --gateway apig-ws"), 3);
    // With its own network's ids, the gateway can have a sibling.
    two.fgctl("gateway create other --vpc vpc-default --subnet subnet-default --security-group default --yes")
        .success();

    one.fgctl("local down").success();
    two.fgctl(&format!("local load {} --yes", file.display())).success();
    two.fgctl("connect WebSocket-demo --count 1").success();
}

#[test]
fn keys_make_it_the_same_account() {
    let cloud = Cloud::start().with_gateway();
    let keys = cloud.json("local env");
    cloud
        .fgctl("local save saved --with-keys")
        .success()
        .says(&["the file holds the account's keys"]);
    let mut other = Cloud::start();
    let load = format!("local load {}", cloud.path("saved").display());
    other.fgctl(&load).failure(2, &["and its account"]);
    other.fgctl(&format!("{load} --yes")).success();
    let name = "HUAWEICLOUD_SDK_SK";
    assert_eq!(other.json("local env")[name], keys[name]);
    other.fgctl("gateway list").failure(3, &["APIGW.0301"]);
    assert_eq!(other.count("gateway list --local"), 1);
    other.kill();
    other.up(&[]);
    assert_eq!(other.json("local env")[name], keys[name], "after a restart too");
    assert_eq!(other.count("gateway list --local"), 1);
}

#[test]
fn damaged_files_change_nothing() {
    let mut cloud = Cloud::start().with_gateway();
    cloud.fgctl("local save saved").success();
    let bytes = fs::read(cloud.path("saved")).unwrap();
    fs::write(cloud.path("cut"), &bytes[..bytes.len() / 2]).unwrap();
    fs::write(cloud.path("other"), b"{}").unwrap();
    cloud.fgctl("group create later --gateway apig-ws").success();
    let refused = |cloud: &World| {
        for (file, text) in [
            ("cut", "is no whole saved state"),
            ("other", "is no whole saved state"),
            ("missing", "cannot be used"),
        ] {
            cloud.fgctl(&format!("local load {file} --yes")).failure(1, &[text]);
        }
    };
    refused(&cloud);
    assert_eq!(cloud.count("group list --gateway apig-ws"), 3);
    cloud.fgctl("local down").success();
    assert_eq!(cloud.ended(), Some(0));
    refused(&cloud);
    cloud.up(&[]);
    assert_eq!(cloud.count("group list --gateway apig-ws --local"), 3);
    let world = World::new();
    world
        .fgctl("local save saved")
        .failure(4, &["no local cloud is running"]);
    assert!(!folder(&world).exists());
}

/// Whenever it is killed: the files may be there already, the records are all old or all new.
#[test]
fn killed_while_it_loads_it_has_the_old_state_or_the_new_one() {
    let _port = FunctionPort::hold();
    let mut cloud = Cloud::start();
    for number in 0..8 {
        let name = format!("f{number}");
        let code = crate::support::function_folder(&cloud.path(&name), "#!/bin/sh\n", &[("n", &name)]);
        cloud
            .fgctl(&format!("function create {name} --code {}", code.display()))
            .success();
    }
    cloud.fgctl("local save new").success();
    cloud.fgctl("local reset --yes").success();
    http_function(&cloud);
    cloud.fgctl("function create old --code code").success();
    cloud.fgctl("local save old").success();
    let names = |cloud: &Cloud| cloud.fgctl("function list --local -o name").success().stdout;
    let new: String = (0..8).map(|number| format!("f{number}\n")).collect();
    let mut outcomes = [0, 0];
    for files in 2..10 {
        let mut load = cloud
            .command(["local", "load", "new", "--yes"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // The old one's file, and so many of the new one's.
        while load.try_wait().unwrap().is_none() && blobs(&cloud) < files {
            std::thread::yield_now();
        }
        cloud.kill();
        load.wait().unwrap();
        cloud.up(&[]);
        let found = names(&cloud);
        assert!(found == "old\n" || found == new, "{found}");
        outcomes[usize::from(found == new)] += 1;
        cloud.fgctl("local load old --yes").success();
        assert_eq!(names(&cloud), "old\n");
        assert_eq!(blobs(&cloud), 1);
    }
    assert!(outcomes[0] > 0, "no kill came before the end: {outcomes:?}");
}
