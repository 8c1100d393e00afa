//! `fgctl profile show`: each setting, what it is, and where it comes from.

use crate::cli::error::CommandError;
use crate::cli::global::Context;
use crate::config::{Flags, Origin, Settings, Sourced};
use crate::sign::Caller;
use crate::ui::Report;
use crate::wire::Service;
use clap::Args;
use serde::Serialize;

/// What stands in the place of a secret.
const MASK: &str = "***";

#[derive(Debug, Args)]
pub(in crate::cli) struct Show {
    /// Profile's name, as if --profile named it
    name: Option<String>,
}

/// One setting.
#[derive(Debug, Serialize)]
struct Shown {
    name: String,
    value: String,
    origin: String,
}

impl Shown {
    fn new(name: impl Into<String>, value: impl Into<String>, origin: &Origin) -> Self {
        Self {
            name: name.into(),
            value: value.into(),
            origin: origin.to_string(),
        }
    }
}

pub(super) async fn run(args: Show, context: &Context) -> Result<(), CommandError> {
    let settings = match args.name {
        None => context.settings().await?,
        Some(name) => {
            let accounts = context.accounts();
            let flags = Flags {
                profile: Some(name),
                ..accounts.flags().clone()
            };
            accounts.settings_with(&flags, &context.env, None)?
        }
    };
    let shown = shown(&settings);
    let report = Report::list(
        &shown,
        |shown| shown.name.clone(),
        &[
            ("SETTING", &|shown| shown.name.clone()),
            ("VALUE", &|shown| shown.value.clone()),
            ("FROM", &|shown| shown.origin.clone()),
        ],
    );
    context.ui.show(&report)?;
    for warning in &settings.warnings {
        context.ui.warning(warning);
    }
    Ok(())
}

fn shown(settings: &Settings) -> Vec<Shown> {
    let texts = [
        ("profile", settings.profile.as_ref()),
        ("region", Some(&settings.region)),
        ("project_id", settings.project_id.as_ref()),
        ("domain_id", settings.domain_id.as_ref()),
        ("enterprise_project_id", settings.enterprise_project_id.as_ref()),
        ("bucket", settings.bucket.as_ref()),
    ];
    let text = |(name, sourced): (&str, Option<&Sourced<String>>)| {
        sourced.map(|Sourced { value, origin }| Shown::new(name, value, origin))
    };
    let mut shown: Vec<Shown> = texts.into_iter().filter_map(text).collect();
    shown.extend(caller(settings));
    if let Some(Sourced { value, origin }) = &settings.ca_file {
        shown.push(Shown::new("ca_file", value.display().to_string(), origin));
    }
    if let Some(Sourced {
        value: (name, on),
        origin,
    }) = &settings.websocket_field
    {
        shown.push(Shown::new("websocket.field", format!("{name}={on}"), origin));
    }
    shown.extend(Service::ALL.map(|service| {
        let Sourced { value, origin } = settings.endpoint(service);
        Shown::new(format!("endpoint.{}", service.host_label()), value.as_str(), origin)
    }));
    shown
}

/// Who calls, its secrets masked.
fn caller(settings: &Settings) -> Vec<Shown> {
    let Some(Sourced { value, origin }) = &settings.credentials else {
        return Vec::new();
    };
    let mut shown = match value {
        Caller::Token(_) => vec![Shown::new("auth_token", MASK, origin)],
        Caller::Keys(keys) => {
            let token = keys.security_token.as_ref();
            let token = token.map(|_| Shown::new("security_token", MASK, origin));
            let pair = [
                Shown::new("access_key", &keys.access_key, origin),
                Shown::new("secret_key", MASK, origin),
            ];
            pair.into_iter().chain(token).collect()
        }
    };
    if let Some(at) = settings.expires_at {
        shown.push(Shown::new("expires_at", at.to_string(), origin));
    }
    shown
}
