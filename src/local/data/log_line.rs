//! A line of a function's log, as it is written to a file and read from it.

use jiff::Timestamp;
use serde::Serialize;

/// What stands where there is no instance's or no request's id.
const NONE: &str = "-";

/// Where a line comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::local) enum Stream {
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

    fn of(name: &str) -> Option<Self> {
        let all = [Self::Stdout, Self::Stderr, Self::System];
        all.into_iter().find(|stream| stream.name() == name)
    }
}

/// A line.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(in crate::local) struct LogLine {
    /// When it was written, RFC 3339.
    pub(in crate::local) time: String,
    /// The function's package.
    pub(in crate::local) package: String,
    /// The function's name.
    pub(in crate::local) function: String,
    /// The instance's id.
    pub(in crate::local) instance: String,
    /// The request that the instance had then, if it had but one.
    pub(in crate::local) request_id: Option<String>,
    /// Where it comes from.
    pub(in crate::local) stream: Stream,
    /// Without its end.
    pub(in crate::local) text: String,
}

impl LogLine {
    /// As it stands in the file: `TIME INSTANCE REQUEST STREAM text`.
    pub(super) fn written(&self) -> String {
        let request = self.request_id.as_deref().unwrap_or(NONE);
        format!(
            "{} {} {request} {} {}\n",
            self.time,
            self.instance,
            self.stream.name(),
            self.text
        )
    }

    /// A line of the file of a function; what is none, such as a note of lost lines, is the local cloud's.
    pub(super) fn read(line: &str, (package, function): (&str, &str)) -> Self {
        let mut parts = line.splitn(5, ' ');
        let mut next = || parts.next().unwrap_or_default();
        let (time, instance, request, stream, text) = (next(), next(), next(), next(), next());
        let known = |time: &str, instance: &str, request: Option<String>, stream, text: &str| Self {
            time: time.to_owned(),
            package: package.to_owned(),
            function: function.to_owned(),
            instance: instance.to_owned(),
            request_id: request,
            stream,
            text: text.to_owned(),
        };
        match (time.parse::<Timestamp>(), Stream::of(stream)) {
            (Ok(_), Some(stream)) => {
                let request = Some(request.to_owned()).filter(|request| request != NONE);
                known(time, instance, request, stream, text)
            }
            _ => known("", NONE, None, Stream::System, line),
        }
    }

    /// Whether it was written at `since` or later, as far as that is known.
    pub(super) fn is_since(&self, since: Timestamp) -> bool {
        self.time.parse::<Timestamp>().is_ok_and(|time| time >= since)
    }
}

#[cfg(test)]
mod tests {
    use super::{LogLine, Stream};
    use proptest::prelude::{prop_assert_eq, proptest};

    const OF: (&str, &str) = ("default", "demo");

    #[test]
    fn what_is_no_line_is_the_local_clouds() {
        let read = LogLine::read("… 3 lines were lost: the disk was too slow", OF);
        assert_eq!((read.stream, read.time.as_str()), (Stream::System, ""));
        assert_eq!(read.text, "… 3 lines were lost: the disk was too slow");
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_back(text in "[^\n]{0,40}", request in proptest::option::of("[a-f0-9]{32}")) {
            let line = LogLine {
                time: "2026-01-02T03:04:05.678Z".to_owned(),
                package: "default".to_owned(),
                function: "demo".to_owned(),
                instance: "0123abcd".to_owned(),
                request_id: request,
                stream: Stream::Stderr,
                text,
            };
            let written = line.written();
            prop_assert_eq!(LogLine::read(written.strip_suffix('\n').unwrap(), OF), line);
        }
    }
}
