//! Questions, asked only where a person can answer them.

use super::Ui;
use dialoguer::Confirm;
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
        if !self.interactive {
            return Err(PromptError::NoTerminal {
                question: question.to_owned(),
                flag: "--yes",
            });
        }
        let answer = self
            .bars
            .suspend(|| Confirm::new().with_prompt(question).default(false).interact());
        match answer {
            Ok(true) => Ok(()),
            Ok(false) => Err(PromptError::Declined),
            Err(dialoguer::Error::IO(error)) if error.kind() == io::ErrorKind::Interrupted => {
                // The question hid it, and was not there to show it again.
                let _ = dialoguer::console::Term::stderr().show_cursor();
                self.talk("\n");
                Err(PromptError::Interrupted)
            }
            Err(dialoguer::Error::IO(error)) => Err(PromptError::Terminal(error)),
        }
    }
}
