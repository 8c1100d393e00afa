//! Scripts as text, and messages against them.

use super::{Action, Check, Expectation, Expected, Message, Scene, Script, read};
use proptest::prelude::{any, prop_assert, prop_assert_eq, prop_oneof, proptest};
use proptest::strategy::Strategy;
use serde_json::{Value, json};
use std::path::Path;

fn given() -> Vec<(String, String)> {
    vec![("name".to_owned(), "Ann".to_owned())]
}

fn script(text: &str) -> Script {
    read("x.fgtest", text, &given()).unwrap()
}

/// The script's only check.
fn check(line: &str) -> Check {
    let script = script(&format!("connect ws://h/\n{line}\n"));
    match script.steps.into_iter().nth(1).unwrap().action {
        Action::Expect(Expectation {
            what: Expected::Message(mut checks),
            ..
        }) => checks.remove(0),
        other => panic!("{other:?}"),
    }
}

fn scene() -> Scene {
    Scene::new(&given(), Path::new(""))
}

#[test]
fn a_message_fits_or_does_not() {
    for (line, fits, does_not) in [
        ("expect \"hi {{name}}\"", "hi Ann", "hi Bob"),
        ("expect contains \"b\"", "abc", "ac"),
        ("expect starts \"a\"", "abc", "bc"),
        ("expect ends \"c\"", "abc", "ab"),
        (r"expect matches /^\d+\/\d$/", "12/3", "12/34"),
        (
            r#"expect json {"a": 1, "b": ["{{name}}"]}"#,
            r#"{"b":["Ann"],"a":1}"#,
            r#"{"a":1}"#,
        ),
        (
            r#"expect json contains {"a": {"b": 1}}"#,
            r#"{"a":{"b":1,"c":2},"d":3}"#,
            r#"{"a":{"c":2}}"#,
        ),
        (r#"expect query "a.b""#, r#"{"a":{"b":0}}"#, r#"{"a":{}}"#),
        (r#"expect query "a" == 1"#, r#"{"a":1.0}"#, r#"{"a":"1"}"#),
        (r#"expect query "a" != 1"#, r#"{"a":2}"#, r#"{"a":1}"#),
        (r#"expect query "length(a)" >= 2"#, r#"{"a":[1,2]}"#, r#"{"a":[1]}"#),
        (r#"expect query "a" < 2"#, r#"{"a":1}"#, r#"{"a":2}"#),
        (
            r#"expect query "a" contains "x""#,
            r#"{"a":["y","x"]}"#,
            r#"{"a":["y"]}"#,
        ),
        (r#"expect query "a" matches /^x/"#, r#"{"a":"xy"}"#, r#"{"a":"yx"}"#),
        ("expect anything within 1s # why", "", "\u{0}"),
    ] {
        let check = check(line);
        check
            .test(Message::Text(fits), &mut scene())
            .unwrap_or_else(|why| panic!("{line}: {why:?}"));
        if !line.contains("anything") {
            let mismatch = check.test(Message::Text(does_not), &mut scene()).unwrap_err();
            assert!(
                !mismatch.why.is_empty() && !mismatch.came.is_empty(),
                "{line}: {mismatch:?}"
            );
        }
    }
    let bytes = check("expect hex 00 ff");
    assert!(bytes.test(Message::Binary(&[0, 255]), &mut scene()).is_ok());
    let mismatch = bytes.test(Message::Binary(&[0]), &mut scene()).unwrap_err();
    assert_eq!(
        (mismatch.expected.as_str(), mismatch.came.as_str()),
        ("binary 00ff", "binary 00")
    );
    // A text is no bytes, and bytes are no text.
    assert!(bytes.test(Message::Text("00ff"), &mut scene()).is_err());
    assert!(
        check("expect contains \"\"")
            .test(Message::Binary(b"x"), &mut scene())
            .is_err()
    );
}

#[test]
fn what_was_found_is_kept_with_its_kind() {
    let mut scene = scene();
    let found = check(r#"expect query "id" as id"#);
    found.test(Message::Text(r#"{"id":7}"#), &mut scene).unwrap();
    assert_eq!(scene.expand_json(&json!(["{{id}}", "n{{ id }}"])), json!([7, "n7"]));
    let found = check(r"expect matches /token=(\w+)/ as token");
    found.test(Message::Text("a token=xyz;"), &mut scene).unwrap();
    assert_eq!(scene.expand("<{{token}}>"), "<xyz>");
}

#[test]
fn a_mistake_is_told_with_its_line_and_column() {
    for (text, place, why) in [
        ("\n# x\nconect ws://h/", "3:1", "`conect` is no statement"),
        ("connect", "1:8", "the URL"),
        ("send \"x\"", "1:1", "nobody has connected"),
        (
            "connect ws://h/\nbob: send \"x\"",
            "2:1",
            "`bob: connect URL` comes first",
        ),
        ("connect ws://h/\n\u{e9}: send \"x\"", "2:1", "no client's name"),
        ("connect ws://h/\nsend x", "2:6", "what to send"),
        ("connect ws://h/\nsend \"x\" \"y\"", "2:10", "`\"y\"` is not understood"),
        ("connect ws://h/\nsend json {\"a\": }", "2:17", "no JSON"),
        ("connect ws://h/\nsend \"\u{e9} {{who}}\"", "2:9", "`who` has no value"),
        ("connect ws://h/\nexpect \"x\" within soon", "2:19", "no duration"),
        ("connect ws://h/\nexpect matches /(/", "2:17", "regular expression"),
        ("connect ws://h/\nexpect query \"a..b\"", "2:17", "JMESPath"),
        ("connect ws://h/\nexpect nothing", "2:15", "for how long"),
        ("connect ws://h/\nclose 1005", "2:7", "may not be sent"),
        ("connect ws://h/\n  headr X: y", "2:3", "no option of connect"),
        (
            "connect ws://h/\nexpect in order\nclose",
            "2:16",
            "messages are missing",
        ),
        ("connect ws://h/\nsend hex 0", "2:10", "pairs"),
        ("  header X: y", "1:3", "there is none"),
        ("connect ws://h/\nexpect \"x\"\n  \"y\"", "3:3", "begins with `and`"),
        (
            "connect ws://h/\n  refused 401\nsend \"x\"",
            "3:1",
            "nobody has connected",
        ),
    ] {
        let error = read("x.fgtest", text, &[]).unwrap_err();
        let told = error.to_string();
        assert!(told.starts_with(&format!("x.fgtest:{place}: ")), "{text:?}: {told}");
        assert!(told.contains(why), "{text:?}: {told}");
    }
    let told = read("f", "connect ws://h/\n\tsend", &[]).unwrap_err().to_string();
    assert!(told.ends_with("\n  \tsend\n  \t^"), "{told:?}");
}

#[test]
fn statements_keep_their_lines_and_clients() {
    let text = "variable room = lobby\nann: connect {{url}}\n  param room = {{room}}\n  header X-A: b # kept\n\nann: expect in any order within 2s\n  \"a\"\n  json {\"b\": 1}\n";
    let script = read("f", text, &[("url".to_owned(), "ws://h/".to_owned())]).unwrap();
    let lines: Vec<_> = script
        .steps
        .iter()
        .map(|step| (step.line, step.client.as_str()))
        .collect();
    assert_eq!(lines, [(1, ""), (2, "ann"), (6, "ann")]);
    match &script.steps[2].action {
        Action::Expect(Expectation {
            what: Expected::Several { checks, any_order },
            within,
            ..
        }) => {
            assert_eq!((checks.len(), *any_order, within.unwrap().as_secs()), (2, true, 2));
            assert_eq!(checks[1].source, "json {\"b\": 1}");
        }
        other => panic!("{other:?}"),
    }
}

/// Lines that are nearly right.
fn near() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        proptest::sample::select(vec![
            "connect",
            "send",
            "expect",
            "await",
            "ping",
            "close",
            "variable",
            "in",
            "any",
            "order",
            "json",
            "query",
            "hex",
            "matches",
            "within",
            "as",
            "==",
            "=",
            "\"x\"",
            "\"{{name}}\"",
            "/a/",
            "{\"a\":1}",
            "1s",
            "00",
            "4000",
            "ws://h/",
            "a:",
            "#",
            "\"",
            "/",
            "{{",
            "header",
            "A: b",
            "nothing",
            "pong",
            "\u{e9}",
            "and",
        ])
        .prop_map(str::to_owned),
        "\\PC{0,3}",
    ];
    let line =
        ("[ \t]{0,2}", proptest::collection::vec(word, 0..6)).prop_map(|(indent, words)| indent + &words.join(" "));
    proptest::collection::vec(line, 0..6).prop_map(|lines| format!("connect ws://h/\n{}", lines.join("\n")))
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic_and_each_error_has_a_place(text in prop_oneof![any::<String>(), near()]) {
        if let Err(error) = read("f", &text, &given()) {
            prop_assert!(error.line >= 1 && error.line <= text.lines().count().max(1), "{}", error);
            prop_assert!(error.column >= 1 && error.column <= error.source_line.chars().count() + 1, "{}", error);
            let _ = error.to_string();
        }
    }

    #[test]
    fn any_text_in_quotes_is_expected_as_it_is(text in any::<String>()) {
        let text = text.replace("{{", "{");
        let quoted = Value::String(text.clone()).to_string();
        let check = check(&format!("expect {quoted} within 1s # {quoted}"));
        prop_assert!(check.test(Message::Text(&text), &mut scene()).is_ok());
        let other = format!("{text}x");
        let mismatch = check.test(Message::Text(&other), &mut scene()).unwrap_err();
        prop_assert_eq!((mismatch.expected, mismatch.came), (text, other));
    }
}
