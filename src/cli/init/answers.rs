//! Answers: from options, from a file, else from the terminal; each kept as soon as it is given.

use super::super::error::CommandError;
use super::flags::NAMES;
use super::write;
use crate::app::similar;
use crate::ui::Ui;
use crate::wire::rule::Broken;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use toml_edit::{DocumentMut, value};

/// A question.
pub(super) struct Question<'a> {
    /// The option that answers it, without its dashes.
    pub(super) name: &'static str,
    /// The same with them.
    pub(super) flag: &'static str,
    /// What is asked.
    pub(super) text: &'a str,
    /// What is proposed; nothing where only the user can know.
    pub(super) proposed: Option<String>,
}

/// Who is asked: first what is given, then the terminal.
pub(super) struct Answers<'a> {
    ui: &'a Ui,
    given: BTreeMap<String, String>,
    taken: Vec<(&'static str, String)>,
    save: Option<PathBuf>,
}

impl<'a> Answers<'a> {
    /// Reads the file of answers; `given` comes before it.
    ///
    /// # Errors
    /// The file cannot be read, or answers what nobody asks.
    pub(super) fn new(
        ui: &'a Ui,
        given: impl Iterator<Item = (&'static str, String)>,
        (file, save): (Option<&Path>, Option<PathBuf>),
    ) -> Result<Self, CommandError> {
        let mut all = file.map(read).transpose()?.unwrap_or_default();
        let given: Vec<_> = given.collect();
        let names_a_gateway = |name: &str| name == "gateway" || name == "new-gateway";
        if given.iter().any(|(name, _)| names_a_gateway(name)) {
            all.retain(|name, _| !names_a_gateway(name));
        }
        all.extend(given.into_iter().map(|(name, answer)| (name.to_owned(), answer)));
        Ok(Self {
            ui,
            given: all,
            taken: Vec::new(),
            save,
        })
    }

    /// What is answered already.
    pub(super) fn given(&self, name: &str) -> Option<&str> {
        self.given.get(name).map(String::as_str)
    }

    /// Whether somebody can be asked.
    pub(super) fn can_ask(&self) -> bool {
        self.ui.is_interactive()
    }

    /// Every answer, in the order of the questions.
    pub(super) fn taken(&self) -> &[(&'static str, String)] {
        &self.taken
    }

    /// A text that `check` takes: asked again until it does, and what is given has to be right at once. Off a terminal
    /// what is proposed is the answer.
    ///
    /// # Errors
    /// A wrong answer, or none.
    pub(super) fn text(
        &mut self,
        question: Question<'_>,
        check: &dyn Fn(&str) -> Result<(), String>,
    ) -> Result<String, CommandError> {
        let answer = match (self.given(question.name), &question.proposed) {
            (Some(given), _) => {
                let given = given.to_owned();
                check(&given).map_err(|fault| wrong(&question, &given, &fault))?;
                given
            }
            (None, Some(proposed)) if !self.can_ask() => proposed.clone(),
            (None, proposed) => self
                .ui
                .ask_until(question.text, question.flag, proposed.as_deref(), check)?,
        };
        self.take(question.name, answer)
    }

    /// A text that a rule allows.
    ///
    /// # Errors
    /// As [`Answers::text`].
    pub(super) fn ruled(
        &mut self,
        question: Question<'_>,
        rule: &dyn Fn(&str) -> Result<(), Broken>,
    ) -> Result<String, CommandError> {
        self.text(question, &|text| rule(text).map_err(|broken| broken.to_string()))
    }

    /// A whole number that a rule allows.
    ///
    /// # Errors
    /// As [`Answers::text`].
    pub(super) fn number(
        &mut self,
        question: Question<'_>,
        rule: &dyn Fn(i64) -> Result<(), Broken>,
    ) -> Result<i64, CommandError> {
        let read = |text: &str| text.parse::<i64>().map_err(|_| "it is no whole number".to_owned());
        let text = self.text(question, &|text| rule(read(text)?).map_err(|broken| broken.to_string()))?;
        read(&text).map_err(CommandError::failed)
    }

    /// One of `items`, each a word and what it means; the first is proposed.
    ///
    /// # Errors
    /// A wrong answer, or none.
    pub(super) fn choice(
        &mut self,
        question: &Question<'_>,
        items: &[(String, String)],
    ) -> Result<String, CommandError> {
        let answer = match self.chosen(question, items)? {
            Some(given) => given,
            None if !self.can_ask() && question.proposed.is_some() => question.proposed.clone().unwrap_or_default(),
            None => {
                let shown: Vec<String> = items.iter().map(shown).collect();
                items[self.ui.choose(question.text, &shown, question.flag)?].0.clone()
            }
        };
        self.take(question.name, answer)
    }

    /// What is given as the answer to a choice, where something is.
    ///
    /// # Errors
    /// It is none of them.
    pub(super) fn chosen(
        &self,
        question: &Question<'_>,
        items: &[(String, String)],
    ) -> Result<Option<String>, CommandError> {
        let words = || items.iter().map(|(word, _)| word.clone());
        match self.given(question.name) {
            None => Ok(None),
            Some(given) if words().any(|word| word == given) => Ok(Some(given.to_owned())),
            Some(given) => {
                let near = similar(given, words().collect()).into_iter().next();
                let known = words().collect::<Vec<_>>().join(", ");
                let near = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
                Err(wrong(question, given, &format!("it is one of {known}{near}")))
            }
        }
    }

    /// Takes an answer that was had elsewhere.
    ///
    /// # Errors
    /// It cannot be kept.
    pub(super) fn take(&mut self, name: &'static str, answer: String) -> Result<String, CommandError> {
        self.taken.push((name, answer.clone()));
        if let Some(file) = &self.save {
            let mut document = DocumentMut::new();
            for (name, answer) in &self.taken {
                document.insert(name, value(answer));
            }
            write::replace(file, &document.to_string()).map_err(|error| {
                CommandError::failed(format!("`{}` cannot be written", file.display())).caused_by(error)
            })?;
        }
        Ok(answer)
    }
}

fn shown((word, meaning): &(String, String)) -> String {
    match meaning.is_empty() {
        true => word.clone(),
        false => format!("{word}: {meaning}"),
    }
}

fn wrong(question: &Question<'_>, given: &str, fault: &str) -> CommandError {
    CommandError::usage(format!("{} {given}: {fault}", question.flag))
}

/// Reads a file of answers: a flat table of texts.
fn read(file: &Path) -> Result<BTreeMap<String, String>, CommandError> {
    let shown = file.display();
    let text = fs::read_to_string(file)
        .map_err(|error| CommandError::usage(format!("the answers in `{shown}` cannot be read")).caused_by(error))?;
    let document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| {
        CommandError::usage(format!("the answers in `{shown}` are no TOML")).caused_by(error.message())
    })?;
    let each = document.iter().map(|(name, item)| {
        if !NAMES.contains(&name) {
            let near = similar(name, NAMES.map(str::to_owned).to_vec()).into_iter().next();
            let near = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            return Err(CommandError::usage(format!(
                "`{shown}` answers `{name}`, which nobody asks{near}"
            )));
        }
        let answer = match item.as_value() {
            Some(toml_edit::Value::String(text)) => text.value().clone(),
            Some(toml_edit::Value::Integer(number)) => number.value().to_string(),
            Some(toml_edit::Value::Boolean(flag)) => flag.value().to_string(),
            _ => return Err(CommandError::usage(format!("`{name}` in `{shown}` should be a text"))),
        };
        Ok((name.to_owned(), answer))
    });
    each.collect()
}
