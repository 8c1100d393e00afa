//! `fgctl dependency build`.

use crate::support::{Cloud, Deployed, World, project, python, skipped, zip_names};
use std::fs;
use std::process::Command;

const NPM: &str = "dependency build depend-websocket --npm ws@8.18.3 --runtime Node.js12.13";

/// A world in which npm and pip reach their registries.
fn world() -> World {
    let mut world = World::new();
    world.keep_npm_settings();
    world
}

/// Two builds are the same bytes, an equal version is used again, and the guide's function works with it.
#[test]
fn of_ws_serves_the_guides_function() {
    if skipped("node") || skipped("npm") {
        return;
    }
    let cloud = Cloud::start_in(world(), &["--gateway-delay", "0ms"]);
    let deployed = Deployed::on(cloud, |_| project().join("examples/clock/node"), "--timeout 20000");
    let cloud = &deployed.cloud;
    let first = cloud.json(&format!("{NPM} --to one.zip"));
    assert_eq!(first["version"], 1);
    let again = cloud.fgctl(&format!("{NPM} --to two.zip -o json")).success();
    let again = again.says(&["version 1 of the dependency depend-websocket is the same: nothing was sent"]);
    assert_eq!(again.json()["id"], first["id"]);
    assert!(fs::read(cloud.path("one.zip")).unwrap() == fs::read(cloud.path("two.zip")).unwrap());
    let names = zip_names(&cloud.path("one.zip"));
    assert!(names.contains(&"node_modules/ws/index.js".to_owned()), "{names:?}");
    assert!(
        names.iter().all(|name| name.starts_with("node_modules/ws/")),
        "{names:?}"
    );

    cloud
        .fgctl("dependency attach depend-websocket --function WebSocket-demo")
        .success();
    let heard = cloud.fgctl("connect WebSocket-demo --count 1").success();
    assert!(heard.stdout.contains("Server time: "), "{heard:?}");
    assert_eq!(cloud.json(&format!("{NPM} --force"))["version"], 2);
}

/// A project's packages are those of its lock file, and no others.
#[test]
fn of_a_project_follows_its_lock_file() {
    if skipped("node") || skipped("npm") {
        return;
    }
    let world = world();
    let folder = world.path("app");
    fs::create_dir(&folder).unwrap();
    let package =
        |version: &str| format!(r#"{{"dependencies":{{"ws":"{version}"}},"devDependencies":{{"isarray":"2.0.5"}}}}"#);
    fs::write(folder.join("package.json"), package("8.18.2")).unwrap();
    let mut npm = Command::new("npm");
    npm.args(["install", "--package-lock-only", "--no-audit", "--no-fund"])
        .current_dir(&folder);
    assert!(npm.output().unwrap().status.success());
    let build = "dependency build --package-json app --runtime Node.js20.15 --to app.zip";
    let built = world.json(build);
    assert_eq!(built["file"], "app.zip");
    let names = zip_names(&world.path("app.zip"));
    assert!(
        names.iter().all(|name| name.starts_with("node_modules/ws/")),
        "{names:?}"
    );
    // A lock file that does not fit is npm's own error.
    fs::write(folder.join("package.json"), package("8.18.3")).unwrap();
    world
        .fgctl(build)
        .failure(1, &["`npm ci` failed", "package.json and package-lock.json"]);
    // Nothing of it was written into the project.
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 2);
}

#[test]
fn of_requirements_for_python() {
    let Some(python) = python("websockets", &["websockets==15.0.1"]) else {
        return;
    };
    let mut world = world();
    let path = format!(
        "{}:{}",
        python.parent().unwrap().display(),
        std::env::var("PATH").unwrap()
    );
    world.set("PATH", &path);
    fs::write(world.path("requirements.txt"), "six==1.17.0\n").unwrap();
    let one = world.json("dependency build --pip six==1.17.0 --runtime Python3.9 --to one.zip");
    let two = world.json("dependency build --requirements requirements.txt --runtime Python3.9 --to two.zip");
    assert_eq!(one["etag"], two["etag"]);
    let names = zip_names(&world.path("one.zip"));
    assert!(names.contains(&"six.py".to_owned()), "{names:?}");
    assert!(!names.iter().any(|name| name.contains("__pycache__")), "{names:?}");
}

#[test]
fn what_cannot_be_built_says_why_and_sends_nothing() {
    let cloud = Cloud::start();
    for (line, status, texts) in [
        (
            "dependency build d --runtime Node.js12.13",
            2,
            &["--npm", "--pip"] as &[&str],
        ),
        ("dependency build --npm ws --runtime Node.js12.13", 2, &["--to"]),
        (
            "dependency build d --npm ws --pip six --runtime Node.js12.13",
            2,
            &["cannot be used with"],
        ),
        (
            "dependency build d --npm ws --runtime Python3.9",
            2,
            &["npm makes dependencies for Node.js"],
        ),
        (
            "dependency build d. --npm ws --runtime Node.js12.13",
            2,
            &["dependency name `d.`"],
        ),
    ] {
        cloud.fgctl(line).failure(status, texts);
    }
    assert_eq!(cloud.count("dependency list"), 0);
}

#[test]
fn a_program_that_is_missing_or_fails_is_told() {
    let mut world = world();
    world.set("PATH", "/nowhere");
    world
        .fgctl("dependency build --npm ws --runtime Node.js12.13 --to x.zip")
        .failure(
            1,
            &["`npm` is needed, and this machine's PATH has none", "install Node.js"],
        );
    world
        .fgctl("dependency build --pip six --runtime Python3.9 --to x.zip")
        .failure(1, &["`python3` is needed", "install Python 3"]);
    if skipped("npm") {
        return;
    }
    let world = self::world();
    world
        .fgctl("dependency build --npm ./nothing --runtime Node.js12.13 --to x.zip")
        .failure(1, &["`npm install` failed", "ENOENT"]);
    assert!(!world.path("x.zip").exists());
    world
        .fgctl("dependency build --package-json . --runtime Node.js12.13 --to x.zip")
        .failure(2, &["package.json` does not exist"]);
}
