//! `fgctl function create` and `update`: every setting of the guide's Table 1.

use crate::support::{Cloud, http_function};
use std::fs;
use std::io::Write;
use std::process::Stdio;

fn with_code() -> Cloud {
    let cloud = Cloud::start();
    http_function(&cloud);
    cloud
}

#[test]
fn a_function_is_created_with_every_setting() {
    let cloud = with_code();
    fs::write(cloud.path("env"), "# comment\nA=file\nB=file\n").unwrap();
    fs::write(cloud.path("secret"), "TOKEN=hidden-value\n").unwrap();
    let line = "function create f --code code --memory 256 --timeout 90 --no-public-access --agency fgs --execution-agency run \
                --vpc vpc-default --subnet subnet-default --collect-logs --log-group g1 --log-stream s1 --env A=flag \
                --env-file env --secret-env-file secret --max-instances 7 --concurrency 50 --description text \
                --initializer init.handler --initializer-timeout 30 --pre-stop stop.handler --pre-stop-timeout 20 \
                --ephemeral-storage 10240 --include-keys --enterprise-project 0";
    let function = cloud.json(line);
    let member = |name: &str| function[name].clone();
    let vpc = cloud.json("vpc list")[0]["id"].clone();
    let subnet = cloud.json("subnet list")[0]["id"].clone();
    assert_eq!(
        member("func_vpc"),
        serde_json::json!({"vpc_id": vpc, "subnet_id": subnet})
    );
    for (name, expected) in [
        ("memory_size", serde_json::json!(256)),
        ("timeout", 90.into()),
        ("xrole", "fgs".into()),
        ("app_xrole", "run".into()),
        ("enable_lts_log", true.into()),
        ("log_group_id", "g1".into()),
        ("log_stream_id", "s1".into()),
        ("user_data", "{\"A\":\"flag\",\"B\":\"file\"}".into()),
        ("encrypted_user_data", "{\"TOKEN\":\"\"}".into()),
        ("description", "text".into()),
        ("initializer_handler", "init.handler".into()),
        ("initializer_timeout", 30.into()),
        ("pre_stop_handler", "stop.handler".into()),
        ("pre_stop_timeout", 20.into()),
        ("ephemeral_storage", 10240.into()),
        ("enable_auth_in_header", true.into()),
        ("enterprise_project_id", "0".into()),
        (
            "strategy_config",
            serde_json::json!({"concurrency": 7, "concurrent_num": 50}),
        ),
    ] {
        assert_eq!(member(name), expected, "{name}");
    }
    let table = cloud.fgctl("function get f").success().stdout;
    for column in [
        "Type:                 HTTP",
        "Public access:        no",
        "Agency:               fgs",
        "VPC:                  ",
        "Max instances:        7",
        "Requests an instance: 50",
        "Encrypted:            TOKEN",
        "Initializer:          init.handler, 30 s",
        "Log stream:           s1",
    ] {
        assert!(table.contains(column), "{column}\n{table}");
    }
}

#[test]
fn an_update_changes_what_it_names_and_nothing_else() {
    let cloud = with_code();
    cloud
        .fgctl("function create f --code code --env A=1 --env B=2 --agency r")
        .success();
    let config = "/v2/{project_id}/fgs/functions/f/config";
    let body = r#"{"runtime":"http","handler":"bootstrap","timeout":60,"memory_size":128,"xrole":"r","user_data":"{\"A\":\"1\",\"B\":\"2\"}","novel_switch":[1]}"#;
    cloud.run(["request", "PUT", config, "--body", body]).success();
    let changed =
        cloud.json("function update f --timeout 900 --env C=3 --unset-env A --concurrency 100 --max-instances 3");
    assert_eq!(
        (&changed["timeout"], &changed["memory_size"]),
        (&900.into(), &128.into())
    );
    assert_eq!(changed["user_data"], "{\"B\":\"2\",\"C\":\"3\"}");
    assert_eq!(
        (&changed["xrole"], &changed["novel_switch"]),
        (&"r".into(), &serde_json::json!([1]))
    );
    assert_eq!(
        changed["strategy_config"],
        serde_json::json!({"concurrency": 3, "concurrent_num": 100})
    );
    let network = "--vpc vpc-default --subnet subnet-default";
    assert!(cloud.json(&format!("function update f {network}"))["func_vpc"].is_object());
    cloud
        .fgctl("function update f --no-agency")
        .failure(1, &["VPC access needs an agency", "--no-vpc"]);
    let left = cloud.json("function update f --no-vpc --no-agency --replace-env");
    assert_eq!(
        (&left["func_vpc"], &left["xrole"], &left["user_data"]),
        (&serde_json::Value::Null, &"".into(), &"".into())
    );
    cloud
        .fgctl("function update f --timeout 900")
        .success()
        .says(&["nothing was changed"]);
}

#[test]
fn no_update_erases_a_secret_that_was_not_named_again() {
    let cloud = with_code();
    let stdin = |line: &str, text: &str| {
        let mut command = cloud.command(line.split_whitespace());
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        process.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        crate::support::Run::of(process.wait_with_output().unwrap())
    };
    let created = stdin(
        "function create f --code code --secret-env-file - -vv",
        "TOKEN=hidden-one\nKEY=hidden-two\n",
    )
    .success();
    assert!(!format!("{created:?}").contains("hidden-"), "{created:?}");
    cloud
        .fgctl("function update f --timeout 90")
        .failure(1, &["KEY, TOKEN", "--secret-env-file FILE", "--unset-secret-env NAME"]);
    let updated = stdin(
        "function update f --timeout 90 --secret-env-file - --unset-secret-env KEY -vv -o json",
        "TOKEN=hidden-three\n",
    )
    .success();
    assert!(!format!("{updated:?}").contains("hidden-"), "{updated:?}");
    assert_eq!(updated.json()["encrypted_user_data"], "{\"TOKEN\":\"\"}");
    let broken = stdin("function update f --secret-env-file -", "hidden-four\n").failure(2, &["line 1"]);
    assert!(!broken.stderr.contains("hidden-"), "{broken:?}");
}

/// What breaks a rule is refused before any call: nobody listens there.
#[test]
fn bad_settings_are_refused_before_the_first_call() {
    let cloud = with_code();
    for (line, texts) in [
        (
            "--vpc vpc-default --subnet subnet-default",
            &["VPC access needs an agency"] as &[&str],
        ),
        ("--max-instances 1001", &["max instances `1001`", "-1 to 1000"]),
        ("--concurrency 0", &["requests an instance `0`"]),
        ("--initializer-timeout 301", &["initializer timeout `301`", "1 to 300"]),
        ("--pre-stop-timeout 91", &["pre-stop timeout `91`"]),
        ("--ephemeral-storage 1024", &["512 or 10240"]),
        ("--vpc vpc-default", &["--subnet"]),
        ("--env-file none", &["none cannot be read"]),
    ] {
        let status = if texts[0].starts_with("VPC") { 1 } else { 2 };
        for verb in ["create f --code code", "update f"] {
            let run = cloud.fgctl(&format!("function {verb} {line}"));
            // A change first looks for the function, where it takes the service to know whether it may.
            if verb.starts_with("update") && status == 1 {
                run.failure(4, &["there is no function `f`"]);
            } else {
                run.failure(status, texts);
            }
        }
    }
    cloud
        .fgctl("function create f --code code --agency r --vpc none --subnet subnet-default")
        .failure(4, &["there is no VPC `none`"]);
    assert_eq!(cloud.count("function list"), 0);
    cloud
        .fgctl("function update f --timeout 90")
        .failure(4, &["there is no function `f`"]);
}
