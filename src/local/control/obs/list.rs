//! Listing objects: by prefix, after a marker, folded at a delimiter.

use super::super::refusal::Refusal;
use super::{Reply, Visit, bucket};
use crate::codes::obs::INVALID_ARGUMENT;
use crate::local::store::Read;
use crate::local::store::records::{OBJECTS, ObjectRecord};
use crate::sign::obs::encode_key;
use crate::wire::obs::Xml;
use crate::wire::obs::bucket::{CommonPrefix, ListBucketResult, ListObjects, ListedObject, Owner};
use jiff::Timestamp;

/// The most items of a page.
const MOST: i64 = 1000;

/// A time in Unix milliseconds as lists write it.
pub(super) fn time(milliseconds: i64) -> String {
    let time = Timestamp::from_millisecond(milliseconds).unwrap_or_default();
    time.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// How many items a page is to have; a larger wish is cut to what there is at most.
///
/// # Errors
/// 400 `InvalidArgument` for less than one.
pub(super) fn page_size(name: &str, asked: Option<i64>) -> Result<usize, Refusal> {
    match asked.unwrap_or(MOST) {
        wanted if wanted < 1 => Err(Refusal::because(INVALID_ARGUMENT, format!("`{name}` is `{wanted}`"))),
        wanted => Ok(usize::try_from(wanted.min(MOST)).unwrap_or_default()),
    }
}

/// A line of a page.
#[derive(Debug, PartialEq)]
enum Line {
    Object(ObjectPlace),
    Common(String),
}

/// Where an object stands among those that are listed.
type ObjectPlace = usize;

/// The lines of one page over the sorted `keys`, and where the next page begins.
struct Folded {
    lines: Vec<Line>,
    next: Option<String>,
}

/// Keys after `marker` that begin with `prefix`; those that have `delimiter` after it are one line up to there.
fn fold(keys: &[&str], input: &ListObjects, size: usize) -> Folded {
    let (prefix, marker) = (text(&input.prefix), text(&input.marker));
    let delimiter = input.delimiter.as_deref().filter(|delimiter| !delimiter.is_empty());
    let mut lines: Vec<Line> = Vec::new();
    let mut last = String::new();
    for (at, key) in keys.iter().enumerate() {
        let Some(rest) = key.strip_prefix(prefix).filter(|_| *key > marker) else {
            continue;
        };
        let end = delimiter.and_then(|delimiter| Some(rest.find(delimiter)? + delimiter.len()));
        let common = end.map(|end| &key[..prefix.len() + end]);
        if let Some(common) = common {
            // One page ended with it, or the line is there.
            let known = matches!(lines.last(), Some(Line::Common(seen)) if seen == common);
            if known || marker.starts_with(common) {
                continue;
            }
        }
        if lines.len() == size {
            return Folded {
                lines,
                next: Some(last),
            };
        }
        last = common.unwrap_or(key).to_owned();
        lines.push(match common {
            Some(common) => Line::Common(common.to_owned()),
            None => Line::Object(at),
        });
    }
    Folded { lines, next: None }
}

fn text(value: &Option<String>) -> &str {
    value.as_deref().unwrap_or_default()
}

/// ListObjects.
pub(super) async fn objects(visit: Visit, input: ListObjects) -> Result<Reply<Xml<ListBucketResult>>, Refusal> {
    let context = &visit.call.context;
    let size = page_size("max-keys", input.max_keys)?;
    let (found, records) = context.store.read(|reader| {
        let found = bucket::find(reader, &input.bucket)?;
        let within = format!("{}/{}", input.bucket, text(&input.prefix));
        let records: Vec<ObjectRecord> = reader.scan(&OBJECTS, &within)?;
        Ok::<_, Refusal>((found, records))
    })?;
    visit.caller.may_read(&found.acl)?;
    let encode = encoding(input.encoding.as_deref())?;
    let keys: Vec<&str> = records.iter().map(|record| record.key.as_str()).collect();
    let folded = fold(&keys, &input, size);
    let mut result = ListBucketResult {
        prefix: encode(text(&input.prefix)),
        marker: encode(text(&input.marker)),
        next_marker: folded.next.as_deref().map(encode),
        max_keys: i64::try_from(size).unwrap_or(MOST),
        delimiter: input.delimiter.as_deref().map(encode),
        truncated: folded.next.is_some(),
        encoding: input.encoding,
        name: input.bucket,
        ..ListBucketResult::default()
    };
    for line in folded.lines {
        match line {
            Line::Common(prefix) => result.common.push(CommonPrefix {
                prefix: encode(&prefix),
            }),
            Line::Object(at) => result
                .contents
                .push(listed(&records[at], &context.account.domain_id, encode)),
        }
    }
    Ok(Xml(result).into())
}

/// How keys are written in the answer.
fn encoding(asked: Option<&str>) -> Result<fn(&str) -> String, Refusal> {
    match asked {
        None => Ok(str::to_owned),
        Some("url") => Ok(encode_key),
        Some(other) => Err(Refusal::because(
            INVALID_ARGUMENT,
            format!("the encoding `{other}` is not url"),
        )),
    }
}

fn listed(record: &ObjectRecord, owner: &str, encode: fn(&str) -> String) -> ListedObject {
    ListedObject {
        key: encode(&record.key),
        modified: time(record.modified),
        etag: format!("\"{}\"", record.etag),
        size: record.size,
        owner: Owner { id: owner.to_owned() },
        storage_class: record
            .headers
            .storage_class
            .clone()
            .unwrap_or_else(|| "STANDARD".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Line, fold};
    use crate::wire::obs::bucket::ListObjects;
    use proptest::prelude::{prop_assert_eq, proptest};
    use std::collections::BTreeSet;

    fn lines(keys: &[&str], input: &ListObjects, size: usize) -> (Vec<String>, Option<String>) {
        let folded = fold(keys, input, size);
        let text = |line| match line {
            Line::Object(at) => keys[at].to_owned(),
            Line::Common(prefix) => prefix,
        };
        (folded.lines.into_iter().map(text).collect(), folded.next)
    }

    #[test]
    fn keys_are_folded_at_the_delimiter_after_the_prefix() {
        let keys = ["a", "b/1", "b/2", "b/c/3", "d"];
        let asked = |prefix: &str, delimiter: &str| ListObjects {
            prefix: Some(prefix.to_owned()),
            delimiter: Some(delimiter.to_owned()),
            ..ListObjects::default()
        };
        let found = |prefix, delimiter| lines(&keys, &asked(prefix, delimiter), 1000).0;
        assert_eq!(found("", "/"), ["a", "b/", "d"]);
        assert_eq!(found("b/", "/"), ["b/1", "b/2", "b/c/"]);
        assert_eq!(found("", ""), keys);
        assert_eq!(found("x", "/"), [""; 0]);
    }

    proptest! {
        /// Pages of any size, one after the other, are the whole.
        #[test]
        fn pages_are_the_whole(
            keys in proptest::collection::btree_set("[ab/é]{1,5}", 0..24), size in 1..5_usize, folded in proptest::bool::ANY,
        ) {
            let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
            let mut input = ListObjects { delimiter: folded.then(|| "/".to_owned()), ..ListObjects::default() };
            let (whole, none) = lines(&keys, &input, 1000);
            prop_assert_eq!(none, None);
            let distinct: BTreeSet<&String> = whole.iter().collect();
            prop_assert_eq!(distinct.len(), whole.len());
            let mut paged = Vec::new();
            loop {
                let (page, next) = lines(&keys, &input, size);
                paged.extend(page);
                match next {
                    Some(next) => input.marker = Some(next),
                    None => break,
                }
            }
            prop_assert_eq!(paged, whole);
        }
    }
}
