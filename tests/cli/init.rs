//! `fgctl init`: by options, by a file of answers, and at a terminal.

use crate::support::{Cloud, FunctionPort, World, http_function, skipped};
use std::fs;
use std::path::Path;
use std::process::Command;

/// Everything that nobody can guess.
const LINE: &str = "init chat --template chat --gateway apig-ws";

fn read(world: &World, name: &str) -> String {
    fs::read_to_string(world.path(name)).unwrap()
}

fn toml(world: &World, name: &str) -> toml_edit::DocumentMut {
    read(world, name).parse().unwrap()
}

/// Every file below `folder`, by its path there.
fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false => found.push(path.strip_prefix(folder).unwrap().display().to_string()),
            }
        }
    }
    found.sort();
    found
}

#[test]
fn options_make_a_project_and_the_command_that_makes_it_again() {
    let world = World::new();
    let run = world.fgctl(&format!("{LINE} --ci gitlab -o json")).success();
    assert_eq!(
        files(&world.path("chat")),
        [".gitlab-ci.yml", "code/bootstrap", "code/index.js", "fgctl.toml"]
    );
    let told = run.json();
    assert_eq!(told["manifest"], "chat/fgctl.toml");
    let manifest = toml(&world, "chat/fgctl.toml");
    assert_eq!(manifest["functions"]["chat"]["max_instances"].as_integer(), Some(1));
    assert_eq!(manifest["gateways"]["apig-ws"]["existing"].as_bool(), Some(true));
    assert_eq!(manifest["triggers"]["API_chat"]["auth"].as_str(), Some("app"));
    assert!(read(&world, "chat/code/index.js").contains("'/chat'"));

    let again = told["command"].as_str().unwrap().replace("init chat", "init other");
    let again = again.strip_prefix("fgctl ").unwrap();
    world.fgctl(again).success();
    assert_eq!(read(&world, "chat/fgctl.toml"), read(&world, "other/fgctl.toml"));
}

#[test]
fn what_only_the_user_knows_names_its_option_off_a_terminal() {
    let world = World::new();
    for (line, flags) in [
        ("init x", &["--template"][..]),
        ("init x --template echo", &["--gateway NAME", "--new-gateway NAME"]),
        ("init x --template echo --new-gateway apig-ws", &["--vpc"]),
        ("init x --template echo --new-gateway apig-ws --vpc v", &["--subnet"]),
        (
            "init x --template echo --new-gateway apig-ws --vpc v --subnet s",
            &["--security-group"],
        ),
    ] {
        world.fgctl(line).failure(2, flags);
        assert!(!world.path("x").exists(), "{line}");
    }
    world
        .fgctl("init x --template echo --new-gateway apig-ws --vpc v --subnet s --security-group g")
        .success()
        .says(&["bills by the hour"]);
    let manifest = toml(&world, "x/fgctl.toml");
    assert_eq!(manifest["gateways"]["apig-ws"]["public_inbound"].as_integer(), Some(5));
}

#[test]
fn a_wrong_answer_says_which_option_and_what_would_be_right() {
    let world = World::new();
    for (option, texts) in [
        ("--template ecko", &["--template", "did you mean `echo`"][..]),
        ("--function 1x", &["--function", "begins with `1`"]),
        ("--runtime Node.js99", &["--runtime", "Node.js20.15"]),
        ("--execution-timeout 2", &["--execution-timeout", "3 to 259200"]),
        ("--backend-timeout soon", &["--backend-timeout", "no whole number"]),
        ("--path chat", &["--path", "does not begin with `/`"]),
        ("--auth maybe", &["--auth", "app, iam, none"]),
        ("--ci jenkins", &["--ci", "github, gitlab, codearts"]),
        ("--new-gateway g", &["--gateway"]),
    ] {
        let line = match option.starts_with("--template") {
            true => format!("init x --gateway apig-ws {option}"),
            false => format!("{LINE} {option}"),
        };
        world.fgctl(&line).failure(2, texts);
    }
    assert!(!world.path("chat").exists());
}

