//! `fgctl doctor`: what this machine can do, and whom fgctl would call.

use super::error::CommandError;
use super::global::Context;
use crate::env;
use crate::local::{Runtime, abilities};
use crate::sys::port;
use crate::ui::Report;
use serde::Serialize;
use std::path::Path;

/// The programs that functions and the demonstration use, and what for.
const PROGRAMS: [(&str, &str); 4] = [
    ("bash", "starts functions, as the platform does; sh does else"),
    ("node", "Node.js functions"),
    ("npm", "fgctl demo --node"),
    ("python3", "Python functions"),
];
/// Where functions listen that have no machine of their own.
const FUNCTION_PORT: u16 = 8000;

/// One thing that was looked at.
#[derive(Debug, Serialize)]
struct Finding {
    /// What.
    check: String,
    /// Whether all is well.
    ok: bool,
    /// What was found.
    found: String,
}

impl Finding {
    fn new(check: impl Into<String>, ok: bool, found: impl Into<String>) -> Self {
        Self {
            check: check.into(),
            ok,
            found: found.into(),
        }
    }
}

pub(super) async fn run(context: &Context) -> Result<(), CommandError> {
    let mut findings = machine().await?;
    findings.extend(PROGRAMS.map(|(name, use_)| program(name, use_, context)));
    findings.push(local_cloud(context).await);
    findings.push(account(context));
    let report = Report::list(
        &findings,
        |finding| finding.check.clone(),
        &[
            ("CHECK", &|finding| finding.check.clone()),
            ("", &|finding| if finding.ok { "ok" } else { "-" }.to_owned()),
            ("FOUND", &|finding| finding.found.clone()),
        ],
    );
    context.ui.show(&report)?;
    Ok(())
}

/// What the local cloud can do for functions here.
async fn machine() -> Result<Vec<Finding>, CommandError> {
    let abilities = abilities().await?;
    let own = abilities.isolation == "namespaces";
    let isolation = match own {
        true => "each instance of a function has a machine of its own".to_owned(),
        false => format!(
            "{}; one function at a time runs, on 127.0.0.1:{FUNCTION_PORT}",
            abilities.isolation
        ),
    };
    let memory = match &abilities.memory_unlimited {
        None => "limited by control groups".to_owned(),
        Some(why) => format!("not limited: {why}"),
    };
    let mut findings = vec![
        Finding::new("isolation", own, isolation),
        Finding::new("memory of functions", abilities.memory_unlimited.is_none(), memory),
    ];
    if !own {
        let holder = port::holder(FUNCTION_PORT);
        let found = holder
            .as_ref()
            .map_or_else(|| "free".to_owned(), |holder| format!("taken by {holder}"));
        findings.push(Finding::new(
            format!("127.0.0.1:{FUNCTION_PORT}"),
            holder.is_none(),
            found,
        ));
    }
    Ok(findings)
}

/// Whether a program is on the PATH.
fn program(name: &str, use_: &str, context: &Context) -> Finding {
    let path = context.env.os(env::PATH).unwrap_or_default();
    let found = std::env::split_paths(path)
        .map(|folder| folder.join(name))
        .find(|file| is_program(file));
    match found {
        Some(file) => Finding::new(name, true, file.display().to_string()),
        None => Finding::new(name, false, format!("not on the PATH; for: {use_}")),
    }
}

fn is_program(file: &Path) -> bool {
    let Ok(metadata) = file.metadata() else { return false };
    #[cfg(unix)]
    let executable = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o111 != 0;
    #[cfg(not(unix))]
    let executable = true;
    metadata.is_file() && executable
}

async fn local_cloud(context: &Context) -> Finding {
    let running = match context.local_state(None) {
        Ok(state) => Runtime::find(&state).await.map_err(|error| error.to_string()),
        Err(_) => Err("there is no HOME to keep its state in".to_owned()),
    };
    match running {
        Ok(runtime) => Finding::new(
            "local cloud",
            true,
            format!("{}, process {}", runtime.endpoint(), runtime.pid),
        ),
        Err(why) => Finding::new("local cloud", false, format!("{why}; fgctl local up --detach")),
    }
}

/// Whom fgctl would call, and as whom; never a secret.
fn account(context: &Context) -> Finding {
    let settings = match context.settings(None) {
        Ok(settings) => settings,
        Err(error) => return Finding::new("account", false, error.to_string()),
    };
    match settings.credentials() {
        Ok(credentials) => {
            let (region, key) = (&settings.region, &credentials.value.access_key);
            let found = format!(
                "region {} from {}, key {key} from {}",
                region.value, region.origin, credentials.origin
            );
            Finding::new("account", true, found)
        }
        Err(error) => Finding::new("account", false, error.to_string()),
    }
}
