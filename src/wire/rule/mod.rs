//! The guide's and the service's rules on names, ranges and sizes, checked before the first call.
//!
//! One place for both sides: fgctl explains a broken rule to its user, the local cloud refuses with the service's
//! own error code. Sources: the guide's Tables 1 to 4; the field documentation of the operations.

mod app;
mod function;
mod obs;
mod text;

pub(crate) use app::{app_code, app_key, app_name, app_secret, environment_variable_name, environment_variable_value};
pub(crate) use function::{
    AGENCY_LENGTH, RESERVED, alias_name, initializer_timeout, max_instances, pre_stop_timeout, requests_per_instance,
    version_name,
};
pub(crate) use obs::{
    KEY_LENGTH, OBJECT_LIMIT, OBS_ARCHIVE_LIMIT, PART_MINIMUM, PART_NUMBERS, bucket_name, object_key,
};
pub(crate) use text::{
    description, gateway_description, group_remark, handler, object_url, remark, request_path, user_data,
};

use std::fmt;
use std::ops::RangeInclusive;

/// Memory sizes of a function in MB.
pub(crate) const MEMORY_SIZES: &[i64] = &[
    128, 256, 512, 768, 1024, 1280, 1536, 1792, 2048, 2560, 3072, 3584, 4096, 8192, 10240,
];
/// Execution timeout of a function in seconds.
pub(crate) const EXECUTION_TIMEOUT: RangeInclusive<i64> = 3..=259_200;
/// Backend timeout of a trigger in milliseconds: the idle limit of a WebSocket connection.
pub(crate) const BACKEND_TIMEOUT: RangeInclusive<i64> = 1..=60_000;
/// Backend timeout of an API in milliseconds whose gateway's feature `backend_timeout` is raised.
pub(crate) const RAISED_BACKEND_TIMEOUT: RangeInclusive<i64> = 1..=600_000;
/// The largest dependency ZIP that the guide lets one upload directly, in bytes. Larger ones go by OBS.
pub(crate) const DEPENDENCY_UPLOAD_LIMIT: u64 = 10 * 1024 * 1024;
/// The largest dependency ZIP that the API takes directly, in bytes.
pub(crate) const DEPENDENCY_API_LIMIT: u64 = 40 * 1024 * 1024;
/// The largest code ZIP that the API takes directly, in bytes.
pub(crate) const CODE_UPLOAD_LIMIT: u64 = 50 * 1024 * 1024;
/// The largest code ZIP that OBS may bring, in bytes.
pub(crate) const CODE_OBS_LIMIT: u64 = 300 * 1024 * 1024;
/// The most files that a dependency may hold.
pub(crate) const DEPENDENCY_FILES: usize = 30_000;
/// The most dependencies that a function may have.
pub(crate) const DEPENDENCIES_PER_FUNCTION: usize = 20;
/// The longest description of a function or a dependency, in characters.
pub(crate) const DESCRIPTION_LENGTH: usize = 512;
/// The shortest and the longest handler of an event function, in characters.
pub(crate) const HANDLER_LENGTH: RangeInclusive<usize> = 3..=128;
/// The longest description of a gateway, in characters.
pub(crate) const GATEWAY_DESCRIPTION_LENGTH: usize = 255;
/// The longest remark on a group, in characters.
pub(crate) const GROUP_REMARK_LENGTH: usize = 1000;
/// The longest remark on an environment or a publication, in characters.
pub(crate) const REMARK_LENGTH: usize = 255;
/// Public inbound bandwidth of a gateway in Mbit/s.
pub(crate) const INBOUND_BANDWIDTH: RangeInclusive<i64> = 5..=2000;
/// Public outbound bandwidth of a gateway in Mbit/s.
pub(crate) const OUTBOUND_BANDWIDTH: RangeInclusive<i64> = 1..=2000;
/// The hours at which a gateway's maintenance window may begin.
pub(crate) const MAINTENANCE_HOURS: &[u8] = &[2, 6, 10, 14, 18, 22];
/// How long the window lasts, in hours.
pub(crate) const MAINTENANCE_WINDOW: u8 = 4;
/// The most environment variables of a function.
pub(crate) const USER_DATA_ENTRIES: usize = 20;
/// The longest environment of a function as JSON text, in characters.
pub(crate) const USER_DATA_LENGTH: usize = 4096;
/// How much of a value is shown in an error, in characters.
const SHOWN_LENGTH: usize = 128;
/// The only region in which WebSocket can be configured.
pub(crate) const WEBSOCKET_REGION: &str = "cn-east-3";