#[test]
fn nothing_is_written_over_and_the_same_again_changes_nothing() {
    let world = World::new();
    world.fgctl(LINE).success();
    world.fgctl(LINE).success();
    fs::write(world.path("chat/code/index.js"), "mine").unwrap();
    fs::remove_file(world.path("chat/fgctl.toml")).unwrap();
    world
        .fgctl(LINE)
        .failure(5, &["code/index.js already", "nothing was written"]);
    assert_eq!(read(&world, "chat/code/index.js"), "mine");
    assert!(!world.path("chat/fgctl.toml").exists());
}

#[test]
fn code_that_is_there_is_taken_with_its_packages() {
    let world = World::new();
    let folder = world.path("site");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("main.py"), "print()\n").unwrap();
    fs::write(folder.join("requirements.txt"), "websockets\n").unwrap();
    world.fgctl("init site --gateway apig-ws --auth none").success();
    let bootstrap = read(&world, "site/bootstrap");
    assert!(
        bootstrap.contains("python3.12/rtsp/python/bin/python3 \"$RUNTIME_CODE_ROOT/main.py\""),
        "{bootstrap}"
    );
    let manifest = toml(&world, "site/fgctl.toml");
    assert_eq!(manifest["functions"]["site"]["code"].as_str(), Some("."));
    assert_eq!(
        manifest["dependencies"]["site-libraries"]["requirements"].as_str(),
        Some("requirements.txt")
    );
    assert!(!manifest.contains_key("apps"));
    assert!(read(&world, "site/.fgctlignore").contains("fgctl.toml"));
}

#[test]
fn answers_are_kept_and_replayed_and_options_come_before_them() {
    let world = World::new();
    world
        .fgctl(&format!("{LINE} --path /room --save-answers answers.toml"))
        .success();
    world.fgctl("init again --answers answers.toml --auth iam").success();
    let manifest = toml(&world, "again/fgctl.toml");
    assert_eq!(manifest["name"].as_str(), Some("chat"));
    assert_eq!(manifest["triggers"]["API_chat"]["path"].as_str(), Some("/room"));
    assert_eq!(manifest["triggers"]["API_chat"]["auth"].as_str(), Some("iam"));

    fs::write(world.path("answers.toml"), "tempalte = \"echo\"\n").unwrap();
    world
        .fgctl("init third --answers answers.toml")
        .failure(2, &["`tempalte`", "did you mean `template`"]);
    fs::write(world.path("answers.toml"), "path = [1]\n").unwrap();
    world
        .fgctl("init third --answers answers.toml")
        .failure(2, &["`path`", "should be a text"]);
    world
        .fgctl("init third --answers missing.toml")
        .failure(2, &["missing.toml", "cannot be read"]);
}

#[test]
fn timeouts_that_cut_connections_are_told_beforehand() {
    let world = World::new();
    world
        .fgctl("init a --template clock --gateway g-1 --execution-timeout 30 --backend-timeout 1000 --auth none")
        .success()
        .says(&[
            "after 30 s, before 60 s",
            "after 1 s of silence",
            "ping every 500 ms",
            "anybody who knows the URL",
        ]);
    world
        .fgctl("init b --template clock --gateway g-1 --region eu-west-101")
        .success()
        .says(&["cn-east-3 alone"]);
}

/// What the templates hold is a program of its language.
#[test]
fn templates_can_be_run() {
    let world = World::new();
    for (program, runtime, name) in [
        ("node", "Node.js20.15", "index.js"),
        ("python3", "Python3.12", "index.py"),
    ] {
        if skipped(program) {
            continue;
        }
        for template in ["clock", "echo", "chat"] {
            let folder = format!("{template}-{program}");
            world
                .fgctl(&format!(
                    "init {folder} --template {template} --runtime {runtime} --gateway apig-ws"
                ))
                .success();
            let mut check = Command::new(program);
            match program {
                "node" => check.arg("--check"),
                _ => check.args(["-c", "import ast, sys; ast.parse(open(sys.argv[1]).read())"]),
            };
            let output = check.arg(world.path(&folder).join("code").join(name)).output().unwrap();
            assert!(output.status.success(), "{folder}: {output:?}");
        }
    }
}

