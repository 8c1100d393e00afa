//! How far the local cloud plays the real one: the operations it serves are the vendor's own, and the page
//! `docs/fidelity.md` tells which they are, which are missing, and what nobody knows.

use crate::support::{Cloud, Run, World, project, sdk_script};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;

/// Set to anything: the page and the list are written anew in place of being compared.
const WRITE: &str = "FGCTL_TEST_WRITE";
/// What writes them anew.
const ANEW: &str = "FGCTL_TEST_WRITE=1 cargo test --test cli -- fidelity::";
/// Every operation of the vendor's SDKs, as `tests/sdk/operations.py` finds them.
const SDK: &str = include_str!("../sdk/operations.txt");
/// The services in the order of the page.
const SERVICES: &[(&str, &str)] = &[
    ("functiongraph", "FunctionGraph"),
    ("apig", "API Gateway"),
    ("vpc", "Virtual Private Cloud"),
    ("iam", "Identity and Access Management"),
    ("eps", "Enterprise Project Management"),
    ("obs", "Object Storage"),
];
/// What operations have in common, and what is none.
const BESIDE: &[(&str, &str)] = &[
    ("all", "Every service"),
    ("functiongraph", "FunctionGraph"),
    ("gateway", "Calls of APIs"),
    ("runtime", "Running functions"),
];

/// One line of [`SDK`].
struct Operation {
    service: &'static str,
    name: &'static str,
    method: &'static str,
    /// Nothing where what tells it apart is in the query.
    path: Option<&'static str>,
}

fn operations() -> Vec<Operation> {
    SDK.lines()
        .map(|line| {
            let fields: Vec<&str> = line.split(' ').collect();
            let &[service, _, name, method, path] = fields.as_slice() else {
                panic!("{line}")
            };
            let path = (path != "-").then_some(path);
            Operation {
                service,
                name,
                method,
                path,
            }
        })
        .collect()
}

impl Operation {
    /// Whether `row` is this one. Placeholders may have other names, and be fixed where one value alone is served; where
    /// two versions of a service have an operation of one name, its name has more to it.
    fn is(&self, row: &Value) -> bool {
        let same_path = |path: &str| {
            let served = text(row, "path");
            let pairs = || path.split('/').zip(served.split('/'));
            path.split('/').count() == served.split('/').count() && pairs().all(|(a, b)| a.starts_with('{') || a == b)
        };
        self.service == row["service"]
            && text(row, "name").starts_with(self.name)
            && self.method == row["method"]
            && self.path.is_none_or(same_path)
    }
}

fn text<'a>(row: &'a Value, name: &str) -> &'a str {
    row[name].as_str().unwrap_or_default()
}

fn rows() -> Vec<Value> {
    World::new().json("local fidelity").as_array().unwrap().clone()
}

/// Compares `text` with what the file holds, or writes it there.
#[track_caller]
fn kept(path: &str, text: &str) {
    let path = project().join(path);
    if std::env::var_os(WRITE).is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == text,
        "{} is not what it should be; write it anew: {ANEW}",
        path.display()
    );
}

#[test]
fn every_operation_that_is_served_is_the_vendors_own() {
    let (sdk, mut seen) = (operations(), BTreeSet::new());
    for row in rows().iter().filter(|row| row["method"].is_string()) {
        assert!(
            seen.insert((text(row, "service").to_owned(), text(row, "name").to_owned())),
            "{row} is served twice"
        );
        let own = sdk.iter().any(|operation| operation.is(row));
        let elsewhere = text(row, "source").contains("in no SDK");
        assert!(
            own != elsewhere,
            "{row}: in the SDK {own}, said to be elsewhere {elsewhere}"
        );
    }
    assert!(seen.len() > 40, "only {} operations were found", seen.len());
}

