//! Where a project is to run: the local cloud, or an account and a region of the real one.

use super::super::error::CommandError;
use super::super::global::Context;
use super::super::profile;
use super::answers::Answers;

/// The options that say where, for whoever has to be told.
const FLAG: &str = "--local, --profile or --region";

/// One place to choose.
enum Place {
    Local,
    Profile(String),
    AsItIs,
    NewProfile,
}

/// Asks where, unless options, answers or a missing terminal say it. Gives the context of that place where it is
/// another one than `context`.
///
/// # Errors
/// No answer, or a profile cannot be added or read.
pub(super) async fn choose(answers: &mut Answers<'_>, context: &Context) -> Result<Option<Context>, CommandError> {
    let flags = context.accounts().flags().clone();
    let said = flags.local || flags.profile.is_some() || flags.region.is_some();
    if !said && let Some(aimed) = answered(answers, context)? {
        return Ok(Some(aimed));
    }
    if said || !answers.can_ask() {
        let all = [
            ("local", flags.local.then(|| "true".to_owned())),
            ("profile", flags.profile),
            ("region", flags.region),
        ];
        for (name, answer) in all {
            answer.map(|answer| answers.take(name, answer)).transpose()?;
        }
        return Ok(None);
    }
    let aimed = match asked(context).await? {
        Place::Local => Some(("local", "true".to_owned())),
        Place::Profile(name) => Some(("profile", name)),
        Place::AsItIs => None,
        Place::NewProfile => Some(("profile", added(context)?)),
    };
    match aimed {
        Some((name, answer)) => aim((name, answer), answers, context).map(Some),
        None => Ok(None),
    }
}

/// What the file of answers says.
fn answered(answers: &mut Answers<'_>, context: &Context) -> Result<Option<Context>, CommandError> {
    for name in ["local", "profile", "region"] {
        if let Some(answer) = answers.given(name).filter(|answer| *answer != "false") {
            let answer = answer.to_owned();
            return aim((name, answer), answers, context).map(Some);
        }
    }
    Ok(None)
}

fn aim(
    (name, answer): (&'static str, String),
    answers: &mut Answers<'_>,
    context: &Context,
) -> Result<Context, CommandError> {
    let answer = answers.take(name, answer)?;
    let one = |wanted: &str| (name == wanted).then(|| answer.clone());
    context.aimed(name == "local", one("profile"), one("region"))
}

async fn asked(context: &Context) -> Result<Place, CommandError> {
    let mut places = vec![(
        "the local cloud, on this machine: no account, no cost".to_owned(),
        Place::Local,
    )];
    let profiles = context.accounts().profiles()?;
    for (name, profile) in &profiles.all {
        let region = profile.region.as_deref().unwrap_or("no region");
        places.push((format!("the profile {name} ({region})"), Place::Profile(name.clone())));
    }
    if profiles.all.is_empty()
        && let Ok(settings) = context.settings().await
    {
        let region = settings.region.value;
        places.push((format!("as the environment says ({region})"), Place::AsItIs));
    }
    places.push(("Huawei Cloud, with a new profile".to_owned(), Place::NewProfile));
    let shown: Vec<String> = places.iter().map(|(text, _)| text.clone()).collect();
    let chosen = context.ui.choose("Where is it to run?", &shown, FLAG)?;
    Ok(places.swap_remove(chosen).1)
}

/// The name of a profile that is added now.
fn added(context: &Context) -> Result<String, CommandError> {
    let known = context.accounts().profiles()?;
    let is_new = |name: &str| match known.all.contains_key(name) {
        true => Err("there is a profile of this name".to_owned()),
        false => Ok(()),
    };
    let name = context
        .ui
        .ask_until("Profile's name", "--profile", Some("default"), &is_new)?;
    profile::add_asked(name.clone(), context)?;
    Ok(name)
}
