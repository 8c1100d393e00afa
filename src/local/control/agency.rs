//! Agencies: kept as they are created. The local cloud asks none of them for permission.

use super::super::{Account, Context};
use super::identity::{new_id, own_uuid};
use super::refusal::Refusal;
use super::request::Call;
use super::vpc::members;
use crate::codes::iam::{FIELD, MISSING, NOT_ALLOWED, NOT_FOUND, PARAMETER};
use crate::local::sealed::time;
use crate::local::store::Read;
use crate::local::store::records::AGENCIES;
use crate::wire::agency::{
    Agency, AgencyList, CreateAgency, DeleteAgency, Holding, ListAgencies, NewAgency, ShowAgency,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// The longest name, and the longest description, in characters.
const NAME: usize = 64;
const DESCRIPTION: usize = 255;
/// The most items of a page.
const MOST: i64 = 500;

fn field(name: &str, detail: impl std::fmt::Display) -> Refusal {
    Refusal::because(FIELD, format!("{name}: {detail}"))
}

/// CreateAgency.
pub(super) async fn create(call: Call, input: CreateAgency) -> Result<Holding<Agency>, Refusal> {
    let (new, now) = (input.body.agency, call.now);
    call.blocking(move |context| {
        let agency = agency(&context.account, new, now)?;
        context.store.write(|writer| {
            let taken = writer
                .scan(&AGENCIES, "")?
                .iter()
                .any(|other| other.name == agency.name);
            if taken {
                return Err(Refusal::without_code(
                    409,
                    format!("there is an agency `{}` already", agency.name),
                ));
            }
            writer.put(&AGENCIES, &agency.id, &agency)?;
            Ok(Holding { agency })
        })
    })
    .await
}

fn agency(account: &Account, new: NewAgency, now: Timestamp) -> Result<Agency, Refusal> {
    if !(1..=NAME).contains(&new.name.chars().count()) {
        return Err(field("name", format!("1 to {NAME} characters")));
    }
    if new
        .description
        .as_ref()
        .is_some_and(|text| text.chars().count() > DESCRIPTION)
    {
        return Err(field("description", format!("at most {DESCRIPTION} characters")));
    }
    of_account(Some(&new.domain_id), account)?;
    if new.trust_domain_id.is_none() && new.trust_domain_name.is_none() {
        return Err(Refusal::because(MISSING, "trust_domain_id or trust_domain_name"));
    }
    let hours = hours(new.duration.as_ref())?;
    let expire_time = hours.and_then(|hours| now.checked_add(SignedDuration::from_hours(hours)).ok());
    let trusted = new.trust_domain_name.clone().unwrap_or_default();
    let trust_domain_id = new
        .trust_domain_id
        .unwrap_or_else(|| own_uuid(account, &trusted).replace('-', ""));
    Ok(Agency {
        id: new_id(),
        other: members(json!({
            "trust_domain_id": trust_domain_id,
            "duration": hours.map_or_else(|| "FOREVER".to_owned(), |hours| hours.to_string()),
            "expire_time": expire_time.map(time),
            "create_time": time(now).trim_end_matches('Z'),
            "agency_urn": format!("iam::{}:agency:{}", account.domain_id, new.name),
        })),
        name: new.name,
        domain_id: new.domain_id,
        trust_domain_name: new.trust_domain_name,
        description: Some(new.description.unwrap_or_default()),
    })
}

/// How many hours an agency lasts; nothing for ever.
fn hours(duration: Option<&Value>) -> Result<Option<i64>, Refusal> {
    let text = match duration {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    match text.as_str() {
        "FOREVER" => Ok(None),
        "ONEDAY" => Ok(Some(24)),
        days => match days.parse() {
            Ok(days @ 1..=36_500) => Ok(Some(24 * days)),
            _ => Err(field(
                "duration",
                format!("`{days}` is neither FOREVER nor ONEDAY nor a number of days"),
            )),
        },
    }
}

/// Whether the account that a request names is the caller's.
fn of_account(domain_id: Option<&String>, account: &Account) -> Result<(), Refusal> {
    match domain_id {
        None => Err(Refusal::because(MISSING, "domain_id")),
        Some(domain_id) if *domain_id != account.domain_id => Err(Refusal::because(
            NOT_ALLOWED,
            format!("the account `{domain_id}` is not the caller's"),
        )),
        Some(_) => Ok(()),
    }
}

/// ListAgencies.
pub(super) async fn list(call: Call, input: ListAgencies) -> Result<AgencyList, Refusal> {
    of_account(input.domain_id.as_ref(), &call.context.account)?;
    let mut agencies = call.context.store.read(|reader| reader.scan(&AGENCIES, ""))?;
    let trusts = |agency: &Agency| {
        agency
            .other
            .get("trust_domain_id")
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    agencies.retain(|agency| input.name.as_ref().is_none_or(|name| agency.name == *name));
    agencies.retain(|agency| input.trust_domain_id.is_none() || trusts(agency) == input.trust_domain_id);
    agencies.sort_by(|a, b| a.name.cmp(&b.name));
    let agencies = match (input.page, input.per_page) {
        (None, None) => agencies,
        (Some(page @ 1..), Some(size @ 1..=MOST)) => {
            let size = usize::try_from(size).unwrap_or(usize::MAX);
            let before = usize::try_from(page - 1).unwrap_or(usize::MAX).saturating_mul(size);
            agencies.into_iter().skip(before).take(size).collect()
        }
        _ => {
            let detail = format!("page from 1 on and per_page 1 to {MOST} go together");
            return Err(Refusal::because(PARAMETER, detail));
        }
    };
    Ok(AgencyList { agencies })
}

fn find(view: &impl Read, id: &str) -> Result<Agency, Refusal> {
    view.get(&AGENCIES, id)?
        .ok_or_else(|| Refusal::because(NOT_FOUND, format!("agency: {id}")))
}

/// ShowAgency.
pub(super) async fn show(call: Call, input: ShowAgency) -> Result<Holding<Agency>, Refusal> {
    let agency = call.context.store.read(|reader| find(reader, &input.agency_id))?;
    Ok(Holding { agency })
}

/// DeleteAgency.
pub(super) async fn delete(call: Call, input: DeleteAgency) -> Result<(), Refusal> {
    call.blocking(move |context: &Context| {
        context.store.write(|writer| {
            find(writer, &input.agency_id)?;
            Ok(writer.remove(&AGENCIES, &input.agency_id)?)
        })
    })
    .await
}
