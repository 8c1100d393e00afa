//! Publishing several APIs at once, what runs, and how many APIs there may be.

use super::api::{Bench, RELEASE};
use super::{Cloud, GATEWAYS, with};
use crate::local::store::records::{APIS, ApiRecord, GROUPS, GroupRecord, TRANSITIONS, TransitionRecord};
use crate::local::store::{Read, Reader, StoreError, Writer};
use crate::wire::api::Api;
use crate::wire::group::Group;
use serde_json::json;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

#[tokio::test]
async fn a_batch_tells_of_each_api() {
    let bench = Bench::new().await;
    let cloud = &bench.cloud;
    let one = bench.create().await;
    let other = with(bench.new.clone(), json!({"name": "API_other", "req_uri": "/other"}));
    let two = cloud.post(&bench.apis(), other).await.is(201)["id"].clone();
    let publish = format!("{}/publish", bench.apis());
    let online = format!("{publish}?action=online");
    let body = json!({"apis": [one, two, "none"], "env_id": RELEASE, "remark": "all"});
    let outcome = cloud.post(&online, body).await.is(200);
    assert_eq!(outcome["success"].as_array().unwrap().len(), 2);
    assert_eq!(outcome["failure"][0]["error_code"], "APIG.3002");
    let group = json!({"group_id": bench.group, "env_id": RELEASE});
    let offline = format!("{publish}?action=offline");
    let outcome = cloud.post(&offline, group.clone()).await.is(200);
    assert_eq!(outcome["success"].as_array().unwrap().len(), 2);
    let outcome = cloud.post(&offline, group).await.is(200);
    assert_eq!(
        (
            &outcome["failure"][0]["error_code"],
            outcome["success"].as_array().unwrap().len()
        ),
        (&json!("APIG.3015"), 0)
    );
    let many: Vec<String> = (0..1001).map(|n| n.to_string()).collect();
    for (target, body, code) in [
        (&online, json!({"env_id": RELEASE}), "APIG.2001"),
        (&online, json!({"apis": [one]}), "APIG.2001"),
        (&online, json!({"apis": many, "env_id": RELEASE}), "APIG.2004"),
        (
            &format!("{publish}?action=up"),
            json!({"apis": [one], "env_id": RELEASE}),
            "APIG.2012",
        ),
    ] {
        cloud.post(target, body).await.refused(400, code);
    }
}

#[tokio::test]
async fn what_runs_is_not_what_is_edited() {
    let bench = Bench::new().await;
    let cloud = &bench.cloud;
    let api = bench.create().await;
    let runtime = format!("{}/runtime/{api}?env_id={RELEASE}", bench.apis());
    cloud.get(&runtime).await.refused(404, "APIG.3015");
    bench.publish("online", &api, RELEASE).await.is(201);
    let edited = with(bench.new.clone(), json!({"req_uri": "/edited"}));
    cloud.put(&format!("{}/{api}", bench.apis()), edited).await.is(200);
    let running = cloud.get(&runtime).await.is(200);
    assert_eq!(
        (&running["req_uri"], &running["run_env_name"], &running["group_name"]),
        (&json!("/demo"), &json!("RELEASE"), &json!("APIGroup_ws"))
    );
}

#[tokio::test]
async fn names_and_paths_are_checked() {
    let bench = Bench::new().await;
    let cloud = &bench.cloud;
    let api = bench.create().await;
    let check = format!("{}/check", bench.apis());
    let name = json!({"type": "name", "name": "API_demo", "group_id": bench.group});
    let path = json!({
        "type": "path", "req_method": "GET", "req_uri": "/demo", "match_mode": "SWA", "group_id": bench.group
    });
    cloud.post(&check, name.clone()).await.refused(400, "APIG.3202");
    cloud.post(&check, path.clone()).await.refused(400, "APIG.3301");
    for free in [
        with(name.clone(), json!({"name": "API_free"})),
        with(name.clone(), json!({"api_id": api})),
        with(path.clone(), json!({"api_id": api})),
        with(path.clone(), json!({"match_mode": "NORMAL"})),
        with(path.clone(), json!({"req_method": "POST"})),
    ] {
        cloud.post(&check, free).await.is(204);
    }
    cloud
        .post(&check, with(path, json!({"req_uri": null})))
        .await
        .refused(400, "APIG.2001");
    cloud
        .post(&check, with(name, json!({"type": "id"})))
        .await
        .refused(400, "APIG.2012");
}