/// A rule that a value breaks: says what, why, and the rule.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub(crate) struct Broken {
    /// What the value is, "function name".
    pub(crate) what: &'static str,
    /// The value.
    pub(crate) value: String,
    /// What is wrong with it.
    pub(crate) fault: String,
    /// The rule.
    pub(crate) rule: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            what,
            value,
            fault,
            rule,
        } = self;
        write!(
            f,
            "{what} `{}` is not allowed: {fault} (the rule: {rule})",
            visible(value)
        )
    }
}

/// The start of `value`, so that a person can see it: what is not printable cannot steer the terminal.
fn visible(value: &str) -> String {
    let mut text: String = value.chars().take(SHOWN_LENGTH).collect();
    if text.len() < value.len() {
        text.push('…');
    }
    let escape = |c: char| match c.is_control() {
        true => c.escape_default().to_string(),
        false => c.to_string(),
    };
    text.chars().map(escape).collect()
}

/// What a name may look like.
struct Name {
    what: &'static str,
    length: RangeInclusive<usize>,
    /// Besides letters and digits.
    marks: &'static str,
    first: Start,
    ends_alphanumeric: bool,
    chinese: bool,
    rule: &'static str,
}

/// What a name may begin with.
#[derive(PartialEq)]
enum Start {
    Letter,
    LetterOrDigit,
}

impl Name {
    fn check(&self, value: &str) -> Result<(), Broken> {
        match self.fault(value) {
            None => Ok(()),
            Some(fault) => Err(Broken {
                what: self.what,
                value: value.to_owned(),
                fault,
                rule: self.rule.to_owned(),
            }),
        }
    }

    fn fault(&self, value: &str) -> Option<String> {
        let length = value.chars().count();
        if length < *self.length.start() {
            return Some(match length {
                0 => "it is empty".to_owned(),
                _ => format!("it has {length} characters, fewer than {}", self.length.start()),
            });
        }
        if length > *self.length.end() {
            return Some(format!("it has {length} characters, more than {}", self.length.end()));
        }
        let letter = |c: char| c.is_ascii_alphabetic() || (self.chinese && is_chinese(c));
        let allowed = |c: char| letter(c) || c.is_ascii_digit() || self.marks.contains(c);
        if let Some((at, c)) = value.chars().enumerate().find(|(_, c)| !allowed(*c)) {
            return Some(format!("character {} is {}", at + 1, quoted(c)));
        }
        let first = value.chars().next().unwrap_or_default();
        let begins_well = letter(first) || (self.first == Start::LetterOrDigit && first.is_ascii_digit());
        if !begins_well {
            return Some(format!("it begins with {}", quoted(first)));
        }
        let last = value.chars().next_back().unwrap_or_default();
        (self.ends_alphanumeric && !last.is_ascii_alphanumeric()).then(|| format!("it ends with {}", quoted(last)))
    }
}

/// `c` so that a person can see it.
fn quoted(c: char) -> String {
    match c {
        ' ' => "a space".to_owned(),
        c if c.is_control() || c.is_whitespace() => format!("U+{:04X}", u32::from(c)),
        c => format!("`{c}`"),
    }
}

fn is_chinese(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}')
}

/// The name of a stack, fgctl's own: it has to fit into the marks of all that the stack has.
pub(crate) fn stack_name(value: &str) -> Result<(), Broken> {
    Name {
        what: "stack name",
        length: 1..=32,
        marks: "-_",
        first: Start::Letter,
        ends_alphanumeric: false,
        chinese: false,
        rule: "1 to 32 letters, digits, hyphens and underscores, beginning with a letter",
    }
    .check(value)
}

/// The guide's Table 1, Function Name.
pub(crate) fn function_name(value: &str) -> Result<(), Broken> {
    Name {
        what: "function name",
        length: 1..=60,
        marks: "-_",
        first: Start::Letter,
        ends_alphanumeric: true,
        chinese: false,
        rule: "1 to 60 letters, digits, hyphens and underscores, beginning with a letter and ending with a letter or digit",
    }
    .check(value)
}

/// The guide's Table 2, Name.
pub(crate) fn dependency_name(value: &str) -> Result<(), Broken> {
    Name {
        what: "dependency name",
        length: 1..=96,
        marks: "_.-",
        first: Start::Letter,
        ends_alphanumeric: true,
        chinese: false,
        rule: "1 to 96 letters, digits, underscores, periods and hyphens, beginning with a letter and ending with a letter or digit",
    }
    .check(value)
}

/// The guide's Table 4, API Name.
pub(crate) fn api_name(value: &str) -> Result<(), Broken> {
    Name {
        what: "API name",
        length: 3..=64,
        marks: "_",
        first: Start::Letter,
        ends_alphanumeric: false,
        chinese: false,
        rule: "3 to 64 letters, digits and underscores, beginning with a letter",
    }
    .check(value)
}

