//! Readable manifests and what is wrong with others.

use super::{Manifest, json_schema, markdown};
use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

const CHAT: &str = r#"
name = "chat"

[functions.chat]
code = "./chat"
timeout = 900
websocket = true
dependencies = ["ws"]

[functions.chat.env]
LEVEL = "${LEVEL:-info}"

[functions.chat.secret_env]
TOKEN = "${TOKEN}"

[dependencies.ws]
npm = ["ws@8"]
runtime = "Node.js20.15"

[gateways.apig-ws]
existing = true

[groups.APIGroup_chat]

[triggers.API_chat]
path = "/chat"
timeout = 60000

[env.prod.functions.chat]
memory = 512
[env.prod.triggers.API_chat]
auth = "iam"
"#;

fn read(text: &str, environment: Option<&str>) -> Result<Manifest, Vec<String>> {
    let variable = |name: &str| match name {
        "TOKEN" => Some("secret".to_owned()),
        "SIZE" => Some("256".to_owned()),
        _ => None,
    };
    Manifest::read(text, environment, &variable).map_err(|faults| faults.lines(&"f").collect())
}

/// What is wrong with `text`.
fn wrong(text: &str) -> Vec<String> {
    read(text, None).err().expect("something should be wrong")
}

#[test]
fn a_manifest_is_read_with_its_defaults() {
    let chat = read(CHAT, None).ok().unwrap();
    assert_eq!((chat.name.as_str(), chat.environment.as_str()), ("chat", "default"));
    let function = chat.find("functions", "chat").unwrap();
    assert_eq!(function.number("memory"), Some(128));
    assert_eq!(function.number("timeout"), Some(900));
    assert_eq!(function.flag("websocket"), Some(true));
    assert_eq!(function.flag("public_access"), None);
    assert_eq!(function.texts("dependencies").unwrap(), ["ws"]);
    assert_eq!(function.pairs("env"), [("LEVEL".to_owned(), "info".to_owned())]);
    assert_eq!(
        function.pairs("secret_env"),
        [("TOKEN".to_owned(), "secret".to_owned())]
    );
    let trigger = chat.find("triggers", "API_chat").unwrap();
    assert_eq!(trigger.text("auth").as_deref(), Some("app"));
    for (key, name) in [("function", "chat"), ("gateway", "apig-ws"), ("group", "APIGroup_chat")] {
        assert_eq!(chat.reference(trigger, key), name);
    }
}

#[test]
fn an_environment_is_laid_over_the_rest() {
    let chat = read(CHAT, Some("prod")).ok().unwrap();
    let function = chat.find("functions", "chat").unwrap();
    assert_eq!(
        (function.number("memory"), function.number("timeout")),
        (Some(512), Some(900))
    );
    assert_eq!(
        chat.find("triggers", "API_chat").unwrap().text("auth").as_deref(),
        Some("iam")
    );
    let faults = read(CHAT, Some("prd")).err().unwrap();
    assert_eq!(faults, ["f:1:1: there is no [env.prd]; did you mean `prod`?"]);
}

#[test]
fn everything_that_is_wrong_is_told_at_once_with_its_place() {
    let text = r#"name = "chat"
regoin = "cn-east-3"

[functions.chat]
cod = "./chat"
memory = "much"
timeout = 2
type = "htpp"

[triggers.API_chat]
function = "chta"
path = "chat"
method = "POST"
environment = "STAGING"

[gateway.x]
"#;
    let expected = [
        "f:2:1: unknown key `regoin`; did you mean `region`?",
        "f:4:12: [functions.chat] needs one of `code`, `obs_url`",
        "f:5:1: unknown key `cod` of a function; did you mean `code`?",
        "f:6:10: `memory` is a text, and should be a whole number",
        "f:7:11: `timeout` is 2, and should be 3 to 259200: Execution timeout in seconds: the longest life of a WebSocket connection",
        "f:8:8: `type` is `htpp`, and should be one of `http`, `event`; did you mean `http`?",
        "f:10:11: [triggers.API_chat] needs `gateway`: of gateways there is none",
        "f:10:11: [triggers.API_chat] needs `group`: of groups there is none",
        "f:11:12: there is no [functions.chta], which [triggers.API_chat] names; did you mean `chat`?",
        "f:12:8: path `chat` is not allowed: it does not begin with `/` (the rule: begins with `/`, at most 512 characters, without spaces, `?`, `#` and `%`)",
        "f:13:10: `method` is `POST`; websocket needs `GET`, `ANY`, or `websocket = false`",
        "f:14:15: there is no [environments.STAGING], which [triggers.API_chat] names",
        "f:16:2: unknown key `gateway`; did you mean `gateways`?",
    ];
    assert_eq!(wrong(text), expected);
}

