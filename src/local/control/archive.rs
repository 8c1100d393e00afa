//! Archives as they arrive: Base64 of a ZIP, checked before anything is kept of it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

/// The most that an archive may hold unpacked, in bytes.
const UNPACKED_LIMIT: u128 = 1500 * 1024 * 1024;

/// What is wrong with an archive.
#[derive(Debug, PartialEq, thiserror::Error)]
pub(super) enum Fault {
    /// The text is no Base64.
    #[error("it is no Base64 text")]
    NoBase64,
    /// The bytes are no ZIP.
    #[error("it is no readable ZIP: {0}")]
    NoZip(String),
    /// A name in it would leave the folder that it is unpacked to.
    #[error("the name `{0}` in it leads out of the archive")]
    Outside(String),
    /// It unpacks to more than a function may hold.
    #[error("it unpacks to more than {} MB", UNPACKED_LIMIT / 1024 / 1024)]
    Unpacked,
}

/// Decodes `text`.
pub(super) fn decode(text: &str) -> Result<Vec<u8>, Fault> {
    STANDARD.decode(text.trim()).map_err(|_| Fault::NoBase64)
}

/// The names of what is in the ZIP `bytes`, once every entry of it was found readable.
pub(super) fn names(bytes: &[u8]) -> Result<Vec<String>, Fault> {
    let unreadable = |error: zip::result::ZipError| Fault::NoZip(error.to_string());
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(unreadable)?;
    if archive.decompressed_size().is_some_and(|size| size > UNPACKED_LIMIT) {
        return Err(Fault::Unpacked);
    }
    let mut names = Vec::with_capacity(archive.len());
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(unreadable)?;
        let name = entry.name().map_err(unreadable)?.into_owned();
        if entry.enclosed_name().is_none() {
            return Err(Fault::Outside(name));
        }
        names.push(name);
    }
    Ok(names)
}

/// A ZIP of the one file `name`, or of nothing.
pub(super) fn of(file: Option<(&str, &[u8])>) -> Result<Vec<u8>, zip::result::ZipError> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    if let Some((name, content)) = file {
        let options = SimpleFileOptions::default().unix_permissions(0o755);
        writer.start_file(name, options)?;
        writer.write_all(content)?;
    }
    Ok(writer.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use super::{Fault, decode, names, of};

    #[test]
    fn an_archive_is_read_and_its_faults_are_told_apart() {
        let fine = of(Some(("bootstrap", b"#!/bin/sh"))).unwrap();
        assert_eq!(names(&fine).unwrap(), ["bootstrap"]);
        assert_eq!(names(&of(None).unwrap()).unwrap(), [""; 0]);
        assert!(matches!(names(b"no zip"), Err(Fault::NoZip(_))));
        assert!(matches!(names(&fine[..fine.len() - 9]), Err(Fault::NoZip(_))));
        let outside = of(Some(("../x", b""))).unwrap();
        assert_eq!(names(&outside), Err(Fault::Outside("../x".to_owned())));
        assert_eq!(decode("*"), Err(Fault::NoBase64));
        assert_eq!(decode("YQ==\n").unwrap(), b"a");
    }
}
