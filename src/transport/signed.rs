//! Signs each request anew, and once corrects a clock that is off. A caller with a token sends that instead.

use super::exchange::{Exchange, Query, Request, Response};
use super::observer::{Event, Observer};
use super::{Clock, TransportError};
use crate::sign::{self, AUTH_TOKEN_HEADER, Algorithm, Caller, date_text};
use jiff::{SignedDuration, Timestamp};
use std::sync::{Arc, OnceLock};

/// What the service says when it cannot accept who is calling.
const UNAUTHORIZED: u16 = 401;
/// Its words when the date of a signature is too old or too new.
const EXPIRED: &[u8] = b"signature expired";
/// The smallest difference of the clocks, in seconds, that can be why a signature expired. The service allows
/// fifteen minutes; the difference measured here is only as good as the network is fast.
const NOTICEABLE: i64 = 60;

/// Signs what goes through it. Stands inside of the retries, because the date is in the signature.
pub(crate) struct Signed<E> {
    inner: E,
    caller: Caller,
    clock: Clock,
    /// By how many seconds the service's clock is ahead, once that is known.
    offset: OnceLock<i64>,
    observer: Arc<dyn Observer>,
}

impl<E: Exchange> Signed<E> {
    /// Signs as `caller` at the time that `clock` tells, and hands on to `inner`.
    pub(crate) fn new(inner: E, caller: impl Into<Caller>, clock: Clock, observer: Arc<dyn Observer>) -> Self {
        Self {
            inner,
            caller: caller.into(),
            clock,
            offset: OnceLock::new(),
            observer,
        }
    }

    /// `request` with a signature made `offset` seconds from now. The request itself stays as it was.
    fn sign(&self, request: &Request, offset: i64) -> Request {
        let mut headers = request.headers.clone();
        let json = if request.body.is_empty() {
            "application/json"
        } else {
            "application/json;charset=utf-8"
        };
        for (name, value) in [
            ("Content-Type", json),
            ("User-Agent", concat!("fgctl/", env!("CARGO_PKG_VERSION"))),
        ] {
            if !request.has_header(name) {
                headers.push((name.to_owned(), value.to_owned()));
            }
        }
        let credentials = match &self.caller {
            Caller::Keys(credentials) => credentials,
            Caller::Token(token) => {
                headers.push((AUTH_TOKEN_HEADER.to_owned(), token.expose().to_owned()));
                return Request {
                    query: Query::Encoded(request.query.encoded()),
                    headers,
                    ..request.clone()
                };
            }
        };
        let none = Vec::new();
        let form = sign::Request {
            method: request.method,
            path: &request.path,
            query: match &request.query {
                Query::Pairs(pairs) => pairs,
                Query::Encoded(_) => &none,
            },
            headers: &headers,
            body: &request.body,
        };
        let date = date_text(self.now(offset));
        let signed = sign::sign(&form, request.host(), credentials, &Algorithm::SdkHmacSha256, &date);
        headers.extend(signed.headers);
        Request {
            query: Query::Encoded(signed.query),
            headers,
            ..request.clone()
        }
    }

    fn now(&self, offset: i64) -> Timestamp {
        let now = (self.clock)();
        now.checked_add(SignedDuration::from_secs(offset)).unwrap_or(now)
    }

    /// The offset with which to sign again, where `response` says that the clock is why it refuses.
    fn correction(&self, response: &Response, used: Option<i64>) -> Option<i64> {
        let expired = response.status == UNAUTHORIZED && response.body.windows(EXPIRED.len()).any(|w| w == EXPIRED);
        if !expired || used.is_some() {
            return None;
        }
        let seconds = response.date()?.as_second() - (self.clock)().as_second();
        if seconds.abs() < NOTICEABLE {
            return None;
        }
        // Of several requests under way at once, the first one corrects and all go by it.
        if self.offset.set(seconds).is_ok() {
            self.observer.observe(&Event::ClockCorrected { seconds });
        }
        self.offset.get().copied()
    }
}