#[cfg(unix)]
#[test]
fn at_a_terminal_arrows_and_defaults_answer_and_what_is_wrong_is_asked_again() {
    let cloud = Cloud::start();
    cloud
        .fgctl("gateway create apig-ws --vpc vpc-default --subnet subnet-default --security-group default --yes")
        .success();
    let down = "\u{1b}[B";
    let steps = [
        ("Stack's name", "1bad\r".to_owned()),
        ("begins with `1`", "\u{7f}\u{7f}\u{7f}\u{7f}talk\r".to_owned()),
        ("Function's name", "\r".to_owned()),
        ("begin with?", format!("{down}\r")),
        ("Runtime", format!("{down}\r")),
        ("Execution timeout", "2\r".to_owned()),
        ("less than 3", "600\r".to_owned()),
        ("Gateway", "\r".to_owned()),
        ("API group", "\r".to_owned()),
        ("Trigger's name", "\r".to_owned()),
        ("Path of the URL", "/talk/ws\r".to_owned()),
        ("Security authentication", format!("{down}{down}\r")),
        ("Backend timeout", "\r".to_owned()),
        ("CI job", "\r".to_owned()),
        ("Deploy it now", format!("{down}\r")),
    ];
    let steps: Vec<(&str, &str)> = steps.iter().map(|(wait, keys)| (*wait, keys.as_str())).collect();
    let Some(run) = cloud.type_at("init folder --local", &steps) else {
        return;
    };
    assert_eq!(run.status, 0, "{}", run.shown);
    let manifest = toml(&cloud, "folder/fgctl.toml");
    assert_eq!(manifest["name"].as_str(), Some("talk"), "{}", run.shown);
    assert_eq!(manifest["functions"]["talk"]["timeout"].as_integer(), Some(600));
    assert_eq!(
        manifest["dependencies"]["talk-libraries"]["runtime"].as_str(),
        Some("Node.js18.15")
    );
    assert_eq!(manifest["gateways"]["apig-ws"]["existing"].as_bool(), Some(true));
    assert_eq!(manifest["triggers"]["API_talk"]["auth"].as_str(), Some("none"));
    assert!(read(&cloud, "folder/code/index.js").contains("'/talk/ws'"));
    assert!(
        run.shown.contains("fgctl init folder --local --name talk"),
        "{}",
        run.shown
    );
}

#[cfg(unix)]
#[test]
fn at_a_terminal_a_new_gateways_network_is_picked_and_its_cost_is_agreed_to() {
    let cloud = Cloud::start();
    let options = "--name talk --function talk --template echo --runtime Node.js20.15 --execution-timeout 60 --group talk --trigger talk --path /t --auth none --backend-timeout 5000 --ci none --deploy no";
    let line = |folder: &str| format!("init {folder} --local {options}");
    let down = "\u{1b}[B";
    let picked = [
        ("Gateway", "\r".to_owned()),
        ("Its name", "\r".to_owned()),
        ("Edition", format!("{down}\r")),
        ("VPC", "\r".to_owned()),
        ("Subnet", "\r".to_owned()),
        ("Security group", "\r".to_owned()),
        ("Public inbound", "3\r".to_owned()),
        ("less than 5", "\u{7f}0\r".to_owned()),
    ];
    let with = |last: &'static str| {
        let last = ("then bills by the hour?", last);
        picked
            .iter()
            .map(|(wait, keys)| (*wait, keys.as_str()))
            .chain([last])
            .collect::<Vec<_>>()
    };
    let Some(run) = cloud.type_at(&line("no"), &with("n")) else {
        return;
    };
    assert_eq!(run.status, 1, "{}", run.shown);
    assert!(!cloud.path("no").exists());
    let run = cloud.type_at(&line("yes"), &with("y")).unwrap();
    assert_eq!(run.status, 0, "{}", run.shown);
    let manifest = toml(&cloud, "yes/fgctl.toml");
    let gateway = &manifest["gateways"]["apig-ws"];
    assert_eq!(gateway["edition"].as_str(), Some("professional"), "{}", run.shown);
    assert_eq!(gateway["vpc"].as_str(), Some("vpc-default"), "{}", run.shown);
    assert!(gateway.get("public_inbound").is_none());
}

