//! Output discipline: stdout is data in the form that was asked for, stderr is talk.

use crate::support::{Cloud, Run, World, http_function, zip_of};
use std::process::Stdio;

/// Every command but those that run on, in an order in which each succeeds.
const LINES: &[&str] = &[
    "function create f --code code",
    "function list",
    "function get f",
    "function code get f",
    "function code update f --code code",
    "dependency create d --runtime Node.js12.13 --zip d.zip",
    "dependency list",
    "dependency get d",
    "dependency versions d",
    "dependency attach d --function f",
    "dependency detach d --function f",
    "websocket enable f",
    "websocket status f",
    "websocket disable f",
    "gateway create apig-ws --vpc vpc-default --subnet subnet-default --security-group default --yes --wait",
    "gateway list",
    "gateway get apig-ws",
    "gateway wait apig-ws",
    "gateway update apig-ws --description text",
    "gateway public-access show apig-ws",
    "gateway public-access enable apig-ws --inbound 5 --yes",
    "gateway public-access disable apig-ws --inbound --yes",
    "gateway feature set apig-ws backend_timeout 90000",
    "gateway feature list apig-ws",
    "group create APIGroup_ws --gateway apig-ws",
    "group list --gateway apig-ws",
    "group get APIGroup_ws --gateway apig-ws",
    "environment create TEST --gateway apig-ws",
    "environment list --gateway apig-ws",
    "environment get TEST --gateway apig-ws",
    "trigger create API_x --function f --gateway apig-ws --group APIGroup_ws --path /x --auth none",
    "trigger list",
    "trigger get API_x",
    "trigger url API_x",
    "api list --gateway apig-ws",
    "api get API_x --gateway apig-ws",
    "api update API_x --gateway apig-ws --network-architecture v2 --invocation-mode sync",
    "api publish API_x --gateway apig-ws",
    "api versions API_x --gateway apig-ws",
    "app create mobile --gateway apig-ws",
    "app list --gateway apig-ws",
    "app secret mobile --gateway apig-ws",
    "app authorize mobile --gateway apig-ws --api API_x",
    "app get mobile --gateway apig-ws",
    "app codes create mobile --gateway apig-ws",
    "app codes list mobile --gateway apig-ws",
    "app revoke mobile --gateway apig-ws --api API_x --yes",
    "app delete mobile --gateway apig-ws --yes",
    "api unpublish API_x --gateway apig-ws --yes",
    "plan stack.toml",
    "deploy stack.toml --no-verify",
    "pull stack.toml",
    "status stack.toml",
    "destroy stack.toml --yes",
    "vpc list",
    "subnet list",
    "security-group list",
    "init project --template echo --gateway apig-ws",
    "request GET /v2/{project_id}/fgs/quotas",
    "explain FSS.1061",
    "explain --list",
    "doctor",
    "test empty.fgtest",
    "transcript diff a.jsonl a.jsonl",
    "local status",
    "local requests",
    "local env",
    "local save state.fgctl --yes",
    "local load state.fgctl --yes",
    "trigger delete API_x --yes",
    "api delete API_x --gateway apig-ws --yes",
    "function delete f --yes",
    "dependency delete d --yes",
    "environment delete TEST --gateway apig-ws --yes",
    "group delete APIGroup_ws --gateway apig-ws --yes",
    "gateway delete apig-ws --yes --wait",
    "local reset --yes",
];

/// Commands whose success has nothing left to show.
fn leaves_nothing(line: &str) -> bool {
    [" delete ", " reset ", " unpublish ", " detach ", " revoke "]
        .iter()
        .any(|verb| line.contains(verb))
}

fn cloud() -> Cloud {
    let cloud = Cloud::start();
    http_function(&cloud);
    zip_of(&cloud.path("d.zip"), &[("a.js", b"1")]);
    let stack = "name = \"s\"\n[functions.g]\ncode = \"code\"\n";
    std::fs::write(cloud.path("stack.toml"), stack).unwrap();
    std::fs::write(cloud.path("empty.fgtest"), "# nothing\n").unwrap();
    let entry = r#"{"time":"","direction":"sent","kind":"text","data":"x"}"#;
    std::fs::write(cloud.path("a.jsonl"), entry).unwrap();
    cloud
}

