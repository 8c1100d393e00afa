//! A script's statements, from its lines.

use super::check::{Check, Comparison, Part, Pattern, Relation};
use super::error::ScriptError;
use super::scan::{Scan, is_name};
use super::{Action, Connect, ConnectOption, Expectation, Expected, Payload, Script, Step};
use std::collections::BTreeSet;

type Result<T> = std::result::Result<T, ScriptError>;

/// The statements, for the error where a word is none.
const STATEMENTS: &str = "variable, connect, send, expect, await, ping or close";

/// Reads the text of `file`; `given` are the variables of the command line.
///
/// # Errors
/// The first line that is not understood, and where in it.
pub(crate) fn read(file: &str, text: &str, given: &[(String, String)]) -> Result<Script> {
    let mut reader = Reader {
        file,
        known: given.iter().map(|(name, _)| name.clone()).collect(),
        connected: BTreeSet::new(),
        steps: Vec::new(),
    };
    for (at, line) in text.lines().enumerate() {
        let trimmed = line.trim();
        if !trimmed.is_empty() && !trimmed.starts_with('#') {
            reader.line(at + 1, line)?;
        }
    }
    reader.check_last()?;
    Ok(Script { steps: reader.steps })
}

struct Reader<'a> {
    file: &'a str,
    /// The variables that have a value by now.
    known: BTreeSet<String>,
    /// The clients that have connected by now.
    connected: BTreeSet<String>,
    steps: Vec<Step>,
}

impl Reader<'_> {
    fn line(&mut self, number: usize, line: &str) -> Result<()> {
        let known = self.known.clone();
        let mut scan = Scan::new((self.file, number, line), &known);
        if line.starts_with(char::is_whitespace) {
            return self.detail(number, &mut scan);
        }
        self.check_last()?;
        let begin = scan.place();
        let mut place = begin;
        let mut word = scan.word("a statement")?;
        let mut client = String::new();
        if let Some(name) = word.strip_suffix(':') {
            if !is_name(name) {
                return Err(scan.wrong(
                    begin,
                    format!("`{name}` is no client's name: use letters, digits, _ and -"),
                ));
            }
            client = name.to_owned();
            place = scan.place();
            word = scan.word("a statement")?;
        }
        if is_statement(word) && !self.connected.contains(&client) {
            let whose = if client.is_empty() {
                String::new()
            } else {
                format!("{client}: ")
            };
            return Err(scan.wrong(begin, format!("nobody has connected: `{whose}connect URL` comes first")));
        }
        let action = match word {
            "variable" => self.variable(&mut scan)?,
            "connect" => {
                self.connected.insert(client.clone());
                Action::Connect(Box::new(Connect {
                    target: scan.value("the URL, or a trigger's or function's name,")?,
                    ..Connect::default()
                }))
            }
            "send" => Action::Send(payload(&mut scan)?),
            "ping" => Action::Ping(if scan.is_text() { scan.text()? } else { String::new() }),
            "close" => close(&mut scan)?,
            "expect" => Action::Expect(self.expectation(&mut scan, false)?),
            "await" => Action::Expect(self.expectation(&mut scan, true)?),
            other => return Err(scan.wrong(place, format!("`{other}` is no statement: use {STATEMENTS}"))),
        };
        scan.end()?;
        self.steps.push(Step {
            line: number,
            source: line.trim().to_owned(),
            client,
            action,
        });
        Ok(())
    }

    fn variable(&mut self, scan: &mut Scan<'_>) -> Result<Action> {
        let name = scan.name()?;
        equals(scan)?;
        let value = scan.value("the value")?;
        self.known.insert(name.clone());
        Ok(Action::Variable(name, value))
    }

    fn expectation(&mut self, scan: &mut Scan<'_>, passing: bool) -> Result<Expectation> {
        let what = match scan.keyword(&["in", "nothing", "pong", "close"]) {
            Some("in") => {
                let any_order = scan.take("any");
                if !scan.take("order") {
                    return Err(scan.here("it should read `in order` or `in any order`"));
                }
                Expected::Several {
                    checks: Vec::new(),
                    any_order,
                }
            }
            Some("nothing") => Expected::Nothing,
            Some("pong") => Expected::Pong(optional_text(scan)?),
            Some(_) => {
                let code = match scan.is_done() || scan.is_text() || scan.peek("within") {
                    true => None,
                    false => Some(scan.number("a close code")?),
                };
                Expected::Close(code, optional_text(scan)?)
            }
            None => Expected::Message(vec![self.check(scan)?]),
        };
        let within = match scan.take("within") {
            true => Some(scan.duration()?),
            false => None,
        };
        if matches!(what, Expected::Nothing) && passing {
            return Err(scan.here("`nothing` is expected, not awaited"));
        }
        if matches!(what, Expected::Nothing) && within.is_none() {
            return Err(scan.here("for how long? `expect nothing within 500ms`"));
        }
        Ok(Expectation { what, within, passing })
    }

    /// A pattern, and the variable that keeps what it finds.
    fn check(&mut self, scan: &mut Scan<'_>) -> Result<Check> {
        let begin = scan.place();
        let pattern = pattern(scan)?;
        let capture = match scan.take("as") {
            true => Some(scan.name()?),
            false => None,
        };
        self.known.extend(capture.clone());
        Ok(Check {
            source: scan.since(begin),
            pattern,
            capture,
        })
    }

    /// An indented line, which belongs to the statement before it.
    fn detail(&mut self, number: usize, scan: &mut Scan<'_>) -> Result<()> {
        let Some(mut step) = self.steps.pop() else {
            return Err(scan.here("an indented line belongs to the statement before it, and there is none"));
        };
        match &mut step.action {
            Action::Connect(connect) => match scan.take("refused") {
                true => {
                    connect.refused = Some(scan.number("a status, such as 401,")?);
                    // There is nobody to speak with.
                    self.connected.remove(&step.client);
                }
                false => connect.options.push((number, option(scan)?)),
            },
            Action::Expect(Expectation {
                what: Expected::Several { checks, .. },
                ..
            }) => checks.push(self.check(scan)?),
            Action::Expect(Expectation {
                what: Expected::Message(checks),
                ..
            }) if scan.take("and") => checks.push(self.check(scan)?),
            Action::Expect(Expectation {
                what: Expected::Message(_),
                ..
            }) => return Err(scan.here("a further check of the same message begins with `and`")),
            _ => return Err(scan.here("this statement has no indented lines")),
        }
        scan.end()?;
        self.steps.push(step);
        Ok(())
    }

    /// A list of messages has some.
    fn check_last(&self) -> Result<()> {
        match self.steps.last() {
            Some(Step {
                line,
                source,
                action:
                    Action::Expect(Expectation {
                        what: Expected::Several { checks, .. },
                        ..
                    }),
                ..
            }) if checks.is_empty() => Err(ScriptError {
                file: self.file.to_owned(),
                line: *line,
                column: source.chars().count() + 1,
                why: "the messages are missing: each is an indented line of its own".to_owned(),
                source_line: source.clone(),
            }),
            _ => Ok(()),
        }
    }
}

