//! Rules on what a function can be set to, and on its versions and aliases.

use super::{Broken, Name, Start, within};
use crate::wire::function_version::LATEST;
use std::ops::RangeInclusive;

/// How many instances a function may have at most: -1 is unlimited, 0 disables it.
pub(crate) const INSTANCES: RangeInclusive<i64> = -1..=1000;
/// Concurrent requests an instance.
pub(crate) const REQUESTS_PER_INSTANCE: RangeInclusive<i64> = 1..=1000;
/// How long an initializer may take, in seconds.
pub(crate) const INITIALIZER_TIMEOUT: RangeInclusive<i64> = 1..=300;
/// How long a pre-stop hook may take, in seconds.
pub(crate) const PRE_STOP_TIMEOUT: RangeInclusive<i64> = 1..=90;
/// How many instances may be reserved.
pub(crate) const RESERVED: RangeInclusive<i64> = 0..=1000;
/// The longest name of an agency, in characters.
pub(crate) const AGENCY_LENGTH: usize = 64;

/// CreateFunctionVersion, `version`.
pub(crate) fn version_name(value: &str) -> Result<(), Broken> {
    let rule =
        "1 to 42 letters, digits and _ - . beginning and ending with a letter or digit; latest is the editable copy";
    if value == LATEST {
        return Err(Broken {
            what: "version",
            value: value.to_owned(),
            fault: "it is the editable copy's name".to_owned(),
            rule: rule.to_owned(),
        });
    }
    Name {
        what: "version",
        length: 1..=42,
        marks: "_-.",
        first: Start::LetterOrDigit,
        ends_alphanumeric: true,
        chinese: false,
        rule,
    }
    .check(value)
}

/// CreateVersionAlias, `name`: 64 characters by the service's own page, 63 by Terraform's. The stricter one is kept.
pub(crate) fn alias_name(value: &str) -> Result<(), Broken> {
    Name {
        what: "alias",
        length: 1..=63,
        marks: "_-",
        first: Start::Letter,
        ends_alphanumeric: true,
        chinese: false,
        rule: "1 to 63 letters, digits, underscores and hyphens, beginning with a letter and ending with a letter or digit",
    }
    .check(value)
}

/// UpdateFunctionMaxInstanceConfig, `max_instance_num`.
pub(crate) fn max_instances(value: i64) -> Result<(), Broken> {
    within(
        "max instances",
        value,
        &INSTANCES,
        "(-1 is unlimited, 0 disables the function)",
    )
}

/// `concurrent_num` of a function's configuration.
pub(crate) fn requests_per_instance(value: i64) -> Result<(), Broken> {
    within("requests an instance", value, &REQUESTS_PER_INSTANCE, "requests")
}

/// `initializer_timeout` of a function's configuration.
pub(crate) fn initializer_timeout(value: i64) -> Result<(), Broken> {
    within("initializer timeout", value, &INITIALIZER_TIMEOUT, "seconds")
}

/// `pre_stop_timeout` of a function's configuration.
pub(crate) fn pre_stop_timeout(value: i64) -> Result<(), Broken> {
    within("pre-stop timeout", value, &PRE_STOP_TIMEOUT, "seconds")
}

#[cfg(test)]
mod tests {
    use super::{alias_name, max_instances, version_name};

    #[test]
    fn versions_and_aliases_have_rules_of_their_own() {
        for version in ["1", "v1.2_3-4", "v20261001-0830"] {
            assert!(version_name(version).is_ok(), "{version}");
        }
        for version in ["", "latest", "-1", "1.", "a b", &"v".repeat(43)] {
            assert!(version_name(version).is_err(), "{version}");
        }
        for (alias, allowed) in [
            ("prod", true),
            ("p-1_2", true),
            ("1p", false),
            ("p-", false),
            ("p.q", false),
        ] {
            assert_eq!(alias_name(alias).is_ok(), allowed, "{alias}");
        }
        assert!(max_instances(-1).is_ok() && max_instances(1000).is_ok());
        assert!(max_instances(-2).is_err() && max_instances(1001).is_err());
    }
}
