//! Reading a manifest: its faults are told with their places, all at once.

use super::super::error::CommandError;
use super::super::global::Context;
use super::{Loaded, Source};
use crate::app::{Stack, WebsocketField};
use crate::manifest::Manifest;
use std::path::Path;

/// Reads the manifest that `source` names.
///
/// # Errors
/// It cannot be read, or something is wrong with it.
pub(in crate::cli) async fn load(
    source: &Source,
    until: Option<String>,
    context: &Context,
) -> Result<Loaded, CommandError> {
    let manifest = read(source, context)?;
    let absolute = std::path::absolute(&source.file)?;
    let stack = Stack::of(&manifest, absolute.parent().unwrap_or(Path::new("")), until)?;
    loaded(&manifest, stack, source, context).await
}

/// The same for a command that only has to know whose resources it is about.
///
/// # Errors
/// As [`load`].
pub(in crate::cli) async fn load_name(source: &Source, context: &Context) -> Result<Loaded, CommandError> {
    let manifest = read(source, context)?;
    let stack = Stack::none_of(&manifest);
    loaded(&manifest, stack, source, context).await
}

/// The stack of a manifest, and nothing asked of any cloud: for one that is made here.
///
/// # Errors
/// As [`load`], in words.
pub(in crate::cli) fn declared(source: &Source, context: &Context) -> Result<Stack, String> {
    let manifest = read(source, context).map_err(|error| error.told())?;
    let absolute = std::path::absolute(&source.file).map_err(|error| error.to_string())?;
    Stack::of(&manifest, absolute.parent().unwrap_or(Path::new("")), None).map_err(|error| error.to_string())
}

fn read(source: &Source, context: &Context) -> Result<Manifest, CommandError> {
    let path = source.file.display();
    let text = std::fs::read_to_string(&source.file).map_err(|error| {
        let failed = CommandError::not_found(format!("the manifest `{path}` cannot be read")).caused_by(error);
        failed.hint("name another one: fgctl deploy FILE")
    })?;
    let variable = |name: &str| context.env.get(name).map(|value| value.into_owned());
    Manifest::read(&text, source.env.as_deref(), &variable).map_err(|faults| {
        let lines: Vec<String> = faults.lines(&path).collect();
        CommandError::usage(lines.join("\n"))
    })
}

async fn loaded(manifest: &Manifest, stack: Stack, source: &Source, context: &Context) -> Result<Loaded, CommandError> {
    let settings = context.settings().await?;
    let region = &settings.region.value;
    if let Some(wanted) = manifest.region.as_ref().filter(|wanted| *wanted != region) {
        let text = format!("the manifest is for the region `{wanted}`, and `{region}` would be called");
        return Err(CommandError::usage(text).hint(format_args!("--region {wanted}")));
    }
    if stack.wants_websocket() && crate::app::check_websocket_region(region, false).is_err() {
        context.ui.warning(format_args!(
            "the guide knows WebSocket in cn-east-3 alone, and this is {region}: the URLs may never open"
        ));
    }
    let field = settings.websocket_field.map(|field| field.value);
    Ok(Loaded {
        stack,
        field: field.map(|(name, on)| WebsocketField::new(name, on)),
        source: source.clone(),
    })
}
