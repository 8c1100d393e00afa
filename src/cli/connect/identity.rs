//! As whom `fgctl connect` calls an API that asks for it. Secrets come from files or stdin, never from arguments.

use super::super::app::secret;
use super::super::error::CommandError;
use super::super::global::Context;
use super::destination::Place;
use crate::sign::{Caller, Credentials, Secret};
use crate::socket::Options;
use clap::Args;
use http::{HeaderName, HeaderValue};
use jiff::Timestamp;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

const APP_CODE: HeaderName = HeaderName::from_static("x-apig-appcode");
const TOKEN: HeaderName = HeaderName::from_static("x-auth-token");

#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Who calls")]
pub(in super::super) struct Identity {
    /// AppKey of an API with App authentication; its secret signs the handshake
    #[arg(long, value_name = "KEY", requires = "app_secret_file", group = "caller")]
    pub(in super::super) app_key: Option<String>,
    /// File that holds the AppSecret, alone; - is stdin's first line, which a terminal does not show
    #[arg(long, value_name = "FILE", requires = "app_key")]
    pub(in super::super) app_secret_file: Option<PathBuf>,
    /// App of the trigger's gateway, whose key and secret are looked up; not with a URL
    #[arg(long, value_name = "NAME", group = "caller")]
    pub(in super::super) app: Option<String>,
    /// File that holds an AppCode, alone; - is stdin's first line
    #[arg(long, value_name = "FILE", group = "caller")]
    pub(in super::super) app_code_file: Option<PathBuf>,
    /// Call an API with IAM authentication as the account that fgctl uses
    #[arg(long, group = "caller")]
    pub(in super::super) iam: bool,
    /// File that holds an IAM token, alone; - is stdin's first line
    #[arg(long, value_name = "FILE", group = "caller")]
    pub(in super::super) token_file: Option<PathBuf>,
}

impl Identity {
    /// Puts the proof of who calls into the handshake.
    ///
    /// # Errors
    /// A file that cannot be read or sent; an app that is not found; no credentials.
    pub(super) async fn prove(
        &self,
        options: &mut Options,
        place: Option<&Place>,
        context: &Context,
    ) -> Result<(), CommandError> {
        if let (Some(key), Some(file)) = (&self.app_key, &self.app_secret_file) {
            options.signing = Some(signing(key, read(file, "AppSecret", context)?));
        }
        if let Some(file) = &self.app_code_file {
            options
                .headers
                .insert(APP_CODE, hidden(&read(file, "AppCode", context)?)?);
        }
        if let Some(file) = &self.token_file {
            options.headers.insert(TOKEN, hidden(&read(file, "token", context)?)?);
        }
        if let Some(app) = &self.app {
            options.signing = Some(looked_up(app, place).await?);
        }
        if self.iam {
            match context.settings().await?.caller(Timestamp::now())?.value.clone() {
                Caller::Keys(credentials) => options.signing = Some(credentials),
                Caller::Token(token) => {
                    options.headers.insert(TOKEN, hidden(token.expose())?);
                }
            }
        }
        Ok(())
    }
}

fn signing(key: &str, secret: String) -> Credentials {
    Credentials {
        access_key: key.to_owned(),
        secret_key: Secret::new(secret),
        security_token: None,
    }
}

/// The key and the secret of an app of the gateway that the trigger is on.
async fn looked_up(name: &str, place: Option<&Place>) -> Result<Credentials, CommandError> {
    let Some(place) = place else {
        return Err(
            CommandError::usage("--app is looked up on a trigger's gateway, and a URL names none")
                .hint("name the trigger or the function, or give --app-key KEY --app-secret-file FILE"),
        );
    };
    let Some(gateway) = &place.trigger.event_data.instance_id else {
        return Err(CommandError::not_found(
            "the trigger is on no dedicated gateway, so it has no apps",
        ));
    };
    let gateway = place.app.gateway(gateway).await?;
    let client = place.app.client(&gateway, name).await?;
    let secret = place.app.client_secret(&gateway, &client).await?;
    Ok(signing(&client.app_key, secret))
}

/// A header's value that is never shown.
fn hidden(text: &str) -> Result<HeaderValue, CommandError> {
    let mut value = HeaderValue::from_str(text)
        .map_err(|_| CommandError::usage("the file holds a character that no header may have"))?;
    value.set_sensitive(true);
    Ok(value)
}

/// The secret in `file`, or on stdin.
fn read(file: &Path, what: &str, context: &Context) -> Result<String, CommandError> {
    let text = match file.as_os_str() == "-" {
        false => secret::read(file)?,
        true if std::io::stdin().is_terminal() => context.ui.ask_secret(what, "a file's name in place of -")?,
        true => {
            let mut line = String::new();
            // What follows stays for the conversation.
            std::io::stdin().read_line(&mut line)?;
            line.trim_end_matches(['\r', '\n']).to_owned()
        }
    };
    match text.is_empty() {
        true => Err(CommandError::usage(format!(
            "the {what} in `{}` is empty",
            file.display()
        ))),
        false => Ok(text),
    }
}
