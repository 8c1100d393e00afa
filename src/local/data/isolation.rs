//! Whether each instance has a machine of its own: found once, by trying.

#[cfg(target_os = "linux")]
use crate::sys::cgroup::Parent;
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared, ready};
use std::io;
use std::path::Path;
#[cfg(target_os = "linux")]
use std::path::PathBuf;
use std::sync::Arc;

/// Why there is none where none is wanted.
const SWITCHED_OFF: &str = "it is switched off";

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IsolationSetting {
    /// A machine of its own for each instance, where the system allows it.
    Auto,
    /// One function at a time on this machine's own port.
    Off,
}

/// What there is.
#[derive(Debug)]
pub(super) enum Isolation {
    /// Each instance has a machine of its own.
    #[cfg(target_os = "linux")]
    Own(Possible),
    /// All share this machine, and why.
    Shared(String),
}

/// What there is, while it is being found out. All clones find the same.
#[derive(Clone, Debug)]
pub(in crate::local) struct IsolationFinding(Shared<BoxFuture<'static, Arc<Isolation>>>);

impl IsolationFinding {
    /// Begins to find out what the system allows, with files in `folder`: it takes some milliseconds of another process,
    /// in which there is something else to do. Needs a tokio runtime.
    pub(in crate::local) fn begin(setting: IsolationSetting, folder: &Path) -> Self {
        let folder = folder.to_owned();
        let finding = tokio::spawn(async move { Isolation::find(setting, &folder).await });
        let found = async {
            let found = finding
                .await
                .unwrap_or_else(|error| Isolation::Shared(error.to_string()));
            Arc::new(found)
        };
        Self(found.boxed().shared())
    }

    /// Nothing to find out.
    pub(in crate::local) fn off() -> Self {
        let off = Isolation::Shared(SWITCHED_OFF.to_owned());
        Self(ready(Arc::new(off)).boxed().shared())
    }

    /// What there is.
    pub(super) async fn found(&self) -> Arc<Isolation> {
        self.0.clone().await
    }
}

/// What of a machine of its own is possible here.
#[cfg(target_os = "linux")]
#[derive(Debug)]
pub(super) struct Possible {
    /// Whether the host has the folder below which the platform has its own.
    pub(super) opt: bool,
    /// What carries an instance's network over the host's, if the machine has it.
    pub(super) pasta: Option<PathBuf>,
    /// Where the control groups of instances are made, or why there are none.
    pub(super) memory: Result<Parent, String>,
}

impl Isolation {
    /// Finds out what the system allows, with files in `folder`.
    pub(super) async fn find(setting: IsolationSetting, folder: &Path) -> Self {
        match setting {
            IsolationSetting::Off => Self::Shared(SWITCHED_OFF.to_owned()),
            IsolationSetting::Auto => attempt(folder).await,
        }
    }

    /// Why a function with public access reaches nothing outside, found by trying with files in `folder`.
    async fn no_public_access(&self, folder: &Path) -> Option<String> {
        match self {
            #[cfg(target_os = "linux")]
            Self::Own(possible) => linux::no_public_access(folder, possible).await,
            // It has this machine's own network.
            Self::Shared(_) => {
                let _ = folder;
                None
            }
        }
    }

    /// Whether each instance has a machine of its own.
    pub(super) fn is_own(&self) -> bool {
        !matches!(self, Self::Shared(_))
    }

    /// What an instance reaches outside of its machine, in words; `forwards` is declared.
    pub(super) fn network(&self, forwards: &[u16]) -> String {
        let declared = match forwards.is_empty() {
            true => "nothing is forwarded".to_owned(),
            false => format!("forwarded ports {forwards:?}"),
        };
        match self {
            #[cfg(target_os = "linux")]
            Self::Own(possible) => match &possible.pasta {
                Some(_) => format!("{declared}; with public access, what this machine reaches, by pasta"),
                None => format!("{declared}; no public access, because {}", super::pasta::MISSING),
            },
            Self::Shared(_) => "this machine's own".to_owned(),
        }
    }

    /// In a word, and why where it is not.
    pub(super) fn describe(&self) -> String {
        match self {
            #[cfg(target_os = "linux")]
            Self::Own(_) => "namespaces".to_owned(),
            Self::Shared(why) => format!("none: {why}"),
        }
    }
}

/// What this machine can do for functions.
#[derive(Debug)]
pub(crate) struct Abilities {
    /// `namespaces`, or `none: ` and why.
    pub(crate) isolation: String,
    /// Why a function's memory cannot be limited; nothing where it can.
    pub(crate) memory_unlimited: Option<String>,
    /// Why a function with public access reaches nothing outside; nothing where it does.
    pub(crate) no_public_access: Option<String>,
}

/// Finds out what this machine can do, by trying.
///
/// # Errors
/// There is no temporary folder to try in.
pub(crate) async fn abilities() -> io::Result<Abilities> {
    let folder = std::env::temp_dir().join(format!("fgctl-doctor-{}", uuid::Uuid::new_v4().simple()));
    std::fs::create_dir(&folder)?;
    let found = Isolation::find(IsolationSetting::Auto, &folder).await;
    let no_public_access = found.no_public_access(&folder).await;
    std::fs::remove_dir_all(&folder)?;
    let memory_unlimited = match &found {
        #[cfg(target_os = "linux")]
        Isolation::Own(possible) => possible.memory.as_ref().err().cloned(),
        Isolation::Shared(_) => Some("functions share this machine".to_owned()),
    };
    Ok(Abilities {
        isolation: found.describe(),
        memory_unlimited,
        no_public_access,
    })
}

#[cfg(not(target_os = "linux"))]
async fn attempt(_folder: &Path) -> Isolation {
    Isolation::Shared("this system has no namespaces".to_owned())
}

#[cfg(target_os = "linux")]
use linux::attempt;

#[cfg(target_os = "linux")]
mod linux {
    use super::{Isolation, Possible};
    use crate::local::data::forward::Forwarding;
    use crate::local::data::machine::Machine;
    use crate::local::data::pasta;
    use crate::sys::cgroup::Parent;
    use crate::sys::machine::{Function, Message, OPT, Outside, Specification};
    use std::fs;
    use std::io;
    use std::path::Path;
    use std::time::Duration;

    /// How long a machine may take to stand.
    const PATIENCE: Duration = Duration::from_secs(5);
    const MEMORY: u64 = 64 << 20;

    pub(super) async fn attempt(folder: &Path) -> Isolation {
        let mut possible = Possible {
            opt: Path::new(OPT).is_dir(),
            pasta: pasta::find(),
            memory: Parent::find(),
        };
        if let Ok(parent) = &possible.memory {
            parent.sweep();
            // The group may be there and still take no process of this user.
            match make(folder, &possible, None).await {
                Ok(()) => return Isolation::Own(possible),
                Err(why) => possible.memory = Err(why),
            }
        }
        match make(folder, &possible, None).await {
            Ok(()) => Isolation::Own(possible),
            Err(why) => Isolation::Shared(why),
        }
    }

    /// Why no way leads out of a machine, found by trying.
    pub(super) async fn no_public_access(folder: &Path, possible: &Possible) -> Option<String> {
        match &possible.pasta {
            None => Some(pasta::MISSING.to_owned()),
            Some(pasta) => make(folder, possible, Some(pasta::outside(pasta))).await.err(),
        }
    }

    /// Makes a machine, which is gone at once.
    async fn make(folder: &Path, possible: &Possible, outside: Option<Outside>) -> Result<(), String> {
        let folder = folder.join("try");
        let made = attempt_in(&folder, possible, outside).await;
        let _ = fs::remove_dir_all(&folder);
        made.map_err(|error| error.to_string())
    }

    async fn attempt_in(folder: &Path, possible: &Possible, outside: Option<Outside>) -> io::Result<()> {
        let wanted = outside.as_ref().map_or(Message::Standing, |_| Message::Outside(true));
        let scratch = folder.join("tmp");
        fs::create_dir_all(&scratch)?;
        let group = possible.memory.as_ref().ok().map(|parent| parent.create("try", MEMORY));
        let group = group.transpose()?;
        let function = Function {
            code: scratch.clone(),
            links: Vec::new(),
        };
        let specification = Specification {
            name: "try".to_owned(),
            folder: folder.to_owned(),
            scratch,
            function: possible.opt.then_some(function),
            shown: Vec::new(),
            cgroup: group.as_ref().map(|group| group.path().to_owned()),
            open_files: 64,
            processes: 64,
            batch: 1,
            forwards: Vec::new(),
            outside,
            program: None,
        };
        let (machine, mut helper) = Machine::start(&specification, Forwarding::default())?;
        let said = tokio::time::timeout(PATIENCE, last_word(&machine, &wanted)).await;
        machine.close();
        let ended = tokio::time::timeout(PATIENCE, helper.wait()).await;
        match (said, ended) {
            (Ok(Some(message)), Ok(_)) if message == wanted => Ok(()),
            (Ok(Some(Message::Outside(false))), _) => Err(io::Error::other(pasta::SILENT)),
            (Ok(Some(Message::Failed(why))), _) => Err(io::Error::other(why)),
            _ => Err(io::Error::other("a machine did not come up in time")),
        }
    }

    /// The first message that `machine` cannot go on after: what is wanted, or why that is not to be had.
    async fn last_word(machine: &Machine, wanted: &Message) -> Option<Message> {
        loop {
            match machine.next().await {
                Some(Message::Standing | Message::Forwards) if *wanted != Message::Standing => {}
                message => return message,
            }
        }
    }
}