#[tokio::test]
async fn a_longer_backend_timeout_needs_the_gateways_feature() {
    let bench = Bench::new().await;
    let cloud = &bench.cloud;
    let function = |timeout: i64, network: &str| {
        let function = with(
            bench.new["func_info"].clone(),
            json!({"timeout": timeout, "network_type": network}),
        );
        with(bench.new.clone(), json!({"func_info": function}))
    };
    let message = cloud
        .post(&bench.apis(), function(60_001, "V2"))
        .await
        .refused(400, "APIG.2012");
    assert!(message.contains("backend_timeout"), "{message}");
    let feature = json!({"name": "backend_timeout", "enable": true, "config": "{\"max_timeout\": 120000}"});
    cloud
        .post(&format!("{GATEWAYS}/{}/features", bench.gateway), feature)
        .await
        .is(201);
    cloud
        .post(&bench.apis(), function(60_001, "V1"))
        .await
        .refused(400, "APIG.2012");
    cloud
        .post(&bench.apis(), function(120_001, "V2"))
        .await
        .refused(400, "APIG.2012");
    let api = cloud.post(&bench.apis(), function(120_000, "V2")).await.is(201);
    assert_eq!(api["func_info"]["timeout"], 120_000);
}

#[tokio::test]
async fn there_is_room_for_so_many() {
    let bench = Bench::new().await;
    let cloud = &bench.cloud;
    let parameters: Vec<_> = (0..51)
        .map(|n| json!({"name": format!("p{n}"), "type": "STRING", "location": "QUERY"}))
        .collect();
    let new = with(bench.new.clone(), json!({"req_params": parameters}));
    cloud.post(&bench.apis(), new).await.refused(403, "APIG.3111");

    let api = |id: &str, group: &str| ApiRecord {
        instance_id: bench.gateway.clone(),
        api: Api {
            id: id.to_owned(),
            group_id: group.to_owned(),
            ..Api::default()
        },
    };
    fill(cloud, |writer| {
        for n in 0..250 {
            writer.put(&APIS, &format!("a{n}"), &api(&format!("a{n}"), "elsewhere"))?;
        }
        Ok(())
    });
    cloud
        .post(&bench.apis(), bench.new.clone())
        .await
        .refused(403, "APIG.3102");

    fill(cloud, |writer| {
        for n in 0..1499 {
            let id = format!("g{n}");
            let group = Group {
                id: id.clone(),
                name: id.clone(),
                ..Group::default()
            };
            let record = GroupRecord {
                instance_id: bench.gateway.clone(),
                group,
                port: 1,
            };
            writer.put(&GROUPS, &id, &record)?;
        }
        Ok(())
    });
    let groups = format!("{GATEWAYS}/{}/api-groups", bench.gateway);
    cloud
        .post(&groups, json!({"name": "one_more"}))
        .await
        .refused(403, "APIG.3101");
}

/// A gateway of the largest edition has room for more APIs than a group has.
#[tokio::test]
async fn a_group_has_room_for_a_thousand() {
    let cloud = Cloud::new();
    cloud.function("f").await;
    let spec = with(cloud.new_gateway("large"), json!({"spec_id": "PLATINUM"}));
    let gateway = cloud.post(GATEWAYS, spec).await.is(202)["instance_id"].clone();
    let gateway = gateway.as_str().unwrap();
    let group = cloud.group(gateway, "one_1").await;
    fill(&cloud, |writer| {
        for n in 0..1000 {
            let record = ApiRecord {
                instance_id: gateway.to_owned(),
                api: Api {
                    id: n.to_string(),
                    group_id: group.clone(),
                    name: format!("API_{n}"),
                    req_uri: format!("/{n}"),
                    ..Api::default()
                },
            };
            writer.put(&APIS, &n.to_string(), &record)?;
        }
        Ok(())
    });
    let new = json!({
        "group_id": group, "name": "API_demo", "type": 1, "req_protocol": "HTTPS", "req_method": "GET",
        "req_uri": "/demo", "auth_type": "NONE", "backend_type": "FUNCTION",
        "func_info": {"function_urn": super::urn("f"), "invocation_type": "sync", "timeout": 5000}
    });
    let target = format!("{GATEWAYS}/{gateway}/apis");
    cloud.post(&target, new).await.refused(403, "APIG.3125");
}

