//! Precedence and origins, source by source.

use super::{
    Flags, LocalCloud, Origin, Profile, Profiles, SdkFile, Settings, SettingsError, Sourced, Sources, Warning, basics,
    candidates, resolve,
};
use crate::sign::{Caller, Credentials, Secret};
use crate::wire::Service;
use jiff::Timestamp;
use proptest::prelude::{prop_assert, proptest};

type Variables<'a> = &'a [(&'a str, &'a str)];

fn with(flags: &Flags, variables: Variables<'_>, local: Option<&LocalCloud>) -> Result<Settings, SettingsError> {
    with_files(flags, variables, (&Profiles::default(), None), local)
}

fn with_files(
    flags: &Flags,
    variables: Variables<'_>,
    (profiles, sdk_file): (&Profiles, Option<&SdkFile>),
    local: Option<&LocalCloud>,
) -> Result<Settings, SettingsError> {
    let look_up = |name: &str| {
        let found = variables.iter().find(|(other, _)| *other == name);
        found.map(|(_, value)| (*value).to_owned())
    };
    let sources = Sources {
        variables: &look_up,
        profiles,
        sdk_file,
        local,
    };
    resolve(flags, sources)
}

fn keys(settings: &Settings) -> Sourced<Credentials> {
    match settings.credentials.clone().unwrap() {
        Sourced {
            value: Caller::Keys(keys),
            origin,
        } => Sourced::new(keys, origin),
        token => panic!("{token:?}"),
    }
}

fn now() -> Timestamp {
    "2026-01-02T03:04:05Z".parse().unwrap()
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
        "no region is set; looked at --region, FGCTL_REGION, HW_REGION_NAME, the profile"
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
    let found = |variables| keys(&with(&region("r"), variables, None).unwrap());
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
        assert!(
            matches!(&error, SettingsError::HalfSet { set: s, missing: m, .. } if (*s, *m) == (set, missing)),
            "{error}"
        );
    }
}

#[test]
fn without_keys_it_says_where_it_looked() {
    let error = with(&region("r"), &[], None).unwrap().caller(now()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "no credentials are set; looked at HUAWEICLOUD_SDK_AK with HUAWEICLOUD_SDK_SK, HW_ACCESS_KEY with HW_SECRET_KEY, the profiles of fgctl, the SDKs' file ~/.huaweicloud/credentials"
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
        ("https://iam.env".to_owned(), environment.clone())
    );
    assert_eq!(
        of(&region("r"), Service::Vpc),
        ("https://all.env".to_owned(), environment.clone())
    );
    assert_eq!(
        of(&flag("https://all.flag"), Service::Iam),
        ("https://all.flag".to_owned(), flagged.clone())
    );
    assert_eq!(
        of(&flag("vpc=https://vpc.flag"), Service::Vpc),
        ("https://vpc.flag".to_owned(), flagged)
    );
    assert_eq!(
        of(&flag("vpc=https://vpc.flag"), Service::Iam),
        ("https://iam.env".to_owned(), environment.clone())
    );

    let public = with(&region("cn-east-3"), &[], None).unwrap();
    let apig = public.endpoint(Service::Apig);
    assert_eq!(apig.value.as_str(), "https://apig.cn-east-3.myhuaweicloud.com");
    assert_eq!((&apig.origin, public.warnings.len()), (&Origin::Default, 0));
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
        &settings.region.origin,
        &settings.project_id.as_ref().unwrap().origin,
        &settings.domain_id.as_ref().unwrap().origin,
        &settings.credentials.as_ref().unwrap().origin,
        &settings.ca_file.as_ref().unwrap().origin,
        &settings.endpoint(Service::Eps).origin,
    ];
    assert_eq!(origins, [&Origin::LocalCloud; 6]);
    assert_eq!(settings.endpoint(Service::Eps).value.as_str(), "http://127.0.0.1:7860");
    assert_eq!(keys(&settings).value.access_key, "AK-local");

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

