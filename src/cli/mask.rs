//! What of a request or an answer may be shown: secrets are masked, and what is long is told by its size.

use serde_json::{Map, Value};

/// What stands for a secret.
const MASK: &str = "***";
/// The most characters of a text that are shown.
const LONGEST: usize = 300;

/// Words in the names of headers, parameters and members that hold secrets; compared in lower case, without `-` and `_`.
const SECRET: [&str; 11] = [
    "secret",
    "password",
    "passwd",
    "token",
    "signature",
    "authorization",
    "credential",
    "cookie",
    "privatekey",
    "appcode",
    "encrypteduserdata",
];

fn is_secret(name: &str) -> bool {
    let plain: String = name
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    plain == "sk" || SECRET.iter().any(|word| plain.contains(word))
}

/// The value of the header `name`. Of `Authorization` all but the signature stays: it says who calls and what is signed.
pub(super) fn header(name: &str, value: &str) -> String {
    if name.eq_ignore_ascii_case("authorization") {
        return authorization(value);
    }
    match is_secret(name) {
        true => MASK.to_owned(),
        false => string(value),
    }
}

/// `SDK-HMAC-SHA256 Access=..., SignedHeaders=..., Signature=***`, or `OBS key:***`; anything else is masked whole.
fn authorization(value: &str) -> String {
    if let Some((shown, _)) = value.split_once("Signature=") {
        return format!("{shown}Signature={MASK}");
    }
    match value.split_once(' ') {
        Some(("OBS", rest)) => match rest.split_once(':') {
            Some((key, _)) => format!("OBS {key}:{MASK}"),
            None => MASK.to_owned(),
        },
        _ => MASK.to_owned(),
    }
}

/// A URL, or its path and query, whose query may hold a signature.
pub(super) fn url(text: &str) -> String {
    let Some((path, query)) = text.split_once('?') else {
        return text.to_owned();
    };
    let pair = |pair: &str| match pair.split_once('=') {
        Some((name, _)) if is_secret(name) => format!("{name}={MASK}"),
        _ => pair.to_owned(),
    };
    let pairs: Vec<String> = query.split('&').map(pair).collect();
    format!("{path}?{}", pairs.join("&"))
}

/// A body: JSON as a value, text as text, anything else by its size; null for none.
pub(super) fn body(bytes: &[u8]) -> Value {
    if bytes.is_empty() {
        return Value::Null;
    }
    match (serde_json::from_slice(bytes), std::str::from_utf8(bytes)) {
        (Ok(json), _) => value("", json),
        (Err(_), Ok(text)) => Value::String(foreign(text)),
        (Err(_), Err(_)) => Value::String(format!("({} bytes)", bytes.len())),
    }
}

/// Text that is no JSON may hold anything: it is shown only where it cannot be a form or a document with keys.
fn foreign(text: &str) -> String {
    match text
        .split(|c: char| !c.is_alphanumeric() && c != '_' && c != '-')
        .any(is_secret)
    {
        true => format!("({} characters, with a secret)", text.chars().count()),
        false => string(text),
    }
}

fn value(name: &str, json: Value) -> Value {
    match json {
        Value::Null | Value::Bool(_) => json,
        Value::String(text) if text.is_empty() => Value::String(text),
        _ if is_secret(name) => Value::String(MASK.to_owned()),
        Value::String(text) => Value::String(string(&text)),
        Value::Array(items) => items.into_iter().map(|item| value(name, item)).collect(),
        Value::Object(members) => Value::Object(object(members)),
        Value::Number(_) => json,
    }
}

fn object(members: Map<String, Value>) -> Map<String, Value> {
    members
        .into_iter()
        .map(|(name, member)| {
            let masked = value(&name, member);
            (name, masked)
        })
        .collect()
}

