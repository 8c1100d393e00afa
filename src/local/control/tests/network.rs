//! What the account has from the beginning.

use super::{Cloud, DOMAIN, PROJECT};
use serde_json::{Value, json};

#[tokio::test]
async fn a_vpc_a_subnet_and_a_security_group_are_there_with_ids_that_stay() {
    let cloud = Cloud::new();
    let vpcs = cloud.get("/v1/{p}/vpcs").await.is(200);
    let vpc = &vpcs["vpcs"][0];
    assert_eq!(
        (&vpc["name"], &vpc["cidr"], &vpc["status"]),
        (&json!("vpc-default"), &json!("192.168.0.0/16"), &json!("OK"))
    );
    assert_eq!(
        (&vpc["tenant_id"], &vpc["enterprise_project_id"]),
        (&json!(PROJECT), &json!("0"))
    );

    let subnets = cloud.get("/v1/{p}/subnets").await.is(200);
    let subnet = &subnets["subnets"][0];
    assert_eq!(
        (&subnet["name"], &subnet["cidr"], &subnet["status"]),
        (&json!("subnet-default"), &json!("192.168.0.0/24"), &json!("ACTIVE"))
    );
    assert_eq!(subnet["vpc_id"], vpc["id"]);
    assert_eq!(subnet["neutron_network_id"], subnet["id"]);
    assert_ne!(subnet["neutron_subnet_id"], subnet["id"]);

    let answer = cloud.get("/v3/{p}/vpc/security-groups").await;
    let id = answer.request_id.clone();
    let groups = answer.is(200);
    assert_eq!(groups["request_id"], id.as_str());
    let group = &groups["security_groups"][0];
    assert_eq!(
        (&group["name"], &group["project_id"]),
        (&json!("default"), &json!(PROJECT))
    );
    assert_eq!(
        groups["page_info"],
        json!({"previous_marker": group["id"], "current_count": 1})
    );

    let again = Cloud::new();
    assert_eq!(again.get("/v1/{p}/vpcs").await.is(200)["vpcs"][0]["id"], vpc["id"]);
    for id in [&vpc["id"], &subnet["id"], &group["id"]] {
        assert!(uuid::Uuid::parse_str(id.as_str().unwrap()).is_ok(), "{id}");
    }
}

#[tokio::test]
async fn lists_of_networks_are_filtered_and_paged() {
    let cloud = Cloud::new();
    let vpc = cloud.get("/v1/{p}/vpcs").await.is(200)["vpcs"][0]["id"].clone();
    let vpc = vpc.as_str().unwrap();
    for (target, list, count) in [
        (format!("/v1/{{p}}/subnets?vpc_id={vpc}"), "subnets", 1),
        ("/v1/{p}/subnets?vpc_id=other".to_owned(), "subnets", 0),
        (format!("/v1/{{p}}/vpcs?marker={vpc}"), "vpcs", 0),
        ("/v1/{p}/vpcs?limit=0".to_owned(), "vpcs", 0),
        (format!("/v1/{{p}}/vpcs?id={vpc}"), "vpcs", 1),
        ("/v1/{p}/vpcs?id=other".to_owned(), "vpcs", 0),
        (format!("/v3/{{p}}/vpc/vpcs?id=other&id={vpc}"), "vpcs", 1),
        ("/v3/{p}/vpc/vpcs?name=vpc".to_owned(), "vpcs", 0),
        (
            "/v3/{p}/vpc/vpcs?name=vpc-default&cidr=192.168.0.0%2F16".to_owned(),
            "vpcs",
            1,
        ),
        ("/v3/{p}/vpc/vpcs?description=x".to_owned(), "vpcs", 0),
        (format!("/v3/{{p}}/vpc/vpcs?marker={vpc}"), "vpcs", 0),
    ] {
        assert_eq!(
            cloud.get(&target).await.is(200)[list].as_array().unwrap().len(),
            count,
            "{target}"
        );
    }
    for (target, list) in [
        ("/v1/{p}/vpcs", "vpcs"),
        ("/v3/{p}/vpc/vpcs", "vpcs"),
        ("/v1/{p}/security-groups", "security_groups"),
        ("/v3/{p}/vpc/security-groups", "security_groups"),
    ] {
        for (asked, count) in [("0", 1), ("all_granted_eps", 1), ("other", 0)] {
            let found = cloud
                .get(&format!("{target}?enterprise_project_id={asked}"))
                .await
                .is(200);
            assert_eq!(found[list].as_array().unwrap().len(), count, "{target} {asked}");
        }
    }
    cloud.get("/v3/{p}/vpc/vpcs?limit=-1").await.refused(400, "VPC.0101");
    let answer = cloud.get("/v1/{p}/vpcs?limit=2001").await;
    assert_eq!((answer.status, &answer.body["code"]), (400, &json!("VPC.0101")));
}

