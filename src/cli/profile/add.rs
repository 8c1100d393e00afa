//! `fgctl profile add`: what options say, else what the terminal answers. A secret is never an argument's value: it
//! comes from a file, from stdin, from the environment, or hidden from the keyboard.

use crate::app::WebsocketField;
use crate::cli::error::CommandError;
use crate::cli::global::Context;
use crate::cli::terminal::Output;
use crate::config::{self, Profile};
use crate::sign::{Caller, Credentials, Secret};
use crate::wire::region::KNOWN;
use clap::{Args, ValueEnum};
use jiff::Timestamp;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// The most that is read of a secret's file.
const LARGEST: u64 = 64 * 1024;

#[derive(Debug, Default, Args)]
pub(in crate::cli) struct Add {
    /// Name: letters, digits, `-`, `_` and `.`
    name: String,
    /// Access key's id; its secret is asked for, or read from where --secret-key-file says
    #[arg(long, value_name = "AK")]
    access_key: Option<String>,
    /// File with the secret access key; `-` for stdin
    #[arg(long, value_name = "FILE", requires = "access_key")]
    secret_key_file: Option<PathBuf>,
    /// File with the security token of temporary keys; `-` for stdin
    #[arg(long, value_name = "FILE", requires = "access_key")]
    security_token_file: Option<PathBuf>,
    /// File with an IAM token, in place of keys; `-` for stdin
    #[arg(long, value_name = "FILE", conflicts_with = "access_key")]
    auth_token_file: Option<PathBuf>,
    /// When temporary keys or the token end, such as 2026-01-02T03:04:05Z
    #[arg(long, value_name = "TIME")]
    expires_at: Option<Timestamp>,
    /// Store no keys: they come from elsewhere
    #[arg(long, conflicts_with_all = ["access_key", "auth_token_file"])]
    without_keys: bool,
    /// Account's id; looked up when missing
    #[arg(long, value_name = "ID")]
    domain_id: Option<String>,
    /// Enterprise project of what is created
    #[arg(long, value_name = "ID")]
    enterprise_project_id: Option<String>,
    /// OBS bucket that large uploads go through
    #[arg(long, value_name = "NAME")]
    bucket: Option<String>,
    /// Field behind the console's WebSocket switch, and the value that turns it on
    #[arg(long, value_name = "NAME=JSON", value_parser = WebsocketField::parse)]
    websocket_field: Option<WebsocketField>,
    /// How to write data when --output does not say
    #[arg(long, value_name = "FORMAT", value_enum)]
    default_output: Option<Output>,
    /// Change the profile if there is one of this name; what no option says stays as it is
    #[arg(long)]
    update: bool,
}

impl Add {
    /// One of which nothing but the name is known.
    pub(super) fn named(name: String) -> Self {
        Self {
            name,
            ..Self::default()
        }
    }
}

pub(super) fn run(args: Add, context: &Context) -> Result<(), CommandError> {
    let file = context.accounts().file()?;
    let exists = context.accounts().profiles()?.all.contains_key(&args.name);
    // Not asked for a secret first, only to be refused then.
    if exists && !args.update {
        return Err(config::FileError::Exists(args.name).into());
    }
    let (name, update) = (args.name.clone(), args.update);
    let profile = profile(args, context, exists)?;
    file.put(&name, &profile, update)?;
    let done = if exists { "changed" } else { "added" };
    let path = file.path().display();
    context.ui.status(format_args!("{done} the profile {name} in {path}"));
    context
        .ui
        .hint(format_args!("see whether it works: fgctl doctor --profile {name}"));
    Ok(())
}

/// What is to be stored. Only of a new profile everything is asked for.
fn profile(args: Add, context: &Context, exists: bool) -> Result<Profile, CommandError> {
    let flags = context.accounts().flags().clone();
    let region = match flags.region {
        None if !exists => Some(region(context)?),
        given => given,
    };
    let keys = keys(&args, context, exists)?;
    Ok(Profile {
        region,
        project_id: flags.project_id,
        domain_id: args.domain_id,
        expires_at: args.expires_at,
        endpoints: flags.endpoints,
        ca_file: flags.ca_file.map(std::path::absolute).transpose()?,
        output: args
            .default_output
            .and_then(|output| Some(output.to_possible_value()?.get_name().to_owned())),
        enterprise_project_id: args.enterprise_project_id,
        bucket: args.bucket,
        websocket_field: args.websocket_field.map(|field| (field.name, field.on)),
        ..keys
    })
}

