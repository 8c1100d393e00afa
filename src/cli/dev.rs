//! `fgctl dev`: a folder of code on a throw-away local cloud, replaced as it changes.

use super::error::CommandError;
use super::function_settings::variable;
use super::global::Context;
use super::interrupted;
use super::local::{Isolation, PhysicsArgs};
use super::packed::packed;
use crate::app::Protocol;
use crate::local;
use crate::package::Archive;
use crate::studio::dev::{self, DevError, Project, Serving, Surroundings, Told};
use crate::ui::{Format, Report, Tone, Ui};
use crate::wire::rule;
use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::sync::mpsc;

/// What a manifest is called.
const MANIFEST: &str = "fgctl.toml";

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  fgctl dev\n  fgctl dev chat --path /chat --protocol http --forward 6379 --env REDIS_URL=redis://127.0.0.1:6379\n  fgctl dev --once\n\nKeys: r replaces the code though it did not change, q ends."
)]
pub(super) struct Dev {
    /// Folder of code, with its bootstrap
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,
    /// Name of the function; else the folder's
    #[arg(long)]
    name: Option<String>,
    /// Path of the URL, and of all below
    #[arg(long, default_value = "/")]
    path: String,
    /// Request protocol: https makes wss://, http makes ws://
    #[arg(long, value_enum, default_value_t = Scheme::Https)]
    protocol: Scheme,
    /// Memory in MB
    #[arg(long, default_value_t = 128, allow_negative_numbers = true)]
    memory: i64,
    /// Execution timeout in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60, allow_negative_numbers = true)]
    timeout: i64,
    /// Backend timeout in milliseconds: how long a socket may be silent
    #[arg(long, value_name = "MS", default_value_t = 5000, allow_negative_numbers = true)]
    backend_timeout: i64,
    /// Requests and sockets that an instance takes at a time, 1 to 1000
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    concurrency: Option<i64>,
    /// Environment variable of the function (can be repeated)
    #[arg(long = "env", value_name = "NAME=VALUE", value_parser = variable)]
    variables: Vec<(String, String)>,
    /// Deploy, prove that the URL opens a WebSocket, and end
    #[arg(long)]
    once: bool,
    /// First port of the API groups, each of which takes the next free one; 0 takes any
    #[arg(long, value_name = "PORT", default_value_t = local::DEFAULT_PORT + 1)]
    ingress_port: u16,
    /// Whether each instance of a function gets a machine of its own
    #[arg(long, value_enum, default_value_t = Isolation::Auto)]
    isolation: Isolation,
    #[command(flatten)]
    physics: PhysicsArgs,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Scheme {
    /// ws://, not encrypted
    Http,
    /// wss://
    Https,
}

impl From<Scheme> for Protocol {
    fn from(scheme: Scheme) -> Self {
        match scheme {
            Scheme::Http => Self::Http,
            Scheme::Https => Self::Https,
        }
    }
}

impl Dev {
    /// # Errors
    /// What is to be deployed breaks a rule, or its folder is none.
    fn project(&self) -> Result<Project, CommandError> {
        let folder = self.folder.canonicalize();
        let Ok(folder) = folder.and_then(|folder| folder.read_dir().map(|_| folder)) else {
            return Err(
                CommandError::usage(format!("`{}` is no folder that can be read", self.folder.display()))
                    .hint("name the folder that holds the bootstrap: fgctl dev DIR"),
            );
        };
        let name = self.name.clone().unwrap_or_else(|| Project::name_of(&folder));
        let rules = [
            rule::function_name(&name),
            rule::request_path(&self.path),
            rule::memory_size(self.memory),
            rule::execution_timeout(self.timeout),
            rule::backend_timeout(self.backend_timeout),
            self.concurrency.map_or(Ok(()), rule::requests_per_instance),
        ];
        rules
            .into_iter()
            .collect::<Result<(), _>>()
            .map_err(|broken| CommandError::usage(broken.to_string()))?;
        Ok(Project {
            folder,
            name,
            memory: self.memory,
            timeout: self.timeout,
            concurrency: self.concurrency,
            variables: self.variables.clone(),
            path: self.path.clone(),
            protocol: self.protocol.into(),
            backend_timeout: self.backend_timeout,
        })
    }
}

impl From<DevError> for CommandError {
    fn from(error: DevError) -> Self {
        let failed = |error: DevError| Self::from(io::Error::other(error));
        match error {
            DevError::Start(error) => error.into(),
            DevError::App(error) => error.into(),
            DevError::Url(error) => error.into(),
            DevError::Handshake(ref refused) => Self::check(format!("{error}: {refused}"))
                .hint("open the path that the function's server has its WebSocket at: --path PATH"),
            DevError::Interrupted => Self::interrupted(),
            DevError::Function(_) => failed(error),
            DevError::Folder(_) => {
                failed(error).hint("make room in the temporary folder, or name another one: TMPDIR=DIR")
            }
        }
    }
}

pub(super) async fn run(args: Dev, context: &Context) -> Result<(), CommandError> {
    let (project, ui) = (args.project()?, &context.ui);
    if project.folder.join(MANIFEST).is_file() {
        ui.warning(format_args!(
            "`{MANIFEST}` is not read: dev deploys the folder as one function"
        ));
    }
    let surroundings = Surroundings {
        first_group_port: args.ingress_port,
        inherited: context.inherited(),
        isolation: args.isolation.into(),
        physics: args.physics.physics().map_err(CommandError::usage)?,
    };
    let dev = dev::Dev::start(project, surroundings).await?;
    let app = context.app_on(dev.runtime()).await?;
    let teller = Teller::new(ui, args.once, &dev.runtime().state);
    let tell = |told: Told<'_>| teller.tell(told);
    if args.once {
        dev.once(&app, interrupted(), &tell).await?;
    } else {
        let (wish, mut wishes) = mpsc::unbounded_channel();
        dev.run(&app, &mut wishes, until_left(ui, wish, &teller), &tell).await?;
    }
    teller.end()
}

/// Ends when the user wants to leave; passes wishes for a replacement on.
async fn until_left(ui: &Ui, wish: mpsc::UnboundedSender<()>, teller: &Teller<'_>) {
    let mut keys = ui.keys();
    let typed = async {
        let Some(keys) = &mut keys else {
            return std::future::pending().await;
        };
        ui.status("keys: r replaces the code, q ends");
        loop {
            match keys.next().await {
                'r' | 'R' => drop(wish.send(())),
                'q' | 'Q' => return,
                _ => {}
            }
        }
    };
    tokio::select! {
        () = typed => {}
        () = interrupted() => {}
        () = teller.broken.notified() => {}
    }
}

/// Tells what happens: data on stdout, talk on stderr.
struct Teller<'a> {
    ui: &'a Ui,
    once: bool,
    state: PathBuf,
    /// What packing did last.
    notes: RefCell<Vec<String>>,
    /// Stdout took no more.
    failed: RefCell<Option<io::Error>>,
    broken: tokio::sync::Notify,
}