fn is_statement(word: &str) -> bool {
    matches!(word, "send" | "expect" | "await" | "ping" | "close")
}

fn optional_text(scan: &mut Scan<'_>) -> Result<Option<String>> {
    match scan.is_text() {
        true => scan.text().map(Some),
        false => Ok(None),
    }
}

fn equals(scan: &mut Scan<'_>) -> Result<()> {
    match scan.take("=") {
        true => Ok(()),
        false => Err(scan.here("it should read NAME = VALUE, with spaces")),
    }
}

fn payload(scan: &mut Scan<'_>) -> Result<Payload> {
    match scan.keyword(&["json", "hex", "file", "text"]) {
        Some("json") => Ok(Payload::Json(scan.json_value()?)),
        Some("hex") => Ok(Payload::Binary(scan.hex()?)),
        Some("file") => Ok(Payload::File(scan.text()?)),
        Some(_) if scan.take("file") => Ok(Payload::TextFile(scan.text()?)),
        Some(_) => Err(scan.here("it should read `text file \"NAME\"`, or a text in \"quotes\" alone")),
        None if scan.is_text() => Ok(Payload::Text(scan.text()?)),
        None => {
            Err(scan.here("what to send is a text in \"quotes\", json VALUE, hex BYTES, file or text file \"NAME\""))
        }
    }
}

fn close(scan: &mut Scan<'_>) -> Result<Action> {
    let begin = scan.place();
    let code = match scan.is_done() {
        true => 1000,
        false => scan.number("a close code")?,
    };
    if !matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999) {
        return Err(scan.wrong(
            begin,
            format!("{code} may not be sent: use 1000 to 1003, 1007 to 1014 or 3000 to 4999"),
        ));
    }
    let place = scan.place();
    let reason = optional_text(scan)?.unwrap_or_default();
    match reason.len() > 123 {
        true => Err(scan.wrong(place, "a reason has 123 bytes at most")),
        false => Ok(Action::Close(code, reason)),
    }
}

