//! `fgctl dependency`.

use crate::support::{Cloud, World, http_function, zip_of};
use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::TcpListener;

fn library(world: &World) {
    zip_of(
        &world.path("lib.zip"),
        &[("node_modules/x/index.js", b"exports.x = 1;")],
    );
}

#[test]
fn create_list_get_and_delete() {
    let cloud = Cloud::start();
    library(&cloud);
    let create = "dependency create depend-websocket --runtime Node.js12.13 --zip lib.zip --description text";
    let first = cloud.json(create);
    assert_eq!(
        (&first["name"], &first["version"]),
        (&"depend-websocket".into(), &1.into())
    );
    let second = cloud.json(create);
    assert_eq!(second["version"], 2);
    assert_eq!(second["dep_id"], first["dep_id"]);

    assert_eq!(
        cloud.fgctl("dependency list -o name").success().stdout,
        "depend-websocket\n"
    );
    assert_eq!(cloud.json("dependency get depend-websocket")["version"], 2);
    assert_eq!(
        cloud.json("dependency get depend-websocket --version 1")["id"],
        first["id"]
    );
    let versions = cloud.json("dependency versions depend-websocket");
    assert_eq!(versions.as_array().unwrap().len(), 2);

    cloud
        .fgctl("dependency delete depend-websocket --version 1 --yes")
        .success();
    cloud
        .fgctl("dependency get depend-websocket --version 1")
        .failure(4, &["there is no version `1`"]);
    cloud.fgctl("dependency delete depend-websocket --yes").success();
    cloud
        .fgctl("dependency get depend-websocket")
        .failure(4, &["there is no dependency `depend-websocket`"]);
}

#[test]
fn attach_and_detach_change_what_is_laid_over_the_code() {
    let cloud = Cloud::start();
    library(&cloud);
    http_function(&cloud);
    cloud.fgctl("function create f --code code").success();
    cloud
        .fgctl("dependency create a --runtime Node.js12.13 --zip lib.zip")
        .success();
    let b = cloud.json("dependency create b --runtime Node.js12.13 --zip lib.zip");
    cloud.fgctl("dependency attach a --function f").success();
    cloud.fgctl("dependency attach b --function f").success();
    cloud
        .fgctl("dependency attach b --function f")
        .success()
        .says(&["already"]);
    let a2 = cloud.json("dependency create a --runtime Node.js12.13 --zip lib.zip");
    cloud.fgctl("dependency attach a --function f").success();
    let attached = cloud.json("function get f")["depend_version_list"].clone();
    assert_eq!(
        attached,
        serde_json::json!([a2["id"], b["id"]]),
        "a new version takes the old one's place"
    );

    cloud
        .fgctl("dependency delete b --yes")
        .failure(5, &["FSS.1033", "fgctl dependency detach"]);
    cloud.fgctl("dependency detach b --function f").success();
    cloud
        .fgctl("dependency detach b --function f")
        .success()
        .says(&["is not attached"]);
    cloud.fgctl("dependency delete b --yes").success();
    cloud
        .fgctl("dependency attach nothing --function f")
        .failure(4, &["there is no dependency `nothing`"]);
}

/// The local cloud fetches links from this machine alone, as it has no network.
#[test]
fn from_a_link() {
    let cloud = Cloud::start();
    library(&cloud);
    let bytes = fs::read(cloud.path("lib.zip")).unwrap();
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/lib.zip", server.local_addr().unwrap());
    let serving = std::thread::spawn(move || {
        let (mut stream, _) = server.accept().unwrap();
        let mut request = [0; 4096];
        assert!(stream.read(&mut request).unwrap() > 0);
        write!(
            stream,
            "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            bytes.len()
        )
        .unwrap();
        stream.write_all(&bytes).unwrap();
        bytes.len()
    });
    let created = cloud.json(&format!(
        "dependency create linked --runtime Node.js12.13 --obs-url {url}"
    ));
    assert_eq!(created["size"], serving.join().unwrap());
    let elsewhere =
        "dependency create other --runtime Node.js12.13 --obs-url https://bucket.obs.cn-east-3.myhuaweicloud.com/x.zip";
    cloud.fgctl(elsewhere).failure(4, &["FSS.1054"]);
    assert_eq!(cloud.count("dependency list"), 1);
}

#[test]
fn bad_input_creates_nothing() {
    let cloud = Cloud::start();
    library(&cloud);
    fs::write(cloud.path("bad.zip"), "no archive").unwrap();
    // One byte more than the guide allows; what is in it does not matter.
    File::create(cloud.path("large.zip"))
        .unwrap()
        .set_len(10 * 1024 * 1024 + 1)
        .unwrap();
    for (line, texts) in [
        (
            "dependency create d --runtime Node.js12.13 --zip bad.zip",
            &["bad.zip"] as &[&str],
        ),
        (
            "dependency create d --runtime Node.js12.13 --zip missing.zip",
            &["missing.zip"],
        ),
        (
            "dependency create d --runtime Node.js12.13 --zip large.zip",
            &["10485761", "10485760", "--obs-url"],
        ),
        (
            "dependency create d. --runtime Node.js12.13 --zip lib.zip",
            &["dependency name `d.`", "ends with `.`"],
        ),
        (
            "dependency create d --runtime node12 --zip lib.zip",
            &["runtime `node12`", "Node.js12.13"],
        ),
        ("dependency create d --runtime Node.js12.13", &["--zip", "--obs-url"]),
        (
            "dependency create d --runtime Node.js12.13 --obs-url bucket/key",
            &["bucket/key"],
        ),
    ] {
        let run = cloud.fgctl(line);
        assert!(matches!(run.status, 1 | 2), "{line}: {run:?}");
        let status = run.status;
        run.failure(status, texts);
    }
    assert_eq!(cloud.count("dependency list"), 0);
}
