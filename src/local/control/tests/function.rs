//! Functions: creation, configuration, lists, deletion.

use super::{Cloud, PROJECT, SWITCH, base64, new_function, urn, with, zip};
use crate::local::store::records::{FUNCTIONS as FUNCTIONS_KEPT, FunctionRecord};
use crate::local::store::{StoreError, Writer};
use serde_json::{Value, json};

const FUNCTIONS: &str = "/v2/{p}/fgs/functions";

fn config(name: &str) -> String {
    format!("{FUNCTIONS}/{}/config", urn(name))
}

#[tokio::test]
async fn a_new_function_answers_with_every_member_of_the_sample() {
    let cloud = Cloud::new();
    let sent = with(
        new_function("WebSocket-demo"),
        json!({"some_new_switch": {"a": 1}, "digest": "mine"}),
    );
    let function = cloud.post(FUNCTIONS, sent).await.is(200);
    for name in "func_id resource_id func_urn func_name domain_id namespace project_name package runtime timeout \
                 handler memory_size gpu_memory cpu code_type code_url code_filename code_size domain_names user_data \
                 encrypted_user_data digest version image_name xrole app_xrole description last_modified \
                 ephemeral_storage func_vpc mount_config reserved_instance_count depend_list depend_version_list \
                 strategy_config extend_config dependencies initializer_timeout pre_stop_timeout \
                 enterprise_project_id long_time log_group_id log_stream_id type enable_cloud_debug \
                 enable_dynamic_memory is_stateful_function custom_image is_bridge_function apig_route_enable \
                 enable_class_isolation allow_ephemeral_storage network_controller is_return_stream \
                 enable_auth_in_header enable_lts_log some_new_switch"
        .split_whitespace()
        .chain([SWITCH])
    {
        assert!(function.get(name).is_some(), "{name}");
    }
    assert_eq!(function["func_urn"], format!("{}:latest", urn("WebSocket-demo")));
    assert_eq!(
        (&function["cpu"], &function["namespace"]),
        (&json!(600), &json!(PROJECT))
    );
    assert_eq!(
        function["strategy_config"],
        json!({"concurrency": 400, "concurrent_num": 1})
    );
    assert_eq!(function["digest"].as_str().unwrap().len(), 128);
    assert_eq!(
        (&function[SWITCH], &function["long_time"]),
        (&json!(false), &json!(false))
    );
    assert!(function["last_modified"].as_str().unwrap().ends_with("+08:00"));
    assert!(function["image_name"].as_str().unwrap().starts_with("latest-"));
    assert_eq!(cloud.get(&config("WebSocket-demo")).await.is(200), function);
}

fn mounts(user: i64, paths: &[&str]) -> Value {
    let mounts: Vec<Value> = paths
        .iter()
        .map(|path| json!({"mount_type": "sfs", "local_mount_path": path}))
        .collect();
    json!({"mount_config": {"mount_user": {"user_id": user, "user_group_id": -1}, "func_mounts": mounts}})
}

