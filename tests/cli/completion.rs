//! Completion: what the engine answers to a press of the Tab key, through the real program.

use crate::support::{Cloud, Run, World, http_function, project, skipped};
use std::net::TcpListener;
use std::process::Command;
use std::time::{Duration, Instant};

/// The candidates for the last of `words`, which may be empty.
#[track_caller]
fn candidates(world: &World, words: &[&str]) -> Vec<String> {
    let mut command = world.command(["--", "fgctl"].iter().chain(words));
    command
        .env("COMPLETE", "bash")
        .env("_CLAP_COMPLETE_INDEX", words.len().to_string())
        .env("_CLAP_IFS", "\n");
    let run = Run::of(command.output().unwrap()).success();
    assert_eq!(run.stderr, "", "{words:?}");
    let names = run.stdout.lines().map(str::to_owned);
    names.filter(|name| !name.starts_with('-')).collect()
}

fn deployed() -> Cloud {
    let cloud = Cloud::start().with_gateway();
    http_function(&cloud);
    for line in [
        "function create WebSocket-demo --code code",
        "function create other --code code",
        "environment create TEST --gateway apig-ws",
        "trigger create API_x --function other --gateway apig-ws --group APIGroup_ws --path /x --auth none",
    ] {
        cloud.fgctl(line).success();
    }
    cloud
}

#[test]
fn nouns_and_verbs_are_known_without_a_cloud() {
    let world = World::new();
    let verbs = candidates(&world, &["trigger", ""]);
    for verb in ["create", "list", "get", "url", "delete"] {
        assert!(verbs.iter().any(|other| other == verb), "{verb}: {verbs:?}");
    }
    assert_eq!(
        candidates(&world, &["function", "create", "f", "--runtime", "Node.js20"]),
        ["Node.js20.15"]
    );
    assert_eq!(candidates(&world, &["function", "list", "-o", "y"]), ["yaml"]);
}

#[test]
fn names_come_from_the_cloud() {
    let cloud = deployed();
    for (words, names) in [
        (
            &["function", "get", ""] as &[&str],
            &["WebSocket-demo", "other"] as &[&str],
        ),
        (&["function", "get", "Web"], &["WebSocket-demo"]),
        (&["--local", "function", "get", "o"], &["other"]),
        (
            &["dependency", "attach", "d", "--function", ""],
            &["WebSocket-demo", "other"],
        ),
        (&["websocket", "enable", "oth"], &["other"]),
        (&["gateway", "get", ""], &["apig-ws"]),
        (&["group", "list", "--gateway", ""], &["apig-ws"]),
        (
            &["group", "get", "--gateway", "apig-ws", ""],
            &["APIGroup_ws", "DEFAULT"],
        ),
        (&["group", "get", "--gateway", "none", ""], &[]),
        (&["environment", "get", "T"], &["TEST"]),
        (&["api", "get", "API"], &["API_x"]),
        (
            &["api", "publish", "API_x", "--gateway", "apig-ws", "--environment", "R"],
            &["RELEASE"],
        ),
        (&["trigger", "get", ""], &["API_x", "WebSocket-demo", "other"]),
        (&["connect", "API"], &["API_x"]),
        (&["gateway", "create", "g", "--vpc", ""], &["vpc-default"]),
        (&["gateway", "create", "g", "--subnet", ""], &["subnet-default"]),
        (&["gateway", "create", "g", "--security-group", ""], &["default"]),
    ] {
        assert_eq!(candidates(&cloud, words), names, "{words:?}");
    }
}

#[test]
fn names_are_kept_for_a_moment_and_for_nobody_else_to_read() {
    let mut cloud = deployed();
    candidates(&cloud, &["function", "get", ""]);
    let folder = cloud.path(".cache/fgctl/names");
    let files: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(files.len(), 1, "{files:?}");
    let kept = std::fs::read_to_string(&files[0]).unwrap();
    assert_eq!(kept, r#"{"names":["WebSocket-demo","other"]}"#);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        for (path, mode) in [(&folder, 0o700), (&files[0], 0o600)] {
            assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, mode, "{path:?}");
        }
    }
    // Kept names serve when the cloud is gone, fresh or not; another account does not see them.
    cloud.kill();
    let old = std::fs::FileTimes::new().set_modified(std::time::SystemTime::now() - Duration::from_secs(3600));
    std::fs::File::options()
        .write(true)
        .open(&files[0])
        .unwrap()
        .set_times(old)
        .unwrap();
    assert_eq!(candidates(&cloud, &["function", "get", "o"]), ["other"]);
    cloud.set("HUAWEICLOUD_SDK_AK", "ANOTHER");
    assert_eq!(candidates(&cloud, &["function", "get", ""]), [""; 0]);
}

