//! Object storage: the local cloud's by the vendor's own SDK, and uploads by way of a bucket.

use crate::support::{Cloud, FunctionPort, Run, http_function, sdk_script, zip_of};
use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Stdio;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

#[test]
fn the_official_sdk_for_object_storage_reads_every_answer() {
    let cloud = Cloud::start();
    let Some(mut script) = sdk_script(&cloud, "object_storage.py") else {
        return;
    };
    let run = Run::of(script.output().unwrap()).success();
    assert!(run.stdout.ends_with("done\n"), "{run:?}");
}

/// Something between fgctl and the local cloud that counts what passes, and lets through only so many parts.
struct Passage {
    port: u16,
    /// Told each time a part was answered.
    parts: Receiver<()>,
    /// The request lines of all that passed.
    lines: Arc<Mutex<Vec<String>>>,
}

impl Passage {
    fn to(cloud: &Cloud, allowed: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let target = endpoint(cloud).trim_start_matches("http://").to_owned();
        let (answered, parts) = channel();
        let lines: Arc<Mutex<Vec<String>>> = Arc::default();
        let passed = Arc::clone(&lines);
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let (target, passed, answered) = (target.clone(), Arc::clone(&passed), answered.clone());
                std::thread::spawn(move || pass(client.unwrap(), &target, allowed, (&passed, &answered)));
            }
        });
        Self { port, parts, lines }
    }

    fn sent_parts(&self) -> usize {
        let lines = self.lines.lock().unwrap();
        lines
            .iter()
            .filter(|line| line.starts_with("PUT") && line.contains("partNumber"))
            .count()
    }

    fn endpoint(&self) -> String {
        format!("obs=http://127.0.0.1:{}", self.port)
    }
}

/// Hands requests on, one after the other, until the client hangs up or too many parts have come.
fn pass(client: TcpStream, target: &str, allowed: usize, told: (&Mutex<Vec<String>>, &Sender<()>)) {
    let server = TcpStream::connect(target).unwrap();
    let (mut from_client, mut from_server) = (BufReader::new(&client), BufReader::new(&server));
    while let Some((line, request)) = message(&mut from_client, false) {
        {
            let mut lines = told.0.lock().unwrap();
            let parts = lines.iter().filter(|line| line.contains("partNumber")).count();
            if line.contains("partNumber") && parts >= allowed {
                drop(lines);
                // Held until the client is gone.
                let _ = from_client.read(&mut [0]);
                return;
            }
            lines.push(line.clone());
        }
        (&server).write_all(&request).unwrap();
        let Some((_, answer)) = message(&mut from_server, line.starts_with("HEAD")) else {
            return;
        };
        if (&client).write_all(&answer).is_err() {
            return;
        }
        if line.contains("partNumber") {
            let _ = told.1.send(());
        }
    }
}

/// One message: its first line, and all of it.
fn message(from: &mut impl BufRead, bodiless: bool) -> Option<(String, Vec<u8>)> {
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let start = head.len();
        if from.read_line(&mut head).ok()? == 0 {
            return None;
        }
        let line = head[start..].to_ascii_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line == "\r\n" {
            break;
        }
    }
    let first = head.lines().next()?.to_owned();
    let mut body = vec![0; if bodiless { 0 } else { length }];
    from.read_exact(&mut body).ok()?;
    let mut bytes = head.into_bytes();
    bytes.extend(body);
    Some((first, bytes))
}

fn endpoint(cloud: &Cloud) -> String {
    cloud.json("local env")["FGCTL_ENDPOINT"].as_str().unwrap().to_owned()
}

/// A bucket, made by a signed request of nobody's client.
fn bucket(cloud: &Cloud) {
    signed(cloud, "PUT", "/my-bucket", b"");
}

/// A request that is written out by hand and has to succeed.
fn signed(cloud: &Cloud, method: &str, path: &str, body: &[u8]) {
    let env = cloud.json("local env");
    let value = |name: &str| env[name].as_str().unwrap().to_owned();
    let date = httpdate::fmt_http_date(std::time::SystemTime::now());
    let signature = hmac(&value("HUAWEICLOUD_SDK_SK"), &format!("{method}\n\n\n{date}\n{path}"));
    let address = endpoint(cloud).trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(&address).unwrap();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\ndate: {date}\r\nauthorization: OBS {}:{signature}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        value("HUAWEICLOUD_SDK_AK"),
        body.len()
    )
    .unwrap();
    stream.write_all(body).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

