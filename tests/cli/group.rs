//! `fgctl group`.

use crate::support::{Cloud, http_function};

#[test]
fn create_list_get_and_delete() {
    let cloud = Cloud::start().with_gateway();
    let group = cloud.json("group get APIGroup_ws --gateway apig-ws");
    let domain = group["sl_domain"].as_str().unwrap();
    assert!(
        domain.starts_with(group["id"].as_str().unwrap()) && domain.contains(".cn-east-3."),
        "{domain}"
    );
    let names = cloud.fgctl("group list --gateway apig-ws -o name").success().stdout;
    assert_eq!(names, "DEFAULT\nAPIGroup_ws\n");
    cloud
        .fgctl("group delete DEFAULT --gateway apig-ws --yes")
        .failure(6, &["APIG.2012", "goes with its gateway"]);
    cloud
        .fgctl("group create APIGroup_ws --gateway apig-ws")
        .failure(5, &["APIG.3201"]);
    cloud
        .fgctl("group create a --gateway apig-ws")
        .failure(2, &["group name `a`", "3 to 255"]);
    cloud
        .fgctl("group create other --gateway nowhere")
        .failure(4, &["there is no gateway `nowhere`"]);
    cloud
        .fgctl("group delete APIGroup_ws --gateway apig-ws --yes")
        .success();
    cloud
        .fgctl("group get APIGroup_ws --gateway apig-ws")
        .failure(4, &["there is no group `APIGroup_ws` on the gateway `apig-ws`"]);
}

#[test]
fn a_group_with_apis_stays() {
    let cloud = Cloud::start().with_gateway();
    http_function(&cloud);
    cloud.fgctl("function create f --code code").success();
    cloud
        .fgctl("trigger create API_f --function f --gateway apig-ws --group APIGroup_ws --path /f")
        .success();
    cloud
        .fgctl("group delete APIGroup_ws --gateway apig-ws --yes")
        .failure(5, &["APIG.3415", "fgctl api list"]);
}
