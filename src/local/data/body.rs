//! Bodies on their way through the proxy: counted, limited, and never held.

use super::backend::{BodyError, Driver};
use super::instance::Lease;
use super::request_log::OpenRequest;
use bytes::Bytes;
use http_body_util::Full;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use tokio::time::{Instant, Sleep};

/// The longest body of a request, in bytes, unless its gateway is set otherwise.
pub(super) const BODY_LIMIT: u64 = 12 * 1024 * 1024;

/// The body of a call: as the client sends it, or as it was held while a signature was checked.
pub(super) enum Call {
    /// Still coming.
    Coming(Incoming),
    /// Here as a whole.
    Held(Full<Bytes>),
}

impl Call {
    /// A body of these bytes.
    pub(super) fn held(bytes: Bytes) -> Self {
        Self::Held(Full::new(bytes))
    }
}

impl Body for Call {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        match self.get_mut() {
            Self::Coming(body) => Pin::new(body).poll_frame(cx).map_err(BodyError::from),
            Self::Held(body) => Pin::new(body).poll_frame(cx).map_err(BodyError::from),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Coming(body) => body.is_end_stream(),
            Self::Held(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Coming(body) => body.size_hint(),
            Self::Held(body) => body.size_hint(),
        }
    }
}

/// What became of a request's body.
#[derive(Default)]
pub(super) struct Upload {
    bytes: AtomicU64,
    /// It was longer than the limit.
    pub(super) too_large: AtomicBool,
    /// The client broke off.
    pub(super) broken: AtomicBool,
}

/// A request's body, up to the limit.
pub(super) struct Inbound {
    /// In bytes.
    pub(super) limit: u64,
    /// As the client sends it.
    pub(super) body: Call,
    /// What becomes of it.
    pub(super) upload: Arc<Upload>,
}

impl Body for Inbound {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = self.get_mut();
        let frame = match ready!(Pin::new(&mut this.body).poll_frame(cx)) {
            None => return Poll::Ready(None),
            Some(Ok(frame)) => frame,
            Some(Err(error)) => {
                this.upload.broken.store(true, Ordering::Relaxed);
                return Poll::Ready(Some(Err(error)));
            }
        };
        let size = frame.data_ref().map_or(0, Bytes::len) as u64;
        if this.upload.bytes.fetch_add(size, Ordering::Relaxed) + size > this.limit {
            this.upload.too_large.store(true, Ordering::Relaxed);
            return Poll::Ready(Some(Err("the body is too large".into())));
        }
        Poll::Ready(Some(Ok(frame)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// An answer's body, until the function's time is over.
pub(super) struct Outgoing {
    body: Incoming,
    deadline: Pin<Box<Sleep>>,
    sent: u64,
    upload: Arc<Upload>,
    /// The request that it answers.
    pub(super) request: Option<OpenRequest>,
    _keep: (Lease, Driver),
}

impl Outgoing {
    /// The body that the function sends, until `deadline`; `keep` lives as long as it does.
    pub(super) fn new(body: Incoming, deadline: Instant, upload: Arc<Upload>, keep: (Lease, Driver)) -> Self {
        Self {
            body,
            deadline: Box::pin(tokio::time::sleep_until(deadline)),
            sent: 0,
            upload,
            request: None,
            _keep: keep,
        }
    }
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = self.get_mut();
        if let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(cx) {
            let data = frame.as_ref().and_then(|frame| frame.as_ref().ok()?.data_ref());
            this.sent += data.map_or(0, Bytes::len) as u64;
            return Poll::Ready(frame.map(|frame| frame.map_err(BodyError::from)));
        }
        ready!(this.deadline.as_mut().poll(cx));
        if let Some(request) = &this.request {
            request.note(|record| record.note = Some("the function's execution timeout was over".to_owned()));
        }
        Poll::Ready(Some(Err("the function's execution timeout is over".into())))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Outgoing {
    fn drop(&mut self) {
        let (sent, received) = (self.sent, self.upload.bytes.load(Ordering::Relaxed));
        if let Some(request) = &self.request {
            request.note(|record| (record.sent, record.received) = (sent, received));
        }
    }
}