#[test]
fn what_is_not_known_is_told_with_what_is_done_about_it() {
    let rows = rows();
    let unknown: Vec<&str> = rows
        .iter()
        .flat_map(|row| row["unknown"].as_array().unwrap())
        .map(|unknown| unknown.as_str().unwrap())
        .collect();
    for unknown in &unknown {
        assert!(unknown.contains("here "), "{unknown}");
    }
    assert!(unknown.len() > 20, "{unknown:?}");
    let world = World::new();
    let run = world.fgctl("local fidelity --service gateway").success();
    assert!(
        run.stdout.contains("the life of a WebSocket") && run.stderr.is_empty(),
        "{run:?}"
    );
    world.fgctl("local fidelity --service lambda").failure(
        2,
        &["`lambda` is no service of the local cloud", "functiongraph, gateway"],
    );
}

#[test]
fn the_list_of_the_sdks_operations_is_current() {
    let cloud = Cloud::start();
    let Some(mut script) = sdk_script(&cloud, "operations.py") else {
        return;
    };
    let run = Run::of(script.output().unwrap()).success();
    kept("tests/sdk/operations.txt", &run.stdout);
}

#[test]
fn the_page_is_current() {
    kept("docs/fidelity.md", &page(&rows()));
}

fn page(rows: &[Value]) -> String {
    let sdk = operations();
    let served: Vec<&Value> = rows.iter().filter(|row| row["method"].is_string()).collect();
    let missing: Vec<&Operation> = sdk
        .iter()
        .filter(|operation| !served.iter().any(|row| operation.is(row)))
        .collect();
    let mut page = format!(
        "# How faithful the local cloud is

<!-- Written by a test. To write it anew: {ANEW} -->

Of the {} operations that the vendor's SDKs have for these services, the local cloud serves {}; and {} that no SDK has.
It checks every rule that its sources tell, with the service's own statuses and codes. What they do not tell stands beside the
operation, with what the local cloud does about it. `fgctl local fidelity` tells the same of the program that you run.

An operation that is not served answers 404 `APIGW.0101`, as the real service does for one that does not exist.
",
        sdk.len(),
        sdk.len() - missing.len(),
        served.iter().filter(|row| text(row, "source").contains("in no SDK")).count(),
    );
    page.push_str("\n## What is no operation\n");
    for (service, title) in BESIDE {
        let beside = rows
            .iter()
            .filter(|row| row["method"].is_null() && text(row, "service") == *service);
        table(&mut page, title, "What", beside.collect());
    }
    page.push_str("\n## Served\n");
    for (service, title) in SERVICES {
        let own = served.iter().filter(|row| text(row, "service") == *service).copied();
        table(&mut page, title, "Operation", own.collect());
    }
    page.push_str("\n## Not served\n");
    for (service, title) in SERVICES {
        let own: Vec<&&Operation> = missing
            .iter()
            .filter(|operation| operation.service == *service)
            .collect();
        if own.is_empty() {
            continue;
        }
        let _ = write!(page, "\n<details>\n<summary>{title}: {}</summary>\n\n", own.len());
        for operation in own {
            let path = operation.path.map(|path| format!(" {path}")).unwrap_or_default();
            let _ = writeln!(page, "- {}: `{}{path}`", operation.name, operation.method);
        }
        page.push_str("\n</details>\n");
    }
    page
}

fn table(page: &mut String, title: &str, heading: &str, rows: Vec<&Value>) {
    if rows.is_empty() {
        return;
    }
    let _ = write!(
        page,
        "\n### {title}\n\n| {heading} | Source | Not known of the real service |\n|---|---|---|\n"
    );
    for row in rows {
        let request = match row["method"].as_str() {
            Some(method) => format!("<br>`{method} {}`", text(row, "path")),
            None => String::new(),
        };
        let unknown: Vec<&str> = row["unknown"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(Value::as_str)
            .collect();
        let _ = writeln!(
            page,
            "| {}{request} | {} | {} |",
            text(row, "name"),
            text(row, "source"),
            unknown.join("<br>")
        );
    }
}
