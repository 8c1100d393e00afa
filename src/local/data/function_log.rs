//! A function's log: what its instances write, and when they start and end.
//!
//! A line reads `TIMESTAMP INSTANCE STREAM text`, where the stream is `stdout`, `stderr` or `system`. Files are
//! written by a thread of its own: a slow disk costs lines, never a function's time.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::collections::{HashSet, VecDeque};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use tokio::io::{AsyncRead, AsyncReadExt};

/// A longer line is cut into pieces of this many bytes.
const LINE_LIMIT: usize = 8 * 1024;
/// A file is put aside as `.1`, in place of the one before, when it would grow beyond this.
const FILE_LIMIT: u64 = 10 * 1024 * 1024;
/// Lines that wait for the disk; further ones are lost, and counted.
const WAITING_LINES: usize = 4096;
/// How many of the last lines an instance remembers.
const TAIL_LINES: usize = 10;
/// How many of the last lines can be asked for after a call.
const REMEMBERED_LINES: usize = 100;
/// What a name may hold besides letters and digits, to be a file's name as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_');

/// Where a line comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stream {
    /// The function's standard output.
    Stdout,
    /// The function's standard error.
    Stderr,
    /// The local cloud.
    System,
}

impl Stream {
    fn name(self) -> &'static str {
        match self {
            Self::Stdout => "stdout",
            Self::Stderr => "stderr",
            Self::System => "system",
        }
    }
}

/// The log file of a function below `folder`, whether it exists or not.
pub(in crate::local) fn log_path(folder: &Path, package: &str, name: &str) -> PathBuf {
    let plain = |text| utf8_percent_encode(text, PLAIN).to_string();
    folder.join(format!("{}@{}.log", plain(package), plain(name)))
}

enum Message {
    Line { file: Arc<Path>, line: String },
    End,
}

/// The logs of all functions.
pub(super) struct FunctionLogs {
    folder: PathBuf,
    sender: SyncSender<Message>,
    lost: Arc<AtomicU64>,
    writer: Mutex<Option<JoinHandle<()>>>,
    /// What was said once, and where.
    said: Mutex<HashSet<(Arc<Path>, String)>>,
}

impl FunctionLogs {
    /// Writes into `folder`, which is made when it does not exist.
    ///
    /// # Errors
    /// The folder or the thread cannot be made.
    pub(super) fn open(folder: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(&folder)?;
        let (sender, receiver) = sync_channel(WAITING_LINES);
        let lost = Arc::new(AtomicU64::new(0));
        let writer = Writer {
            lost: Arc::clone(&lost),
            open: None,
        };
        let writer = std::thread::Builder::new()
            .name("function logs".to_owned())
            .spawn(move || writer.run(&receiver))?;
        Ok(Self {
            folder,
            sender,
            lost,
            writer: Mutex::new(Some(writer)),
            said: Mutex::default(),
        })
    }

    /// Where the logs are; see [`log_path`].
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The log of the instance `instance` of a function.
    pub(super) fn of(&self, package: &str, name: &str, instance: &str) -> FunctionLog {
        FunctionLog {
            file: log_path(&self.folder, package, name).into(),
            instance: instance.into(),
            sender: self.sender.clone(),
            lost: Arc::clone(&self.lost),
            tail: Arc::default(),
        }
    }

    /// Adds what holds for all of a function's instances: to each log but once.
    pub(super) fn say_once(&self, log: &FunctionLog, text: &str) {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        if said.insert((Arc::clone(&log.file), text.to_owned())) {
            log.add(Stream::System, text);
        }
    }

    /// Writes all that waits, and ends. Blocks. Later lines are lost.
    pub(super) fn close(&self) {
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(writer) = writer {
            let _ = self.sender.send(Message::End);
            let _ = writer.join();
        }
    }
}

/// The log of one instance.
#[derive(Clone)]
pub(super) struct FunctionLog {
    file: Arc<Path>,
    instance: Arc<str>,
    sender: SyncSender<Message>,
    lost: Arc<AtomicU64>,
    tail: Arc<Mutex<Tail>>,
}

