//! Content in pieces, each compressed by itself: on any thread, always to the same bytes.

use super::PackageError;
use super::writer::{Method, Sums};
use flate2::{Compress, Compression, FlushCompress, Status};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::PathBuf;

/// A fifth faster than the usual 6, and two parts in a hundred larger. Part of the format, as other levels give other
/// bytes.
const LEVEL: u32 = 4;
/// The most content of a piece. Part of the format too.
pub(super) const PIECE: u64 = 1024 * 1024;
/// How far back deflate looks: what a piece has to know of the one before it.
const WINDOW: u64 = 32 * 1024;

/// Where content is.
#[derive(Clone, Debug)]
pub(super) enum Source {
    File(PathBuf),
    Memory(Vec<u8>),
}

/// A part of a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece<'a> {
    pub(super) source: &'a Source,
    /// The file's size when it was listed.
    pub(super) size: u64,
    /// Where the piece begins.
    pub(super) start: u64,
}

impl Piece<'_> {
    /// Whether nothing comes after it.
    pub(super) fn is_last(&self) -> bool {
        self.size - self.start <= PIECE
    }

    fn length(&self) -> u64 {
        PIECE.min(self.size - self.start)
    }

    /// The end of the piece before it.
    fn window(&self) -> u64 {
        WINDOW.min(self.start)
    }
}

/// A piece as it is written.
#[derive(Debug)]
pub(super) struct Packed {
    pub(super) bytes: Vec<u8>,
    pub(super) method: Method,
    pub(super) sums: Sums,
}

/// What a thread needs to compress.
pub(super) struct Deflater {
    stream: Compress,
    /// The piece's content, and before it the end of the piece before.
    content: Vec<u8>,
}

impl Deflater {
    pub(super) fn new() -> Self {
        Self {
            stream: Compress::new(Compression::new(LEVEL), false),
            content: Vec::new(),
        }
    }

    /// Reads and compresses `piece`. A whole file that does not get smaller is stored.
    ///
    /// # Errors
    /// It cannot be read, or has changed since it was listed.
    pub(super) fn pack(&mut self, piece: &Piece<'_>) -> Result<Packed, PackageError> {
        let failed = |source| match piece.source {
            Source::File(path) => PackageError::Read {
                path: path.clone(),
                source,
            },
            Source::Memory(_) => unreachable!("memory can be read"),
        };
        let window = piece.window() as usize;
        self.read(piece).map_err(failed)?;
        let (dictionary, content) = self.content.split_at(window);
        let sums = Sums {
            crc: crc32fast::hash(content),
            size: content.len() as u32,
        };
        let packed = compress(&mut self.stream, (dictionary, content), piece.is_last()).map_err(failed)?;
        let alone = piece.start == 0 && piece.is_last();
        Ok(match alone && packed.len() >= content.len() {
            true => Packed {
                bytes: content.to_vec(),
                method: Method::Stored,
                sums,
            },
            false => Packed {
                bytes: packed,
                method: Method::Deflated,
                sums,
            },
        })
    }

    /// Fills `content`.
    fn read(&mut self, piece: &Piece<'_>) -> io::Result<()> {
        let (from, length) = (piece.start - piece.window(), piece.window() + piece.length());
        self.content.clear();
        match piece.source {
            Source::Memory(bytes) => {
                let (from, length) = (from as usize, length as usize);
                self.content.extend(&bytes[from..from + length]);
            }
            Source::File(path) => {
                let mut file = File::open(path)?;
                if from > 0 {
                    file.seek(SeekFrom::Start(from))?;
                }
                // One byte more than there should be shows that the file has grown.
                let more = u64::from(piece.is_last());
                self.content.reserve((length + more) as usize);
                file.take(length + more).read_to_end(&mut self.content)?;
            }
        }
        match self.content.len() as u64 == length {
            true => Ok(()),
            false => Err(io::Error::other("its size has changed while it was packed")),
        }
    }
}

/// Compresses `content`, which comes after `dictionary`, to whole bytes.
fn compress(stream: &mut Compress, (dictionary, content): (&[u8], &[u8]), last: bool) -> io::Result<Vec<u8>> {
    stream.reset();
    if !dictionary.is_empty() {
        stream.set_dictionary(dictionary)?;
    }
    let flush = if last {
        FlushCompress::Finish
    } else {
        FlushCompress::Sync
    };
    let mut packed = Vec::with_capacity(content.len() / 2 + 128);
    loop {
        let read = stream.total_in() as usize;
        let status = stream.compress_vec(&content[read..], &mut packed, flush)?;
        let all = stream.total_in() as usize == content.len();
        // Room that is left shows that nothing waits to be written.
        if status == Status::StreamEnd || (!last && all && packed.len() < packed.capacity()) {
            return Ok(packed);
        }
        packed.reserve(content.len() / 2 + 128);
    }
}
