//! A script that cannot be read: where, and why.

/// The text is no script.
#[derive(Debug, PartialEq, thiserror::Error)]
#[error("{file}:{line}:{column}: {why}\n  {source_line}\n  {marker}^", marker = marker(source_line, *column))]
pub(crate) struct ScriptError {
    /// The script's file, as it was named.
    pub(crate) file: String,
    /// From 1.
    pub(crate) line: usize,
    /// Which character of the line, from 1.
    pub(crate) column: usize,
    /// What is wrong there.
    pub(crate) why: String,
    /// The line.
    pub(crate) source_line: String,
}

/// What puts a mark under a column: tabs stay tabs.
fn marker(line: &str, column: usize) -> String {
    let before = line.chars().take(column.saturating_sub(1));
    before.map(|c| if c == '\t' { '\t' } else { ' ' }).collect()
}
