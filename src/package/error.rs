//! Why something cannot be packed or unpacked.

use super::ignored::LeftOut;
use std::fmt;
use std::io;
use std::path::PathBuf;

/// Packing or unpacking failed. Each text names the path, the entry and the rule.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PackageError {
    /// Nothing is at the path.
    #[error("`{}` does not exist", path.display())]
    Missing {
        /// What was asked for.
        path: PathBuf,
    },
    /// Something else than a folder is at the path.
    #[error("`{}` is not a folder", path.display())]
    NotAFolder {
        /// What was asked for.
        path: PathBuf,
    },
    /// Something else than a file is at the path.
    #[error("`{}` is not a file", path.display())]
    NotAFile {
        /// What was asked for.
        path: PathBuf,
    },
    /// The folder holds nothing to pack.
    #[error("`{}` holds no file to pack", path.display())]
    Empty {
        /// The folder.
        path: PathBuf,
    },
    /// The system refused to read.
    #[error("`{}` cannot be read", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        #[source]
        source: io::Error,
    },
    /// The system refused to write.
    #[error("`{}` cannot be written", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        #[source]
        source: io::Error,
    },
    /// The file is larger than the caller's limit.
    #[error("`{}` has {size} bytes, more than the limit of {limit} bytes", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size in bytes.
        size: u64,
        /// The caller's limit in bytes.
        limit: u64,
    },
    /// The packed folder is larger than the limit.
    #[error("`{}` packs to {size} bytes, more than the limit of {limit} bytes", path.display())]
    PacksTooLarge {
        /// The folder.
        path: PathBuf,
        /// The archive's size when packing was given up, in bytes.
        size: u64,
        /// The limit in bytes.
        limit: u64,
        /// The largest folders in it with their packed sizes, where packing was not given up before.
        largest: Vec<(String, u64)>,
    },
    /// There are too many entries or files.
    #[error("`{}` holds {found} entries, more than the limit of {limit}", path.display())]
    TooMany {
        /// The archive or folder.
        path: PathBuf,
        /// How many were found.
        found: usize,
        /// The limit.
        limit: usize,
    },
    /// The content is too large, packed or not.
    #[error("`{}` holds more than {limit} bytes unpacked, reached at `{entry}`", path.display())]
    UnpacksTooLarge {
        /// The archive or folder.
        path: PathBuf,
        /// The entry at which the limit was passed.
        entry: String,
        /// The limit in bytes.
        limit: u64,
    },
    /// The file is no ZIP, or its directory is damaged.
    #[error("`{}` is not a readable ZIP", archive.display())]
    NotAZip {
        /// The file.
        archive: PathBuf,
        /// What is wrong with it.
        #[source]
        source: zip::result::ZipError,
    },
    /// Two entries have the same name, so it depends on the reader what is unpacked.
    #[error("`{}` holds two entries of the same name", archive.display())]
    Ambiguous {
        /// The archive.
        archive: PathBuf,
    },
    /// An entry cannot be read: damaged, or of an unknown method.
    #[error("entry `{entry}` of `{}` is damaged or of an unknown kind", archive.display())]
    Damaged {
        /// The archive.
        archive: PathBuf,
        /// The entry.
        entry: String,
        /// What is wrong with it.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// An entry or a file breaks a rule.
    #[error("`{entry}` in `{}` is refused: {refusal}", path.display())]
    Refused {
        /// The archive or folder.
        path: PathBuf,
        /// The entry or file.
        entry: String,
        /// The rule.
        refusal: Refusal,
    },
    /// The file that a function starts with is not there.
    #[error("`{}` has no {wanted} at its root{}", path.display(), why(left_out.as_deref()))]
    NoEntry {
        /// The archive or folder.
        path: PathBuf,
        /// The file, "`bootstrap`, which an HTTP function needs".
        wanted: Wanted,
        /// What left it out.
        left_out: Option<Box<LeftOut>>,
    },
    /// The file that a function starts with lies deeper than the root.
    #[error("`{}` has no {wanted} at its root, but one at `{found}`: pack the folder `{folder}` itself", path.display())]
    DeepEntry {
        /// The archive or folder.
        path: PathBuf,
        /// The file.
        wanted: Wanted,
        /// Where it was found.
        found: String,
        /// The folder to pack instead.
        folder: String,
    },
    /// A single file that is not the one that a function starts with.
    #[error("`{}` alone is not enough: it has to be {wanted}, or a folder or ZIP that holds it", path.display())]
    WrongFile {
        /// The file.
        path: PathBuf,
        /// The one that is needed.
        wanted: Wanted,
    },
    /// A line in a file of rules is none.
    #[error("line {line} of `{}` is no rule for leaving out files", path.display())]
    Rule {
        /// The file of rules.
        path: PathBuf,
        /// The line's number.
        line: usize,
        /// What is wrong with it.
        #[source]
        source: ignore::Error,
    },
    /// The system starts no thread.
    #[error("no thread can be started to pack on")]
    Threads {
        /// The system's reason.
        #[source]
        source: io::Error,
    },
    /// The archive could not be put together.
    #[error("`{}` cannot be packed", path.display())]
    Pack {
        /// The archive.
        path: PathBuf,
        /// What is wrong.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// The file that a function starts with: one of several names.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Wanted(pub(crate) Vec<String>);

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<String> = self.0.iter().map(|name| format!("`{name}`")).collect();
        f.write_str(&names.join(" or "))
    }
}