/// Two profiles of two accounts and regions; `default` is the default.
fn two_profiles() -> Profiles {
    let profile = |name: &str| Profile {
        region: Some(format!("r-{name}")),
        project_id: Some(format!("p-{name}")),
        domain_id: Some(format!("d-{name}")),
        access_key: Some(format!("ak-{name}")),
        secret_key: Some(Secret::new(format!("sk-{name}"))),
        endpoints: vec![format!("https://{name}.example")],
        ca_file: Some(format!("/{name}.pem").into()),
        output: Some(format!("o-{name}")),
        bucket: Some(format!("b-{name}")),
        enterprise_project_id: Some(format!("e-{name}")),
        ..Profile::default()
    };
    Profiles {
        default: Some("default".to_owned()),
        all: ["default", "work"].map(|name| (name.to_owned(), profile(name))).into(),
    }
}

const ENVIRONMENT: Variables<'_> = &[
    ("FGCTL_REGION", "r-env"),
    ("HUAWEICLOUD_SDK_AK", "ak-env"),
    ("HUAWEICLOUD_SDK_SK", "sk-env"),
    ("HUAWEICLOUD_SDK_PROJECT_ID", "p-env"),
    ("HUAWEICLOUD_SDK_DOMAIN_ID", "d-env"),
    ("FGCTL_ENDPOINT", "https://env.example"),
    ("FGCTL_CA_FILE", "/env.pem"),
    ("HW_ENTERPRISE_PROJECT_ID", "e-env"),
];

fn of_profile(name: &str) -> Flags {
    Flags {
        profile: Some(name.to_owned()),
        ..Flags::default()
    }
}

/// Region, key, project, account, endpoint, CA file, enterprise project: each value's own ending.
fn endings(settings: &Settings) -> Vec<String> {
    let text = |sourced: &Option<Sourced<String>>| sourced.as_ref().map_or("none".to_owned(), |s| s.value.clone());
    let after = |text: String| text.rsplit('-').next().unwrap().to_owned();
    vec![
        after(settings.region.value.clone()),
        after(keys(settings).value.access_key),
        after(text(&settings.project_id)),
        after(text(&settings.domain_id)),
        settings.endpoint(Service::Apig).value.as_str()["https://".len()..].replace(".example", ""),
        settings
            .ca_file
            .as_ref()
            .unwrap()
            .value
            .file_stem()
            .unwrap()
            .to_string_lossy()
            .into_owned(),
        after(text(&settings.enterprise_project_id)),
    ]
}

#[test]
fn a_profile_that_a_flag_names_beats_the_environment_which_beats_the_default_profile() {
    let profiles = two_profiles();
    let files = (&profiles, None);
    let found = |flags: &Flags, variables| endings(&with_files(flags, variables, files, None).unwrap());
    assert_eq!(found(&of_profile("work"), ENVIRONMENT), ["work"; 7]);
    assert_eq!(found(&Flags::default(), ENVIRONMENT), ["env"; 7]);
    assert_eq!(found(&Flags::default(), &[]), ["default"; 7]);
    assert_eq!(found(&Flags::default(), &[("FGCTL_PROFILE", "work")]), ["work"; 7]);
    let all = [ENVIRONMENT, &[("FGCTL_PROFILE", "work")]].concat();
    assert_eq!(found(&Flags::default(), &all), ["env"; 7]);
    let settings = with_files(&of_profile("work"), ENVIRONMENT, files, None).unwrap();
    assert_eq!(settings.region.origin.to_string(), "the profile `work`");
    assert_eq!(settings.bucket.unwrap().value, "b-work");
}

