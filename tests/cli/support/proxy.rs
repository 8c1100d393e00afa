//! A door before the local cloud that lets requests through one by one, and stops at one of them.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Condvar, Mutex};

/// What becomes of the request that is stopped at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The cloud never sees it, and it gets no answer.
    Before,
    /// The cloud has done it, and it gets no answer.
    After,
    /// It is answered with this status, and the cloud never sees it.
    Status(u16),
    /// Nothing is stopped.
    Never,
}

/// The door.
pub(crate) struct Proxy {
    pub(crate) port: u16,
    seen: Arc<AtomicUsize>,
}

struct Door {
    target: String,
    at: usize,
    stop: Stop,
    seen: Arc<AtomicUsize>,
    /// How many requests the cloud works on: what it was asked for is done though nobody waits for it.
    open: Mutex<usize>,
    closed: Condvar,
    /// Told when the request that is stopped at is there, or was done.
    reached: Mutex<Sender<()>>,
}

impl Proxy {
    /// Opens a door to `target`, `127.0.0.1:PORT`, that stops at request number `at`, from 1; `reached` is told then.
    pub(crate) fn open(target: &str, at: usize, stop: Stop, reached: Sender<()>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(AtomicUsize::new(0));
        let door = Arc::new(Door {
            target: target.to_owned(),
            at,
            stop,
            seen: seen.clone(),
            open: Mutex::new(0),
            closed: Condvar::new(),
            reached: Mutex::new(reached),
        });
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let door = door.clone();
                // A client that goes away ends its own connection.
                std::thread::spawn(move || drop(door.serve(&client)));
            }
        });
        Self { port, seen }
    }

    /// How many requests came.
    pub(crate) fn seen(&self) -> usize {
        self.seen.load(Ordering::SeqCst)
    }
}

impl Door {
    fn serve(&self, client: &TcpStream) -> std::io::Result<()> {
        let mut from = BufReader::new(client.try_clone()?);
        let server = TcpStream::connect(&self.target)?;
        server.set_nodelay(true)?;
        client.set_nodelay(true)?;
        let mut answers = BufReader::new(server.try_clone()?);
        while let Some(request) = message(&mut from, false)? {
            let number = self.seen.fetch_add(1, Ordering::SeqCst) + 1;
            let is_it = number == self.at;
            if is_it && self.stop == Stop::Before {
                return self.hold(&mut from);
            }
            if let (true, Stop::Status(status)) = (is_it, self.stop) {
                let body = r#"{"error_code":"X.0001","error_msg":"stopped"}"#;
                let head = format!(
                    "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
                    body.len()
                );
                (&*client).write_all(format!("{head}{body}").as_bytes())?;
                continue;
            }
            *self.open.lock().unwrap() += 1;
            (&server).write_all(&request)?;
            let head_only = request.starts_with(b"HEAD ");
            let answer = message(&mut answers, head_only);
            *self.open.lock().unwrap() -= 1;
            self.closed.notify_all();
            let Some(answer) = answer? else {
                return Ok(());
            };
            if is_it && self.stop == Stop::After {
                return self.hold(&mut from);
            }
            (&*client).write_all(&answer)?;
        }
        Ok(())
    }

    /// Tells that it is there, and answers nothing.
    fn hold(&self, from: &mut impl Read) -> std::io::Result<()> {
        let open = self.open.lock().unwrap();
        drop(self.closed.wait_while(open, |open| *open > 0).unwrap());
        // Nobody listens any more: the test has ended.
        let _ = self.reached.lock().unwrap().send(());
        // The connection stays until the other side is gone: the test kills it when it is told.
        from.read_exact(&mut [0]).or(Ok(()))
    }
}

/// One HTTP message, head and body as they came; nothing at the end of the connection.
fn message(from: &mut impl BufRead, head_only: bool) -> std::io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    let (mut length, mut chunked) = (0, false);
    loop {
        let before = bytes.len();
        if from.read_until(b'\n', &mut bytes)? == 0 {
            return Ok(None);
        }
        let line = String::from_utf8_lossy(&bytes[before..]).to_ascii_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
        chunked |= line.starts_with("transfer-encoding:") && line.contains("chunked");
        if line == "\r\n" {
            break;
        }
    }
    if head_only {
        return Ok(Some(bytes));
    }
    if !chunked {
        let start = bytes.len();
        bytes.resize(start + length, 0);
        from.read_exact(&mut bytes[start..])?;
        return Ok(Some(bytes));
    }
    loop {
        let before = bytes.len();
        from.read_until(b'\n', &mut bytes)?;
        let size = String::from_utf8_lossy(&bytes[before..]).trim().to_owned();
        let size = usize::from_str_radix(&size, 16).unwrap_or(0);
        let start = bytes.len();
        bytes.resize(start + size + 2, 0);
        from.read_exact(&mut bytes[start..])?;
        if size == 0 {
            return Ok(Some(bytes));
        }
    }
}
