//! The exit statuses, each provoked: a contract that changes only with a major version.
//!
//! 8, changes pending, is the manifest's: it belongs to `plan --detailed-exitcode`.

use crate::support::{Cloud, World, http_function};

/// A world that calls `endpoint`, as somebody.
fn aimed_at(endpoint: &str) -> World {
    let mut world = World::new();
    for (name, value) in [
        ("FGCTL_ENDPOINT", endpoint),
        ("FGCTL_REGION", "cn-east-3"),
        ("HUAWEICLOUD_SDK_AK", "AK"),
        ("HUAWEICLOUD_SDK_SK", "SK"),
        ("HUAWEICLOUD_SDK_PROJECT_ID", "p"),
    ] {
        world.set(name, value);
    }
    world
}

#[test]
fn what_is_done_ends_with_0() {
    let cloud = Cloud::start();
    cloud.fgctl("function list").success();
    cloud.fgctl("--help").success();
    cloud.fgctl("local reset --yes").success().says(&["nothing to remove"]);
}

#[test]
fn what_fails_for_no_other_reason_ends_with_1() {
    let world = World::new();
    std::fs::write(world.path("file"), "").unwrap();
    world
        .fgctl("man --dir file/below")
        .failure(1, &["the manual cannot be written to `file/below`", "caused by"]);
}

#[test]
fn a_wrong_command_line_ends_with_2() {
    let world = World::new();
    world.fgctl("function").failure(2, &["Usage"]);
    world.fgctl("function list --limit many").failure(2, &["--limit"]);
    world.fgctl("function list").failure(2, &["no region"]);
}

#[test]
fn refused_credentials_end_with_3() {
    let mut cloud = Cloud::start();
    cloud.set("HUAWEICLOUD_SDK_SK", "wrong");
    cloud.fgctl("function list").failure(3, &["APIGW.0301"]);
}

#[test]
fn what_does_not_exist_ends_with_4() {
    let cloud = Cloud::start();
    cloud
        .fgctl("function get none")
        .failure(4, &["there is no function `none`"]);
    World::new().fgctl("local status").failure(4, &["fgctl local up"]);
}

#[test]
fn what_exists_already_ends_with_5() {
    let cloud = Cloud::start();
    http_function(&cloud);
    cloud.fgctl("function create f --code code").success();
    cloud.fgctl("function create f --code code").failure(5, &["FSS.1061"]);
}

#[test]
fn a_service_that_cannot_be_reached_ends_with_6() {
    aimed_at("http://127.0.0.1:1")
        .fgctl("function create f --code missing")
        .failure(2, &["missing"]);
    aimed_at("http://127.0.0.1:1")
        .fgctl("gateway wait apig-ws")
        .failure(6, &["Connection refused"]);
}

#[test]
fn a_wait_that_is_too_long_ends_with_7() {
    let cloud = Cloud::start_with(&["--gateway-delay", "1h"]);
    cloud
        .fgctl("gateway create apig-ws --vpc vpc-default --subnet subnet-default --security-group default --yes")
        .success();
    cloud
        .fgctl("gateway wait apig-ws --wait-timeout 0s")
        .failure(7, &["took longer than 0 s"]);
}

#[test]
fn a_handshake_that_fails_ends_with_9() {
    World::new()
        .fgctl("connect ws://127.0.0.1:1/")
        .failure(9, &["Connection refused", "fgctl local status"]);
}

#[cfg(unix)]
#[test]
fn an_interruption_ends_with_130() {
    use std::io::Read;
    use std::process::{Command, Stdio};
    let service = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let world = aimed_at(&format!("http://{}", service.local_addr().unwrap()));
    let mut command = world.command(["function", "list"]);
    let process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // Once its request is here, it waits for the answer.
    let (mut stream, _) = service.accept().unwrap();
    stream.read_exact(&mut [0]).unwrap();
    let signal = Command::new("kill").args(["-INT", &process.id().to_string()]).status();
    assert!(signal.unwrap().success());
    crate::support::Run::of(process.wait_with_output().unwrap()).failure(130, &["interrupted"]);
}