#[test]
fn flags_beat_the_profile_that_a_flag_names() {
    let profiles = two_profiles();
    let flags = Flags {
        region: Some("r-flag".to_owned()),
        project_id: Some("p-flag".to_owned()),
        endpoints: vec!["https://flag.example".to_owned()],
        ca_file: Some("/flag.pem".into()),
        ..of_profile("work")
    };
    let settings = with_files(&flags, ENVIRONMENT, (&profiles, None), None).unwrap();
    assert_eq!(
        endings(&settings),
        ["flag", "work", "flag", "work", "flag", "flag", "work"]
    );
}

#[test]
fn a_projects_id_of_another_account_or_region_is_not_taken() {
    let profiles = two_profiles();
    let files = (&profiles, None);
    // Keys of the environment: the default profile's project is another account's.
    let only_keys = &ENVIRONMENT[1..3];
    let settings = with_files(&Flags::default(), only_keys, files, None).unwrap();
    assert_eq!((settings.project_id, settings.domain_id), (None, None));
    assert_eq!(settings.region.value, "r-default");
    // Another region: the profile's project is not in it, and its account is the same.
    let elsewhere = Flags {
        region: Some("elsewhere".to_owned()),
        ..of_profile("work")
    };
    let settings = with_files(&elsewhere, &[], files, None).unwrap();
    assert_eq!(
        (settings.project_id, settings.domain_id.unwrap().value),
        (None, "d-work".to_owned())
    );
    let settings = with(&region("elsewhere"), ENVIRONMENT, None).unwrap();
    assert_eq!(settings.project_id, None);
    let settings = with(&region("r-env"), ENVIRONMENT, None).unwrap();
    assert_eq!(settings.project_id.unwrap().value, "p-env");
}

#[test]
fn a_profile_with_half_a_key_stops_the_search() {
    let mut profiles = two_profiles();
    profiles.all.get_mut("work").unwrap().secret_key = None;
    let error = with_files(&of_profile("work"), ENVIRONMENT, (&profiles, None), None).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`access_key` is set and `secret_key` is not in the profile `work`; both have to come from one source"
    );
    // One without any goes on to the next source.
    let work = profiles.all.get_mut("work").unwrap();
    (work.access_key, work.region) = (None, None);
    let settings = with_files(&of_profile("work"), ENVIRONMENT, (&profiles, None), None).unwrap();
    assert_eq!(keys(&settings).value.access_key, "ak-env");
    assert_eq!(settings.project_id.unwrap().value, "p-env");
}

#[test]
fn a_profile_that_is_not_there_is_an_error_wherever_it_is_named() {
    let profiles = two_profiles();
    for (flags, variables, origin) in [
        (of_profile("none"), &[][..], "--profile"),
        (
            Flags::default(),
            &[("FGCTL_PROFILE", "none")][..],
            "the environment variable FGCTL_PROFILE",
        ),
    ] {
        let error = with_files(&flags, variables, (&profiles, None), None).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("there is no profile `none`, which {origin} names; there are: default, work")
        );
    }
    let local = Flags {
        local: true,
        ..of_profile("work")
    };
    let error = with_files(&local, &[], (&profiles, None), Some(&local_cloud())).unwrap_err();
    assert_eq!(error, SettingsError::Contradiction { flag: "--profile" });
}

#[test]
fn keys_of_the_environment_in_front_of_a_profile_that_it_names_are_warned_of() {
    let profiles = two_profiles();
    let all = [ENVIRONMENT, &[("FGCTL_PROFILE", "work")]].concat();
    let settings = with_files(&Flags::default(), &all, (&profiles, None), None).unwrap();
    assert!(matches!(&settings.warnings[..], [Warning::Shadowed { profile, .. }] if profile == "work"));
    let settings = with_files(&Flags::default(), ENVIRONMENT, (&profiles, None), None).unwrap();
    assert!(settings.warnings.is_empty());
}

