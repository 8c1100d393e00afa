//! `--record FILE`: what went and came, one JSON object a line, in a file that only its owner can read.

use super::super::error::CommandError;
use crate::socket::Event;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;

/// A line of a record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in super::super) struct Entry {
    /// When.
    pub(in super::super) time: String,
    /// Which of several clients.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(in super::super) client: String,
    /// `sent`, `received`, or `local` for what no frame told.
    pub(in super::super) direction: String,
    /// `open`, `text`, `binary`, `ping`, `pong` or `close`.
    pub(in super::super) kind: String,
    /// The URL, the text, the bytes as Base64, or the code and the reason.
    pub(in super::super) data: String,
}

impl Entry {
    /// Now.
    pub(in super::super) fn new(direction: &str, kind: &str, data: impl Into<String>) -> Self {
        Self {
            time: Timestamp::now().to_string(),
            client: String::new(),
            direction: direction.to_owned(),
            kind: kind.to_owned(),
            data: data.into(),
        }
    }

    /// What came.
    pub(in super::super) fn came(event: &Event) -> Self {
        match event {
            Event::Text(text) => Self::new("received", "text", text),
            Event::Binary(bytes) => Self::new("received", "binary", STANDARD.encode(bytes)),
            Event::Ping(bytes) => Self::new("received", "ping", String::from_utf8_lossy(bytes)),
            Event::Pong(bytes) => Self::new("received", "pong", String::from_utf8_lossy(bytes)),
            Event::Closed(closing) => {
                let end = format!("{} {}", closing.code, closing.reason);
                Self::new(
                    if closing.clean { "received" } else { "local" },
                    "close",
                    end.trim_end(),
                )
            }
        }
    }

    /// On one line, for a person.
    pub(in super::super) fn line(&self) -> String {
        let arrow = match self.direction.as_str() {
            "sent" => ">",
            "received" => "<",
            _ => "-",
        };
        let time = match self.time.parse::<Timestamp>() {
            Ok(time) => time.strftime("%H:%M:%S%.3fZ").to_string(),
            Err(_) => self.time.clone(),
        };
        let who = match self.client.as_str() {
            "" => String::new(),
            name => format!("{name} "),
        };
        match self.kind.as_str() {
            "text" => format!("{time} {who}{arrow} {}", self.data),
            kind => format!("{time} {who}{arrow} [{kind}] {}", self.data),
        }
    }
}

/// The record, where one is wanted.
pub(in super::super) struct Record(Option<File>);

impl Record {
    /// Makes the file, which is not there yet: what is there may be open to others.
    ///
    /// # Errors
    /// It is there, or cannot be made.
    pub(in super::super) fn open(path: Option<&Path>) -> Result<Self, CommandError> {
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
    ///
    /// # Errors
    /// The file takes no more.
    pub(in super::super) fn sent(&mut self, kind: &str, data: &str) -> Result<(), CommandError> {
        match self.0 {
            Some(_) => self.note(&Entry::new("sent", kind, data)),
            None => Ok(()),
        }
    }

    /// Notes that a connection opened.
    ///
    /// # Errors
    /// As [`Record::sent`].
    pub(in super::super) fn opened(&mut self, url: &str) -> Result<(), CommandError> {
        self.note(&Entry::new("local", "open", url))
    }

    /// Notes what came.
    ///
    /// # Errors
    /// As [`Record::sent`].
    pub(in super::super) fn came(&mut self, event: &Event) -> Result<(), CommandError> {
        match self.0 {
            Some(_) => self.note(&Entry::came(event)),
            None => Ok(()),
        }
    }

    /// # Errors
    /// As [`Record::sent`].
    pub(in super::super) fn note(&mut self, entry: &Entry) -> Result<(), CommandError> {
        let Some(file) = &mut self.0 else { return Ok(()) };
        let line = serde_json::to_string(entry).map_err(std::io::Error::from)?;
        // At once, so that a record is as long as the conversation was, however that ends.
        file.write_all(format!("{line}\n").as_bytes())?;
        Ok(())
    }
}
