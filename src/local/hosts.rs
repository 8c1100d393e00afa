//! Which `Host` the control port answers to: a web page that rebinds its own name to this machine must not reach it.

use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Lets a request through whose `Host` is this machine.
pub(super) async fn only_this_machine(request: Request, next: Next) -> Response {
    let host = request
        .headers()
        .get("host")
        .and_then(|host| host.to_str().ok())
        .unwrap_or_default();
    if is_this_machine(host) {
        return next.run(request).await;
    }
    let text =
        "the local cloud answers only to requests for this machine: use 127.0.0.1 or localhost in the endpoint\n";
    (StatusCode::FORBIDDEN, text).into_response()
}

/// Whether `host`, with a port or without, is a name of the loopback interface.
fn is_this_machine(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => name,
        _ => host,
    };
    matches!(name.to_ascii_lowercase().as_str(), "127.0.0.1" | "localhost" | "[::1]")
}

#[cfg(test)]
mod tests {
    use super::is_this_machine;

    #[test]
    fn only_names_of_loopback_pass() {
        for host in [
            "127.0.0.1:7860",
            "127.0.0.1",
            "localhost:1",
            "LOCALHOST",
            "[::1]:7860",
            "[::1]",
        ] {
            assert!(is_this_machine(host), "{host}");
        }
        for host in [
            "",
            "evil.example:7860",
            "127.0.0.1.evil.example",
            "localhost.evil",
            "10.0.0.1:7860",
            "127.0.0.1:x",
        ] {
            assert!(!is_this_machine(host), "{host}");
        }
    }
}
