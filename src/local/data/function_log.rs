//! A function's log: what its instances write, and when they start and end.
//!
//! A line reads `TIMESTAMP INSTANCE REQUEST STREAM text`, where the stream is `stdout`, `stderr` or `system`. Files are
//! written by a thread of its own: a slow disk costs lines, never a function's time.

pub(in crate::local) use super::log_line::LogLine;
pub(super) use super::log_line::Stream;

use super::events::{Event, Events};
use super::log_reader::LogMark;
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
use tokio::sync::oneshot;

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

/// The log file of a function below `folder`, whether it exists or not.
pub(in crate::local) fn log_path(folder: &Path, package: &str, name: &str) -> PathBuf {
    let plain = |text| utf8_percent_encode(text, PLAIN).to_string();
    folder.join(format!("{}@{}.log", plain(package), plain(name)))
}

enum Message {
    Line {
        file: Arc<Path>,
        line: LogLine,
    },
    /// Asks what stands in a file, and for what comes after.
    Mark {
        file: PathBuf,
        reply: oneshot::Sender<LogMark>,
    },
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
    pub(super) fn open(folder: PathBuf, events: Events) -> io::Result<Self> {
        fs::create_dir_all(&folder)?;
        let (sender, receiver) = sync_channel(WAITING_LINES);
        let lost = Arc::new(AtomicU64::new(0));
        let writer = Writer {
            lost: Arc::clone(&lost),
            open: None,
            events,
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
            function: (package.into(), name.into()),
            instance: instance.into(),
            requests: Arc::default(),
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

    /// What stands in the log of a function, and what comes after that; nothing at the end.
    pub(super) async fn mark(&self, package: &str, name: &str) -> Option<LogMark> {
        let (reply, mark) = oneshot::channel();
        let file = log_path(&self.folder, package, name);
        let sender = self.sender.clone();
        // The queue may be full of lines, which the thread is about to write.
        let sent = tokio::task::spawn_blocking(move || sender.send(Message::Mark { file, reply }).is_ok());
        if !sent.await.unwrap_or(false) {
            return None;
        }
        mark.await.ok()
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
    /// Its package and its name.
    function: (Arc<str>, Arc<str>),
    instance: Arc<str>,
    /// Those that the instance has.
    requests: Arc<Mutex<Requests>>,
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

/// The requests of an instance, for its lines.
#[derive(Default)]
struct Requests {
    open: Vec<Arc<str>>,
    /// The one that was the last to leave nobody else behind.
    last: Option<Arc<str>>,
}

impl Requests {
    /// The one that a line written now belongs to: the only one, or the last while there is none, whose lines may
    /// come later than its answer.
    fn current(&self) -> Option<String> {
        match self.open.as_slice() {
            [] => self.last.as_deref().map(str::to_owned),
            [only] => Some(only.to_string()),
            _ => None,
        }
    }
}

/// A request that an instance has; dropping it ends that.
pub(super) struct Mark {
    requests: Arc<Mutex<Requests>>,
    id: Arc<str>,
}

impl Drop for Mark {
    fn drop(&mut self) {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = requests.open.iter().position(|id| Arc::ptr_eq(id, &self.id)) {
            requests.open.swap_remove(at);
        }
        requests.last = requests.open.is_empty().then(|| Arc::clone(&self.id));
    }
}

impl FunctionLog {
    /// The instance has the request `id` as long as the answer lives.
    pub(super) fn enter(&self, id: &str) -> Mark {
        let id: Arc<str> = id.into();
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        requests.open.push(Arc::clone(&id));
        Mark {
            requests: Arc::clone(&self.requests),
            id,
        }
    }

    /// Its file.
    pub(super) fn path(&self) -> &Path {
        &self.file
    }

    /// Adds a line. Never waits.
    pub(super) fn add(&self, stream: Stream, text: &str) {
        let request = self.requests.lock().unwrap_or_else(PoisonError::into_inner).current();
        let line = LogLine {
            time: jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
            package: self.function.0.to_string(),
            function: self.function.1.to_string(),
            instance: self.instance.to_string(),
            request_id: request,
            stream,
            text: text.to_owned(),
        };
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
    events: Events,
}

struct OpenFile {
    path: Arc<Path>,
    file: File,
    size: u64,
}

impl Writer {
    fn run(mut self, receiver: &Receiver<Message>) {
        while let Ok(message) = receiver.recv() {
            match message {
                Message::Line { file, line } => self.line(&file, line),
                Message::Mark { file, reply } => {
                    let _ = reply.send(LogMark {
                        files: LogMark::files(&file),
                        next: self.events.listen(),
                    });
                }
                Message::End => return,
            }
        }
    }

    fn line(&mut self, file: &Arc<Path>, line: LogLine) {
        let lost = self.lost.swap(0, Ordering::Relaxed);
        let written = self.write(file, &line.written()).and_then(|()| match lost {
            0 => Ok(()),
            lost => self.write(file, &format!("… {lost} lines were lost: the disk was too slow\n")),
        });
        if written.is_err() {
            // A full disk: the line is lost, and the next one tries anew.
            self.open = None;
            self.lost.fetch_add(lost + 1, Ordering::Relaxed);
        }
        self.events.tell(|| Event::Log(Arc::new(line)));
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
    use super::{Event, Events, FILE_LIMIT, FunctionLogs, LINE_LIMIT, Stream, log_path};
    use crate::local::data::log_reader::{Wanted, past};
    use std::fs;
    use std::path::Path;

    #[tokio::test]
    async fn lines_are_written_with_time_instance_and_stream_and_long_ones_in_pieces() {
        let folder = tempfile::tempdir().unwrap();
        let logs = FunctionLogs::open(folder.path().to_owned(), Events::default()).unwrap();
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
        assert!(lines[0].ends_with("Z i1 - stdout one"), "{}", lines[0]);
        assert!(lines[1].ends_with(" i1 - stdout two"));
        assert!(lines[2].ends_with('x') && lines[3].ends_with(" stdout xxxxx"));
        assert!(lines[5].ends_with(" i1 - system the instance ended"));
        assert_eq!(lines.len(), 6);
    }

    #[test]
    fn a_line_names_the_request_that_its_instance_has_if_it_has_but_one() {
        let folder = tempfile::tempdir().unwrap();
        let logs = FunctionLogs::open(folder.path().to_owned(), Events::default()).unwrap();
        let log = logs.of("default", "demo", "i1");
        let say = |text| log.add(Stream::Stdout, text);
        say("before");
        let one = log.enter("r1");
        say("alone");
        let two = log.enter("r2");
        say("both");
        drop(one);
        say("the other");
        drop(two);
        say("late");
        logs.close();
        let written = fs::read_to_string(log_path(folder.path(), "default", "demo")).unwrap();
        let lines: Vec<&str> = written
            .lines()
            .filter_map(|line| Some(line.split_once(" i1 ")?.1))
            .collect();
        let expected = [
            "- stdout before",
            "r1 stdout alone",
            "- stdout both",
            "r2 stdout the other",
            "r2 stdout late",
        ];
        assert_eq!(lines, expected);
    }

    #[tokio::test]
    async fn a_mark_divides_what_was_written_from_what_is_and_loses_and_repeats_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let logs = FunctionLogs::open(folder.path().to_owned(), Events::default()).unwrap();
        let path = log_path(folder.path(), "default", "demo");
        fs::write(
            path.with_extension("log.1"),
            "2026-01-01T00:00:00.000Z i0 - stdout aside\n",
        )
        .unwrap();
        let (one, two) = (logs.of("default", "demo", "i1"), logs.of("default", "other", "i2"));
        one.add(Stream::Stdout, "past");
        let mut mark = logs.mark("default", "demo").await.unwrap();
        two.add(Stream::Stdout, "not asked for");
        one.add(Stream::Stderr, "next");
        logs.close();
        let mut wanted = Wanted {
            package: "default".to_owned(),
            function: "demo".to_owned(),
            ..Wanted::default()
        };
        let mut texts = Vec::new();
        while let Ok(event) = mark.next.try_recv() {
            if let Event::Log(line) = &event
                && wanted.line(&event)
            {
                texts.push(line.text.clone());
            }
        }
        assert_eq!(texts, ["next"]);
        let read = |wanted: &Wanted, files| {
            let mut texts = Vec::new();
            let taken = past(files, wanted, |line| {
                texts.push(line.text);
                true
            });
            taken.map(|()| texts).unwrap()
        };
        assert_eq!(read(&wanted, mark.files), ["aside", "past"]);
        wanted.instance = Some("i1".to_owned());
        let files = || super::LogMark::files(&path);
        assert_eq!(read(&wanted, files()), ["past", "next"]);
        wanted = Wanted {
            instance: None,
            since: Some("2026-01-01T00:00:01Z".parse().unwrap()),
            ..wanted
        };
        assert_eq!(read(&wanted, files()), ["past", "next"]);
    }

    #[test]
    fn a_full_file_is_put_aside() {
        let folder = tempfile::tempdir().unwrap();
        let path = log_path(folder.path(), "default", "demo");
        fs::write(&path, vec![b'\n'; usize::try_from(FILE_LIMIT).unwrap() - 3]).unwrap();
        let logs = FunctionLogs::open(folder.path().to_owned(), Events::default()).unwrap();
        logs.of("default", "demo", "i1").add(Stream::Stderr, "new");
        logs.close();
        assert!(fs::read_to_string(&path).unwrap().ends_with(" i1 - stderr new\n"));
        assert_eq!(
            fs::metadata(folder.path().join("default@demo.log.1")).unwrap().len(),
            FILE_LIMIT - 3
        );
    }

    #[test]
    fn what_holds_for_all_instances_is_said_once_in_each_log() {
        let folder = tempfile::tempdir().unwrap();
        let logs = FunctionLogs::open(folder.path().to_owned(), Events::default()).unwrap();
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
        let logs = FunctionLogs::open(folder.path().to_owned(), Events::default()).unwrap();
        fs::create_dir(log_path(folder.path(), "p", "f")).unwrap();
        let log = logs.of("p", "f", "i");
        for number in 0..10_000 {
            log.add(Stream::Stdout, &number.to_string());
        }
        logs.close();
        assert_eq!(log.tail().last().map(String::as_str), Some("9999"));
    }
}