#[tokio::test]
async fn creation_is_checked_in_the_services_order() {
    let cloud = Cloud::new();
    cloud.function("taken").await;
    let vpc = json!({"vpc_id": "v", "subnet_id": "s"});
    let vpc_id = cloud.get("/v1/{p}/vpcs").await.is(200)["vpcs"][0]["id"].clone();
    for (change, status, expected) in [
        (json!({"func_name": "1a", "runtime": "x"}), 400, "FSS.1002"),
        (json!({"package": "a b"}), 400, "FSS.1004"),
        (json!({"runtime": "x", "handler": ""}), 400, "FSS.1005"),
        (json!({"type": "v1"}), 400, "FSS.0400"),
        (json!({"handler": "index.handler", "memory_size": 1}), 400, "FSS.1003"),
        (json!({"runtime": "Node.js12.13"}), 400, "FSS.1003"),
        (json!({"memory_size": 129, "timeout": 1}), 400, "FSS.1007"),
        (json!({"timeout": 2, "user_data": "x"}), 400, "FSS.1008"),
        (json!({"user_data": "x", "code_type": "x"}), 400, "FSS.1009"),
        (json!({"encrypted_user_data": "[]"}), 400, "FSS.1009"),
        (json!({"description": "x".repeat(513)}), 400, "FSS.1019"),
        (json!({"func_vpc": vpc}), 400, "FSS.1020"),
        (json!({"func_vpc": vpc, "xrole": "r"}), 400, "FSS.1036"),
        (
            json!({"func_vpc": {"vpc_id": vpc_id, "subnet_id": "s"}, "xrole": "r"}),
            400,
            "FSS.1037",
        ),
        (json!({"app_xrole": "r".repeat(65)}), 400, "FSS.1021"),
        (json!({"initializer_handler": "i.h"}), 400, "FSS.1405"),
        (
            json!({"initializer_handler": "i.h", "initializer_timeout": 301}),
            400,
            "FSS.1405",
        ),
        (json!({"initializer_timeout": 3}), 400, "FSS.1404"),
        (json!({"pre_stop_timeout": 91}), 400, "FSS.0400"),
        (mounts(0, &["/a"]), 400, "FSS.1075"),
        (mounts(1000, &["/a"]), 400, "FSS.1075"),
        (mounts(5, &["a"]), 400, "FSS.1039"),
        (mounts(5, &["/a", "/a"]), 400, "FSS.1038"),
        (mounts(5, &["/a", "/b", "/c", "/d", "/e", "/f"]), 403, "FSS.1049"),
        (json!({SWITCH: "on"}), 400, "FSS.0400"),
        (json!({"code_type": "Custom-Image-Swr"}), 400, "FSS.1006"),
        (json!({"code_type": "obs"}), 400, "FSS.1010"),
        (
            json!({"code_type": "obs", "code_url": "https://b.obs.cn-east-3.myhuaweicloud.com/k"}),
            404,
            "FSS.1054",
        ),
        (json!({"func_code": null}), 400, "FSS.1012"),
        (json!({"code_filename": null}), 400, "FSS.1078"),
        (json!({"func_code": {"file": "*"}}), 400, "FSS.1011"),
        (json!({"func_code": {"file": base64(b"no zip")}}), 400, "FSS.1011"),
        (json!({"func_code": {"file": zip("../x", "")}}), 400, "FSS.1011"),
        (
            json!({"code_type": "inline", "func_code": {"file": base64(&[b'x'; 10241])}}),
            413,
            "FSS.1072",
        ),
        (json!({"func_name": "taken"}), 409, "FSS.1061"),
        (json!({"depend_version_list": ["no-such"]}), 404, "FSS.1056"),
        (json!({"depend_version_list": vec!["x"; 21]}), 400, "FSS.0400"),
    ] {
        let answer = cloud.post(FUNCTIONS, with(new_function("f"), change.clone())).await;
        assert_eq!(
            (answer.status, &answer.body["error_code"]),
            (status, &json!(expected)),
            "{change}: {answer:?}"
        );
    }
    assert_eq!(cloud.get(FUNCTIONS).await.is(200)["count"], 1);
}

