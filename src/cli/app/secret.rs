//! `fgctl app secret`, and how secrets come in and go out: by files that only their owner can read, or, asked for, by
//! stdout. Never by an argument's value, and never by `-v`.

use super::super::complete::Noun;
use super::super::error::CommandError;
use super::super::global::Context;
use crate::ui::Report;
use clap::Args;
use serde_json::json;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  fgctl app secret mobile --gateway apig-ws --file mobile.secret")]
pub(in crate::cli) struct Secret {
    /// Name or id
    name: String,
    /// Gateway's name or id
    #[arg(long, add = Noun::Gateway.names())]
    gateway: String,
    /// Write it to this new file; stdout unless given
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Make a new secret first; who signs with the old one cannot any more
    #[arg(long)]
    reset: bool,
}

pub(super) async fn run(args: &Secret, context: &Context) -> Result<(), CommandError> {
    let app = context.app().await?;
    let gateway = app.gateway(&args.gateway).await?;
    let client = app.client(&gateway, &args.name).await?;
    // Taken before the old secret is gone.
    let place = Place::take(args.file.as_deref())?;
    let secret = if args.reset {
        context.ui.confirm(&format!(
            "Make a new secret for the app {}? The old one stops working.",
            client.name
        ))?;
        app.reset_client_secret(&gateway, &client).await
    } else {
        app.client_secret(&gateway, &client).await
    };
    place.put(("app_secret", &secret?), context)
}

/// Reads a secret from `file`: its text without the end of its line.
pub(in crate::cli) fn read(file: &Path) -> Result<String, CommandError> {
    let text = fs::read_to_string(file)
        .map_err(|error| CommandError::usage(format!("`{}` cannot be read: {error}", file.display())))?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

/// Where a secret goes.
pub(super) struct Place<'a>(Option<New<'a>>);

/// A new file, removed again unless something is put into it.
struct New<'a> {
    path: &'a Path,
    file: fs::File,
    kept: bool,
}

impl Drop for New<'_> {
    fn drop(&mut self) {
        if !self.kept {
            let _ = fs::remove_file(self.path);
        }
    }
}

impl<'a> Place<'a> {
    /// Makes the new file, if one is named, so that only its owner can read it.
    ///
    /// # Errors
    /// It is there already, or cannot be made.
    pub(super) fn take(path: Option<&'a Path>) -> Result<Self, CommandError> {
        let Some(path) = path else { return Ok(Self(None)) };
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => {
                CommandError::usage(format!("`{}` exists already, and is not written over", path.display()))
                    .hint("name another file")
            }
            _ => CommandError::failed(format!("`{}` cannot be made: {error}", path.display())),
        })?;
        let kept = false;
        Ok(Self(Some(New { path, file, kept })))
    }

    /// Puts the secret there, under its name where it goes to stdout as data.
    pub(super) fn put(self, (name, secret): (&str, &str), context: &Context) -> Result<(), CommandError> {
        let Some(mut new) = self.0 else {
            context
                .ui
                .warning("this is a secret: keep it out of logs and shell histories");
            context.ui.show(&Report::text_only(&json!({ name: secret }), secret))?;
            return Ok(());
        };
        new.file.write_all(format!("{secret}\n").as_bytes())?;
        new.file.sync_all()?;
        new.kept = true;
        context.ui.status(format_args!(
            "wrote the secret to `{}`, which only you can read",
            new.path.display()
        ));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Place, read};

    #[test]
    fn a_file_that_gets_no_secret_is_not_left_behind_and_one_that_is_there_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        drop(Place::take(Some(&path)).unwrap());
        assert!(!path.exists());
        std::fs::write(&path, "mine\r\n").unwrap();
        assert!(Place::take(Some(&path)).is_err());
        assert_eq!(read(&path).unwrap(), "mine");
    }
}