#[test]
fn what_holds_between_keys_is_held() {
    let with = |table: &str| wrong(&format!("name = \"x\"\n{table}"));
    let cases: &[(&str, &str)] = &[
        (
            "[functions.f]\ncode='a'\nobs_url='b'",
            "has more than one of `code`, `obs_url`",
        ),
        (
            "[functions.f]\ncode='a'\ntype='event'\nhandler='a.b'",
            "needs `runtime`, because its type is event",
        ),
        ("[functions.f]\ncode='a'\nvpc='v'", "needs `subnet` beside `vpc`"),
        (
            "[gateways.g-1]\nvpc='v'\nsubnet='s'",
            "needs `security_group`, or `existing = true`",
        ),
        (
            "[gateways.g-1]\nexisting=true\nedition='basic'",
            "`edition` cannot stand beside `existing = true`",
        ),
        (
            "[dependencies.dep]\nzip='a.zip'",
            "needs `runtime`, or `existing = true`",
        ),
        (
            "[functions.f]\ncode='a'\ndependencies=['w']",
            "there is no [dependencies.w], which [functions.f] names",
        ),
        (
            "[functions.f]\ncode='a'\nenv={A=1}",
            "a value of `env` is a number, and should be a text",
        ),
        (
            "[functions.f]\ncode=1.5",
            "`code` is a number with a point, and should be a text",
        ),
        (
            "functions = 1",
            "`functions` holds a table for each function: [functions.NAME]",
        ),
        ("[functions]\nf = 1", "`functions.f` is a number, and should be a table"),
        ("[functions.'1 f']\ncode='a'", "is not allowed"),
        ("env = 1", "`env` holds a table for each environment: [env.NAME]"),
        (
            "[env.prod]\nname='y'",
            "the stack's `name` is the same in every environment",
        ),
        (
            "[env.prod.functions.f]\nmemry=1",
            "unknown key `memry` of a function; did you mean `memory`?",
        ),
        ("[env.'a b']", "has a name that is not 1 to 32"),
        ("[functions.f", "unclosed table"),
    ];
    for (table, fault) in cases {
        let faults = with(table);
        assert!(faults.iter().any(|line| line.contains(fault)), "{table}: {faults:?}");
    }
    assert!(wrong("")[0].starts_with("f:1:1: `name` is missing"));
}

#[test]
fn variables_stand_for_numbers_too_and_one_that_is_not_set_is_told() {
    let text = "name='x'\n[functions.f]\ncode='$$a'\nmemory='${SIZE}'\nwebsocket='${ON:-true}'";
    let manifest = read(text, None).ok().unwrap();
    let function = manifest.find("functions", "f").unwrap();
    assert_eq!(function.number("memory"), Some(256));
    assert_eq!(function.flag("websocket"), Some(true));
    assert_eq!(function.text("code").as_deref(), Some("$a"));
    let text = "name='x'\n[functions.f]\ncode='${GONE}'\ndescription='5 $'\nhandler='${1}'\nmemory='${TOKEN}'";
    let faults = wrong(text);
    assert_eq!(
        faults[..3],
        [
            "f:3:6: the environment variable `GONE` is not set; set it, or write ${GONE:-a default}",
            "f:4:13: a dollar begins a variable: write ${NAME}, or $$ for a dollar",
            "f:5:9: `${1}` names no variable: a name has letters, digits and underscores",
        ]
    );
    // What a variable holds is never shown where its type is wrong.
    assert_eq!(faults[3], "f:6:8: `memory` is a text, and should be a whole number");
}

#[test]
fn a_variable_of_another_environment_need_not_be_set() {
    let text = "name='x'\n[functions.f]\ncode='a'\n[env.prod.functions.f]\ncode='${GONE}'\nmemory='${GONE}'";
    assert!(read(text, None).is_ok());
    assert_eq!(read(text, Some("prod")).err().unwrap().len(), 2);
}

#[test]
fn every_key_is_in_the_schema_and_in_the_reference() {
    let (schema, reference) = (json_schema(), markdown());
    for section in super::schema::SECTIONS {
        assert!(reference.contains(&format!("`[{}.NAME]`", section.name)));
        let properties = &schema["properties"][section.name]["additionalProperties"]["properties"];
        assert_eq!(properties.as_object().unwrap().len(), section.keys.len());
        for key in section.keys {
            assert!(properties[key.name]["description"].as_str().unwrap().len() > 3);
            assert!(reference.contains(&format!("| `{}` |", key.name)));
        }
    }
}

proptest! {
    #[test]
    fn no_text_breaks_it(text in "\\PC*", environment in any::<Option<bool>>()) {
        let _ = read(&text, environment.map(|_| "prod"));
    }

    #[test]
    fn no_change_of_a_manifest_breaks_it(at in 0..CHAT.len(), put in "[ -~\n]{0,6}") {
        let mut text = CHAT.to_owned();
        text.insert_str(at, &put);
        if let Err(faults) = read(&text, Some("prod")) {
            prop_assert!(!faults.is_empty());
            let lines = text.lines().count() + 1;
            for fault in faults {
                let line: usize = fault.split(':').nth(1).unwrap().parse().unwrap();
                prop_assert!((1..=lines).contains(&line), "{}", fault);
            }
        }
    }

    #[test]
    fn a_text_without_dollars_stays_and_a_variable_is_put_in_as_it_is(before in "[^$]*", value in ".+") {
        let variable = |name: &str| (name == "A").then(|| value.clone());
        prop_assert_eq!(super::variable::substitute(&before, &variable), Ok(None));
        let put = super::variable::substitute(&format!("{before}${{A}}{before}"), &variable);
        prop_assert_eq!(put, Ok(Some(format!("{before}{value}{before}"))));
    }
}
