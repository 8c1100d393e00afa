//! Where logs go, statistics, and triggers of the clock and of the shared gateway.

use super::{Cloud, event_function, new_function, urn, with};
use crate::local::Contexts;
use crate::local::control::run_timers;
use crate::local::physics::Pace;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

const FUNCTIONS: &str = "/v2/{p}/fgs/functions";

#[tokio::test]
async fn a_log_goes_where_it_was_told_or_to_a_place_made_for_it() {
    let cloud = Cloud::new();
    cloud.function("silent").await;
    let place = |name: &str| format!("{FUNCTIONS}/{}/lts-log-detail", urn(name));
    let nowhere = json!({"group_name": "", "group_id": "", "stream_name": "", "stream_id": ""});
    assert_eq!(cloud.get(&place("silent")).await.is(200), nowhere);
    let named = json!({"group_name": "g", "group_id": "g1", "stream_name": "s", "stream_id": "s1"});
    let on = with(
        new_function("named"),
        json!({"xrole": "r", "enable_lts_log": true, "log_config": named}),
    );
    let function = cloud.post(FUNCTIONS, on).await.is(200);
    assert_eq!(
        (&function["log_group_id"], &function["log_stream_id"]),
        (&json!("g1"), &json!("s1"))
    );
    assert_eq!(cloud.get(&place("named")).await.is(200), named);
    let on = with(new_function("made"), json!({"xrole": "r", "enable_lts_log": true}));
    let function = cloud.post(FUNCTIONS, on).await.is(200);
    let made = cloud.get(&place("made")).await.is(200);
    assert_eq!(
        (&made["group_id"], &made["stream_name"]),
        (&function["log_group_id"], &json!("made"))
    );
    let config = json!({"runtime": "http", "handler": "bootstrap", "timeout": 9, "memory_size": 128, "xrole": "r"});
    cloud
        .put(&format!("{FUNCTIONS}/{}/config", urn("made")), config)
        .await
        .is(200);
    assert_eq!(cloud.get(&place("made")).await.is(200), made);
    cloud.get(&place("none")).await.refused(404, "FSS.1051");

    let enable = format!("{FUNCTIONS}/enable-lts-logs");
    assert!(cloud.send_text("POST", &enable, "").await.is(200).is_null());
    let message = cloud.send_text("POST", &enable, "").await.refused(400, "FSS.1221");
    assert_eq!(message, "LTS log has been enabled.");
}

#[tokio::test]
async fn what_nobody_called_has_no_duration() {
    let cloud = Cloud::new();
    cloud.function("f").await;
    let of = |period: &str| format!("{FUNCTIONS}/{}/statistics/{period}", urn("f"));
    let statistics = cloud.get(&of("60")).await.is(200);
    assert_eq!(
        (
            &statistics["count"][0]["value"],
            &statistics["max_duration"][0]["value"]
        ),
        (&json!(0.0), &json!(-1.0))
    );
    assert!(statistics["count"][0]["timestamp"].as_i64().unwrap() > 1_700_000_000_000);
    for period in ["0", "x", "99999999"] {
        cloud.get(&of(period)).await.refused(400, "FSS.0400");
    }
    let tenant = |query: &str| format!("{FUNCTIONS}/statistics?{query}");
    let monitor = cloud.get(&tenant("filter=monitor_data&period=5")).await.is(200);
    assert_eq!(monitor["statistics"]["fail_count"][0]["value"], 0.0);
    let months = cloud.get(&tenant("filter=monthly_report&option=2")).await.is(200);
    assert_eq!(months["count"].as_array().unwrap().len(), 3);
    cloud.get(&tenant("filter=all")).await.refused(400, "FSS.0400");
    cloud.get(&tenant("period=5")).await.refused(400, "FSS.0400");
}

fn timer(name: &str, change: Value) -> Value {
    let data = json!({"name": name, "schedule_type": "Rate", "schedule": "3m", "user_event": "hello"});
    json!({"trigger_type_code": "TIMER", "event_data": with(data, change)})
}

/// At a thousand times the speed, a minute is 60 ms: an active timer has called its function, a disabled one has not.
#[tokio::test]
async fn a_timer_calls_its_function_asynchronously_until_it_is_disabled() {
    let cloud = Cloud::new();
    let contexts = Arc::new(Contexts::new(Arc::clone(&cloud.context)));
    let timers = tokio::spawn(run_timers(contexts, Pace::new(1000)));
    for name in ["on", "off"] {
        cloud.post(FUNCTIONS, event_function(name)).await.is(200);
    }
    let triggers = |name: &str| format!("/v2/{{p}}/fgs/triggers/{}", urn(name));
    let calls = async |name: &str| {
        let list = cloud
            .get(&format!("{FUNCTIONS}/{}/async-invocations", urn(name)))
            .await
            .is(200);
        list["invocations"].as_array().unwrap().len()
    };
    let disabled = with(
        timer("t", json!({"schedule": "1m"})),
        json!({"trigger_status": "DISABLED"}),
    );
    cloud.post(&triggers("off"), disabled).await.is(201);
    let made = cloud
        .post(&triggers("on"), timer("t", json!({"schedule": "1m"})))
        .await
        .is(201);
    let twice = async {
        while calls("on").await < 2 {
            cloud.context.store.written.notified().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), twice).await.unwrap();
    assert_eq!(calls("off").await, 0);
    let one = format!("{}/TIMER/{}", triggers("on"), made["trigger_id"].as_str().unwrap());
    cloud.put(&one, json!({"trigger_status": "DISABLED"})).await.is(200);
    assert!(!timers.is_finished());
    timers.abort();
}

