//! `fgctl profile`: the file, its permissions, what is asked, and which source wins.

use crate::support::{Cloud, Run, World};
use serde_json::{Value, json};
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::Stdio;

const SECRET: &str = "a-very-secret-key";

fn file(world: &World) -> PathBuf {
    world.path(".config/fgctl/config.toml")
}

/// Runs a line with this on its stdin.
fn fed(world: &World, line: &str, input: &str) -> Run {
    let mut command = world.command(line.split_whitespace());
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut process = command.spawn().unwrap();
    // One that is refused at once reads nothing.
    let _ = process.stdin.take().unwrap().write_all(input.as_bytes());
    Run::of(process.wait_with_output().unwrap())
}

/// Adds a profile whose secret is on stdin.
fn add(world: &World, name: &str) -> Run {
    let line = format!("profile add {name} --region cn-east-3 --access-key AK-{name} --secret-key-file -");
    fed(world, &line, &format!("{SECRET}\n"))
}

/// The value and the origin of a setting that `profile show` tells.
fn setting(world: &World, show: &str, name: &str) -> (String, String) {
    let shown = world.json(show);
    let found = shown.as_array().unwrap().iter().find(|setting| setting["name"] == name);
    let found = found.unwrap_or_else(|| panic!("no {name} in {shown}"));
    let text = |key: &str| found[key].as_str().unwrap().to_owned();
    (text("value"), text("origin"))
}

#[test]
fn a_profile_is_added_listed_used_shown_and_deleted() {
    let world = World::new();
    let run = add(&world, "work").success();
    assert_eq!(run.stdout, "");
    run.says(&["added the profile work", "fgctl doctor --profile work"]);
    add(&world, "home").success();
    let list = world.json("profile list");
    assert_eq!(
        list,
        json!([
            {"name": "home", "default": false, "region": "cn-east-3", "access_key": "AK-home", "expires_at": null},
            {"name": "work", "default": true, "region": "cn-east-3", "access_key": "AK-work", "expires_at": null},
        ])
    );
    world.fgctl("profile use home").success().says(&["home is the default"]);
    let origin = "the profile `home`".to_owned();
    assert_eq!(
        setting(&world, "profile show", "access_key"),
        ("AK-home".to_owned(), origin.clone())
    );
    assert_eq!(
        setting(&world, "profile show", "secret_key"),
        ("***".to_owned(), origin)
    );
    assert_eq!(setting(&world, "profile show work", "access_key").0, "AK-work");
    assert_eq!(
        setting(&world, "profile show --profile work", "access_key").0,
        "AK-work"
    );

    world
        .fgctl("profile delete home")
        .failure(2, &["Delete the profile home", "--yes"]);
    world
        .fgctl("profile delete home --yes")
        .success()
        .says(&["deleted", "fgctl profile use NAME"]);
    assert_eq!(world.fgctl("profile list -o name").success().stdout, "work\n");
    for line in ["profile delete home --yes", "profile use home", "profile show home"] {
        world.fgctl(line).failure(4, &["no profile `home`", "there are: work"]);
    }
}

#[test]
fn a_profile_calls_the_cloud() {
    let mut cloud = Cloud::start();
    let env = cloud.json("local env");
    let of = |name: &str| env[name].as_str().unwrap().to_owned();
    let world = World::new();
    fs::write(world.path("secret"), format!("{}\n", of("HUAWEICLOUD_SDK_SK"))).unwrap();
    let line = format!(
        "profile add local --region cn-east-3 --endpoint {} --ca-file {} --access-key {} --secret-key-file secret",
        of("FGCTL_ENDPOINT"),
        of("FGCTL_CA_FILE"),
        of("HUAWEICLOUD_SDK_AK")
    );
    world.fgctl(&line).success();
    assert_eq!(world.json("function list"), json!([]));
    // The same by the name of the profile, while the environment says something else.
    cloud.set("HUAWEICLOUD_SDK_SK", "wrong");
    cloud.fgctl("function list").failure(3, &["APIGW.0301"]);
    cloud.set("XDG_CONFIG_HOME", world.path(".config").to_str().unwrap());
    cloud.fgctl("function list --profile local").success();
    // The project's id was looked up and kept where only its owner can read it.
    let projects = world.path(".cache/fgctl/projects");
    let kept: Vec<PathBuf> = fs::read_dir(projects)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(kept.len(), 1);
    let text = fs::read_to_string(&kept[0]).unwrap();
    fs::write(&kept[0], text.replace(&of("HUAWEICLOUD_SDK_PROJECT_ID"), "0123")).unwrap();
    world.fgctl("function list").success();
    assert_eq!(
        fs::read_to_string(&kept[0]).unwrap(),
        text,
        "a wrong id is looked up again"
    );
}