fn hmac(key: &str, text: &str) -> String {
    use base64::Engine;
    use hmac::{KeyInit, Mac};
    let mut mac = hmac::Hmac::<sha1::Sha1>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    base64::engine::general_purpose::STANDARD.encode(mac.finalize().into_bytes())
}

/// Bytes that are no two alike.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_le_bytes()
    };
    std::iter::repeat_with(next).flatten().take(length).collect()
}

const CREATE: &str = "dependency create large --runtime Node.js12.13 --zip large.zip --bucket my-bucket";

#[test]
fn a_large_dependency_goes_on_where_it_was_killed_and_is_used() {
    let cloud = Cloud::start();
    bucket(&cloud);
    let data = noise(25 * 1024 * 1024);
    let files: [(&str, &[u8]); 2] = [("node_modules/x/data.bin", &data), ("hello", b"from the dependency")];
    zip_of(&cloud.path("large.zip"), &files);

    let first = Passage::to(&cloud, 2);
    let line = format!(
        "{CREATE} --endpoint {} --endpoint {}",
        first.endpoint(),
        endpoint(&cloud)
    );
    let mut killed = cloud
        .command(line.split(' '))
        .stderr(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    for _ in 0..2 {
        first.parts.recv().unwrap();
    }
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert_eq!(cloud.count("dependency list"), 0);

    let second = Passage::to(&cloud, 99);
    let line = format!(
        "{CREATE} --endpoint {} --endpoint {}",
        second.endpoint(),
        endpoint(&cloud)
    );
    let run = cloud.fgctl(&line).success().says(&[
        "2 of 4 parts are in the bucket already",
        "uploading to my-bucket:",
        "created version 1 of the dependency large",
    ]);
    assert!(!run.stderr.contains("warning"), "{}", run.stderr);
    assert_eq!(
        (first.sent_parts(), second.sent_parts()),
        (2, 2),
        "only what was missing is sent"
    );
    let lines = second.lines.lock().unwrap().clone();
    assert!(
        !lines
            .iter()
            .any(|line| line.starts_with("POST") && line.contains("?uploads")),
        "{lines:?}"
    );
    assert!(
        lines
            .last()
            .unwrap()
            .starts_with("DELETE /my-bucket/fgctl/dependencies/"),
        "{lines:?}"
    );
    let created = cloud.json("dependency get large");
    assert_eq!(created["size"], fs::metadata(cloud.path("large.zip")).unwrap().len());

    let _port = FunctionPort::hold_for(&cloud);
    let cloud = cloud.with_gateway();
    http_function(&cloud);
    let bootstrap = fs::read_to_string(cloud.path("code/bootstrap")).unwrap();
    let checking = bootstrap.replace(
        "exec",
        "grep -q 'from the dependency' /opt/function/code/hello || exit 9\nexec",
    );
    fs::write(cloud.path("code/bootstrap"), checking).unwrap();
    for line in [
        "function create f --code code",
        "dependency attach large --function f",
        "websocket enable f",
        "trigger create API_f --function f --gateway apig-ws --group APIGroup_ws --auth none --path /websocket_demo",
        "api update API_f --gateway apig-ws --network-architecture v2 --invocation-mode sync",
        "api publish API_f --gateway apig-ws",
    ] {
        cloud.fgctl(line).success();
    }
    cloud.fgctl("connect f --count 1").success();
}

#[test]
fn what_a_large_dependency_needs_is_said_before_anything_is_sent() {
    let cloud = Cloud::start();
    zip_of(&cloud.path("large.zip"), &[("a", &noise(11 * 1024 * 1024))]);
    zip_of(&cloud.path("backup.zip"), &[("a~", &noise(11 * 1024 * 1024))]);
    fs::File::create(cloud.path("huge.zip"))
        .unwrap()
        .set_len(300 * 1024 * 1024 + 1)
        .unwrap();
    let without = "dependency create large --runtime Node.js12.13 --zip large.zip";
    cloud
        .fgctl(without)
        .failure(1, &["more than the 10485760", "--bucket NAME", "--obs-url URL"]);
    cloud.fgctl(CREATE).failure(4, &["there is no bucket `my-bucket`"]);
    bucket(&cloud);
    for (line, status, texts) in [
        (
            CREATE.replace("my-bucket", "My_Bucket"),
            2,
            ["bucket name `My_Bucket`", "lower-case"],
        ),
        (CREATE.replace("large.zip", "huge.zip"), 2, ["314572801", "314572800"]),
        (
            CREATE.replace("large.zip", "backup.zip"),
            1,
            ["ending in `~`", "zip --delete"],
        ),
        (format!("{without} --keep-object"), 2, ["--keep-object", "--bucket"]),
    ] {
        cloud.fgctl(&line).failure(status, &texts);
    }
    assert_eq!(cloud.count("dependency list"), 0);
}

#[test]
fn an_object_may_stay_and_is_not_sent_twice() {
    let mut cloud = Cloud::start();
    bucket(&cloud);
    zip_of(&cloud.path("large.zip"), &[("a", &noise(11 * 1024 * 1024))]);
    let kept = cloud.fgctl(&format!("{CREATE} --keep-object")).success();
    let kept = kept.says(&["25 % of 11.0 MB", "the object stays: my-bucket/fgctl/dependencies/"]);
    assert!(!kept.stderr.contains("already"), "{}", kept.stderr);
    cloud.fgctl("local save state.fgctl").success();
    cloud.kill();
    cloud.up(&["--gateway-delay", "0ms"]);
    let again: Value = {
        let variables = cloud.json("local env");
        for (name, value) in variables.as_object().unwrap() {
            cloud.set(name, value.as_str().unwrap());
        }
        cloud
            .fgctl(CREATE)
            .success()
            .says(&["2 of 2 parts are in the bucket already"]);
        cloud.json("dependency get large")
    };
    assert_eq!(again["version"], 2, "what was acknowledged survives a kill");
    cloud.fgctl("local reset --yes").success();
    cloud.fgctl(CREATE).failure(4, &["there is no bucket"]);
    cloud.fgctl("local load state.fgctl --yes").success();
    cloud
        .fgctl(CREATE)
        .success()
        .says(&["2 of 2 parts are in the bucket already"]);
}

#[cfg(unix)]
#[test]
fn an_upload_that_is_interrupted_says_how_to_go_on() {
    let cloud = Cloud::start();
    bucket(&cloud);
    zip_of(&cloud.path("large.zip"), &[("a", &noise(11 * 1024 * 1024))]);
    let passage = Passage::to(&cloud, 1);
    let line = format!(
        "{CREATE} --endpoint {} --endpoint {}",
        passage.endpoint(),
        endpoint(&cloud)
    );
    let process = cloud
        .command(line.split(' '))
        .stderr(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    passage.parts.recv().unwrap();
    let interrupted = std::process::Command::new("kill")
        .args(["-INT", &process.id().to_string()])
        .status();
    assert!(interrupted.unwrap().success());
    Run::of(process.wait_with_output().unwrap()).failure(
        130,
        &[
            "what was sent stays in the bucket",
            "fgctl dependency create large --runtime Node.js12.13 --zip 'large.zip' --bucket my-bucket",
        ],
    );
}

/// Brings a file into the bucket by a signed request, and tells its URL in the public cloud's form.
fn object(cloud: &Cloud, name: &str) -> String {
    let bytes = fs::read(cloud.path(name)).unwrap();
    signed(cloud, "PUT", &format!("/my-bucket/{name}"), &bytes);
    format!("https://my-bucket.obs.cn-east-3.myhuaweicloud.com/{name}")
}

#[test]
fn code_comes_from_an_object() {
    let cloud = Cloud::start();
    bucket(&cloud);
    zip_of(&cloud.path("one.zip"), &[("bootstrap", b"#!/bin/sh\n")]);
    zip_of(&cloud.path("two.zip"), &[("bootstrap", b"#!/bin/sh\n#\n")]);
    let (one, two) = (object(&cloud, "one.zip"), object(&cloud, "two.zip"));
    let created = cloud.json(&format!("function create f --obs-url {one}"));
    assert_eq!(created["code_size"], fs::metadata(cloud.path("one.zip")).unwrap().len());
    let path_style = format!("{}/my-bucket/two.zip", endpoint(&cloud));
    for url in [&two, &path_style] {
        let updated = cloud.json(&format!("function code update f --obs-url {url}"));
        assert_ne!(updated["digest"], created["digest"]);
    }
    assert_eq!(cloud.json("function code get f")["code_type"], "obs");
    for (line, status, texts) in [
        (
            format!("function create g --obs-url {one}x"),
            4,
            ["FSS.1054", "one.zipx"],
        ),
        (
            format!("function create g --obs-url {one} --code code"),
            2,
            ["--obs-url", "--code"],
        ),
        ("function create g".to_owned(), 2, ["--code", "required"]),
        (
            "function create g --obs-url my-bucket/one.zip".to_owned(),
            2,
            ["OBS URL", "https://"],
        ),
    ] {
        cloud.fgctl(&line).failure(status, &texts);
    }
}
