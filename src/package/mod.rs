//! Files to ZIP and ZIP to files: what is uploaded as code or dependency, and what the local cloud unpacks.
//!
//! Packing is byte-stable: the same content gives the same bytes, whatever the times and modes (but for the
//! executable bit). Unpacking trusts nothing in an archive. It is no general archiver: deflate and stored only.

mod bootstrap;
mod code;
mod deflate;
mod entry;
mod error;
#[cfg(test)]
mod handmade;
mod ignored;
mod in_order;
mod largest;
mod pack;
mod read;
mod unpack;
mod unwrap;
mod walk;
mod writer;

pub(crate) use code::{FunctionKind, code};
pub(crate) use error::{PackageError, Refusal};
pub(crate) use ignored::LeftOut;
pub(crate) use largest::largest;
pub(crate) use pack::{pack, pack_installed};
pub(crate) use read::{inspect, read, size};
pub(crate) use unpack::unpack;

use std::fmt;

/// The most entries that an archive may have.
pub(crate) const ENTRY_LIMIT: usize = 60_000;
/// The most bytes that an archive may unpack to; also the most that a folder to be packed may hold.
pub(crate) const UNPACKED_LIMIT: u64 = 1_500 * 1024 * 1024;
/// The largest archive that [`pack`] makes, in bytes: no way of upload takes a larger one.
pub(crate) const PACKED_LIMIT: u64 = 300 * 1024 * 1024;

/// The longest target of a link, in bytes.
const TARGET_LIMIT: u64 = 4096;

/// A ZIP in memory, checked and ready to be sent.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Archive {
    /// The ZIP itself.
    pub(crate) bytes: Vec<u8>,
    /// How many files it holds; folders are not counted.
    pub(crate) files: usize,
    /// How many bytes it unpacks to.
    pub(crate) unpacked: u64,
    /// What was repaired or left out, for the user to see.
    pub(crate) notes: Vec<Note>,
    /// What the folder's own rules left out.
    pub(crate) left_out: Vec<LeftOut>,
    /// The programs of the platform's runtimes that a `bootstrap` names, by their paths there.
    pub(crate) programs: Vec<String>,
}

/// What was repaired, left out or noticed while packing. The text is half a sentence for the user.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Note {
    /// `bootstrap` had Windows line ends; the packed copy has not.
    LineEnds,
    /// `bootstrap` began with a byte order mark; the packed copy does not.
    ByteOrderMark,
    /// `bootstrap` was not executable; the packed copy is.
    Mode,
    /// `bootstrap` is no text.
    Binary,
    /// `bootstrap` asks for something else than the shell that it gets.
    Interpreter {
        /// What it asks for.
        interpreter: String,
    },
    /// `bootstrap` names a file that is not in the code.
    Absent {
        /// The file.
        name: String,
        /// What left it out.
        left_out: Option<LeftOut>,
    },
    /// All of a ready ZIP was in one folder, and is packed without it.
    Unwrapped {
        /// The folder.
        folder: String,
    },
    /// The folder's rules left something out.
    LeftOut {
        /// How much.
        count: usize,
        /// Where the rules are.
        files: Vec<String>,
    },
    /// The folder's rules left installed packages out, though `package.json` says that there are some.
    PackagesLeftOut(LeftOut),
    /// Editor backups were left out of the packed folder.
    BackupsLeftOut {
        /// How many.
        count: usize,
        /// The first of them.
        first: String,
    },
    /// A ready ZIP holds editor backups, which the service refuses in dependencies.
    BackupsInside {
        /// How many.
        count: usize,
        /// The first of them.
        first: String,
    },
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LineEnds => f.write_str("`bootstrap` has Windows line ends (CRLF): packed with LF"),
            Self::ByteOrderMark => f.write_str("`bootstrap` begins with a byte order mark: packed without it"),
            Self::Mode => f.write_str("`bootstrap` is not executable: packed with mode 0755"),
            Self::Binary => {
                f.write_str("`bootstrap` is a binary, and the service starts it with a shell: use a script")
            }
            Self::Interpreter { interpreter } => write!(
                f,
                "`bootstrap` begins with `#!{interpreter}`, and the service starts it with a shell: use a shell script"
            ),
            Self::Absent { name, left_out: None } => write!(
                f,
                "`bootstrap` names `{name}`, which is not in the code: a dependency has to bring it"
            ),
            Self::Absent {
                name,
                left_out: Some(LeftOut { file, rule, .. }),
            } => write!(
                f,
                "`bootstrap` names `{name}`, which the line `{rule}` of `{file}` leaves out"
            ),
            Self::Unwrapped { folder } => {
                write!(
                    f,
                    "everything in the ZIP is in the folder `{folder}`: packed without that folder"
                )
            }
            Self::LeftOut { count, files } => write!(
                f,
                "left out {count} names as {} {}; -v tells them",
                files.join(" and "),
                if files.len() == 1 { "says" } else { "say" }
            ),
            Self::PackagesLeftOut(LeftOut { name, file, rule }) => write!(
                f,
                "the line `{rule}` of `{file}` leaves out `{name}`: the packages have to come as a dependency \
                 (fgctl dependency build), or `.fgctlignore` has to say `!{name}`"
            ),
            Self::BackupsLeftOut { count, first } => {
                write!(
                    f,
                    "left out {count} editor backups ending in `~`, the first is `{first}`"
                )
            }
            Self::BackupsInside { count, first } => write!(
                f,
                "holds {count} names ending in `~`, which the service refuses in dependencies, the first is `{first}`"
            ),
        }
    }
}
