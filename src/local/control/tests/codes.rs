//! Every code of API Gateway's tables is provoked by a test, or marked with the reason why it cannot be.

use crate::codes::apig;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const NO_PORTS: &str = "custom inbound ports are not served";
const NEVER_FAILS: &str = "the local cloud's gateways have all the resources that they ask for";
const NO_TOKENS: &str = "calls with a token are the front door's to refuse, by a code of its own";
const ONE_PROJECT: &str = "there is one user, who may do everything";
const NO_RESIZING: &str = "the resizing of a gateway is not served";
const FUNCTIONS_ONLY: &str = "the local cloud has nothing but functions behind an API";
const NO_AUTHORIZERS: &str = "custom authorisers are not served";
const SKIPPED: &str = "what is done already is told as SKIPPED or as success";
const ONE_WRITER: &str = "writes of the local cloud go one after the other";
const NO_FAULTS: &str = "the local cloud has no such part that could fail";
const NO_POLICIES: &str = "access policies and app quotas are not served";
const ANY_TLS: &str = "the group's ports take the TLS versions that their library has, and ask for no certificate";
const NO_FREE_ID: &str = "a gateway's id is always the local cloud's own";
const ONE_ENTERPRISE: &str = "the account has the default enterprise project, which is taken where none is named";

/// Codes that cannot be provoked, and why.
const UNPROVOKED: &[(&str, &str)] = &[
    ("APIC.7200", NO_PORTS),
    ("APIC.7257", NO_PORTS),
    ("APIC.7258", NO_PORTS),
    ("APIC.7403", NO_PORTS),
    ("APIC.9223", NO_PORTS),
    ("APIC.9224", NO_PORTS),
    ("APIC.7241", ONE_ENTERPRISE),
    ("APIC.7505", NO_FREE_ID),
    ("APIC.9206", NEVER_FAILS),
    ("APIC.9210", NEVER_FAILS),
    ("APIC.9211", NEVER_FAILS),
    ("APIC.9216", NEVER_FAILS),
    ("APIC.9218", NEVER_FAILS),
    ("APIC.9219", NEVER_FAILS),
    ("APIC.7102", NO_TOKENS),
    ("APIG.1002", NO_TOKENS),
    ("APIC.7106", ONE_PROJECT),
    ("APIC.7707", NO_RESIZING),
    ("APIC.9000", NO_FAULTS),
    ("APIG.2027", FUNCTIONS_ONLY),
    ("APIG.2028", FUNCTIONS_ONLY),
    ("APIG.3081", NO_AUTHORIZERS),
    ("APIG.3211", NO_AUTHORIZERS),
    ("APIG.3309", SKIPPED),
    ("APIG.3316", SKIPPED),
    ("APIG.3500", ONE_WRITER),
    ("APIG.9008", ONE_WRITER),
    ("APIG.0103", FUNCTIONS_ONLY),
    ("APIG.0104", NO_FAULTS),
    ("APIG.0105", NO_FAULTS),
    ("APIG.0106", "the parameters of an API are not checked on calls"),
    ("APIG.0204", ANY_TLS),
    ("APIG.0205", ANY_TLS),
    ("APIG.0302", ONE_PROJECT),
    ("APIG.0306", NO_AUTHORIZERS),
    ("APIG.0307", NO_TOKENS),
    ("APIG.0310", ONE_PROJECT),
    ("APIG.0311", "debugging is checked as every other operation is"),
    ("APIG.0401", NO_POLICIES),
    ("APIG.0402", NO_POLICIES),
    ("APIG.0404", NO_POLICIES),
    ("APIG.0405", NO_POLICIES),
    ("APIG.0501", NO_POLICIES),
    ("APIG.0502", NO_POLICIES),
    ("APIG.0601", NO_FAULTS),
    (
        "APIG.0602",
        "a request that cannot be read is refused before the gateway sees it",
    ),
    ("APIG.0605", FUNCTIONS_ONLY),
    ("APIG.0606", NO_FAULTS),
    ("APIG.0610", FUNCTIONS_ONLY),
    ("APIG.0612", FUNCTIONS_ONLY),
    ("APIG.0613", NO_FAULTS),
];

/// The text of every test but this one.
fn tests() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = [
        "src/local/control/tests",
        "src/local/data/tests",
        "tests/cli",
        "tests/sdk",
    ];
    let files = folders
        .iter()
        .flat_map(|folder| fs::read_dir(root.join(folder)).unwrap());
    let paths = files.map(|entry| entry.unwrap().path());
    paths
        .filter(|path| path.is_file() && path.file_name().is_some_and(|name| name != "codes.rs"))
        .map(|path| fs::read_to_string(path).unwrap())
        .collect()
}

#[test]
fn every_code_is_provoked_or_marked() {
    let tests = tests();
    let marked: BTreeSet<&str> = UNPROVOKED.iter().map(|(code, _)| *code).collect();
    assert_eq!(marked.len(), UNPROVOKED.len(), "a code is marked twice");
    let known: BTreeSet<&str> = apig::ALL.into_iter().flatten().map(|entry| entry.code).collect();
    assert!(known.len() > 110, "only {} codes were found", known.len());
    for code in &known {
        let provoked = tests.contains(&format!("\"{code}\""));
        match (provoked, marked.contains(code)) {
            (false, false) => panic!("{code} is neither provoked by a test nor marked with a reason why not"),
            (true, true) => panic!("{code} is marked, and provoked all the same"),
            _ => {}
        }
    }
    let unknown: Vec<&&str> = marked.difference(&known).collect();
    assert!(unknown.is_empty(), "{unknown:?} are of no table");
}
