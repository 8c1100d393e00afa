//! `--record FILE`: what went and came, one JSON object a line, in a file that only its owner can read.

use super::super::error::CommandError;
use crate::socket::Event;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::json;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;

/// The record, where one is wanted.
pub(super) struct Record(Option<File>);

impl Record {
    /// Makes the file, which is not there yet: what is there may be open to others.
    ///
    /// # Errors
    /// It is there, or cannot be made.
    pub(super) fn open(path: Option<&Path>) -> Result<Self, CommandError> {
        let Some(path) = path else { return Ok(Self(None)) };
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options
            .open(path)
            .map_err(|error| CommandError::usage(format!("`{}` cannot be made: {error}", path.display())))?;
        Ok(Self(Some(file)))
    }

    /// Notes what was sent.
    pub(super) fn sent(&mut self, kind: &str, data: &str) -> Result<(), CommandError> {
        self.note("sent", kind, data)
    }

    /// Notes that a connection opened.
    pub(super) fn opened(&mut self, url: &str) -> Result<(), CommandError> {
        self.note("local", "open", url)
    }

    /// Notes what came.
    pub(super) fn came(&mut self, event: &Event) -> Result<(), CommandError> {
        if self.0.is_none() {
            return Ok(());
        }
        match event {
            Event::Text(text) => self.note("received", "text", text),
            Event::Binary(bytes) => self.note("received", "binary", &STANDARD.encode(bytes)),
            Event::Ping(bytes) => self.note("received", "ping", &String::from_utf8_lossy(bytes)),
            Event::Pong(bytes) => self.note("received", "pong", &String::from_utf8_lossy(bytes)),
            Event::Closed(closing) => {
                let end = format!("{} {}", closing.code, closing.reason);
                self.note(
                    if closing.clean { "received" } else { "local" },
                    "close",
                    end.trim_end(),
                )
            }
        }
    }

    fn note(&mut self, direction: &str, kind: &str, data: &str) -> Result<(), CommandError> {
        let Some(file) = &mut self.0 else { return Ok(()) };
        let time = Timestamp::now().to_string();
        let line = json!({ "time": time, "direction": direction, "kind": kind, "data": data });
        // At once, so that a record is as long as the conversation was, however that ends.
        file.write_all(format!("{line}\n").as_bytes())?;
        Ok(())
    }
}
