//! As much of WebSocket as two ends need that trust each other: whole binary frames, masked with zeros.

/// Whole, binary.
const BINARY: u8 = 0x82;
/// The bit of a frame's second byte that says that it is masked.
const MASKED: u8 = 0x80;

/// A client's frame of `size` bytes.
pub(crate) fn of_client(size: usize) -> Vec<u8> {
    let mut frame = header(size, MASKED);
    // The mask, then what it leaves as it is.
    frame.resize(frame.len() + 4 + size, 0);
    frame
}

/// How long a server's frame of `size` bytes is.
pub(crate) fn length_of_server(size: usize) -> usize {
    header(size, 0).len() + size
}

fn header(size: usize, masked: u8) -> Vec<u8> {
    match (u8::try_from(size), u16::try_from(size)) {
        (Ok(short @ 0..126), _) => vec![BINARY, masked | short],
        (_, Ok(middle)) => [&[BINARY, masked | 126], &middle.to_be_bytes()[..]].concat(),
        _ => [&[BINARY, masked | 127], &(size as u64).to_be_bytes()[..]].concat(),
    }
}

/// The echo of the client's frame that `bytes` begin with, appended to `out`, and how long that frame is; nothing
/// where it is not all there.
pub(crate) fn echo(bytes: &[u8], out: &mut Vec<u8>) -> Option<usize> {
    let (first, second) = (*bytes.first()?, *bytes.get(1)?);
    let (length, at) = match second & !MASKED {
        126 => (u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?).into(), 4),
        127 => (u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?), 10),
        short => (short.into(), 2),
    };
    let mask: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
    let end = at + 4 + usize::try_from(length).ok()?;
    let payload = bytes.get(at + 4..end)?;
    out.push(first);
    out.push(second & !MASKED);
    out.extend_from_slice(&bytes[2..at]);
    let begin = out.len();
    out.extend_from_slice(payload);
    if mask != [0; 4] {
        out[begin..]
            .iter_mut()
            .zip(mask.iter().cycle())
            .for_each(|(byte, mask)| *byte ^= mask);
    }
    Some(end)
}
