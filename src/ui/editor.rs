//! A line that is typed at the bottom of the terminal while other things are shown above it.

use super::keyboard::Keyboard;
use super::line::{Line, Typed};
use super::suspension::{Suspension, Turn, stop};
use super::{Ui, stdout, width};
use std::io::{self, IsTerminal, Write};

/// What stands before the line.
const PROMPT: &str = "> ";
/// Goes to the beginning of the terminal's line, and erases it.
const ERASE: &str = "\r\x1b[K";

/// The keyboard and the line. The terminal is as before once this ends.
pub(crate) struct Editor {
    /// Nothing while the process is stopped.
    keyboard: Option<Keyboard>,
    suspension: Suspension,
    line: Line,
    ui: Ui,
}

impl Editor {
    /// Takes the keyboard; nothing where there is none, or no terminal to show the line on.
    pub(crate) fn take(ui: &Ui) -> Option<Self> {
        // Elsewhere the system's own line is edited, a line at a time.
        if cfg!(not(unix)) || !stdout().is_terminal() || !io::stdin().is_terminal() || ui.options.plain_terminal {
            return None;
        }
        let keyboard = Keyboard::take_keys().ok()?;
        let editor = Self {
            keyboard: Some(keyboard),
            suspension: Suspension::watch().ok()?,
            line: Line::default(),
            ui: ui.clone(),
        };
        editor.show();
        Some(editor)
    }

    /// Takes in what was typed.
    pub(crate) fn feed(&mut self, bytes: &[u8]) -> Vec<Typed> {
        let typed = self.line.feed(bytes);
        self.show();
        typed
    }

    /// Waits for Ctrl-Z, which gives the keyboard back and stops the process, or for what makes it go on, after which the
    /// keyboard is taken anew: what ran meanwhile may have left it in any state. May be dropped while it waits.
    pub(crate) async fn turn(&mut self) {
        match self.suspension.next().await {
            Turn::Stop => {
                self.hide();
                self.keyboard = None;
                stop();
            }
            Turn::GoOn => {
                // The old one first: it puts back what it found.
                self.keyboard = None;
                self.keyboard = Keyboard::take_keys().ok();
                self.show();
            }
        }
    }

    fn show(&self) {
        let columns = usize::from(width().unwrap_or(80)).saturating_sub(PROMPT.len() + 1);
        let (text, before) = self.line.window(columns);
        let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        // To the beginning of the line, then as far as the cursor stands.
        let shown = format!("{PROMPT}{text}\r\x1b[{}C", PROMPT.len() + before);
        *self.ui.edited() = shown;
        self.ui.above(|| ());
    }

    fn hide(&self) {
        self.ui.edited().clear();
        let mut stdout = stdout().lock();
        let _ = stdout.write_all(ERASE.as_bytes()).and_then(|()| stdout.flush());
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        self.hide();
    }
}

impl Ui {
    /// Shows something above the line that is being typed, if one is.
    pub(super) fn above<T>(&self, show: impl FnOnce() -> T) -> T {
        let edited = self.edited();
        let put = |text: &str| {
            let mut stdout = stdout().lock();
            let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
        };
        if edited.is_empty() {
            return show();
        }
        put(ERASE);
        let shown = show();
        put(&edited);
        shown
    }
}
