//! Precedence and origins, source by source.

use super::{Flags, LocalCloud, Origin, Settings, SettingsError, resolve};
use crate::sign::{Credentials, Secret};
use crate::wire::Service;
use proptest::prelude::{prop_assert, proptest};

type Variables<'a> = &'a [(&'a str, &'a str)];

fn with(flags: &Flags, variables: Variables<'_>, local: Option<&LocalCloud>) -> Result<Settings, SettingsError> {
    let look_up = |name: &str| {
        let found = variables.iter().find(|(other, _)| *other == name);
        found.map(|(_, value)| (*value).to_owned())
    };
    resolve(flags, &look_up, local)
}

fn region(region: &str) -> Flags {
    Flags {
        region: Some(region.to_owned()),
        ..Flags::default()
    }
}

fn local_cloud() -> LocalCloud {
    LocalCloud {
        endpoint: "http://127.0.0.1:7860".to_owned(),
        region: "cn-east-3".to_owned(),
        project_id: "p-local".to_owned(),
        domain_id: Some("d-local".to_owned()),
        credentials: Credentials {
            access_key: "AK-local".to_owned(),
            secret_key: Secret::new("SK-local"),
            security_token: None,
        },
        ca_file: Some("/state/ca.pem".into()),
    }
}

fn at_local() -> Flags {
    Flags {
        local: true,
        ..Flags::default()
    }
}

#[test]
fn the_region_is_the_flags_then_fgctls_then_terraforms() {
    let all: Variables<'_> = &[("HW_REGION_NAME", "r-hw"), ("FGCTL_REGION", "r-own")];
    let found = |flags: &Flags, variables| with(flags, variables, None).unwrap().region;
    for (region, value, origin) in [
        (found(&region("r-flag"), all), "r-flag", "--region"),
        (
            found(&Flags::default(), all),
            "r-own",
            "the environment variable FGCTL_REGION",
        ),
        (
            found(&Flags::default(), &all[..1]),
            "r-hw",
            "the environment variable HW_REGION_NAME",
        ),
    ] {
        assert_eq!(
            (region.value.as_str(), region.origin.to_string().as_str()),
            (value, origin)
        );
    }
    let none = with(&Flags::default(), &[], None).unwrap_err().to_string();
    assert_eq!(
        none,
        "no region is set; looked at --region, FGCTL_REGION, HW_REGION_NAME"
    );
}

#[test]
fn ids_are_the_flags_then_the_sdks_then_terraforms() {
    let all: Variables<'_> = &[
        ("HW_PROJECT_ID", "p-hw"),
        ("HW_DOMAIN_ID", "d-hw"),
        ("HUAWEICLOUD_SDK_PROJECT_ID", "p-sdk"),
        ("HUAWEICLOUD_SDK_DOMAIN_ID", "d-sdk"),
    ];
    let ids = |flags: &Flags, variables| {
        let settings = with(flags, variables, None).unwrap();
        (
            settings.project_id.map(|id| id.value),
            settings.domain_id.map(|id| id.value),
        )
    };
    let flags = Flags {
        project_id: Some("p-flag".to_owned()),
        ..region("r")
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(ids(&flags, all), (some("p-flag"), some("d-sdk")));
    assert_eq!(ids(&region("r"), all), (some("p-sdk"), some("d-sdk")));
    assert_eq!(ids(&region("r"), &all[..2]), (some("p-hw"), some("d-hw")));
    assert_eq!(ids(&region("r"), &[]), (None, None));
}

#[test]
fn the_three_keys_come_from_one_source() {
    let sdk = [("HUAWEICLOUD_SDK_AK", "ak-sdk"), ("HUAWEICLOUD_SDK_SK", "sk-sdk")];
    let hw = [
        ("HW_ACCESS_KEY", "ak-hw"),
        ("HW_SECRET_KEY", "sk-hw"),
        ("HW_SECURITY_TOKEN", "t-hw"),
    ];
    let found = |variables| with(&region("r"), variables, None).unwrap().credentials.unwrap();
    let all = [hw.as_slice(), &sdk].concat();
    let both = found(&all);
    assert_eq!(both.origin, Origin::Variable("HUAWEICLOUD_SDK_AK"));
    assert_eq!(both.value.secret_key, Secret::new("sk-sdk"));
    assert_eq!(both.value.security_token, None);
    let second = found(&hw);
    assert_eq!(
        (second.value.access_key.as_str(), second.origin),
        ("ak-hw", Origin::Variable("HW_ACCESS_KEY"))
    );
    assert_eq!(second.value.security_token, Some(Secret::new("t-hw")));
}

