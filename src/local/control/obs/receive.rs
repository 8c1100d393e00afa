//! Bodies: XML as a whole, objects straight to disk.

use super::super::refusal::Refusal;
use super::Visit;
use crate::codes::obs::{
    BAD_DIGEST, ENTITY_TOO_LARGE, INCOMPLETE_BODY, INVALID_DIGEST, MALFORMED_XML, MISSING_CONTENT_LENGTH,
};
use crate::local::store::{Complete, Incoming};
use crate::wire::rule;
use axum::body::Body;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use std::time::Duration;
use tokio::sync::mpsc;

/// The largest XML: ten thousand parts need a tenth of it.
const DOCUMENT_LIMIT: usize = 8 * 1024 * 1024;
/// How long nothing may come.
const SILENCE: Duration = Duration::from_secs(60);
/// How many chunks may wait for the disk.
const WAITING: usize = 16;

/// A body that is XML.
///
/// # Errors
/// 400: it did not arrive, or is no text.
pub(super) async fn document(body: Body) -> Result<String, Refusal> {
    let collected = tokio::time::timeout(SILENCE, Limited::new(body, DOCUMENT_LIMIT).collect()).await;
    let bytes = match collected {
        Ok(Ok(collected)) => collected.to_bytes(),
        Ok(Err(error)) => return Err(Refusal::because(INCOMPLETE_BODY, error)),
        Err(_) => return Err(Refusal::new(INCOMPLETE_BODY)),
    };
    String::from_utf8(bytes.to_vec()).map_err(|error| Refusal::because(MALFORMED_XML, error))
}

/// Writes the body of `visit` to disk as it comes. Nothing names the file yet.
///
/// # Errors
/// 411 without a length; 400 for a body that is too large, that ends early or is not that of `content_md5`; the disk
/// is full. Nothing is left of it then.
pub(super) async fn object(visit: &mut Visit, content_md5: Option<&str>) -> Result<Complete, Refusal> {
    let expected = content_md5.map(md5_of).transpose()?;
    let length = announced(visit)?;
    let (sender, receiver) = mpsc::channel(WAITING);
    let incoming = visit.call.context.store.begin()?;
    let writing = tokio::task::spawn_blocking(move || write(incoming, receiver));
    let received = forward(std::mem::take(&mut visit.body), &sender).await;
    drop(sender);
    // What ended the writing is why no more could be forwarded.
    let written = writing.await.map_err(|error| Refusal::Internal(error.to_string()))?;
    received?;
    let complete = written.map_err(|error| Refusal::Internal(format!("the object cannot be written: {error}")))?;
    if length.is_some_and(|length| length != complete.size) {
        return Err(Refusal::new(INCOMPLETE_BODY));
    }
    match expected {
        Some(expected) if expected != complete.md5 => Err(Refusal::new(BAD_DIGEST)),
        _ => Ok(complete),
    }
}

fn md5_of(text: &str) -> Result<[u8; 16], Refusal> {
    let bytes = STANDARD.decode(text.trim()).ok();
    let md5 = bytes.and_then(|bytes| bytes.try_into().ok());
    md5.ok_or_else(|| Refusal::new(INVALID_DIGEST))
}

/// How long the body is said to be; nothing when it comes in chunks.
fn announced(visit: &Visit) -> Result<Option<u64>, Refusal> {
    let length = visit.seen.header("content-length");
    match length.map(|text| text.trim().parse::<u64>()) {
        Some(Ok(length)) if length > rule::OBJECT_LIMIT => Err(Refusal::new(ENTITY_TOO_LARGE)),
        Some(Ok(length)) => Ok(Some(length)),
        None if visit.seen.header("transfer-encoding").is_some() => Ok(None),
        Some(Err(_)) | None => Err(Refusal::new(MISSING_CONTENT_LENGTH)),
    }
}

/// Hands the chunks of `body` on until it ends, or nobody takes them any more.
async fn forward(mut body: Body, sender: &mpsc::Sender<Bytes>) -> Result<(), Refusal> {
    let mut size = 0;
    loop {
        let frame = tokio::time::timeout(SILENCE, body.frame()).await;
        let chunk = match frame {
            Ok(None) => return Ok(()),
            Ok(Some(Ok(frame))) => frame.into_data().unwrap_or_default(),
            Ok(Some(Err(_))) | Err(_) => return Err(Refusal::new(INCOMPLETE_BODY)),
        };
        size += chunk.len() as u64;
        if size > rule::OBJECT_LIMIT {
            return Err(Refusal::new(ENTITY_TOO_LARGE));
        }
        if !chunk.is_empty() && sender.send(chunk).await.is_err() {
            return Ok(());
        }
    }
}

fn write(mut incoming: Incoming, mut chunks: mpsc::Receiver<Bytes>) -> std::io::Result<Complete> {
    while let Some(chunk) = chunks.blocking_recv() {
        incoming.write(&chunk)?;
    }
    incoming.complete()
}
