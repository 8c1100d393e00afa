//! `fgctl app`: apps, their secrets, and what they may call.

use crate::support::{Cloud, Deployed, Run, http_function};

fn ready() -> Cloud {
    let cloud = Cloud::start().with_gateway();
    http_function(&cloud);
    cloud.fgctl("function create f --code code").success();
    cloud
        .fgctl("trigger create API_f --function f --gateway apig-ws --group APIGroup_ws --path /f")
        .success();
    cloud
}

#[test]
fn create_list_get_authorize_revoke_and_delete() {
    let cloud = ready();
    let created = cloud
        .fgctl("app create mobile --gateway apig-ws --remark text -o json")
        .success()
        .says(&["fgctl app secret mobile --gateway apig-ws"]);
    let secret = cloud
        .fgctl("app secret mobile --gateway apig-ws")
        .success()
        .says(&["this is a secret"]);
    let secret = secret.stdout.trim_end();
    assert_eq!(secret.len(), 32);
    let created = created.json();
    assert!(
        created.get("app_secret").is_none() && created["app_key"].is_string(),
        "{created}"
    );
    cloud
        .fgctl("app create mobile --gateway apig-ws")
        .failure(5, &["APIG.3203", "fgctl app get"]);
    cloud
        .fgctl("app create 1app --gateway apig-ws")
        .failure(2, &["app name `1app`"]);
    assert_eq!(
        cloud.fgctl("app list --gateway apig-ws -o name").success().stdout,
        "mobile\n"
    );

    let authorize = "app authorize mobile --gateway apig-ws --api API_f";
    cloud.fgctl(authorize).success().says(&["may call API_f in RELEASE"]);
    cloud.fgctl(authorize).success().says(&["nothing to change"]);
    let got = cloud.fgctl("app get mobile --gateway apig-ws").success().stdout;
    assert!(got.contains("API_f in RELEASE"), "{got}");
    cloud
        .fgctl("app authorize mobile --gateway apig-ws --api API_g")
        .failure(4, &["there is no API `API_g`"]);
    cloud.fgctl("environment create TEST --gateway apig-ws").success();
    cloud
        .fgctl("app authorize mobile --gateway apig-ws --api API_f --environment TEST")
        .failure(
            5,
            &[
                "APIG.3015",
                "fgctl api publish API_f --gateway apig-ws --environment TEST",
            ],
        );
    let revoke = "app revoke mobile --gateway apig-ws --api API_f";
    cloud.fgctl(revoke).failure(2, &["--yes"]);
    cloud.fgctl(&format!("{revoke} --yes")).success().says(&["any more"]);
    cloud
        .fgctl(&format!("{revoke} --yes"))
        .success()
        .says(&["nothing to change"]);
    cloud
        .fgctl("app delete mobile --gateway apig-ws")
        .failure(2, &["--yes"]);
    cloud.fgctl("app delete mobile --gateway apig-ws --yes").success();
    cloud
        .fgctl("app get mobile --gateway apig-ws")
        .failure(4, &["there is no app `mobile` on the gateway `apig-ws`"]);
}

/// Told when asked for, to a file that only its owner can read; by nothing else.
#[test]
fn secrets_are_shown_only_when_asked_for() {
    let cloud = ready();
    cloud.fgctl("app create mobile --gateway apig-ws").success();
    let secret = cloud.fgctl("app secret mobile --gateway apig-ws").success().stdout;
    let code = cloud.json("app codes create mobile --gateway apig-ws");
    let id = code["id"].as_str().unwrap();
    let shown = cloud
        .fgctl(&format!("app codes show mobile {id} --gateway apig-ws"))
        .success()
        .stdout;
    assert!(shown.trim_end().len() >= 64, "{shown}");
    for line in [
        "app list --gateway apig-ws -o json -v",
        "app get mobile --gateway apig-ws -o json -v",
        "app codes list mobile --gateway apig-ws -o json -v",
        "app authorize mobile --gateway apig-ws --api API_f -o json -v",
        &format!(
            "app secret mobile --gateway apig-ws --file {} -v",
            cloud.path("s").display()
        ),
        &format!(
            "app codes show mobile {id} --gateway apig-ws --file {} -v",
            cloud.path("c").display()
        ),
    ] {
        let Run { stdout, stderr, .. } = cloud.fgctl(line).success();
        for text in [stdout, stderr] {
            assert!(
                !text.contains(secret.trim_end()) && !text.contains(shown.trim_end()),
                "{line}: {text}"
            );
        }
    }
    let file = cloud.path("s");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), secret);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let reset = format!(
        "app secret mobile --gateway apig-ws --reset --yes --file {}",
        file.display()
    );
    cloud.fgctl(&reset).failure(2, &["exists already"]);
    assert_eq!(
        cloud.fgctl("app secret mobile --gateway apig-ws").success().stdout,
        secret,
        "kept"
    );
    cloud
        .fgctl("app secret mobile --gateway apig-ws --reset")
        .failure(2, &["--yes"]);
    let new = cloud
        .fgctl("app secret mobile --gateway apig-ws --reset --yes")
        .success()
        .stdout;
    assert_ne!(new, secret);
    std::fs::write(cloud.path("own"), "short\n").unwrap();
    cloud
        .fgctl("app codes create mobile --gateway apig-ws --code-file own")
        .failure(2, &["AppCode `***`", "5 characters"]);
    cloud
        .fgctl(&format!("app codes delete mobile {id} --gateway apig-ws --yes"))
        .success();
    cloud
        .fgctl(&format!("app codes show mobile {id} --gateway apig-ws"))
        .failure(4, &["there is no AppCode"]);
}

/// A caller with a code gets in, one without does not.
#[test]
fn an_app_code_opens_the_api() {
    let deployed = Deployed::with(http_function, "");
    let cloud = &deployed.cloud;
    let api = "API_websocket_demo --gateway apig-ws";
    cloud.fgctl(&format!("api update {api} --auth app")).success();
    cloud.fgctl(&format!("api publish {api}")).success();
    let connect = |code: &str| {
        let header = format!("X-Apig-AppCode: {code}");
        cloud.run(["connect", "WebSocket-demo", "--count", "1", "--header", &header])
    };
    connect("nothing").failure(9, &["APIG.0303", "--app-code on"]);
    cloud.fgctl(&format!("api update {api} --app-code on")).success();
    cloud.fgctl(&format!("api publish {api}")).success();
    connect("nothing").failure(9, &["APIG.0303", "app not found"]);
    cloud.fgctl("app create mobile --gateway apig-ws").success();
    let id = cloud
        .fgctl("app codes create mobile --gateway apig-ws -o name")
        .success()
        .stdout;
    let show = format!("app codes show mobile {} --gateway apig-ws", id.trim_end());
    let code = cloud.fgctl(&show).success().stdout;
    connect(code.trim_end()).failure(9, &["APIG.0304", "fgctl app authorize mobile"]);
    cloud
        .fgctl("app authorize mobile --gateway apig-ws --api API_websocket_demo")
        .success();
    connect(code.trim_end()).success();
}
