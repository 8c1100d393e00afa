//! The rules at their bounds.

use super::{
    api_name, backend_timeout, dependency_name, description, environment_name, function_name, gateway_description,
    gateway_name, group_name, group_remark, handler, memory_size, object_url, remark, request_path, runtime, user_data,
};
use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

#[test]
fn a_broken_rule_names_the_offending_part_and_the_rule() {
    let text = function_name("my func").unwrap_err().to_string();
    assert_eq!(
        text,
        "function name `my func` is not allowed: character 3 is a space (the rule: 1 to 60 letters, digits, \
         hyphens and underscores, beginning with a letter and ending with a letter or digit)"
    );
    assert!(
        api_name("API-demo")
            .unwrap_err()
            .to_string()
            .contains("character 4 is `-`")
    );
    assert!(runtime("nodejs12.13").unwrap_err().fault == "no such runtime");
    assert!(
        runtime("node.js12.13")
            .unwrap_err()
            .to_string()
            .contains("did you mean `Node.js12.13`?")
    );
}

#[test]
fn each_bound_is_inside_and_the_next_value_is_out() {
    for (check, least, most) in [
        (function_name as fn(&str) -> _, 1, 60),
        (dependency_name, 1, 96),
        (api_name, 3, 64),
        (gateway_name, 3, 64),
        (group_name, 3, 255),
        (environment_name, 3, 64),
    ] {
        for length in [least, most] {
            assert!(check(&"a".repeat(length)).is_ok(), "{length}");
        }
        for length in [least - 1, most + 1] {
            assert!(check(&"a".repeat(length)).is_err(), "{length}");
        }
    }
    for (milliseconds, fine) in [(0, false), (1, true), (60_000, true), (60_001, false)] {
        assert_eq!(backend_timeout(milliseconds).is_ok(), fine, "{milliseconds}");
    }
    assert!(memory_size(128).is_ok() && memory_size(129).is_err());
}

#[test]
fn names_begin_and_end_as_the_guide_says() {
    for bad in ["1abc", "-abc", "abc-", "abc_", "a.b", "ä"] {
        assert!(function_name(bad).is_err(), "{bad}");
    }
    assert!(function_name("WebSocket-demo").is_ok());
    assert!(dependency_name("wss.nodejs-12_x").is_ok() && dependency_name("x.").is_err());
    assert!(gateway_name("网关-1").is_ok() && gateway_name("1gw").is_err());
    assert!(group_name("1 group").is_err() && group_name("1/group (a)").is_err() && group_name("1/group(a)").is_ok());
    assert!(request_path("websocket_demo").is_err() && request_path("/a b").is_err() && request_path("/a").is_ok());
}

#[test]
fn longer_texts_have_their_bounds_too() {
    for (check, most) in [
        (description as fn(&str) -> _, 512),
        (gateway_description, 255),
        (group_remark, 1000),
        (remark, 255),
    ] {
        assert!(check(&"é".repeat(most)).is_ok(), "{most}");
        let broken = check(&"é".repeat(most + 1)).unwrap_err().to_string();
        assert!(
            broken.contains(&format!("more than {most}")) && broken.len() < 500,
            "{broken}"
        );
    }
    assert!(
        gateway_description("a<b")
            .unwrap_err()
            .to_string()
            .contains("it holds `<`")
    );
    for (value, runtime, fine) in [
        ("index.handler", "Node.js20.15", true),
        ("index", "Node.js20.15", false),
        ("", "Python3.9", false),
        ("bootstrap", "Custom", true),
        ("-", "Custom Image", true),
    ] {
        assert_eq!(handler(value, runtime).is_ok(), fine, "{value} {runtime}");
    }
    for (url, fine) in [
        ("https://b.obs.cn-east-3.myhuaweicloud.com/a/b.zip", true),
        ("http://127.0.0.1:1/x", true),
        ("b.obs.cn-east-3.myhuaweicloud.com/a", false),
        ("https://b.obs.cn-east-3.myhuaweicloud.com", false),
        ("https:///a", false),
        ("https://b/a b", false),
    ] {
        assert_eq!(object_url(url).is_ok(), fine, "{url}");
    }
}

#[test]
fn what_breaks_a_rule_is_shown_short_and_cannot_steer_a_terminal() {
    let text = function_name("a\u{1b}[31m\nb").unwrap_err().to_string();
    assert!(text.contains("`a\\u{1b}[31m\\nb`"), "{text}");
    let text = function_name(&"a".repeat(100_000)).unwrap_err().to_string();
    assert!(
        text.len() < 500 && text.contains("…` is not allowed: it has 100000 characters"),
        "{text}"
    );
}

#[test]
fn environment_variables_are_counted_and_named() {
    assert!(user_data([("A_1", "x")]).is_ok());
    assert!(user_data([("1A", "x")]).is_err() && user_data([("A-B", "x")]).is_err());
    let long = "x".repeat(4096);
    assert!(user_data([("A", long.as_str())]).is_err());
}

proptest! {
    #[test]
    fn function_names_are_as_the_services_pattern(name in "[-A-Za-z0-9_ é.]{0,62}") {
        let chars: Vec<char> = name.chars().collect();
        let expected = (1..=60).contains(&chars.len())
            && chars[0].is_ascii_alphabetic()
            && chars[chars.len() - 1].is_ascii_alphanumeric()
            && chars.iter().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
        prop_assert_eq!(function_name(&name).is_ok(), expected);
    }

    #[test]
    fn no_name_makes_a_rule_panic(name in "\\PC{0,300}") {
        for check in [function_name, dependency_name, api_name, gateway_name, group_name, environment_name, request_path] {
            if let Err(broken) = check(&name) {
                prop_assert!(!broken.fault.is_empty());
            }
        }
    }
}

#[test]
fn buckets_and_keys_have_names_of_their_own() {
    for name in ["abc", "a-b.c", "1ab", &"a".repeat(63), "v1.0", "1.2.3.4.5"] {
        assert_eq!(super::bucket_name(name), Ok(()), "{name}");
    }
    for name in [
        "",
        "ab",
        "Abc",
        "a_b",
        "-ab",
        "ab-",
        ".ab",
        "a..b",
        "a-.b",
        "a.-b",
        "192.168.0.1",
        "a/b",
        "..",
        "abc\n",
        &"a".repeat(64),
    ] {
        assert!(super::bucket_name(name).is_err(), "{name}");
    }
    for key in ["a", "../../etc/passwd", "目录/文件 一.txt", &"k".repeat(1024)] {
        assert_eq!(super::object_key(key), Ok(()), "{key}");
    }
    for key in ["", "a\0", "a\nb", &"k".repeat(1025), "a\u{ffff}"] {
        assert!(super::object_key(key).is_err(), "{key:?}");
    }
}