/// A text: what is JSON or a URL may hold secrets of its own.
fn string(text: &str) -> String {
    if let Ok(Value::Object(members)) = serde_json::from_str(text) {
        return Value::Object(object(members)).to_string();
    }
    let shown = match text.contains("://") {
        true => url(text),
        false => text.to_owned(),
    };
    match text.chars().count() {
        length if length > LONGEST => format!("({length} characters)"),
        _ => shown,
    }
}

#[cfg(test)]
mod tests {
    use super::{body, header, url};
    use proptest::prelude::{any, prop_assert, proptest};
    use serde_json::json;

    #[test]
    fn a_signature_and_a_token_are_masked_and_who_calls_is_not() {
        let signed = "SDK-HMAC-SHA256 Access=AK, SignedHeaders=host;x-sdk-date, Signature=0123abcd";
        assert_eq!(
            header("Authorization", signed),
            "SDK-HMAC-SHA256 Access=AK, SignedHeaders=host;x-sdk-date, Signature=***"
        );
        assert_eq!(header("authorization", "OBS AK:c2lnbmF0dXJl"), "OBS AK:***");
        for value in ["Bearer x", "OBS x", "x"] {
            assert_eq!(header("Authorization", value), "***");
        }
        for name in [
            "X-Security-Token",
            "x-auth-token",
            "Set-Cookie",
            "X-Apig-AppCode",
            "x-obs-security-token",
        ] {
            assert_eq!(header(name, "secret"), "***", "{name}");
        }
        assert_eq!(header("X-Sdk-Date", "20260102T030405Z"), "20260102T030405Z");
    }

    #[test]
    fn the_signature_of_a_presigned_url_is_masked() {
        let masked = url("https://b.obs.example/k?AccessKeyId=AK&Expires=1&Signature=s%3D&x-obs-security-token=t");
        assert_eq!(
            masked,
            "https://b.obs.example/k?AccessKeyId=AK&Expires=1&Signature=***&x-obs-security-token=***"
        );
        assert_eq!(url("/v2/p?limit=3&marker"), "/v2/p?limit=3&marker");
    }

    #[test]
    fn secrets_in_bodies_are_masked_wherever_they_are_and_code_is_told_by_its_size() {
        let shown = body(
            json!({
                "func_name": "f",
                "encrypted_user_data": "{\"DB\":\"hidden\"}",
                "user_data": "{\"DB_PASSWORD\":\"hidden\",\"A\":\"1\"}",
                "app_secret": "hidden",
                "func_code": {"file": "A".repeat(5000), "link": "https://h/k?Signature=hidden"},
                "credentials": [{"secret": "hidden"}],
                "token": null,
            })
            .to_string()
            .as_bytes(),
        );
        assert!(!shown.to_string().contains("hidden"), "{shown}");
        assert_eq!(shown["func_name"], "f");
        assert_eq!(shown["user_data"], "{\"A\":\"1\",\"DB_PASSWORD\":\"***\"}");
        assert_eq!(shown["func_code"]["file"], "(5000 characters)");
        assert_eq!(shown["token"], json!(null));
    }

    #[test]
    fn what_is_no_json_is_shown_where_it_holds_no_secret() {
        assert_eq!(body(b""), json!(null));
        assert_eq!(body(b"plain"), "plain");
        assert_eq!(body(b"<SecretKey>hidden</SecretKey>"), "(29 characters, with a secret)");
        assert_eq!(body(&[0xff, 0xfe]), "(2 bytes)");
    }

    proptest! {
        #[test]
        fn no_secret_survives_in_any_place(name in "[a-z_]{0,9}", depth in 0_usize..6, text in any::<String>()) {
            let mut data = json!({"secret_key": "very-hidden", &name: text});
            for level in 0..depth {
                data = if level % 2 == 0 { json!([data]) } else { json!({"a": data}) };
            }
            let shown = body(data.to_string().as_bytes()).to_string();
            prop_assert!(!shown.contains("very-hidden"));
            let masked = url("/p?Signature=very-hidden&a=b");
            prop_assert!(!masked.contains("very-hidden"));
        }
    }
}
