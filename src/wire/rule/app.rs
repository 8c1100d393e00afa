//! The rules on apps, their keys and codes, and on the variables of environments.

use super::{Broken, Name, Start, quoted};

/// CreateAnAppV2 and CreateRequestThrottlingPolicyV2, `name`.
pub(crate) fn app_name(value: &str) -> Result<(), Broken> {
    Name {
        what: "app name",
        length: 3..=64,
        marks: "_",
        first: Start::Letter,
        ends_alphanumeric: false,
        chinese: true,
        rule: "3 to 64 letters, Chinese characters, digits and underscores, beginning with a letter or Chinese character",
    }
    .check(value)
}

/// CreateAnAppV2, `app_key`.
pub(crate) fn app_key(value: &str) -> Result<(), Broken> {
    Name {
        what: "AppKey",
        length: 8..=200,
        marks: "_-",
        first: Start::LetterOrDigit,
        ends_alphanumeric: false,
        chinese: false,
        rule: "8 to 200 letters, digits, underscores and hyphens, beginning with a letter or digit",
    }
    .check(value)
}

/// CreateAnAppV2 and ResettingAppSecretV2, `app_secret`. The value itself is not told.
pub(crate) fn app_secret(value: &str) -> Result<(), Broken> {
    let rule = Name {
        what: "AppSecret",
        length: 8..=128,
        marks: "_-!@#$%",
        first: Start::LetterOrDigit,
        ends_alphanumeric: false,
        chinese: false,
        rule: "8 to 128 letters, digits and _ - ! @ # $ %, beginning with a letter or digit",
    };
    rule.check(value).map_err(hidden)
}

/// CreateAppCodeV2, `app_code`. The value itself is not told.
pub(crate) fn app_code(value: &str) -> Result<(), Broken> {
    const RULE: &str =
        "64 to 180 letters, digits and + _ ! @ # $ % - / =, beginning with a letter, a digit, `+` or `/`";
    let length = value.chars().count();
    let allowed = |c: char| c.is_ascii_alphanumeric() || "+_!@#$%-/=".contains(c);
    let fault = if !(64..=180).contains(&length) {
        format!("it has {length} characters")
    } else if let Some((at, c)) = value.chars().enumerate().find(|(_, c)| !allowed(*c)) {
        format!("character {} is {}", at + 1, quoted(c))
    } else if value.starts_with(|c: char| !c.is_ascii_alphanumeric() && c != '+' && c != '/') {
        "it begins with another character".to_owned()
    } else {
        return Ok(());
    };
    Err(hidden(Broken {
        what: "AppCode",
        value: String::new(),
        fault,
        rule: RULE.to_owned(),
    }))
}

/// The same without the value, which is a secret.
fn hidden(broken: Broken) -> Broken {
    Broken {
        value: "***".to_owned(),
        ..broken
    }
}

/// CreateEnvironmentVariableV2, `variable_name`.
pub(crate) fn environment_variable_name(value: &str) -> Result<(), Broken> {
    Name {
        what: "variable name",
        length: 3..=32,
        marks: "_-",
        first: Start::Letter,
        ends_alphanumeric: false,
        chinese: false,
        rule: "3 to 32 letters, digits, underscores and hyphens, beginning with a letter",
    }
    .check(value)
}

/// CreateEnvironmentVariableV2, `variable_value`.
pub(crate) fn environment_variable_value(value: &str) -> Result<(), Broken> {
    let length = value.chars().count();
    let fault = if !(1..=255).contains(&length) {
        format!("it has {length} characters")
    } else if let Some(c) = value
        .chars()
        .find(|c| !c.is_ascii_alphanumeric() && !"_-/.:".contains(*c))
    {
        format!("it holds {}", quoted(c))
    } else {
        return Ok(());
    };
    Err(Broken {
        what: "variable value",
        value: value.to_owned(),
        fault,
        rule: "1 to 255 letters, digits and _ - / . :".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::{app_code, app_name, app_secret, environment_variable_name, environment_variable_value};

    #[test]
    fn secrets_that_break_a_rule_are_not_told() {
        let error = app_secret("short!!").unwrap_err().to_string();
        assert!(error.contains("***") && !error.contains("short"), "{error}");
        let error = app_code("abc").unwrap_err().to_string();
        assert!(
            error.contains("it has 3 characters") && !error.contains("abc"),
            "{error}"
        );
        assert!(app_code(&"+".repeat(64)).is_ok() && app_code(&"=".repeat(64)).is_err());
        assert!(app_code(&format!("{} ", "a".repeat(64))).is_err());
    }

    #[test]
    fn names_and_values() {
        assert!(app_name("App_1").is_ok() && app_name("1app").is_err() && app_name("a-b-c").is_err());
        assert!(environment_variable_name("base-url").is_ok() && environment_variable_name("ab").is_err());
        assert!(environment_variable_value("10.0.0.1:80/a_b").is_ok() && environment_variable_value("a b").is_err());
    }
}
