//! What is told when the service answers strangely, or not at all.

use crate::support::{World, http_function, zip_of};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;

/// A server that answers the requests in the order of `answers`, a connection each, and hangs up.
fn server(answers: Vec<&'static str>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            read_request(&mut stream);
            stream.write_all(answer.as_bytes()).unwrap();
            // A client that has read enough may be gone.
            let _ = stream.shutdown(Shutdown::Both);
        }
    });
    url
}

/// Reads a request to the end of its body.
fn read_request(stream: &mut TcpStream) {
    let (mut request, mut chunk) = (Vec::new(), [0; 4096]);
    loop {
        let read = stream.read(&mut chunk).unwrap();
        request.extend_from_slice(&chunk[..read]);
        let text = String::from_utf8_lossy(&request).to_lowercase();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
            return;
        }
    }
}

/// A world whose only service answers so.
fn world(answers: Vec<&'static str>) -> World {
    let mut world = World::new();
    for (name, value) in [
        ("FGCTL_ENDPOINT", server(answers).as_str()),
        ("FGCTL_REGION", "cn-east-3"),
        ("HUAWEICLOUD_SDK_AK", "AK"),
        ("HUAWEICLOUD_SDK_SK", "a-secret-key"),
        ("HUAWEICLOUD_SDK_PROJECT_ID", "p"),
    ] {
        world.set(name, value);
    }
    world
}

const HTML: &str = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 13\r\n\r\n<html>login</";
const BAD_GATEWAY: &str = "HTTP/1.1 502 Bad Gateway\r\nconnection: close\r\ncontent-length: 4\r\n\r\noops";
const BUSY: &str = "HTTP/1.1 429 Too Many Requests\r\nconnection: close\r\nretry-after: 300\r\ncontent-length: 46\r\n\r\n{\"error_code\":\"APIGW.0308\",\"error_msg\":\"slow\"}";
const HALF: &str = "HTTP/1.1 201 Created\r\ncontent-length: 2000\r\n\r\n{\"func";
const GATEWAYS: &str = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 106\r\n\r\n{\"total\":1,\"size\":1,\"instances\":[{\"id\":\"g1\",\"instance_name\":\"apig-ws\",\"status\":\"Running\",\"spec\":\"BASIC\"}]}";

#[test]
fn a_page_of_somebody_on_the_way_is_told_from_the_service() {
    world(vec![HTML])
        .fgctl("function get f")
        .failure(6, &["begins with `<html>login</`", "another server", "--endpoint"]);
    world(vec![
        "HTTP/1.1 404 X\r\nconnection: close\r\ncontent-length: 2\r\n\r\nno",
    ])
    .fgctl("function get f")
    .failure(6, &["status 404", "no answer of the service itself"]);
    world(vec!["SSH-2.0-OpenSSH_9\r\n"; 5])
        .fgctl("function get f")
        .failure(6, &["got no answer", "fgctl local status"]);
}

#[test]
fn a_service_that_wants_patience_says_how_much() {
    world(vec![BUSY])
        .fgctl("function list")
        .failure(6, &["APIGW.0308", "try again in 300 s"]);
}

/// Nobody knows whether it was done: the command that shows it is told.
#[test]
fn a_creation_without_an_answer_says_how_to_look() {
    for answer in [HALF, HTML, BAD_GATEWAY, ""] {
        let world = world(vec![answer]);
        http_function(&world);
        world
            .fgctl("function create f --code code")
            .failure(6, &["it may have been done all the same", "fgctl function list"]);
    }
    let dependency = world(vec![HALF]);
    zip_of(&dependency.path("d.zip"), &[("a", b"a")]);
    dependency
        .fgctl("dependency create d --runtime Node.js12.13 --zip d.zip")
        .failure(6, &["it may have been done", "fgctl dependency versions NAME"]);
    world(vec![GATEWAYS, HALF])
        .fgctl("group create group --gateway apig-ws")
        .failure(6, &["it may have been done", "fgctl group list --gateway GATEWAY"]);
    // What did not arrive was not done.
    let mut nobody = world(Vec::new());
    nobody.set("FGCTL_ENDPOINT", "http://127.0.0.1:1");
    http_function(&nobody);
    let run = nobody
        .fgctl("function create f --code code")
        .failure(6, &["Connection refused"]);
    assert!(!run.stderr.contains("may have been done"), "{}", run.stderr);
}

/// A rule is checked with no service there, no project looked up, and no credentials.
#[test]
fn rules_are_checked_before_the_first_call() {
    let world = World::new();
    http_function(&world);
    let trigger = "--function f --gateway g --group h";
    let gateway = "--vpc v --subnet s --security-group g";
    let long = "x".repeat(256);
    for (line, text) in [
        ("function create f_ --code code".to_owned(), "function name `f_`"),
        (
            "function create f --code code --timeout 0".to_owned(),
            "execution timeout `0`",
        ),
        (
            "function create f --code missing".to_owned(),
            "`missing` does not exist",
        ),
        (
            "function create f --type event --code code --runtime Node.js12.13 --handler x".to_owned(),
            "handler `x`",
        ),
        (
            "dependency create d. --runtime Node.js12.13 --zip x".to_owned(),
            "dependency name `d.`",
        ),
        (
            "dependency create d --runtime Node.js12.13 --obs-url bucket/key".to_owned(),
            "OBS URL `bucket/key`",
        ),
        (format!("gateway create 1gw {gateway}"), "gateway name `1gw`"),
        (
            format!("gateway create gate {gateway} --public-inbound 4"),
            "bandwidth `4`",
        ),
        (
            format!("gateway create gate {gateway} --description {long}"),
            "more than 255",
        ),
        ("group create ab --gateway g".to_owned(), "group name `ab`"),
        (
            "environment create a-b --gateway g".to_owned(),
            "environment name `a-b`",
        ),
        (
            format!("environment create abc --gateway g --remark {long}"),
            "more than 255",
        ),
        (format!("trigger create API-x {trigger} --path /x"), "API name `API-x`"),
        (format!("trigger create API_x {trigger} --path x"), "path `x`"),
        (
            format!("trigger create API_x {trigger} --path /x --timeout 60001"),
            "backend timeout `60001`",
        ),
        (
            "api update API_x --gateway g --timeout 0".to_owned(),
            "backend timeout `0`",
        ),
    ] {
        world
            .fgctl(&line)
            .failure(2, &[text, "(the rule: "][..if text.contains("exist") { 1 } else { 2 }]);
    }
}