/// The bound is a second, though the program gives the cloud less than half of it: machines are busy.
#[test]
fn a_cloud_that_is_away_delays_nobody() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut world = World::new();
    for (name, value) in [
        ("FGCTL_REGION", "cn-east-3"),
        ("HUAWEICLOUD_SDK_AK", "AK"),
        ("HUAWEICLOUD_SDK_SK", "SK"),
    ] {
        world.set(name, value);
    }
    for endpoint in [
        "http://127.0.0.1:1".to_owned(),
        format!("http://{}", silent.local_addr().unwrap()),
    ] {
        world.set("FGCTL_ENDPOINT", &endpoint);
        let began = Instant::now();
        assert_eq!(candidates(&world, &["function", "get", ""]), [""; 0], "{endpoint}");
        assert!(
            began.elapsed() < Duration::from_secs(1),
            "{endpoint}: {:?}",
            began.elapsed()
        );
    }
}

#[test]
fn whatever_is_wrong_is_an_empty_list_and_silence() {
    let mut world = World::new();
    assert_eq!(candidates(&world, &["function", "get", ""]), [""; 0], "no region");
    assert_eq!(
        candidates(&world, &["--local", "function", "get", ""]),
        [""; 0],
        "no local cloud"
    );
    world.set("FGCTL_OUTPUT", "xml");
    assert_eq!(
        candidates(&world, &["function", "get", ""]),
        [""; 0],
        "a broken setting"
    );
    assert_eq!(
        candidates(&world, &["function", "get", "--query", "a[", ""]),
        [""; 0],
        "a broken query"
    );
}

/// The scripts in `completions/` are what the command prints.
#[test]
fn the_scripts_are_current() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let printed = World::new().fgctl(&format!("completion {shell}")).success().stdout;
        let path = project().join(format!("completions/fgctl.{shell}"));
        let kept = std::fs::read_to_string(&path).unwrap();
        assert_eq!(
            printed, kept,
            "write it anew: fgctl completion {shell} > completions/fgctl.{shell}"
        );
        assert!(printed.contains("COMPLETE") && printed.contains("fgctl"), "{shell}");
    }
    // Whatever the environment says of data, a script is a script.
    let mut world = World::new();
    world.set("FGCTL_OUTPUT", "json");
    assert!(world.fgctl("completion bash").success().stdout.contains("complete -o"));
}

/// The registration script in a real shell: what its own function puts into `COMPREPLY`.
#[test]
fn bash_completes_a_name_with_the_script() {
    if skipped("bash") {
        return;
    }
    let cloud = deployed();
    let typed = |words: &str, current: &str, at: usize| {
        let script = project().join("completions/fgctl.bash");
        let press = format!(
            "source '{}'; COMP_WORDS=({words}); COMP_CWORD={at}; _clap_complete_fgctl fgctl '{current}' get; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
            script.display()
        );
        let variables = cloud.json("local env");
        let path = format!("{}:/usr/bin:/bin", cloud.program().parent().unwrap().display());
        let mut bash = Command::new("bash");
        bash.args(["--norc", "--noprofile", "-c", &press]).env_clear();
        bash.env("PATH", path).env("HOME", cloud.path(""));
        for (name, value) in variables.as_object().unwrap() {
            bash.env(name, value.as_str().unwrap());
        }
        Run::of(bash.output().unwrap()).success().stdout
    };
    assert_eq!(typed("fgctl function get Web", "Web", 3), "WebSocket-demo\n");
    assert_eq!(
        typed("fgctl group get --gateway apig-ws APIG", "APIG", 5),
        "APIGroup_ws\n"
    );
}
