//! Times in the forms that the services write.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

fn in_beijing(time: Timestamp) -> DateTime {
    Offset::constant(8).to_datetime(time)
}

/// FunctionGraph's form: `2026-08-20T10:58:08+08:00`.
pub(super) fn with_offset(time: Timestamp) -> String {
    in_beijing(time).strftime("%Y-%m-%dT%H:%M:%S+08:00").to_string()
}

/// `260820105808`, as in the name of an image.
pub(super) fn digits(time: Timestamp) -> String {
    in_beijing(time).strftime("%y%m%d%H%M%S").to_string()
}

/// `v20260820-105808`: the version that is published without a name.
pub(super) fn version_name(time: Timestamp) -> String {
    in_beijing(time).strftime("v%Y%m%d-%H%M%S").to_string()
}

/// `2026-08-20T02:58:08` in UTC, as asynchronous calls have it.
pub(super) fn in_utc(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

/// RFC 3339 in UTC from Unix milliseconds, API Gateway's form.
pub(super) fn from_milliseconds(milliseconds: i64) -> String {
    Timestamp::from_millisecond(milliseconds)
        .unwrap_or_default()
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::{digits, from_milliseconds, in_utc, version_name, with_offset};

    #[test]
    fn times_read_as_in_the_services_samples() {
        let time = "2026-08-20T02:58:08.5Z".parse().unwrap();
        assert_eq!(with_offset(time), "2026-08-20T10:58:08+08:00");
        assert_eq!(digits(time), "260820105808");
        assert_eq!(version_name(time), "v20260820-105808");
        assert_eq!(in_utc(time), "2026-08-20T02:58:08");
        assert_eq!(from_milliseconds(1_752_568_200_592), "2025-07-15T08:30:00.592Z");
    }
}
