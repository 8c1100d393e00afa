//! What was said last, to be searched by a person or told when a script ends.

use super::record::Entry;
use std::collections::VecDeque;

/// How many messages are kept.
const MESSAGES: usize = 10_000;
/// How many bytes of them.
const BYTES: usize = 64 * 1024 * 1024;

/// The latest messages.
#[derive(Default)]
pub(in super::super) struct History {
    entries: VecDeque<Entry>,
    bytes: usize,
}

impl History {
    /// Keeps one; the oldest make room.
    pub(in super::super) fn keep(&mut self, entry: Entry) {
        self.bytes += entry.data.len();
        self.entries.push_back(entry);
        while self.entries.len() > MESSAGES || self.bytes > BYTES {
            let Some(oldest) = self.entries.pop_front() else { break };
            self.bytes -= oldest.data.len();
        }
    }

    /// All that is kept, the oldest first.
    pub(in super::super) fn into_entries(self) -> Vec<Entry> {
        self.entries.into()
    }

    /// Those that hold `text`, in either case, each with its time and direction.
    pub(super) fn search(&self, text: &str) -> Vec<String> {
        let wanted = text.to_lowercase();
        let holds = |entry: &&Entry| entry.data.to_lowercase().contains(&wanted);
        self.entries.iter().filter(holds).map(Entry::line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Entry, History, MESSAGES};

    #[test]
    fn the_latest_are_found_in_either_case() {
        let mut history = History::default();
        history.keep(Entry::new("sent", "text", "oldest"));
        for _ in 0..MESSAGES {
            history.keep(Entry::new("received", "text", "Ann says hi"));
        }
        assert!(history.search("oldest").is_empty());
        assert_eq!(history.search("ANN").len(), MESSAGES);
        assert!(history.search("hi")[0].ends_with(" < Ann says hi"));
    }
}