/// CreateInstanceV2, `instance_name`.
pub(crate) fn gateway_name(value: &str) -> Result<(), Broken> {
    Name {
        what: "gateway name",
        length: 3..=64,
        marks: "-_",
        first: Start::Letter,
        ends_alphanumeric: false,
        chinese: true,
        rule: "3 to 64 letters, Chinese characters, digits, hyphens and underscores, beginning with a letter or Chinese character",
    }
    .check(value)
}

/// CreateApiGroupV2, `name`.
pub(crate) fn group_name(value: &str) -> Result<(), Broken> {
    Name {
        what: "group name",
        length: 3..=255,
        marks: "-_./():：（）、",
        first: Start::LetterOrDigit,
        ends_alphanumeric: false,
        chinese: true,
        rule: "3 to 255 letters, Chinese characters, digits and - _ . / ( ) :, beginning with a letter, digit or Chinese character",
    }
    .check(value)
}

/// CreateEnvironmentV2, `name`.
pub(crate) fn environment_name(value: &str) -> Result<(), Broken> {
    Name {
        what: "environment name",
        length: 3..=64,
        marks: "_",
        first: Start::Letter,
        ends_alphanumeric: false,
        chinese: false,
        rule: "3 to 64 letters, digits and underscores, beginning with a letter",
    }
    .check(value)
}

/// A whole number within a range, in `unit`.
fn within(what: &'static str, value: i64, range: &RangeInclusive<i64>, unit: &str) -> Result<(), Broken> {
    if range.contains(&value) {
        return Ok(());
    }
    let (low, high) = (range.start(), range.end());
    let fault = if value < *low {
        format!("it is less than {low}")
    } else {
        format!("it is more than {high}")
    };
    Err(Broken {
        what,
        value: value.to_string(),
        fault,
        rule: format!("{low} to {high} {unit}"),
    })
}

/// The execution timeout of a function in seconds.
pub(crate) fn execution_timeout(seconds: i64) -> Result<(), Broken> {
    within("execution timeout", seconds, &EXECUTION_TIMEOUT, "seconds")
}

/// The guide's Table 4, Timeout (ms).
pub(crate) fn backend_timeout(milliseconds: i64) -> Result<(), Broken> {
    within("backend timeout", milliseconds, &BACKEND_TIMEOUT, "milliseconds")
}

/// Backend timeout of an API of network architecture V2, as far as a gateway can be raised.
pub(crate) fn raised_backend_timeout(milliseconds: i64) -> Result<(), Broken> {
    within("backend timeout", milliseconds, &RAISED_BACKEND_TIMEOUT, "milliseconds")
}

/// Public outbound access of a gateway in Mbit/s.
pub(crate) fn outbound_bandwidth(megabits: i64) -> Result<(), Broken> {
    within("public outbound bandwidth", megabits, &OUTBOUND_BANDWIDTH, "Mbit/s")
}

/// The hour at which a gateway's maintenance window begins.
pub(crate) fn maintenance_hour(hour: u8) -> Result<(), Broken> {
    if MAINTENANCE_HOURS.contains(&hour) {
        return Ok(());
    }
    Err(Broken {
        what: "maintenance window",
        value: format!("{hour:02}:00"),
        fault: "it begins at another hour".to_owned(),
        rule: "begins at 02, 06, 10, 14, 18 or 22, and lasts four hours".to_owned(),
    })
}

/// Public inbound access of a gateway in Mbit/s.
pub(crate) fn inbound_bandwidth(megabits: i64) -> Result<(), Broken> {
    within("public inbound bandwidth", megabits, &INBOUND_BANDWIDTH, "Mbit/s")
}

/// The memory of a function in MB.
pub(crate) fn memory_size(megabytes: i64) -> Result<(), Broken> {
    if MEMORY_SIZES.contains(&megabytes) {
        return Ok(());
    }
    let list = MEMORY_SIZES.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
    Err(Broken {
        what: "memory",
        value: megabytes.to_string(),
        fault: "no such size is offered".to_owned(),
        rule: format!("one of {list} MB"),
    })
}

/// A runtime's name.
pub(crate) fn runtime(value: &str) -> Result<(), Broken> {
    if super::runtime::ALL.contains(&value) {
        return Ok(());
    }
    let folded = value.to_ascii_lowercase().replace([' ', '_', '-'], "");
    let near = super::runtime::ALL
        .iter()
        .find(|name| name.to_ascii_lowercase().replace(' ', "") == folded);
    let fault = match near {
        Some(name) => format!("no such runtime; did you mean `{name}`?"),
        None => "no such runtime".to_owned(),
    };
    Err(Broken {
        what: "runtime",
        value: value.to_owned(),
        fault,
        rule: format!("one of {}", super::runtime::ALL.join(", ")),
    })
}

#[cfg(test)]
mod tests;