#[tokio::test]
async fn the_vpc_is_told_in_the_api_v3_too() {
    let cloud = Cloud::new();
    let id = cloud.get("/v1/{p}/vpcs").await.is(200)["vpcs"][0]["id"].clone();
    let listed = cloud.get("/v3/{p}/vpc/vpcs").await.is(200);
    assert_eq!(listed["page_info"], json!({"previous_marker": id, "current_count": 1}));
    let answer = cloud.get(&format!("/v3/{{p}}/vpc/vpcs/{}", id.as_str().unwrap())).await;
    let request_id = answer.request_id.clone();
    let shown = answer.is(200);
    assert_eq!(shown["request_id"], request_id.as_str());
    assert_eq!(shown["vpc"], listed["vpcs"][0]);
    assert_eq!(
        shown["vpc"],
        json!({
            "id": id, "name": "vpc-default", "description": "", "cidr": "192.168.0.0/16", "extend_cidrs": [],
            "status": "ACTIVE", "project_id": PROJECT, "enterprise_project_id": "0", "tags": [],
            "cloud_resources": [
                {"resource_type": "routetable", "resource_count": 1},
                {"resource_type": "virsubnet", "resource_count": 1}
            ],
            "block_service_endpoint_states": "off", "enable_network_address_usage_metrics": false,
            "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z"
        })
    );
    cloud.get("/v3/{p}/vpc/vpcs/x").await.refused(404, "VPC.0003");
}

#[tokio::test]
async fn each_of_them_is_shown_by_its_id_and_another_id_is_refused() {
    let cloud = Cloud::new();
    let id = async |target: &str, list: &str| {
        let found = cloud.get(target).await.is(200);
        found[list][0]["id"].as_str().unwrap().to_owned()
    };
    let vpc = id("/v1/{p}/vpcs", "vpcs").await;
    let subnet = id("/v1/{p}/subnets", "subnets").await;
    let group = id("/v1/{p}/security-groups", "security_groups").await;
    assert_eq!(
        cloud.get(&format!("/v1/{{p}}/vpcs/{vpc}")).await.is(200)["vpc"]["name"],
        "vpc-default"
    );
    let shown = cloud.get(&format!("/v1/{{p}}/subnets/{subnet}")).await.is(200);
    assert_eq!(shown["subnet"]["vpc_id"], vpc.as_str());
    for target in ["/v1/{p}/security-groups", "/v3/{p}/vpc/security-groups"] {
        let shown = cloud.get(&format!("{target}/{group}")).await.is(200);
        let rules = shown["security_group"]["security_group_rules"]
            .as_array()
            .unwrap()
            .clone();
        assert_eq!(rules.len(), 4, "{target}");
        let inward = rules.iter().filter(|rule| rule["direction"] == "ingress");
        assert!(
            inward.clone().all(|rule| rule["remote_group_id"] == group.as_str()),
            "{rules:?}"
        );
        assert_eq!(shown["request_id"].is_string(), target.starts_with("/v3"));
    }
    for (target, code) in [
        ("/v1/{p}/vpcs/x", "VPC.0003"),
        ("/v1/{p}/subnets/x", "VPC.0202"),
        ("/v1/{p}/security-groups/x", "VPC.0603"),
    ] {
        assert_eq!(cloud.get(target).await.is(404)["code"], code);
    }
    cloud
        .get("/v3/{p}/vpc/security-groups/x")
        .await
        .refused(404, "VPC.9904");
    for (query, count) in [
        ("name=default", 1),
        ("name=a&name=default", 1),
        ("name=a", 0),
        ("description=Default%20security%20group", 1),
        ("description=Default", 0),
        ("id=x", 0),
    ] {
        let found = cloud
            .get(&format!("/v3/{{p}}/vpc/security-groups?{query}"))
            .await
            .is(200);
        assert_eq!(found["security_groups"].as_array().unwrap().len(), count, "{query}");
    }
}

#[tokio::test]
async fn the_account_has_its_regions_project_and_the_default_enterprise_project() {
    let cloud = Cloud::new();
    for (target, list, expected) in [
        ("/v3/projects?name=cn-east-3", "projects", Some((PROJECT, "cn-east-3"))),
        ("/v3/projects?name=cn-north-4", "projects", None),
        (
            "/v1.0/enterprise-projects",
            "enterprise_projects",
            Some(("0", "default")),
        ),
        (
            "/v1.0/enterprise-projects?name=efau",
            "enterprise_projects",
            Some(("0", "default")),
        ),
        ("/v1.0/enterprise-projects?name=x", "enterprise_projects", None),
    ] {
        let body = cloud.get(target).await.is(200);
        let first = body[list]
            .as_array()
            .unwrap()
            .first()
            .map(|item| (text(item, "id"), text(item, "name")));
        assert_eq!(
            first,
            expected.map(|(id, name)| (id.to_owned(), name.to_owned())),
            "{target}"
        );
    }
    let project = &cloud.get("/v3/projects").await.is(200)["projects"][0];
    assert_eq!(
        (&project["domain_id"], &project["enabled"]),
        (&json!(DOMAIN), &json!(true))
    );
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap().to_owned()
}
