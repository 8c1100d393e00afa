//! What happens during a deploy: a spinner each on a terminal, a line each off it, or JSON lines for a program.

use super::super::stack::show;
use crate::app::{Endpoint, StackEvent};
use crate::plan::{Address, Change, Plan};
use crate::ui::{Step, Ui};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Whoever is told.
pub(in crate::cli) struct Teller<'a> {
    ui: &'a Ui,
    /// Whether a program reads along.
    data: bool,
    steps: RefCell<BTreeMap<Address, Step>>,
}

impl<'a> Teller<'a> {
    pub(in crate::cli) fn new(ui: &'a Ui, data: bool) -> Self {
        Self {
            ui,
            data,
            steps: RefCell::default(),
        }
    }

    /// Whether a program reads along on stdout.
    pub(in crate::cli) fn is_data(&self) -> bool {
        self.data
    }

    /// Says what is to be done.
    pub(in crate::cli) fn begin(&self, plan: &Plan) {
        self.line("planned", json!({"stack": plan.stack, "summary": plan.summary}));
    }

    /// Says what happened.
    pub(in crate::cli) fn tell(&self, event: &StackEvent<'_>) {
        match event {
            StackEvent::Started(change) => {
                self.line("started", data(change));
                let step = self.ui.step(label(change));
                self.steps.borrow_mut().insert(change.address.clone(), step);
            }
            StackEvent::Noted(change, text) => {
                if let Some(step) = self.steps.borrow().get(&change.address) {
                    step.note(text);
                }
            }
            StackEvent::Done(change, took) => {
                let mut data = data(change);
                data["milliseconds"] = json!(took.as_millis());
                self.line("done", data);
                if let Some(step) = self.steps.borrow_mut().remove(&change.address) {
                    step.done("");
                }
            }
            StackEvent::Failed(change, why) => {
                let mut data = data(change);
                data["error"] = json!(why);
                self.line("failed", data);
                drop(self.steps.borrow_mut().remove(&change.address));
                self.ui.status(format_args!("{}: failed", label(change)));
            }
        }
    }

    /// Says whether a URL works.
    pub(in crate::cli) fn proved(&self, endpoint: &Endpoint, error: Option<String>) {
        self.line("proved", json!({"endpoint": endpoint, "error": error}));
    }

    /// Says what came of it all.
    pub(in crate::cli) fn end(&self, outcome: &impl Serialize) {
        self.line("finished", json!(outcome));
    }

    /// A line for a program. A reader that went away is told by what is written at the end.
    fn line(&self, event: &str, mut data: Value) {
        if self.data {
            data["event"] = event.into();
            data["time"] = Timestamp::now().to_string().into();
            let _ = self.ui.data(&data.to_string());
        }
    }
}

fn data(change: &Change) -> Value {
    let mut data = json!(change.address);
    data["action"] = json!(change.action);
    data
}

/// What is on a gateway stands under it.
fn label(change: &Change) -> String {
    let (sign, _) = show::sign(change.action);
    let under = match change.address.gateway.is_empty() {
        true => "",
        false => "  ",
    };
    format!("{under}{sign} {}", change.address)
}
