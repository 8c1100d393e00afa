//! The file that is uploaded: its digest, and its parts.

use super::hex;
use bytes::Bytes;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::num::NonZero;
use std::path::PathBuf;
use std::time::SystemTime;

/// How large a part is; the last may be smaller. The same always, because parts of an earlier run are compared.
const PART: u64 = 8 * 1024 * 1024;
/// Where the objects of this tool are.
const FOLDER: &str = "fgctl/dependencies";

/// The file as it was when its digest was computed.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub(super) path: PathBuf,
    pub(super) size: u64,
    modified: Option<SystemTime>,
    /// The key of the object that it will be: names its content.
    pub(super) key: String,
}

impl Source {
    /// Reads the file to its end, on every processor. Blocks.
    pub(super) fn of(path: PathBuf) -> io::Result<Self> {
        let metadata = path.metadata()?;
        let mut source = Self {
            path,
            size: metadata.len(),
            modified: metadata.modified().ok(),
            key: String::new(),
        };
        // The digest of the parts' digests, because those can be computed side by side.
        let mut whole = Sha256::new();
        for digest in source.digests()? {
            whole.update(digest);
        }
        source.key = format!("{FOLDER}/{}.zip", hex(&whole.finalize()));
        Ok(source)
    }

    /// The SHA-256 of each part.
    fn digests(&self) -> io::Result<Vec<[u8; 32]>> {
        let numbers: Vec<i64> = (1..=self.parts()).collect();
        let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
        let share = numbers.len().div_ceil(threads).max(1);
        let digests = |numbers: &[i64]| -> io::Result<Vec<[u8; 32]>> {
            let mut buffer = Vec::new();
            let digest = |number: &i64| {
                self.read(*number, &mut buffer)?;
                Ok(Sha256::digest(&buffer).into())
            };
            numbers.iter().map(digest).collect()
        };
        std::thread::scope(|scope| {
            let running: Vec<_> = numbers
                .chunks(share)
                .map(|numbers| scope.spawn(move || digests(numbers)))
                .collect();
            let mut all = Vec::with_capacity(numbers.len());
            for thread in running {
                match thread.join() {
                    Ok(digests) => all.extend(digests?),
                    Err(panicked) => std::panic::resume_unwind(panicked),
                }
            }
            Ok(all)
        })
    }

    /// Whether the file is another one by now.
    pub(super) fn has_changed(&self) -> bool {
        let same =
            |metadata: std::fs::Metadata| metadata.len() == self.size && metadata.modified().ok() == self.modified;
        !self.path.metadata().is_ok_and(same)
    }

    pub(super) fn parts(&self) -> i64 {
        i64::try_from(self.size.div_ceil(PART)).unwrap_or(i64::MAX)
    }

    /// How many bytes the part `number` has.
    fn part_size(&self, number: i64) -> u64 {
        PART.min(self.size - self.part_start(number))
    }

    fn part_start(&self, number: i64) -> u64 {
        u64::try_from(number - 1).unwrap_or(0) * PART
    }

    /// The bytes of the part `number`. Blocks.
    pub(super) fn part(&self, number: i64) -> io::Result<Bytes> {
        let mut bytes = Vec::new();
        self.read(number, &mut bytes)?;
        Ok(bytes.into())
    }

    /// Reads the part `number` in place of what `buffer` holds.
    fn read(&self, number: i64, buffer: &mut Vec<u8>) -> io::Result<()> {
        let size = self.part_size(number);
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(self.part_start(number)))?;
        buffer.clear();
        let read = file.take(size).read_to_end(buffer)?;
        match read as u64 == size {
            true => Ok(()),
            false => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{PART, Source};
    use std::fs;

    #[test]
    fn a_key_names_the_content_and_parts_are_the_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.zip");
        let content: Vec<u8> = (0..PART + 5).map(|at| (at % 251) as u8).collect();
        fs::write(&path, &content).unwrap();
        let source = Source::of(path.clone()).unwrap();
        assert_eq!((source.size, source.parts()), (PART + 5, 2));
        let parts = [source.part(1).unwrap(), source.part(2).unwrap()].concat();
        assert!(parts == content);
        assert!(!source.has_changed());
        let copy = folder.path().join("b.zip");
        fs::copy(&path, &copy).unwrap();
        assert_eq!(Source::of(copy).unwrap().key, source.key);
        fs::write(&path, "x").unwrap();
        assert!(source.has_changed());
        assert_ne!(Source::of(path).unwrap().key, source.key);
        let name = source.key.strip_prefix("fgctl/dependencies/").unwrap();
        assert!(name.len() == 64 + 4 && name.ends_with(".zip"), "{name}");
    }
}
