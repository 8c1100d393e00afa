//! `fgctl function publish`, `versions` and `aliases`, and the versions that really answer.

use crate::support::{Cloud, FunctionPort, function_folder, http_function, skipped};
use serde_json::Value;
use std::fs;

#[test]
fn versions_are_published_listed_and_deleted() {
    let cloud = Cloud::start();
    http_function(&cloud);
    cloud.fgctl("function create f --code code").success();
    let published = cloud.json("function publish f --version v1 --description first");
    assert_eq!(
        (&published["version"], &published["version_description"]),
        (&"v1".into(), &"first".into())
    );
    cloud
        .fgctl("function publish f --version v2")
        .failure(6, &["FSS.1016", "fgctl function versions"]);
    cloud.fgctl("function update f --timeout 90").success();
    cloud.fgctl("function publish f --version v1").failure(5, &["FSS.1062"]);
    cloud
        .fgctl("function publish f --version latest")
        .failure(2, &["version `latest`"]);
    cloud.fgctl("function publish f --version v2").success();
    assert_eq!(
        cloud.fgctl("function versions f -o name").success().stdout,
        "latest\nv2\nv1\n"
    );
    assert_eq!(cloud.count("function versions f --limit 2"), 2);
    let table = cloud.fgctl("function versions f").success().stdout;
    assert!(table.starts_with("VERSION") && table.contains("first"), "{table}");
    cloud
        .fgctl("function versions g")
        .failure(4, &["there is no function `g`"]);
    cloud
        .fgctl("function delete f --version v1")
        .failure(2, &["Delete the version v1 of the function f?", "--yes"]);
    cloud.fgctl("function delete f --version v1 --yes").success();
    cloud.fgctl("function delete f --version v1 --yes").failure(
        4,
        &["there is no version `v1` of the function `f`", "did you mean `v2`?"],
    );
    cloud
        .fgctl("function delete f --version latest --yes")
        .failure(2, &["version `latest`"]);
}

#[test]
fn aliases_are_created_led_elsewhere_and_deleted() {
    let cloud = Cloud::start();
    http_function(&cloud);
    cloud.fgctl("function create f --code code").success();
    for version in ["v1", "v2"] {
        cloud
            .fgctl(&format!("function update f --description {version}"))
            .success();
        cloud
            .fgctl(&format!("function publish f --version {version}"))
            .success();
    }
    let alias = cloud.json("function aliases create f prod --version v1 --additional v2=30 --description d");
    assert_eq!(alias["additional_version_weights"]["v2"], 30);
    assert!(alias["alias_urn"].as_str().unwrap().ends_with(":f:!prod"));
    cloud
        .fgctl("function aliases create f prod --version v1")
        .failure(5, &["FSS.1063", "fgctl function aliases list"]);
    cloud
        .fgctl("function aliases create f beta --version v9")
        .failure(4, &["FSS.1052"]);
    cloud
        .fgctl("function aliases create f 1 --version v1")
        .failure(2, &["alias `1`"]);
    cloud
        .fgctl("function aliases create f beta --version v2 --additional v1=101")
        .failure(2, &["0 to 100"]);
    let table = cloud.fgctl("function aliases list f").success().stdout;
    assert!(table.contains("v2 30 %"), "{table}");
    // What is not named stays.
    let same = cloud.json("function aliases update f prod --description e");
    assert_eq!(
        (&same["version"], &same["additional_version_weights"]["v2"]),
        (&"v1".into(), &30.into())
    );
    let moved = cloud.json("function aliases update f prod --version v2 --no-additional");
    assert_eq!((&moved["version"], &moved["description"]), (&"v2".into(), &"e".into()));
    assert_eq!(moved.get("additional_version_weights"), None);
    cloud
        .fgctl("function aliases update f prd --version v1")
        .failure(4, &["there is no alias `prd`", "did you mean `prod`?"]);
    cloud
        .fgctl("function aliases delete f prod")
        .failure(2, &["Delete the alias prod", "--yes"]);
    cloud.fgctl("function aliases delete f prod --yes").success();
    assert_eq!(cloud.count("function aliases list f"), 0);
    cloud
        .fgctl("function aliases delete f prod --yes")
        .failure(4, &["there is no alias `prod`"]);
}

