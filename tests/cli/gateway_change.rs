//! `fgctl gateway update`, `public-access` and `feature`, and all of the guide's Table 3 in a creation.

use crate::support::Cloud;
use serde_json::json;

const NETWORK: &str = "--vpc vpc-default --subnet subnet-default --security-group default";

#[test]
fn a_gateway_with_every_parameter() {
    let cloud = Cloud::start();
    let created = cloud.json(&format!(
        "gateway create full {NETWORK} --edition professional --zone cn-east-3a --zone cn-east-3b --public-inbound 5 \
         --public-outbound 10 --maintenance-begin 6 --enterprise-project 0 --description text --yes --wait"
    ));
    for (name, expected) in [
        ("spec", json!("PROFESSIONAL")),
        ("available_zone_ids", json!("[cn-east-3a, cn-east-3b]")),
        ("bandwidth_size", json!(10)),
        ("maintain_begin", json!("06:00:00")),
        ("maintain_end", json!("10:00:00")),
        ("description", json!("text")),
        ("enterprise_project_id", json!("0")),
    ] {
        assert_eq!(created[name], expected, "{name}");
    }
    let table = cloud.fgctl("gateway get full").success().stdout;
    for text in [
        "203.0.113.",
        "(5 Mbit/s)",
        "10 Mbit/s",
        "06:00:00 to 10:00:00",
        "vpc",
        "text",
    ] {
        assert!(
            table.to_lowercase().contains(&text.to_lowercase()),
            "`{text}` is not in {table}"
        );
    }
    for (option, texts) in [
        (
            "--maintenance-begin 7",
            &["maintenance window `07:00`", "02, 06, 10"] as &[&str],
        ),
        ("--public-outbound 0", &["outbound bandwidth `0`"]),
    ] {
        cloud
            .fgctl(&format!("gateway create more {NETWORK} {option} --yes"))
            .failure(2, texts);
    }
}

#[test]
fn no_wait_overrides_wait() {
    let cloud = Cloud::start_with(&["--gateway-delay", "1h"]);
    cloud
        .fgctl(&format!("gateway create slow {NETWORK} --wait --no-wait --yes"))
        .success()
        .says(&["fgctl gateway wait slow"]);
    cloud
        .fgctl("gateway update slow --description text")
        .failure(5, &["APIC.7710", "fgctl gateway wait"]);
}

#[test]
fn update_public_access_and_features() {
    let cloud = Cloud::start().with_gateway();
    let updated = cloud.json("gateway update apig-ws --description chat --maintenance-begin 2");
    assert_eq!(
        (&updated["description"], &updated["maintain_end"]),
        (&json!("chat"), &json!("06:00:00"))
    );
    cloud
        .fgctl("gateway update apig-ws --description chat --maintenance-begin 2 --security-group default")
        .success()
        .says(&["nothing to change"]);
    cloud
        .fgctl("gateway update apig-ws")
        .failure(2, &["nothing to change", "--description"]);
    cloud
        .fgctl("gateway update apig-ws --security-group nowhere")
        .failure(4, &["there is no security group `nowhere`"]);

    let access = cloud.json("gateway public-access show apig-ws");
    assert_eq!(access["publicips"], json!([]));
    cloud
        .fgctl("gateway public-access enable apig-ws --inbound 5")
        .failure(2, &["bills by its bandwidth", "--yes"]);
    cloud
        .fgctl("gateway public-access enable apig-ws --inbound 4 --yes")
        .failure(2, &["bandwidth `4`"]);
    cloud
        .fgctl("gateway public-access enable apig-ws --yes")
        .failure(2, &["--inbound"]);
    let enable = "gateway public-access enable apig-ws --inbound 5 --outbound 7 --yes";
    let enabled = cloud.json(enable);
    assert_eq!(
        (&enabled["publicips"][0]["bandwidth_size"], &enabled["bandwidth_size"]),
        (&json!(5), &json!(7))
    );
    cloud.fgctl(enable).success().says(&["nothing to change"]);
    cloud
        .fgctl("gateway public-access enable apig-ws --inbound 9 --yes")
        .success()
        .says(&["9 Mbit/s"]);
    let disabled = cloud.json("gateway public-access disable apig-ws --inbound --outbound --yes");
    assert_eq!(
        (&disabled["publicips"], &disabled["bandwidth_size"]),
        (&json!([]), &json!(0))
    );

    let set = "gateway feature set apig-ws backend_timeout 600000";
    assert_eq!(cloud.json(set)["config"], "{\"max_timeout\":600000}");
    cloud.fgctl(set).success().says(&["nothing to change"]);
    cloud
        .fgctl("gateway feature set apig-ws backend_timeout 500000")
        .failure(5, &["APIG.3711", "wait a minute"]);
    cloud
        .fgctl("gateway feature set apig-ws novel on")
        .failure(5, &["APIG.3458"]);
    assert_eq!(
        cloud.fgctl("gateway feature list apig-ws -o name").success().stdout,
        "backend_timeout\n"
    );
}
