//! Questions, asked only where a person can answer them.

use super::keyboard::Keyboard;
use super::{Ui, write_to_stderr};
use dialoguer::{Confirm, Input, Select};
use std::io;

/// A question got no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PromptError {
    /// There is nobody to ask, and no flag gave the answer.
    #[error("{question} There is no terminal to ask at")]
    NoTerminal {
        /// What would have been asked.
        question: String,
        /// The flag that answers it.
        flag: &'static str,
    },
    /// The person pressed Ctrl-C.
    #[error("interrupted")]
    Interrupted,
    /// The person said no.
    #[error("stopped: nothing was done")]
    Declined,
    /// The terminal failed.
    #[error("the question could not be asked")]
    Terminal(#[from] io::Error),
}

impl Ui {
    /// Asks `question`; the answer is never yes by default. `--yes` answers it, and a rehearsal needs no answer.
    ///
    /// # Errors
    /// [`PromptError::Declined`] for a no, [`PromptError::Interrupted`] for Ctrl-C, [`PromptError::NoTerminal`] where nobody can be asked.
    pub(crate) fn confirm(&self, question: &str) -> Result<(), PromptError> {
        if self.options.yes || self.options.rehearsal {
            return Ok(());
        }
        let ask = || Confirm::new().with_prompt(question).default(false).interact();
        match self.asked(question, "--yes", |_| ask().map_err(io_error))? {
            true => Ok(()),
            false => Err(PromptError::Declined),
        }
    }

    /// Whether a person can be asked.
    pub(crate) fn is_interactive(&self) -> bool {
        self.interactive
    }

    /// Asks for a line of text, which may be empty. `flag` answers it.
    ///
    /// # Errors
    /// [`PromptError`], but [`PromptError::Declined`].
    pub(crate) fn ask(&self, question: &str, flag: &'static str) -> Result<String, PromptError> {
        let input = || Input::new().with_prompt(question).allow_empty(true).interact_text();
        self.asked(question, flag, |_| input().map_err(io_error))
    }

    /// Asks for a line of text until `check` takes it, with what is proposed. `flag` answers it.
    ///
    /// # Errors
    /// [`PromptError`], but [`PromptError::Declined`].
    pub(crate) fn ask_until(
        &self,
        question: &str,
        flag: &'static str,
        proposed: Option<&str>,
        check: &dyn Fn(&str) -> Result<(), String>,
    ) -> Result<String, PromptError> {
        let input = Input::<String>::new().with_prompt(question);
        let input = match proposed {
            Some(proposed) => input.default(proposed.to_owned()),
            None => input.allow_empty(false),
        };
        let input = input.validate_with(|text: &String| check(text.trim()));
        let answer = self.asked(question, flag, |_| input.interact_text().map_err(io_error))?;
        Ok(answer.trim().to_owned())
    }

    /// Asks for a secret, which is not shown. `flag` answers it.
    ///
    /// # Errors
    /// [`PromptError`], but [`PromptError::Declined`].
    pub(crate) fn ask_secret(&self, question: &str, flag: &'static str) -> Result<String, PromptError> {
        // Progress is suspended already.
        let prompt = || write_to_stderr(&format!("{question} (not shown): "));
        let answer = self.asked(question, flag, |keyboard| keyboard.secret(prompt))?;
        self.talk("\n");
        Ok(answer)
    }

    /// Asks which of `items`; the first is proposed. `flag` answers it.
    ///
    /// # Errors
    /// [`PromptError`], but [`PromptError::Declined`].
    pub(crate) fn choose(&self, question: &str, items: &[String], flag: &'static str) -> Result<usize, PromptError> {
        let select = || Select::new().with_prompt(question).items(items).default(0);
        let choose = || select().max_length(10).interact();
        self.asked(question, flag, |_| choose().map_err(io_error))
    }

    fn asked<T>(
        &self,
        question: &str,
        flag: &'static str,
        ask: impl FnOnce(&Keyboard) -> io::Result<T>,
    ) -> Result<T, PromptError> {
        if !self.interactive {
            return Err(PromptError::NoTerminal {
                question: question.to_owned(),
                flag,
            });
        }
        let asking = || ask(&Keyboard::take()?);
        self.bars.suspend(asking).map_err(|error| match error.kind() {
            io::ErrorKind::Interrupted => {
                // The question hid it, and was not there to show it again.
                let _ = dialoguer::console::Term::stderr().show_cursor();
                self.talk("\n");
                PromptError::Interrupted
            }
            _ => PromptError::Terminal(error),
        })
    }
}

fn io_error(error: dialoguer::Error) -> io::Error {
    let dialoguer::Error::IO(error) = error;
    error
}
