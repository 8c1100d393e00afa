//! Objects as a whole: written, read in part or in full, deleted.

use super::super::refusal::Refusal;
use super::access::acl;
use super::content::Content;
use super::{Reply, Visit, bucket, forget, receive};
use crate::codes::obs::{
    INVALID_ARGUMENT, INVALID_RANGE, KEY_TOO_LONG_ERROR, METHOD_NOT_ALLOWED, NO_SUCH_KEY, PRECONDITION_FAILED,
};
use crate::local::store::records::{OBJECTS, ObjectRecord, Piece};
use crate::local::store::{Read, Writer};
use crate::wire::obs::Headers;
use crate::wire::obs::object::{
    Conditions, DeleteObject, GetObject, HeadObject, ObjectHead, ObjectHeaders, PutObject, Written,
};
use crate::wire::rule;
use std::ops::Range;
use std::time::{Duration, SystemTime};

/// What an object is when nobody said.
const CONTENT_TYPE: &str = "binary/octet-stream";

/// The key of an object in [`OBJECTS`].
pub(super) fn record_key(bucket: &str, key: &str) -> String {
    format!("{bucket}/{key}")
}

/// Checks an object's key.
///
/// # Errors
/// 400 `KeyTooLongError` or `InvalidArgument`.
pub(super) fn check_key(key: &str) -> Result<(), Refusal> {
    rule::object_key(key).map_err(|broken| match key.len() > rule::KEY_LENGTH {
        true => Refusal::because(KEY_TOO_LONG_ERROR, broken),
        false => Refusal::because(INVALID_ARGUMENT, broken),
    })
}

/// Refuses what would copy another object.
pub(super) fn check_source(source: Option<&String>) -> Result<(), Refusal> {
    match source {
        Some(_) => Err(Refusal::because(
            METHOD_NOT_ALLOWED,
            "the local cloud does not copy objects",
        )),
        None => Ok(()),
    }
}

/// Puts `record` in the place of the object that was there, and returns the files of that one.
pub(super) fn replace(writer: &Writer, bucket: &str, record: &ObjectRecord) -> Result<Vec<String>, Refusal> {
    let key = record_key(bucket, &record.key);
    let old: Option<ObjectRecord> = writer.get(&OBJECTS, &key)?;
    writer.put(&OBJECTS, &key, record)?;
    Ok(old.map(files).unwrap_or_default())
}

fn files(record: ObjectRecord) -> Vec<String> {
    record.pieces.into_iter().map(|piece| piece.blob).collect()
}

/// PutObject.
pub(super) async fn put(mut visit: Visit, input: PutObject) -> Result<Reply<Headers<Written>>, Refusal> {
    let allowed = may_put(&visit, &input);
    let acl = visit.unless_refused(allowed).await?;
    let complete = receive::object(&mut visit, input.content_md5.as_deref()).await?;
    let etag: String = complete.md5.iter().map(|byte| format!("{byte:02x}")).collect();
    let (now, mark) = (visit.call.now.as_millisecond(), etag.clone());
    let left = visit.call.blocking(move |context| {
        let size = complete.size;
        let blob = context.store.adopt(complete)?;
        let record = ObjectRecord {
            key: input.key,
            size,
            etag,
            modified: now,
            acl,
            headers: input.headers,
            pieces: vec![Piece { blob, size }],
        };
        context.store.write(|writer| {
            bucket::find(writer, &input.bucket)?;
            replace(writer, &input.bucket, &record)
        })
    });
    let left = left.await?;
    forget(&visit.call.context, left).await?;
    let etag = format!("\"{mark}\"");
    Ok(Headers(Written { etag }).into())
}

/// Who may do what with the new object, once it is known that it may be written.
fn may_put(visit: &Visit, input: &PutObject) -> Result<String, Refusal> {
    visit.caller.must_own()?;
    check_key(&input.key)?;
    check_source(input.copy_source.as_ref())?;
    bucket::storage_class(input.headers.storage_class.as_ref())?;
    let context = &visit.call.context;
    context.store.read(|reader| bucket::find(reader, &input.bucket))?;
    acl(input.acl.clone())
}

/// The object `key` of `bucket`, if `visit` may read it.
///
/// # Errors
/// 404 `NoSuchBucket` or `NoSuchKey`, 403 `AccessDenied`.
fn find(visit: &Visit, bucket: &str, key: &str) -> Result<ObjectRecord, Refusal> {
    let found: Option<ObjectRecord> = visit.call.context.store.read(|reader| {
        bucket::find(reader, bucket)?;
        Ok::<_, Refusal>(reader.get(&OBJECTS, &record_key(bucket, key))?)
    })?;
    match found {
        Some(record) => visit.caller.may_read(&record.acl).map(|()| record),
        // Whether there is such an object is the owner's to know.
        None => visit.caller.must_own().and(Err(Refusal::new(NO_SUCH_KEY))),
    }
}