/// Why the file is missing.
fn why(left_out: Option<&LeftOut>) -> String {
    left_out
        .map(|out| format!(": the line `{}` of `{}` leaves it out", out.rule, out.file))
        .unwrap_or_default()
}

/// The rule that an entry or a file breaks.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub(crate) enum Refusal {
    /// It has no name.
    #[error("its name is empty")]
    NoName,
    /// It has `..` in its name.
    #[error("`..` leads out of the folder")]
    Escapes,
    /// It begins with `/`.
    #[error("its name is absolute")]
    Absolute,
    /// It begins with a drive letter.
    #[error("its name begins with a drive letter")]
    Drive,
    /// It has a backslash in its name.
    #[error("its name has a backslash; a ZIP's names have `/`")]
    Backslash,
    /// It has a zero byte in its name.
    #[error("its name has a zero byte")]
    ZeroByte,
    /// A name on disk that is no UTF-8.
    #[error("its name is not UTF-8")]
    NotText,
    /// It is encrypted.
    #[error("it is encrypted")]
    Encrypted,
    /// Neither file, folder nor link.
    #[error("it is neither a file, a folder nor a link")]
    Special,
    /// A link that leads out of the folder.
    #[error("it is a link to `{target}`, outside the folder")]
    LinkLeaves {
        /// Where it leads.
        target: String,
    },
    /// A link to nothing.
    #[error("it is a link to `{target}`, which does not exist")]
    LinkDangles {
        /// Where it leads.
        target: String,
    },
    /// A link to a folder that it is in itself.
    #[error("it is a link to a folder that holds it, so the folder would never end")]
    LinkLoops,
    /// An entry that would be written through a link.
    #[error("it would be written through the link `{link}`")]
    ThroughLink {
        /// The link.
        link: String,
    },
    /// A file where there is a folder.
    #[error("there is already a folder of this name")]
    OverFolder,
    /// A folder where there is a file.
    #[error("there is already a file named `{file}`")]
    OverFile {
        /// The file.
        file: String,
    },
    /// Links cannot be made on this system.
    #[cfg(not(unix))]
    #[error("it is a link, which this system does not unpack")]
    NoLinks,
    /// A `bootstrap` without content.
    #[error("an HTTP function's `bootstrap` cannot be empty")]
    EmptyBootstrap,
    /// A `bootstrap` in UTF-16.
    #[error("it is UTF-16 text, which no shell runs: save it as UTF-8")]
    Utf16Bootstrap,
    /// A file to start with that is a folder.
    #[error("it must be a file")]
    EntryFolder,
}
