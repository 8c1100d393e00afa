//! Projects without a terminal or a cloud.

use super::project::{Code, Gateway, Project};
use super::{command, quoted};
use std::path::Path;

fn project(code: Code) -> Project {
    Project {
        name: "chat".to_owned(),
        region: Some("cn-east-3".to_owned()),
        function: "chat".to_owned(),
        code,
        runtime: Some("Node.js20.15".to_owned()),
        execution_timeout: 900,
        gateway: Gateway::New {
            name: "网关-ws".to_owned(),
            edition: "basic".to_owned(),
            vpc: "vpc \"x\"".to_owned(),
            subnet: "subnet".to_owned(),
            security_group: "default".to_owned(),
            public_inbound: 5,
        },
        group: "group.a/b".to_owned(),
        trigger: "API_chat".to_owned(),
        path: "/chat".to_owned(),
        auth: "app".to_owned(),
        app: Some("app_chat".to_owned()),
        backend_timeout: 60_000,
        ci: "github".to_owned(),
    }
}

fn names(project: &Project) -> Vec<String> {
    let files = project.files();
    files.iter().map(|file| file.path.display().to_string()).collect()
}

#[test]
fn a_projects_files_end_with_its_manifest() {
    let template = project(Code::Template("chat".to_owned()));
    assert_eq!(
        names(&template),
        [
            "code/index.js",
            "code/bootstrap",
            ".github/workflows/deploy.yml",
            "fgctl.toml"
        ]
    );
    let own = project(Code::Own {
        entry: Some("server.js".to_owned()),
        packages: Some("package.json".to_owned()),
    });
    assert_eq!(
        names(&own),
        [
            "bootstrap",
            ".fgctlignore",
            ".github/workflows/deploy.yml",
            "fgctl.toml"
        ]
    );
}

#[test]
fn any_name_stands_in_the_manifest_as_it_is() {
    let text = project(Code::Template("chat".to_owned())).manifest();
    let document: toml_edit::DocumentMut = text.parse().unwrap();
    assert_eq!(
        document["gateways"]["网关-ws"]["vpc"].as_str(),
        Some("vpc \"x\""),
        "{text}"
    );
    assert!(document["groups"]["group.a/b"].is_table(), "{text}");
    assert_eq!(document["functions"]["chat"]["timeout"].as_integer(), Some(900));
    assert_eq!(
        document["dependencies"]["chat-libraries"]["npm"][0].as_str(),
        Some("ws@8")
    );
    assert_eq!(document["apps"]["app_chat"]["triggers"][0].as_str(), Some("API_chat"));
}

#[test]
fn the_command_can_be_pasted() {
    let answers = [("local", "true".to_owned()), ("group", "it's".to_owned())];
    assert_eq!(
        command(Path::new("my chat"), &answers),
        "fgctl init 'my chat' --local --group 'it'\\''s'"
    );
    assert_eq!(quoted(""), "''");
}
