//! `fgctl dev`: a folder of code, or what its manifest declares, on a throw-away local cloud, replaced as it changes.

use super::error::CommandError;
use super::function_settings::variable;
use super::global::Context;
use super::interrupted;
use super::local::{Isolation, PhysicsArgs};
use super::packed::packed;
use super::stack::{self, Source};
use crate::app::Protocol;
use crate::local;
use crate::package::Archive;
use crate::studio::dev::{self, DevError, Manifested, Project, Serving, Surroundings, Told, Work};
use crate::ui::{Format, Report, Tone, Ui};
use crate::wire::rule;
use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::sync::mpsc;

/// What counts where an option is left out.
const PATH: &str = "/";
const MEMORY: i64 = 128;
const TIMEOUT: i64 = 60;
const BACKEND_TIMEOUT: i64 = 5000;

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  fgctl dev\n  fgctl dev chat --path /chat --protocol http --forward 6379 --env REDIS_URL=redis://127.0.0.1:6379\n  fgctl dev --once\n  fgctl dev shop --environment test\n\nA folder with fgctl.toml is deployed as the manifest says; what shapes the one function of another folder stands there then.\n\nKeys: r replaces the code though it did not change, q ends."
)]
pub(super) struct Dev {
    /// Folder of code, with its bootstrap; or of a manifest, fgctl.toml
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,
    /// Name of the function; else the folder's
    #[arg(long)]
    name: Option<String>,
    /// Environment of the manifest
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,
    /// Path of the URL, and of all below [default: /]
    #[arg(long)]
    path: Option<String>,
    /// Request protocol: https, the default, makes wss://, http makes ws://
    #[arg(long, value_enum)]
    protocol: Option<Scheme>,
    /// Memory in MB [default: 128]
    #[arg(long, allow_negative_numbers = true)]
    memory: Option<i64>,
    /// Execution timeout in seconds [default: 60]
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true)]
    timeout: Option<i64>,
    /// Backend timeout in milliseconds: how long a socket may be silent [default: 5000]
    #[arg(long, value_name = "MS", allow_negative_numbers = true)]
    backend_timeout: Option<i64>,
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
    /// The folder.
    ///
    /// # Errors
    /// It is none.
    fn folder(&self) -> Result<PathBuf, CommandError> {
        let folder = self.folder.canonicalize();
        folder
            .and_then(|folder| folder.read_dir().map(|_| folder))
            .map_err(|_| {
                CommandError::usage(format!("`{}` is no folder that can be read", self.folder.display()))
                    .hint("name the folder that holds the bootstrap: fgctl dev DIR")
            })
    }

    /// # Errors
    /// An option says what the manifest has to say.
    fn leaves_it_to_the_manifest(&self) -> Result<(), CommandError> {
        let options = [
            ("--name", self.name.is_some(), "the function's table is called so"),
            ("--path", self.path.is_some(), "`path` of its trigger"),
            ("--protocol", self.protocol.is_some(), "`protocol` of its trigger"),
            ("--memory", self.memory.is_some(), "`memory` of the function"),
            ("--timeout", self.timeout.is_some(), "`timeout` of the function"),
            (
                "--backend-timeout",
                self.backend_timeout.is_some(),
                "`timeout` of its trigger",
            ),
            (
                "--concurrency",
                self.concurrency.is_some(),
                "`concurrency` of the function",
            ),
            ("--env", !self.variables.is_empty(), "`env` of the function"),
        ];
        match options.iter().find(|(_, is_given, _)| *is_given) {
            None => Ok(()),
            Some((option, _, place)) => Err(CommandError::usage(format!(
                "{option} is for a folder without a manifest, and `{}` has one",
                self.folder.display()
            ))
            .hint(format_args!("say it there: {place} in {}", stack::FILE))),
        }
    }

    /// The function of a `folder` without a manifest.
    ///
    /// # Errors
    /// It breaks a rule.
    fn project(&self, folder: PathBuf) -> Result<Project, CommandError> {
        if self.environment.is_some() {
            let text = format!(
                "--environment is one of a manifest, and `{}` has none",
                self.folder.display()
            );
            return Err(CommandError::usage(text).hint("make one: fgctl init"));
        }
        let project = Project {
            name: self.name.clone().unwrap_or_else(|| Project::name_of(&folder)),
            folder,
            memory: self.memory.unwrap_or(MEMORY),
            timeout: self.timeout.unwrap_or(TIMEOUT),
            concurrency: self.concurrency,
            variables: self.variables.clone(),
            path: self.path.clone().unwrap_or_else(|| PATH.to_owned()),
            protocol: self.protocol.unwrap_or(Scheme::Https).into(),
            backend_timeout: self.backend_timeout.unwrap_or(BACKEND_TIMEOUT),
        };
        let rules = [
            rule::function_name(&project.name),
            rule::request_path(&project.path),
            rule::memory_size(project.memory),
            rule::execution_timeout(project.timeout),
            rule::backend_timeout(project.backend_timeout),
            project.concurrency.map_or(Ok(()), rule::requests_per_instance),
        ];
        let kept: Result<(), _> = rules.into_iter().collect();
        kept.map_err(|broken| CommandError::usage(broken.to_string()))?;
        Ok(project)
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
            DevError::Manifest(faults) => Self::usage(faults),
            DevError::Interrupted => Self::interrupted(),
            DevError::Function(_) => failed(error),
            DevError::Folder(_) => {
                failed(error).hint("make room in the temporary folder, or name another one: TMPDIR=DIR")
            }
        }
    }
}

