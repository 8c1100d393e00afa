//! A ready ZIP whose content is all in one folder, as the file managers of Windows and macOS make it: the folder is
//! taken off. And the writing of a ready ZIP that has to be repaired.

use super::code::Entry;
use super::entry::Kind;
use super::read::open;
use super::{Archive, Note, PackageError};
use std::io::{Cursor, Write};
use std::path::Path;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, System, ZipWriter};

/// What macOS adds beside the folder.
const MACOS: &str = "__MACOSX";

/// The folder that everything is in; none where something lies beside it, or a link could lead out of it.
pub(super) fn folder(entries: &[Entry]) -> Option<String> {
    let mut found = None;
    for entry in entries.iter().filter(|entry| !is_of_macos(entry)) {
        let (folder, _) = entry.name.split_once('/').unwrap_or((&entry.name, ""));
        let is_inside = entry.kind == Kind::Folder || entry.name.contains('/');
        let same = found.get_or_insert_with(|| folder.to_owned()) == folder;
        if entry.kind == Kind::Link || !is_inside || !same {
            return None;
        }
    }
    found
}

/// The entries in `folder`, by their names in it.
pub(super) fn without(entries: Vec<Entry>, folder: &str) -> Vec<Entry> {
    let inside = entries.into_iter().filter_map(|mut entry| {
        entry.name = entry.name.strip_prefix(folder)?.strip_prefix('/')?.to_owned();
        Some(entry)
    });
    inside.collect()
}

fn is_of_macos(entry: &Entry) -> bool {
    entry.name == MACOS || entry.name.starts_with(&format!("{MACOS}/"))
}

/// `archive` with `entries` alone, and other content, executable, at one of them; as it is where `notes` say that
/// nothing had to be repaired.
pub(super) fn repaired(
    path: &Path,
    archive: Archive,
    (entries, start): (Vec<Entry>, Option<(usize, Vec<u8>)>),
    notes: &[Note],
) -> Result<Archive, PackageError> {
    let unwrapped = notes.iter().any(|note| matches!(note, Note::Unwrapped { .. }));
    if start.is_none() && !unwrapped {
        return Ok(archive);
    }
    let failed = |source: zip::result::ZipError| PackageError::Pack {
        path: path.to_owned(),
        source: source.into(),
    };
    let mut zip = open(path, Cursor::new(archive.bytes.as_slice()))?;
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let mut unpacked = 0;
    for (at, entry) in entries.iter().enumerate() {
        match &start {
            Some((start, content)) if *start == at => {
                writer.start_file(&*entry.name, executable()).map_err(failed)?;
                writer.write_all(content).map_err(|error| failed(error.into()))?;
                unpacked += content.len() as u64;
            }
            _ => {
                let raw = zip.by_index_raw(entry.at).map_err(failed)?;
                unpacked += raw.size();
                let end = if entry.kind == Kind::Folder { "/" } else { "" };
                writer
                    .raw_copy_file_rename(raw, format!("{}{end}", entry.name))
                    .map_err(failed)?;
            }
        }
    }
    let bytes = writer.finish().map_err(failed)?.into_inner();
    Ok(Archive {
        bytes,
        files: entries.iter().filter(|entry| entry.kind != Kind::Folder).count(),
        unpacked,
        ..archive
    })
}

/// How the repaired start file is written; nothing in it depends on the time or the machine.
fn executable() -> SimpleFileOptions {
    SimpleFileOptions::DEFAULT
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(6))
        .system(System::Unix)
        .unix_permissions(0o755)
}
