//! A secret, typed at the terminal and not shown there.

use std::io;

/// Reads a line that is not shown. `prompt` is called once nothing typed can be seen any more.
///
/// # Errors
/// [`io::ErrorKind::Interrupted`] for Ctrl-C, [`io::ErrorKind::UnexpectedEof`] for the end of input.
#[cfg(unix)]
pub(super) fn read(prompt: impl FnOnce()) -> io::Result<String> {
    let stdin = io::stdin();
    let _hidden = Hidden::on(&stdin)?;
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

/// The same where the terminal is the library's to know.
#[cfg(not(unix))]
pub(super) fn read(prompt: impl FnOnce()) -> io::Result<String> {
    prompt();
    dialoguer::console::Term::stderr().read_secure_line()
}

/// A terminal that shows nothing of what is typed, hands over each byte, and leaves Ctrl-C to the reader; as it was
/// before once this ends.
#[cfg(unix)]
struct Hidden<'a> {
    stdin: &'a io::Stdin,
    original: rustix::termios::Termios,
}

#[cfg(unix)]
impl<'a> Hidden<'a> {
    fn on(stdin: &'a io::Stdin) -> io::Result<Self> {
        use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
        let original = tcgetattr(stdin)?;
        let mut hidden = original.clone();
        hidden
            .local_modes
            .remove(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG);
        tcsetattr(stdin, OptionalActions::Flush, &hidden)?;
        Ok(Self { stdin, original })
    }
}

#[cfg(unix)]
impl Drop for Hidden<'_> {
    fn drop(&mut self) {
        use rustix::termios::{OptionalActions, tcsetattr};
        let _ = tcsetattr(self.stdin, OptionalActions::Now, &self.original);
    }
}