#[test]
fn a_source_that_is_set_in_part_stops_and_names_the_missing_one() {
    let hw = [("HW_ACCESS_KEY", "ak-hw"), ("HW_SECRET_KEY", "sk-hw")];
    for (set, missing) in [
        ("HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK"),
        ("HUAWEICLOUD_SDK_SK", "HUAWEICLOUD_SDK_AK"),
        ("HUAWEICLOUD_SDK_SECURITY_TOKEN", "HUAWEICLOUD_SDK_AK"),
    ] {
        let variables = [hw.as_slice(), &[(set, "x")]].concat();
        let error = with(&region("r"), &variables, None).unwrap_err();
        assert_eq!(error, SettingsError::HalfSet { set, missing });
    }
}

#[test]
fn without_keys_it_says_where_it_looked() {
    let error = with(&region("r"), &[], None).unwrap().credentials().unwrap_err();
    assert_eq!(
        error.to_string(),
        "no credentials are set; looked at HUAWEICLOUD_SDK_AK with HUAWEICLOUD_SDK_SK, HW_ACCESS_KEY with HW_SECRET_KEY"
    );
}

#[test]
fn a_key_with_a_line_break_is_refused_without_showing_it() {
    let variables = [("HW_ACCESS_KEY", "ak"), ("HW_SECRET_KEY", "hidden\n")];
    let text = with(&region("r"), &variables, None).unwrap_err().to_string();
    assert!(
        text.contains("secret key from the environment variable HW_SECRET_KEY"),
        "{text}"
    );
    assert!(!text.contains("hidden"), "{text}");
}

#[test]
fn endpoints_are_the_flags_then_the_environments_then_the_public_ones() {
    let variables = [("FGCTL_ENDPOINT", "iam=https://iam.env, https://all.env")];
    let of = |flags: &Flags, service| {
        let endpoint = with(flags, &variables, None).unwrap().endpoint(service).clone();
        (endpoint.value.to_string(), endpoint.origin)
    };
    let flag = |text: &str| Flags {
        endpoints: vec![text.to_owned()],
        ..region("r")
    };
    let environment = Origin::Variable("FGCTL_ENDPOINT");
    let flagged = Origin::Flag("--endpoint");
    assert_eq!(
        of(&region("r"), Service::Iam),
        ("https://iam.env".to_owned(), environment)
    );
    assert_eq!(
        of(&region("r"), Service::Vpc),
        ("https://all.env".to_owned(), environment)
    );
    assert_eq!(
        of(&flag("https://all.flag"), Service::Iam),
        ("https://all.flag".to_owned(), flagged)
    );
    assert_eq!(
        of(&flag("vpc=https://vpc.flag"), Service::Vpc),
        ("https://vpc.flag".to_owned(), flagged)
    );
    assert_eq!(
        of(&flag("vpc=https://vpc.flag"), Service::Iam),
        ("https://iam.env".to_owned(), environment)
    );

    let public = with(&region("cn-east-3"), &[], None).unwrap();
    let apig = public.endpoint(Service::Apig);
    assert_eq!(apig.value.as_str(), "https://apig.cn-east-3.myhuaweicloud.com");
    assert_eq!((apig.origin, public.warnings.len()), (Origin::Default, 0));
}

#[test]
fn plain_text_to_elsewhere_is_warned_of_once() {
    let warnings = |url: &str| {
        let variables = [("FGCTL_ENDPOINT", url)];
        with(&region("r"), &variables, None).unwrap().warnings
    };
    assert!(warnings("http://127.0.0.1:7860").is_empty());
    let found = warnings("http://service.example");
    assert_eq!(found.len(), 1);
    let text = found[0].to_string();
    assert!(
        text.contains("`http://service.example` from the environment variable FGCTL_ENDPOINT"),
        "{text}"
    );
}

