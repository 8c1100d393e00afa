//! A machine of an instance's own, as the local cloud has it: its helper's process and sockets into its network.

use super::forward::{Forwarding, Forwards};
use crate::sys::machine::{self, COMMAND, Message, Specification};
use std::io;
use std::net::{SocketAddr, TcpStream as StdStream};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixDatagram as StdDatagram;
use std::process::Stdio;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::io::Interest;
use tokio::net::{TcpSocket, TcpStream, UnixDatagram};
use tokio::process::{Child, Command};
use tokio::sync::{Notify, watch};

/// This very program, even if another has its name by now.
const PROGRAM: &str = "/proc/self/exe";

/// A machine, from the moment its helper is started.
pub(super) struct Machine {
    /// Packets, in their order and with an end.
    control: UnixDatagram,
    pool: Mutex<Pool>,
    /// Told of each change of the pool.
    changed: Notify,
    listening: watch::Sender<bool>,
    forwarding: Forwarding,
    /// What relays to the host; ends with the machine.
    forwards: Mutex<Option<Forwards>>,
    /// More sockets are asked for when no more than these are left.
    low: usize,
}

/// Sockets of the machine's network that are not connected.
#[derive(Default)]
struct Pool {
    sockets: Vec<TcpSocket>,
    asked: bool,
    gone: bool,
}

impl Machine {
    /// Starts the helper. The machine ends when it is closed or dropped.
    ///
    /// # Errors
    /// The helper cannot be started, or told what to do.
    pub(super) fn start(specification: &Specification, forwarding: Forwarding) -> io::Result<(Self, Child)> {
        let (ours, helpers) = machine::pair()?;
        machine::send_specification(ours.as_fd(), specification)?;
        let ours = StdDatagram::from(ours);
        ours.set_nonblocking(true)?;
        let child = Command::new(PROGRAM)
            .arg0("fgctl")
            .arg(COMMAND)
            .arg(&specification.folder)
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::from(helpers))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        let machine = Self {
            control: UnixDatagram::from_std(ours)?,
            pool: Mutex::default(),
            changed: Notify::new(),
            listening: watch::Sender::new(false),
            low: usize::from(specification.batch / 4),
            forwarding,
            forwards: Mutex::default(),
        };
        Ok((machine, child))
    }

    /// Connects to `address` within the machine.
    ///
    /// # Errors
    /// Nobody listens there, or the machine is gone.
    pub(super) async fn connect(&self, address: SocketAddr) -> io::Result<TcpStream> {
        self.socket().await?.connect(address).await
    }

    async fn socket(&self) -> io::Result<TcpSocket> {
        loop {
            // Made first: a change that comes after the look is not missed.
            let changed = self.changed.notified();
            if let Some(socket) = self.take()? {
                return Ok(socket);
            }
            changed.await;
        }
    }

    fn take(&self) -> io::Result<Option<TcpSocket>> {
        let mut pool = self.lock();
        if pool.gone {
            return Err(io::ErrorKind::NotConnected.into());
        }
        if pool.sockets.len() <= self.low && !pool.asked {
            machine::want_sockets(self.control.as_fd())?;
            pool.asked = true;
        }
        Ok(pool.sockets.pop())
    }

    /// Waits until its program listens.
    pub(super) async fn listening(&self) {
        let _ = self.listening.subscribe().wait_for(|listening| *listening).await;
    }

    /// The next message of its helper, `None` at the end. Sockets that come are kept. To be called by one task alone.
    pub(super) async fn next(&self) -> Option<Message> {
        let message = self.received().await;
        match &message {
            Some((Message::Listening, _)) => {
                self.listening.send_replace(true);
            }
            None => self.lock().gone = true,
            Some(_) => {}
        }
        let message = message.map(|(message, descriptors)| {
            match message {
                Message::Forwards => self.forward(descriptors),
                _ => self.keep(descriptors),
            }
            message
        });
        self.changed.notify_waiters();
        message
    }

    async fn received(&self) -> Option<(Message, Vec<OwnedFd>)> {
        loop {
            self.control.readable().await.ok()?;
            let received = self
                .control
                .try_io(Interest::READABLE, || machine::receive(self.control.as_fd()));
            match received {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                received => return received.ok().flatten(),
            }
        }
    }

    fn keep(&self, descriptors: Vec<OwnedFd>) {
        let mut pool = self.lock();
        if !descriptors.is_empty() {
            pool.asked = false;
        }
        let sockets = descriptors
            .into_iter()
            .map(StdStream::from)
            .map(TcpSocket::from_std_stream);
        pool.sockets.extend(sockets);
    }

    fn forward(&self, listeners: Vec<OwnedFd>) {
        let forwards = self.forwarding.start(listeners);
        *self.forwards.lock().unwrap_or_else(PoisonError::into_inner) = Some(forwards);
    }

    /// Ends all inside.
    pub(super) fn close(&self) {
        self.forwards.lock().unwrap_or_else(PoisonError::into_inner).take();
        let _ = rustix::net::shutdown(&self.control, rustix::net::Shutdown::Both);
    }

    fn lock(&self) -> MutexGuard<'_, Pool> {
        self.pool.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
