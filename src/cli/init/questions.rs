//! The questions about the project itself, in the guide's order.

use super::super::error::CommandError;
use super::answers::{Answers, Question};
use super::found::{Found, PACKAGES};
use super::gateway::{self, Live};
use super::project::{Code, Project, Trigger};
use super::{ci, template};
use crate::app::{Budget, Silence, UNKNOWN, ping_interval};
use crate::ui::Ui;
use crate::wire::rule;
use std::path::Path;
use std::time::Duration;

/// How long most applications want to be connected at least.
const A_WHILE: Duration = Duration::from_secs(60);
/// How long the clock is silent.
const TICK: Duration = Duration::from_secs(2);

/// Asks everything that `folder` does not tell.
///
/// # Errors
/// A wrong answer, or none.
pub(super) async fn ask(
    answers: &mut Answers<'_>,
    (folder, region): (&Path, Option<String>),
    live: &Live<'_>,
) -> Result<Project, CommandError> {
    let found = Found::of(folder);
    let name = ("name", "--name", "Stack's name");
    let name = ruled(answers, name, stack_name(folder), &rule::stack_name)?;
    let proposed = name.trim_end_matches(['-', '_']).to_owned();
    let function = ("function", "--function", "Function's name");
    let function = ruled(answers, function, proposed, &rule::function_name)?;
    let (code, runtime) = code(answers, &found)?;
    let project = Project {
        execution_timeout: execution_timeout(answers)?,
        gateway: gateway::ask(answers, live).await?,
        trigger: trigger(answers, &word(&function))?,
        ci: ci_kind(answers)?,
        name,
        region,
        function,
        code,
        runtime,
    };
    warn(&project, live.ui);
    Ok(project)
}

fn execution_timeout(answers: &mut Answers<'_>) -> Result<i64, CommandError> {
    let question = Question {
        name: "execution-timeout",
        flag: "--execution-timeout",
        text: "Execution timeout in seconds, the longest life of a connection (3 to 259200)",
        proposed: Some("900".to_owned()),
    };
    answers.number(question, &rule::execution_timeout)
}

/// The way in, with names of the function's `word`.
fn trigger(answers: &mut Answers<'_>, word: &str) -> Result<Trigger, CommandError> {
    let group = ("group", "--group", "API group");
    let group = ruled(answers, group, format!("APIGroup_{word}"), &rule::group_name)?;
    let name = ("trigger", "--trigger", "Trigger's name");
    let name = ruled(answers, name, format!("API_{word}"), &rule::api_name)?;
    let path = ("path", "--path", "Path of the URL");
    let path = ruled(answers, path, format!("/{word}"), &rule::request_path)?;
    let auth = auth(answers)?;
    let app = match auth.as_str() {
        "app" => {
            let app = ("app", "--app", "App that may call");
            Some(ruled(answers, app, format!("app_{word}"), &rule::app_name)?)
        }
        _ => None,
    };
    Ok(Trigger {
        group,
        name,
        path,
        auth,
        app,
        backend_timeout: backend_timeout(answers)?,
    })
}

fn ruled(
    answers: &mut Answers<'_>,
    (name, flag, text): (&'static str, &'static str, &str),
    proposed: String,
    rule: &dyn Fn(&str) -> Result<(), rule::Broken>,
) -> Result<String, CommandError> {
    let question = Question {
        name,
        flag,
        text,
        proposed: rule(&proposed).is_ok().then_some(proposed),
    };
    answers.ruled(question, rule)
}

/// A stack's name of the folder's.
fn stack_name(folder: &Path) -> String {
    let whole = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let name = whole.file_name().map(|name| name.to_string_lossy().into_owned());
    let allowed = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
    let name: String = name.unwrap_or_default().chars().map(allowed).collect();
    let begins = name.trim_start_matches(|c: char| !c.is_ascii_alphabetic());
    begins.chars().take(32).collect()
}

/// The function's name as names of APIs and apps may be written.
fn word(function: &str) -> String {
    function.replace('-', "_").chars().take(50).collect()
}

