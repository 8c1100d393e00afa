//! `fgctl rollback`: points a function's alias at the release before.

use super::error::CommandError;
use super::global::Context;
use super::stack::{self, Source};
use crate::app::Material;
use crate::ui::Report;
use std::path::PathBuf;

#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  fgctl rollback chat\n  fgctl rollback chat --to v20261124-180000 --env prod --yes"
)]
pub(super) struct Args {
    /// Function of the manifest that is published in versions; the only one unless given
    function: Option<String>,
    /// Version to go back to; the release before unless given
    #[arg(long, value_name = "VERSION")]
    to: Option<String>,
    /// Manifest
    #[arg(long, value_name = "FILE", default_value = stack::FILE)]
    file: PathBuf,
    /// Environment of the manifest
    #[arg(long, value_name = "NAME")]
    env: Option<String>,
}

pub(super) async fn run(args: Args, context: &Context) -> Result<(), CommandError> {
    let source = Source {
        file: args.file,
        env: args.env,
    };
    let loaded = stack::load(&source, None, context).await?;
    let mut released = loaded.stack.parts.iter().filter_map(|part| match &part.material {
        Material::Release { function, alias } => Some((function.as_str(), alias.as_str())),
        _ => None,
    });
    let chosen = match &args.function {
        Some(name) => released.find(|(function, _)| function == name),
        None => released.next().filter(|_| released.next().is_none()),
    };
    let Some((function, alias)) = chosen else {
        return Err(CommandError::usage(match &args.function {
            Some(name) => format!("the manifest publishes no versions of a function `{name}`"),
            None => "the manifest publishes versions of no function, or of several".to_owned(),
        })
        .hint("say `versions = true` of the function, and deploy it twice")
        .hint("name the function: fgctl rollback FUNCTION"));
    };
    context
        .ui
        .confirm(&format!("Point the alias {alias} of {function} at another version?"))?;
    let app = context.app().await?;
    let back = app
        .roll_back((&loaded.stack.name, function, alias), args.to.as_deref())
        .await?;
    let text = format!(
        "{} of {} leads to {} (before: {})\n",
        back.alias, back.function, back.to, back.from
    );
    context.ui.show(&Report::data(&back, vec![back.to.clone()], text))?;
    context
        .ui
        .hint("the next `fgctl deploy` goes forward again, unless the code is changed back");
    Ok(())
}
