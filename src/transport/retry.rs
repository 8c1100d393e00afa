//! Sends again what may be sent again, after a while.

use super::TransportError;
use super::exchange::{Exchange, Request, Response};
use super::observer::{Attempt, Event, Observer};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// The longest wait after the first attempt; doubles with each.
const BASE: Duration = Duration::from_millis(200);
/// The longest wait that fgctl chooses by itself.
const CAP: Duration = Duration::from_secs(10);
/// The longest wait that a service may ask for; beyond, its answer is given up instead.
const LONGEST_ASKED: Duration = Duration::from_secs(60);

/// Too many requests: the service did nothing.
const THROTTLED: u16 = 429;
/// A gateway on the way failed, and nobody knows what the service did.
const PASSING: [u16; 3] = [502, 503, 504];

/// Repeats what failed. Stands outside of signing, so that each attempt bears its own date.
pub(crate) struct Retry<E> {
    inner: E,
    /// The most often that a request is sent.
    attempts: u32,
    observer: Arc<dyn Observer>,
}

impl<E: Exchange> Retry<E> {
    /// Sends what `inner` fails at up to `attempts` times in all.
    pub(crate) fn new(inner: E, attempts: u32, observer: Arc<dyn Observer>) -> Self {
        Self {
            inner,
            attempts,
            observer,
        }
    }

    async fn once(&self, request: &Request, attempt: Attempt<'_>) -> Result<Response, TransportError> {
        self.observer.observe(&Event::Sent(attempt));
        let start = Instant::now();
        let outcome = self.inner.exchange(request).await;
        let took = start.elapsed();
        self.observer.observe(&match &outcome {
            Ok(response) => Event::Answered {
                attempt,
                response,
                took,
            },
            Err(error) => Event::Failed { attempt, error, took },
        });
        outcome
    }
}

impl<E: Exchange> Exchange for Retry<E> {
    async fn exchange(&self, request: &Request) -> Result<Response, TransportError> {
        let mut number = 1;
        let mut may_have_arrived = false;
        loop {
            let attempt = Attempt {
                method: request.method,
                path: &request.path,
                number,
            };
            let outcome = self.once(request, attempt).await.map(|response| Response {
                repeated: may_have_arrived,
                ..response
            });
            let wait = match number < self.attempts && may_go_again(request, &outcome) {
                true => wait(number, outcome.as_ref().ok()),
                false => None,
            };
            let Some(wait) = wait else { return outcome };
            let why = match &outcome {
                Ok(response) => format!("status {}", response.status),
                Err(error) => error.to_string(),
            };
            self.observer.observe(&Event::Retrying { attempt, why, wait });
            may_have_arrived |= may_have_been_done(&outcome);
            tokio::time::sleep(wait).await;
            number += 1;
        }
    }
}

/// Whether `outcome` may pass and `request` may be sent again: either nothing was done, or doing it twice is the
/// same as doing it once.
fn may_go_again(request: &Request, outcome: &Result<Response, TransportError>) -> bool {
    match outcome {
        Ok(response) if response.status == THROTTLED => true,
        Ok(response) => request.idempotent && PASSING.contains(&response.status),
        Err(TransportError::Unreachable { failure, .. }) => {
            failure.may_pass() && (request.idempotent || failure.before_sending())
        }
        Err(
            TransportError::TooLarge { .. }
            | TransportError::Invalid(_)
            | TransportError::HeldBack
            | TransportError::Setup(_),
        ) => false,
    }
}

/// Whether the service may have done what was asked, though this is how the attempt ended.
fn may_have_been_done(outcome: &Result<Response, TransportError>) -> bool {
    match outcome {
        Ok(response) => PASSING.contains(&response.status),
        Err(error) => error.may_have_arrived(),
    }
}

/// How long to wait after attempt `number`, or nothing when the service asks for more patience than there is.
fn wait(number: u32, response: Option<&Response>) -> Option<Duration> {
    // Without randomness the wait is the longest one: polite, only less spread.
    let own = backoff(number, getrandom::u64().unwrap_or(u64::MAX));
    match response.and_then(Response::retry_after) {
        Some(asked) if asked > LONGEST_ASKED => None,
        Some(asked) => Some(asked.max(own)),
        None => Some(own),
    }
}

/// Exponential backoff with full jitter: anything from nothing to the longest wait, as `random` falls.
fn backoff(number: u32, random: u64) -> Duration {
    let longest = BASE
        .saturating_mul(2_u32.saturating_pow(number.saturating_sub(1)))
        .min(CAP);
    longest.mul_f64(random as f64 / u64::MAX as f64)
}

#[cfg(test)]
mod tests {
    use super::{BASE, CAP, Retry, backoff};
    use crate::transport::fake::{Recorder, Script, request};
    use crate::transport::{Exchange, Failure};
    use proptest::prelude::{any, prop_assert, proptest};
    use std::sync::Arc;
    use std::time::Duration;
    use tokio::time::Instant;

    const ATTEMPTS: u32 = 5;

    fn retry(script: &Arc<Script>) -> Retry<Arc<Script>> {
        Retry::new(script.clone(), ATTEMPTS, Arc::new(Recorder::default()))
    }