impl<'a> Teller<'a> {
    fn new(ui: &'a Ui, once: bool, state: &Path) -> Self {
        Self {
            ui,
            once,
            state: state.to_owned(),
            notes: RefCell::default(),
            failed: RefCell::default(),
            broken: tokio::sync::Notify::new(),
        }
    }

    fn end(self) -> Result<(), CommandError> {
        self.failed.into_inner().map_or(Ok(()), |error| Err(error.into()))
    }

    fn tell(&self, told: Told<'_>) {
        let shown = match told {
            Told::Packed(archive) => {
                self.packed(archive);
                Ok(())
            }
            Told::Serving(serving, took) => self.serving(serving, took),
            Told::Failed(error, serves) => self.failure(error.into(), serves),
            Told::Event(event) => self.event(event),
            Told::Unchanged => {
                self.ui.status("the code is the same");
                Ok(())
            }
            Told::Polling(why) => {
                self.ui.warning(format_args!(
                    "the folder is looked at twice a second, because the system does not tell of changes: {why}"
                ));
                Ok(())
            }
            Told::Blind(why) => {
                self.ui.warning(format_args!("changes are not seen: {why}"));
                Ok(())
            }
        };
        if let Err(error) = shown {
            *self.failed.borrow_mut() = Some(error);
            self.broken.notify_one();
        }
    }