/// An HTTP function of Python that says which text it was published with, and what it was asked.
fn server(text: &str) -> String {
    format!(
        "import http.server, os, sys\n\
         class H(http.server.BaseHTTPRequestHandler):\n\
         \x20   def do_POST(self):\n\
         \x20       body = self.rfile.read(int(self.headers.get('content-length', 0))).decode()\n\
         \x20       print('called', self.path, flush=True)\n\
         \x20       said = '{text} ' + os.environ['RUNTIME_FUNC_VERSION'] + ' ' + self.path + ' ' + body\n\
         \x20       said += ' ' + str(self.headers.get('x-given')) + ' ' + self.headers['x-cff-func-version']\n\
         \x20       self.send_response(200)\n\
         \x20       self.send_header('content-length', str(len(said)))\n\
         \x20       self.end_headers()\n\
         \x20       self.wfile.write(said.encode())\n\
         \x20   do_GET = do_POST\n\
         \x20   def log_message(self, *_): pass\n\
         http.server.HTTPServer(('127.0.0.1', 8000), H).serve_forever()\n"
    )
}

fn body(answer: &Value) -> String {
    use base64::Engine;
    let result: Value = serde_json::from_str(answer["result"].as_str().unwrap()).unwrap();
    assert_eq!(result["isBase64Encoded"], true);
    let bytes = base64::engine::general_purpose::STANDARD
        .decode(result["body"].as_str().unwrap())
        .unwrap();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn each_version_really_runs_as_it_was_published() {
    if skipped("python3") {
        return;
    }
    let cloud = Cloud::start().with_gateway();
    let _port = FunctionPort::hold_for(&cloud);
    let code = |text: &str| {
        function_folder(
            &cloud.path("code"),
            "#!/bin/sh\nexec python3 $RUNTIME_CODE_ROOT/s.py\n",
            &[("s.py", &server(text))],
        );
    };
    code("first");
    cloud.fgctl("function create f --code code --timeout 30").success();
    cloud.fgctl("function publish f --version v1").success();
    code("second");
    cloud.fgctl("function code update f --code code").success();
    cloud.fgctl("function aliases create f prod --version v1").success();

    let event = r#"{"httpMethod": "POST", "path": "/p", "queryStringParameters": {"q": "a b"}, "headers": {"x-given": "h"}, "body": "hello"}"#;
    fs::write(cloud.path("event.json"), event).unwrap();
    let invoke = |more: &str| cloud.json(&format!("function invoke f --data @event.json {more}"));
    assert_eq!(body(&invoke("")), "second latest /p?q=a%20b hello h latest");
    assert_eq!(body(&invoke("--version v1")), "first v1 /p?q=a%20b hello h v1");
    assert_eq!(body(&invoke("--alias prod")), "first v1 /p?q=a%20b hello h v1");
    cloud
        .fgctl("function aliases update f prod --additional latest=100")
        .success();
    assert_eq!(body(&invoke("--alias prod")), "second latest /p?q=a%20b hello h latest");
    let logged = invoke("--log");
    let log = logged["log"].as_str().unwrap();
    assert!(
        log.contains("Start invoke request") && log.contains("billing memory: 128MB"),
        "{log}"
    );
    let table = cloud.fgctl("function invoke f --log").success().stdout;
    assert!(
        table.contains("HTTP status: 200") && table.contains("Finish invoke request"),
        "{table}"
    );

    // A trigger on the alias goes where the alias leads.
    cloud.fgctl("function aliases update f prod --no-additional").success();
    let urn = cloud.json("function aliases list f")[0]["alias_urn"]
        .as_str()
        .unwrap()
        .to_owned();
    let gateway = cloud.json("gateway list")[0]["id"].as_str().unwrap().to_owned();
    let group = cloud.json("group get APIGroup_ws --gateway apig-ws")["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let trigger = serde_json::json!({"trigger_type_code": "DEDICATEDGATEWAY", "event_data": {
        "name": "API_f", "type": 1, "path": "/f", "protocol": "HTTP", "req_method": "GET", "match_mode": "SWA",
        "group_id": group, "env_name": "RELEASE", "env_id": "DEFAULT_ENVIRONMENT_RELEASE_ID", "auth": "NONE",
        "instance_id": gateway, "func_info": {"timeout": 5000}
    }});
    let path = format!(
        "/v2/{{project_id}}/fgs/triggers/{}",
        urn.replace(':', "%3A").replace('!', "%21")
    );
    let made = cloud
        .run(["request", "POST", &path, "--body", &trigger.to_string()])
        .success()
        .json();
    let url = made["event_data"]["invoke_url"].as_str().unwrap().to_owned();
    let asked = std::process::Command::new("python3")
        .args(["-c", "import sys, urllib.request as u; print(u.build_opener(u.ProxyHandler({})).open(sys.argv[1]).read().decode())", &url])
        .output()
        .unwrap();
    assert_eq!(
        String::from_utf8_lossy(&asked.stdout),
        "first v1 /f  None v1\n",
        "{asked:?}"
    );

    let statistics = "/v2/{project_id}/fgs/functions/f/statistics/60";
    let counted = cloud.run(["request", "GET", statistics]).success().json();
    let calls: f64 = counted["count"]
        .as_array()
        .unwrap()
        .iter()
        .map(|point| point["value"].as_f64().unwrap())
        .sum();
    assert!((calls - 7.0).abs() < 0.5, "{counted}");
    assert!(counted["max_duration"][0]["value"].as_f64().unwrap() > 0.0);
    let requests = cloud.json("local requests");
    assert_eq!(
        requests
            .as_array()
            .unwrap()
            .iter()
            .filter(|request| request["group"] == "(API)")
            .count(),
        6
    );
}

