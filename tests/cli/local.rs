//! `fgctl local`.

use crate::support::{Cloud, World, http_function};
use std::fs;
use std::path::PathBuf;

#[test]
fn up_detached_twice_env_status_and_down() {
    let world = World::new();
    world
        .fgctl("local env")
        .failure(4, &["no local cloud is running", "fgctl local up --detach"]);
    world
        .fgctl("local up --detach --port 0 --ingress-port 0")
        .success()
        .says(&["the local cloud serves at http://127.0.0.1:"]);
    world
        .fgctl("local up --detach --port 0 --ingress-port 0")
        .success()
        .says(&["already running"]);
    let status = world.json("local status");
    assert_eq!(status["region"], "cn-east-3");
    let variables = world.json("local env");
    let mut keys: Vec<&String> = variables.as_object().unwrap().keys().collect();
    keys.sort();
    assert_eq!(
        keys,
        [
            "FGCTL_CA_FILE",
            "FGCTL_ENDPOINT",
            "FGCTL_REGION",
            "HUAWEICLOUD_SDK_AK",
            "HUAWEICLOUD_SDK_PROJECT_ID",
            "HUAWEICLOUD_SDK_SK"
        ]
    );
    let shell = world.fgctl("local env").success().stdout;
    assert!(
        shell.lines().all(|line| line.starts_with("export ")) && shell.lines().count() == 6,
        "{shell}"
    );
    assert_eq!(world.fgctl("function list --local -o name").success().stdout, "");
    world.fgctl("local down").success();
    world.fgctl("local down").failure(4, &["no local cloud is running"]);
    world
        .fgctl("function list --local")
        .failure(4, &["no local cloud is running"]);
}

#[test]
fn files_are_their_owners_alone() {
    let cloud = Cloud::start();
    let state = cloud.json("local status")["state"].as_str().unwrap().to_owned();
    #[cfg(unix)]
    for name in ["account.json", "runtime.json", "ca-key.pem"] {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(format!("{state}/{name}")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    assert!(
        fs::read_to_string(format!("{state}/ca.pem"))
            .unwrap()
            .starts_with("-----BEGIN CERTIFICATE-----")
    );
}

#[test]
fn an_acknowledged_write_survives_a_kill() {
    let mut cloud = Cloud::start();
    http_function(&cloud);
    cloud.fgctl("function create f --code code").success();
    let before = cloud.json("local env");
    cloud.kill();
    cloud.up(&[]);
    let after = cloud.json("local env");
    assert_eq!(before["HUAWEICLOUD_SDK_SK"], after["HUAWEICLOUD_SDK_SK"]);
    assert_eq!(cloud.fgctl("function list --local -o name").success().stdout, "f\n");
}

#[test]
fn what_is_ephemeral_is_gone() {
    let mut cloud = Cloud::start_with(&["--ephemeral"]);
    http_function(&cloud);
    cloud.fgctl("function create f --code code").success();
    cloud.fgctl("local down").success();
    cloud.up(&["--ephemeral"]);
    assert_eq!(cloud.fgctl("function list --local -o name").success().stdout, "");
}

/// A web page that rebinds its name to this machine is not served.
#[test]
fn only_known_hosts_are_served() {
    let cloud = Cloud::start();
    let endpoint = cloud.json("local env")["FGCTL_ENDPOINT"].as_str().unwrap().to_owned();
    let address = endpoint.strip_prefix("http://").unwrap();
    for (host, status) in [("evil.example", "403"), (address, "401")] {
        assert_eq!(status_of(address, host, "/v2/p/fgs/functions"), status, "{host}");
    }
    assert_eq!(status_of(address, address, "/_local/status"), "401");
}

/// The status of a request written out by hand.
fn status_of(address: &str, host: &str, path: &str) -> String {
    use std::io::{Read, Write};
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split(' ').nth(1).unwrap().to_owned()
}

#[test]
fn a_taken_port_is_told_by_name() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let world = World::new();
    let line = format!("local up --port {port} --ingress-port 0");
    world
        .fgctl(&line)
        .failure(5, &[&format!("127.0.0.1:{port}"), "--port 0"]);
    world
        .fgctl(&format!("{line} --detach"))
        .failure(5, &[&format!("127.0.0.1:{port}")]);
}

/// Ctrl-C ends it as a success: that is how it is meant to end.
#[cfg(unix)]
#[test]
fn an_interrupt_ends_it_and_leaves_no_runtime_file() {
    let mut cloud = Cloud::start();
    let state = cloud.json("local status")["state"].as_str().unwrap().to_owned();
    let pid = cloud.json("local status")["pid"].as_u64().unwrap();
    let kill = std::process::Command::new("kill")
        .args(["-INT", &pid.to_string()])
        .status()
        .unwrap();
    assert!(kill.success());
    assert_eq!(cloud.ended(), Some(0));
    assert!(!fs::exists(format!("{state}/runtime.json")).unwrap());
}

/// What a state has lost is told; nothing is put in its place.
#[test]
fn a_damaged_state_is_explained_and_kept() {
    let mut cloud = Cloud::start();
    http_function(&cloud);
    cloud.fgctl("function create f --code code").success();
    let state = PathBuf::from(cloud.json("local status")["state"].as_str().unwrap());
    cloud.kill();
    for (name, damage, texts) in [
        (
            "account.json",
            Some("{"),
            &["account.json` is damaged", "put it back", "rm -r"] as &[&str],
        ),
        ("account.json", None, &["account.json` is damaged: it is missing"]),
        (
            "state.redb",
            Some(""),
            &["state.redb` is damaged: it is missing or empty"],
        ),
        (
            "state.redb",
            Some("no database"),
            &["state.redb` is damaged", "put it back"],
        ),
        ("state.redb", None, &["state.redb` is damaged: it is missing or empty"]),
        ("ca.pem", Some("x"), &["certificate authority", "ca.pem"]),
    ] {
        let path = state.join(name);
        let sound = fs::read(&path).unwrap();
        match damage {
            Some(text) => fs::write(&path, text).unwrap(),
            None => fs::remove_file(&path).unwrap(),
        }
        for detach in ["", " --detach"] {
            let up = format!("local up --port 0 --ingress-port 0{detach}");
            cloud.fgctl(&up).failure(1, texts);
            assert_eq!(
                fs::read(&path).ok(),
                damage.map(|text| text.as_bytes().to_vec()),
                "{name}"
            );
        }
        fs::write(&path, sound).unwrap();
    }
    // What only tells of an earlier run is written anew.
    fs::write(state.join("runtime.json"), "{").unwrap();
    cloud.up(&[]);
    assert_eq!(cloud.fgctl("function list --local -o name").success().stdout, "f\n");
}
