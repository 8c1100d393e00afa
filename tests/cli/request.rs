//! `fgctl request`: a signed call of anything.

use crate::support::{Cloud, Run};
use serde_json::json;
use std::fs;
use std::io::Write;
use std::process::Stdio;

#[test]
fn an_operation_is_called_with_query_body_and_header() {
    let cloud = Cloud::start();
    let agencies = "/v3.0/OS-AGENCY/agencies --service iam";
    let accounts = cloud
        .fgctl("request GET /v3/auth/domains --service iam")
        .success()
        .json();
    let domain_id = accounts["domains"][0]["id"].as_str().unwrap().to_owned();
    let new = json!({"agency": {"name": "helper", "domain_id": domain_id, "trust_domain_name": "op_svc_cff"}});
    fs::write(cloud.path("new.json"), new.to_string()).unwrap();
    let made = cloud
        .fgctl(&format!("request POST {agencies} --body @new.json --header X-Thing=1"))
        .success()
        .json();
    assert_eq!(made["agency"]["name"], "helper");
    let line = format!("request GET {agencies} --param domain_id={{domain_id}} --param name=helper");
    assert_eq!(cloud.fgctl(&line).success().json()["agencies"][0]["name"], "helper");

    let mut command = cloud.command(format!("request POST {agencies} --body -").split_whitespace());
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut process = command.spawn().unwrap();
    process
        .stdin
        .take()
        .unwrap()
        .write_all(new.to_string().as_bytes())
        .unwrap();
    Run::of(process.wait_with_output().unwrap()).failure(5, &["status 409", "helper"]);

    assert_eq!(cloud.fgctl("agency list -o name").success().stdout, "helper\n");
    assert_eq!(cloud.json("agency list --name none"), json!([]));
    let table = cloud.fgctl("agency list").success().stdout;
    assert!(table.contains("TRUSTS") && table.contains("op_svc_cff"), "{table}");
}

#[test]
fn what_cannot_be_sent_is_refused_before_it_is() {
    let cloud = Cloud::start();
    let get = "request GET /v2/{project_id}/fgs/functions";
    for (line, text) in [
        ("request GET v2/x".to_owned(), "is no path"),
        ("request GET /v2/x?y=1".to_owned(), "--param NAME=VALUE"),
        ("request TRACE /".to_owned(), "invalid value"),
        (format!("{get} --param x"), "NAME=VALUE"),
        (format!("{get} --header Authorization=x"), "set by fgctl itself"),
        (format!("{get} --header a:b=x"), "no header may"),
        (format!("{get} --body {{"), "no JSON"),
        (format!("{get} --body @missing"), "No such file"),
    ] {
        cloud.fgctl(&line).failure(2, &[text]);
    }
    cloud.fgctl("request GET /v2/nothing").failure(6, &["APIGW.0101"]);
}