#[test]
fn a_call_that_fails_says_so() {
    let cloud = Cloud::start();
    let _port = FunctionPort::hold_for(&cloud);
    function_folder(&cloud.path("code"), "#!/bin/sh\nexit 3\n", &[("index.js", "")]);
    cloud.fgctl("function create f --code code").success();
    let run = cloud.fgctl("function invoke f");
    assert_eq!(run.status, 1, "{run:?}");
    assert!(
        run.stdout.contains("exit status: 3") || run.stdout.contains("exit status 3"),
        "{run:?}"
    );
    run.says(&["the function f failed", "fgctl function invoke f --log"]);
    cloud.fgctl("function update f --max-instances 0").success();
    let run = cloud.fgctl("function invoke f");
    assert!(run.status == 1 && run.stdout.contains("disabled"), "{run:?}");
    cloud
        .fgctl("function invoke f --async")
        .failure(6, &["FSS.0400", "cannot be called asynchronously"]);
    cloud
        .fgctl("function invoke f --data {")
        .failure(2, &["--data is no JSON"]);
    cloud
        .fgctl("function invoke f --data 1")
        .failure(1, &["no JSON object"]);
    cloud.fgctl("function invoke f --version v9").failure(4, &["FSS.1052"]);
    cloud
        .fgctl("function invoke g")
        .failure(4, &["there is no function `g`"]);
    cloud
        .fgctl("function create e --type event --runtime Node.js20.15 --handler index.handler --code code")
        .success();
    cloud
        .fgctl("function invoke e")
        .failure(6, &["FSS.0503", "no runtime `Node.js20.15`"]);
    let accepted = cloud.json("function invoke e --async");
    assert_eq!(accepted["request_id"].as_str().unwrap().len(), 36);
}

#[test]
fn quotas_tell_what_there_may_be() {
    let cloud = Cloud::start();
    http_function(&cloud);
    cloud.fgctl("function create f --code code").success();
    let quotas = cloud.json("function quotas");
    let functions = quotas
        .as_array()
        .unwrap()
        .iter()
        .find(|quota| quota["type"] == "fgs_func_num")
        .unwrap();
    assert_eq!((&functions["quota"], &functions["used"]), (&400.into(), &1.into()));
    assert!(cloud.fgctl("function quotas").success().stdout.contains("10240 MB"));
    cloud
        .fgctl("function quotas --endpoint http://127.0.0.1:1")
        .failure(6, &["127.0.0.1:1"]);
}
