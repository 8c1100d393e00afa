//! An object's bytes, from disk to the wire.

use crate::local::Context;
use crate::local::store::records::ObjectRecord;
use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use std::collections::VecDeque;
use std::io::{self, SeekFrom};
use std::path::PathBuf;
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt};

/// The most bytes that are read at once.
const CHUNK: u64 = 256 * 1024;

/// Bytes that are still to be read: of each file so many from a place on.
#[derive(Debug)]
pub(super) struct Content {
    files: VecDeque<(PathBuf, u64, u64)>,
    open: Option<(File, u64)>,
}

impl Content {
    /// The bytes of `object` from `first` on, `length` of them.
    pub(super) fn of(context: &Context, object: &ObjectRecord, first: u64, length: u64) -> Self {
        let (mut skip, mut left) = (first, length);
        let mut files = VecDeque::new();
        for piece in &object.pieces {
            let from = skip.min(piece.size);
            let count = left.min(piece.size - from);
            if count > 0 {
                files.push_back((context.store.blob(&piece.blob), from, count));
            }
            skip -= from;
            left -= count;
        }
        Self { files, open: None }
    }

    /// The next bytes; nothing at the end.
    pub(super) async fn next(&mut self) -> io::Result<Option<Bytes>> {
        loop {
            if let Some((file, left)) = &mut self.open
                && *left > 0
            {
                let mut chunk = Vec::with_capacity(usize::try_from(CHUNK.min(*left)).unwrap_or(0));
                let read = file.take(CHUNK.min(*left)).read_to_end(&mut chunk).await?;
                if read == 0 {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                *left -= read as u64;
                return Ok(Some(chunk.into()));
            }
            let Some((path, from, count)) = self.files.pop_front() else {
                return Ok(None);
            };
            let mut file = File::open(path).await?;
            file.seek(SeekFrom::Start(from)).await?;
            self.open = Some((file, count));
        }
    }

    /// As the body of an answer. What cannot be read ends the connection, so that nobody takes it for whole.
    pub(super) fn into_body(self) -> Body {
        let chunks = stream::unfold(Some(self), |content| async {
            let mut content = content?;
            match content.next().await {
                Ok(None) => None,
                Ok(Some(chunk)) => Some((Ok(chunk), Some(content))),
                Err(error) => Some((Err(error), None)),
            }
        });
        Body::from_stream(chunks)
    }
}
