//! Lines of stdin: from a person who edits them while messages arrive, or from anything else.

use crate::ui::{Editor, Typed, Ui};
use std::collections::VecDeque;
use std::io::{self, IsTerminal};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader, Lines, Stdin};

/// Where lines come from.
pub(super) enum Input {
    /// A file or a pipe, or a terminal that can do no more.
    Lines(Lines<BufReader<Stdin>>),
    /// A person's keys.
    Keys(Box<Keys>),
    /// It has ended.
    Ended,
}

/// The keys, and what they came to.
pub(super) struct Keys {
    editor: Editor,
    stdin: Stdin,
    typed: VecDeque<Typed>,
}

impl Input {
    /// Opens stdin, and takes the keyboard where a person sits at it.
    pub(super) fn open(ui: &Ui) -> Self {
        match Editor::take(ui) {
            Some(editor) => Self::Keys(Box::new(Keys {
                editor,
                stdin: tokio::io::stdin(),
                typed: VecDeque::new(),
            })),
            None => Self::Lines(BufReader::new(tokio::io::stdin()).lines()),
        }
    }

    /// Whether a person types.
    pub(super) fn is_person() -> bool {
        io::stdin().is_terminal()
    }

    /// Whether what is typed vanishes, so that it has to be shown.
    pub(super) fn is_edited(&self) -> bool {
        matches!(self, Self::Keys(_))
    }

    /// The next line, or nothing at the end; never returns after it. May be dropped: nothing is lost.
    ///
    /// # Errors
    /// Stdin cannot be read.
    pub(super) async fn next(&mut self) -> io::Result<Option<String>> {
        match self {
            Self::Lines(lines) => lines.next_line().await,
            Self::Keys(keys) => keys.next().await,
            Self::Ended => std::future::pending().await,
        }
    }
}

impl Keys {
    async fn next(&mut self) -> io::Result<Option<String>> {
        loop {
            match self.typed.pop_front() {
                Some(Typed::Line(line)) => return Ok(Some(line)),
                Some(Typed::End) => return Ok(None),
                None => {}
            }
            let mut bytes = [0; 256];
            let read = tokio::select! {
                read = self.stdin.read(&mut bytes) => read?,
                () = self.editor.turn() => continue,
            };
            match read {
                0 => return Ok(None),
                size => self.typed.extend(self.editor.feed(&bytes[..size])),
            }
        }
    }
}
