//! The Unix socket between a helper and the process that started it: packets, and descriptors with them.

use super::{Message, Specification};
use rustix::io::Errno;
use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage,
    SendFlags, SocketFlags, SocketType, recv, recvmsg, send, sendmsg, socketpair,
};
use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{BorrowedFd, OwnedFd};

/// The most descriptors in one packet; the kernel's own limit is 253.
const DESCRIPTORS: usize = 32;
/// The longest message of a helper in bytes.
const MESSAGE_LIMIT: usize = 4096;
/// The longest specification in bytes: more than a Unix socket takes as one packet.
const SPECIFICATION_LIMIT: usize = 256 * 1024;

/// Both ends, the helper's last. Neither is inherited by other processes.
///
/// # Errors
/// The process has too many files open.
pub(crate) fn pair() -> io::Result<(OwnedFd, OwnedFd)> {
    let (family, kind) = (AddressFamily::UNIX, SocketType::SEQPACKET);
    Ok(socketpair(family, kind, SocketFlags::CLOEXEC, None)?)
}

/// Tells a helper what to do.
///
/// # Errors
/// The specification is longer than a packet can be, or the helper is gone.
pub(crate) fn send_specification(socket: BorrowedFd<'_>, specification: &Specification) -> io::Result<()> {
    let packet = serde_json::to_vec(specification)?;
    send(socket, &packet, SendFlags::NOSIGNAL)?;
    Ok(())
}

/// What a helper is to do.
pub(super) fn receive_specification(socket: BorrowedFd<'_>) -> io::Result<Specification> {
    let mut packet = vec![0; SPECIFICATION_LIMIT];
    let (size, _) = recv(socket, &mut packet[..], RecvFlags::empty())?;
    Ok(serde_json::from_slice(&packet[..size])?)
}

/// Asks a helper for more sockets.
///
/// # Errors
/// The helper is gone.
pub(crate) fn want_sockets(socket: BorrowedFd<'_>) -> io::Result<()> {
    send(socket, &[0], SendFlags::NOSIGNAL)?;
    Ok(())
}

/// Waits until sockets are wanted; `false` when nobody will want any more.
pub(super) fn wait_for_want(socket: BorrowedFd<'_>) -> bool {
    let mut packet = [0];
    loop {
        match recv(socket, &mut packet, RecvFlags::empty()) {
            Ok((size, _)) => return size > 0,
            Err(Errno::INTR) => {}
            Err(_) => return false,
        }
    }
}

/// Tells `message` to the process that started the helper, with these descriptors.
pub(super) fn tell(socket: BorrowedFd<'_>, message: &Message, descriptors: &[BorrowedFd<'_>]) -> io::Result<()> {
    let packet = serde_json::to_vec(message)?;
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(DESCRIPTORS))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    if !descriptors.is_empty() && !ancillary.push(SendAncillaryMessage::ScmRights(descriptors)) {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    sendmsg(socket, &[IoSlice::new(&packet)], &mut ancillary, SendFlags::NOSIGNAL)?;
    Ok(())
}

/// The next message of a helper and the descriptors that come with it; `None` when it is gone. Never waits.
///
/// # Errors
/// [`io::ErrorKind::WouldBlock`] when there is none yet.
pub(crate) fn receive(socket: BorrowedFd<'_>) -> io::Result<Option<(Message, Vec<OwnedFd>)>> {
    let mut packet = [0; MESSAGE_LIMIT];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(DESCRIPTORS))];
    let mut ancillary = RecvAncillaryBuffer::new(&mut space);
    let flags = RecvFlags::DONTWAIT | RecvFlags::CMSG_CLOEXEC;
    let received = match recvmsg(socket, &mut [IoSliceMut::new(&mut packet)], &mut ancillary, flags) {
        Err(Errno::CONNRESET) => return Ok(None),
        received => received?,
    };
    if received.bytes == 0 {
        return Ok(None);
    }
    let mut descriptors = Vec::new();
    for message in ancillary.drain() {
        if let RecvAncillaryMessage::ScmRights(rights) = message {
            descriptors.extend(rights);
        }
    }
    Ok(Some((serde_json::from_slice(&packet[..received.bytes])?, descriptors)))
}

#[cfg(test)]
mod tests {
    use super::{pair, receive, tell, wait_for_want, want_sockets};
    use crate::sys::machine::Message;
    use std::io::{ErrorKind, Read, Write};
    use std::os::fd::AsFd;
    use std::os::unix::net::UnixStream;

    #[test]
    fn messages_come_whole_and_with_their_descriptors_and_the_end_is_seen_on_both_sides() {
        let (ours, helpers) = pair().unwrap();
        assert_eq!(receive(ours.as_fd()).unwrap_err().kind(), ErrorKind::WouldBlock);
        let (mut near, far) = UnixStream::pair().unwrap();
        tell(helpers.as_fd(), &Message::Sockets, &[far.as_fd()]).unwrap();
        tell(helpers.as_fd(), &Message::Ended(9), &[]).unwrap();
        drop(far);
        let (message, descriptors) = receive(ours.as_fd()).unwrap().unwrap();
        assert_eq!((message, descriptors.len()), (Message::Sockets, 1));
        near.write_all(b"x").unwrap();
        let mut byte = [0];
        let mut far = UnixStream::from(descriptors.into_iter().next().unwrap());
        far.read_exact(&mut byte).unwrap();
        assert_eq!(byte, *b"x");
        assert_eq!(receive(ours.as_fd()).unwrap().unwrap().0, Message::Ended(9));

        want_sockets(ours.as_fd()).unwrap();
        assert!(wait_for_want(helpers.as_fd()));
        drop(ours);
        assert!(!wait_for_want(helpers.as_fd()));
        let (ours, helpers) = pair().unwrap();
        drop(helpers);
        assert!(receive(ours.as_fd()).unwrap().is_none());
    }
}
