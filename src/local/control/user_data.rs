//! A function's environment variables: a JSON object of text to text, itself written as text.

use super::refusal::Refusal;
use crate::codes::functiongraph;
use crate::wire::rule;
use std::collections::BTreeMap;

type Variables = BTreeMap<String, String>;

/// Reads and checks `text`; no text at all is no variable.
///
/// # Errors
/// 400 `FSS.1009`, `FSS.1017` or `FSS.1018`.
pub(super) fn read(text: &str) -> Result<Variables, Refusal> {
    if text.is_empty() {
        return Ok(Variables::new());
    }
    let variables: Variables =
        serde_json::from_str(text).map_err(|error| Refusal::because(functiongraph::USER_DATA, error))?;
    let length: usize = variables
        .iter()
        .map(|(name, value)| name.chars().count() + value.chars().count())
        .sum();
    let entry = if variables.len() > rule::USER_DATA_ENTRIES {
        functiongraph::USER_DATA_ENTRIES
    } else if length > rule::USER_DATA_LENGTH {
        functiongraph::USER_DATA_LENGTH
    } else {
        functiongraph::USER_DATA
    };
    let entries = variables.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    rule::user_data(entries).map_err(|broken| Refusal::because(entry, broken))?;
    Ok(variables)
}

/// `text`, which [`read`] takes, with every value blank: how encrypted variables answer.
pub(super) fn blanked(text: &str) -> Result<String, Refusal> {
    if text.is_empty() {
        return Ok(String::new());
    }
    let names: Variables = read(text)?.into_keys().map(|name| (name, String::new())).collect();
    serde_json::to_string(&names).map_err(|error| Refusal::Internal(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::{Refusal, blanked, read};

    #[test]
    fn each_fault_has_its_code_and_secrets_answer_blank() {
        let many: String = (0..21).map(|n| format!("\"A{n}\":\"\",")).collect();
        for (text, expected) in [
            ("[]", "FSS.1009"),
            ("{\"A\":1}", "FSS.1009"),
            ("{\"1\":\"x\"}", "FSS.1009"),
            (&format!("{{{}}}", many.trim_end_matches(',')), "FSS.1017"),
            (&format!("{{\"A\":\"{}\"}}", "x".repeat(4096)), "FSS.1018"),
        ] {
            let refusal = read(text).unwrap_err();
            assert!(
                matches!(refusal, Refusal::Coded { code, .. } if code == expected),
                "{text}: {refusal:?}"
            );
        }
        assert_eq!(blanked("{\"PASSWORD\":\"x\"}").unwrap(), "{\"PASSWORD\":\"\"}");
        assert_eq!(blanked("").unwrap(), "");
    }
}
