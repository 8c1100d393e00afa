//! Calls of the management plane, which debugs an API: told from others by a word that only this process knows.

use crate::local::DebugCall;
use crate::sign::Secret;
use http::header::{HeaderMap, HeaderName, HeaderValue};

/// Carries the word and what is debugged.
const HEADER: HeaderName = HeaderName::from_static("x-fgctl-debug");

/// What is debugged.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Debugged {
    /// The API's id.
    pub(super) api_id: String,
    /// Whether what runs is meant, and not what is edited.
    pub(super) published: bool,
    /// Whether the call counts as encrypted.
    pub(super) tls: bool,
}

/// The header by which the management plane says that it debugs `call`.
pub(super) fn header(word: &Secret, call: &DebugCall) -> (HeaderName, HeaderValue) {
    let text = format!("{} {} {} {}", word.expose(), call.published, call.tls, call.api_id);
    let value = HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""));
    (HEADER, value)
}

/// What `headers` say that is debugged, if who says so knows the word; the header goes no further.
pub(super) fn take(headers: &mut HeaderMap, word: &Secret) -> Option<Debugged> {
    let value = headers.remove(HEADER)?;
    let mut parts = value.to_str().ok()?.splitn(4, ' ');
    let known = parts.next().is_some_and(|said| Secret::new(said) == *word);
    let (published, tls, api_id) = (parts.next()?, parts.next()?, parts.next()?);
    known.then(|| Debugged {
        api_id: api_id.to_owned(),
        published: published == "true",
        tls: tls == "true",
    })
}

#[cfg(test)]
mod tests {
    use super::{Debugged, header, take};
    use crate::local::DebugCall;
    use crate::sign::Secret;
    use http::HeaderMap;

    #[test]
    fn only_who_knows_the_word_debugs() {
        let call = DebugCall {
            api_id: "a".to_owned(),
            published: true,
            tls: false,
        };
        let mut headers = HeaderMap::new();
        headers.extend([header(&Secret::new("word"), &call)].map(|(name, value)| (Some(name), value)));
        let expected = Debugged {
            api_id: "a".to_owned(),
            published: true,
            tls: false,
        };
        assert_eq!(take(&mut headers.clone(), &Secret::new("other")), None);
        assert_eq!(take(&mut headers, &Secret::new("word")), Some(expected));
        assert!(headers.is_empty());
    }
}
