//! Whether each service can be reached: its name, the connection, TLS, the proxy, and what its clock says.

use super::LIMIT;
use super::finding::Finding;
use crate::cloud::{Options, Prober, Reached};
use crate::config::Settings;
use crate::wire::Service;
use futures_util::future::join_all;
use jiff::Timestamp;
use std::error::Error;

/// How far this machine's clock may be off before the services refuse, in seconds.
const TOO_FAR: i64 = 15 * 60;
/// From how many seconds on it is told.
const NOTICEABLE: i64 = 60;

/// What asking each service came to.
pub(super) struct Network {
    pub(super) findings: Vec<Finding>,
    /// Whether the identity service answers.
    pub(super) identity: bool,
}

/// Asks every service, all at once.
pub(super) async fn look(settings: &Settings, options: &Options) -> Network {
    let prober = match Prober::new(options) {
        Ok(prober) => prober,
        Err(error) => {
            let broken = Finding::failed("network", told(&error)).next("check --ca-file, HTTPS_PROXY and HTTP_PROXY");
            return Network {
                findings: vec![broken],
                identity: false,
            };
        }
    };
    let asked = Service::ALL.map(|service| one(service, settings, &prober));
    let answers = join_all(asked).await;
    let identity = answers
        .iter()
        .any(|(service, _, reached)| *service == Service::Iam && reached.is_some());
    let clock = answers
        .iter()
        .filter_map(|(.., reached)| reached.as_ref())
        .find_map(clock);
    let services = answers.into_iter().map(|(_, finding, _)| finding);
    Network {
        findings: services.chain(clock).collect(),
        identity,
    }
}

async fn one(service: Service, settings: &Settings, prober: &Prober) -> (Service, Finding, Option<Reached>) {
    let endpoint = settings.endpoint(service);
    let check = format!("endpoint {}", service.host_label());
    let url = endpoint.value.as_str();
    let way = match proxy(url, settings) {
        Some(variable) => format!(" through the proxy of {variable}"),
        None => String::new(),
    };
    let next = "check --endpoint, --region, HTTPS_PROXY and --ca-file";
    match tokio::time::timeout(LIMIT, prober.ask(url)).await {
        Err(_) => {
            let found = format!("{url}{way} gives no answer within {} s", LIMIT.as_secs());
            (service, Finding::failed(check, found).next(next), None)
        }
        Ok(Err(error)) => {
            let found = format!("{url}{way}: {}", told(&error));
            (service, Finding::failed(check, found).next(next), None)
        }
        Ok(Ok(reached)) => {
            let found = format!(
                "{url} from {}{way} answers in {} ms (status {})",
                endpoint.origin,
                reached.took.as_millis(),
                reached.status
            );
            (
                service,
                Finding::fine_if(!endpoint.value.is_exposed(), check, found),
                Some(reached),
            )
        }
    }
}

/// The variable with the proxy for `url`, where one is set. Whether it is excepted is the transport's to know.
fn proxy(url: &str, settings: &Settings) -> Option<&'static str> {
    let proxies = &settings.proxies;
    match url.starts_with("https://") {
        true => proxies.https.as_ref().map(|_| "HTTPS_PROXY"),
        false => proxies.http.as_ref().map(|_| "HTTP_PROXY"),
    }
}

/// How far this machine's clock is from the service's.
fn clock(reached: &Reached) -> Option<Finding> {
    let ahead = Timestamp::now().as_second() - reached.date?.as_second();
    let found = match ahead {
        0.. => format!("{ahead} s ahead of the service's"),
        behind => format!("{} s behind the service's", -behind),
    };
    Some(match ahead.abs() {
        ..NOTICEABLE => Finding::ok("clock", found),
        NOTICEABLE..=TOO_FAR => Finding::warning("clock", found).next("set this machine's clock"),
        _ => Finding::warning("clock", format!("{found}; requests are signed with the service's time"))
            .next("set this machine's clock"),
    })
}

/// `error` with its causes.
fn told(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        next = cause.source();
    }
    text
}
