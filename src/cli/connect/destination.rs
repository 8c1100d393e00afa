//! Where `fgctl connect` goes: a URL as it is, else a trigger's, with the limits that end its connections.

use super::super::error::CommandError;
use super::super::global::Context;
use crate::app::{App, ping_interval};
use crate::socket::{Cause, Closing, Limits, Target, likely};
use crate::wire::function::Function;
use crate::wire::trigger::Trigger;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::time::Duration;

/// All but what RFC 3986 never encodes, which a signature wants too.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// What a name led to.
pub(in super::super) struct Place {
    pub(super) app: App,
    pub(super) function: Function,
    pub(super) trigger: Trigger,
}

impl Place {
    /// In milliseconds.
    fn backend_timeout(&self) -> i64 {
        let behind = self.trigger.event_data.func_info.as_ref();
        behind.map_or(0, |behind| behind.timeout)
    }
}

/// Where to go.
pub(in super::super) struct Destination {
    pub(in super::super) target: Target,
    pub(in super::super) limits: Limits,
    /// Nothing for a URL.
    pub(super) place: Option<Place>,
}

impl Destination {
    /// Reads a URL, or looks a name up.
    ///
    /// # Errors
    /// No URL, an unknown name, or several triggers.
    pub(super) async fn find(text: &str, context: &Context) -> Result<Self, CommandError> {
        if text.contains("://") {
            return Ok(Self {
                target: text.parse()?,
                limits: Limits::default(),
                place: None,
            });
        }
        let app: App = context.app().await?;
        let (function, trigger) = app.trigger(text).await?;
        let Some(url) = &trigger.event_data.invoke_url else {
            return Err(CommandError::not_found(format!("the trigger `{text}` has no URL")));
        };
        let behind = trigger.event_data.func_info.as_ref();
        let backend = behind.and_then(|behind| u64::try_from(behind.timeout).ok());
        let limits = Limits {
            execution_timeout: u64::try_from(function.timeout).ok().map(Duration::from_secs),
            backend_timeout: backend.map(Duration::from_millis),
        };
        Ok(Self {
            target: url.parse()?,
            limits,
            place: Some(Place { app, function, trigger }),
        })
    }

    /// Adds parameters to the query.
    pub(super) fn add(&mut self, parameters: &[(String, String)]) {
        let encoded = |text| utf8_percent_encode(text, ENCODED).to_string();
        for (name, value) in parameters {
            let query = &mut self.target.query;
            if !query.is_empty() {
                query.push('&');
            }
            query.push_str(&format!("{}={}", encoded(name), encoded(value)));
        }
    }

    /// What to do about an end like this.
    pub(in super::super) fn advice(&self, closing: &Closing) -> Vec<String> {
        let Some(place) = &self.place else {
            let unexplained = !closing.clean && !closing.ours && closing.fault.is_none();
            let hint = "name the trigger or the function in place of the URL: its limits are compared then";
            return unexplained.then(|| hint.to_owned()).into_iter().collect();
        };
        let advise = |cause| match cause {
            Cause::Execution => vec![
                format!("fgctl function update {} --timeout SECONDS", place.function.func_name),
                "or connect again by itself: --reconnect".to_owned(),
            ],
            Cause::Silence => vec![
                format!(
                    "ping more often: --ping-interval {}ms",
                    ping_interval(place.backend_timeout())
                ),
                format!(
                    "or raise it, and publish the API: fgctl api update {} --gateway {} --timeout MILLISECONDS",
                    place.trigger.event_data.name,
                    place.trigger.event_data.instance_id.as_deref().unwrap_or("GATEWAY")
                ),
            ],
        };
        likely(closing, &self.limits).into_iter().flat_map(advise).collect()
    }
}

/// Reads `NAME=VALUE`.
pub(in super::super) fn parameter(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("it should read NAME=VALUE".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Destination, Limits, parameter};

    #[test]
    fn parameters_are_encoded_and_added_to_those_that_are_there() {
        let mut destination = Destination {
            target: "wss://h.example/?a=b".parse().unwrap(),
            limits: Limits::default(),
            place: None,
        };
        destination.add(&[parameter("x y=1&2=3").unwrap(), parameter("é=").unwrap()]);
        assert_eq!(destination.target.query, "a=b&x%20y=1%262%3D3&%C3%A9=");
        for bad in ["", "x", "=x"] {
            assert!(parameter(bad).is_err(), "{bad}");
        }
    }
}
