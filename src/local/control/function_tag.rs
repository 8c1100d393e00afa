//! Tags of functions. A function's versions have none of their own.

use super::function;
use super::refusal::Refusal;
use super::request::Call;
use crate::codes::functiongraph::INVALID_PARAMETER;
use crate::local::store::Read;
use crate::local::store::records::{FUNCTION_TAGS, FUNCTIONS, FunctionRecord, function_key};
use crate::wire::enterprise_project::DEFAULT_ID;
use crate::wire::function_tag::{
    CreateTags, DeleteTags, ListFunctionTags, ProjectTags, ResourceFilter, ShowProjectTagsList, ShowResInstanceInfo,
    Tag, TagValues, TaggedResource, TaggedResources, Tags,
};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// How many tags a function may have.
const MOST: usize = 20;
/// The system's tag that names the enterprise project.
const PROJECT: &str = "_sys_enterprise_project_id";

/// CreateTags: a key that is there gets the new value.
pub(super) async fn create(call: Call, input: CreateTags) -> Result<(), Refusal> {
    let sent = input.body;
    check(&sent)?;
    call.blocking(move |context| {
        context.store.write(|writer| {
            let (key, mut record) = function::editable(context, writer, &input.function_urn)?;
            let mut tags = writer.get(&FUNCTION_TAGS, &key)?.unwrap_or_default();
            tags.retain(|tag| sent.tags.iter().all(|new| new.key != tag.key));
            tags.extend(sent.tags);
            if tags.len() > MOST {
                let detail = format!("{} tags, more than {MOST}", tags.len());
                return Err(Refusal::because(INVALID_PARAMETER, detail));
            }
            tags.sort();
            writer.put(&FUNCTION_TAGS, &key, &tags)?;
            if let Some(project) = sent.sys_tags.into_iter().find(|tag| tag.key == PROJECT) {
                record.function.enterprise_project_id = Some(project.value);
                writer.put(&FUNCTIONS, &key, &record)?;
            }
            Ok(())
        })
    })
    .await
}

fn check(sent: &Tags) -> Result<(), Refusal> {
    let mut seen = BTreeSet::new();
    for tag in &sent.tags {
        if tag.key.trim().is_empty() {
            return Err(Refusal::because(INVALID_PARAMETER, "a tag has no key"));
        }
        if !seen.insert(&tag.key) {
            let detail = format!("the key `{}` stands twice", tag.key);
            return Err(Refusal::because(INVALID_PARAMETER, detail));
        }
    }
    Ok(())
}

/// DeleteTags: what is not there is no fault.
pub(super) async fn delete(call: Call, input: DeleteTags) -> Result<(), Refusal> {
    call.blocking(move |context| {
        context.store.write(|writer| {
            let (key, _) = function::editable(context, writer, &input.function_urn)?;
            let mut tags = writer.get(&FUNCTION_TAGS, &key)?.unwrap_or_default();
            tags.retain(|tag| input.body.tags.iter().all(|gone| gone.key != tag.key));
            Ok(writer.put(&FUNCTION_TAGS, &key, &tags)?)
        })
    })
    .await
}

/// ListFunctionTags.
pub(super) async fn list(call: Call, input: ListFunctionTags) -> Result<Tags, Refusal> {
    let context = &call.context;
    context.store.read(|reader| {
        let (key, record) = function::editable(context, reader, &input.function_urn)?;
        Ok(Tags {
            action: None,
            tags: reader.get(&FUNCTION_TAGS, &key)?.unwrap_or_default(),
            sys_tags: of_the_system(&record),
        })
    })
}

fn of_the_system(record: &FunctionRecord) -> Vec<Tag> {
    let project = record.function.enterprise_project_id.clone();
    vec![Tag {
        key: PROJECT.to_owned(),
        value: project.unwrap_or_else(|| DEFAULT_ID.to_owned()),
    }]
}

/// A function with its tags and those of the system.
struct Tagged {
    record: FunctionRecord,
    own: Vec<Tag>,
    system: Vec<Tag>,
}

fn all(view: &impl Read) -> Result<Vec<Tagged>, Refusal> {
    let records = view.scan(&FUNCTIONS, "")?.into_iter();
    records
        .map(|record| {
            let key = function_key(&record.function.package, &record.function.func_name);
            Ok(Tagged {
                own: view.get(&FUNCTION_TAGS, &key)?.unwrap_or_default(),
                system: of_the_system(&record),
                record,
            })
        })
        .collect()
}

/// ShowProjectTagsList.
pub(super) async fn list_all(call: Call, _input: ShowProjectTagsList) -> Result<ProjectTags, Refusal> {
    let all = call.context.store.read(all)?;
    let gathered = |tags: Vec<Tag>| {
        let mut values: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for tag in tags {
            values.entry(tag.key).or_default().insert(tag.value);
        }
        let gathered = values.into_iter().map(|(key, values)| TagValues {
            key,
            values: values.into_iter().collect(),
        });
        gathered.collect()
    };
    let (own, system): (Vec<_>, Vec<_>) = all.into_iter().map(|tagged| (tagged.own, tagged.system)).unzip();
    Ok(ProjectTags {
        tags: gathered(own.into_iter().flatten().collect()),
        sys_tags: gathered(system.into_iter().flatten().collect()),
    })
}

/// ShowResInstanceInfo.
pub(super) async fn find(call: Call, input: ShowResInstanceInfo) -> Result<TaggedResources, Refusal> {
    let filter = input.body;
    let counts = match input.action.as_str() {
        "filter" => false,
        "count" => true,
        other => {
            let detail = format!("`{other}` is neither filter nor count");
            return Err(Refusal::because(INVALID_PARAMETER, detail));
        }
    };
    let mut found = call.context.store.read(all)?;
    found.retain(|tagged| fits(&filter, tagged));
    let total_count = super::page::count(found.len());
    let page = super::page::by_offset(found, filter.offset, filter.limit);
    let resource = |tagged: Tagged| {
        let function = tagged.record.function;
        let id = function
            .other
            .get("func_id")
            .and_then(|id| id.as_str())
            .unwrap_or_default();
        TaggedResource {
            resource_id: id.to_owned(),
            resource_detail: json!({"detailId": function.func_urn}),
            resource_name: function.func_name,
            tags: tagged.own,
            sys_tags: tagged.system,
        }
    };
    Ok(TaggedResources {
        resources: (!counts).then(|| page.items.into_iter().map(resource).collect()),
        total_count,
    })
}

fn fits(filter: &ResourceFilter, tagged: &Tagged) -> bool {
    let has = |tags: &[Tag], wanted: &TagValues| {
        let value = |value: &String| wanted.values.is_empty() || wanted.values.contains(value);
        tags.iter().any(|tag| tag.key == wanted.key && value(&tag.value))
    };
    let name = &tagged.record.function.func_name;
    let named = |wanted: &Tag| wanted.key != "resource_name" || name.contains(&wanted.value);
    (filter.without_any_tag != Some(true) || tagged.own.is_empty())
        && filter.tags.iter().all(|wanted| has(&tagged.own, wanted))
        && filter.sys_tags.iter().all(|wanted| has(&tagged.system, wanted))
        && filter.matches.iter().all(named)
}
