//! The runtimes that functions may have.

use super::refusal::Refusal;
use super::request::Call;
use crate::wire::runtime::{ALL, ListRuntimeTypes, RuntimeType};

/// ListRuntimeTypes.
pub(super) async fn list(_call: Call, _input: ListRuntimeTypes) -> Result<Vec<RuntimeType>, Refusal> {
    let shown = |name: &&str| RuntimeType {
        kind: (*name).to_owned(),
        display_name: display_name(name),
    };
    Ok(ALL.iter().map(shown).collect())
}

/// A name and its version, apart.
fn display_name(name: &str) -> String {
    match name.find(|c: char| c.is_ascii_digit()) {
        Some(at) if !name.contains(['(', ' ']) => format!("{} {}", &name[..at], &name[at..]),
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::display_name;

    #[test]
    fn a_version_stands_apart() {
        for (name, shown) in [
            ("Node.js12.13", "Node.js 12.13"),
            ("Python3.10", "Python 3.10"),
            ("C#(.NET Core 2.0)", "C#(.NET Core 2.0)"),
            ("http", "http"),
        ] {
            assert_eq!(display_name(name), shown);
        }
    }
}