/// The last lines that a function wrote, and how many there were in all.
#[derive(Default)]
struct Tail {
    lines: VecDeque<String>,
    written: u64,
}

impl FunctionLog {
    /// Its file.
    pub(super) fn path(&self) -> &Path {
        &self.file
    }

    /// Adds a line. Never waits.
    pub(super) fn add(&self, stream: Stream, text: &str) {
        let time = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.3fZ");
        let line = format!("{time} {} {} {text}\n", self.instance, stream.name());
        if stream != Stream::System {
            self.remember(text);
        }
        let message = Message::Line {
            file: Arc::clone(&self.file),
            line,
        };
        if self.sender.try_send(message).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn remember(&self, text: &str) {
        let mut tail = self.tail.lock().unwrap_or_else(PoisonError::into_inner);
        if tail.lines.len() == REMEMBERED_LINES {
            tail.lines.pop_front();
        }
        tail.lines.push_back(text.to_owned());
        tail.written += 1;
    }

    /// The last lines that the function wrote.
    pub(super) fn tail(&self) -> Vec<String> {
        let tail = self.tail.lock().unwrap_or_else(PoisonError::into_inner);
        let skipped = tail.lines.len().saturating_sub(TAIL_LINES);
        tail.lines.iter().skip(skipped).cloned().collect()
    }

    /// How many lines the function has written so far.
    pub(super) fn written(&self) -> u64 {
        self.tail.lock().unwrap_or_else(PoisonError::into_inner).written
    }

    /// The lines that it wrote after the first `written`, as far as they are remembered.
    pub(super) fn since(&self, written: u64) -> Vec<String> {
        let tail = self.tail.lock().unwrap_or_else(PoisonError::into_inner);
        let new = usize::try_from(tail.written.saturating_sub(written)).unwrap_or(usize::MAX);
        let skipped = tail.lines.len().saturating_sub(new);
        tail.lines.iter().skip(skipped).cloned().collect()
    }

    /// Adds all that comes from `pipe`, line by line, until it ends.
    pub(super) async fn follow(self, stream: Stream, mut pipe: impl AsyncRead + Unpin) {
        let mut waiting = Vec::new();
        let mut buffer = vec![0; LINE_LIMIT];
        while let Ok(size) = pipe.read(&mut buffer).await {
            if size == 0 {
                break;
            }
            for byte in &buffer[..size] {
                match byte {
                    b'\n' => self.add_bytes(stream, &mut waiting),
                    _ => waiting.push(*byte),
                }
                if waiting.len() == LINE_LIMIT {
                    self.add_bytes(stream, &mut waiting);
                }
            }
        }
        if !waiting.is_empty() {
            self.add_bytes(stream, &mut waiting);
        }
    }

    fn add_bytes(&self, stream: Stream, line: &mut Vec<u8>) {
        self.add(stream, String::from_utf8_lossy(line).trim_end_matches('\r'));
        line.clear();
    }
}

/// The thread that writes.
struct Writer {
    lost: Arc<AtomicU64>,
    open: Option<OpenFile>,
}

struct OpenFile {
    path: Arc<Path>,
    file: File,
    size: u64,
}

impl Writer {
    fn run(mut self, receiver: &Receiver<Message>) {
        while let Ok(Message::Line { file, line }) = receiver.recv() {
            let lost = self.lost.swap(0, Ordering::Relaxed);
            let written = self.write(&file, &line).and_then(|()| match lost {
                0 => Ok(()),
                lost => self.write(&file, &format!("… {lost} lines were lost: the disk was too slow\n")),
            });
            if written.is_err() {
                // A full disk: the line is lost, and the next one tries anew.
                self.open = None;
                self.lost.fetch_add(lost + 1, Ordering::Relaxed);
            }
        }
    }

