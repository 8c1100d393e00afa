//! Keys that cannot be printed.

use std::fmt;

/// A secret: never shown by `Debug`, never serialised. [`Secret::expose`] marks each place that needs the text.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(String);

impl Secret {
    /// Wraps `text`.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for signing, sending or storing; never for showing.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// An access key with its secret, and a token where they are temporary. The three always come from one source.
#[derive(Clone, Debug)]
pub(crate) struct Credentials {
    /// The access key's id (AK); no secret.
    pub(crate) access_key: String,
    /// The secret access key (SK).
    pub(crate) secret_key: Secret,
    /// The security token of temporary credentials.
    pub(crate) security_token: Option<Secret>,
}

/// Who calls: by a signature, or by a token of the identity service.
#[derive(Clone, Debug)]
pub(crate) enum Caller {
    /// Signs each request.
    Keys(Credentials),
    /// Sends an IAM token along with each request, which is not signed then.
    Token(Secret),
}

impl From<Credentials> for Caller {
    fn from(credentials: Credentials) -> Self {
        Self::Keys(credentials)
    }
}

#[cfg(test)]
mod tests {
    use super::{Credentials, Secret};

    #[test]
    fn secrets_are_not_in_the_debug_text() {
        let credentials = Credentials {
            access_key: "AK".to_owned(),
            secret_key: Secret::new("very-secret"),
            security_token: Some(Secret::new("also-secret")),
        };
        let text = format!("{credentials:?}");
        assert!(
            text.contains("AK") && !text.contains("secret\"") && !text.contains("-secret"),
            "{text}"
        );
    }
}
