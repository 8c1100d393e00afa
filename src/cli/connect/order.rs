//! What a person types into a conversation: messages, and orders that begin with `/`.

use std::path::PathBuf;

/// What `/help` says.
pub(super) const HELP: &str = "\
/ping [TEXT]          ping, and show how long the answer takes
/close [CODE [TEXT]]  close, with 1000 unless told
/binary FILE          send a file as one binary message
/search TEXT          show again what held TEXT
/help                 show this
//TEXT                send /TEXT
Ctrl-D                close";

/// A typed line.
#[derive(Debug, PartialEq)]
pub(super) enum Order {
    /// A message.
    Send(String),
    /// A ping with this text.
    Ping(String),
    /// The end.
    Close(u16, String),
    /// A file's content as a message.
    Binary(PathBuf),
    /// What was said and holds this text.
    Search(String),
    /// What can be typed.
    Help,
}

impl Order {
    /// Reads a line.
    ///
    /// # Errors
    /// It begins with `/` and is no order.
    pub(super) fn read(line: &str) -> Result<Self, String> {
        let Some(order) = line.strip_prefix('/') else {
            return Ok(Self::Send(line.to_owned()));
        };
        if order.starts_with('/') {
            return Ok(Self::Send(order.to_owned()));
        }
        let (name, rest) = order.split_once(' ').unwrap_or((order, ""));
        let rest = rest.trim();
        match name {
            "ping" => Ok(Self::Ping(rest.to_owned())),
            "binary" if !rest.is_empty() => Ok(Self::Binary(rest.into())),
            "binary" => Err("/binary needs a file".to_owned()),
            "close" if rest.is_empty() => Ok(Self::Close(1000, String::new())),
            "close" => {
                let (code, reason) = rest.split_once(' ').unwrap_or((rest, ""));
                let code = code.parse().map_err(|_| format!("`{code}` is no close code"))?;
                Ok(Self::Close(code, reason.trim().to_owned()))
            }
            "search" if !rest.is_empty() => Ok(Self::Search(rest.to_owned())),
            "search" => Err("/search needs a text".to_owned()),
            "help" => Ok(Self::Help),
            other => Err(format!(
                "`/{other}` is no order: see /help; //{other} sends it as a message"
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{HELP, Order};

    #[test]
    fn orders_are_told_from_messages() {
        for (line, order) in [
            ("hello /ping", Order::Send("hello /ping".to_owned())),
            ("//ping", Order::Send("/ping".to_owned())),
            ("/ping", Order::Ping(String::new())),
            ("/ping a b", Order::Ping("a b".to_owned())),
            ("/close", Order::Close(1000, String::new())),
            ("/close 4000 bye now", Order::Close(4000, "bye now".to_owned())),
            ("/binary a b.bin", Order::Binary("a b.bin".into())),
            ("/search a b", Order::Search("a b".to_owned())),
            ("/help", Order::Help),
        ] {
            assert_eq!(Order::read(line), Ok(order), "{line}");
        }
        for name in ["ping", "close", "binary", "search", "help"] {
            let told = HELP
                .lines()
                .any(|line| line.split(' ').next() == Some(&format!("/{name}")));
            assert!(told && Order::read(&format!("/{name} 1000")).is_ok(), "{name}");
        }
        for bad in ["/", "/clos", "/close x", "/close 70000", "/binary", "/search"] {
            assert!(Order::read(bad).is_err(), "{bad}");
        }
    }
}
