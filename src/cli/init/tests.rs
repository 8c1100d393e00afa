//! Projects without a terminal or a cloud.

use super::project::{Code, Gateway, Project, Trigger};
use super::{command, quoted};
use crate::manifest::Manifest;
use crate::wire::rule;
use proptest::prelude::{prop_assert, prop_assert_eq, prop_assume, proptest};
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
        trigger: trigger("app", Some("app_chat")),
        ci: "github".to_owned(),
    }
}

fn trigger(auth: &str, app: Option<&str>) -> Trigger {
    Trigger {
        group: "group.a/b".to_owned(),
        name: "API_chat".to_owned(),
        path: "/chat".to_owned(),
        auth: auth.to_owned(),
        app: app.map(str::to_owned),
        backend_timeout: 60_000,
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

/// What is wrong with the manifest of `project`; and what was read of it.
fn read(project: &Project) -> Result<Manifest, Vec<String>> {
    let read = Manifest::read(&project.manifest(), None, &|_| None);
    read.map_err(|faults| faults.lines(&"fgctl.toml").collect())
}

#[test]
fn every_kind_of_project_has_a_manifest_without_fault() {
    let codes = [
        Code::Template("clock".to_owned()),
        Code::Template("chat".to_owned()),
        Code::Own {
            entry: None,
            packages: None,
        },
        Code::Own {
            entry: Some("main.py".to_owned()),
            packages: Some("requirements.txt".to_owned()),
        },
    ];
    for code in codes {
        for (auth, app) in [("app", Some("app_chat")), ("iam", None), ("none", None)] {
            for runtime in ["Node.js20.15", "Python3.12"] {
                let own = Project {
                    trigger: trigger(auth, app),
                    runtime: Some(runtime.to_owned()),
                    ..project(code.clone())
                };
                let manifest = read(&own).map_err(|faults| faults.join("\n")).unwrap();
                let found = manifest.find("triggers", "API_chat").unwrap();
                assert_eq!(found.text("auth").as_deref(), Some(auth));
                assert_eq!(found.number("timeout"), Some(60_000));
                let function = manifest.find("functions", "chat").unwrap();
                assert_eq!(function.flag("websocket"), Some(true));
            }
        }
    }
}

proptest! {
    #[test]
    fn what_the_rules_allow_is_read_back(path in "/[!-~]{0,20}", name in "[a-zA-Z][a-zA-Z0-9_-]{2,20}", group in "[a-z0-9][a-zA-Z0-9_./():网关-]{2,20}") {
        prop_assume!(rule::request_path(&path).is_ok() && rule::group_name(&group).is_ok());
        let own = Project {
            trigger: Trigger {
                path: path.clone(),
                group: group.clone(),
                ..trigger("none", None)
            },
            gateway: Gateway::Existing(name.clone()),
            ..project(Code::Template("echo".to_owned()))
        };
        let manifest = read(&own);
        prop_assert!(manifest.is_ok(), "{:?}", manifest.err());
        let manifest = manifest.map_err(|_| "faults").unwrap();
        prop_assert_eq!(manifest.find("triggers", "API_chat").unwrap().text("path"), Some(path));
        prop_assert!(manifest.find("gateways", &name).is_some() && manifest.find("groups", &group).is_some());
    }
}