#[tokio::test]
async fn timers_are_kept_changed_and_deleted() {
    let cloud = Cloud::new();
    cloud.post(FUNCTIONS, event_function("e")).await.is(200);
    let all = format!("/v2/{{p}}/fgs/triggers/{}", urn("e"));
    let created = cloud.post(&all, timer("t", json!({}))).await.is(201);
    let id = created["trigger_id"].as_str().unwrap();
    assert_eq!((id.len(), &created["trigger_status"]), (36, &json!("ACTIVE")));
    let data = json!({"name": "t", "schedule_type": "Rate", "schedule": "3m", "user_event": "hello", "triggerid": id});
    assert_eq!(created["event_data"], data);
    for (change, status, code) in [
        (json!({"name": ""}), 400, "FSS.1109"),
        (json!({"schedule": "61m"}), 400, "FSS.1109"),
        (json!({"schedule_type": "Cron"}), 400, "FSS.1109"),
        (json!({"schedule_type": "Often"}), 400, "FSS.1109"),
        (json!({"name": "t"}), 409, "FSS.1148"),
    ] {
        cloud.post(&all, timer("u", change)).await.refused(status, code);
    }
    let one = format!("{all}/TIMER/{id}");
    let off = cloud.put(&one, json!({"trigger_status": "DISABLED"})).await.is(200);
    assert_eq!(
        (&off["trigger_status"], &off["event_data"]),
        (&json!("DISABLED"), &data)
    );
    let cron = json!({"event_data": {"name": "t", "schedule_type": "Cron", "schedule": "0 */10 * * * ?"}});
    let changed = cloud.put(&one, cron).await.is(200);
    assert_eq!(
        (&changed["event_data"]["schedule"], &changed["trigger_status"]),
        (&json!("0 */10 * * * ?"), &json!("DISABLED"))
    );
    cloud
        .put(
            &one,
            json!({"event_data": [{"polling_interval": 3}], "trigger_status": "ACTIVE"}),
        )
        .await
        .is(200);
    for (body, code) in [
        (json!({"trigger_status": "on"}), "FSS.0400"),
        (json!({"event_data": "x"}), "FSS.0400"),
        (json!({"event_data": {"name": "u"}}), "FSS.1109"),
        (json!({"event_data": {"schedule": "x"}}), "FSS.1109"),
    ] {
        cloud.put(&one, body).await.refused(400, code);
    }
    for number in 1..10 {
        cloud.post(&all, timer(&format!("t{number}"), json!({}))).await.is(201);
    }
    cloud.post(&all, timer("t10", json!({}))).await.refused(400, "FSS.1306");
    cloud.delete(&one).await.is(204);
    cloud.get(&one).await.refused(404, "FSS.1131");
    cloud.put(&one, json!({})).await.refused(404, "FSS.1131");
    cloud.get(&format!("{all}/CLOCK/{id}")).await.refused(404, "FSS.1137");
    cloud.delete(&all).await.is(204);
    assert_eq!(cloud.get(&all).await.is(200), json!([]));
    cloud
        .delete(&format!("/v2/{{p}}/fgs/triggers/{}", urn("none")))
        .await
        .refused(401, "FSS.0401");
}

#[tokio::test]
async fn a_trigger_of_the_shared_gateway_is_kept_and_told() {
    let cloud = Cloud::new();
    cloud.function("f").await;
    let all = format!("/v2/{{p}}/fgs/triggers/{}", urn("f"));
    let new = |change: Value| {
        let data = json!({
            "name": "API_f", "type": 1, "path": "/f", "protocol": "HTTP", "req_method": "GET", "match_mode": "SWA",
            "group_id": "g", "env_name": "RELEASE", "env_id": "DEFAULT_ENVIRONMENT_RELEASE_ID", "auth": "NONE",
            "sl_domain": "g.apigw.cn-east-3.huaweicloudapis.com", "func_info": {"timeout": 5000}
        });
        json!({"trigger_type_code": "APIG", "event_data": with(data, change)})
    };
    let created = cloud.post(&all, new(json!({}))).await.is(201);
    assert_eq!(
        created["event_data"]["invoke_url"],
        "http://g.apigw.cn-east-3.huaweicloudapis.com/f"
    );
    assert_eq!(created["event_data"]["func_info"]["function_urn"], urn("f"));
    for (change, status, code) in [
        (json!({"group_id": null}), 400, "FSS.1107"),
        (json!({"name": "a-b"}), 400, "FSS.1107"),
        (json!({"protocol": "WS"}), 400, "FSS.1107"),
        (json!({"path": "f"}), 400, "FSS.1107"),
        (json!({"func_info": {"timeout": 60001}}), 400, "FSS.1107"),
        (json!({}), 409, "FSS.1146"),
        (json!({"name": "API_g"}), 409, "FSS.1147"),
    ] {
        cloud.post(&all, new(change)).await.refused(status, code);
    }
    let one = format!("{all}/APIG/{}", created["trigger_id"].as_str().unwrap());
    cloud
        .put(&one, json!({"trigger_status": "DISABLED"}))
        .await
        .refused(400, "FSS.1318");
    cloud
        .put(&one, json!({"event_data": {"path": "/other"}}))
        .await
        .refused(400, "FSS.1318");
    let same = json!({"trigger_status": "ACTIVE", "event_data": {"path": "/f", "func_info": {"timeout": 5000}}});
    cloud.put(&one, same).await.is(200);
    cloud.delete(&one).await.is(204);
    cloud.get(&one).await.refused(404, "FSS.1138");
}
