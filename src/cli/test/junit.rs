//! The report in the format of JUnit, which every service of continuous integration reads.

use super::Outcome;

/// One suite, in which each script is a case.
pub(super) fn report(outcomes: &[Outcome]) -> String {
    let failures = outcomes.iter().filter(|outcome| !outcome.passed).count();
    let time: f64 = outcomes.iter().map(|outcome| outcome.seconds).sum();
    let cases: String = outcomes.iter().map(case).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"fgctl test\" tests=\"{}\" \
         failures=\"{failures}\" errors=\"0\" time=\"{time:.3}\">\n{cases}  </testsuite>\n</testsuites>\n",
        outcomes.len()
    )
}

fn case(outcome: &Outcome) -> String {
    let head = format!(
        "    <testcase classname=\"fgctl.test\" name=\"{}\" time=\"{:.3}\"",
        escaped(&outcome.file),
        outcome.seconds
    );
    let Some(failure) = &outcome.failure else {
        return format!("{head}/>\n");
    };
    let transcript: String = outcome.transcript.iter().map(|entry| entry.line() + "\n").collect();
    format!(
        "{head}>\n      <failure message=\"{}\">{}</failure>\n      <system-out>{}</system-out>\n    </testcase>\n",
        escaped(&failure.why),
        escaped(&format!(
            "line {}: {}\n{}",
            failure.line, failure.statement, failure.diff
        )),
        escaped(&transcript)
    )
}

/// What may stand in XML 1.0; what may not, as its number.
fn escaped(text: &str) -> String {
    let mut safe = String::new();
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\n' | '\t' => safe.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => safe.extend(c.escape_unicode()),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn what_xml_does_not_take_is_written_out() {
        assert_eq!(
            escaped("<a b=\"&\">\n\0\u{ffff}"),
            "&lt;a b=&quot;&amp;&quot;&gt;\n\\u{0}\\u{ffff}"
        );
    }
}
