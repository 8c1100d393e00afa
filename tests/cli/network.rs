//! `fgctl vpc`, `fgctl subnet`, `fgctl security-group`: what a local cloud starts with.

use crate::support::Cloud;

#[test]
fn a_local_cloud_starts_with_one_of_each() {
    let cloud = Cloud::start();
    for (line, name) in [
        ("vpc list", "vpc-default"),
        ("subnet list", "subnet-default"),
        ("security-group list", "default"),
    ] {
        assert_eq!(
            cloud.fgctl(&format!("{line} -o name")).success().stdout,
            format!("{name}\n")
        );
        assert_eq!(cloud.count(line), 1);
        assert!(cloud.fgctl(line).success().stdout.starts_with("NAME"));
    }
}
