//! Where to connect to, from the text that the user pastes.

use http::Uri;
use std::fmt;
use std::net::Ipv6Addr;

/// The longest text of a target, in bytes.
const LENGTH_LIMIT: usize = 8192;

/// A WebSocket's address: `wss://host:port/path?query`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    /// Whether it is `wss://`.
    pub(crate) secure: bool,
    /// A name or an address, an IPv6 address without brackets.
    pub(crate) host: String,
    /// The port, said or the scheme's.
    pub(crate) port: u16,
    /// Percent-encoded, beginning with `/`.
    pub(crate) path: String,
    /// Percent-encoded, without `?`; empty for none.
    pub(crate) query: String,
}

/// The text is no target.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub(crate) enum TargetError {
    /// There is no scheme.
    #[error("`{0}` has no scheme: begin it with `wss://` or `ws://`")]
    NoScheme(String),
    /// The scheme is another.
    #[error("the scheme `{0}` is none of a WebSocket: use `wss`, `ws`, `https` or `http`")]
    Scheme(String),
    /// Longer than any URL of a gateway.
    #[error("the URL has {0} bytes, more than {LENGTH_LIMIT}")]
    TooLong(usize),
    /// A character that has to be encoded.
    #[error("the URL has {} at byte {at}: percent-encode it", shown(*character))]
    Character {
        /// The character.
        character: char,
        /// Where it is, from 0.
        at: usize,
    },
    /// `#` and what follows.
    #[error("the URL has a fragment (`#`), which a WebSocket cannot have")]
    Fragment,
    /// `user:password@`.
    #[error("the URL has a user name or password before `@`: send a header instead")]
    UserInfo,
    /// There is no host, or none that could be.
    #[error("`{0}` is no host name or address")]
    Host(String),
    /// The port is none.
    #[error("`{0}` is no port: 1 to 65535")]
    Port(String),
    /// Anything else that breaks the syntax of URLs.
    #[error("`{0}` is no URL")]
    Syntax(String),
}

impl std::str::FromStr for Target {
    type Err = TargetError;

    /// Reads `wss://` and `ws://`, and `https://` and `http://` as those two: a trigger's URL can be pasted.
    fn from_str(text: &str) -> Result<Self, TargetError> {
        check_characters(text)?;
        let Some((scheme, rest)) = text.split_once("://") else {
            return Err(TargetError::NoScheme(text.to_owned()));
        };
        let secure = match scheme.to_ascii_lowercase().as_str() {
            "wss" | "https" => true,
            "ws" | "http" => false,
            _ => return Err(TargetError::Scheme(scheme.to_owned())),
        };
        if rest.contains('#') {
            return Err(TargetError::Fragment);
        }
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, path_and_query) = rest.split_at(end);
        let (host, port) = host_and_port(authority)?;
        let (path, query) = path_and_query.split_once('?').unwrap_or((path_and_query, ""));
        let target = Self {
            secure,
            host,
            port: port.unwrap_or(if secure { 443 } else { 80 }),
            path: if path.is_empty() { "/" } else { path }.to_owned(),
            query: query.to_owned(),
        };
        match target.path_and_query().parse::<Uri>() {
            Ok(_) => Ok(target),
            Err(_) => Err(TargetError::Syntax(text.to_owned())),
        }
    }
}

impl Target {
    /// What the request line asks for.
    pub(super) fn path_and_query(&self) -> String {
        match self.query.as_str() {
            "" => self.path.clone(),
            query => format!("{}?{query}", self.path),
        }
    }

    /// The `Host` header: the port only where it is not the scheme's own.
    pub(crate) fn host_header(&self) -> String {
        let host = match self.host.contains(':') {
            true => format!("[{}]", self.host),
            false => self.host.clone(),
        };
        match (self.secure, self.port) {
            (true, 443) | (false, 80) => host,
            (_, port) => format!("{host}:{port}"),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.secure { "wss" } else { "ws" };
        write!(f, "{scheme}://{}{}", self.host_header(), self.path_and_query())
    }
}

fn check_characters(text: &str) -> Result<(), TargetError> {
    if text.len() > LENGTH_LIMIT {
        return Err(TargetError::TooLong(text.len()));
    }
    match text.char_indices().find(|(_, c)| !c.is_ascii_graphic()) {
        None => Ok(()),
        Some((at, character)) => Err(TargetError::Character { character, at }),
    }
}

fn host_and_port(authority: &str) -> Result<(String, Option<u16>), TargetError> {
    if authority.contains('@') {
        return Err(TargetError::UserInfo);
    }
    let bad_host = || TargetError::Host(authority.to_owned());
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (host, rest) = rest.split_once(']').ok_or_else(bad_host)?;
            host.parse::<Ipv6Addr>().map_err(|_| bad_host())?;
            match rest {
                "" => (host, None),
                rest => (host, Some(rest.strip_prefix(':').ok_or_else(bad_host)?)),
            }
        }
        None => match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        },
    };
    if !authority.starts_with('[') && !is_name(host) {
        return Err(bad_host());
    }
    Ok((host.to_owned(), port.map(self::port).transpose()?))
}