impl<E: Exchange> Exchange for Signed<E> {
    async fn exchange(&self, request: &Request) -> Result<Response, TransportError> {
        if matches!(&request.query, Query::Encoded(text) if !text.is_empty()) {
            return Err(TransportError::Invalid("its query is encoded already".to_owned()));
        }
        let used = self.offset.get().copied();
        let response = self.inner.exchange(&self.sign(request, used.unwrap_or(0))).await?;
        match self.correction(&response, used) {
            // The service refused it before it did anything, so even a POST may go again.
            Some(offset) => self.inner.exchange(&self.sign(request, offset)).await,
            None => Ok(response),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Signed;
    use crate::sign::{self, Authorization, Caller, Credentials, Secret, verify};
    use crate::transport::fake::{Recorder, Script, request};
    use crate::transport::{Clock, Exchange, Query, Request, TransportError};
    use jiff::Timestamp;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, Ordering};

    const EXPIRED: &str = r#"{"error_msg":"Incorrect IAM authentication information: calc ak sk signature fail:signature expired","error_code":"APIGW.0301"}"#;
    const HERE: &str = "2026-01-02T03:00:00Z";
    const THERE: &str = "Fri, 02 Jan 2026 05:00:00 GMT";

    fn credentials() -> Credentials {
        Credentials {
            access_key: "AK".to_owned(),
            secret_key: Secret::new("SK"),
            security_token: Some(Secret::new("TOKEN")),
        }
    }

    /// A clock that moves by `step` seconds each time it is read.
    fn clock(step: i64) -> Clock {
        let reads = AtomicI64::new(0);
        let start: Timestamp = HERE.parse().unwrap();
        Arc::new(move || {
            let seconds = start.as_second() + step * reads.fetch_add(1, Ordering::Relaxed);
            Timestamp::from_second(seconds).unwrap()
        })
    }

    fn check(request: &Request, now: &str) -> Result<(), sign::Mismatch> {
        let header = |name: &str| request.headers.iter().find(|(n, _)| n == name).unwrap().1.clone();
        let Query::Encoded(query) = &request.query else {
            panic!("{request:?}")
        };
        let pairs: Vec<(String, String)> = query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(n, v)| {
                let decode = |t: &str| {
                    percent_encoding::percent_decode_str(t)
                        .decode_utf8()
                        .unwrap()
                        .into_owned()
                };
                (decode(n), decode(v))
            })
            .collect();
        let authorization: Authorization = header("Authorization").parse().unwrap();
        let form = sign::Request {
            method: request.method,
            path: &request.path,
            query: &pairs,
            headers: &request.headers,
            body: &request.body,
        };
        verify(&form, &authorization, &Secret::new("SK"), now.parse().unwrap())
    }

    #[tokio::test]
    async fn each_request_is_signed_anew_and_verifies() {
        let script = Arc::new(Script::new().answer(200, "").answer(200, ""));
        let signed = Signed::new(script.clone(), credentials(), clock(1), Arc::new(Recorder::default()));
        for body in ["", "{}"] {
            signed.exchange(&request("POST", body)).await.unwrap();
        }
        let seen = script.seen();
        for sent in &seen {
            assert_eq!(check(sent, HERE), Ok(()));
        }
        let header = |index: usize, name: &str| {
            let found = seen[index].headers.iter().find(|(n, _)| n == name);
            found.map(|(_, value)| value.clone()).unwrap_or_default()
        };
        assert_eq!(header(0, "X-Sdk-Date"), "20260102T030000Z");
        assert_eq!(header(1, "X-Sdk-Date"), "20260102T030001Z");
        assert_ne!(header(0, "Authorization"), header(1, "Authorization"));
        assert_eq!(header(0, "X-Security-Token"), "TOKEN");
        assert_eq!(header(0, "Content-Type"), "application/json");
        assert_eq!(header(1, "Content-Type"), "application/json;charset=utf-8");
        assert_eq!(header(0, "Host"), "service.example:8443");
        assert!(header(0, "User-Agent").starts_with("fgctl/"));
    }

