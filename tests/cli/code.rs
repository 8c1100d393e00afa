//! A function's code: `--code`, `fgctl function code`.

use crate::support::{Cloud, World, function_folder, http_function, zip_of};
use std::fs;
use std::path::Path;

/// The same source as a checkout of another person might leave it.
#[cfg(unix)]
fn checkout(folder: &Path, umask: &str, time: &str, names: &[&str]) {
    let mut script = format!("umask {umask} && mkdir -p '{0}/lib' && cd '{0}'", folder.display());
    for name in names {
        script.push_str(&format!(
            " && printf 'content of {name}\\n' > {name} && touch -t {time} {name}"
        ));
    }
    script.push_str(" && printf 'build/\\n*.log\\n' > .gitignore && chmod u+x bootstrap && mkdir .git build");
    script.push_str(&format!(" && echo {time} | tee .git/index build/x a.log > /dev/null"));
    let status = std::process::Command::new("sh").arg("-c").arg(script).status().unwrap();
    assert!(status.success());
}

/// Times, modes, the mask and the order of creation make no difference, and what is there is not sent again.
#[cfg(unix)]
#[test]
fn two_checkouts_of_one_source_are_the_same_code() {
    let cloud = Cloud::start();
    checkout(
        &cloud.path("one"),
        "022",
        "200101010000",
        &["bootstrap", "index.js", "lib/z.js", "lib/é.js"],
    );
    checkout(
        &cloud.path("two"),
        "077",
        "202511111111",
        &["lib/é.js", "lib/z.js", "index.js", "bootstrap"],
    );
    let packed = ["one", "two"].map(|name| {
        let shown = cloud.json(&format!("function code pack --code {name} --to {name}.zip"));
        assert_eq!(shown["files"], 4);
        (
            shown["digest"].clone(),
            fs::read(cloud.path(&format!("{name}.zip"))).unwrap(),
        )
    });
    assert!(packed[0] == packed[1]);

    let created = cloud.json("function create f --code one");
    assert_eq!(created["digest"], packed[0].0);
    let same = cloud.fgctl("function code update f --code two -v -o json").success();
    let same = same.says(&[
        "f has this code already: nothing was sent",
        "left out build/: build/ in .gitignore",
    ]);
    assert!(!same.stderr.contains("PUT"), "{}", same.stderr);
    assert_eq!(same.json()["digest"], created["digest"]);
    cloud
        .fgctl("function code update f --code two --force")
        .success()
        .says(&["replaced the code of f"]);
    fs::write(cloud.path("two/index.js"), "other\n").unwrap();
    cloud
        .fgctl("function code update f --code two")
        .success()
        .says(&["left out 2 names as `.gitignore` says", "replaced the code of f"]);
}

#[test]
fn packages_that_the_rules_leave_out_are_missed() {
    let cloud = Cloud::start();
    let files = [("package.json", "{}"), (".gitignore", "node_modules/\n")];
    let folder = function_folder(&cloud.path("code"), "#!/bin/sh\nnode index.js\n", &files);
    fs::create_dir_all(folder.join("node_modules/ws/dist")).unwrap();
    fs::write(folder.join("node_modules/ws/dist/x.js"), "").unwrap();
    let pack = "function code pack --code code --to x.zip -o json";
    let run = cloud
        .fgctl(pack)
        .success()
        .says(&["leaves out `node_modules/`", "fgctl dependency build"]);
    assert_eq!(run.json()["files"], 2);
    fs::write(folder.join(".fgctlignore"), "!node_modules/\n").unwrap();
    assert_eq!(cloud.fgctl(pack).success().json()["files"], 3);
}

#[test]
fn a_start_file_names_programs_that_the_platform_has() {
    let cloud = Cloud::start();
    let bootstrap = "/opt/function/runtime/nodejs12/rtsp/nodejs/bin/node $RUNTIME_CODE_ROOT/index.js\r\n";
    function_folder(&cloud.path("code"), bootstrap, &[]);
    cloud.fgctl("function create f --code code").failure(
        1,
        &[
            "`bootstrap` names `/opt/function/runtime/nodejs12/rtsp/nodejs/bin/node`, which no runtime is known to have",
            "did you mean `/opt/function/runtime/nodejs12.13/rtsp/nodejs/bin/node`?",
            "--force",
        ],
    );
    assert_eq!(cloud.count("function list"), 0);
    cloud.fgctl("function create f --code code --force").success().says(&[
        "`bootstrap` has Windows line ends (CRLF): packed with LF",
        "`bootstrap` names `index.js`, which is not in the code",
    ]);
}

#[test]
fn a_ready_zip_in_one_folder_is_repaired_and_one_file_is_code() {
    let cloud = Cloud::start();
    zip_of(
        &cloud.path("nested.zip"),
        &[
            ("app/bootstrap", b"#!/bin/sh\n"),
            ("app/lib/x", b"1"),
            ("__MACOSX/._app", b"2"),
        ],
    );
    cloud
        .fgctl("function create f --code nested.zip")
        .success()
        .says(&["everything in the ZIP is in the folder `app`: packed without that folder"]);
    fs::write(cloud.path("index.py"), "def handler(event, context):\n    return 1\n").unwrap();
    let create = "function create e --type event --runtime Python3.9 --code index.py --handler";
    cloud
        .fgctl(&format!("{create} main.handler"))
        .failure(2, &["`index.py` alone is not enough: it has to be `main.py`"]);
    cloud.fgctl(&format!("{create} index.handler")).success();
    cloud
        .fgctl("function code update e --code nested.zip")
        .failure(2, &["`nested.zip` has no `index.py` at its root"]);
}

#[test]
fn what_leaves_the_folder_is_refused_before_anything_is_sent() {
    let world = World::new();
    let folder = http_function(&world);
    fs::write(folder.join("index.js"), "").unwrap();
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("/etc/passwd", folder.join("users")).unwrap();
        world.fgctl("function code pack --code code --to x.zip").failure(
            2,
            &["`users` in `code` is refused: it is a link to `/etc/passwd`, outside the folder"],
        );
        fs::write(folder.join(".fgctlignore"), "users\n[z-a]\n").unwrap();
        world
            .fgctl("function code pack --code code --to x.zip")
            .failure(2, &["line 2 of `code/.fgctlignore` is no rule"]);
        fs::write(folder.join(".fgctlignore"), "users\nbootstrap\n").unwrap();
    }
    world.fgctl("function code pack --code code --to x.zip").failure(
        2,
        &[
            "no `bootstrap` at its root: the line `bootstrap` of `.fgctlignore` leaves it out",
            "hint: echo '!bootstrap' >> .fgctlignore",
        ],
    );
    assert!(!world.path("x.zip").exists());
}
