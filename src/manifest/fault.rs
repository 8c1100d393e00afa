//! What is wrong with a manifest, and where.

use std::fmt;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// Where its value or key begins, in bytes.
    pub(super) at: usize,
    /// What is wrong, and what would be right.
    pub(super) text: String,
}

impl Fault {
    pub(super) fn new(at: usize, text: impl Into<String>) -> Self {
        Self { at, text: text.into() }
    }
}

/// Everything that is wrong with one manifest, in the order of the text; each with its line and column, from 1.
#[derive(Debug)]
pub(crate) struct Faults(Vec<(usize, usize, String)>);

impl Faults {
    pub(super) fn new(text: &str, mut faults: Vec<Fault>) -> Self {
        faults.sort_by(|a, b| (a.at, &a.text).cmp(&(b.at, &b.text)));
        faults.dedup();
        let placed = faults.into_iter().map(|fault| {
            let before = text.get(..fault.at).unwrap_or(text);
            let line = before.matches('\n').count() + 1;
            let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
            (line, column, fault.text)
        });
        Self(placed.collect())
    }

    /// Lines as compilers write them, so that editors find the place: `fgctl.toml:12:5: …`.
    pub(crate) fn lines<'a>(&'a self, file: &'a dyn fmt::Display) -> impl Iterator<Item = String> + 'a {
        let lines = self.0.iter();
        lines.map(move |(line, column, text)| format!("{file}:{line}:{column}: {text}"))
    }
}