fn fill(cloud: &Cloud, write: impl Fn(&Writer) -> Result<(), StoreError>) {
    cloud.context.store.write(write).unwrap();
}

#[tokio::test]
async fn callers_see_what_ran_before_until_the_delay_is_over() {
    let bench = Bench::of(Cloud::with_publish_delay(Duration::from_secs(3600))).await;
    let api = bench.create().await;
    let transitions = || -> Vec<TransitionRecord> {
        let read = |reader: &Reader| reader.scan(&TRANSITIONS, "");
        bench.cloud.context.store.read::<_, StoreError>(read).unwrap()
    };
    bench.publish("online", &api, RELEASE).await.is(201);
    assert!(transitions()[0].before.is_none(), "nothing ran before");
    let edited = with(bench.new.clone(), json!({"req_uri": "/edited"}));
    bench
        .cloud
        .put(&format!("{}/{api}", bench.apis()), edited)
        .await
        .is(200);
    bench.publish("online", &api, RELEASE).await.is(201);
    assert!(transitions()[0].before.is_none(), "and nothing is seen yet");
    let shown = bench.cloud.get(&format!("{}/{api}", bench.apis())).await.is(200);
    assert_eq!(shown["run_env_name"], "RELEASE", "the management plane knows at once");
}

/// The port answers what it was asked, and whether it was told who debugs.
#[tokio::test]
async fn debugging_calls_the_groups_port() {
    let bench = Bench::new().await;
    let api = bench.create().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    fill(&bench.cloud, |writer| {
        let mut record: GroupRecord = writer.get(&GROUPS, &bench.group)?.unwrap();
        record.port = port;
        writer.put(&GROUPS, &bench.group, &record)
    });
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut asked = vec![0; 4096];
        let length = stream.read(&mut asked).await.unwrap();
        let asked = String::from_utf8_lossy(&asked[..length]).into_owned();
        let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{asked}", asked.len());
        stream.write_all(answer.as_bytes()).await.unwrap();
    });
    let debug = format!("{}/debug/{api}", bench.apis());
    let call = json!({
        "mode": "DEVELOPER", "scheme": "HTTPS", "method": "GET", "path": "/demo", "query": {"a": ["1", "2 3"]},
        "header": {"X-Own": ["yes"], "Connection": ["upgrade"]}
    });
    let answer = bench.cloud.post(&debug, call.clone()).await.is(200);
    let (request, response) = (
        answer["request"].as_str().unwrap(),
        answer["response"].as_str().unwrap(),
    );
    assert!(request.starts_with("GET /demo?a=1&a=2%203 HTTP/1.1\r\n"), "{request}");
    assert!(
        request.contains(&format!("host: {}.apic", bench.group)) && !request.contains("x-debugged"),
        "{request}"
    );
    for text in [
        "HTTP/1.1 200 OK\r\n",
        "x-own: yes",
        "connection: close",
        &format!("x-debugged: {api}"),
    ] {
        assert!(response.contains(text), "`{text}` is not in {response}");
    }
    assert!(answer["latency"].is_i64() && answer["log"].as_str().unwrap().contains("200"));
    let gone = bench.cloud.post(&debug, call.clone()).await.is(200);
    assert!(gone["log"].as_str().unwrap().starts_with("not answered"), "{gone}");
    for (change, code) in [
        (json!({"mode": "MARKET"}), "APIG.2012"),
        (json!({"method": "ANY"}), "APIG.2012"),
        (json!({"path": "demo"}), "APIG.2012"),
        (json!({"header": {"X-Stage": ["a"]}}), "APIG.2012"),
        (json!({"query": {"1": ["a"]}}), "APIG.2012"),
        (json!({"scheme": null}), "APIG.2001"),
        (json!({"body": "x".repeat(2_097_153)}), "APIG.2003"),
    ] {
        bench
            .cloud
            .post(&debug, with(call.clone(), change))
            .await
            .refused(400, code);
    }
}