    #[tokio::test]
    async fn a_token_goes_along_in_place_of_a_signature() {
        let script = Arc::new(Script::new().answer(200, ""));
        let token = Caller::Token(Secret::new("IAM"));
        let signed = Signed::new(script.clone(), token, clock(0), Arc::new(Recorder::default()));
        let asked = Request {
            query: Query::Pairs(vec![("b c".to_owned(), "1".to_owned())]),
            ..request("GET", "")
        };
        signed.exchange(&asked).await.unwrap();
        let sent = script.seen().remove(0);
        let names: Vec<&str> = sent.headers.iter().map(|(name, _)| name.as_str()).collect();
        assert!(
            !names.contains(&"Authorization") && !names.contains(&"X-Sdk-Date"),
            "{names:?}"
        );
        assert!(sent.headers.contains(&("X-Auth-Token".to_owned(), "IAM".to_owned())));
        assert_eq!(sent.query, Query::Encoded("b%20c=1".to_owned()));
    }

    #[tokio::test]
    async fn a_clock_that_is_off_is_corrected_once_and_reported() {
        let script = Script::new()
            .answer_with(401, EXPIRED, &[("date", THERE)])
            .answer(201, "made")
            .answer(200, "");
        let script = Arc::new(script);
        let recorder = Arc::new(Recorder::default());
        let signed = Signed::new(script.clone(), credentials(), clock(0), recorder.clone());
        assert_eq!(signed.exchange(&request("POST", "{}")).await.unwrap().status, 201);
        assert_eq!(signed.exchange(&request("GET", "")).await.unwrap().status, 200);
        let seen = script.seen();
        assert_eq!(check(&seen[0], HERE), Ok(()));
        for sent in &seen[1..] {
            assert_eq!(check(sent, "2026-01-02T05:00:00Z"), Ok(()));
        }
        assert_eq!(recorder.lines(), ["clock corrected by 7200 s"]);
    }

    #[tokio::test]
    async fn it_is_not_corrected_twice() {
        let script = Script::new()
            .answer_with(401, EXPIRED, &[("date", THERE)])
            .answer_with(401, EXPIRED, &[("date", "Fri, 02 Jan 2026 09:00:00 GMT")])
            .answer_with(401, EXPIRED, &[("date", "Fri, 02 Jan 2026 09:00:00 GMT")]);
        let script = Arc::new(script);
        let recorder = Arc::new(Recorder::default());
        let signed = Signed::new(script.clone(), credentials(), clock(0), recorder.clone());
        assert_eq!(signed.exchange(&request("GET", "")).await.unwrap().status, 401);
        assert_eq!(signed.exchange(&request("GET", "")).await.unwrap().status, 401);
        assert_eq!(recorder.lines(), ["clock corrected by 7200 s"]);
    }

    #[tokio::test]
    async fn what_the_clock_does_not_explain_is_answered_as_it_is() {
        let near = "Fri, 02 Jan 2026 03:00:10 GMT";
        let other = r#"{"error_code":"APIGW.0301","error_msg":"ak not exist"}"#;
        for (status, body, date) in [
            (401, EXPIRED, near),
            (401, EXPIRED, "no date"),
            (401, other, THERE),
            (403, EXPIRED, THERE),
        ] {
            let script = Arc::new(Script::new().answer_with(status, body, &[("date", date)]));
            let recorder = Arc::new(Recorder::default());
            let signed = Signed::new(script, credentials(), clock(0), recorder.clone());
            assert_eq!(signed.exchange(&request("GET", "")).await.unwrap().status, status);
            assert!(recorder.lines().is_empty());
        }
    }

    #[tokio::test]
    async fn a_query_that_it_cannot_sign_is_refused() {
        let signed = Signed::new(Script::new(), credentials(), clock(0), Arc::new(Recorder::default()));
        let encoded = Request {
            query: Query::Encoded("a=b".to_owned()),
            ..request("GET", "")
        };
        let error = signed.exchange(&encoded).await.unwrap_err();
        assert!(matches!(error, TransportError::Invalid(_)), "{error}");
    }
}