#[tokio::test]
async fn an_update_of_the_configuration_resets_and_keeps_as_the_services_does() {
    let cloud = Cloud::new();
    cloud.function("f").await;
    let base = json!({"runtime": "http", "handler": "bootstrap", "timeout": 1000, "memory_size": 128});
    let full = json!({
        "xrole": "r", "app_xrole": "e", "description": "d", "enable_lts_log": true, "strategy_config": {"concurrency": 7},
        "log_config": {"group_id": "g1", "stream_id": "s1"}, "encrypted_user_data": "{\"PASSWORD\":\"p\"}",
        "enable_dynamic_memory": true, "gpu_memory": 1024, SWITCH: true, "novel": [1], "ephemeral_storage": 10240,
        "network_controller": {"disable_public_network": true, "trigger_access_vpcs": []}, "user_data": "{\"A\":\"b\"}"
    });
    let one = cloud.put(&config("f"), with(base.clone(), full)).await.is(200);
    assert_eq!((&one["cpu"], &one["long_time"]), (&json!(300), &json!(true)));
    assert_eq!(
        (&one["log_group_id"], &one["log_stream_id"]),
        (&json!("g1"), &json!("s1"))
    );
    assert_eq!(one["encrypted_user_data"], "{\"PASSWORD\":\"\"}");
    assert_eq!(one["strategy_config"], json!({"concurrency": 7, "concurrent_num": 1}));

    let two = json!({"xrole": "r", "strategy_config": {"concurrent_num": 9}});
    let answered = cloud.put(&config("f"), with(base.clone(), two)).await.is(200);
    // The service's own answer to an update leaves members out.
    for absent in [
        "network_controller",
        "depend_version_list",
        "gpu_type",
        "apig_route_enable",
    ] {
        assert!(answered.get(absent).is_none(), "{absent}");
    }
    let two = cloud.get(&config("f")).await.is(200);
    assert_eq!(two["strategy_config"], json!({"concurrency": 7, "concurrent_num": 9}));
    let open = json!({"disable_public_network": false, "trigger_access_vpcs": []});
    for (name, expected) in [
        ("enable_dynamic_memory", json!(false)),
        ("gpu_memory", json!(0)),
        ("user_data", json!("")),
        ("encrypted_user_data", json!("")),
        ("network_controller", open),
        ("enable_lts_log", json!(true)),
        ("log_group_id", json!("g1")),
        ("app_xrole", json!("e")),
        ("description", json!("d")),
        ("ephemeral_storage", json!(10240)),
        ("novel", json!([1])),
        (SWITCH, json!(true)),
    ] {
        assert_eq!(two[name], expected, "{name}");
    }
    cloud.put(&config("f"), base).await.is(200);
    let three = cloud.get(&config("f")).await.is(200);
    let logging = (&three["xrole"], &three["enable_lts_log"], &three["log_group_id"]);
    assert_eq!(logging, (&json!(""), &json!(false), &json!("")));
}

#[tokio::test]
async fn an_update_of_the_configuration_is_checked() {
    let cloud = Cloud::new();
    cloud.function("f").await;
    let base = json!({"runtime": "http", "handler": "bootstrap", "timeout": 30, "memory_size": 128});
    for (change, expected) in [
        (json!({"runtime": "Node.js12.13"}), "FSS.0400"),
        (json!({"func_name": "g"}), "FSS.0400"),
        (json!({"package": "p"}), "FSS.0400"),
        (json!({"timeout": null}), "FSS.0400"),
        (json!({"timeout": 259_201}), "FSS.1008"),
        (json!({"handler": "x"}), "FSS.1003"),
        (json!({"memory_size": 1}), "FSS.1007"),
        (json!({"strategy_config": {"concurrency": 1001}}), "FSS.1026"),
        (json!({"strategy_config": {"concurrent_num": 0}}), "FSS.1026"),
        (json!({"enable_lts_log": "yes"}), "FSS.0400"),
        (json!({SWITCH: 1}), "FSS.0400"),
    ] {
        let answer = cloud.put(&config("f"), with(base.clone(), change.clone())).await;
        assert_eq!(
            (answer.status, &answer.body["error_code"]),
            (400, &json!(expected)),
            "{change}"
        );
    }
    cloud.put(&config("g"), base).await.refused(404, "FSS.1051");
    let event = json!({
        "func_name": "event", "runtime": "Node.js12.13", "handler": "index.handler", "timeout": 3, "memory_size": 128,
        "code_type": "inline", "func_code": {"file": base64(b"exports")}, SWITCH: true
    });
    let message = cloud.post(FUNCTIONS, event).await.refused(400, "FSS.0400");
    assert!(message.contains("only supported by HTTP functions"), "{message}");
}

