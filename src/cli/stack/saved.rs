//! A plan that is kept in a file, with what it takes to make it again.

use super::super::error::CommandError;
use super::super::init::replace;
use super::{Loaded, Source};
use crate::plan::Plan;
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Path, PathBuf};

/// The number of the file's form.
const FORMAT_VERSION: u32 = 1;

/// A plan, and where it came from.
#[derive(Debug, Deserialize, Serialize)]
pub(in crate::cli) struct Saved {
    /// Of this file's form; also what tells it from any other JSON.
    fgctl_plan: u32,
    manifest: PathBuf,
    environment: Option<String>,
    /// Until when what it makes is wanted.
    pub(in crate::cli) until: Option<String>,
    /// Whether resources that others made are taken over.
    pub(in crate::cli) adopt: bool,
    plan: Plan,
}

impl Saved {
    /// `plan` of `loaded`.
    ///
    /// # Errors
    /// The manifest's path cannot be told.
    pub(in crate::cli) fn new(loaded: &Loaded, adopt: bool, plan: Plan) -> Result<Self, CommandError> {
        Ok(Self {
            fgctl_plan: FORMAT_VERSION,
            manifest: std::path::absolute(&loaded.source.file)?,
            environment: loaded.source.env.clone(),
            until: loaded.stack.until.clone(),
            adopt,
            plan,
        })
    }

    /// Writes it. A plan has no secrets in it, and names none of their values.
    ///
    /// # Errors
    /// The file cannot be written; one that was there is left as it was.
    pub(in crate::cli) fn write(&self, path: &Path) -> Result<(), CommandError> {
        let text = serde_json::to_string_pretty(self).map_err(|error| CommandError::failed(error.to_string()))?;
        replace(path, &(text + "\n"))
            .map_err(|error| CommandError::failed(format!("`{}` cannot be written", path.display())).caused_by(error))
    }

    /// The plan in the file that `source` names, where it holds one and is no manifest.
    ///
    /// # Errors
    /// It is of a newer fgctl, or damaged.
    pub(in crate::cli) fn read(source: &Source) -> Result<Option<Self>, CommandError> {
        let text = fs::read_to_string(&source.file).unwrap_or_default();
        if !text.trim_start().starts_with('{') {
            return Ok(None);
        }
        let path = source.file.display();
        let wrong = |why: String| CommandError::usage(format!("`{path}` is no plan that can be read: {why}"));
        let saved: Self = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        if saved.fgctl_plan > FORMAT_VERSION {
            return Err(wrong("a newer fgctl wrote it".to_owned()).hint("use that one, or plan again"));
        }
        Ok(Some(saved))
    }

    /// The manifest that it was made of.
    pub(in crate::cli) fn source(&self) -> Source {
        Source {
            file: self.manifest.clone(),
            env: self.environment.clone(),
        }
    }

    /// Whether `now` is the same plan: neither the manifest nor the world has moved.
    ///
    /// # Errors
    /// It is another.
    pub(in crate::cli) fn check(&self, now: &Plan) -> Result<(), CommandError> {
        if self.plan == *now {
            return Ok(());
        }
        let others = now.changes.iter().filter(|change| !self.plan.changes.contains(change));
        let gone = self
            .plan
            .changes
            .iter()
            .filter(|change| !now.changes.iter().any(|other| other.address == change.address));
        let mut moved: Vec<String> = others.chain(gone).map(|change| change.address.to_string()).collect();
        moved.sort();
        moved.dedup();
        Err(CommandError::conflict(format!(
            "the plan is no longer true, and nothing was changed; otherwise now: {}",
            moved.join(", ")
        ))
        .hint("plan again: fgctl plan --save FILE"))
    }
}
