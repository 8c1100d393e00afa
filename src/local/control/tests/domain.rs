//! Own domains of a group, its debug domain, and names that are taken.

use super::{Cloud, GATEWAYS};
use serde_json::json;

#[tokio::test]
async fn a_group_is_renamed_and_its_name_is_checked() {
    let cloud = Cloud::new();
    let id = cloud.gateway("apig-ws").await;
    let group = cloud.group(&id, "one_1").await;
    cloud.group(&id, "two_2").await;
    let groups = format!("{GATEWAYS}/{id}/api-groups");
    let target = format!("{groups}/{group}");
    let renamed = cloud.put(&target, json!({"name": "uno", "remark": "r"})).await.is(200);
    assert_eq!((&renamed["name"], &renamed["remark"]), (&json!("uno"), &json!("r")));
    assert_eq!(cloud.put(&target, json!({"name": "uno"})).await.is(200)["remark"], "r");
    cloud
        .put(&target, json!({"name": "two_2"}))
        .await
        .refused(400, "APIG.3201");
    cloud.put(&target, json!({"name": "a"})).await.refused(400, "APIG.2012");
    let check = async |name: &str| {
        cloud
            .post(&format!("{groups}/check"), json!({"group_name": name}))
            .await
    };
    check("one_1").await.is(204);
    check("uno").await.refused(400, "APIG.3201");
    cloud
        .put(
            &format!("{target}/sl-domain-access-settings"),
            json!({"sl_domain_access_enabled": false}),
        )
        .await
        .is(204);
    assert_eq!(cloud.get(&target).await.is(200)["sl_domain_access_enabled"], false);
}

#[tokio::test]
async fn domains_are_bound_changed_and_unbound() {
    let cloud = Cloud::new();
    let id = cloud.gateway("apig-ws").await;
    let (one, two) = (cloud.group(&id, "one_1").await, cloud.group(&id, "two_2").await);
    let of = |group: &str| format!("{GATEWAYS}/{id}/api-groups/{group}/domains");
    let bind = async |group: &str, domain: &str| cloud.post(&of(group), json!({"url_domain": domain})).await;
    let bound = cloud
        .post(
            &of(&one),
            json!({"url_domain": "WWW.example.com", "min_ssl_version": "TLSv1.2"}),
        )
        .await
        .is(201);
    assert_eq!(
        (&bound["url_domain"], &bound["status"], &bound["ingress_https_port"]),
        (&json!("www.example.com"), &json!(3), &json!(443))
    );
    let domain = bound["id"].as_str().unwrap();
    let shown = cloud.get(&format!("{GATEWAYS}/{id}/api-groups/{one}")).await.is(200);
    assert_eq!(
        (
            &shown["url_domains"][0]["domain"],
            &shown["url_domains"][0]["cname_status"]
        ),
        (&json!("www.example.com"), &json!(3))
    );
    bind(&two, "www.example.com").await.refused(400, "APIG.3305");
    bind(&one, "-").await.refused(400, "APIG.2024");
    bind(&one, "").await.refused(400, "APIG.2001");
    let ports = json!({"url_domain": "p.example.com", "ingress_http_port": -1});
    cloud.post(&of(&one), ports).await.refused(400, "APIG.2001");
    let ports = json!({"url_domain": "p.example.com", "ingress_http_port": 8080, "ingress_https_port": 443});
    cloud.post(&of(&one), ports).await.refused(400, "APIG.2012");
    let at = |group: &str| format!("{}/{domain}", of(group));
    let change = json!({"min_ssl_version": "TLSv1.1", "is_http_redirect_to_https": true});
    cloud.put(&at(&two), change.clone()).await.refused(400, "APIG.3474");
    assert_eq!(
        cloud.put(&at(&one), change).await.is(201)["is_http_redirect_to_https"],
        true
    );
    cloud.put(&at(&one), json!({})).await.refused(400, "APIG.2001");
    for n in 1..5 {
        bind(&one, &format!("d{n}.example.com")).await.is(201);
    }
    bind(&one, "d5.example.com").await.refused(403, "APIG.3108");
    cloud.delete(&at(&one)).await.is(204);
    cloud.delete(&at(&one)).await.refused(404, "APIG.3020");
    bind(&two, "www.example.com").await.is(201);
}