#[cfg(unix)]
#[test]
fn the_file_is_private_and_one_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new();
    add(&world, "work").success();
    let path = file(&world);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let chmod = format!("chmod 600 '{}'", path.display());
    for line in [
        "function list",
        "profile list",
        "profile use work",
        "profile add x --without-keys",
    ] {
        world
            .fgctl(line)
            .failure(3, &["can be read or written by others (mode 644)", &chmod]);
    }
    // What needs no account works all the same.
    world.fgctl("completion bash").success();
    let findings = world.fgctl("doctor -o json");
    assert_eq!(findings.status, 1);
    assert!(findings.stdout.contains(&chmod), "{}", findings.stdout);
}

#[test]
fn a_secret_is_never_an_argument() {
    let world = World::new();
    for flag in ["--secret-key", "--security-token", "--auth-token", "--secret"] {
        let line = format!("profile add x --access-key AK {flag} {SECRET}");
        world.fgctl(&line).failure(2, &["unexpected argument"]);
    }
    let help = world.fgctl("profile add --help").success().stdout;
    for option in help
        .lines()
        .filter(|line| line.contains("--secret") || line.contains("token"))
    {
        assert!(!option.contains("_KEY>") && !option.contains("<TOKEN>"), "{option}");
    }
}

#[test]
fn off_a_terminal_what_is_missing_names_its_flag() {
    let mut world = World::new();
    world
        .fgctl("profile add x --region cn-east-3")
        .failure(2, &["Access key", "--access-key", "--without-keys"]);
    world
        .fgctl("profile add x --region cn-east-3 --access-key AK")
        .failure(2, &["Secret access key", "--secret-key-file"]);
    world
        .fgctl("profile add x --without-keys")
        .failure(2, &["Region", "--region"]);
    fed(
        &world,
        "profile add x --region r --access-key AK --secret-key-file -",
        " \n",
    )
    .failure(2, &["no secret"]);
    fed(
        &world,
        "profile add x --region r --access-key AK --secret-key-file -",
        "a b",
    )
    .failure(2, &["more than a secret"]);
    world
        .fgctl("profile add x --region r --access-key AK --secret-key-file missing")
        .failure(2, &["`missing` cannot be read", "No such file"]);
    world
        .fgctl("profile add x --region r --access-key AK --secret-key-file - --security-token-file -")
        .failure(2, &["only one secret"]);
    fed(
        &world,
        "profile add a/b --region r --access-key AK --secret-key-file -",
        SECRET,
    )
    .failure(2, &["no name for a profile"]);
    assert!(!file(&world).exists(), "nothing was written");

    // The environment's secret, of the same key alone.
    world.set("HUAWEICLOUD_SDK_AK", "AK");
    world.set("HUAWEICLOUD_SDK_SK", SECRET);
    world
        .fgctl("profile add x --region r --access-key OTHER")
        .failure(2, &["--secret-key-file"]);
    world
        .fgctl("profile add x --region cn-east-3 --access-key AK")
        .success();
    world.fgctl("profile add y --region cn-east-3").success();
    assert_eq!(fs::read_to_string(file(&world)).unwrap().matches(SECRET).count(), 2);
}

