//! How often an API may be called: throttling policies, the gateway's rate limit, and the debug domain's calls of a day.
//! Source: APIG API v2, "Request Throttling Policy Management"; APIG user guide, "Notes and Constraints".
//!
//! Calls are counted in fixed periods, which begin where the clock says. A call that is refused counts for nothing.

use super::refusal::Refusal;
use super::route::Route;
use crate::local::fidelity::Row;
use crate::local::store::records::{GATEWAYS, GatewayRecord, PUBLICATIONS, THROTTLE_BINDINGS, THROTTLES};
use crate::local::store::{Read, Reader, StoreError};
use crate::wire::throttle::{NewThrottle, Throttle};
use serde_json::Value;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

/// What is played here.
pub(super) const PLAYED: Row = Row::beside(
    "gateway",
    "how often an API may be called",
    "APIG user guide, \"Notes and Constraints\"",
    &[
        "the 200 calls a second that an API of a new gateway takes: here any number, until the feature `ratelimit` is set",
        "where the periods begin in which calls are counted: here where the clock says",
    ],
);

const DAY: i64 = 24 * 3600;
/// `type` of a policy that counts the calls of all its APIs together.
const SHARED: i64 = 2;
/// Beyond so many counts those of periods that are over are forgotten.
const COUNTS: usize = 4096;

/// The policies that hold for publications, which are named by their API's id and their environment.
#[derive(Debug, Default)]
pub(super) struct Policies {
    bound: HashMap<(String, String), Vec<Throttle>>,
    /// Calls a second, where the gateway's feature says so.
    rates: HashMap<(String, String), i64>,
}

/// The feature of a gateway that limits each of its APIs by itself.
const RATE: &str = "ratelimit";

impl Policies {
    /// As the records have them.
    pub(super) fn read(reader: &Reader) -> Result<Self, StoreError> {
        let mut known: HashMap<String, Throttle> = HashMap::new();
        for record in reader.scan(&THROTTLES, "")? {
            known.insert(record.throttle.id.clone(), record.throttle);
        }
        let gateways = reader.scan(&GATEWAYS, "")?;
        let rates: HashMap<String, i64> = gateways.iter().filter_map(rate).collect();
        let mut policies = Self::default();
        let mut places = HashMap::new();
        for record in reader.scan(&PUBLICATIONS, "")? {
            let place = (record.api.id, record.env_name);
            if let Some(calls) = rates.get(&record.instance_id) {
                policies.rates.insert(place.clone(), *calls);
            }
            places.insert(record.publication.publish_id, place);
        }
        for record in reader.scan(&THROTTLE_BINDINGS, "")? {
            let binding = record.binding;
            let found = (places.get(&binding.publish_id), known.get(&binding.strategy_id));
            if let (Some(place), Some(throttle)) = found {
                policies.bound.entry(place.clone()).or_default().push(throttle.clone());
            }
        }
        Ok(policies)
    }

    /// What limits a call of `route` by `visitor`.
    fn limits(&self, route: &Route, visitor: Visitor<'_>) -> Vec<Limit> {
        let place = (route.api.id.clone(), route.environment.clone());
        let bound = self.bound.get(&place).into_iter().flatten();
        let mut limits: Vec<Limit> = bound.flat_map(|throttle| limits(throttle, route, visitor)).collect();
        limits.extend(self.rates.get(&place).map(|calls| Limit {
            key: format!("{RATE} {} {}", place.0, place.1),
            calls: *calls,
            period: 1,
            policy: "api",
            time: "1 second".to_owned(),
        }));
        limits
    }
}

/// A gateway's id and how many calls a second its feature lets each of its APIs have, if it is set.
fn rate(record: &GatewayRecord) -> Option<(String, i64)> {
    let feature = record
        .features
        .iter()
        .find(|feature| feature.name == RATE && feature.enable)?;
    let config: Value = serde_json::from_str(feature.config.as_deref()?).ok()?;
    Some((record.gateway.id.clone(), config["api_limits"].as_i64()?))
}

/// Who calls.
#[derive(Clone, Copy, Debug)]
pub(super) struct Visitor<'a> {
    /// Its address.
    pub(super) address: IpAddr,
    /// The id of the app that proved itself.
    pub(super) app: Option<&'a str>,
    /// Whether it proved to be the account's user, or an app of that user.
    pub(super) user: bool,
    /// Whether it came by a domain of the group's own.
    pub(super) own_domain: bool,
}

/// Counts calls.
#[derive(Debug)]
pub(super) struct Throttling {
    /// How many calls a day a group takes by its debug domain.
    debug_domain: Option<u32>,
    /// By what is counted.
    counts: Mutex<HashMap<String, Count>>,
}