/// The code, and the runtime of whatever needs one.
fn code(answers: &mut Answers<'_>, found: &Found) -> Result<(Code, Option<String>), CommandError> {
    let mut items: Vec<(String, String)> = template::TEMPLATES
        .map(|(word, meaning)| (word.to_owned(), meaning.to_owned()))
        .to_vec();
    let own = (template::NONE.to_owned(), "the code that is here".to_owned());
    match found.is_code() {
        true => items.insert(0, own),
        false => items.push((own.0, "code that comes here later".to_owned())),
    }
    let question = Question {
        name: "template",
        flag: "--template",
        text: "What does it begin with?",
        proposed: found.is_code().then(|| template::NONE.to_owned()),
    };
    let template = answers.choice(&question, &items)?;
    if template == template::NONE {
        return own_code(answers, found);
    }
    let runtime = runtime(answers, found.family)?;
    Ok((Code::Template(template), Some(runtime)))
}

fn runtime(answers: &mut Answers<'_>, family: Option<&str>) -> Result<String, CommandError> {
    let names = template::runtimes(family);
    let items: Vec<_> = names.iter().map(|name| ((*name).to_owned(), String::new())).collect();
    let question = Question {
        name: "runtime",
        flag: "--runtime",
        text: "Runtime",
        proposed: names.first().map(|name| (*name).to_owned()),
    };
    answers.choice(&question, &items)
}

/// What starts the code that is there, and what it needs.
fn own_code(answers: &mut Answers<'_>, found: &Found) -> Result<(Code, Option<String>), CommandError> {
    let packages = packages(answers, found)?;
    let needs_start = !found.has_bootstrap;
    let family = PACKAGES.iter().find(|(name, _)| Some(*name) == packages.as_deref());
    let family = family.map(|(_, family)| *family).or(found.family);
    let runtime = match needs_start || packages.is_some() {
        true => Some(runtime(answers, family)?),
        false => None,
    };
    let entry = match needs_start {
        true => {
            let fits = |name: &&&str| name.ends_with(if family == Some("Python") { "py" } else { "js" });
            let first = found.entries.iter().find(fits).or_else(|| found.entries.first());
            let question = Question {
                name: "entry",
                flag: "--entry",
                text: "File that starts it",
                proposed: first.map(|name| (*name).to_owned()),
            };
            Some(answers.text(question, &entry)?)
        }
        false => None,
    };
    Ok((Code::Own { entry, packages }, runtime))
}

/// A file of the code, as a start file can name it.
fn entry(name: &str) -> Result<(), String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "._-/".contains(c);
    match !name.is_empty()
        && !name.starts_with(['/', '-'])
        && !name.split('/').any(|part| part == "..")
        && name.chars().all(fits)
    {
        true => Ok(()),
        false => Err("it names a file of the code: letters, digits, - _ . and /".to_owned()),
    }
}

fn packages(answers: &mut Answers<'_>, found: &Found) -> Result<Option<String>, CommandError> {
    if found.packages.is_empty() && answers.given("dependencies").is_none() {
        return Ok(None);
    }
    let make = |name: &str| (name.to_owned(), "make a dependency of what it names".to_owned());
    let mut items: Vec<_> = found.packages.iter().map(|name| make(name)).collect();
    let none = ("none".to_owned(), "the code brings its packages itself".to_owned());
    match found.has_installed_packages {
        true => items.insert(0, none),
        false => items.push(none),
    }
    let question = Question {
        name: "dependencies",
        flag: "--dependencies",
        text: "Packages",
        proposed: items.first().map(|(word, _)| word.clone()),
    };
    let chosen = answers.choice(&question, &items)?;
    Ok((chosen != "none").then_some(chosen))
}

fn auth(answers: &mut Answers<'_>) -> Result<String, CommandError> {
    let items = [
        ("app", "AppKey and AppSecret: high security, recommended"),
        ("iam", "IAM users only: medium security"),
        ("none", "anybody may call"),
    ];
    let question = Question {
        name: "auth",
        flag: "--auth",
        text: "Security authentication",
        proposed: Some("app".to_owned()),
    };
    answers.choice(
        &question,
        &items.map(|(word, meaning)| (word.to_owned(), meaning.to_owned())),
    )
}

fn backend_timeout(answers: &mut Answers<'_>) -> Result<i64, CommandError> {
    let question = Question {
        name: "backend-timeout",
        flag: "--backend-timeout",
        text: "Backend timeout in milliseconds, the longest silence of a connection (1 to 60000)",
        proposed: Some("60000".to_owned()),
    };
    answers.number(question, &rule::backend_timeout)
}

