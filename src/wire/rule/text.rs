//! The rules on longer texts: paths, addresses, descriptions, the environment.

use super::{
    Broken, DESCRIPTION_LENGTH, GATEWAY_DESCRIPTION_LENGTH, GROUP_REMARK_LENGTH, HANDLER_LENGTH, REMARK_LENGTH,
    USER_DATA_ENTRIES, USER_DATA_LENGTH, quoted,
};

/// A request path of an API.
pub(crate) fn request_path(value: &str) -> Result<(), Broken> {
    let fault = if !value.starts_with('/') {
        "it does not begin with `/`".to_owned()
    } else if value.chars().count() > 512 {
        format!("it has {} characters, more than 512", value.chars().count())
    } else if let Some(c) = value
        .chars()
        .find(|c| c.is_whitespace() || c.is_control() || matches!(c, '?' | '#' | '%'))
    {
        format!("it holds {}", quoted(c))
    } else {
        return Ok(());
    };
    Err(Broken {
        what: "path",
        value: value.to_owned(),
        fault,
        rule: "begins with `/`, at most 512 characters, without spaces, `?`, `#` and `%`".to_owned(),
    })
}

/// The handler of an event function that runs in `runtime`.
pub(crate) fn handler(value: &str, runtime: &str) -> Result<(), Broken> {
    let length = value.chars().count();
    let fault = if runtime.starts_with("Custom") {
        // What these start is no function of a file.
        return Ok(());
    } else if !HANDLER_LENGTH.contains(&length) {
        format!("it has {length} characters")
    } else if !value.contains('.') {
        "it holds no `.`".to_owned()
    } else {
        return Ok(());
    };
    Err(Broken {
        what: "handler",
        value: value.to_owned(),
        fault,
        rule: "3 to 128 characters that read FILE.FUNCTION, as in index.handler".to_owned(),
    })
}

/// The guide's Table 2, OBS Link URL.
pub(crate) fn object_url(value: &str) -> Result<(), Broken> {
    let rest = value
        .strip_prefix("https://")
        .or_else(|| value.strip_prefix("http://"));
    let odd = value.chars().find(|c| c.is_whitespace() || c.is_control());
    let fault = match (rest, odd) {
        (None, _) => "it does not begin with `https://`".to_owned(),
        (_, Some(c)) => format!("it holds {}", quoted(c)),
        (Some(rest), None) if rest.split_once('/').is_none_or(|(host, key)| host.is_empty() || key.is_empty()) => {
            "it names no object".to_owned()
        }
        (Some(_), None) => return Ok(()),
    };
    Err(Broken {
        what: "OBS URL",
        value: value.to_owned(),
        fault,
        rule: "the URL of an object, https://BUCKET.obs.REGION.myhuaweicloud.com/KEY".to_owned(),
    })
}

/// A description of a gateway.
pub(crate) fn gateway_description(value: &str) -> Result<(), Broken> {
    at_most("description", value, GATEWAY_DESCRIPTION_LENGTH)?;
    match value.chars().find(|c| matches!(c, '<' | '>')) {
        None => Ok(()),
        Some(c) => Err(Broken {
            what: "description",
            value: value.to_owned(),
            fault: format!("it holds {}", quoted(c)),
            rule: format!("at most {GATEWAY_DESCRIPTION_LENGTH} characters, without `<` and `>`"),
        }),
    }
}

/// A remark on a group.
pub(crate) fn group_remark(value: &str) -> Result<(), Broken> {
    at_most("remark", value, GROUP_REMARK_LENGTH)
}

/// A remark on an environment or a publication.
pub(crate) fn remark(value: &str) -> Result<(), Broken> {
    at_most("remark", value, REMARK_LENGTH)
}

/// A description of a function or a dependency.
pub(crate) fn description(value: &str) -> Result<(), Broken> {
    at_most("description", value, DESCRIPTION_LENGTH)
}

/// A text of at most so many characters.
fn at_most(what: &'static str, value: &str, most: usize) -> Result<(), Broken> {
    let length = value.chars().count();
    if length <= most {
        return Ok(());
    }
    Err(Broken {
        what,
        value: value.to_owned(),
        fault: format!("it has {length} characters, more than {most}"),
        rule: format!("at most {most} characters"),
    })
}

/// Environment variables of a function, name and value.
pub(crate) fn user_data<'a>(entries: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<(), Broken> {
    let broken = |value: &str, fault: String| Broken {
        what: "environment variable",
        value: value.to_owned(),
        fault,
        rule: format!(
            "at most {USER_DATA_ENTRIES} variables and {USER_DATA_LENGTH} characters in all; a name begins with a letter and holds letters, digits and underscores"
        ),
    };
    let (mut count, mut length) = (0, 0);
    for (name, value) in entries {
        let begins = name.starts_with(|c: char| c.is_ascii_alphabetic());
        if let Some(c) = name.chars().find(|c| !c.is_ascii_alphanumeric() && *c != '_') {
            return Err(broken(name, format!("its name holds {}", quoted(c))));
        }
        if !begins {
            return Err(broken(name, "its name does not begin with a letter".to_owned()));
        }
        count += 1;
        length += name.chars().count() + value.chars().count();
        if count > USER_DATA_ENTRIES {
            return Err(broken(name, format!("it is one more than {USER_DATA_ENTRIES}")));
        }
        if length > USER_DATA_LENGTH {
            return Err(broken(
                name,
                format!("with it there are more than {USER_DATA_LENGTH} characters"),
            ));
        }
    }
    Ok(())
}
