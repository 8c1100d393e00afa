//! Performs one script.

use super::super::connect::{Entry, How, Identity, header};
use super::super::error::CommandError;
use super::super::global::Context;
use super::clients::{Clients, Got};
use super::{Failure, Outcome};
use crate::script::{
    Action, Check, Connect, ConnectOption, Expectation, Expected, Message, Mismatch, Payload, Scene, Script, Step, diff,
};
use crate::socket::{Event, HandshakeError, SendError, explain};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use std::path::Path;
use std::time::Duration;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

/// A running script.
struct Play<'a> {
    scene: Scene,
    clients: Clients,
    within: Duration,
    context: &'a Context,
}

/// What a statement came to.
type Result<T> = std::result::Result<T, Mismatch>;

/// Performs a script with these variables, and says what became of it. Nothing where it was to stop before it began; one that
/// stops later failed in the statement that it was at.
pub(super) async fn play(
    script: &Script,
    (path, given): (&Path, &[(String, String)]),
    (within, stop): (Duration, &CancellationToken),
    context: &Context,
) -> Option<Outcome> {
    if stop.is_cancelled() {
        return None;
    }
    let began = Instant::now();
    let mut play = Play {
        scene: Scene::new(given, path.parent().unwrap_or(Path::new(""))),
        clients: Clients::default(),
        within,
        context,
    };
    let (mut steps, mut failure) = (0, None);
    for step in &script.steps {
        steps += 1;
        let performed = tokio::select! {
            performed = play.perform(step) => performed,
            () = stop.cancelled() => Err(plainly("interrupted")),
        };
        if let Err(mismatch) = performed {
            failure = Some(failed(step, mismatch));
            break;
        }
    }
    play.clients.leave().await;
    Some(Outcome {
        file: path.display().to_string(),
        passed: failure.is_none(),
        steps,
        seconds: began.elapsed().as_secs_f64(),
        failure,
        transcript: play.clients.into_transcript(),
    })
}

fn failed(step: &Step, mismatch: Mismatch) -> Failure {
    let diff = match mismatch.expected.is_empty() && mismatch.came.is_empty() {
        true => String::new(),
        false => diff(&mismatch.expected, &mismatch.came),
    };
    Failure {
        line: step.line,
        statement: step.source.clone(),
        why: mismatch.why,
        diff,
    }
}

/// A failure that has nothing to compare.
fn plainly(why: impl Into<String>) -> Mismatch {
    Mismatch {
        why: why.into(),
        expected: String::new(),
        came: String::new(),
    }
}