#[test]
fn temporary_keys_end_when_the_profile_says() {
    let mut profiles = two_profiles();
    let work = profiles.all.get_mut("work").unwrap();
    (work.security_token, work.expires_at) = (Some(Secret::new("t")), Some(now()));
    let settings = with_files(&of_profile("work"), &[], (&profiles, None), None).unwrap();
    let before = now() - jiff::SignedDuration::from_secs(1);
    assert!(settings.caller(before).is_ok());
    let error = settings.caller(now()).unwrap_err().to_string();
    assert_eq!(
        error,
        "the temporary credentials from the profile `work` expired at 2026-01-02T03:04:05Z"
    );
    assert_eq!(keys(&settings).value.security_token, Some(Secret::new("t")));
}

#[test]
fn an_iam_token_is_terraforms_or_a_profiles() {
    let token = |settings: Settings| match settings.credentials.unwrap().value {
        Caller::Token(token) => token,
        keys => panic!("{keys:?}"),
    };
    let variables = [
        ("HW_AUTH_TOKEN", "t-env"),
        ("HW_ACCESS_KEY", "ak"),
        ("HW_SECRET_KEY", "sk"),
    ];
    assert_eq!(
        token(with(&region("r"), &variables, None).unwrap()),
        Secret::new("t-env")
    );
    let mut profiles = two_profiles();
    profiles.all.get_mut("work").unwrap().auth_token = Some(Secret::new("t-work"));
    let settings = with_files(&of_profile("work"), &variables, (&profiles, None), None).unwrap();
    assert_eq!(token(settings), Secret::new("t-work"));
    let sdk = [("HUAWEICLOUD_SDK_AK", "ak-sdk"), ("HUAWEICLOUD_SDK_SK", "sk-sdk")];
    let all = [variables.as_slice(), &sdk].concat();
    assert_eq!(
        keys(&with(&region("r"), &all, None).unwrap()).value.access_key,
        "ak-sdk"
    );
}

#[test]
fn the_sdks_file_is_the_last_source() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("credentials");
    std::fs::write(
        &path,
        "[basic]\nak = ak-file\nsk = sk-file\nproject_id = p-file\niam_endpoint = https://iam.file\n",
    )
    .unwrap();
    let file = SdkFile::read(path.clone()).unwrap();
    let mut profiles = two_profiles();
    let found =
        |profiles: &Profiles, variables| with_files(&region("r"), variables, (profiles, file.as_ref()), None).unwrap();
    assert_eq!(keys(&found(&profiles, &[])).value.access_key, "ak-default");
    assert_eq!(found(&profiles, &[]).project_id, None);
    profiles.default = None;
    let settings = found(&profiles, &[]);
    assert_eq!(keys(&settings).value.access_key, "ak-file");
    assert_eq!(settings.project_id.as_ref().unwrap().value, "p-file");
    assert_eq!(settings.endpoint(Service::Iam).value.as_str(), "https://iam.file");
    assert_eq!(keys(&found(&profiles, &ENVIRONMENT[1..3])).value.access_key, "ak-env");
    #[cfg(unix)]
    assert!(matches!(settings.warnings[..], [Warning::Exposed(_)]));
}

#[test]
fn every_source_is_told_the_strongest_first() {
    let profiles = two_profiles();
    let sources = Sources {
        variables: &|name| {
            let found = ENVIRONMENT.iter().find(|(other, _)| *other == name);
            found.map(|(_, value)| (*value).to_owned())
        },
        profiles: &profiles,
        sdk_file: None,
        local: None,
    };
    let origins = |flags: &Flags| -> Vec<String> {
        let found = candidates(flags, sources).unwrap().into_iter();
        found.map(|source| source.unwrap().origin.to_string()).collect()
    };
    let variable = "the environment variable HUAWEICLOUD_SDK_AK";
    assert_eq!(origins(&of_profile("work")), ["the profile `work`", variable]);
    assert_eq!(origins(&Flags::default()), [variable, "the profile `default`"]);
    assert_eq!(
        basics(&Flags::default(), sources).unwrap().output.unwrap().value,
        "o-default"
    );
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
