//! The terminal: data on stdout, talk on stderr, and nothing printed anywhere else.
//!
//! Knows nothing of commands or the cloud. What is shown to a person and what to a program comes in as one
//! [`Report`]; which of the two is written depends on `-o`.

mod editor;
mod keyboard;
mod line;
mod progress;
mod prompt;
mod query;
mod report;
mod suspension;
mod text;

pub(crate) use editor::Editor;
pub(crate) use line::Typed;
pub(crate) use progress::{Step, Transfer, seconds};
pub(crate) use prompt::PromptError;
pub(crate) use query::Query;
pub(crate) use report::{Column, Report};

use anstyle::{AnsiColor, Style};
use dialoguer::console::Term;
use indicatif::{MultiProgress, ProgressDrawTarget};
use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const HINT: Style = AnsiColor::Cyan.on_default().bold();

/// What tells the logs of several apart.
const LABELS: [AnsiColor; 6] = [
    AnsiColor::Cyan,
    AnsiColor::Green,
    AnsiColor::Magenta,
    AnsiColor::Blue,
    AnsiColor::Yellow,
    AnsiColor::BrightCyan,
];

/// How data is written to stdout.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Format {
    /// Columns for a person.
    #[default]
    Table,
    /// JSON with the vendor's own field names.
    Json,
    /// The same data as YAML.
    Yaml,
    /// One name a line.
    Name,
}

/// How much is said on stderr.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verbosity {
    /// Errors alone.
    Quiet,
    /// Errors, warnings, hints and what was done.
    #[default]
    Normal,
    /// Each request and the head of its answer too.
    Verbose,
    /// What they hold too.
    Bodies,
}

/// When colour is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Colour {
    /// On a terminal that shows it.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// How a part of data or a line of a log is meant, where it is shown to a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// As all else.
    Plain,
    /// Something new, or well.
    Good,
    /// Something to look at.
    Notable,
    /// Something that goes, or is wrong.
    Bad,
    /// Said about the rest.
    Aside,
}

impl Tone {
    fn style(self) -> Style {
        match self {
            Self::Plain => Style::new(),
            Self::Good => AnsiColor::Green.on_default(),
            Self::Notable => AnsiColor::Yellow.on_default(),
            Self::Bad => AnsiColor::Red.on_default(),
            Self::Aside => Style::new().dimmed(),
        }
    }
}

/// What the terminal is asked to be.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    /// Of data.
    pub(crate) format: Format,
    /// What of the data is written; all of it where there is none.
    pub(crate) query: Option<Query>,
    /// Of talk.
    pub(crate) verbosity: Verbosity,
    /// On both streams.
    pub(crate) colour: Colour,
    /// `NO_COLOR`, or a terminal that cannot show colour.
    pub(crate) colourless: bool,
    /// A terminal that knows no control sequences.
    pub(crate) plain_terminal: bool,
    /// Never ask: a missing answer is an error.
    pub(crate) no_input: bool,
    /// Answer every confirmation with yes.
    pub(crate) yes: bool,
    /// In continuous integration: no moving progress, no questions.
    pub(crate) unattended: bool,
    /// A command is only rehearsed: the requests it would send are its data, and nothing is asked.
    pub(crate) rehearsal: bool,
}

/// The terminal.
#[derive(Clone, Debug)]
pub(crate) struct Ui {
    options: Options,
    colour: bool,
    /// Whether a person can be asked.
    interactive: bool,
    /// Whether progress may move.
    animated: bool,
    bars: MultiProgress,
    /// The line that is being typed, as it is shown; empty for none.
    edited: Arc<Mutex<String>>,
}