#[test]
fn one_that_exists_is_changed_only_when_asked() {
    let world = World::new();
    add(&world, "work").success();
    let path = file(&world);
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("# my accounts\n{text}future = \"kept\" # really\n")).unwrap();
    add(&world, "work").failure(5, &["there is a profile `work` already", "--update"]);
    world
        .fgctl("profile add work --update --region cn-north-4 --bucket uploads")
        .success();
    let text = fs::read_to_string(&path).unwrap();
    for kept in [
        "# my accounts",
        "future = \"kept\" # really",
        SECRET,
        "cn-north-4",
        "uploads",
    ] {
        assert!(text.contains(kept), "{kept}: {text}");
    }
}

#[test]
fn every_key_of_a_profile_counts() {
    let world = World::new();
    fs::write(world.path("ca.pem"), "").unwrap();
    let line = "profile add all --region cn-north-4 --project-id p1 --endpoint iam=https://iam.example --ca-file ca.pem \
        --access-key AK --secret-key-file - --domain-id d1 --enterprise-project-id e1 --bucket b1 \
        --websocket-field switch={\"on\":1} --default-output json --expires-at 2099-01-02T03:04:05Z";
    fed(&world, line, SECRET).success();
    let shown: Value = serde_json::from_str(&world.fgctl("profile show").success().stdout).unwrap();
    let value = |name: &str| {
        let found = shown.as_array().unwrap().iter().find(|setting| setting["name"] == name);
        found.unwrap_or_else(|| panic!("no {name}: {shown}"))["value"].clone()
    };
    for (name, expected) in [
        ("profile", "all"),
        ("region", "cn-north-4"),
        ("project_id", "p1"),
        ("domain_id", "d1"),
        ("enterprise_project_id", "e1"),
        ("bucket", "b1"),
        ("websocket.field", "switch={\"on\":1}"),
        ("endpoint.iam", "https://iam.example"),
        ("expires_at", "2099-01-02T03:04:05Z"),
    ] {
        assert_eq!(value(name), expected);
    }
    assert!(
        value("ca_file").as_str().unwrap().starts_with('/'),
        "it does not depend on the folder"
    );
    assert!(
        world
            .fgctl("profile show -o table")
            .success()
            .stdout
            .starts_with("SETTING")
    );
}

#[test]
fn temporary_keys_that_have_expired_are_told_before_any_call() {
    let world = World::new();
    let line =
        "profile add tmp --region cn-east-3 --access-key AK --secret-key-file - --expires-at 2020-01-02T03:04:05Z";
    fed(&world, line, SECRET).success();
    world.fgctl("function list --endpoint http://127.0.0.1:1").failure(
        3,
        &["profile `tmp` expired at 2020-01-02", "fgctl profile add tmp --update"],
    );
}

