//! What ends a WebSocket on a function, in numbers: how long it may be open, how long it may be silent, and how often
//! to ping.

use super::{App, AppError};
use serde::Serialize;
use std::time::Duration;

/// What no page of the vendor tells, in a sentence for a person.
pub(crate) const UNKNOWN: &str = "NAT gateways, proxies and mobile networks between may end a silent connection sooner; \
                                  after how long, no page of the vendor tells";

/// The limits of a function's WebSockets.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Budget {
    /// The function's name.
    pub(crate) function: String,
    /// The longest life of a connection in seconds.
    pub(crate) execution_timeout: i64,
    /// Each way in.
    pub(crate) triggers: Vec<Silence>,
}

/// The longest silence on one trigger.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Silence {
    /// The trigger's name.
    pub(crate) name: String,
    /// The backend timeout in milliseconds: the longest silence. Nothing where the service does not show it.
    pub(crate) backend_timeout: Option<i64>,
    /// How often to ping in milliseconds, so that silence never ends it.
    pub(crate) ping_interval: Option<i64>,
}

/// Whether a connection lives.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Verdict {
    /// Whether no known limit ends it.
    pub(crate) lives: bool,
    /// What ends it, in sentences.
    pub(crate) ended_by: Vec<String>,
}

impl Budget {
    /// Whether a connection lives that is to be open for so long, and silent for so long at most.
    pub(crate) fn judge(&self, open_for: Option<Duration>, silence: Option<Duration>) -> Verdict {
        let mut ended_by = Vec::new();
        let life = duration(self.execution_timeout, 1000);
        if let Some(open_for) = open_for.filter(|open_for| *open_for >= life) {
            ended_by.push(format!(
                "the function's execution timeout ends it after {} s, before {} s",
                life.as_secs_f64(),
                open_for.as_secs_f64()
            ));
        }
        let shown = self
            .triggers
            .iter()
            .filter_map(|trigger| Some((trigger, trigger.backend_timeout?)));
        for (trigger, timeout) in shown {
            let limit = duration(timeout, 1);
            if let Some(silence) = silence.filter(|silence| *silence >= limit) {
                ended_by.push(format!(
                    "the backend timeout of {} ends it after {} s of silence, and it is silent for {} s",
                    trigger.name,
                    limit.as_secs_f64(),
                    silence.as_secs_f64()
                ));
            }
        }
        Verdict {
            lives: ended_by.is_empty(),
            ended_by,
        }
    }
}

impl App {
    /// The limits of a function's WebSockets.
    ///
    /// # Errors
    /// [`AppError::NotFound`], or the service refuses.
    pub(crate) async fn websocket_budget(&self, name: &str) -> Result<Budget, AppError> {
        let function = self.function(name).await?;
        let triggers = self.triggers(name).await?.into_iter();
        let ways_in = triggers.filter(|trigger| trigger.event_data.invoke_url.is_some());
        let silence = |name: String, backend_timeout: Option<i64>| Silence {
            name,
            backend_timeout,
            ping_interval: backend_timeout.map(ping_interval),
        };
        Ok(Budget {
            function: function.func_name,
            execution_timeout: function.timeout,
            triggers: ways_in
                .map(|trigger| {
                    silence(
                        trigger.event_data.name,
                        trigger.event_data.func_info.map(|info| info.timeout),
                    )
                })
                .collect(),
        })
    }
}

fn duration(number: i64, millis: u64) -> Duration {
    Duration::from_millis(u64::try_from(number).unwrap_or_default().saturating_mul(millis))
}

/// How often to ping, both in milliseconds: twice in the longest silence, so that one may be late; in whole seconds
/// where that is possible.
pub(crate) fn ping_interval(backend_timeout: i64) -> i64 {
    match backend_timeout / 2 {
        half if half >= 1000 => half / 1000 * 1000,
        half => half.max(1),
    }
}

#[cfg(test)]
mod tests {
    use super::{Budget, Silence, ping_interval};
    use std::time::Duration;

    #[test]
    fn two_pings_fit_into_the_longest_silence() {
        for (timeout, interval) in [(60_000, 30_000), (5_000, 2_000), (1_000, 500), (1, 1)] {
            assert_eq!(ping_interval(timeout), interval, "{timeout}");
        }
    }

    #[test]
    fn a_connection_lives_until_the_first_limit() {
        let budget = Budget {
            function: "f".to_owned(),
            execution_timeout: 60,
            triggers: vec![Silence {
                name: "API_x".to_owned(),
                backend_timeout: Some(5000),
                ping_interval: Some(2000),
            }],
        };
        let seconds = |number| Some(Duration::from_secs(number));
        assert!(budget.judge(None, None).lives && budget.judge(seconds(59), seconds(4)).lives);
        let verdict = budget.judge(seconds(60), seconds(4));
        assert!(
            !verdict.lives && verdict.ended_by[0].contains("after 60 s, before 60 s"),
            "{verdict:?}"
        );
        let verdict = budget.judge(seconds(600), seconds(5));
        assert!(
            verdict.ended_by.len() == 2 && verdict.ended_by[1].contains("API_x"),
            "{verdict:?}"
        );
    }
}
