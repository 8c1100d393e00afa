//! A program of this machine, run to its end.

use super::super::AppError;
use std::fs;
use std::io;
use std::path::Path;
use std::process::Stdio;
use tokio::process::Command;

/// How many of a failed program's first and last lines are shown: npm begins with the reason, pip ends with it.
const LINES: usize = 12;

/// A program that has to be there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Program {
    /// What PATH is searched for.
    pub(super) name: &'static str,
    /// How it is to be had.
    pub(super) install: &'static str,
}

impl Program {
    /// Runs it in `folder`, and tells what it wrote to stdout.
    ///
    /// # Errors
    /// There is none, or it fails: its own last lines are told.
    pub(super) async fn run(self, arguments: &[String], folder: &Path) -> Result<String, AppError> {
        let mut command = Command::new(self.name);
        command
            .args(arguments)
            .current_dir(folder)
            .stdin(Stdio::null())
            .kill_on_drop(true);
        let output = match command.output().await {
            Ok(output) => output,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let text = format!("`{}` is needed, and this machine's PATH has none", self.name);
                return Err(AppError::refused(text, &[self.install]));
            }
            Err(error) => {
                let text = format!("`{}` cannot be started: {error}", self.name);
                return Err(AppError::refused(text, &[self.install]));
            }
        };
        let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
        if output.status.success() {
            return Ok(stdout);
        }
        let said = format!("{stdout}\n{}", String::from_utf8_lossy(&output.stderr));
        Err(AppError::Program {
            text: format!(
                "`{} {}` failed ({})",
                self.name,
                arguments.first().map_or("", String::as_str),
                output.status
            ),
            said: telling(&said),
        })
    }
}

/// Removes the file or folder at `path`, if there is one.
///
/// # Errors
/// The system does not let it.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    let removed = match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

/// The first and the last lines that say something.
fn telling(text: &str) -> Vec<String> {
    let says_something = |line: &&str| !matches!(*line, "" | "npm error" | "npm ERR!");
    let lines: Vec<&str> = text.lines().map(str::trim_end).filter(says_something).collect();
    if lines.len() <= 2 * LINES {
        return lines.into_iter().map(str::to_owned).collect();
    }
    let (first, last) = (&lines[..LINES], &lines[lines.len() - LINES..]);
    [first, &["..."], last]
        .concat()
        .into_iter()
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{LINES, Program, telling};
    use crate::app::AppError;
    use std::path::Path;

    #[test]
    fn the_first_and_the_last_lines_are_told() {
        let text = |lines: usize| {
            (0..lines)
                .map(|n| format!("line {n}\n\nnpm error\n"))
                .collect::<String>()
        };
        assert_eq!(telling(&text(2 * LINES)).len(), 2 * LINES);
        let told = telling(&text(50));
        let places = [0, LINES - 1, LINES, LINES + 1, 2 * LINES].map(|at| told[at].as_str());
        assert_eq!(places, ["line 0", "line 11", "...", "line 38", "line 49"]);
    }

    #[tokio::test]
    async fn a_program_that_is_missing_or_fails_is_told_apart() {
        let missing = Program {
            name: "no-such-program-here",
            install: "install it",
        };
        let error = missing.run(&[], Path::new(".")).await.unwrap_err();
        assert_eq!(error.hints(), ["install it"]);
        #[cfg(unix)]
        {
            let shell = Program {
                name: "sh",
                install: "",
            };
            let arguments = ["-c", "echo out; echo err >&2; exit 3"].map(str::to_owned);
            match shell.run(&arguments, Path::new(".")).await {
                Err(AppError::Program { said, .. }) => assert_eq!(said, ["out", "err"]),
                other => panic!("{other:?}"),
            }
        }
    }
}