/// How many calls came in a period.
#[derive(Clone, Copy, Debug)]
struct Count {
    /// When the period is over, in Unix seconds.
    until: i64,
    calls: i64,
}

/// Something that is limited.
struct Limit {
    /// What is counted.
    key: String,
    /// How many there may be.
    calls: i64,
    /// In how many seconds.
    period: i64,
    /// What is said beyond.
    policy: &'static str,
    /// The period, in words.
    time: String,
}

impl Throttling {
    /// Nothing came yet; a group takes so many calls a day by its debug domain, or any number.
    pub(super) fn new(debug_domain: Option<u32>) -> Self {
        Self {
            debug_domain,
            counts: Mutex::default(),
        }
    }

    /// Counts a call of `route`.
    ///
    /// # Errors
    /// There were too many.
    pub(super) fn admit(&self, route: &Route, policies: &Policies, visitor: Visitor<'_>) -> Result<(), Refusal> {
        let mut limits = policies.limits(route, visitor);
        if let Some(calls) = self.debug_domain.filter(|_| !visitor.own_domain) {
            limits.push(Limit {
                key: format!("debug domain of {}", route.api.group_id),
                calls: calls.into(),
                period: DAY,
                policy: "debug domain",
                time: "1 day".to_owned(),
            });
        }
        self.count(&limits, jiff::Timestamp::now().as_second())
    }

    fn count(&self, limits: &[Limit], now: i64) -> Result<(), Refusal> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let in_period = |counts: &HashMap<String, Count>, limit: &Limit| match counts.get(&limit.key) {
            Some(count) if count.until > now => count.calls,
            _ => 0,
        };
        if let Some(limit) = limits.iter().find(|limit| in_period(&counts, limit) >= limit.calls) {
            return Err(Refusal::Throttled(format!(
                "policy {} over ratelimit,limit:{},time:{}",
                limit.policy, limit.calls, limit.time
            )));
        }
        if counts.len() > COUNTS {
            counts.retain(|_, count| count.until > now);
        }
        for limit in limits {
            let count = Count {
                until: (now / limit.period + 1) * limit.period,
                calls: in_period(&counts, limit) + 1,
            };
            counts.insert(limit.key.clone(), count);
        }
        Ok(())
    }
}

/// What `throttle` limits for a visitor.
fn limits(throttle: &Throttle, route: &Route, visitor: Visitor<'_>) -> Vec<Limit> {
    let policy = &throttle.policy;
    let (seconds, unit) = unit(policy);
    let interval = policy.time_interval.max(1);
    let scope = match policy.kind {
        Some(SHARED) => throttle.id.clone(),
        _ => format!("{} {} {}", throttle.id, route.api.id, route.environment),
    };
    let user = policy.user_call_limits.filter(|_| visitor.user);
    let all = [
        ("api", Some(policy.api_call_limits), String::new()),
        ("user", user, "account".to_owned()),
        (
            "app",
            policy.app_call_limits.filter(|_| visitor.app.is_some()),
            visitor.app.unwrap_or_default().to_owned(),
        ),
        ("ip", policy.ip_call_limits, visitor.address.to_string()),
    ];
    // A limit of nothing is none.
    all.into_iter()
        .filter_map(|(name, calls, who)| {
            Some(Limit {
                key: format!("{name} {who} {scope}"),
                calls: calls.filter(|calls| *calls > 0)?,
                period: seconds * interval,
                policy: name,
                time: format!("{interval} {unit}"),
            })
        })
        .collect()
}

fn unit(policy: &NewThrottle) -> (i64, &'static str) {
    match policy.time_unit.as_str() {
        "SECOND" => (1, "second"),
        "HOUR" => (3600, "hour"),
        "DAY" => (DAY, "day"),
        _ => (60, "minute"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Limit, Throttling};

    fn limit(key: &str, calls: i64) -> Limit {
        Limit {
            key: key.to_owned(),
            calls,
            period: 60,
            policy: "api",
            time: "1 minute".to_owned(),
        }
    }

    #[test]
    fn a_period_takes_its_number_and_the_next_one_begins_anew() {
        let throttling = Throttling::new(None);
        let limits = [limit("a", 2), limit("b", 3)];
        let taken = |now| throttling.count(&limits, now).is_ok();
        assert_eq!(
            [taken(60), taken(61), taken(62), taken(119)],
            [true, true, false, false]
        );
        let refused = throttling.count(&limits, 119).unwrap_err().message();
        assert!(
            refused.ends_with("policy api over ratelimit,limit:2,time:1 minute"),
            "{refused}"
        );
        // The refused ones did not count for the other limit either.
        assert!(throttling.count(&limits[1..], 119).is_ok());
        assert!(taken(120));
    }
}