/// GetObject.
pub(super) async fn get(visit: Visit, input: GetObject) -> Result<Reply<Headers<ObjectHead>>, Refusal> {
    let mut record = find(&visit, &input.bucket, &input.key)?;
    let own = &mut record.headers;
    for (place, asked) in [
        (&mut own.content_type, input.content_type),
        (&mut own.content_disposition, input.content_disposition),
        (&mut own.content_encoding, input.content_encoding),
        (&mut own.content_language, input.content_language),
        (&mut own.cache_control, input.cache_control),
        (&mut own.expires, input.expires),
    ] {
        *place = asked.or(place.take());
    }
    shown(&visit, record, &input.conditions, input.range.as_deref())
}

/// HeadObject.
pub(super) async fn head(visit: Visit, input: HeadObject) -> Result<Reply<Headers<ObjectHead>>, Refusal> {
    let record = find(&visit, &input.bucket, &input.key)?;
    shown(&visit, record, &input.conditions, input.range.as_deref())
}

fn shown(
    visit: &Visit,
    record: ObjectRecord,
    conditions: &Conditions,
    range: Option<&str>,
) -> Result<Reply<Headers<ObjectHead>>, Refusal> {
    let modified = SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(record.modified).unwrap_or(0));
    let mut head = ObjectHead {
        etag: format!("\"{}\"", record.etag),
        modified: httpdate::fmt_http_date(modified),
        ranges: "bytes".to_owned(),
        length: record.size.to_string(),
        range: None,
        headers: ObjectHeaders {
            content_type: Some(
                record
                    .headers
                    .content_type
                    .clone()
                    .unwrap_or_else(|| CONTENT_TYPE.to_owned()),
            ),
            ..record.headers.clone()
        },
    };
    if !is_wanted(conditions, &record)? {
        head.length = "0".to_owned();
        return Ok(Reply {
            output: Headers(head),
            status: Some(304),
            content: None,
        });
    }
    let part = range.map(|range| range_of(range, record.size)).transpose()?.flatten();
    let bytes = part.clone().unwrap_or(0..record.size);
    let length = bytes.end - bytes.start;
    head.length = length.to_string();
    head.range = part
        .as_ref()
        .map(|part| format!("bytes {}-{}/{}", part.start, part.end - 1, record.size));
    Ok(Reply {
        output: Headers(head),
        status: part.map(|_| 206),
        content: Some(Content::of(&visit.call.context, &record, bytes.start, length)),
    })
}

/// Whether the object is to be answered; if not, it is "not modified".
///
/// # Errors
/// 412 `PreconditionFailed`.
fn is_wanted(conditions: &Conditions, record: &ObjectRecord) -> Result<bool, Refusal> {
    let names = |tags: &String| {
        tags.split(',')
            .map(|tag| tag.trim().trim_start_matches("W/").trim_matches('"'))
            .any(|tag| tag == "*" || tag == record.etag)
    };
    // Dates have whole seconds.
    let modified = record.modified.div_euclid(1000);
    let changed_since = |date: &String| {
        let date = httpdate::parse_http_date(date)
            .ok()?
            .duration_since(SystemTime::UNIX_EPOCH)
            .ok()?;
        Some(modified > i64::try_from(date.as_secs()).unwrap_or(i64::MAX))
    };
    let unchanged = match (&conditions.matches, &conditions.unmodified_since) {
        (Some(tags), _) => names(tags),
        (None, Some(date)) => !changed_since(date).unwrap_or(false),
        (None, None) => true,
    };
    if !unchanged {
        return Err(Refusal::new(PRECONDITION_FAILED));
    }
    Ok(match (&conditions.none_match, &conditions.modified_since) {
        (Some(tags), _) => !names(tags),
        (None, Some(date)) => changed_since(date).unwrap_or(true),
        (None, None) => true,
    })
}

