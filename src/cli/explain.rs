//! `fgctl explain`: what a code means, without a network: the services' error codes, close codes of WebSocket, and the
//! exit statuses of fgctl.

use super::error::CommandError;
use super::exit::STATUSES;
use super::global::Context;
use crate::app;
use crate::codes;
use crate::socket;
use crate::ui::Report;
use clap::Args;
use serde::Serialize;

/// The codes that may stand in a close frame, or stand for one.
const CLOSE_CODES: std::ops::RangeInclusive<u16> = 1000..=4999;

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  fgctl explain FSS.1061\n  fgctl explain 1006\n  fgctl explain 9\n  fgctl explain --list --query \"[?service=='API Gateway'].code\""
)]
pub(super) struct Explain {
    /// Error code of a service, close code of a WebSocket (1000 to 4999), or exit status of fgctl
    #[arg(required_unless_present = "list", conflicts_with = "list")]
    code: Option<String>,
    /// List every code that is known, by service
    #[arg(long)]
    list: bool,
}

/// What is known of a code.
#[derive(Debug, Serialize)]
struct Explanation {
    code: String,
    /// Who answers it.
    service: &'static str,
    /// The HTTP status that goes with it.
    status: Option<u16>,
    /// The message that goes with it.
    text: Option<&'static str>,
    meaning: &'static str,
    /// What usually causes it.
    cause: Option<&'static str>,
    /// What to do or to run next.
    next: Option<&'static str>,
}

pub(super) fn run(args: &Explain, context: &Context) -> Result<(), CommandError> {
    let report = match &args.code {
        Some(code) => item(&explain(code)?),
        None => list(&all()),
    };
    context.ui.show(&report)?;
    Ok(())
}

fn explain(code: &str) -> Result<Explanation, CommandError> {
    let known = all();
    if let Some(found) = known.into_iter().find(|known| known.code.eq_ignore_ascii_case(code)) {
        return Ok(found);
    }
    if let Some(close) = code.parse().ok().filter(|code| CLOSE_CODES.contains(code)) {
        return Ok(of_a_close(close));
    }
    let codes = all().into_iter().map(|known| known.code).collect();
    let error = CommandError::not_found(format!("no code `{code}` is known"));
    let similar = app::similar(&code.to_uppercase(), codes);
    if similar.is_empty() {
        return Err(error.hint("fgctl explain --list"));
    }
    let similar: Vec<String> = similar.into_iter().map(|code| format!("`{code}`")).collect();
    Err(error.hint(format_args!("did you mean {}?", similar.join(" or "))))
}

/// The services' codes and the exit statuses. Close codes are too many to list.
fn all() -> Vec<Explanation> {
    let of_services = codes::SERVICES.iter().flat_map(|(service, lists)| {
        lists
            .iter()
            .copied()
            .flatten()
            .map(|entry| of_a_service(service, entry))
    });
    let of_fgctl = STATUSES.iter().map(|(status, meaning, next)| Explanation {
        code: status.to_string(),
        service: "fgctl (exit status)",
        status: None,
        text: None,
        meaning,
        cause: None,
        next: *next,
    });
    of_services.chain(of_fgctl).collect()
}

fn of_a_service(service: &'static str, entry: &codes::Entry) -> Explanation {
    Explanation {
        code: entry.code.to_owned(),
        service,
        status: Some(entry.status),
        text: Some(entry.text),
        meaning: entry.meaning,
        cause: Some(entry.cause),
        next: Some(entry.next),
    }
}

fn of_a_close(code: u16) -> Explanation {
    Explanation {
        code: code.to_string(),
        service: "WebSocket (close code)",
        status: None,
        text: None,
        meaning: socket::meaning(code),
        cause: None,
        next: None,
    }
}

fn item(explanation: &Explanation) -> Report {
    let owned = |text: Option<&str>| text.map(str::to_owned);
    Report::item(
        explanation,
        &explanation.code,
        vec![
            ("Code", Some(explanation.code.clone())),
            ("Of", owned(Some(explanation.service))),
            ("HTTP status", explanation.status.map(|status| status.to_string())),
            ("Message", owned(explanation.text)),
            ("Means", owned(Some(explanation.meaning))),
            ("Often", owned(explanation.cause)),
            ("Next", owned(explanation.next)),
        ],
    )
}

fn list(explanations: &[Explanation]) -> Report {
    Report::list(
        explanations,
        |one| one.code.clone(),
        &[
            ("CODE", &|one| one.code.clone()),
            ("OF", &|one| one.service.to_owned()),
            ("HTTP", &|one| {
                one.status.map_or_else(String::new, |status| status.to_string())
            }),
            ("MEANS", &|one| one.meaning.to_owned()),
        ],
    )
}