#[test]
fn every_command_answers_in_json_or_not_at_all_and_says_nothing_when_quiet() {
    let cloud = cloud();
    for line in LINES {
        let run = cloud.fgctl(&format!("{line} -o json -q")).success();
        assert_eq!(run.stderr, "", "{line}");
        match leaves_nothing(line) {
            true => assert_eq!(run.stdout, "", "{line}"),
            false => drop(run.json()),
        }
    }
}

#[test]
fn every_command_answers_in_each_other_form_and_without_colour() {
    let mut cloud = cloud();
    cloud.set("NO_COLOR", "1");
    for (at, line) in LINES.iter().enumerate() {
        let format = ["yaml", "table", "name"][at % 3];
        let run = cloud.fgctl(&format!("{line} -o {format}")).success();
        // Nobody has called a gateway.
        let nothing = leaves_nothing(line) || format != "yaml" && *line == "local requests";
        assert_eq!(run.stdout.is_empty(), nothing, "{line}: {run:?}");
        assert!(
            !format!("{}{}", run.stdout, run.stderr).contains('\u{1b}'),
            "{line}: {run:?}"
        );
    }
}

#[test]
fn a_list_of_nothing_is_a_word_to_a_person_and_a_list_to_a_program() {
    let cloud = Cloud::start();
    for line in [
        "function list",
        "gateway list",
        "dependency list",
        "trigger list",
        "local requests",
    ] {
        let run = cloud.fgctl(line).success();
        assert_eq!(
            (run.stdout.as_str(), run.stderr.as_str()),
            ("", "there is nothing to list\n"),
            "{line}"
        );
        assert_eq!(cloud.fgctl(&format!("{line} -o json")).success().stdout, "[]\n");
        assert_eq!(cloud.fgctl(&format!("{line} -o yaml")).success().stdout, "[]\n");
        let quiet = cloud.fgctl(&format!("{line} -q")).success();
        assert_eq!(format!("{}{}", quiet.stdout, quiet.stderr), "", "{line}");
    }
}

#[test]
fn the_variable_is_the_default_of_the_option() {
    let mut cloud = cloud();
    cloud.fgctl("function create f --code code").success();
    cloud.set("FGCTL_OUTPUT", "yaml");
    assert!(
        cloud
            .fgctl("function get f")
            .success()
            .stdout
            .contains("\nfunc_name: f\n")
    );
    assert!(
        cloud
            .fgctl("function get f -o table")
            .success()
            .stdout
            .starts_with("Name: ")
    );
    cloud.set("FGCTL_OUTPUT", "name");
    assert_eq!(
        cloud.fgctl("function list --query [].runtime").success().stdout,
        "http\n"
    );
    cloud.set("FGCTL_OUTPUT", "xml");
    cloud
        .fgctl("function list")
        .failure(2, &["FGCTL_OUTPUT", "`xml`", "yaml"]);
}

#[test]
fn a_query_is_text_for_a_shell_or_data() {
    let cloud = cloud();
    for name in ["f1", "f2"] {
        cloud.fgctl(&format!("function create {name} --code code")).success();
    }
    for (line, text) in [
        ("function list --query [].func_name", "f1\nf2\n"),
        ("function list --query length(@)", "2\n"),
        ("function list --query [].[func_name,timeout]", "f1\t60\nf2\t60\n"),
        (
            "function list --query [0].{name:func_name,s:timeout} -o yaml",
            "name: f1\ns: 60\n",
        ),
        ("function list --query [0].nothing", ""),
        ("function list --query [0].nothing -o json", "null\n"),
        ("function get f1 --query strategy_config.concurrency", "400\n"),
        ("local env --query FGCTL_REGION", "cn-east-3\n"),
        (
            "request GET /v2/{project_id}/fgs/functions --query functions[1].func_name",
            "f2\n",
        ),
    ] {
        assert_eq!(cloud.fgctl(line).success().stdout, text, "{line}");
    }
    cloud
        .fgctl("function list --query length([0].timeout)")
        .failure(1, &["does not fit the data"]);
}

