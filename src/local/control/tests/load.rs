//! Many clients at once: what they leave is what each was told.

use super::super::super::store::records::{FUNCTIONS, FunctionRecord, GROUPS};
use super::super::super::store::{Read, StoreError};
use super::{Cloud, GATEWAYS, new_function, urn};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

const CLIENTS: usize = 8;
const ROUNDS: usize = 6;

fn name(client: usize, round: usize) -> String {
    format!("client-{client}-round-{round}")
}

/// Creates functions and groups, deletes every second one of them, and fights with the others for one name.
async fn client(cloud: Arc<Cloud>, number: usize, gateway: String) -> (u32, u32) {
    let groups = format!("{GATEWAYS}/{gateway}/api-groups");
    let (mut created, mut deleted) = (0, 0);
    for round in 0..ROUNDS {
        let name = name(number, round);
        cloud.function(&name).await;
        let group = cloud.group(&gateway, &name.replace('-', "_")).await;
        match cloud.post("/v2/{p}/fgs/functions", new_function("shared")).await.status {
            200 => created += 1,
            status => assert_eq!(status, 409),
        }
        match cloud
            .delete(&format!("/v2/{{p}}/fgs/functions/{}", urn("shared")))
            .await
            .status
        {
            204 => deleted += 1,
            status => assert_eq!(status, 404),
        }
        if round % 2 == 0 {
            cloud
                .delete(&format!("/v2/{{p}}/fgs/functions/{}", urn(&name)))
                .await
                .is(204);
            cloud.delete(&format!("{groups}/{group}")).await.is(204);
        }
    }
    (created, deleted)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eight_clients_that_create_and_delete_at_once_leave_what_they_were_told() {
    let cloud = Arc::new(Cloud::new());
    let gateway = cloud.gateway("gateway").await;
    let clients = (0..CLIENTS).map(|number| tokio::spawn(client(Arc::clone(&cloud), number, gateway.clone())));
    let (mut created, mut deleted) = (0, 0);
    for client in clients.collect::<Vec<_>>() {
        let (more, less) = client.await.unwrap();
        (created, deleted) = (created + more, deleted + less);
    }
    let kept = |number| {
        (0..ROUNDS)
            .filter(|round| round % 2 == 1)
            .map(move |round| name(number, round))
    };
    let mut expected: BTreeSet<String> = (0..CLIENTS).flat_map(kept).collect();
    assert!(created - deleted <= 1, "one name was there {created} - {deleted} times");
    expected.extend((created > deleted).then(|| "shared".to_owned()));
    assert_eq!(listed(&cloud).await, expected);
    let (records, groups) = stored(&cloud);
    assert_eq!(records.keys().cloned().collect::<BTreeSet<_>>(), expected);
    for (name, record) in records {
        assert!(cloud.context.store.blob(&record.blob).exists(), "the code of {name}");
        let target = format!("/v2/{{p}}/fgs/functions/{}/config", urn(&name));
        assert_eq!(
            cloud.get(&target).await.is(200)["digest"],
            json!(record.function.digest)
        );
    }
    let ports: BTreeSet<String> = cloud.ports.open.lock().unwrap().keys().cloned().collect();
    assert_eq!(groups, ports, "a port for each group, and for no other");
    assert_eq!(groups.len(), CLIENTS * ROUNDS / 2 + 1);
}

async fn listed(cloud: &Cloud) -> BTreeSet<String> {
    let list = cloud.get("/v2/{p}/fgs/functions").await.is(200);
    let functions = list["functions"].as_array().unwrap();
    assert_eq!(list["count"], json!(functions.len()));
    functions
        .iter()
        .map(|function| function["func_name"].as_str().unwrap().to_owned())
        .collect()
}

fn stored(cloud: &Cloud) -> (BTreeMap<String, FunctionRecord>, BTreeSet<String>) {
    let read = cloud.context.store.read(|reader| {
        let groups = reader
            .scan(&GROUPS, "")?
            .into_iter()
            .map(|record| record.group.id)
            .collect();
        Ok::<_, StoreError>((reader.scan(&FUNCTIONS, "")?, groups))
    });
    let (functions, groups) = read.unwrap();
    let by_name = functions
        .into_iter()
        .map(|record: FunctionRecord| (record.function.func_name.clone(), record));
    (by_name.collect(), groups)
}

#[tokio::test]
async fn a_page_holds_what_its_filters_ask_for() {
    let cloud = Cloud::new();
    for name in ["one", "two", "three"] {
        cloud.function(name).await;
    }
    let get = async |query: &str| cloud.get(&format!("/v2/{{p}}/fgs/functions?{query}")).await.is(200);
    let names = |list: &Value| -> Vec<String> {
        let functions = list["functions"].as_array().unwrap();
        functions
            .iter()
            .map(|function| function["func_name"].as_str().unwrap().to_owned())
            .collect()
    };
    let page = get("func_name=o&maxitems=1&marker=1").await;
    assert_eq!(
        (names(&page), &page["next_marker"], &page["count"]),
        (vec!["two".to_owned()], &json!(2), &json!(2))
    );
    assert!(names(&get("package_name=other").await).is_empty());
    assert_eq!(names(&get("package_name=default&func_name=thr").await), ["three"]);
    let page = get("marker=9").await;
    assert_eq!(
        (names(&page).len(), &page["next_marker"], &page["count"]),
        (0, &json!(9), &json!(3))
    );
    // What is listed follows every change.
    cloud
        .delete(&format!("/v2/{{p}}/fgs/functions/{}", urn("two")))
        .await
        .is(204);
    assert_eq!(names(&get("").await), ["one", "three"]);
    let limit = json!({"max_instance_num": 7});
    cloud
        .put(
            &format!("/v2/{{p}}/fgs/functions/{}/config-max-instance", urn("one")),
            limit,
        )
        .await
        .is(200);
    assert_eq!(
        get("").await["functions"][0]["strategy_config"]["concurrency"],
        json!(7)
    );
}
