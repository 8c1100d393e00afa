//! A body that goes out slice by slice, and says so.

use crate::transport::Progress;
use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

/// The most bytes that go out without a word.
const SLICE: usize = 256 * 1024;

/// Bytes on their way out; nothing is copied.
pub(super) struct Slices {
    rest: Bytes,
    sent: u64,
    progress: Progress,
}

impl Slices {
    pub(super) fn new(bytes: Bytes, progress: Progress) -> Self {
        // Sent again, it begins anew.
        progress(0);
        Self {
            rest: bytes,
            sent: 0,
            progress,
        }
    }
}

impl Body for Slices {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.rest.is_empty() {
            return Poll::Ready(None);
        }
        let size = SLICE.min(self.rest.len());
        let slice = self.rest.split_to(size);
        self.sent += slice.len() as u64;
        (self.progress)(self.sent);
        Poll::Ready(Some(Ok(Frame::data(slice))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.rest.len() as u64)
    }
}
