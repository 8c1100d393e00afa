//! `fgctl explain`: what codes mean, without a network.

use crate::support::World;

#[test]
fn each_kind_of_code_is_explained() {
    let world = World::new();
    let of = |code: &str| world.json(&format!("explain {code}"));
    let service = of("fss.1061");
    assert_eq!(
        (service["code"].as_str(), service["service"].as_str()),
        (Some("FSS.1061"), Some("FunctionGraph"))
    );
    assert!(
        service["status"].is_u64() && service["next"].as_str().unwrap().contains("fgctl"),
        "{service}"
    );
    assert!(
        of("1006")["meaning"]
            .as_str()
            .unwrap()
            .contains("without a close frame")
    );
    assert!(of("4999")["meaning"].as_str().unwrap().contains("application's own"));
    assert!(of("7")["meaning"].as_str().unwrap().contains("waited too long"));
    let text = world.fgctl("explain APIGW.0301").success().stdout;
    assert!(
        text.contains("Means:") && text.contains("Often:") && text.contains("Next:"),
        "{text}"
    );
}

#[test]
fn a_code_that_nobody_knows_is_not_found() {
    let world = World::new();
    world
        .fgctl("explain FSS.1062x")
        .failure(4, &["no code `FSS.1062x` is known", "did you mean `FSS.1062`"]);
    world.fgctl("explain 5000").failure(4, &["fgctl explain --list"]);
    world.fgctl("explain").failure(2, &["<CODE>"]);
    world
        .fgctl("explain --list FSS.1061")
        .failure(2, &["cannot be used with"]);
}

#[test]
fn the_list_has_every_service_and_the_exit_statuses() {
    let world = World::new();
    let list = world.json("explain --list");
    let services: std::collections::BTreeSet<&str> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["service"].as_str().unwrap())
        .collect();
    for service in ["FunctionGraph", "API Gateway", "VPC", "fgctl (exit status)"] {
        assert!(services.contains(service), "{services:?}");
    }
    let names = world.fgctl("explain --list -o name").success().stdout;
    assert!(
        names.lines().count() > 80 && names.contains("FSS.1051\n") && names.ends_with("130\n"),
        "{names}"
    );
}