    /// What packing did is told again only when it is something else.
    fn packed(&self, archive: &Archive) {
        let notes: Vec<String> = archive.notes.iter().map(ToString::to_string).collect();
        if self.notes.replace(notes.clone()) != notes {
            packed(self.ui, archive);
        }
    }

    /// Whether data is for a program, one JSON a line.
    fn is_for_programs(&self) -> bool {
        matches!(self.ui.format(), Format::Json | Format::Yaml)
    }

    fn serving(&self, serving: &Serving, took: Duration) -> io::Result<()> {
        let Serving {
            url,
            revision,
            replaced,
        } = serving;
        let took = took.as_millis();
        let data = json!({
            "event": "serving", "url": url, "revision": revision, "replaced_sockets": replaced, "milliseconds": took,
        });
        match replaced {
            None => self.first(serving, &data)?,
            Some(_) if self.is_for_programs() => self.ui.data(&data.to_string())?,
            Some(_) => {}
        }
        let told = match replaced {
            Some(1) => "; 1 socket was closed with 1012".to_owned(),
            Some(sockets @ 2..) => format!("; {sockets} sockets were closed with 1012"),
            _ => String::new(),
        };
        self.ui
            .status(format_args!("now serving revision {revision} after {took} ms{told}"));
        if replaced.is_none() && !self.once {
            let state = self.state.display();
            self.ui.hint(format_args!(
                "in another terminal: eval \"$(fgctl local env --state {state})\""
            ));
        }
        Ok(())
    }

    fn first(&self, serving: &Serving, data: &Value) -> io::Result<()> {
        if self.is_for_programs() && !self.once {
            return self.ui.data(&data.to_string());
        }
        let fields = vec![
            ("URL", Some(serving.url.clone())),
            ("Revision", Some(serving.revision.clone())),
        ];
        self.ui.show(&Report::item(data, &serving.url, fields))
    }

    fn failure(&self, error: CommandError, serves: bool) -> io::Result<()> {
        error.show(self.ui);
        let text = match serves {
            true => "the code before this change serves on",
            false => "nothing serves yet; waiting for a change",
        };
        self.ui.status(text);
        match self.is_for_programs() {
            true => self
                .ui
                .data(&json!({"event": "failed", "error": error.told(), "serving": serves}).to_string()),
            false => Ok(()),
        }
    }

    fn event(&self, event: &Value) -> io::Result<()> {
        let text = |name: &str| event[name].as_str().unwrap_or("-");
        match (self.ui.format(), text("event")) {
            (Format::Json | Format::Yaml, _) => self.ui.data(&event.to_string()),
            (Format::Name, "log") => self.ui.message(text("text")),
            (Format::Table, "log") => {
                let tone = match text("stream") {
                    "stderr" => Tone::Bad,
                    "system" => Tone::Aside,
                    _ => Tone::Plain,
                };
                self.ui.line(text("instance"), text("text"), tone)
            }
            (Format::Table, "request") => {
                let request = format!("{} {} {}", text("method"), text("path"), event["status"]);
                let note = event["note"]
                    .as_str()
                    .map(|note| format!(": {note}"))
                    .unwrap_or_default();
                self.ui.line("gateway ", &format!("{request}{note}"), Tone::Aside)
            }
            _ => Ok(()),
        }
    }
}
