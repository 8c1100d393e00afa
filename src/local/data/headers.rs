//! The headers that the gateway takes from a request and those that it adds. Pure.

use crate::local::fidelity::Row;
use crate::local::store::records::FunctionRecord;
use crate::wire::FunctionUrn;
use http::header::{CONNECTION, EXPECT, HOST, HeaderMap, HeaderName, HeaderValue, SERVER};
use http::{Method, Version, request};
use std::net::IpAddr;

/// What is played here.
pub(super) const PLAYED: Row = Row::beside(
    "gateway",
    "headers of a call",
    "FunctionGraph, \"HTTP functions\", and API Gateway, \"Calling an API\"",
    &["whether the gateway names the API, the stage, the request and the caller in `X-APIG-*`: here it does"],
);

/// Meant for the next hop only.
const HOP_BY_HOP: &[&str] = &[
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];
/// The gateway's name in its answers.
const GATEWAY: HeaderValue = HeaderValue::from_static("api-gateway");
/// Names the environment of a call.
pub(super) const STAGE: &str = "x-stage";

/// What the function is told of a request.
#[derive(Clone, Copy, Debug)]
pub(super) struct About<'a> {
    /// The function.
    pub(super) record: &'a FunctionRecord,
    /// The API's id.
    pub(super) api_id: &'a str,
    /// The environment's name.
    pub(super) environment: &'a str,
    /// The request's id.
    pub(super) request_id: &'a str,
    /// Where the request came from.
    pub(super) client: IpAddr,
    /// The port at which it came.
    pub(super) port: u16,
    /// Whether it came encrypted.
    pub(super) tls: bool,
}

/// Whether the request asks for WebSocket.
pub(super) fn is_upgrade(request: &request::Parts) -> bool {
    request.method == Method::GET
        && request.version == Version::HTTP_11
        && has_token(&request.headers, "connection", "upgrade")
        && has_token(&request.headers, "upgrade", "websocket")
}

fn has_token(headers: &HeaderMap, name: &str, token: &str) -> bool {
    tokens(headers, name).any(|found| found.eq_ignore_ascii_case(token))
}

fn tokens<'a>(headers: &'a HeaderMap, name: &str) -> impl Iterator<Item = &'a str> + use<'a> {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim)
}

/// Takes out what is meant for the next hop only, and what `Connection` names so.
pub(super) fn strip_hop_by_hop(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = tokens(headers, "connection")
        .filter_map(|token| token.parse().ok())
        .collect();
    for name in HOP_BY_HOP {
        headers.remove(*name);
    }
    for name in named {
        headers.remove(name);
    }
}

/// Turns a client's headers into those that the function gets. An upgrade's own stay as they came.
pub(super) fn forward(headers: &mut HeaderMap, upgrade: bool, about: &About<'_>) {
    if !upgrade {
        strip_hop_by_hop(headers);
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    headers.remove(EXPECT);
    let added = added(headers, about);
    insert(headers, added);
    introduce(headers, about.record, about.request_id);
}

/// Tells a function which one it is, as the platform does with each request, and takes out what only it may say.
pub(super) fn introduce(headers: &mut HeaderMap, record: &FunctionRecord, request_id: &str) {
    let claimed: Vec<HeaderName> = headers
        .keys()
        .filter(|name| name.as_str().starts_with("x-cff-"))
        .cloned()
        .collect();
    for name in claimed {
        headers.remove(name);
    }
    insert(headers, identity(record, request_id));
    headers
        .entry(HOST)
        .or_insert_with(|| HeaderValue::from_static("127.0.0.1:8000"));
}

fn insert(headers: &mut HeaderMap, added: Vec<(&'static str, String)>) {
    for (name, value) in added {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
}

/// The header `name`, if it is a text.
pub(super) fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.to_owned())
}

fn identity(record: &FunctionRecord, request_id: &str) -> Vec<(&'static str, String)> {
    let function = &record.function;
    let urn = function.func_urn.parse::<FunctionUrn>().ok();
    let (region, project_id) = urn.map(|urn| (urn.region, urn.project_id)).unwrap_or_default();
    vec![
        ("x-cff-request-id", request_id.to_owned()),
        ("x-cff-memory", function.memory_size.to_string()),
        ("x-cff-timeout", function.timeout.to_string()),
        ("x-cff-func-version", record.version().to_owned()),
        ("x-cff-func-name", function.func_name.clone()),
        ("x-cff-package", function.package.clone()),
        ("x-cff-project-id", project_id),
        ("x-cff-region", region),
    ]
}

fn added(headers: &HeaderMap, about: &About<'_>) -> Vec<(&'static str, String)> {
    let client = about.client.to_string();
    let before = tokens(headers, "x-forwarded-for");
    let path: Vec<&str> = before.chain([client.as_str()]).collect();
    vec![
        ("x-forwarded-for", path.join(", ")),
        ("x-forwarded-port", about.port.to_string()),
        ("x-forwarded-proto", if about.tls { "https" } else { "http" }.to_owned()),
        ("x-apig-api-id", about.api_id.to_owned()),
        ("x-apig-request-id", about.request_id.to_owned()),
        ("x-apig-source-ip", client.clone()),
        ("x-apig-source-stage", about.environment.to_owned()),
        ("x-real-ip", client),
    ]
}

/// Marks an answer as the gateway's.
pub(super) fn mark(headers: &mut HeaderMap, request_id: &str) {
    headers.insert(SERVER, GATEWAY);
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert(HeaderName::from_static("x-request-id"), id);
    }
}