#[test]
fn local_takes_everything_from_the_local_cloud() {
    let variables = [
        ("FGCTL_REGION", "r-env"),
        ("FGCTL_ENDPOINT", "https://elsewhere.example"),
        ("FGCTL_CA_FILE", "/env/ca.pem"),
        ("HUAWEICLOUD_SDK_PROJECT_ID", "p-env"),
        ("HUAWEICLOUD_SDK_DOMAIN_ID", "d-env"),
        ("HUAWEICLOUD_SDK_AK", "half a pair, which is not even looked at"),
    ];
    let local = local_cloud();
    let settings = with(&at_local(), &variables, Some(&local)).unwrap();
    let origins = [
        settings.region.origin,
        settings.project_id.as_ref().unwrap().origin,
        settings.domain_id.as_ref().unwrap().origin,
        settings.credentials.as_ref().unwrap().origin,
        settings.ca_file.as_ref().unwrap().origin,
        settings.endpoint(Service::Eps).origin,
    ];
    assert_eq!(origins, [Origin::LocalCloud; 6]);
    assert_eq!(settings.endpoint(Service::Eps).value.as_str(), "http://127.0.0.1:7860");
    assert_eq!(settings.credentials().unwrap().value.access_key, "AK-local");

    // One that runs is not used unasked.
    let settings = with(&Flags::default(), &variables[..1], Some(&local)).unwrap();
    assert_eq!(
        (settings.region.value.as_str(), settings.credentials.is_none()),
        ("r-env", true)
    );
}

#[test]
fn region_and_project_may_override_local_and_nothing_else_may() {
    let local = local_cloud();
    let flags = Flags {
        region: Some("cn-north-4".to_owned()),
        project_id: Some("p-flag".to_owned()),
        ..at_local()
    };
    let settings = with(&flags, &[], Some(&local)).unwrap();
    assert_eq!(settings.region.value, "cn-north-4");
    assert_eq!(settings.project_id.unwrap().value, "p-flag");

    let endpoint = Flags {
        endpoints: vec!["http://localhost:1".to_owned()],
        ..at_local()
    };
    let ca_file = Flags {
        ca_file: Some("/flag/ca.pem".into()),
        ..at_local()
    };
    for (flags, flag) in [(endpoint, "--endpoint"), (ca_file, "--ca-file")] {
        let error = with(&flags, &[], Some(&local)).unwrap_err();
        assert_eq!(error, SettingsError::Contradiction { flag });
    }
    assert_eq!(with(&at_local(), &[], None).unwrap_err(), SettingsError::NoLocalCloud);
}

#[test]
fn the_ca_file_and_the_proxies_are_found() {
    let variables = [
        ("FGCTL_CA_FILE", "/env/ca.pem"),
        ("HTTPS_PROXY", "http://upper"),
        ("https_proxy", "http://lower"),
        ("HTTP_PROXY", "http://me:hidden@plain"),
        ("NO_PROXY", "a.example"),
    ];
    let settings = with(&region("r"), &variables, None).unwrap();
    assert_eq!(
        settings.ca_file.as_ref().unwrap().origin,
        Origin::Variable("FGCTL_CA_FILE")
    );
    assert_eq!(settings.proxies.https, Some(Secret::new("http://lower")));
    assert_eq!(settings.proxies.direct, "a.example");
    assert!(!format!("{settings:?}").contains("hidden"));
    let flags = Flags {
        ca_file: Some("/flag/ca.pem".into()),
        ..region("r")
    };
    let found = with(&flags, &variables, None).unwrap().ca_file.unwrap();
    assert_eq!(
        (found.value.to_str(), found.origin),
        (Some("/flag/ca.pem"), Origin::Flag("--ca-file"))
    );
}

#[test]
fn what_would_not_be_safe_in_a_host_or_a_header_is_refused() {
    for text in ["", "CN-EAST-3", "evil.example/", "r\nX: y", "-r", "3"] {
        let error = with(&region(text), &[], None).unwrap_err();
        assert!(
            matches!(error, SettingsError::Invalid { what: "region", .. }),
            "{error}"
        );
        assert!(!error.to_string().contains('\n'));
    }
    for text in ["", "a/b", "../x", "p\r\n"] {
        let flags = Flags {
            project_id: Some(text.to_owned()),
            ..region("r")
        };
        let error = with(&flags, &[], None).unwrap_err();
        assert!(
            matches!(error, SettingsError::Invalid { what: "project id", .. }),
            "{error}"
        );
    }
}

proptest! {
    #[test]
    fn no_secret_is_in_any_debug_text(secret in "[A-Za-z0-9]{12,40}") {
        let variables = [
            ("HW_ACCESS_KEY", "ak"), ("HW_SECRET_KEY", secret.as_str()), ("HW_SECURITY_TOKEN", secret.as_str()),
            ("HTTPS_PROXY", secret.as_str()),
        ];
        let text = format!("{:?}", with(&region("r"), &variables, None).unwrap());
        prop_assert!(!text.contains(&secret));
    }
}