    /// Whether a request that fails by `fail` is sent again, by method.
    async fn goes_again(fail: impl Fn(Script) -> Script, method: &'static str) -> bool {
        let script = Arc::new(fail(Script::new()).answer(200, ""));
        let outcome = retry(&script).exchange(&request(method, "")).await;
        let again = script.seen().len() == 2;
        assert_eq!(again, matches!(outcome, Ok(response) if response.status == 200));
        script.forget_the_rest();
        again
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_sent_again_by_status_and_method() {
        for (status, get, post) in [
            (400, false, false),
            (401, false, false),
            (404, false, false),
            (409, false, false),
            (429, true, true),
            (500, false, false),
            (501, false, false),
            (502, true, false),
            (503, true, false),
            (504, true, false),
        ] {
            for (method, expected) in [("GET", get), ("PUT", get), ("DELETE", get), ("POST", post)] {
                let again = goes_again(|script| script.answer(status, "x"), method).await;
                assert_eq!(again, expected, "{method} {status}");
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_sent_again_by_failure_and_method() {
        for (failure, get, post) in [
            (Failure::Dns, true, true),
            (Failure::Connect, true, true),
            (Failure::Tls, false, false),
            (Failure::Timeout, false, false),
            (Failure::Cut, true, false),
        ] {
            for (method, expected) in [("GET", get), ("POST", post)] {
                let again = goes_again(|script| script.fail(failure), method).await;
                assert_eq!(again, expected, "{method} {failure:?}");
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_tells_whether_an_earlier_attempt_may_have_been_done() {
        let cut = Script::new().fail(Failure::Cut).answer(404, "");
        let failed_on_the_way = Script::new().answer(504, "").answer(429, "").answer(404, "");
        let refused = Script::new().fail(Failure::Connect).answer(429, "").answer(404, "");
        for (script, repeated) in [(cut, true), (failed_on_the_way, true), (refused, false)] {
            let script = Arc::new(script);
            let response = retry(&script).exchange(&request("DELETE", "")).await.unwrap();
            assert_eq!((response.status, response.repeated), (404, repeated));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_fifth_answer_stands_and_each_step_is_told() {
        let script = (0..ATTEMPTS).fold(Script::new(), |script, n| script.answer(503, &format!("answer {n}")));
        let script = Arc::new(script);
        let recorder = Arc::new(Recorder::default());
        let start = Instant::now();
        let response = Retry::new(script.clone(), ATTEMPTS, recorder.clone())
            .exchange(&request("GET", ""))
            .await
            .unwrap();
        assert_eq!((response.status, &response.body[..]), (503, b"answer 4".as_slice()));
        assert!(start.elapsed() <= BASE * (1 + 2 + 4 + 8) + Duration::from_millis(10));
        let lines = recorder.lines();
        assert_eq!(lines.len(), 14, "{lines:?}");
        assert_eq!(
            lines[..3],
            [
                "GET /v2/p sent, attempt 1",
                "GET /v2/p answered 503",
                "GET /v2/p again: status 503"
            ]
        );
        assert_eq!(lines[13], "GET /v2/p answered 503");
    }

    #[tokio::test(start_paused = true)]
    async fn the_last_cause_is_the_one_that_is_returned() {
        let script = (0..ATTEMPTS).fold(Script::new(), |script, n| {
            script.fail(if n + 1 == ATTEMPTS {
                Failure::Dns
            } else {
                Failure::Connect
            })
        });
        let script = Arc::new(script);
        let error = retry(&script).exchange(&request("POST", "")).await.unwrap_err();
        assert!(error.to_string().contains("no address"), "{error}");
    }

    #[tokio::test(start_paused = true)]
    async fn the_service_says_how_long_to_wait() {
        let date = ("date", "Fri, 02 Jan 2026 03:04:05 GMT");
        for (headers, seconds) in [
            (vec![("retry-after", "7")], 7),
            (vec![("retry-after", " 30 ")], 30),
            (vec![("retry-after", "Fri, 02 Jan 2026 03:04:20 GMT"), date], 15),
        ] {
            let script = Arc::new(Script::new().answer_with(429, "", &headers).answer(200, ""));
            let start = Instant::now();
            retry(&script).exchange(&request("POST", "")).await.unwrap();
            assert_eq!(start.elapsed().as_secs(), seconds, "{headers:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_wish_that_cannot_be_met_ends_it_and_an_unreadable_one_is_ignored() {
        let script = Arc::new(Script::new().answer_with(429, "", &[("retry-after", "3600")]));
        assert_eq!(retry(&script).exchange(&request("GET", "")).await.unwrap().status, 429);
        for text in ["soon", "-1", "Fri, 02 Jan 2026 03:04:20 GMT"] {
            let script = Arc::new(
                Script::new()
                    .answer_with(503, "", &[("retry-after", text)])
                    .answer(200, ""),
            );
            let start = Instant::now();
            assert_eq!(retry(&script).exchange(&request("GET", "")).await.unwrap().status, 200);
            assert!(start.elapsed() <= BASE + Duration::from_millis(10), "{text}");
        }
    }

    #[test]
    fn the_wait_doubles_up_to_its_cap() {
        let longest: Vec<u128> = (1..=8).map(|n| backoff(n, u64::MAX).as_millis()).collect();
        assert_eq!(longest, [200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]);
        assert_eq!(backoff(3, 0), Duration::ZERO);
        assert_eq!(backoff(3, u64::MAX / 2).as_millis(), 400);
    }

    proptest! {
        #[test]
        fn the_wait_never_passes_its_cap(number in any::<u32>(), random in any::<u64>()) {
            prop_assert!(backoff(number, random) <= CAP);
        }
    }
}
