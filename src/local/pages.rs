//! The pages of `/_local` that go on: functions' logs, and what happens in the data plane, as lines of JSON.
//!
//! A log that is followed has an empty line between what was written before and what is from then on.

use super::LogQuery;
use super::admin::Admin;
use super::data::{Event, Wanted, past};
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame};
use serde_json::{Value, json};
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::sync::{broadcast, mpsc};

/// How many lines may wait for a slow reader.
const WAITING: usize = 256;

/// Lines as they come, and the end when nobody sends them any more.
struct Lines(mpsc::Receiver<Bytes>);

impl HttpBody for Lines {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(cx).map(|line| line.map(|line| Ok(Frame::data(line))))
    }
}

fn page(lines: mpsc::Receiver<Bytes>) -> Response {
    ([(CONTENT_TYPE, "application/x-ndjson")], Body::new(Lines(lines))).into_response()
}

fn line(value: &Value) -> Bytes {
    format!("{value}\n").into()
}

/// Everything that happens from now on.
pub(super) async fn events(State(admin): State<Admin>) -> Response {
    let (sender, lines) = mpsc::channel(WAITING);
    let next = admin.live.data().events();
    tokio::spawn(follow(admin, next, |event: &Event| Some(event.value()), sender));
    page(lines)
}

/// The log of a function.
pub(super) async fn logs(State(admin): State<Admin>, Json(asked): Json<LogQuery>) -> Response {
    let wanted = Wanted {
        package: asked.package,
        function: asked.function,
        since: asked.since.and_then(|since| since.parse().ok()),
        instance: asked.instance,
    };
    let Some(mark) = admin.live.data().log(&wanted).await else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let (sender, lines) = mpsc::channel(WAITING);
    let (files, next) = (mark.files, mark.next);
    tokio::spawn(async move {
        let (before, filter) = (sender.clone(), wanted.clone());
        let written = move || past(files, &filter, |read| before.blocking_send(line(&json!(read))).is_ok());
        let read = tokio::task::spawn_blocking(written).await;
        if !matches!(read, Ok(Ok(()))) || !asked.follow || sender.send("\n".into()).await.is_err() {
            return;
        }
        let pick = move |event: &Event| wanted.line(event).then(|| event.value());
        follow(admin, next, pick, sender).await;
    });
    page(lines)
}

/// Sends what `pick` makes of each event until the reader leaves or the local cloud ends.
async fn follow(
    admin: Admin,
    mut next: broadcast::Receiver<Event>,
    pick: impl Fn(&Event) -> Option<Value> + Send,
    sender: mpsc::Sender<Bytes>,
) {
    loop {
        let event = tokio::select! {
            event = next.recv() => event,
            () = sender.closed() => return,
            () = admin.stopped.cancelled() => return,
        };
        let value = match event {
            Ok(event) => pick(&event),
            // The reader is too slow; it is told what it has missed.
            Err(broadcast::error::RecvError::Lagged(missed)) => Some(json!({"event": "missed", "events": missed})),
            Err(broadcast::error::RecvError::Closed) => return,
        };
        if let Some(value) = value
            && sender.send(line(&value)).await.is_err()
        {
            return;
        }
    }
}
