//! What this machine can do: isolation, programs, a local cloud that runs.

use super::finding::Finding;
use crate::cli::error::CommandError;
use crate::cli::global::Context;
use crate::env;
use crate::local::{Runtime, abilities};
use crate::sys::port;
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

/// Everything about this machine.
///
/// # Errors
/// What it can do cannot be tried.
pub(super) async fn look(context: &Context) -> Result<Vec<Finding>, CommandError> {
    let mut findings = machine().await?;
    findings.extend(PROGRAMS.map(|(name, use_)| program(name, use_, context)));
    findings.push(local_cloud(context).await);
    Ok(findings)
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
    let limited = abilities.memory_unlimited.is_none();
    let public = match &abilities.no_public_access {
        None if own => "functions that have it reach what this machine reaches, by pasta".to_owned(),
        None => "functions have this machine's own network".to_owned(),
        Some(why) => format!("functions reach nothing but forwarded ports: {why}"),
    };
    let mut findings = vec![
        Finding::fine_if(own, "isolation", isolation),
        Finding::fine_if(limited, "memory of functions", memory),
        Finding::fine_if(abilities.no_public_access.is_none(), "public access", public),
    ];
    if !own {
        let holder = port::holder(FUNCTION_PORT);
        let found = holder
            .as_ref()
            .map_or_else(|| "free".to_owned(), |holder| format!("taken by {holder}"));
        let check = format!("127.0.0.1:{FUNCTION_PORT}");
        findings.push(Finding::fine_if(holder.is_none(), check, found));
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
        Some(file) => Finding::ok(name, file.display().to_string()),
        None => Finding::warning(name, "not on the PATH").next(format!("install it for: {use_}")),
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
        Ok(runtime) => Finding::ok(
            "local cloud",
            format!("{}, process {}", runtime.endpoint(), runtime.pid),
        ),
        Err(why) => Finding::warning("local cloud", why).next("fgctl local up --detach"),
    }
}