    fn write(&mut self, path: &Arc<Path>, line: &str) -> io::Result<()> {
        let size = line.len() as u64;
        let mut open = match self.open.take() {
            Some(open) if open.path == *path => open,
            _ => OpenFile::open(Arc::clone(path))?,
        };
        if open.size + size > FILE_LIMIT {
            drop(open);
            fs::rename(path, path.with_extension("log.1"))?;
            open = OpenFile::open(Arc::clone(path))?;
        }
        open.file.write_all(line.as_bytes())?;
        open.size += size;
        self.open = Some(open);
        Ok(())
    }
}

impl OpenFile {
    fn open(path: Arc<Path>) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(&path)?;
        let size = file.metadata()?.len();
        Ok(Self { path, file, size })
    }
}

#[cfg(test)]
mod tests {
    use super::{FILE_LIMIT, FunctionLogs, LINE_LIMIT, Stream, log_path};
    use std::fs;
    use std::path::Path;

    #[tokio::test]
    async fn lines_are_written_with_time_instance_and_stream_and_long_ones_in_pieces() {
        let folder = tempfile::tempdir().unwrap();
        let logs = FunctionLogs::open(folder.path().to_owned()).unwrap();
        let log = logs.of("default", "demo", "i1");
        let long = "x".repeat(LINE_LIMIT + 5);
        let text = format!("one\r\ntwo\n{long}\nlast without an end \u{fffd}");
        log.clone().follow(Stream::Stdout, text.as_bytes()).await;
        log.add(Stream::System, "the instance ended");
        assert_eq!(
            log.tail().last().map(String::as_str),
            Some("last without an end \u{fffd}")
        );
        logs.close();
        let written = fs::read_to_string(log_path(folder.path(), "default", "demo")).unwrap();
        let lines: Vec<&str> = written.lines().collect();
        assert!(lines[0].ends_with("Z i1 stdout one"), "{}", lines[0]);
        assert!(lines[1].ends_with(" i1 stdout two"));
        assert!(lines[2].ends_with('x') && lines[3].ends_with(" stdout xxxxx"));
        assert!(lines[5].ends_with(" i1 system the instance ended"));
        assert_eq!(lines.len(), 6);
    }

    #[test]
    fn a_full_file_is_put_aside() {
        let folder = tempfile::tempdir().unwrap();
        let path = log_path(folder.path(), "default", "demo");
        fs::write(&path, vec![b'\n'; usize::try_from(FILE_LIMIT).unwrap() - 3]).unwrap();
        let logs = FunctionLogs::open(folder.path().to_owned()).unwrap();
        logs.of("default", "demo", "i1").add(Stream::Stderr, "new");
        logs.close();
        assert!(fs::read_to_string(&path).unwrap().ends_with(" i1 stderr new\n"));
        assert_eq!(
            fs::metadata(folder.path().join("default@demo.log.1")).unwrap().len(),
            FILE_LIMIT - 3
        );
    }

    #[test]
    fn what_holds_for_all_instances_is_said_once_in_each_log() {
        let folder = tempfile::tempdir().unwrap();
        let logs = FunctionLogs::open(folder.path().to_owned()).unwrap();
        for (function, instance) in [("f", "1"), ("f", "2"), ("g", "3")] {
            logs.say_once(&logs.of("default", function, instance), "there is no isolation");
        }
        logs.close();
        for function in ["f", "g"] {
            let written = fs::read_to_string(log_path(folder.path(), "default", function)).unwrap();
            assert_eq!(written.matches("there is no isolation").count(), 1, "{written}");
        }
    }

    #[test]
    fn no_name_leads_out_of_the_folder() {
        let path = log_path(Path::new("/logs"), "../..", "a/b");
        assert_eq!(path, Path::new("/logs/%2E%2E%2F%2E%2E@a%2Fb.log"));
    }

    #[test]
    fn a_file_that_cannot_be_written_blocks_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let logs = FunctionLogs::open(folder.path().to_owned()).unwrap();
        fs::create_dir(log_path(folder.path(), "p", "f")).unwrap();
        let log = logs.of("p", "f", "i");
        for number in 0..10_000 {
            log.add(Stream::Stdout, &number.to_string());
        }
        logs.close();
        assert_eq!(log.tail().last().map(String::as_str), Some("9999"));
    }
}