#[test]
fn files_of_other_versions_and_broken_ones_are_told() {
    let world = World::new();
    let path = file(&world);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    for (text, status, told) in [
        ("schema = 9\n", 2, "schema 9"),
        ("schema = 1\n[profile.x\n", 2, "line 2 is no TOML"),
        ("[profile.x]\nregion = 3\n", 2, "`profile.x.region` should be text"),
        ("default = \"gone\"\n", 4, "no profile `gone`"),
    ] {
        fs::write(&path, text).unwrap();
        #[cfg(unix)]
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        world.fgctl("function list").failure(status, &[told]);
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
}

#[test]
fn many_that_are_added_at_once_are_all_there() {
    let world = World::new();
    let adding: Vec<_> = (0..8)
        .map(|number| {
            let line = format!("profile add p{number} --region cn-east-3 --without-keys");
            let mut command = world.command(line.split_whitespace());
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    for process in adding {
        Run::of(process.wait_with_output().unwrap()).success();
    }
    assert_eq!(world.json("profile list").as_array().unwrap().len(), 8);
}

#[cfg(unix)]
#[test]
fn a_full_disk_leaves_the_file_as_it_was() {
    let world = World::new();
    add(&world, "work").success();
    let before = fs::read_to_string(file(&world)).unwrap();
    world
        .full("profile add home --region cn-east-3 --without-keys")
        .failure(1, &["cannot be written", "File too large", "XDG_CONFIG_HOME"]);
    assert_eq!(fs::read_to_string(file(&world)).unwrap(), before);
    let left = fs::read_dir(file(&world).parent().unwrap()).unwrap();
    let left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
    assert!(
        !left.iter().any(|name| name.to_string_lossy().contains(".part")),
        "{left:?}"
    );
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written_is_told() {
    use std::os::unix::fs::PermissionsExt;
    if fs::metadata("/proc/self").unwrap().permissions().mode() == 0 || !is_root() {
        return crate::support::skip("only root can be somebody else");
    }
    let world = World::of_nobody();
    let folder = world.path("closed");
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
    let mut world = world;
    world.set("XDG_CONFIG_HOME", folder.to_str().unwrap());
    world
        .fgctl("profile add x --region cn-east-3 --without-keys")
        .failure(1, &["cannot be written", "Permission denied"]);
    // Reading needs none of that.
    world.fgctl("profile list").success();
}

#[cfg(unix)]
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    let folder = tempfile::tempdir().unwrap();
    fs::metadata(folder.path()).unwrap().uid() == 0
}

#[cfg(unix)]
#[test]
fn at_a_terminal_everything_is_asked_for_and_the_secret_is_not_shown() {
    let world = World::new();
    let steps = [
        ("Region", "\r"),
        ("Access key (AK)", "AK-typed\r"),
        ("Secret access key (SK) (not shown): ", "typed-x\u{7f}secret\r"),
    ];
    let Some(run) = world.type_at("profile add work", &steps) else {
        return;
    };
    assert_eq!(run.status, 0, "{}", run.shown);
    assert!(
        !run.shown.contains("typed-secret") && !run.shown.contains("secret\r\n"),
        "{}",
        run.shown
    );
    let text = fs::read_to_string(file(&world)).unwrap();
    assert!(text.contains("secret_key = \"typed-secret\""), "{text}");
    assert!(
        text.contains("region = \"cn-east-3\"") && text.contains("AK-typed"),
        "{text}"
    );
}

#[cfg(unix)]
#[test]
fn an_interrupted_question_changes_nothing_and_leaves_the_terminal_as_it_was() {
    let world = World::new();
    add(&world, "kept").success();
    let before = fs::read_to_string(file(&world)).unwrap();
    let (key, secret, region) = ("Access key", "Secret access key (SK) (not shown): ", "Region");
    for steps in [
        &[(region, "\u{3}")][..],
        &[(region, "\r"), (key, "\u{3}")],
        &[(region, "\r"), (key, "AK\r"), (secret, "half\u{3}")],
    ] {
        let Some(run) = world.type_at("profile add work", steps) else {
            return;
        };
        assert_eq!(run.status, 130, "{steps:?}: {}", run.shown);
        assert!(run.shown.contains("interrupted"), "{}", run.shown);
    }
    let Some(run) = world.type_at("profile delete kept", &[("Delete the profile kept", "\u{3}")]) else {
        return;
    };
    assert_eq!(run.status, 130, "{}", run.shown);
    let Some(run) = world.type_at("profile delete kept", &[("Delete the profile kept", "n")]) else {
        return;
    };
    assert_eq!(run.status, 1, "{}", run.shown);
    assert_eq!(fs::read_to_string(file(&world)).unwrap(), before);
}

#[test]
fn no_secret_is_in_any_output_of_a_profile() {
    let world = World::new();
    add(&world, "work").success();
    for line in [
        "profile list -o json",
        "profile show -v",
        "profile show -o json",
        "profile use work -v",
        "function list -v --endpoint http://127.0.0.1:1",
        "doctor -v -o json --endpoint http://127.0.0.1:1",
        "profile delete work --yes -v",
    ] {
        let run = world.fgctl(line);
        let said = format!("{}{}", run.stdout, run.stderr);
        assert!(!said.contains(SECRET), "{line}: {said}");
    }
}
