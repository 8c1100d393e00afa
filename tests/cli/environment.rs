//! `fgctl environment`.

use crate::support::Cloud;

#[test]
fn create_list_get_and_delete() {
    let cloud = Cloud::start().with_gateway();
    let release = cloud.json("environment get RELEASE --gateway apig-ws");
    assert_eq!(release["id"], "DEFAULT_ENVIRONMENT_RELEASE_ID");
    cloud
        .fgctl("environment create TEST --gateway apig-ws --remark text")
        .success();
    assert_eq!(cloud.count("environment list --gateway apig-ws"), 2);
    cloud
        .fgctl("environment create TEST --gateway apig-ws")
        .failure(5, &["APIG.3205"]);
    cloud
        .fgctl("environment create TE-ST --gateway apig-ws")
        .failure(2, &["environment name `TE-ST`", "character 3 is `-`"]);
    cloud.fgctl("environment delete TEST --gateway apig-ws --yes").success();
    cloud
        .fgctl("environment get TEST --gateway apig-ws")
        .failure(4, &["there is no environment `TEST`"]);
}
