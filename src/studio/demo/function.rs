//! The server of the built-in demonstration's function: says the time to all who are connected.

use futures_util::{SinkExt, StreamExt};
use jiff::Timestamp;
use std::io;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};

/// Where the runtime expects an HTTP function's server.
const ADDRESS: &str = "127.0.0.1:8000";

/// Serves until the process is ended; `interval` lies between two messages.
///
/// # Errors
/// The address is taken.
pub(crate) async fn serve(interval: Duration) -> io::Result<()> {
    let listener = TcpListener::bind(ADDRESS).await?;
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(say_the_time(stream, interval));
    }
}

/// A client that goes away ends its own connection and nothing else.
async fn say_the_time(stream: TcpStream, interval: Duration) {
    let Ok(socket) = tokio_tungstenite::accept_hdr_async(stream, only_our_path).await else {
        return;
    };
    let (mut sender, mut receiver) = socket.split();
    let mut ticks = tokio::time::interval(interval);
    loop {
        tokio::select! {
            _ = ticks.tick() => {
                let text = format!("Server time: {}", Timestamp::now().strftime("%H:%M:%S GMT+0000 (Coordinated Universal Time)"));
                if sender.send(Message::text(text)).await.is_err() {
                    return;
                }
            }
            received = receiver.next() => match received {
                Some(Ok(Message::Close(_))) => {
                    // The answer to the close frame is waiting to be written.
                    let _ = sender.flush().await;
                    return;
                }
                Some(Err(_)) | None => return,
                Some(Ok(_)) => {}
            },
        }
    }
}

#[expect(clippy::result_large_err, reason = "the library's own callback has this type")]
fn only_our_path(request: &Request, response: Response) -> Result<Response, ErrorResponse> {
    if request.uri().path() == super::PATH {
        return Ok(response);
    }
    let mut refusal = ErrorResponse::new(Some(format!("the WebSocket is at {}", super::PATH)));
    *refusal.status_mut() = http::StatusCode::BAD_REQUEST;
    Err(refusal)
}