fn region(context: &Context) -> Result<String, CommandError> {
    let shown = |(id, name): &(&str, &str)| match name.is_empty() {
        true => (*id).to_owned(),
        false => format!("{id} ({name})"),
    };
    let mut items: Vec<String> = KNOWN.iter().map(shown).collect();
    items.push("another one".to_owned());
    let chosen = context.ui.choose("Region", &items, "--region")?;
    match KNOWN.get(chosen) {
        Some((id, _)) => Ok((*id).to_owned()),
        None => Ok(context.ui.ask("Region's id", "--region")?.trim().to_owned()),
    }
}

/// Who calls, alone in a profile.
fn keys(args: &Add, context: &Context, exists: bool) -> Result<Profile, CommandError> {
    if let Some(file) = &args.auth_token_file {
        return Ok(Profile {
            auth_token: Some(secret(file)?),
            ..Profile::default()
        });
    }
    if args.without_keys || (exists && args.access_key.is_none()) {
        return Ok(Profile::default());
    }
    let stdin = |file: &Option<PathBuf>| file.as_deref() == Some(Path::new("-"));
    if stdin(&args.secret_key_file) && stdin(&args.security_token_file) {
        return Err(CommandError::usage("only one secret can be read from stdin").hint("put the other one in a file"));
    }
    let given = environment(context)?;
    let keys = match (&args.access_key, given) {
        (None, Some(keys)) => keys,
        (None, None) => asked(context)?,
        (Some(access_key), given) => Credentials {
            access_key: access_key.clone(),
            secret_key: secret_key(args, context, given.as_ref())?,
            security_token: security_token(args, given.as_ref())?,
        },
    };
    Ok(Profile {
        access_key: Some(keys.access_key),
        secret_key: Some(keys.secret_key),
        security_token: keys.security_token,
        ..Profile::default()
    })
}

/// The keys of the environment, which are taken over off a terminal.
fn environment(context: &Context) -> Result<Option<Credentials>, CommandError> {
    if context.ui.is_interactive() {
        return Ok(None);
    }
    let variables = |name: &str| context.env.get(name).map(|value| value.into_owned());
    Ok(match config::in_environment(&variables)?.map(|caller| caller.value) {
        Some(Caller::Keys(keys)) => Some(keys),
        Some(Caller::Token(_)) | None => None,
    })
}

fn asked(context: &Context) -> Result<Credentials, CommandError> {
    let access_key = context.ui.ask("Access key (AK)", "--access-key, or --without-keys")?;
    let access_key = access_key.trim().to_owned();
    if access_key.is_empty() {
        return Err(CommandError::usage("the access key is empty").hint("a profile without keys: --without-keys"));
    }
    Ok(Credentials {
        access_key,
        secret_key: typed(context)?,
        security_token: None,
    })
}

fn typed(context: &Context) -> Result<Secret, CommandError> {
    let typed = context.ui.ask_secret("Secret access key (SK)", "--secret-key-file")?;
    match typed.trim() {
        "" => Err(CommandError::usage("the secret key is empty")),
        secret => Ok(Secret::new(secret)),
    }
}

/// The secret of the access key that an option names: of its file, of the environment where that is about the same
/// key, else typed.
fn secret_key(args: &Add, context: &Context, given: Option<&Credentials>) -> Result<Secret, CommandError> {
    if let Some(file) = &args.secret_key_file {
        return secret(file);
    }
    match given.filter(|given| args.access_key.as_ref() == Some(&given.access_key)) {
        Some(given) => Ok(given.secret_key.clone()),
        None => typed(context),
    }
}

fn security_token(args: &Add, given: Option<&Credentials>) -> Result<Option<Secret>, CommandError> {
    match (&args.security_token_file, &args.secret_key_file, given) {
        (Some(file), ..) => secret(file).map(Some),
        (None, None, Some(given)) => Ok(given.security_token.clone()),
        (None, ..) => Ok(None),
    }
}

/// The secret in `file`, without the end of its line.
fn secret(file: &Path) -> Result<Secret, CommandError> {
    let mut text = String::new();
    let read = match file == Path::new("-") {
        true => io::stdin().lock().take(LARGEST).read_to_string(&mut text),
        false => File::open(file).and_then(|file| file.take(LARGEST).read_to_string(&mut text)),
    };
    let shown = file.display();
    if let Err(error) = read {
        return Err(CommandError::usage(format!("the secret in `{shown}` cannot be read")).caused_by(&error));
    }
    match text.trim() {
        "" => Err(CommandError::usage(format!("`{shown}` holds no secret"))),
        secret if secret.contains(char::is_whitespace) => Err(CommandError::usage(format!(
            "`{shown}` holds more than a secret: it has spaces or several lines"
        ))),
        secret => Ok(Secret::new(secret)),
    }
}
