//! `fgctl doctor`: what this machine can do, whom fgctl would call, and whether that works. Each check has a limit of
//! time, and those that wait for others run side by side.

mod account;
mod finding;
mod machine;
mod network;

use super::error::CommandError;
use super::global::Context;
use crate::ui::Report;
use finding::{Finding, Status};
use std::time::Duration;

/// The longest that one check waits for somebody else.
const LIMIT: Duration = Duration::from_secs(10);

pub(super) async fn run(context: &Context) -> Result<(), CommandError> {
    let (machine, account) = tokio::join!(machine::look(context), account::look(context));
    let findings: Vec<Finding> = machine?.into_iter().chain(account).collect();
    context.ui.show(&report(&findings))?;
    let failed = findings.iter().filter(|finding| finding.status == Status::Failed);
    match failed.clone().count() {
        0 => Ok(()),
        count => {
            let checks: Vec<&str> = failed.clone().map(|finding| finding.check.as_str()).collect();
            let error = CommandError::failed(format!(
                "{count} of {} checks failed: {}",
                findings.len(),
                checks.join(", ")
            ));
            let hints = failed.filter_map(|finding| finding.next.as_ref());
            Err(hints.fold(error, |error, next| error.hint(next)))
        }
    }
}

fn report(findings: &[Finding]) -> Report {
    let status = |finding: &Finding| match finding.status {
        Status::Ok => "ok",
        Status::Warning => "warning",
        Status::Failed => "failed",
    };
    let found = |finding: &Finding| match &finding.next {
        Some(next) => format!("{}; {next}", finding.found),
        None => finding.found.clone(),
    };
    Report::list(
        findings,
        |finding| finding.check.clone(),
        &[
            ("CHECK", &|finding| finding.check.clone()),
            ("STATUS", &|finding| status(finding).to_owned()),
            ("FOUND", &found),
        ],
    )
}
