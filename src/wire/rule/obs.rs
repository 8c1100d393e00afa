//! Rules of object storage.

use super::{Broken, quoted};
use std::net::Ipv4Addr;
use std::ops::RangeInclusive;

/// The most bytes of an object that are sent in one request.
pub(crate) const OBJECT_LIMIT: u64 = 5 * 1024 * 1024 * 1024;
/// The fewest bytes of a part that is not the last.
pub(crate) const PART_MINIMUM: u64 = 100 * 1024;
/// The numbers of parts.
pub(crate) const PART_NUMBERS: RangeInclusive<i64> = 1..=10_000;
/// The largest archive that FunctionGraph takes from object storage, in bytes.
pub(crate) const OBS_ARCHIVE_LIMIT: u64 = 300 * 1024 * 1024;
/// The longest key, in bytes.
pub(crate) const KEY_LENGTH: usize = 1024;

/// CreateBucket, the bucket's name.
pub(crate) fn bucket_name(value: &str) -> Result<(), Broken> {
    match bucket_fault(value) {
        None => Ok(()),
        Some(fault) => Err(Broken {
            what: "bucket name",
            value: value.to_owned(),
            fault,
            rule: "3 to 63 lower-case letters, digits, hyphens and periods, beginning and ending with a letter or digit, no IP address"
                .to_owned(),
        }),
    }
}

fn bucket_fault(value: &str) -> Option<String> {
    let length = value.chars().count();
    if length < 3 {
        return Some(format!("it has {length} characters, fewer than 3"));
    }
    if length > 63 {
        return Some(format!("it has {length} characters, more than 63"));
    }
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    if let Some((at, c)) = value
        .chars()
        .enumerate()
        .find(|(_, c)| !plain(*c) && !"-.".contains(*c))
    {
        return Some(format!("character {} is {}", at + 1, quoted(c)));
    }
    if let Some(c) = value.chars().next().filter(|c| !plain(*c)) {
        return Some(format!("it begins with {}", quoted(c)));
    }
    if let Some(c) = value.chars().next_back().filter(|c| !plain(*c)) {
        return Some(format!("it ends with {}", quoted(c)));
    }
    if let Some(pair) = ["..", "-.", ".-"].into_iter().find(|pair| value.contains(pair)) {
        return Some(format!("it holds `{pair}`"));
    }
    value
        .parse::<Ipv4Addr>()
        .is_ok()
        .then(|| "it is an IP address".to_owned())
}

/// PutObject, the object's key. Control characters are refused because no answer could list them; what the real
/// service does with them is not known.
pub(crate) fn object_key(value: &str) -> Result<(), Broken> {
    let fault = match value
        .chars()
        .find(|c| c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}'))
    {
        Some(c) => format!("it holds {}", quoted(c)),
        None if value.is_empty() => "it is empty".to_owned(),
        None if value.len() > KEY_LENGTH => format!("it has {} bytes, more than {KEY_LENGTH}", value.len()),
        None => return Ok(()),
    };
    Err(Broken {
        what: "object key",
        value: value.to_owned(),
        fault,
        rule: format!("1 to {KEY_LENGTH} bytes of text"),
    })
}
