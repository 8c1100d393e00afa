//! A JMESPath expression, which picks from the data of a command.

use jmespath::ast::Ast;
use jmespath::{DEFAULT_RUNTIME, ErrorReason, Expression};
use serde_json::Value;
use std::io;

/// An expression that has been read.
#[derive(Clone, Debug)]
pub(crate) struct Query(Expression<'static>);

/// A text is no expression.
#[derive(Debug, thiserror::Error)]
#[error("`{text}` is no JMESPath expression: {why}\n{before}{text}\n{before}{marker}^", before = "  ", marker = " ".repeat(*at))]
pub(crate) struct QueryError {
    text: String,
    why: String,
    /// Which character it cannot go on from, counted from 0.
    at: usize,
}

impl Query {
    /// Reads `text`.
    ///
    /// # Errors
    /// [`QueryError`], which marks the place.
    pub(crate) fn read(text: &str) -> Result<Self, QueryError> {
        let error = |why: &str, at: usize| QueryError {
            text: text.to_owned(),
            why: why.to_owned(),
            at,
        };
        let expression = jmespath::compile(text).map_err(|fault| match &fault.reason {
            ErrorReason::Parse(why) => error(&plain(why), fault.offset.min(text.chars().count())),
            ErrorReason::Runtime(why) => error(&why.to_string(), fault.offset),
        })?;
        match unknown_function(expression.as_ast()) {
            None => Ok(Self(expression)),
            // The parser names the place of the bracket, not of the name.
            Some((name, bracket)) => Err(error(
                &format!("there is no function `{name}`"),
                bracket.saturating_sub(name.chars().count()),
            )),
        }
    }

    /// What it picks from `data`; null for nothing.
    ///
    /// # Errors
    /// The data is not what a function of the expression takes.
    pub(super) fn pick(&self, data: &Value) -> io::Result<Value> {
        let fault = |error: jmespath::JmespathError| {
            let why = error.reason.to_string();
            io::Error::other(format!("--query `{}` does not fit the data: {why}", self.0.as_str()))
        };
        let picked = self.0.search(data).map_err(fault)?;
        serde_json::to_value(picked.as_ref()).map_err(io::Error::from)
    }
}

/// What the parser says, without the words of its trade.
fn plain(why: &str) -> String {
    match why.split_once(" -- found ") {
        Some((_, "Eof")) => "it ends too early".to_owned(),
        Some((expected, found)) if expected.starts_with("Expected") => {
            format!("{}, not {found}", expected.replacen('E', "e", 1))
        }
        Some((_, found)) => format!("{found} cannot stand here"),
        None => why.to_owned(),
    }
}

/// The first function of `ast` that JMESPath does not have, and where.
fn unknown_function(ast: &Ast) -> Option<(&str, usize)> {
    match ast {
        Ast::Function { name, offset, args } => match DEFAULT_RUNTIME.get_function(name) {
            None => Some((name, *offset)),
            Some(_) => args.iter().find_map(unknown_function),
        },
        Ast::Comparison { lhs, rhs, .. }
        | Ast::Projection { lhs, rhs, .. }
        | Ast::And { lhs, rhs, .. }
        | Ast::Or { lhs, rhs, .. }
        | Ast::Subexpr { lhs, rhs, .. }
        | Ast::Condition {
            predicate: lhs,
            then: rhs,
            ..
        } => unknown_function(lhs).or_else(|| unknown_function(rhs)),
        Ast::Expref { ast: node, .. }
        | Ast::Flatten { node, .. }
        | Ast::Not { node, .. }
        | Ast::ObjectValues { node, .. } => unknown_function(node),
        Ast::MultiList { elements, .. } => elements.iter().find_map(unknown_function),
        Ast::MultiHash { elements, .. } => elements.iter().find_map(|pair| unknown_function(&pair.value)),
        Ast::Identity { .. } | Ast::Field { .. } | Ast::Index { .. } | Ast::Literal { .. } | Ast::Slice { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Query;
    use proptest::prelude::{any, proptest};
    use serde_json::json;

    fn refused(text: &str) -> String {
        Query::read(text).unwrap_err().to_string()
    }

    #[test]
    fn it_picks_from_the_data() {
        let data = json!([{"name": "a", "size": 3}, {"name": "b", "size": 12_345_678_901_i64}]);
        for (text, picked) in [
            ("[].name", json!(["a", "b"])),
            ("[?size > `5`].size | [0]", json!(12_345_678_901_i64)),
            ("length(@)", json!(2)),
            ("[0].missing", json!(null)),
            ("sort_by(@, &size)[-1].name", json!("b")),
        ] {
            assert_eq!(Query::read(text).unwrap().pick(&data).unwrap(), picked, "{text}");
        }
    }

    #[test]
    fn a_fault_is_marked_where_it_is() {
        let told = refused("a.b[");
        assert!(told.starts_with("`a.b[` is no JMESPath expression: "), "{told}");
        assert!(told.ends_with("\n  a.b[\n      ^"), "{told}");
        let told = refused("[?nme(x)]");
        assert!(
            told.contains("no function `nme`") && told.ends_with("\n    ^"),
            "{told}"
        );
        for text in ["", "a..b", "[?a=='x'", "'open", "a b"] {
            assert!(refused(text).contains('^'), "{text}");
        }
    }

    #[test]
    fn data_that_a_function_does_not_take_is_told() {
        let query = Query::read("length(size)").unwrap();
        let told = query.pick(&json!({"size": 1})).unwrap_err().to_string();
        assert!(told.contains("--query `length(size)` does not fit the data"), "{told}");
    }

    proptest! {
        #[test]
        fn no_expression_makes_it_panic(text in any::<String>(), near in "[a-c.|&\\[\\]{}():,@*`'\"0-9<>=!? -]{0,20}") {
            for text in [text, near] {
                if let Err(error) = Query::read(&text) {
                    let _ = error.to_string();
                }
            }
        }
    }
}
