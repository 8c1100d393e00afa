//! A ZIP, entry by entry, in memory. Nothing in it depends on the time or the machine.
//!
//! Written out here, and not left to a library, because every byte is part of the promise that the same source gives
//! the same archive: a new version of a library must not change it.

/// ZIP 2.0: folders and deflate.
const VERSION: u16 = 20;
/// Made on Unix, so that the modes count.
const MADE_BY: u16 = (3 << 8) | VERSION;
/// The name is UTF-8.
const UTF8: u16 = 1 << 11;
/// 1980-01-01 00:00, the first time that a ZIP can tell: no time at all.
const TIME: [u8; 4] = [0, 0, 0x21, 0];

/// How the content of an entry is written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Method {
    Stored = 0,
    Deflated = 8,
}

/// An entry's name and mode.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head<'a> {
    pub(super) name: &'a str,
    pub(super) executable: bool,
    pub(super) method: Method,
}

/// What is known of an entry when all of it is written.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Sums {
    /// CRC-32 of the content.
    pub(super) crc: u32,
    /// Bytes of the content.
    pub(super) size: u32,
}

/// A ZIP that grows.
#[derive(Default)]
pub(super) struct Writer {
    bytes: Vec<u8>,
    directory: Vec<u8>,
    entries: u16,
    /// Where the entry that is being written begins.
    start: usize,
}

impl Writer {
    /// How many bytes there are so far.
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Begins an entry.
    pub(super) fn begin(&mut self, head: Head<'_>) {
        self.start = self.bytes.len();
        self.bytes.extend(b"PK\x03\x04");
        self.bytes.extend(VERSION.to_le_bytes());
        self.bytes.extend(common(head, Sums::default(), 0));
        self.bytes.extend(head.name.as_bytes());
    }

    /// Adds to the content of the entry, already in the entry's method.
    pub(super) fn append(&mut self, content: &[u8]) {
        self.bytes.extend(content);
    }

    /// Ends the entry that began with `head`.
    pub(super) fn end(&mut self, head: Head<'_>, sums: Sums) {
        let content = self.bytes.len() - self.start - header_length(head);
        let common = common(head, sums, content as u32);
        let at = self.start + 6;
        self.bytes[at..at + common.len()].copy_from_slice(&common);
        let mode: u32 = if head.executable { 0o100_755 } else { 0o100_644 };
        self.directory.extend(b"PK\x01\x02");
        self.directory.extend(MADE_BY.to_le_bytes());
        self.directory.extend(VERSION.to_le_bytes());
        self.directory.extend(common);
        self.directory.extend([0; 6]); // comment, disk, internal attributes
        self.directory.extend((mode << 16).to_le_bytes());
        self.directory.extend((self.start as u32).to_le_bytes());
        self.directory.extend(head.name.as_bytes());
        self.entries += 1;
    }

    /// The ZIP.
    pub(super) fn finish(mut self) -> Vec<u8> {
        let (start, length) = (self.bytes.len() as u32, self.directory.len() as u32);
        self.bytes.extend(self.directory);
        self.bytes.extend(b"PK\x05\x06\0\0\0\0");
        self.bytes
            .extend([self.entries.to_le_bytes(), self.entries.to_le_bytes()].concat());
        self.bytes.extend([length.to_le_bytes(), start.to_le_bytes()].concat());
        self.bytes.extend([0; 2]);
        self.bytes
    }
}

fn header_length(head: Head<'_>) -> usize {
    30 + head.name.len()
}

/// What the headers before the content and in the directory have in common, from the flags to the extra field.
fn common(head: Head<'_>, sums: Sums, content: u32) -> [u8; 24] {
    let flags = if head.name.is_ascii() { 0 } else { UTF8 };
    let mut bytes = [0; 24];
    bytes[0..2].copy_from_slice(&flags.to_le_bytes());
    bytes[2..4].copy_from_slice(&(head.method as u16).to_le_bytes());
    bytes[4..8].copy_from_slice(&TIME);
    bytes[8..12].copy_from_slice(&sums.crc.to_le_bytes());
    bytes[12..16].copy_from_slice(&content.to_le_bytes());
    bytes[16..20].copy_from_slice(&sums.size.to_le_bytes());
    bytes[20..22].copy_from_slice(&(head.name.len() as u16).to_le_bytes());
    bytes
}