fn option(scan: &mut Scan<'_>) -> Result<ConnectOption> {
    let begin = scan.place();
    Ok(match scan.word("an option")? {
        "header" => {
            let place = scan.place();
            let text = scan.remainder("the header, as NAME: VALUE,")?;
            let Some((name, value)) = text.split_once(':') else {
                return Err(scan.wrong(place, "a header reads NAME: VALUE"));
            };
            ConnectOption::Header(name.trim().to_owned(), value.trim().to_owned())
        }
        "param" => {
            let name = scan.value("the parameter's name")?;
            equals(scan)?;
            ConnectOption::Param(name, scan.value("the parameter's value")?)
        }
        "subprotocol" => ConnectOption::Subprotocol(scan.value("the subprotocol")?),
        "origin" => ConnectOption::Origin(scan.value("the origin")?),
        "ca" => ConnectOption::Ca(scan.value("the file")?),
        "insecure" => ConnectOption::Insecure,
        "iam" => ConnectOption::Iam,
        "app" => ConnectOption::App(scan.value("the app's name")?),
        "app-key" => {
            let key = scan.value("the AppKey")?;
            match scan.take("secret-file") {
                true => ConnectOption::AppKey(key, scan.value("the file of the AppSecret")?),
                false => return Err(scan.here("it should read `app-key KEY secret-file FILE`")),
            }
        }
        "app-code-file" => ConnectOption::AppCodeFile(scan.value("the file of the AppCode")?),
        "token-file" => ConnectOption::TokenFile(scan.value("the file of the token")?),
        other => {
            let why = format!(
                "`{other}` is no option of connect: use header, param, subprotocol, origin, ca, insecure, iam, app, \
                 app-key, app-code-file, token-file or refused"
            );
            return Err(scan.wrong(begin, why));
        }
    })
}

fn pattern(scan: &mut Scan<'_>) -> Result<Pattern> {
    let kinds = [
        "anything", "contains", "starts", "ends", "matches", "json", "query", "hex", "file",
    ];
    Ok(match scan.keyword(&kinds) {
        Some("anything") => Pattern::Anything,
        Some("contains") => Pattern::Part(Part::Anywhere, scan.text()?),
        Some("starts") => Pattern::Part(Part::Start, scan.text()?),
        Some("ends") => Pattern::Part(Part::End, scan.text()?),
        Some("matches") => Pattern::Regex(scan.regex()?),
        Some("json") if scan.take("contains") => Pattern::JsonPart(scan.json_value()?),
        Some("json") => Pattern::Json(scan.json_value()?),
        Some("query") => query(scan)?,
        Some("hex") => Pattern::Bytes(scan.hex()?),
        Some(_) => Pattern::File(scan.text()?),
        None if scan.is_text() => Pattern::Text(scan.text()?),
        None => {
            return Err(scan.here(
                "what to expect is a text in \"quotes\", contains, starts, ends, matches, json, query, hex, file, \
                 anything, pong, close, nothing or `in order`",
            ));
        }
    })
}

fn query(scan: &mut Scan<'_>) -> Result<Pattern> {
    let begin = scan.place();
    let text = scan.text()?;
    let expression = jmespath::compile(&text).map_err(|error| {
        let why = error.reason.to_string();
        // Within the quotes; what is escaped there moves it, so no further than the text's end.
        scan.wrong(
            begin + 1 + error.offset.min(text.len()),
            format!("this is no JMESPath expression: {why}"),
        )
    })?;
    let comparison = match scan.keyword(&["==", "!=", "<", "<=", ">", ">=", "contains", "matches"]) {
        None => return Ok(Pattern::Query(expression, None)),
        Some("matches") => Comparison::Matches(scan.regex()?),
        Some(word) => Comparison::Value(relation(word), scan.json_value()?),
    };
    Ok(Pattern::Query(expression, Some(comparison)))
}

fn relation(word: &str) -> Relation {
    match word {
        "==" => Relation::Equal,
        "!=" => Relation::Unequal,
        "<" => Relation::Less,
        "<=" => Relation::LessOrEqual,
        ">" => Relation::Greater,
        ">=" => Relation::GreaterOrEqual,
        _ => Relation::Contains,
    }
}
