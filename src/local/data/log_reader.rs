//! A function's log as it is asked for: what was written, then what is.

use super::events::Event;
use super::function_log::LogLine;
use jiff::Timestamp;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use tokio::sync::broadcast;

/// Which lines are wanted.
#[derive(Clone, Debug, Default)]
pub(in crate::local) struct Wanted {
    /// The function's package.
    pub(in crate::local) package: String,
    /// The function's name.
    pub(in crate::local) function: String,
    /// The earliest time.
    pub(in crate::local) since: Option<Timestamp>,
    /// The beginning of an instance's id.
    pub(in crate::local) instance: Option<String>,
}

impl Wanted {
    fn is(&self, line: &LogLine) -> bool {
        self.instance
            .as_ref()
            .is_none_or(|instance| line.instance.starts_with(instance))
            && self.since.is_none_or(|since| line.is_since(since))
    }

    /// Whether `event` is a line that is wanted.
    pub(in crate::local) fn line(&self, event: &Event) -> bool {
        let Event::Log(line) = event else {
            return false;
        };
        line.package == self.package && line.function == self.function && self.is(line)
    }
}

/// The log of a function at one moment: what stands in its files, and what comes after exactly that.
pub(in crate::local) struct LogMark {
    /// The file that was put aside, then the one that is written, each with its length.
    pub(in crate::local) files: Vec<(File, u64)>,
    /// What is written from then on.
    pub(in crate::local) next: broadcast::Receiver<Event>,
}

impl LogMark {
    /// The files of the log at `path`, as they are now.
    pub(super) fn files(path: &Path) -> Vec<(File, u64)> {
        let open = |path: &Path| {
            let file = File::open(path).ok()?;
            let length = file.metadata().ok()?.len();
            Some((file, length))
        };
        [path.with_extension("log.1"), path.to_owned()]
            .iter()
            .filter_map(|path| open(path))
            .collect()
    }
}

/// Gives each line of `files` that is `wanted` to `take`, until it wants no more. Blocks.
///
/// # Errors
/// A file cannot be read.
pub(in crate::local) fn past(
    files: Vec<(File, u64)>,
    wanted: &Wanted,
    mut take: impl FnMut(LogLine) -> bool,
) -> io::Result<()> {
    for (file, length) in files {
        let mut reader = BufReader::new(file.take(length));
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line)? > 0 {
            let text = String::from_utf8_lossy(&line);
            let read = LogLine::read(text.trim_end_matches('\n'), (&wanted.package, &wanted.function));
            if wanted.is(&read) && !take(read) {
                return Ok(());
            }
            line.clear();
        }
    }
    Ok(())
}