#[cfg(unix)]
#[test]
fn an_interrupted_wizard_writes_no_project_and_keeps_the_answers() {
    let world = World::new();
    let steps = [("Function's name", "talk\r"), ("begin with?", "\u{3}")];
    let line = "init folder --region cn-east-3 --name talk --save-answers kept.toml";
    let Some(run) = world.type_at(line, &steps) else {
        return;
    };
    assert_eq!(run.status, 130, "{}", run.shown);
    assert!(run.shown.contains("--answers kept.toml"), "{}", run.shown);
    assert!(!world.path("folder").exists());
    assert_eq!(toml(&world, "kept.toml")["function"].as_str(), Some("talk"));
    world
        .fgctl("init folder --answers kept.toml --template echo --gateway apig-ws")
        .success();
    assert!(toml(&world, "folder/fgctl.toml")["functions"]["talk"].is_table());
}

#[cfg(unix)]
#[test]
fn at_a_terminal_the_place_is_asked_for_and_a_profile_can_be_added_on_the_way() {
    let world = World::new();
    let options = "--name talk --function talk --template echo --runtime Node.js20.15 --execution-timeout 60 --gateway apig-ws --group talk --trigger talk --path /t --auth none --backend-timeout 5000 --ci none --deploy no";
    let steps = [
        ("Where is it to run?", "\u{1b}[B\r"),
        ("Profile's name", "work\r"),
        ("Region", "\r"),
        ("Access key (AK)", "AK\r"),
        ("Secret access key (SK) (not shown): ", "secret\r"),
    ];
    let Some(run) = world.type_at(&format!("init folder {options}"), &steps) else {
        return;
    };
    assert_eq!(run.status, 0, "{}", run.shown);
    assert!(run.shown.contains("--profile work"), "{}", run.shown);
    assert_eq!(toml(&world, "folder/fgctl.toml")["region"].as_str(), Some("cn-east-3"));
    assert!(!read(&world, "folder/fgctl.toml").contains("secret"));
}

/// Options for code that is there: the demo's function, behind a gateway that exists.
const OWN: &str = "--local --name talk --function talk --template none --dependencies none --execution-timeout 60 --gateway apig-ws --group talk --trigger API_talk --path /websocket_demo --auth none --backend-timeout 5000 --ci none";

#[test]
fn a_project_is_deployed_and_proved_at_once_where_that_is_wanted() {
    let cloud = Cloud::start().with_gateway();
    http_function(&cloud);
    let _port = FunctionPort::hold_for(&cloud);
    let run = cloud.fgctl(&format!("init code {OWN} --deploy yes")).success();
    assert!(
        run.stdout.starts_with("wss://127.0.0.1:") && run.stdout.lines().count() == 1,
        "{run:?}"
    );
    run.says(&[
        "wrote 2 files: code/.fgctlignore, code/fgctl.toml",
        "--deploy yes",
        "a WebSocket opened",
    ]);
    cloud.fgctl("plan code/fgctl.toml --detailed-exitcode").success();
    cloud.fgctl("destroy code/fgctl.toml --yes").success();

    let mut away = World::new();
    http_function(&away);
    away.set("HUAWEICLOUD_SDK_AK", "AK");
    let line = OWN.replace("--local", "--region cn-east-3");
    away.fgctl(&format!("init code {line} --deploy yes")).failure(
        3,
        &[
            "wrote 2 files",
            "the project is written; go on: fgctl deploy code/fgctl.toml",
        ],
    );
    assert!(away.path("code/fgctl.toml").exists());
    away.fgctl(&format!("init other {line} --deploy perhaps"))
        .failure(2, &["--deploy", "it is one of no, yes"]);
    assert!(!away.path("other").exists());
}

#[cfg(unix)]
#[test]
fn at_a_terminal_a_local_project_is_deployed_by_one_key() {
    let cloud = Cloud::start().with_gateway();
    http_function(&cloud);
    let _port = FunctionPort::hold_for(&cloud);
    let Some(run) = cloud.type_at(&format!("init code {OWN}"), &[("Deploy it now", "\r")]) else {
        return;
    };
    assert_eq!(run.status, 0, "{}", run.shown);
    assert!(run.shown.contains("wss://127.0.0.1:"), "{}", run.shown);
}
