//! Objects in parts: begun, filled in any order, completed or given up.

use super::super::identity::new_id;
use super::super::refusal::Refusal;
use super::access::acl;
use super::list::{page_size, time};
use super::object::{check_key, check_source, replace};
use super::{Reply, Visit, bucket, forget, receive};
use crate::codes::obs::{
    ENTITY_TOO_SMALL, INVALID_ARGUMENT, INVALID_PART, INVALID_PART_ORDER, MALFORMED_XML, NO_SUCH_UPLOAD,
};
use crate::local::store::records::{ObjectRecord, PARTS, PartRecord, Piece, UPLOADS, UploadRecord};
use crate::local::store::{Read, Writer};
use crate::sign::obs::encode_key;
use crate::wire::obs::bucket::Owner;
use crate::wire::obs::multipart::{
    AbortMultipartUpload, CompleteMultipartUpload, CompleteMultipartUploadResult, InitiateMultipartUpload,
    InitiateMultipartUploadResult, ListMultipartUploads, ListMultipartUploadsResult, ListParts, ListPartsResult,
    ListedPart, ListedUpload, Part, UploadPart,
};
use crate::wire::obs::object::Written;
use crate::wire::obs::{Headers, Xml};
use crate::wire::rule;
use md5::{Digest, Md5};

/// The class of storage of uploads that name none.
const STANDARD: &str = "STANDARD";

fn upload_key(bucket: &str, upload_id: &str) -> String {
    format!("{bucket}/{upload_id}")
}

/// Where the parts of an upload begin in [`PARTS`].
fn parts_of(upload_id: &str) -> String {
    format!("{upload_id}:")
}

/// The upload `upload_id` of the object `key`.
///
/// # Errors
/// 404 `NoSuchBucket` or `NoSuchUpload`.
fn find(view: &impl Read, bucket: &str, key: &str, upload_id: &str) -> Result<UploadRecord, Refusal> {
    bucket::find(view, bucket)?;
    let found: Option<UploadRecord> = view.get(&UPLOADS, &upload_key(bucket, upload_id))?;
    found
        .filter(|record| record.key == key)
        .ok_or_else(|| Refusal::new(NO_SUCH_UPLOAD))
}

/// InitiateMultipartUpload.
pub(super) async fn begin(
    visit: Visit,
    input: InitiateMultipartUpload,
) -> Result<Reply<Xml<InitiateMultipartUploadResult>>, Refusal> {
    visit.caller.must_own()?;
    check_key(&input.key)?;
    bucket::storage_class(input.headers.storage_class.as_ref())?;
    let record = UploadRecord {
        upload_id: new_id().to_ascii_uppercase(),
        key: input.key,
        begun: visit.call.now.as_millisecond(),
        acl: acl(input.acl)?,
        headers: input.headers,
    };
    let result = InitiateMultipartUploadResult {
        bucket: input.bucket.clone(),
        key: record.key.clone(),
        upload_id: record.upload_id.clone(),
    };
    let begun = visit.call.blocking(move |context| {
        context.store.write(|writer| {
            bucket::find(writer, &input.bucket)?;
            let key = upload_key(&input.bucket, &record.upload_id);
            Ok(writer.put(&UPLOADS, &key, &record)?)
        })
    });
    begun.await?;
    Ok(Xml(result).into())
}

/// UploadPart.
pub(super) async fn put_part(mut visit: Visit, input: UploadPart) -> Result<Reply<Headers<Written>>, Refusal> {
    let allowed = may_put(&visit, &input);
    let number = visit.unless_refused(allowed).await?;
    let complete = receive::object(&mut visit, input.content_md5.as_deref()).await?;
    let etag: String = complete.md5.iter().map(|byte| format!("{byte:02x}")).collect();
    let (modified, mark) = (visit.call.now.as_millisecond(), etag.clone());
    let left = visit.call.blocking(move |context| {
        let record = PartRecord {
            number,
            size: complete.size,
            etag,
            modified,
            blob: context.store.adopt(complete)?,
        };
        context.store.write(|writer| {
            find(writer, &input.bucket, &input.key, &input.upload_id)?;
            let key = format!("{}{number:05}", parts_of(&input.upload_id));
            let old: Option<PartRecord> = writer.get(&PARTS, &key)?;
            writer.put(&PARTS, &key, &record)?;
            Ok(old.map(|old| old.blob))
        })
    });
    let left = left.await?;
    forget(&visit.call.context, left.into_iter().collect()).await?;
    let etag = format!("\"{mark}\"");
    Ok(Headers(Written { etag }).into())
}