pub(super) async fn run(args: Dev, context: &Context) -> Result<(), CommandError> {
    let (folder, ui) = (args.folder()?, &context.ui);
    let source = Source {
        file: folder.join(stack::FILE),
        env: args.environment.clone(),
    };
    let read = || stack::declared(&source, context);
    let work = match source.file.is_file() {
        true => {
            args.leaves_it_to_the_manifest()?;
            read().map_err(CommandError::usage)?;
            Work::Manifest(Manifested {
                folder,
                read: &read,
                ui,
            })
        }
        false => Work::Folder(args.project(folder)?),
    };
    let names_functions = matches!(work, Work::Manifest(_));
    let surroundings = Surroundings {
        first_group_port: args.ingress_port,
        inherited: context.inherited(),
        isolation: args.isolation.into(),
        physics: args.physics.physics().map_err(CommandError::usage)?,
    };
    let dev = dev::Dev::start(work, surroundings).await?;
    let app = context.app_on(dev.runtime()).await?;
    let teller = Teller::new(ui, (args.once, names_functions), &dev.runtime().state);
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
    /// Whether lines of a log say of which function they are.
    names_functions: bool,
    state: PathBuf,
    /// Whether it was told how to reach the local cloud.
    hinted: Cell<bool>,
    /// The URLs that were told.
    urls: RefCell<BTreeSet<String>>,
    /// What packing did last.
    notes: RefCell<Vec<String>>,
    /// Stdout took no more.
    failed: RefCell<Option<io::Error>>,
    broken: tokio::sync::Notify,
}

impl<'a> Teller<'a> {
    fn new(ui: &'a Ui, (once, names_functions): (bool, bool), state: &Path) -> Self {
        Self {
            ui,
            once,
            names_functions,
            hinted: Cell::new(false),
            urls: RefCell::default(),
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
            Told::Made(made) => {
                made.iter().for_each(|one| self.ui.status(one));
                Ok(())
            }
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
            function,
            url,
            revision,
            replaced,
        } = serving;
        let took = took.as_millis();
        let data = json!({
            "event": "serving", "function": function, "url": url, "revision": revision, "replaced_sockets": replaced,
            "milliseconds": took,
        });
        let is_new = url
            .as_ref()
            .is_some_and(|url| self.urls.borrow_mut().insert(url.clone()));
        match replaced.is_none() || is_new {
            true => self.first(serving, &data)?,
            false if self.is_for_programs() => self.ui.data(&data.to_string())?,
            false => {}
        }
        let told = match replaced {
            Some(1) => "; 1 socket was closed with 1012".to_owned(),
            Some(sockets @ 2..) => format!("; {sockets} sockets were closed with 1012"),
            _ => String::new(),
        };
        let of = function.as_ref().map(|name| format!(" of {name}")).unwrap_or_default();
        self.ui.status(format_args!(
            "now serving revision {revision}{of} after {took} ms{told}"
        ));
        if !self.once && !self.hinted.replace(true) {
            let state = self.state.display();
            self.ui.hint(format_args!(
                "in another terminal: eval \"$(fgctl local env --state {state})\""
            ));
        }
        Ok(())
    }

    fn first(&self, serving: &Serving, data: &Value) -> io::Result<()> {
        if self.is_for_programs() && (!self.once || self.names_functions) {
            return self.ui.data(&data.to_string());
        }
        let fields = vec![
            ("Function", serving.function.clone()),
            ("URL", serving.url.clone()),
            ("Revision", Some(serving.revision.clone())),
        ];
        let name = serving
            .url
            .as_deref()
            .or(serving.function.as_deref())
            .unwrap_or_default();
        self.ui.show(&Report::item(data, name, fields))
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
                let who = match self.names_functions {
                    true => format!("{} {}", text("function"), text("instance")),
                    false => text("instance").to_owned(),
                };
                self.ui.line(&who, text("text"), tone)
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
