//! The error catalogue as data: what each code of the cloud means, what usually causes it, and what to do next.
//!
//! The local cloud answers with these statuses and texts; fgctl explains the real cloud's errors with the same.
//! It decides nothing: which code an operation answers with is the local cloud's, which exit status follows is `cli`'s.

pub(crate) mod apig;
pub(crate) mod eps;
pub(crate) mod front_door;
pub(crate) mod functiongraph;
pub(crate) mod iam;
pub(crate) mod vpc;

/// An error code of the cloud.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Entry {
    /// `FSS.1051`.
    pub(crate) code: &'static str,
    /// The HTTP status that goes with it.
    pub(crate) status: u16,
    /// The message, as far as it is known; details may follow it.
    pub(crate) text: &'static str,
    /// What it means, as half a sentence.
    pub(crate) meaning: &'static str,
    /// What usually causes it.
    pub(crate) cause: &'static str,
    /// What to do or to run next.
    pub(crate) next: &'static str,
}

/// The entry of `code`, if it is known.
pub(crate) fn find(code: &str) -> Option<&'static Entry> {
    entries().find(|entry| entry.code == code)
}

/// Each service and its lists of codes, in the order in which they are shown.
pub(crate) const SERVICES: &[(&str, &[&[Entry]])] = &[
    (
        "FunctionGraph",
        &[
            functiongraph::ALL,
            functiongraph::dependency::ALL,
            functiongraph::trigger::ALL,
            functiongraph::access::ALL,
            functiongraph::event_trigger::ALL,
            functiongraph::function::ALL,
            functiongraph::invocation::ALL,
            functiongraph::network::ALL,
            functiongraph::version::ALL,
        ],
    ),
    ("API Gateway", &apig::ALL),
    ("VPC", &[vpc::ALL]),
    ("IAM", &[iam::ALL]),
    ("Enterprise projects", &[eps::ALL]),
    ("every service", &[front_door::ALL]),
];

fn entries() -> impl Iterator<Item = &'static Entry> {
    SERVICES.iter().flat_map(|(_, lists)| lists.iter().copied().flatten())
}

#[cfg(test)]
mod tests {
    use super::{entries, find};
    use std::collections::HashSet;

    #[test]
    fn each_code_stands_once_and_says_all_there_is_to_say() {
        let mut seen = HashSet::new();
        for entry in entries() {
            assert!(seen.insert(entry.code), "{} stands twice", entry.code);
            assert!((400..=599).contains(&entry.status), "{}", entry.code);
            for text in [entry.text, entry.meaning, entry.cause, entry.next] {
                assert!(!text.is_empty(), "{}", entry.code);
            }
            assert_eq!(find(entry.code), Some(entry));
        }
        assert_eq!(find("FSS.9999"), None);
    }
}