impl Ui {
    /// The process's own terminal.
    pub(crate) fn new(options: Options) -> Self {
        let (stderr_terminal, stdin_terminal) = (stderr().is_terminal(), io::stdin().is_terminal());
        let colour = match options.colour {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto => stderr_terminal && !options.colourless,
        };
        let animated = stderr_terminal && !options.unattended && options.verbosity == Verbosity::Normal;
        let target = if animated {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        Self {
            colour,
            interactive: stderr_terminal && stdin_terminal && !options.no_input && !options.unattended,
            options,
            animated,
            edited: Arc::default(),
            bars: MultiProgress::with_draw_target(target),
        }
    }

    /// How data is written.
    pub(crate) fn format(&self) -> Format {
        self.options.format
    }

    /// How much is said.
    pub(crate) fn verbosity(&self) -> Verbosity {
        self.options.verbosity
    }

    /// Writes data to stdout.
    ///
    /// # Errors
    /// Stdout is closed or full.
    pub(crate) fn show(&self, report: &Report) -> io::Result<()> {
        match self.options.rehearsal {
            true => Ok(()),
            false => self.show_always(report),
        }
    }

    /// Writes data to stdout, in a rehearsal too.
    ///
    /// # Errors
    /// As [`Ui::show`].
    pub(crate) fn show_always(&self, report: &Report) -> io::Result<()> {
        let Options { format, query, .. } = &self.options;
        if *format == Format::Table && query.is_none() && report.is_empty_list() {
            self.status("there is nothing to list");
        }
        self.data(&report.text(*format, query.as_ref(), width())?)
    }

    /// Writes `text` to stdout as it is, and ends it with a line feed.
    ///
    /// # Errors
    /// Stdout is closed or full.
    pub(crate) fn data(&self, text: &str) -> io::Result<()> {
        let write = || {
            let mut stdout = stdout().lock();
            stdout.write_all(text.as_bytes())?;
            if !text.ends_with('\n') && !text.is_empty() {
                stdout.write_all(b"\n")?;
            }
            stdout.flush()
        };
        let written = self.above(|| self.bars.suspend(write));
        written.map_err(|error| io::Error::new(error.kind(), Unwritable(error)))
    }

    /// Writes what somebody else wrote to stdout: to a person's terminal without what would steer it, to anything
    /// else as it is. A message of nothing is a line too.
    ///
    /// # Errors
    /// Stdout is closed or full.
    pub(crate) fn message(&self, text: &str) -> io::Result<()> {
        match stdout().is_terminal() {
            _ if text.is_empty() => self.data("\n"),
            true => self.data(&harmless(text)),
            false => self.data(text),
        }
    }

    /// Writes a line of one of several logs to stdout: `label`, which says whose it is, in a colour of its own.
    ///
    /// # Errors
    /// Stdout is closed or full.
    pub(crate) fn line(&self, label: &str, text: &str, tone: Tone) -> io::Result<()> {
        let terminal = stdout().is_terminal();
        let text = if terminal { harmless(text) } else { text.to_owned() };
        if !self.colours_data() {
            return self.data(&format!("{label} {text}"));
        }
        let own = LABELS[label.bytes().map(usize::from).sum::<usize>() % LABELS.len()].on_default();
        let style = tone.style();
        self.data(&format!("{own}{label}{own:#} {style}{text}{style:#}"))
    }

    /// Says what was done.
    pub(crate) fn status(&self, text: impl Display) {
        if self.options.verbosity >= Verbosity::Normal {
            self.talk(&format!("{text}\n"));
        }
    }

    /// Says what holds words of somebody else, without what would steer a terminal.
    pub(crate) fn foreign_status(&self, text: &str) {
        self.status(harmless(text));
    }

    /// Says what a developer of fgctl, or somebody puzzled, wants to see.
    pub(crate) fn verbose(&self, text: impl Display) {
        if self.options.verbosity >= Verbosity::Verbose {
            self.talk(&format!("{text}\n"));
        }
    }

    /// Says what may surprise later.
    pub(crate) fn warning(&self, text: impl Display) {
        if self.options.verbosity >= Verbosity::Normal {
            self.talk(&format!("{} {text}\n", self.painted(WARNING, "warning:")));
        }
    }

    /// Says what to do next; best a command that can be pasted.
    pub(crate) fn hint(&self, text: impl Display) {
        if self.options.verbosity >= Verbosity::Normal {
            self.talk(&format!("{} {text}\n", self.painted(HINT, "hint:")));
        }
    }

    /// Says why the command failed: one line, then the chain of causes, then hints, which stay under `-q`.
    pub(crate) fn error(&self, error: &str, causes: &[String], hints: &[String]) {
        let mut text = format!("{} {}\n", self.painted(ERROR, "error:"), harmless(error));
        for cause in causes {
            text.push_str(&format!("  caused by: {}\n", harmless(cause)));
        }
        for hint in hints {
            text.push_str(&format!("{} {}\n", self.painted(HINT, "hint:"), harmless(hint)));
        }
        self.talk(&text);
    }

    /// `text` of data in the colour of `tone`, where stdout is a terminal that shows it and is read by a person.
    pub(crate) fn toned(&self, tone: Tone, text: &str) -> String {
        match tone != Tone::Plain && self.colours_data() && self.options.format == Format::Table {
            true => format!("{style}{text}{style:#}", style = tone.style()),
            false => text.to_owned(),
        }
    }

    /// Whether stdout is shown in colours.
    fn colours_data(&self) -> bool {
        match self.options.colour {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto => stdout().is_terminal() && !self.options.colourless,
        }
    }

    /// Writes to stderr, beside the progress that is shown there.
    fn talk(&self, text: &str) {
        self.above(|| self.bars.suspend(|| write_to_stderr(text)));
    }

    fn edited(&self) -> MutexGuard<'_, String> {
        self.edited.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn painted(&self, style: Style, text: &str) -> String {
        if self.colour {
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }
}

/// Writes to stderr, whatever progress may be shown there. There is nobody to tell when that fails.
fn write_to_stderr(text: &str) {
    let _ = stderr().lock().write_all(text.as_bytes());
}

/// Stdout took no more.
#[derive(Debug, thiserror::Error)]
#[error("stdout cannot be written")]
struct Unwritable(#[source] io::Error);

/// `text` with every character written out that could steer a terminal; line feeds and tabs stay.
fn harmless(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\t' => safe.push(c),
            c if c.is_control() => safe.extend(c.escape_default()),
            c => safe.push(c),
        }
    }
    safe
}

/// How many columns the terminal of stdout has, where it is one.
fn width() -> Option<u16> {
    match stdout().is_terminal() {
        true => Term::stdout().size_checked().map(|(_, columns)| columns),
        false => None,
    }
}

#[expect(clippy::disallowed_methods, reason = "the terminal is this layer's to write to")]
fn stdout() -> io::Stdout {
    io::stdout()
}

#[expect(clippy::disallowed_methods, reason = "the terminal is this layer's to write to")]
fn stderr() -> io::Stderr {
    io::stderr()
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn what_could_steer_a_terminal_is_written_out() {
        assert_eq!(harmless("a\tb\n\u{1b}[2Jé\r\u{9b}"), "a\tb\n\\u{1b}[2Jé\\r\\u{9b}");
    }
}