#[test]
fn a_wrong_query_is_refused_before_anything_is_sent() {
    let world = World::new();
    world
        .fgctl("function list --region cn-east-3 --query [].a[")
        .failure(2, &["--query", "it ends too early\n  [].a[\n       ^"]);
    world
        .fgctl("function list --query nme(@)")
        .failure(2, &["there is no function `nme`"]);
    world
        .fgctl("function list -o name --query @")
        .failure(2, &["-o name", "leave -o name out"]);
    for line in ["completion bash", "man", "schema", "connect ws://127.0.0.1:1"] {
        world
            .fgctl(&format!("{line} --query @"))
            .failure(2, &["--query picks from data, and this command answers with none"]);
    }
}

/// A reader that goes away is no failure.
#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let cloud = cloud();
    cloud.fgctl("function create f --code code").success();
    for line in [
        "function list",
        "function get f -o yaml",
        "explain --list",
        "man",
        "local env",
        "--help",
    ] {
        let mut command = cloud.command(line.split_whitespace());
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(process.stdout.take());
        let run = Run::of(process.wait_with_output().unwrap()).success();
        assert_eq!(run.stderr, "", "{line}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_stdout_that_is_full_is_an_explained_failure() {
    let cloud = cloud();
    cloud.fgctl("function create f --code code").success();
    for line in [
        "function list",
        "function get f -o yaml",
        "function list --query [].func_name",
        "function delete f --dry-run",
        "local status",
        "local env",
        "completion bash",
        "man",
        "explain 9",
    ] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let mut command = cloud.command(line.split_whitespace());
        let output = command.stdout(full).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{line}: {said}");
        assert!(said.contains("stdout cannot be written"), "{line}: {said}");
    }
}

#[test]
fn verbose_shows_heads_and_twice_shows_bodies() {
    let cloud = cloud();
    let once = cloud.fgctl("function list -v").success();
    for part in ["> GET /v2/", ">   X-Sdk-Date: ", " -> 200 in ", "<   x-request-id: "] {
        assert!(once.stderr.contains(part), "{part}: {}", once.stderr);
    }
    assert!(!once.stderr.contains("\"count\""), "{}", once.stderr);
    let twice = cloud.fgctl("function list -vv").success();
    assert!(twice.stderr.contains("\"count\": 0"), "{}", twice.stderr);
    cloud.fgctl("function list -v -q").failure(2, &["cannot be used with"]);
}

#[test]
fn every_list_has_a_limit() {
    let cloud = cloud().with_gateway();
    for name in ["f1", "f2"] {
        cloud.fgctl(&format!("function create {name} --code code")).success();
        cloud
            .fgctl(&format!(
                "trigger create API_{name} --function {name} --gateway apig-ws --group APIGroup_ws --path /{name} --auth none"
            ))
            .success();
        cloud
            .fgctl("dependency create d --runtime Node.js12.13 --zip d.zip")
            .success();
    }
    cloud.fgctl("api publish API_f1 --gateway apig-ws").success();
    for list in [
        "function list",
        "trigger list",
        "dependency versions d",
        "api list --gateway apig-ws",
        "api versions API_f1 --gateway apig-ws",
        "group list --gateway apig-ws",
    ] {
        assert_eq!(cloud.count(list), 2, "{list}");
        assert_eq!(cloud.count(&format!("{list} --limit 1")), 1, "{list}");
    }
    for list in [
        "gateway list",
        "dependency list",
        "environment list --gateway apig-ws",
        "vpc list",
        "subnet list",
        "security-group list",
        "local requests",
    ] {
        assert_eq!(cloud.count(&format!("{list} --limit 0")), 0, "{list}");
    }
}
