//! `fgctl function`.

use crate::support::{Cloud, function_folder, http_function, zip_of};
use std::fs;

#[test]
fn create_list_get_and_delete() {
    let cloud = Cloud::start();
    http_function(&cloud);
    let created = cloud.json("function create WebSocket-demo --code code --memory 512 --timeout 900 --public-access --env A=1 --description text");
    assert_eq!(created["func_name"], "WebSocket-demo");
    assert_eq!(created["runtime"], "http");
    assert_eq!(created["handler"], "bootstrap");
    assert_eq!(created["memory_size"], 512);
    assert_eq!(created["timeout"], 900);
    assert_eq!(created["user_data"], "{\"A\":\"1\"}");
    assert_eq!(created["network_controller"]["disable_public_network"], false);

    let listed = cloud.json("function list");
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!(
        cloud.fgctl("function list -o name").success().stdout,
        "WebSocket-demo\n"
    );
    let table = cloud.fgctl("function list").success().stdout;
    assert!(table.starts_with("NAME") && table.contains("WebSocket-demo"), "{table}");

    let urn = created["func_urn"].as_str().unwrap();
    for name in ["WebSocket-demo", urn] {
        assert_eq!(
            cloud.json(&format!("function get {name}"))["func_name"],
            "WebSocket-demo"
        );
    }
    cloud
        .fgctl("function delete WebSocket-demo")
        .failure(2, &["There is no terminal", "hint: answer it with --yes"]);
    cloud.fgctl("function delete WebSocket-demo --yes").success();
    cloud
        .fgctl("function get WebSocket-demo")
        .failure(4, &["there is no function `WebSocket-demo`"]);
    cloud
        .fgctl("function delete WebSocket-demo --yes")
        .failure(4, &["there is no function `WebSocket-demo`"]);
}

#[test]
fn a_second_one_of_the_name_is_a_conflict() {
    let cloud = Cloud::start();
    http_function(&cloud);
    cloud.fgctl("function create twice --code code").success();
    cloud
        .fgctl("function create twice --code code")
        .failure(5, &["FSS.1061", "fgctl function get"]);
    assert_eq!(cloud.count("function list"), 1);
}

#[test]
fn a_misspelt_name_brings_the_right_one_to_mind() {
    let cloud = Cloud::start();
    http_function(&cloud);
    cloud.fgctl("function create WebSocket-demo --code code").success();
    cloud
        .fgctl("function get WebSoket-demo")
        .failure(4, &["did you mean `WebSocket-demo`?"]);
}

#[test]
fn code_is_shown_and_replaced() {
    let cloud = Cloud::start();
    http_function(&cloud);
    cloud.fgctl("function create f --code code").success();
    let before = cloud.json("function code get f");
    fs::write(cloud.path("code/more.txt"), "more").unwrap();
    let after = cloud.json("function code update f --code code");
    assert_ne!(before["digest"], after["digest"]);
    assert_eq!(cloud.json("function code get f")["digest"], after["digest"]);
    zip_of(&cloud.path("code.zip"), &[("bootstrap", b"#!/bin/sh\n")]);
    let zipped = cloud.json("function code update f --code code.zip");
    assert_ne!(zipped["digest"], after["digest"]);
}

#[test]
fn an_event_function_needs_its_runtime_and_handler() {
    let cloud = Cloud::start();
    function_folder(
        &cloud.path("event"),
        "unused",
        &[("index.js", "exports.handler = async () => 1;")],
    );
    cloud
        .fgctl("function create e --type event --code event")
        .failure(2, &["--runtime", "--handler"]);
    cloud
        .fgctl("function create e --type event --code event --runtime Node.js20.15 --handler index.handler")
        .success();
    assert_eq!(cloud.json("function get e")["runtime"], "Node.js20.15");
}

/// Bad input is told apart before the first call, and creates nothing.
#[test]
fn bad_input_creates_nothing() {
    let cloud = Cloud::start();
    http_function(&cloud);
    fs::create_dir(cloud.path("empty")).unwrap();
    function_folder(&cloud.path("nested/inner"), "#!/bin/sh\n", &[]);
    fs::write(cloud.path("bad.zip"), "no archive").unwrap();
    for (line, texts) in [
        (
            "function create my.func --code code",
            &["`my.func`", "character 3 is `.`", "1 to 60"] as &[&str],
        ),
        (
            "function create f --code code --timeout 2",
            &["execution timeout `2`", "3 to 259200 seconds"],
        ),
        (
            "function create f --code code --timeout 259201",
            &["execution timeout `259201`"],
        ),
        (
            "function create f --code code --memory 100",
            &["memory `100`", "128, 256"],
        ),
        (
            "function create f --code code --env 1A=x",
            &["environment variable `1A`", "begin with a letter"],
        ),
        ("function create f --code missing", &["missing"]),
        ("function create f --code empty", &["holds no file"]),
        ("function create f --code nested", &["inner/bootstrap"]),
        ("function create f --code bad.zip", &["bad.zip"]),
    ] {
        cloud.fgctl(line).failure(2, texts);
    }
    let long = "a".repeat(61);
    cloud
        .fgctl(&format!("function create {long} --code code"))
        .failure(2, &["61 characters, more than 60"]);
    assert_eq!(cloud.count("function list"), 0);
}