impl Play<'_> {
    async fn perform(&mut self, step: &Step) -> Result<()> {
        let name = step.client.as_str();
        match &step.action {
            Action::Variable(variable, _) if self.scene.has(variable) => Ok(()),
            Action::Variable(variable, value) => {
                let value = Value::String(self.scene.expand(value));
                self.scene.set(variable, value);
                Ok(())
            }
            Action::Connect(connect) => self.connect(name, connect).await,
            Action::Send(payload) => self.send(name, payload).await,
            Action::Ping(text) => self.ping(name, text).await,
            Action::Close(code, reason) => self.close(name, *code, reason).await,
            Action::Expect(expectation) => self.expect(name, expectation).await,
        }
    }

    async fn connect(&mut self, name: &str, connect: &Connect) -> Result<()> {
        let told = |error: CommandError| plainly(error.told());
        let how = self.how(connect)?;
        let target = self.scene.expand(&connect.target);
        let (destination, connector) = how.prepare(&target, self.context).await.map_err(told)?;
        let outcome = connector.connect(&destination.target).await;
        let url = destination.target.to_string();
        self.clients.note(name, Entry::new("local", "open", url));
        match (outcome, connect.refused) {
            (Ok(session), None) => {
                self.clients.add(name, session, destination.limits);
                Ok(())
            }
            (Ok(_), Some(status)) => Err(plainly(format!(
                "the handshake was to be refused with {status}, and succeeded"
            ))),
            (Err(HandshakeError::Refused(answer)), Some(status)) if answer.status == status => Ok(()),
            (Err(error), _) => Err(told(error.into())),
        }
    }

    fn how(&self, connect: &Connect) -> Result<How> {
        let mut how = How::default();
        for (line, option) in &connect.options {
            self.apply(option, &mut how)
                .map_err(|why| plainly(format!("line {line}: {why}")))?;
        }
        Ok(how)
    }

    fn apply(&self, option: &ConnectOption, how: &mut How) -> std::result::Result<(), String> {
        let text = |text: &String| self.scene.expand(text);
        let file = |name: &String| self.scene.path(name);
        match option {
            ConnectOption::Header(name, value) => how.header.push(header(&format!("{}: {}", text(name), text(value)))?),
            ConnectOption::Param(name, value) => how.param.push((text(name), text(value))),
            ConnectOption::Subprotocol(name) => how.subprotocol.push(text(name)),
            ConnectOption::Origin(origin) => how.origin = Some(text(origin)),
            ConnectOption::Ca(name) => how.ca = Some(file(name)),
            ConnectOption::Insecure => how.insecure = true,
            ConnectOption::Iam => how.identity.iam = true,
            ConnectOption::App(name) => how.identity.app = Some(text(name)),
            ConnectOption::AppKey(key, secret) => {
                how.identity = Identity {
                    app_key: Some(text(key)),
                    app_secret_file: Some(file(secret)),
                    ..Identity::default()
                };
            }
            ConnectOption::AppCodeFile(name) => how.identity.app_code_file = Some(file(name)),
            ConnectOption::TokenFile(name) => how.identity.token_file = Some(file(name)),
        }
        Ok(())
    }

    async fn send(&mut self, name: &str, payload: &Payload) -> Result<()> {
        let unread = |error: std::io::Error| plainly(error.to_string());
        let text = match payload {
            Payload::Text(text) => self.scene.expand(text),
            Payload::Json(value) => self.scene.expand_json(value).to_string(),
            Payload::TextFile(file) => String::from_utf8(self.scene.file(file).map_err(unread)?)
                .map_err(|_| plainly(format!("`{file}` holds no text")))?,
            Payload::Binary(bytes) => return self.send_bytes(name, bytes.clone()).await,
            Payload::File(file) => {
                let bytes = self.scene.file(file).map_err(unread)?;
                return self.send_bytes(name, bytes).await;
            }
        };
        self.clients.note(name, Entry::new("sent", "text", text.clone()));
        let within = self.within;
        let Some(session) = self.clients.session(name) else {
            return Err(gone());
        };
        let outcome = timeout(within, session.send_text(text)).await;
        self.sent(name, outcome)
    }

    async fn send_bytes(&mut self, name: &str, bytes: Vec<u8>) -> Result<()> {
        let entry = Entry::new("sent", "binary", STANDARD.encode(&bytes));
        self.clients.note(name, entry);
        let within = self.within;
        let Some(session) = self.clients.session(name) else {
            return Err(gone());
        };
        let outcome = timeout(within, session.send_binary(bytes)).await;
        self.sent(name, outcome)
    }

    async fn ping(&mut self, name: &str, text: &str) -> Result<()> {
        let text = self.scene.expand(text);
        self.clients.note(name, Entry::new("sent", "ping", text.clone()));
        let within = self.within;
        let Some(session) = self.clients.session(name) else {
            return Err(gone());
        };
        let outcome = timeout(within, session.ping(text)).await;
        self.sent(name, outcome)
    }

    fn sent(
        &self,
        name: &str,
        outcome: std::result::Result<std::result::Result<(), SendError>, tokio::time::error::Elapsed>,
    ) -> Result<()> {
        match outcome {
            Ok(Ok(())) => Ok(()),
            Err(_) => Err(plainly("the other side does not read: it could not be sent in time")),
            Ok(Err(error)) => Err(match self.clients.end(name) {
                Some((closing, limits)) => plainly(explain(&closing, &limits)),
                None => plainly(error.to_string()),
            }),
        }
    }

    async fn close(&mut self, name: &str, code: u16, reason: &str) -> Result<()> {
        let reason = self.scene.expand(reason);
        let entry = Entry::new("sent", "close", format!("{code} {reason}").trim_end());
        self.clients.note(name, entry);
        let Some(session) = self.clients.session(name) else {
            return Err(gone());
        };
        let outcome = session.close(code, &reason).await;
        self.sent(name, Ok(outcome))?;
        match self.next(name, |_| false, self.within).await {
            Got::Ended(closing, _) if closing.clean => Ok(()),
            Got::Ended(closing, limits) => Err(plainly(explain(&closing, &limits))),
            Got::Event(_) | Got::Late => Err(plainly("the other side did not answer the close frame in time")),
        }
    }

    async fn next(&mut self, name: &str, wanted: fn(&Event) -> bool, within: Duration) -> Got {
        self.clients.next(name, wanted, Instant::now() + within).await
    }

    async fn expect(&mut self, name: &str, expectation: &Expectation) -> Result<()> {
        let within = expectation.within.unwrap_or(self.within);
        let until = Instant::now() + within;
        match &expectation.what {
            Expected::Message(checks) => self.message(name, checks, (until, expectation.passing)).await,
            Expected::Several { checks, any_order } => {
                let mut left: Vec<&Check> = checks.iter().collect();
                while !left.is_empty() {
                    let choice = if *any_order { left.len() } else { 1 };
                    let at = self.one_of(name, &left[..choice], (until, expectation.passing)).await?;
                    left.remove(at);
                }
                Ok(())
            }
            Expected::Pong(text) => self.pong(name, text.as_deref(), until).await,
            Expected::Close(code, reason) => {
                let reason = reason.as_ref().map(|reason| self.scene.expand(reason));
                self.closed(name, (*code, reason), (until, expectation.passing)).await
            }
            Expected::Nothing => match self.clients.next(name, is_message, until).await {
                Got::Late => Ok(()),
                Got::Ended(closing, limits) => Err(plainly(explain(&closing, &limits))),
                Got::Event(event) => Err(Mismatch {
                    why: "nothing was expected, and a message came".to_owned(),
                    expected: String::new(),
                    came: Entry::came(&event).data,
                }),
            },
        }
    }

    /// A message that every check fits; with `passing`, the first such.
    async fn message(&mut self, name: &str, checks: &[Check], (until, passing): (Instant, bool)) -> Result<()> {
        let mut passed = None;
        loop {
            let event = self.awaited(name, &checks[0].source, until, passed).await?;
            match checks.iter().try_for_each(|check| self.test(check, &event)) {
                Err(mismatch) if passing => passed = Some(mismatch),
                outcome => return outcome,
            }
        }
    }

    /// Which of the checks the next message fits.
    async fn one_of(&mut self, name: &str, checks: &[&Check], (until, passing): (Instant, bool)) -> Result<usize> {
        let mut passed = None;
        loop {
            let missing: Vec<&str> = checks.iter().map(|check| check.source.as_str()).collect();
            let event = self.awaited(name, &missing.join("\n"), until, passed).await?;
            let mut mismatches = Vec::new();
            for (at, check) in checks.iter().enumerate() {
                match self.test(check, &event) {
                    Ok(()) => return Ok(at),
                    Err(mismatch) => mismatches.push(mismatch),
                }
            }
            let mismatch = match mismatches.len() {
                1 => mismatches.swap_remove(0),
                _ => Mismatch {
                    why: "a message came that is none of those that are still missing".to_owned(),
                    expected: missing.join("\n"),
                    came: Entry::came(&event).data,
                },
            };
            match passing {
                true => passed = Some(mismatch),
                false => return Err(mismatch),
            }
        }
    }

    /// The next message in time; else what was missing, or why the last one that was passed over did not fit.
    async fn awaited(&mut self, name: &str, missing: &str, until: Instant, passed: Option<Mismatch>) -> Result<Event> {
        let began = Instant::now();
        match self.clients.next(name, is_message, until).await {
            Got::Event(event) => Ok(event),
            Got::Ended(closing, limits) => Err(Mismatch {
                why: format!("a message was expected: {}", explain(&closing, &limits)),
                expected: missing.to_owned(),
                came: String::new(),
            }),
            Got::Late => Err(match passed {
                Some(last) => Mismatch {
                    why: format!("no message fitted in time; the last: {}", last.why),
                    ..last
                },
                None => Mismatch {
                    why: format!("no message came within {:.1} s", began.elapsed().as_secs_f64()),
                    expected: missing.to_owned(),
                    came: String::new(),
                },
            }),
        }
    }

    fn test(&mut self, check: &Check, event: &Event) -> Result<()> {
        match event {
            Event::Text(text) => check.test(Message::Text(text), &mut self.scene),
            Event::Binary(bytes) => check.test(Message::Binary(bytes), &mut self.scene),
            other => Err(plainly(format!("{other:?} is no message"))),
        }
    }

    async fn pong(&mut self, name: &str, text: Option<&str>, until: Instant) -> Result<()> {
        match self
            .clients
            .next(name, |event| matches!(event, Event::Pong(_)), until)
            .await
        {
            Got::Event(Event::Pong(bytes)) => {
                let came = String::from_utf8_lossy(&bytes).into_owned();
                match text.map(|text| self.scene.expand(text)) {
                    Some(expected) if expected != came => Err(Mismatch {
                        why: "another pong came".to_owned(),
                        expected,
                        came,
                    }),
                    _ => Ok(()),
                }
            }
            Got::Ended(closing, limits) => Err(plainly(explain(&closing, &limits))),
            Got::Event(_) | Got::Late => Err(plainly("no pong came in time")),
        }
    }

    async fn closed(
        &mut self,
        name: &str,
        (code, reason): (Option<u16>, Option<String>),
        (until, passing): (Instant, bool),
    ) -> Result<()> {
        let wanted = if passing { |_: &Event| false } else { is_message };
        let (closing, limits) = match self.clients.next(name, wanted, until).await {
            Got::Ended(closing, limits) => (closing, limits),
            Got::Late => return Err(plainly("the connection was not closed in time")),
            Got::Event(event) => {
                return Err(Mismatch {
                    why: "the connection was to be closed, and a message came; `await close` passes messages over"
                        .to_owned(),
                    expected: String::new(),
                    came: Entry::came(&event).data,
                });
            }
        };
        let expected = (code.unwrap_or(closing.code), reason.as_ref().unwrap_or(&closing.reason));
        match expected == (closing.code, &closing.reason) {
            true => Ok(()),
            false => Err(Mismatch {
                why: explain(&closing, &limits),
                expected: format!("close {} \"{}\"", expected.0, expected.1),
                came: format!("close {} \"{}\"", closing.code, closing.reason),
            }),
        }
    }
}

fn is_message(event: &Event) -> bool {
    matches!(event, Event::Text(_) | Event::Binary(_))
}

fn gone() -> Mismatch {
    plainly("nobody is connected")
}
