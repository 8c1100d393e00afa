//! `fgctl pull`: what somebody changed outside of fgctl comes into the manifest, and nothing else of it changes.

use crate::support::{Cloud, World, http_function, zip_of};
use std::fs;

const MANIFEST: &str = r#"# Of the team.
name = "chat"

[functions.f]
code = "code"  # with its bootstrap
memory = 128 # MB
timeout = "${LIMIT:-60}"

# What it reads.
[functions.f.env]
LEVEL = 'info' # or debug
OLD = "1"

[gateways.apig-ws]
vpc = "vpc-default"
subnet = "subnet-default"
security_group = "default"

[groups.Group_f]

[triggers.API_f]
path = "/f"
auth = "none"

[env.prod.functions.f]
memory = 256 # more
"#;

/// A cloud with the manifest deployed.
fn deployed(options: &str) -> Cloud {
    let cloud = Cloud::start();
    http_function(&cloud);
    write(&cloud, MANIFEST);
    cloud.fgctl(&format!("deploy --yes --no-verify {options}")).success();
    cloud
}

fn write(world: &World, manifest: &str) {
    fs::write(world.path("fgctl.toml"), manifest).unwrap();
}

fn manifest(world: &World) -> String {
    fs::read_to_string(world.path("fgctl.toml")).unwrap()
}

#[test]
fn what_was_changed_elsewhere_comes_in_and_every_other_byte_stays() {
    let mut cloud = deployed("");
    for line in [
        "function update f --memory 512 --timeout 90 --env LEVEL=debug --env NEW=$5 --unset-env OLD",
        "api update API_f --gateway apig-ws --timeout 30000",
    ] {
        cloud.fgctl(line).success();
    }
    cloud.fgctl("deploy --yes").failure(
        5,
        &["changed outside of fgctl", "fgctl pull", "fgctl deploy --overwrite"],
    );
    assert_eq!(cloud.fgctl("pull --check").status, 8);
    assert_eq!(manifest(&cloud), MANIFEST);

    let pulled = cloud.fgctl("pull").success();
    for line in [
        "~ functions.f.memory = 512\n",
        "~ functions.f.env.NEW\n",
        "~ triggers.API_f.timeout = 30000\n",
    ] {
        assert!(pulled.stdout.contains(line), "{pulled:?}");
    }
    pulled.says(&[
        "timeout of the function f was not pulled",
        "`${LIMIT:-60}`",
        "fgctl deploy",
    ]);
    let expected = MANIFEST
        .replace("128 # MB", "512 # MB")
        .replace("'info' #", "\"debug\" #")
        .replace("OLD = \"1\"\n", "NEW = \"$$5\"\n")
        .replace("auth = \"none\"\n", "auth = \"none\"\ntimeout = 30000\n");
    assert_eq!(manifest(&cloud), expected);

    cloud.set("LIMIT", "90");
    assert_eq!(cloud.json("plan")["summary"]["drift"], 0);
    cloud.fgctl("deploy --yes --no-verify").success();
    let function = cloud.json("function get f");
    assert_eq!(
        (&function["memory_size"], &function["timeout"]),
        (&512.into(), &90.into())
    );
    cloud.fgctl("plan --detailed-exitcode").success();
}

#[test]
fn an_environment_keeps_to_its_own_tables() {
    let cloud = deployed("--env prod");
    cloud.fgctl("function update f --memory 512 --timeout 90").success();
    let pulled = cloud.json("pull --env prod");
    assert_eq!(pulled["written"][0]["key"], "env.prod.functions.f.memory");
    assert_eq!(pulled["written"][0]["value"], 512);
    assert_eq!(pulled["left"][0]["field"], "timeout");
    assert_eq!(manifest(&cloud), MANIFEST.replace("256 # more", "512 # more"));
    // The same without the environment is another stack's: its manifest has not changed.
    cloud.fgctl("function update f --unset-env OLD").success();
    let pulled = cloud.json("pull --env prod --check");
    assert_eq!(pulled["written"].as_array().unwrap().len(), 0, "{pulled}");
    let left = pulled["left"].to_string();
    assert!(
        left.contains("`functions.f.env.OLD` counts in every environment"),
        "{left}"
    );
}

#[test]
fn what_a_manifest_cannot_say_is_told_and_left() {
    let cloud = deployed("");
    zip_of(&cloud.path("other.zip"), &[("bootstrap", b"#!/bin/sh\n")]);
    fs::write(cloud.path("secrets.env"), "TOKEN=planted\n").unwrap();
    for line in [
        "function code update f --code other.zip",
        "function update f --secret-env-file secrets.env",
        "api update API_f --gateway apig-ws --protocol both",
        "api unpublish API_f --gateway apig-ws --yes",
    ] {
        cloud.fgctl(line).success();
    }
    let run = cloud.fgctl("pull").success();
    assert_eq!(run.stdout, "");
    let run = run.says(&[
        "code of the function f was not pulled: the code is in a folder",
        "secret_env of the function f was not pulled: the service does not show",
        "protocol of the trigger Group_f/API_f on apig-ws was not pulled: a manifest has no word for it",
        "fgctl deploy --overwrite",
    ]);
    assert!(!run.stderr.contains("planted"), "{}", run.stderr);
    assert_eq!(manifest(&cloud), MANIFEST);
}

#[test]
fn without_a_change_elsewhere_there_is_nothing_to_pull() {
    let cloud = deployed("");
    let run = cloud.fgctl("pull --check").success();
    assert_eq!(
        run.stdout,
        "Nothing to pull: nothing of fgctl.toml was changed outside of fgctl.\n"
    );
    // What is declared anew is a change of the manifest's, and not of the cloud's.
    write(&cloud, &MANIFEST.replace("128 # MB", "1024 # MB"));
    cloud.fgctl("pull").success();
    assert_eq!(manifest(&cloud), MANIFEST.replace("128 # MB", "1024 # MB"));
}

#[cfg(unix)]
#[test]
fn a_full_disk_leaves_the_manifest_as_it_was_and_a_link_a_link() {
    let cloud = deployed("");
    cloud.fgctl("function update f --memory 512").success();
    cloud
        .full("pull")
        .failure(1, &["fgctl.toml` cannot be written", "File too large"]);
    assert_eq!(manifest(&cloud), MANIFEST);
    fs::rename(cloud.path("fgctl.toml"), cloud.path("shared.toml")).unwrap();
    std::os::unix::fs::symlink("shared.toml", cloud.path("fgctl.toml")).unwrap();
    cloud.fgctl("pull").success();
    assert!(fs::symlink_metadata(cloud.path("fgctl.toml")).unwrap().is_symlink());
    assert_eq!(manifest(&cloud), MANIFEST.replace("128 # MB", "512 # MB"));
}