fn ci_kind(answers: &mut Answers<'_>) -> Result<String, CommandError> {
    let question = Question {
        name: "ci",
        flag: "--ci",
        text: "CI job that deploys",
        proposed: Some("none".to_owned()),
    };
    answers.choice(
        &question,
        &ci::KINDS.map(|(word, meaning)| (word.to_owned(), meaning.to_owned())),
    )
}

/// Whether to deploy the project once it is written. What costs is asked for again when it comes to that.
pub(super) struct DeployNow {
    question: Question<'static>,
    items: [(String, String); 2],
}

impl DeployNow {
    /// The question, with what is safe first.
    ///
    /// # Errors
    /// What is given as its answer is none: told before anything is written.
    pub(super) fn new(answers: &Answers<'_>, is_local: bool) -> Result<Self, CommandError> {
        let mut items = [
            ("no", "`fgctl plan` shows first what would be made"),
            ("yes", "and open its URL"),
        ];
        if is_local {
            items.reverse();
        }
        let question = Question {
            name: "deploy",
            flag: "--deploy",
            text: "Deploy it now",
            proposed: Some("no".to_owned()),
        };
        let items = items.map(|(word, meaning)| (word.to_owned(), meaning.to_owned()));
        answers.chosen(&question, &items)?;
        Ok(Self { question, items })
    }

    /// Asks it.
    ///
    /// # Errors
    /// No answer.
    pub(super) fn ask(self, answers: &mut Answers<'_>) -> Result<bool, CommandError> {
        Ok(answers.choice(&self.question, &self.items)? == "yes")
    }
}

/// Says what ends a connection, and what of it is sooner than it is wanted.
fn warn(project: &Project, ui: &Ui) {
    let trigger = &project.trigger;
    let ping = ping_interval(trigger.backend_timeout);
    let budget = Budget {
        function: project.function.clone(),
        execution_timeout: project.execution_timeout,
        triggers: vec![Silence {
            name: trigger.name.clone(),
            backend_timeout: Some(trigger.backend_timeout),
            ping_interval: Some(ping),
        }],
    };
    let silence = matches!(&project.code, Code::Template(name) if name == "clock").then_some(TICK);
    for fault in budget.judge(Some(A_WHILE), silence).ended_by {
        ui.warning(fault);
    }
    ui.status(format_args!(
        "A connection lives for {} s at most, and ends after {} ms of silence: ping every {ping} ms. {UNKNOWN}.",
        project.execution_timeout, trigger.backend_timeout
    ));
    let elsewhere = project
        .region
        .as_deref()
        .filter(|region| *region != rule::WEBSOCKET_REGION);
    if let Some(region) = elsewhere {
        ui.warning(format_args!(
            "WebSocket can be configured in {} alone, and this is {region}",
            rule::WEBSOCKET_REGION
        ));
    }
    if trigger.auth == "none" {
        ui.warning("with the authentication none, anybody who knows the URL may call");
    }
}

#[cfg(test)]
mod tests {
    use super::{entry, stack_name, word};
    use crate::wire::rule;
    use proptest::prelude::{prop_assert, proptest};
    use std::path::Path;

    #[test]
    fn names_come_from_the_folders() {
        assert_eq!(stack_name(Path::new("/x/my chat")), "my_chat");
        assert_eq!(stack_name(Path::new("/x/2-chat")), "chat");
        assert_eq!(stack_name(Path::new("/")), "");
        assert_eq!(word("WebSocket-demo"), "WebSocket_demo");
    }

    #[test]
    fn an_entry_is_a_file_of_the_code() {
        for good in ["index.js", "src/main.py", "a-b_c.mjs"] {
            assert!(entry(good).is_ok(), "{good}");
        }
        for bad in ["", "/etc/passwd", "../x.js", "a b.js", "x\".js", "$(x)", "-e"] {
            assert!(entry(bad).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn a_folders_name_gives_a_stacks_name_or_none(name in "[^/\\x00]{1,60}") {
            let name = stack_name(&Path::new("/x").join(name));
            prop_assert!(name.is_empty() || rule::stack_name(&name).is_ok(), "{name}");
        }
    }
}
