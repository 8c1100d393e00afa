//! The keyboard while a question is asked: nothing typed is shown by the terminal itself, and Ctrl-C is a key like any
//! other, for the signal would reach nobody who can take the question back. And the keyboard of a command that runs on,
//! whose single keys are orders.

use super::Ui;
use std::io;
use tokio::sync::mpsc;

/// The keyboard, as it was before once this ends.
#[cfg(unix)]
pub(super) struct Keyboard(rustix::termios::Termios);

#[cfg(unix)]
impl Keyboard {
    /// Takes it over.
    ///
    /// # Errors
    /// Stdin is no terminal.
    pub(super) fn take() -> io::Result<Self> {
        use rustix::termios::LocalModes;
        Self::without(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG)
    }

    /// Takes single keys; Ctrl-C stays a signal.
    ///
    /// # Errors
    /// As [`Keyboard::take`].
    pub(super) fn take_keys() -> io::Result<Self> {
        use rustix::termios::LocalModes;
        Self::without(LocalModes::ECHO | LocalModes::ICANON)
    }

    fn without(modes: rustix::termios::LocalModes) -> io::Result<Self> {
        use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};
        let stdin = io::stdin();
        let original = tcgetattr(&stdin)?;
        let mut taken = original.clone();
        taken.local_modes.remove(modes);
        tcsetattr(&stdin, OptionalActions::Now, &taken)?;
        Ok(Self(original))
    }

    /// The next byte that is typed; nothing at the end.
    fn byte() -> Option<u8> {
        let mut byte = [0];
        // Not through the buffer of stdin, which somebody else may want.
        (rustix::io::read(io::stdin(), &mut byte).ok()? > 0).then_some(byte[0])
    }

    /// Reads a line that is not shown. `prompt` is called first.
    ///
    /// # Errors
    /// [`io::ErrorKind::Interrupted`] for Ctrl-C, [`io::ErrorKind::UnexpectedEof`] for the end of input.
    pub(super) fn secret(&self, prompt: impl FnOnce()) -> io::Result<String> {
        let stdin = io::stdin();
        prompt();
        let mut line = Vec::new();
        loop {
            let mut byte = [0];
            // Not through the buffer of stdin: what follows the line is for the next question.
            if rustix::io::read(&stdin, &mut byte)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            match byte[0] {
                b'\r' | b'\n' => break,
                0x03 => return Err(io::ErrorKind::Interrupted.into()),
                0x04 if line.is_empty() => return Err(io::ErrorKind::UnexpectedEof.into()),
                0x08 | 0x7f => drop(line.pop()),
                // Ctrl-U: from the beginning.
                0x15 => line.clear(),
                byte => line.push(byte),
            }
        }
        String::from_utf8(line).map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is no text"))
    }
}

#[cfg(unix)]
impl Drop for Keyboard {
    fn drop(&mut self) {
        use rustix::termios::{OptionalActions, tcsetattr};
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.0);
    }
}

/// The same where the library knows the terminal best.
#[cfg(not(unix))]
pub(super) struct Keyboard(());

#[cfg(not(unix))]
impl Keyboard {
    pub(super) fn take() -> io::Result<Self> {
        Ok(Self(()))
    }

    pub(super) fn take_keys() -> io::Result<Self> {
        Ok(Self(()))
    }

    fn byte() -> Option<u8> {
        let key = dialoguer::console::Term::stderr().read_char().ok()?;
        u8::try_from(key).ok()
    }

    pub(super) fn secret(&self, prompt: impl FnOnce()) -> io::Result<String> {
        prompt();
        dialoguer::console::Term::stderr().read_secure_line()
    }
}

/// Single keys as they are typed. The terminal is as it was before once this ends.
pub(crate) struct Keys {
    typed: mpsc::UnboundedReceiver<u8>,
    _keyboard: Keyboard,
}

impl Ui {
    /// Takes the keyboard over; nothing where nobody can type.
    pub(crate) fn keys(&self) -> Option<Keys> {
        let keyboard = self.interactive.then(Keyboard::take_keys)?.ok()?;
        let (sender, typed) = mpsc::unbounded_channel();
        // A read of the keyboard cannot be called off: the thread ends with the process.
        std::thread::spawn(move || while Keyboard::byte().is_some_and(|byte| sender.send(byte).is_ok()) {});
        Some(Keys {
            typed,
            _keyboard: keyboard,
        })
    }
}

impl Keys {
    /// The next key; never, once there are no more.
    pub(crate) async fn next(&mut self) -> char {
        match self.typed.recv().await {
            Some(byte) => char::from(byte),
            None => std::future::pending().await,
        }
    }
}
