//! The gateway: one that there is, or a new one with its network, picked from what the account has.

use super::super::error::CommandError;
use super::answers::{Answers, Question};
use super::project::Gateway;
use crate::app::App;
use crate::ui::Ui;
use crate::wire::rule;
use crate::wire::security_group::ListSecurityGroups;
use crate::wire::subnet::ListSubnets;
use crate::wire::vpc::ListVpcs;

/// What answers the first question.
const FLAG: &str = "--gateway NAME, or --new-gateway NAME";
/// Said before anybody buys one.
const COST: &str = "A dedicated gateway bills by the hour from its creation until it is deleted; the console's page \"Buy Gateway\" \
                    shows the price. It takes minutes to create.";

/// What is known of the account while questions are asked.
pub(super) struct Live<'a> {
    /// Nothing where it cannot be asked, or nobody is.
    pub(super) app: Option<App>,
    /// The terminal.
    pub(super) ui: &'a Ui,
}

/// Something to pick.
struct Named {
    id: String,
    name: String,
}

/// Asks for the gateway.
///
/// # Errors
/// A wrong answer, or none.
pub(super) async fn ask(answers: &mut Answers<'_>, live: &Live<'_>) -> Result<Gateway, CommandError> {
    if let Some(name) = answers.given("gateway").map(str::to_owned) {
        rule::gateway_name(&name).map_err(|broken| CommandError::usage(format!("--gateway: {broken}")))?;
        return Ok(Gateway::Existing(answers.take("gateway", name)?));
    }
    if answers.given("new-gateway").is_none()
        && let Some(name) = existing(live).await?
    {
        return Ok(Gateway::Existing(answers.take("gateway", name)?));
    }
    new(answers, live).await
}

/// The name of one that there is; nothing for a new one.
async fn existing(live: &Live<'_>) -> Result<Option<String>, CommandError> {
    let mut items: Vec<String> = match &live.app {
        Some(app) => {
            let found = app.gateways(None).await?;
            found.into_iter().map(|gateway| gateway.instance_name).collect()
        }
        None => vec!["one that there is".to_owned()],
    };
    let new = items.len();
    items.push("a new one: it bills by the hour until it is deleted".to_owned());
    let chosen = live.ui.choose("Gateway", &items, FLAG)?;
    if chosen == new {
        return Ok(None);
    }
    if live.app.is_some() {
        return Ok(Some(items.swap_remove(chosen)));
    }
    let check = |name: &str| rule::gateway_name(name).map_err(|broken| broken.to_string());
    Ok(Some(live.ui.ask_until("Gateway's name", FLAG, None, &check)?))
}

async fn new(answers: &mut Answers<'_>, live: &Live<'_>) -> Result<Gateway, CommandError> {
    live.ui.status(COST);
    let name = Question {
        name: "new-gateway",
        flag: "--new-gateway",
        text: "Its name",
        proposed: Some("apig-ws".to_owned()),
    };
    let name = answers.ruled(name, &rule::gateway_name)?;
    let edition = edition(answers)?;
    let vpcs = match &live.app {
        Some(app) => {
            let found = app.cloud().list(ListVpcs::default(), None).await;
            let found = found.map_err(crate::app::AppError::from)?.into_iter();
            found
                .map(|vpc| Named {
                    id: vpc.id,
                    name: vpc.name,
                })
                .collect()
        }
        None => Vec::new(),
    };
    let vpc = pick(answers, ("vpc", "--vpc", "VPC"), &vpcs)?;
    let subnets = subnets(live, vpcs.iter().find(|found| found.id == vpc || found.name == vpc)).await?;
    let subnet = pick(answers, ("subnet", "--subnet", "Subnet"), &subnets)?;
    let security_groups = security_groups(live).await?;
    let security_group = pick(
        answers,
        ("security-group", "--security-group", "Security group"),
        &security_groups,
    )?;
    let public_inbound = public_inbound(answers)?;
    if answers.can_ask() {
        live.ui.confirm(&format!(
            "Have the first deploy create {name}, which then bills by the hour?"
        ))?;
    }
    Ok(Gateway::New {
        name,
        edition,
        vpc,
        subnet,
        security_group,
        public_inbound,
    })
}

fn edition(answers: &mut Answers<'_>) -> Result<String, CommandError> {
    let items = [
        ("basic", "2000 requests a second"),
        ("professional", "4000 requests a second"),
        ("enterprise", "6000 requests a second"),
        ("platinum", "10000 requests a second"),
    ];
    let question = Question {
        name: "edition",
        flag: "--edition",
        text: "Edition",
        proposed: Some("basic".to_owned()),
    };
    answers.choice(
        &question,
        &items.map(|(word, meaning)| (word.to_owned(), meaning.to_owned())),
    )
}

fn public_inbound(answers: &mut Answers<'_>) -> Result<i64, CommandError> {
    let question = Question {
        name: "public-inbound",
        flag: "--public-inbound",
        text: "Public inbound access in Mbit/s, 5 to 2000; 0 for callers inside the VPC alone",
        proposed: Some("5".to_owned()),
    };
    answers.number(question, &|number| match number {
        0 => Ok(()),
        number => rule::inbound_bandwidth(number),
    })
}

async fn subnets(live: &Live<'_>, vpc: Option<&Named>) -> Result<Vec<Named>, CommandError> {
    let (Some(app), Some(vpc)) = (&live.app, vpc) else {
        return Ok(Vec::new());
    };
    let first = ListSubnets {
        vpc_id: Some(vpc.id.clone()),
        ..ListSubnets::default()
    };
    let found = app
        .cloud()
        .list(first, None)
        .await
        .map_err(crate::app::AppError::from)?;
    let named = found.into_iter().map(|subnet| Named {
        id: subnet.id,
        name: subnet.name,
    });
    Ok(named.collect())
}

async fn security_groups(live: &Live<'_>) -> Result<Vec<Named>, CommandError> {
    let Some(app) = &live.app else {
        return Ok(Vec::new());
    };
    let found = app.cloud().list(ListSecurityGroups::default(), None).await;
    let found = found.map_err(crate::app::AppError::from)?;
    let named = found.into_iter().map(|group| Named {
        id: group.id,
        name: group.name,
    });
    Ok(named.collect())
}

/// One of `there_are`, by its name where it is the only one of it; typed where nothing is known of them.
fn pick(
    answers: &mut Answers<'_>,
    (name, flag, text): (&'static str, &'static str, &str),
    there_are: &[Named],
) -> Result<String, CommandError> {
    let question = Question {
        name,
        flag,
        text,
        proposed: None,
    };
    if answers.given(name).is_some() || there_are.is_empty() {
        return answers.text(question, &|text| match text.is_empty() {
            true => Err("it is empty".to_owned()),
            false => Ok(()),
        });
    }
    let is_alone = |wanted: &str| there_are.iter().filter(|found| found.name == wanted).count() == 1;
    let items: Vec<(String, String)> = there_are
        .iter()
        .map(|found| match is_alone(&found.name) {
            true => (found.name.clone(), String::new()),
            false => (found.id.clone(), found.name.clone()),
        })
        .collect();
    answers.choice(&question, &items)
}
