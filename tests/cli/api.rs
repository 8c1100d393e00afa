//! `fgctl api`.

use crate::support::{Cloud, http_function};

fn ready() -> Cloud {
    let cloud = Cloud::start().with_gateway();
    http_function(&cloud);
    cloud.fgctl("function create f --code code").success();
    cloud
        .fgctl("trigger create API_f --function f --gateway apig-ws --group APIGroup_ws --auth none --path /f")
        .success();
    cloud
}

#[test]
fn update_publish_unpublish_and_delete() {
    let cloud = ready();
    let api = cloud.json("api get API_f --gateway apig-ws");
    assert_eq!(api["func_info"]["network_type"], "V1");
    assert_eq!(api["run_env_name"], "RELEASE", "a trigger publishes what it makes");

    let update = "api update API_f --gateway apig-ws --network-architecture v2 --invocation-mode sync --timeout 60000";
    let updated = cloud
        .fgctl(&format!("{update} -o json"))
        .success()
        .says(&["fgctl api publish API_f --gateway apig-ws"])
        .json();
    assert_eq!(updated["func_info"]["network_type"], "V2");
    assert_eq!(updated["func_info"]["timeout"], 60000);
    assert_eq!(
        updated["req_uri"], "/f",
        "an update replaces the whole API, and all of it is sent back"
    );
    cloud.fgctl(update).success().says(&["nothing to change"]);
    let all = "api update API_f --gateway apig-ws --auth iam --protocol both --method any --path /f/g --matching exact --cors on --remark text";
    let changed = cloud.json(all);
    for (name, expected) in [
        ("auth_type", "IAM"),
        ("req_protocol", "BOTH"),
        ("req_method", "ANY"),
        ("req_uri", "/f/g"),
        ("match_mode", "NORMAL"),
        ("remark", "text"),
    ] {
        assert_eq!(changed[name], expected, "{name}");
    }
    assert_eq!(
        (&changed["cors"], &changed["func_info"]["timeout"]),
        (&true.into(), &60000.into())
    );
    cloud.fgctl(all).success().says(&["nothing to change"]);
    let shown = cloud.fgctl("api get API_f --gateway apig-ws").success().stdout;
    for text in ["BOTH ANY /f/g", "CORS:", "on", "V2", "60000 ms", "RELEASE"] {
        assert!(shown.contains(text), "`{text}` is not in {shown}");
    }
    cloud
        .fgctl("api update API_f --gateway apig-ws --auth none")
        .success()
        .says(&["anybody may call"]);

    let published = cloud.json("api publish API_f --gateway apig-ws --environment RELEASE --remark text");
    assert_eq!(published["api_name"], "API_f");
    cloud
        .fgctl("api delete API_f --gateway apig-ws --yes")
        .failure(5, &["APIG.3416", "fgctl api unpublish"]);
    cloud.fgctl("api unpublish API_f --gateway apig-ws --yes").success();
    cloud
        .fgctl("api unpublish API_f --gateway apig-ws --yes")
        .failure(4, &["APIG.3015"]);
    assert!(
        cloud
            .fgctl("api list --gateway apig-ws")
            .success()
            .stdout
            .contains("no\n")
    );
    cloud.fgctl("api delete API_f --gateway apig-ws --yes").success();
    assert_eq!(cloud.count("api list --gateway apig-ws"), 0);
}

#[test]
fn refusals() {
    let cloud = ready();
    cloud
        .fgctl("api update API_f --gateway apig-ws")
        .failure(2, &["nothing to change"]);
    let longer = "api update API_f --gateway apig-ws --timeout 90000";
    cloud
        .fgctl(longer)
        .failure(1, &["needs the network architecture V2", "--network-architecture v2"]);
    cloud.fgctl(&format!("{longer} --network-architecture v2")).failure(
        1,
        &["60000 ms", "fgctl gateway feature set apig-ws backend_timeout 90000"],
    );
    cloud
        .fgctl("gateway feature set apig-ws backend_timeout 90000")
        .success();
    cloud.fgctl(&format!("{longer} --network-architecture v2")).success();
    cloud
        .fgctl("api update API_f --gateway apig-ws --timeout 600001")
        .failure(2, &["backend timeout `600001`"]);
    cloud
        .fgctl("api update API_f --gateway apig-ws --timeout 0")
        .failure(2, &["backend timeout `0`"]);
    cloud
        .fgctl("api get API_g --gateway apig-ws")
        .failure(4, &["there is no API `API_g` on the gateway `apig-ws`", "`API_f`"]);
    cloud
        .fgctl("api publish API_f --gateway apig-ws --environment TEST")
        .failure(4, &["there is no environment `TEST`"]);
}