/// Whether `host` can be a DNS name or an IPv4 address.
fn is_name(host: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let name = host.strip_suffix('.').unwrap_or(host);
    host.len() <= 253
        && name
            .split('.')
            .all(|label| (1..=63).contains(&label.len()) && label.chars().all(allowed))
}

fn port(text: &str) -> Result<u16, TargetError> {
    // `parse` alone would take a sign.
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse() {
        Ok(port) if digits && port != 0 => Ok(port),
        _ => Err(TargetError::Port(text.to_owned())),
    }
}

/// `c` so that a person can see it.
fn shown(c: char) -> String {
    match c {
        ' ' => "a space".to_owned(),
        c if c.is_control() || c.is_whitespace() => format!("U+{:04X}", u32::from(c)),
        c => format!("`{c}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Target, TargetError};
    use proptest::prelude::{any, prop_assert_eq, proptest};

    fn shown(text: &str) -> String {
        text.parse::<Target>().unwrap().to_string()
    }

    #[test]
    fn a_triggers_url_can_be_pasted() {
        assert_eq!(
            shown("https://h.example/websocket_demo"),
            "wss://h.example/websocket_demo"
        );
        assert_eq!(shown("HTTP://127.0.0.1:8000?a=b"), "ws://127.0.0.1:8000/?a=b");
        assert_eq!(shown("wss://h.example:443"), "wss://h.example/");
        assert_eq!(
            shown("ws://h.example:443/%20?x=%2F&y"),
            "ws://h.example:443/%20?x=%2F&y"
        );
        assert_eq!(shown("ws://[::1]:80/a"), "ws://[::1]/a");
    }

    #[test]
    fn the_parts_are_told_apart() {
        let target: Target = "wss://[2001:db8::1]:8443/a/b?c=d?e".parse().unwrap();
        let expected = Target {
            secure: true,
            host: "2001:db8::1".to_owned(),
            port: 8443,
            path: "/a/b".to_owned(),
            query: "c=d?e".to_owned(),
        };
        assert_eq!(target, expected);
        assert_eq!(target.host_header(), "[2001:db8::1]:8443");
    }

    #[test]
    fn what_is_no_target_is_refused_with_the_reason() {
        let host = |text: &str| TargetError::Host(text.to_owned());
        let port = |text: &str| TargetError::Port(text.to_owned());
        for (text, expected) in [
            ("", TargetError::NoScheme(String::new())),
            ("h.example/a", TargetError::NoScheme("h.example/a".into())),
            ("ftp://h.example", TargetError::Scheme("ftp".into())),
            ("wss://", host("")),
            ("wss:///a", host("")),
            ("wss://h..example", host("h..example")),
            ("wss://a%20b", host("a%20b")),
            ("wss://[::1", host("[::1")),
            ("wss://[nonsense]", host("[nonsense]")),
            ("wss://[::1]x", host("[::1]x")),
            ("wss://h:", port("")),
            ("wss://h:0", port("0")),
            ("wss://h:+80", port("+80")),
            ("wss://h:65536", port("65536")),
            ("wss://::1/", host("::1")),
            ("wss://u:p@h/", TargetError::UserInfo),
            ("wss://h/#top", TargetError::Fragment),
            ("wss://h/a b", TargetError::Character { character: ' ', at: 9 }),
            ("wss://h/é", TargetError::Character { character: 'é', at: 8 }),
        ] {
            assert_eq!(text.parse::<Target>(), Err(expected), "{text}");
        }
        let long = format!("wss://h/{}", "a".repeat(9000));
        assert_eq!(long.parse::<Target>(), Err(TargetError::TooLong(9008)));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in any::<String>(), tail in "[ -~]{0,40}") {
            let _ = text.parse::<Target>();
            let _ = format!("wss://{text}").parse::<Target>();
            let _ = format!("wss://{tail}").parse::<Target>();
        }

        #[test]
        fn what_is_shown_reads_as_the_same(
            scheme in "wss?|https?",
            authority in "[a-z]{1,5}(\\.[a-z0-9_-]{1,5}){0,2}(:[1-9][0-9]{0,3})?|\\[::[0-9a-f]{1,4}\\](:[1-9]{1,4})?",
            rest in "(/[ -~&&[^#\" <>`{}|\\\\^]]{0,20})?",
        ) {
            if let Ok(target) = format!("{scheme}://{authority}{rest}").parse::<Target>() {
                prop_assert_eq!(target.to_string().parse::<Target>(), Ok(target));
            }
        }
    }
}
