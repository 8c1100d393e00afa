//! Who would call, by which of all sources, and whether the services accept it.

use super::LIMIT;
use super::finding::Finding;
use super::network;
use crate::cli::error::CommandError;
use crate::cli::global::Context;
use crate::cloud::{Cloud, Options, Target};
use crate::config::{Settings, Sourced};
use crate::sign::Caller;
use crate::wire::quota::{ListQuotas, Quota};
use crate::wire::region::KNOWN;
use crate::wire::rule::WEBSOCKET_REGION;
use jiff::Timestamp;

/// The quota of functions. Source: ListQuotas.
const FUNCTIONS: &str = "fgs_func_num";

/// Everything about the account, its region and the way there.
pub(super) async fn look(context: &Context) -> Vec<Finding> {
    let mut findings = vec![file(context)];
    findings.extend(sources(context));
    let settings = match context.settings().await {
        Ok(settings) => settings,
        Err(error) => {
            findings.push(without_settings(&error));
            return findings;
        }
    };
    findings.extend(
        settings
            .warnings
            .iter()
            .map(|warning| Finding::warning("settings", warning.to_string())),
    );
    findings.push(region(&settings));
    let options = Options {
        timeout: LIMIT,
        ..context.transport(&settings)
    };
    let network = network::look(&settings, &options).await;
    findings.extend(network.findings);
    findings.extend(credentials(context, settings, options, network.identity).await);
    findings
}

/// Nobody to call is a failure only where somebody tried to say whom.
fn without_settings(error: &CommandError) -> Finding {
    match error.is_about_the_region() {
        true => Finding::warning("region", error.told()).next("fgctl profile add NAME"),
        false => Finding::error("settings", error),
    }
}

fn file(context: &Context) -> Finding {
    let check = "configuration file";
    let accounts = context.accounts();
    match (accounts.file(), accounts.profiles()) {
        (Ok(file), Ok(profiles)) => Finding::ok(
            check,
            format!("{}, profiles: {}", file.path().display(), profiles.names()),
        ),
        (Err(error), _) => Finding::warning(check, error.told()),
        (Ok(_), Err(error)) => Finding::error(check, &error),
    }
}

/// Each source of credentials that is set, and which one counts.
fn sources(context: &Context) -> Vec<Finding> {
    let check = "credentials";
    if context.accounts().flags().local {
        return vec![Finding::ok(check, "those of the running local cloud")];
    }
    let found = match context.accounts().candidates(&context.env) {
        Ok(found) => found,
        // What is wrong is told where the settings are.
        Err(_) => return Vec::new(),
    };
    if found.is_empty() {
        return vec![Finding::warning(check, "none are set").next("fgctl profile add NAME")];
    }
    let tell = |(at, source): (usize, Result<Sourced<Caller>, _>)| match source {
        Ok(source) if at == 0 => Finding::ok(check, format!("{} from {}: used", who(&source.value), source.origin)),
        Ok(source) => Finding::ok(
            check,
            format!(
                "{} from {}: not used, a stronger source is set",
                who(&source.value),
                source.origin
            ),
        ),
        Err(error) => Finding::error(check, &CommandError::from(error)),
    };
    found.into_iter().enumerate().map(tell).collect()
}

fn who(caller: &Caller) -> String {
    match caller {
        Caller::Keys(keys) => match keys.security_token {
            None => format!("the key {}", keys.access_key),
            Some(_) => format!("the temporary key {}", keys.access_key),
        },
        Caller::Token(_) => "an IAM token".to_owned(),
    }
}

fn region(settings: &Settings) -> Finding {
    let region = &settings.region;
    let known = KNOWN.iter().any(|(id, _)| *id == region.value);
    let note = if known { "" } else { ", which fgctl does not know" };
    let found = format!("{} from {}{note}", region.value, region.origin);
    match region.value == WEBSOCKET_REGION {
        true => Finding::ok("region", format!("{found}; WebSocket can be configured there")),
        false => Finding::warning(
            "region",
            format!("{found}; the guide has WebSocket in {WEBSOCKET_REGION} alone"),
        )
        .next(format!("for WebSocket: --region {WEBSOCKET_REGION}")),
    }
}

/// A signed call that proves the credentials, the project that it finds, and what of its quotas is left.
async fn credentials(context: &Context, settings: Settings, options: Options, reachable: bool) -> Vec<Finding> {
    let check = "signed call";
    let caller = match settings.caller(Timestamp::now()) {
        Ok(caller) => caller.value.clone(),
        Err(error) if settings.credentials.is_none() => return vec![Finding::warning(check, error.to_string())],
        Err(error) => return vec![Finding::error(check, &CommandError::from(error))],
    };
    if !reachable {
        return vec![Finding::warning(
            check,
            "not tried: the identity service gives no answer",
        )];
    }
    let named = settings.project_id.clone();
    let target = Target {
        // Asked anew, to see that it is answered.
        project_id: None,
        cache: None,
        ..context.target(settings, caller)
    };
    match tokio::time::timeout(LIMIT, Cloud::connect(target, options)).await {
        Err(_) => vec![Finding::failed(
            check,
            format!("no answer within {} s", LIMIT.as_secs()),
        )],
        Ok(Err(error)) => vec![Finding::error(check, &error.into())],
        Ok(Ok(cloud)) => {
            let accepted = Finding::ok(check, "the identity service accepts the credentials");
            let quota = functions(&cloud).await;
            vec![accepted, project(&cloud, named.as_ref()), quota]
        }
    }
}

/// Whether the project that the settings name is the one that the region has.
fn project(cloud: &Cloud, named: Option<&Sourced<String>>) -> Finding {
    let found = cloud.project_id();
    match named {
        Some(named) if named.value != found => Finding::warning(
            "project",
            format!("{} from {}; the region's own is {found}", named.value, named.origin),
        ),
        Some(named) => Finding::ok("project", format!("{found} from {}", named.origin)),
        None => Finding::ok("project", format!("{found}, as the identity service tells")),
    }
}

/// How many functions there may be. No operation tells it of gateways.
async fn functions(cloud: &Cloud) -> Finding {
    let check = "quota of functions";
    let quotas = match tokio::time::timeout(LIMIT, cloud.send(&ListQuotas {})).await {
        Err(_) => return Finding::failed(check, format!("no answer within {} s", LIMIT.as_secs())),
        Ok(Err(error)) => return Finding::error(check, &CommandError::from(error)),
        Ok(Ok(list)) => list.quotas.resources,
    };
    match quotas.iter().find(|quota| quota.kind == FUNCTIONS) {
        None => Finding::warning(check, "the service does not tell it"),
        Some(Quota { quota, used, .. }) => {
            let found = format!("{used} of {quota} used");
            Finding::fine_if(used < quota, check, found)
        }
    }
}