/// The part's number, once it is known that it may be written.
fn may_put(visit: &Visit, input: &UploadPart) -> Result<i64, Refusal> {
    visit.caller.must_own()?;
    check_source(input.copy_source.as_ref())?;
    let number = input.number.filter(|number| rule::PART_NUMBERS.contains(number));
    let number = number.ok_or_else(|| {
        let range = (rule::PART_NUMBERS.start(), rule::PART_NUMBERS.end());
        Refusal::because(
            INVALID_ARGUMENT,
            format!("partNumber is not {} to {}", range.0, range.1),
        )
    })?;
    let context = &visit.call.context;
    context
        .store
        .read(|reader| find(reader, &input.bucket, &input.key, &input.upload_id))?;
    Ok(number)
}

/// ListParts.
pub(super) async fn list_parts(visit: Visit, input: ListParts) -> Result<Reply<Xml<ListPartsResult>>, Refusal> {
    visit.caller.must_own()?;
    let size = page_size("max-parts", input.max_parts)?;
    let marker = input.marker.unwrap_or(0);
    let context = &visit.call.context;
    let (upload, mut parts) = context.store.read(|reader| {
        let upload = find(reader, &input.bucket, &input.key, &input.upload_id)?;
        let parts: Vec<PartRecord> = reader.scan(&PARTS, &parts_of(&input.upload_id))?;
        Ok::<_, Refusal>((upload, parts))
    })?;
    parts.retain(|part| part.number > marker);
    let truncated = parts.len() > size;
    parts.truncate(size);
    let owner = Owner {
        id: context.account.domain_id.clone(),
    };
    let result = ListPartsResult {
        bucket: input.bucket,
        key: input.key,
        upload_id: input.upload_id,
        initiator: owner.clone(),
        owner,
        storage_class: upload.headers.storage_class.unwrap_or_else(|| STANDARD.to_owned()),
        marker,
        next_marker: parts.last().map(|part| part.number).filter(|_| truncated),
        max_parts: i64::try_from(size).unwrap_or(i64::MAX),
        truncated,
        parts: parts.into_iter().map(listed).collect(),
    };
    Ok(Xml(result).into())
}

fn listed(part: PartRecord) -> ListedPart {
    ListedPart {
        number: part.number,
        modified: time(part.modified),
        etag: format!("\"{}\"", part.etag),
        size: part.size,
    }
}

/// CompleteMultipartUpload.
pub(super) async fn complete(
    visit: Visit,
    input: CompleteMultipartUpload,
) -> Result<Reply<Xml<CompleteMultipartUploadResult>>, Refusal> {
    visit.caller.must_own()?;
    check_order(&input.parts)?;
    let modified = visit.call.now.as_millisecond();
    let mut result = CompleteMultipartUploadResult {
        location: format!("{}/{}/{}", visit.call.origin, input.bucket, encode_key(&input.key)),
        bucket: input.bucket.clone(),
        key: input.key.clone(),
        etag: String::new(),
    };
    let completed = visit.call.blocking(move |context| {
        context.store.write(|writer| {
            let upload = find(writer, &input.bucket, &input.key, &input.upload_id)?;
            let (parts, mut left) = take_parts(writer, &upload.upload_id)?;
            let record = object(upload, &chosen(&input.parts, parts)?, modified)?;
            writer.remove(&UPLOADS, &upload_key(&input.bucket, &input.upload_id))?;
            left.extend(replace(writer, &input.bucket, &record)?);
            Ok((record.etag, left))
        })
    });
    let (etag, left) = completed.await?;
    forget(&visit.call.context, left).await?;
    result.etag = format!("\"{etag}\"");
    Ok(Xml(result).into())
}

fn check_order(parts: &[Part]) -> Result<(), Refusal> {
    if parts.is_empty() {
        return Err(Refusal::because(MALFORMED_XML, "it names no part"));
    }
    match parts.is_sorted_by(|one, next| one.number < next.number) {
        true => Ok(()),
        false => Err(Refusal::new(INVALID_PART_ORDER)),
    }
}

/// Takes the parts of an upload away, and tells which files they had.
fn take_parts(writer: &Writer, upload_id: &str) -> Result<(Vec<PartRecord>, Vec<String>), Refusal> {
    let parts: Vec<PartRecord> = writer.scan(&PARTS, &parts_of(upload_id))?;
    for part in &parts {
        writer.remove(&PARTS, &format!("{}{:05}", parts_of(upload_id), part.number))?;
    }
    let files = parts.iter().map(|part| part.blob.clone()).collect();
    Ok((parts, files))
}