/// The bytes that the header `Range` asks for; nothing when it is no range of bytes, which asks for all.
///
/// # Errors
/// 416 `InvalidRange` for a range that the object does not have.
fn range_of(text: &str, size: u64) -> Result<Option<Range<u64>>, Refusal> {
    let bounds = text
        .trim()
        .strip_prefix("bytes=")
        .and_then(|range| range.split_once('-'));
    let Some((first, last)) = bounds else {
        return Ok(None);
    };
    let number = |text: &str| text.trim().parse::<u64>().ok();
    let range = match (number(first), number(last)) {
        (Some(first), Some(last)) if first <= last => first..last.saturating_add(1).min(size),
        (Some(first), None) if last.trim().is_empty() => first..size,
        (None, Some(count)) if first.trim().is_empty() => size.saturating_sub(count)..size,
        _ => return Ok(None),
    };
    match range.start < range.end {
        true => Ok(Some(range)),
        false => Err(Refusal::because(INVALID_RANGE, format!("`{text}` of {size} bytes"))),
    }
}

/// DeleteObject. One that is not there is gone too.
pub(super) async fn delete(visit: Visit, input: DeleteObject) -> Result<Reply<()>, Refusal> {
    visit.caller.must_own()?;
    let left = visit.call.blocking(move |context| {
        context.store.write(|writer| {
            bucket::find(writer, &input.bucket)?;
            let key = record_key(&input.bucket, &input.key);
            let old: Option<ObjectRecord> = writer.get(&OBJECTS, &key)?;
            writer.remove(&OBJECTS, &key)?;
            Ok(old.map(files).unwrap_or_default())
        })
    });
    let left = left.await?;
    forget(&visit.call.context, left).await?;
    Ok(().into())
}

#[cfg(test)]
mod tests {
    use super::{Conditions, ObjectHeaders, ObjectRecord, is_wanted, range_of};
    use proptest::prelude::{any, prop_assert, proptest};

    #[test]
    fn a_range_is_from_to_or_the_last_bytes() {
        for (text, range) in [
            ("bytes=0-4", Some(0..5)),
            ("bytes=5-", Some(5..10)),
            ("bytes=-3", Some(7..10)),
            ("bytes=-30", Some(0..10)),
            ("bytes=8-99", Some(8..10)),
            ("bytes=4-3", None),
            ("bytes=-", None),
            ("items=0-4", None),
            ("bytes=0-1,4-5", None),
        ] {
            assert_eq!(range_of(text, 10).unwrap(), range, "{text}");
        }
        for (text, size) in [
            ("bytes=10-", 10),
            ("bytes=10-12", 10),
            ("bytes=-0", 10),
            ("bytes=0-", 0),
        ] {
            assert!(range_of(text, size).is_err(), "{text}");
        }
    }

    #[test]
    fn conditions_are_judged_by_mark_and_by_second() {
        let record = ObjectRecord {
            key: "k".to_owned(),
            size: 1,
            etag: "e".to_owned(),
            modified: 1_752_568_200_500,
            acl: "private".to_owned(),
            headers: ObjectHeaders::default(),
            pieces: Vec::new(),
        };
        let text = |text: &str| Some(text.to_owned());
        let (then, before) = ("Tue, 15 Jul 2025 08:30:00 GMT", "Tue, 15 Jul 2025 08:29:59 GMT");
        let none = Conditions::default;
        for (conditions, expected) in [
            (none(), Some(true)),
            (
                Conditions {
                    matches: text("\"e\", \"x\""),
                    ..none()
                },
                Some(true),
            ),
            (
                Conditions {
                    matches: text("\"x\""),
                    ..none()
                },
                None,
            ),
            (
                Conditions {
                    none_match: text("*"),
                    ..none()
                },
                Some(false),
            ),
            (
                Conditions {
                    none_match: text("x"),
                    ..none()
                },
                Some(true),
            ),
            (
                Conditions {
                    modified_since: text(then),
                    ..none()
                },
                Some(false),
            ),
            (
                Conditions {
                    modified_since: text(before),
                    ..none()
                },
                Some(true),
            ),
            (
                Conditions {
                    unmodified_since: text(then),
                    ..none()
                },
                Some(true),
            ),
            (
                Conditions {
                    unmodified_since: text(before),
                    ..none()
                },
                None,
            ),
            (
                Conditions {
                    unmodified_since: text("then"),
                    ..none()
                },
                Some(true),
            ),
        ] {
            assert_eq!(is_wanted(&conditions, &record).ok(), expected, "{conditions:?}");
        }
    }

    proptest! {
        #[test]
        fn no_range_leaves_the_object(text in "bytes=[0-9]{0,21}-[0-9]{0,21}", other in "\\PC{0,12}", size in any::<u64>()) {
            for text in [text, other] {
                if let Ok(Some(range)) = range_of(&text, size) {
                    prop_assert!(range.start < range.end && range.end <= size);
                }
            }
        }
    }
}
