//! Throttling policies and their bindings.

use super::api::{Bench, RELEASE};
use super::{GATEWAYS, with};
use crate::local::store::StoreError;
use crate::local::store::records::{THROTTLES, ThrottleRecord};
use crate::wire::throttle::Throttle;
use serde_json::json;

#[tokio::test]
async fn a_policy_holds_for_publications() {
    let bench = Bench::new().await;
    let cloud = &bench.cloud;
    let target = format!("{GATEWAYS}/{}/throttles", bench.gateway);
    let new = json!({"name": "slow", "time_unit": "SECOND", "time_interval": 1, "api_call_limits": 100});
    let made = cloud.post(&target, new.clone()).await.is(201);
    assert_eq!(
        (&made["type"], &made["bind_num"], &made["is_inclu_special_throttle"]),
        (&json!(1), &json!(0), &json!(2))
    );
    let id = made["id"].as_str().unwrap();
    let one = format!("{target}/{id}");
    for (change, code) in [
        (json!({}), "APIG.3204"),
        (json!({"name": "a"}), "APIG.2012"),
        (json!({"name": "fast", "time_unit": "WEEK"}), "APIG.2012"),
        (json!({"name": "fast", "api_call_limits": 0}), "APIG.2012"),
        (json!({"name": "fast", "user_call_limits": 101}), "APIG.2012"),
        (
            json!({"name": "fast", "user_call_limits": 50, "app_call_limits": 51}),
            "APIG.2012",
        ),
    ] {
        cloud.post(&target, with(new.clone(), change)).await.refused(400, code);
    }
    let api = bench.create().await;
    let published = bench.publish("online", &api, RELEASE).await.is(201);
    let publish_id = published["publish_id"].clone();
    let bindings = format!("{GATEWAYS}/{}/throttle-bindings", bench.gateway);
    let bind = json!({"strategy_id": id, "publish_ids": [publish_id]});
    let unbound = format!("{bindings}/unbinded-apis?throttle_id={id}");
    assert_eq!(cloud.get(&unbound).await.is(200)["apis"][0]["name"], "API_demo");
    let bound = cloud.post(&bindings, bind.clone()).await.is(201);
    let binding = bound["throttle_applys"][0]["id"].as_str().unwrap();
    assert_eq!(bound["throttle_applys"][0]["scope"], 1);
    assert_eq!(cloud.get(&one).await.is(200)["bind_num"], 1);
    cloud.delete(&one).await.refused(403, "APIG.3451");
    let apis = cloud
        .get(&format!("{bindings}/binded-apis?throttle_id={id}"))
        .await
        .is(200);
    assert_eq!(
        (&apis["apis"][0]["throttle_apply_id"], &apis["apis"][0]["throttle_name"]),
        (&json!(binding), &json!("slow"))
    );
    let policies = cloud
        .get(&format!("{bindings}/binded-throttles?api_id={api}"))
        .await
        .is(200);
    assert_eq!(policies["throttles"][0]["env_name"], "RELEASE");
    cloud.delete(&format!("{bindings}/{binding}")).await.is(204);
    cloud
        .delete(&format!("{bindings}/{binding}"))
        .await
        .refused(404, "APIG.3012");
    let again = cloud.post(&bindings, bind.clone()).await.is(201);
    let again = again["throttle_applys"][0]["id"].clone();
    let several = json!({"throttle_bindings": [again, "none"]});
    let outcome = cloud.put(&format!("{bindings}?action=delete"), several).await.is(200);
    assert_eq!(
        (&outcome["success_count"], &outcome["failure"][0]["bind_id"]),
        (&json!(1), &json!("none"))
    );
    let strange = with(bind.clone(), json!({"strategy_id": "none"}));
    cloud.post(&bindings, strange).await.refused(404, "APIG.3005");
    let strange = with(bind.clone(), json!({"publish_ids": ["none"]}));
    cloud.post(&bindings, strange).await.refused(404, "APIG.3015");
    cloud.post(&bindings, bind).await.is(201);
    bench.publish("offline", &api, RELEASE).await.is(201);
    assert_eq!(
        cloud.get(&one).await.is(200)["bind_num"],
        0,
        "a binding goes with its publication"
    );
    let updated = with(new, json!({"name": "slower", "time_interval": 2}));
    assert_eq!(cloud.put(&one, updated).await.is(200)["time_interval"], 2);
    let listed = cloud.get(&format!("{target}?name=low")).await.is(200);
    assert_eq!(listed["throttles"][0]["name"], "slower");
    cloud.delete(&one).await.is(204);
    cloud.get(&one).await.refused(404, "APIG.3005");
}

#[tokio::test]
async fn a_gateway_has_so_many_policies_at_most() {
    let bench = Bench::new().await;
    let fill = |writer: &crate::local::store::Writer| {
        for n in 0..300 {
            let record = ThrottleRecord {
                instance_id: bench.gateway.clone(),
                throttle: Throttle {
                    id: n.to_string(),
                    ..Throttle::default()
                },
            };
            writer.put(&THROTTLES, &n.to_string(), &record)?;
        }
        Ok::<_, StoreError>(())
    };
    bench.cloud.context.store.write(fill).unwrap();
    let new = json!({"name": "slow", "time_unit": "SECOND", "time_interval": 1, "api_call_limits": 100});
    let target = format!("{GATEWAYS}/{}/throttles", bench.gateway);
    bench.cloud.post(&target, new).await.refused(403, "APIG.3107");
}