#[tokio::test]
async fn a_function_is_addressed_by_every_form_of_its_urn() {
    let cloud = Cloud::new();
    cloud.function("f").await;
    let full = urn("f");
    let encoded = full.replace(':', "%3A");
    for form in [
        "f",
        "default:f",
        &format!("{PROJECT}:default:f"),
        &format!("{PROJECT}:default:f:latest"),
        &full,
        &encoded,
        &format!("{encoded}%3Alatest"),
    ] {
        cloud.get(&format!("{FUNCTIONS}/{form}/config")).await.is(200);
    }
    let other = "ffffffffffffffffffffffffffffffff";
    for (form, status, expected) in [
        ("g".to_owned(), 404, "FSS.1051"),
        ("f:v1".to_owned(), 404, "FSS.1051"),
        (full.replace(PROJECT, other), 404, "FSS.1051"),
        (format!("{full}:v1"), 404, "FSS.1052"),
        (format!("{full}:!prod"), 404, "FSS.1053"),
        (format!("{encoded}%3A%21prod"), 404, "FSS.1053"),
        ("a:b:c:d:e".to_owned(), 400, "FSS.1309"),
        (format!("{full}:a:b"), 400, "FSS.1309"),
    ] {
        cloud
            .get(&format!("{FUNCTIONS}/{form}/config"))
            .await
            .refused(status, expected);
    }
}

#[tokio::test]
async fn lists_are_filtered_and_paged() {
    let cloud = Cloud::new();
    for name in ["a-one", "a-two", "b-one"] {
        cloud.function(name).await;
    }
    let names = |body: &Value| -> Vec<String> {
        let functions = body["functions"].as_array().unwrap();
        functions
            .iter()
            .map(|f| f["func_name"].as_str().unwrap().to_owned())
            .collect()
    };
    for (query, expected, next) in [
        ("", &["a-one", "a-two", "b-one"][..], 3),
        ("?func_name=one", &["a-one", "b-one"], 2),
        ("?package_name=other", &[], 0),
        ("?maxitems=2", &["a-one", "a-two"], 2),
        ("?marker=2&maxitems=2", &["b-one"], 3),
    ] {
        let body = cloud.get(&format!("{FUNCTIONS}{query}")).await.is(200);
        assert_eq!(
            (names(&body), &body["next_marker"]),
            (expected.iter().map(|s| (*s).to_owned()).collect(), &json!(next)),
            "{query}"
        );
    }
    cloud
        .get(&format!("{FUNCTIONS}?maxitems=-1"))
        .await
        .refused(400, "FSS.1001");
    let body = cloud.get(FUNCTIONS).await.is(200);
    let item = &body["functions"][0];
    assert_eq!(item["func_vpc_id"], "");
    for absent in ["func_id", SWITCH, "mount_config"] {
        assert!(item.get(absent).is_none(), "{absent}");
    }
    assert!(item["network_controller"].is_null() && item["depend_version_list"].is_null());
}

#[tokio::test]
async fn instances_are_limited_and_functions_deleted() {
    let cloud = Cloud::new();
    cloud.function("f").await;
    let limit = format!("{FUNCTIONS}/{}/config-max-instance", urn("f"));
    let limited = cloud.put(&limit, json!({"max_instance_num": 0})).await.is(200);
    assert_eq!(
        limited["strategy_config"],
        json!({"concurrency": 0, "concurrent_num": 1})
    );
    cloud
        .put(&limit, json!({"max_instance_num": 1001}))
        .await
        .refused(400, "FSS.1026");
    cloud.put(&limit, json!({})).await.refused(400, "FSS.0400");

    let target = format!("{FUNCTIONS}/{}", urn("f"));
    cloud.delete(&format!("{target}:latest")).await.refused(400, "FSS.0400");
    cloud.delete(&format!("{target}:v1")).await.refused(404, "FSS.1052");
    assert!(cloud.delete(&target).await.is(204).is_null());
    cloud.delete(&target).await.refused(404, "FSS.1051");
}

#[tokio::test]
async fn an_account_has_four_hundred_functions_at_most() {
    let cloud = Cloud::new();
    let full = |writer: &Writer| {
        for number in 0..400 {
            writer.put(
                &FUNCTIONS_KEPT,
                &format!("default:n{number}"),
                &FunctionRecord::default(),
            )?;
        }
        Ok::<_, StoreError>(())
    };
    cloud.context.store.write(full).unwrap();
    cloud.post(FUNCTIONS, new_function("f")).await.refused(403, "FSS.1041");
}