#[cfg(test)]
mod tests {
    use super::{About, forward, is_upgrade, mark, strip_hop_by_hop};
    use crate::local::store::records::FunctionRecord;
    use crate::wire::function::Function;
    use http::{HeaderMap, Request};

    fn headers(upgrade: bool, given: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in given {
            headers.append(*name, value.parse().unwrap());
        }
        let record = FunctionRecord {
            function: Function {
                func_urn: "urn:fss:cn-east-3:p1:function:default:demo:latest".to_owned(),
                func_name: "demo".to_owned(),
                package: "default".to_owned(),
                memory_size: 128,
                timeout: 30,
                ..Function::default()
            },
            encrypted_user_data: String::new(),
            blob: String::new(),
            ..FunctionRecord::default()
        };
        let about = About {
            record: &record,
            api_id: "a1",
            environment: "RELEASE",
            request_id: "r1",
            client: [127, 0, 0, 1].into(),
            port: 7861,
            tls: true,
        };
        forward(&mut headers, upgrade, &about);
        headers
    }

    fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
        headers.get(name).map(|value| value.to_str().unwrap())
    }

    #[test]
    fn the_function_learns_who_calls_and_who_it_is() {
        let headers = headers(
            false,
            &[
                ("host", "h"),
                ("x-forwarded-for", "10.0.0.1"),
                ("x-cff-auth-token", "forged"),
                ("x-cff-func-name", "forged"),
                ("x-own", "kept"),
            ],
        );
        for (name, value) in [
            ("host", "h"),
            ("x-forwarded-for", "10.0.0.1, 127.0.0.1"),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-port", "7861"),
            ("x-cff-func-name", "demo"),
            ("x-cff-region", "cn-east-3"),
            ("x-cff-project-id", "p1"),
            ("x-cff-request-id", "r1"),
            ("x-apig-source-stage", "RELEASE"),
            ("x-apig-api-id", "a1"),
            ("x-own", "kept"),
        ] {
            assert_eq!(text(&headers, name), Some(value), "{name}");
        }
        assert_eq!(headers.get("x-cff-auth-token"), None);
    }

    #[test]
    fn what_is_meant_for_the_next_hop_ends_here_but_for_an_upgrade() {
        let given = [
            ("connection", "keep-alive, X-Secret, Upgrade"),
            ("upgrade", "websocket"),
            ("x-secret", "s"),
            ("te", "trailers"),
            ("expect", "100-continue"),
            ("sec-websocket-key", "k"),
        ];
        let plain = headers(false, &given);
        assert_eq!(text(&plain, "connection"), Some("close"));
        for gone in ["upgrade", "x-secret", "te", "expect"] {
            assert_eq!(plain.get(gone), None, "{gone}");
        }
        let upgrade = headers(true, &given);
        for (name, value) in [&given[..4], &given[5..]].concat() {
            assert_eq!(text(&upgrade, name), Some(value), "{name}");
        }
    }

    #[test]
    fn only_a_get_that_asks_for_websocket_is_an_upgrade() {
        let ask = |method: &str, connection: &str, upgrade: &str| {
            let request = Request::builder()
                .method(method)
                .header("connection", connection)
                .header("upgrade", upgrade)
                .body(())
                .unwrap();
            is_upgrade(&request.into_parts().0)
        };
        assert!(ask("GET", "Upgrade", "websocket"));
        assert!(ask("GET", "keep-alive, upgrade", "WebSocket"));
        assert!(!ask("POST", "Upgrade", "websocket"));
        assert!(!ask("GET", "Upgrade", "h2c"));
        assert!(!ask("GET", "keep-alive", "websocket"));
    }

    #[test]
    fn an_answer_is_the_gateways() {
        let mut headers = HeaderMap::new();
        headers.insert("server", "mine".parse().unwrap());
        headers.insert("connection", "close".parse().unwrap());
        strip_hop_by_hop(&mut headers);
        mark(&mut headers, "r1");
        assert_eq!(text(&headers, "server"), Some("api-gateway"));
        assert_eq!(text(&headers, "x-request-id"), Some("r1"));
        assert_eq!(headers.get("connection"), None);
    }
}
