//! ZIPs made by hand for tests, byte by byte, so that they can be what no packer would make.

/// An entry, stored without compression.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) name: Vec<u8>,
    pub(super) content: Vec<u8>,
    /// Unix mode with the kind of file.
    pub(super) mode: u32,
    /// General purpose flags.
    pub(super) flags: u16,
    /// What the headers say the size is.
    pub(super) size: u32,
    /// What the headers say the CRC is.
    pub(super) crc: u32,
}

impl Entry {
    pub(super) fn file(name: &str, content: &[u8]) -> Self {
        Self {
            name: name.as_bytes().to_vec(),
            content: content.to_vec(),
            mode: 0o100_644,
            flags: 0,
            size: content.len() as u32,
            crc: crc(content),
        }
    }

    pub(super) fn link(name: &str, target: &str) -> Self {
        let mode = 0o120_777;
        Self {
            mode,
            ..Self::file(name, target.as_bytes())
        }
    }

    /// What local and central header have in common, from the flags to the length of the extra field.
    fn common(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.extend(self.flags.to_le_bytes());
        bytes.extend([0; 4]); // stored, time
        bytes.extend(0x0021_u16.to_le_bytes()); // 1980-01-01
        bytes.extend(self.crc.to_le_bytes());
        bytes.extend((self.content.len() as u32).to_le_bytes());
        bytes.extend(self.size.to_le_bytes());
        bytes.extend((self.name.len() as u16).to_le_bytes());
        bytes.extend([0; 2]);
        bytes
    }
}

/// The ZIP of `entries`.
pub(super) fn zip(entries: &[Entry]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut directory = Vec::new();
    for entry in entries {
        let offset = bytes.len() as u32;
        bytes.extend(b"PK\x03\x04\x14\0");
        bytes.extend(entry.common());
        bytes.extend(&entry.name);
        bytes.extend(&entry.content);
        directory.extend(b"PK\x01\x02\x14\x03\x14\0");
        directory.extend(entry.common());
        directory.extend([0; 6]); // comment, disk, internal attributes
        directory.extend((entry.mode << 16).to_le_bytes());
        directory.extend(offset.to_le_bytes());
        directory.extend(&entry.name);
    }
    let (start, length, count) = (bytes.len() as u32, directory.len() as u32, entries.len() as u16);
    bytes.extend(directory);
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    bytes.extend([count.to_le_bytes(), count.to_le_bytes()].concat());
    bytes.extend([length.to_le_bytes(), start.to_le_bytes()].concat());
    bytes.extend([0; 2]);
    bytes
}

/// CRC-32, bit by bit.
fn crc(content: &[u8]) -> u32 {
    !content.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 * (crc & 1)))
    })
}
