//! Reading the body of a refusal. The services write them in several shapes; whatever comes, something readable results.

use crate::wire::obs;
use serde_json::{Map, Value};

/// The pairs of names under which code and message stand, in the order in which they are looked for.
const SHAPES: [(&str, &str); 3] = [
    ("error_code", "error_msg"),
    ("errorCode", "errorMsg"),
    ("code", "message"),
];
/// The longest message that is kept, in characters: a proxy's error page says nothing more after that.
const MESSAGE_LIMIT: usize = 2000;

/// What a refusal's body says.
#[derive(Debug, PartialEq)]
pub(super) struct Said {
    /// The service's code, never empty; the HTTP status where the body names none.
    pub(super) code: String,
    /// The service's message; the whole body where it has no known shape.
    pub(super) message: String,
    /// The id of the call, where the body names it.
    pub(super) request_id: Option<String>,
    /// Whether the body has a shape that the services write. If not, somebody else may have answered.
    pub(super) known_shape: bool,
}

/// Reads `body`, which came with `status`.
pub(super) fn read(status: u16, body: &[u8]) -> Said {
    if let Some(error) = obs::read_error(body) {
        return Said {
            code: printable(&error.code),
            message: printable(&error.message),
            request_id: Some(error.request_id).filter(|id| !id.is_empty()),
            known_shape: true,
        };
    }
    let value: Option<Value> = serde_json::from_slice(body).ok();
    let top = value.as_ref().and_then(Value::as_object);
    let request_id = top.and_then(|members| text(members, "request_id"));
    let found = top.and_then(|members| {
        let nested = members.values().filter_map(Value::as_object);
        std::iter::once(members).chain(nested).find_map(pair)
    });
    match found {
        Some((code, message)) => Said {
            code: printable(&code),
            message: printable(&message),
            request_id,
            known_shape: true,
        },
        None => Said {
            code: status.to_string(),
            message: fallback(status, body),
            request_id,
            known_shape: false,
        },
    }
}

/// Code and message, where `members` has both names of a shape and the code is not empty.
fn pair(members: &Map<String, Value>) -> Option<(String, String)> {
    SHAPES.iter().find_map(|(code, message)| {
        let code = text(members, code).filter(|code| !printable(code).is_empty())?;
        let message = members.get(*message)?;
        let message = message.as_str().map_or_else(|| message.to_string(), str::to_owned);
        Some((code, message))
    })
}

/// The member `name`, if it is a text or a number.
fn text(members: &Map<String, Value>, name: &str) -> Option<String> {
    match members.get(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn fallback(status: u16, body: &[u8]) -> String {
    let text = printable(&String::from_utf8_lossy(body));
    if text.is_empty() {
        let reason = http::StatusCode::from_u16(status).ok();
        let reason = reason.and_then(|status| status.canonical_reason());
        return reason.unwrap_or("the answer has no text").to_owned();
    }
    text
}

/// The start of `text` in one line: what comes from the network must not steer a terminal.
pub(super) fn printable(text: &str) -> String {
    let clean = |c: char| if c.is_control() { ' ' } else { c };
    let mut line: String = text.trim().chars().take(MESSAGE_LIMIT + 1).map(clean).collect();
    if let Some((end, _)) = line.char_indices().nth(MESSAGE_LIMIT) {
        line.truncate(end);
        line.push('…');
    }
    line.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::{MESSAGE_LIMIT, read};
    use proptest::prelude::{Just, any, prop_assert, prop_oneof, proptest};
    use proptest::strategy::Strategy;
    use serde_json::{Value, json};

    #[test]
    fn every_shape_that_the_services_write_is_read() {
        for (body, code, message) in [
            (
                r#"{"error_code":"FSS.1051","error_msg":"Not found"}"#,
                "FSS.1051",
                "Not found",
            ),
            (r#"{"errorCode":"A.1","errorMsg":"no"}"#, "A.1", "no"),
            (r#"{"code":"VPC.0202","message":"no"}"#, "VPC.0202", "no"),
            (
                r#"{"error":{"message":"denied","code":403,"title":"Forbidden"}}"#,
                "403",
                "denied",
            ),
            (r#"{"badRequest":{"error_code":"B.1","error_msg":"no"}}"#, "B.1", "no"),
            (
                r#"{"code":"1","message":"m","error_code":"E.1","error_msg":"first"}"#,
                "E.1",
                "first",
            ),
            (r#"{"error_code":"E.1","message":"m","code":"C.1"}"#, "C.1", "m"),
            (r#"{"error_code":"E.1","error_msg":{"a":1}}"#, "E.1", r#"{"a":1}"#),
        ] {
            let said = read(400, body.as_bytes());
            assert_eq!((said.code.as_str(), said.message.as_str()), (code, message), "{body}");
            assert!(said.known_shape, "{body}");
        }
    }

    #[test]
    fn everything_else_is_its_status_and_its_text() {
        for (body, message) in [
            ("<html>502</html>", "<html>502</html>"),
            ("", "Bad Gateway"),
            (" \r\n", "Bad Gateway"),
            (r#"{"error_code":"E.1"}"#, r#"{"error_code":"E.1"}"#),
            (
                r#"{"error_code":"","error_msg":"m"}"#,
                r#"{"error_code":"","error_msg":"m"}"#,
            ),
            (
                r#"{"a":{"b":{"code":"deep","message":"m"}}}"#,
                r#"{"a":{"b":{"code":"deep","message":"m"}}}"#,
            ),
            ("\u{1b}[2Jgone", "[2Jgone"),
        ] {
            let said = read(502, body.as_bytes());
            assert_eq!((said.code.as_str(), said.message.as_str()), ("502", message), "{body}");
            assert!(!said.known_shape, "{body}");
        }
        assert_eq!(read(599, b"").message, "the answer has no text");
        let said = read(403, b"<Error><Code>AccessDenied</Code><Message>no</Message></Error>");
        assert_eq!((said.code.as_str(), said.known_shape), ("AccessDenied", true));
    }

    #[test]
    fn the_request_id_of_the_body_is_kept_and_a_long_message_is_cut() {
        let said = read(
            401,
            br#"{"error_msg":"m","error_code":"APIGW.0301","request_id":"d0bf"}"#,
        );
        assert_eq!(said.request_id.as_deref(), Some("d0bf"));
        let long = "é".repeat(MESSAGE_LIMIT + 5);
        let said = read(500, long.as_bytes());
        assert_eq!(said.message.chars().count(), MESSAGE_LIMIT + 1);
        assert!(said.message.ends_with("é…"));
    }

    /// JSON that resembles a refusal more or less.
    fn near_miss() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "\\PC{0,8}".prop_map(Value::from),
            "[\\x00-\\x20]{0,3}".prop_map(Value::from),
        ];
        let name = prop_oneof![
            Just("error_code"),
            Just("error_msg"),
            Just("errorCode"),
            Just("errorMsg"),
            Just("code"),
            Just("message"),
            Just("error"),
            Just("request_id"),
        ];
        leaf.prop_recursive(3, 24, 4, move |inner| {
            proptest::collection::btree_map(name.clone(), inner, 0..5).prop_map(|members| json!(members))
        })
    }

    proptest! {
        #[test]
        fn no_body_makes_it_panic_and_no_code_is_empty(
            status in 400..600_u16, bytes in any::<Vec<u8>>(), value in near_miss(),
        ) {
            for body in [bytes, value.to_string().into_bytes()] {
                let said = read(status, &body);
                prop_assert!(!said.code.trim().is_empty());
                prop_assert!(!said.code.chars().chain(said.message.chars()).any(char::is_control));
            }
        }
    }
}
