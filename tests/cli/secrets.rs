//! No secret is in any output: recognisable ones are planted, and looked for at `-vv` and `--dry-run`.

use crate::support::{Cloud, Run, World, http_function, zip_of};

const BODY: &str = r#"{"encrypted_user_data":"planted-encrypted","app_secret":"planted-app-secret","password":"planted-password","user_data":"{\"DB_PASSWORD\":\"planted-variable\"}","func_code":{"link":"https://b.example/k?Signature=planted-signature"}}"#;

#[track_caller]
fn holds_none(run: &Run, line: &str, secrets: &[&str]) {
    for said in [&run.stdout, &run.stderr] {
        for secret in secrets.iter().chain(&["planted-"]) {
            assert!(!said.contains(secret), "{line}: `{secret}` is in\n{said}");
        }
        // Half of a signature is a signature: nothing but the mask may follow.
        let signatures = said.split("Signature=").skip(1);
        assert!(
            signatures.clone().all(|after| after.starts_with("***")),
            "{line}: {said}"
        );
    }
}

#[test]
fn no_command_shows_the_keys_or_a_signature() {
    let cloud = Cloud::start().with_gateway();
    http_function(&cloud);
    zip_of(&cloud.path("d.zip"), &[("a.js", b"1")]);
    let secret = cloud.json("local env")["HUAWEICLOUD_SDK_SK"]
        .as_str()
        .unwrap()
        .to_owned();
    let runtime = std::fs::read_to_string(cloud.path(".local/share/fgctl/local/runtime.json")).unwrap();
    let runtime: serde_json::Value = serde_json::from_str(&runtime).unwrap();
    let admin = runtime["admin_token"].as_str().unwrap();
    assert!(secret.len() > 15 && admin.len() > 15);
    let trigger = "--function f --gateway apig-ws --group APIGroup_ws --path /x --auth none";
    for line in [
        "function create f --code code".to_owned(),
        "function list".to_owned(),
        "function get f".to_owned(),
        "function code get f".to_owned(),
        "function code update f --code code".to_owned(),
        "dependency create d --runtime Node.js12.13 --zip d.zip".to_owned(),
        "dependency list".to_owned(),
        "dependency attach d --function f".to_owned(),
        "websocket enable f".to_owned(),
        "gateway get apig-ws".to_owned(),
        "environment create TEST --gateway apig-ws".to_owned(),
        format!("trigger create API_x {trigger}"),
        "trigger list".to_owned(),
        "api list --gateway apig-ws".to_owned(),
        "vpc list".to_owned(),
        "request GET /v2/{project_id}/fgs/functions".to_owned(),
        "local status".to_owned(),
        "local requests".to_owned(),
        "doctor".to_owned(),
        "function get none".to_owned(),
        "function list --endpoint http://127.0.0.1:1".to_owned(),
        "function delete f --yes".to_owned(),
    ] {
        for options in ["-v --dry-run", "-vv --dry-run -o json", "-vv", "-v -o yaml"] {
            let all = format!("{line} {options}");
            holds_none(&cloud.fgctl(&all), &all, &[&secret, admin]);
        }
    }
}

#[test]
fn what_a_request_holds_is_masked_whether_it_is_sent_or_not() {
    let cloud = Cloud::start();
    let path = "/v2/{project_id}/fgs/functions";
    for options in [
        &["--dry-run"] as &[&str],
        &["--dry-run", "-o", "json"],
        &["--dry-run", "-o", "yaml"],
        &["-vv"],
    ] {
        let line = [
            "request",
            "POST",
            path,
            "--param",
            "token=planted-token",
            "--body",
            BODY,
        ];
        let run = cloud.run(line.iter().chain(options));
        holds_none(&run, &format!("{options:?}"), &[]);
        assert!(
            format!("{}{}", run.stdout, run.stderr).contains("encrypted_user_data"),
            "{run:?}"
        );
    }
}

#[test]
fn a_security_token_is_masked() {
    let mut world = World::new();
    http_function(&world);
    for (name, value) in [
        ("FGCTL_ENDPOINT", "http://127.0.0.1:1"),
        ("FGCTL_REGION", "cn-east-3"),
        ("HUAWEICLOUD_SDK_AK", "AK"),
        ("HUAWEICLOUD_SDK_SK", "planted-secret-key"),
        ("HUAWEICLOUD_SDK_SECURITY_TOKEN", "planted-security-token"),
        ("HUAWEICLOUD_SDK_PROJECT_ID", "p"),
        ("HTTPS_PROXY", "http://user:planted-proxy-password@127.0.0.1:1"),
    ] {
        world.set(name, value);
    }
    for line in [
        "function create f --code code --dry-run",
        "function create f --code code -vv",
    ] {
        let run = world.fgctl(line);
        holds_none(&run, line, &[]);
        let said = format!("{}{}", run.stdout, run.stderr);
        assert!(said.contains("X-Security-Token: ***"), "{line}: {said}");
    }
    for line in [
        "function list -vv",
        "doctor -vv -o json",
        "connect ws://127.0.0.1:1 -vv",
    ] {
        holds_none(&world.fgctl(line), line, &[]);
    }
}
