//! Who is calling: keys, the wrong ones, none.

use crate::support::{Cloud, World};

#[test]
fn a_wrong_secret_key_is_told_with_the_services_code() {
    let mut cloud = Cloud::start();
    cloud.set("HUAWEICLOUD_SDK_SK", "not-the-secret");
    let run = cloud
        .fgctl("function list")
        .failure(3, &["401", "APIGW.0301", "hint: ", "HUAWEICLOUD_SDK_SK"]);
    assert!(!run.stderr.contains("not-the-secret"));
}

#[test]
fn no_credentials_say_where_they_were_looked_for() {
    let world = World::new();
    world
        .fgctl("function list --region cn-east-3")
        .failure(3, &["no credentials", "HUAWEICLOUD_SDK_AK", "fgctl local up --detach"]);
    world
        .fgctl("function list")
        .failure(2, &["no region", "--region cn-east-3"]);
}

#[test]
fn half_a_key_is_no_key() {
    let mut world = World::new();
    world.set("HUAWEICLOUD_SDK_AK", "AK");
    world.set("HW_ACCESS_KEY", "AK2");
    world.set("HW_SECRET_KEY", "SK2");
    world
        .fgctl("function list --region cn-east-3")
        .failure(3, &["HUAWEICLOUD_SDK_SK"]);
}

#[test]
fn nobody_at_the_endpoint_is_a_service_error() {
    let mut cloud = Cloud::start();
    cloud.kill();
    cloud.fgctl("function list").failure(6, &["ListFunctions", "hint: "]);
}