/// Those of the parts that `there_are` which the request names.
fn chosen(named: &[Part], there_are: Vec<PartRecord>) -> Result<Vec<PartRecord>, Refusal> {
    let mut chosen = Vec::with_capacity(named.len());
    for part in named {
        let mark = part.etag.trim().trim_matches('"');
        let found = there_are
            .iter()
            .find(|other| other.number == part.number && other.etag == mark);
        let found = found.ok_or_else(|| Refusal::because(INVALID_PART, format!("number {}", part.number)))?;
        chosen.push(found.clone());
    }
    let small = chosen.iter().rev().skip(1).find(|part| part.size < rule::PART_MINIMUM);
    match small {
        Some(part) => {
            let detail = format!("number {} has {} bytes", part.number, part.size);
            Err(Refusal::because(ENTITY_TOO_SMALL, detail))
        }
        None => Ok(chosen),
    }
}

/// The object that `parts` make.
fn object(upload: UploadRecord, parts: &[PartRecord], modified: i64) -> Result<ObjectRecord, Refusal> {
    let marks: Vec<&str> = parts.iter().map(|part| part.etag.as_str()).collect();
    let etag = whole_mark(&marks).ok_or_else(|| Refusal::Internal("a part's mark is no MD5".to_owned()))?;
    Ok(ObjectRecord {
        key: upload.key,
        size: parts.iter().map(|part| part.size).sum(),
        etag,
        modified,
        acl: upload.acl,
        headers: upload.headers,
        pieces: parts
            .iter()
            .map(|part| Piece {
                blob: part.blob.clone(),
                size: part.size,
            })
            .collect(),
    })
}

/// The mark of an object whose parts have `marks`: the MD5 of their MD5s, and how many they are.
fn whole_mark(marks: &[&str]) -> Option<String> {
    let mut hash = Md5::new();
    for mark in marks {
        for at in (0..32).step_by(2) {
            hash.update([u8::from_str_radix(mark.get(at..at + 2)?, 16).ok()?]);
        }
    }
    let text: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Some(format!("{text}-{}", marks.len()))
}

/// AbortMultipartUpload.
pub(super) async fn abort(visit: Visit, input: AbortMultipartUpload) -> Result<Reply<()>, Refusal> {
    visit.caller.must_own()?;
    let left = visit.call.blocking(move |context| {
        context.store.write(|writer| {
            find(writer, &input.bucket, &input.key, &input.upload_id)?;
            writer.remove(&UPLOADS, &upload_key(&input.bucket, &input.upload_id))?;
            Ok(take_parts(writer, &input.upload_id)?.1)
        })
    });
    let left = left.await?;
    forget(&visit.call.context, left).await?;
    Ok(().into())
}

/// ListMultipartUploads, by key and then by id.
pub(super) async fn list(
    visit: Visit,
    input: ListMultipartUploads,
) -> Result<Reply<Xml<ListMultipartUploadsResult>>, Refusal> {
    visit.caller.must_own()?;
    let size = page_size("max-uploads", input.max_uploads)?;
    let context = &visit.call.context;
    let mut uploads: Vec<UploadRecord> = context.store.read(|reader| {
        bucket::find(reader, &input.bucket)?;
        Ok::<_, Refusal>(reader.scan(&UPLOADS, &format!("{}/", input.bucket))?)
    })?;
    let (prefix, key) = (input.prefix.unwrap_or_default(), input.key_marker.unwrap_or_default());
    let id = input.upload_id_marker.unwrap_or_default();
    let is_after = |upload: &UploadRecord| match id.is_empty() {
        true => upload.key > key,
        false => (&upload.key, &upload.upload_id) > (&key, &id),
    };
    uploads.retain(|upload| upload.key.starts_with(&prefix) && is_after(upload));
    uploads.sort_by(|one, other| (&one.key, &one.upload_id).cmp(&(&other.key, &other.upload_id)));
    let truncated = uploads.len() > size;
    uploads.truncate(size);
    let last = uploads.last().filter(|_| truncated);
    let result = ListMultipartUploadsResult {
        bucket: input.bucket,
        next_key_marker: last.map(|upload| upload.key.clone()),
        next_upload_id_marker: last.map(|upload| upload.upload_id.clone()),
        prefix,
        key_marker: key,
        upload_id_marker: id,
        max_uploads: i64::try_from(size).unwrap_or(i64::MAX),
        truncated,
        uploads: uploads
            .into_iter()
            .map(|upload| shown(upload, &context.account.domain_id))
            .collect(),
    };
    Ok(Xml(result).into())
}

fn shown(upload: UploadRecord, owner: &str) -> ListedUpload {
    let owner = Owner { id: owner.to_owned() };
    ListedUpload {
        key: upload.key,
        upload_id: upload.upload_id,
        initiator: owner.clone(),
        owner,
        storage_class: upload.headers.storage_class.unwrap_or_else(|| STANDARD.to_owned()),
        initiated: time(upload.begun),
    }
}
