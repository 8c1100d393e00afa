//! Where a frame of a WebSocket ends: follows the frames in bytes that pass, and changes none of them.

/// The first bytes of a frame: two, then up to eight for its length and four for its mask.
const LONGEST_HEAD: usize = 14;
/// The bit that says that a mask follows.
const MASKED: u8 = 0x80;

/// Follows one direction of a WebSocket, from its beginning.
#[derive(Debug, Default)]
pub(super) struct Frames {
    /// The beginning of a frame whose head is not whole yet.
    head: [u8; LONGEST_HEAD],
    known: usize,
    /// How much of the frame's payload is still to come.
    left: u64,
}

impl Frames {
    /// Whether the next byte begins a frame.
    pub(super) fn is_between(&self) -> bool {
        self.known == 0 && self.left == 0
    }

    /// Follows `bytes`, which come after those before.
    pub(super) fn pass(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            if self.left > 0 {
                let step = usize::try_from(self.left).unwrap_or(usize::MAX).min(bytes.len());
                self.left -= step as u64;
                bytes = &bytes[step..];
                continue;
            }
            self.head[self.known] = bytes[0];
            self.known += 1;
            bytes = &bytes[1..];
            if self.known == self.head_length() {
                self.left = self.payload_length();
                self.known = 0;
            }
        }
    }

    /// How long the head is, as far as it is known.
    fn head_length(&self) -> usize {
        if self.known < 2 {
            return 2;
        }
        let length = match self.head[1] & !MASKED {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        let mask = if self.head[1] & MASKED == 0 { 0 } else { 4 };
        2 + length + mask
    }

    /// What the whole head says.
    fn payload_length(&self) -> u64 {
        let bytes = match self.head[1] & !MASKED {
            126 => &self.head[2..4],
            127 => &self.head[2..10],
            short => return u64::from(short),
        };
        bytes.iter().fold(0, |length, byte| length << 8 | u64::from(*byte))
    }
}

#[cfg(test)]
mod tests {
    use super::Frames;
    use proptest::prelude::{any, prop, prop_assert_eq, proptest};

    /// A frame with a payload of so many bytes.
    fn frame(length: usize, masked: bool) -> Vec<u8> {
        let mask = if masked { 0x80 } else { 0 };
        let mut frame = vec![0x82];
        match u16::try_from(length) {
            Ok(short @ 0..126) => frame.push(mask | u8::try_from(short).unwrap()),
            Ok(middle) => {
                frame.push(mask | 126);
                frame.extend(middle.to_be_bytes());
            }
            Err(_) => {
                frame.push(mask | 127);
                frame.extend((length as u64).to_be_bytes());
            }
        }
        frame.extend(vec![7; length + if masked { 4 } else { 0 }]);
        frame
    }

    #[test]
    fn a_frame_ends_where_its_length_says() {
        for masked in [false, true] {
            for length in [0, 1, 125, 126, 65_535, 65_536] {
                let bytes = frame(length, masked);
                let mut frames = Frames::default();
                frames.pass(&bytes[..bytes.len() - 1]);
                assert!(!frames.is_between(), "{length}");
                frames.pass(&bytes[bytes.len() - 1..]);
                assert!(frames.is_between(), "{length}");
            }
        }
    }

    proptest! {
        #[test]
        fn the_pieces_in_which_bytes_come_change_nothing(lengths in prop::collection::vec(0..300usize, 1..6), cut in any::<prop::sample::Index>()) {
            let ends: Vec<usize> = lengths.iter().scan(0, |at, length| { *at += frame(*length, false).len(); Some(*at) }).collect();
            let bytes: Vec<u8> = lengths.iter().flat_map(|length| frame(*length, false)).collect();
            let cut = cut.index(bytes.len() + 1);
            let mut frames = Frames::default();
            frames.pass(&bytes[..cut]);
            prop_assert_eq!(frames.is_between(), cut == 0 || ends.contains(&cut));
            frames.pass(&bytes[cut..]);
            prop_assert_eq!(frames.is_between(), true);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in any::<Vec<u8>>()) {
            Frames::default().pass(&bytes);
        }
    }
}
