//! Buckets.

use super::super::refusal::Refusal;
use super::access::acl;
use super::list::time;
use super::{Reply, Visit};
use crate::codes::obs::{
    BUCKET_NOT_EMPTY, INVALID_ARGUMENT, INVALID_BUCKET_NAME, INVALID_LOCATION_CONSTRAINT, NO_SUCH_BUCKET,
    TOO_MANY_BUCKETS,
};
use crate::local::store::Read;
use crate::local::store::records::{BUCKETS, BucketRecord, OBJECTS, ObjectRecord, UPLOADS, UploadRecord};
use crate::wire::obs::bucket::{
    Bucket, BucketHead, BucketPlace, Buckets, CreateBucket, DeleteBucket, HeadBucket, ListAllMyBucketsResult,
    ListBuckets, Owner,
};
use crate::wire::obs::{Headers, Xml};
use crate::wire::rule;

/// The most buckets of an account.
const LIMIT: usize = 100;
/// The classes of storage, which differ in price alone.
const STORAGE_CLASSES: &[&str] = &["STANDARD", "WARM", "COLD", "DEEP_ARCHIVE", "INTELLIGENT_TIERING"];

/// The bucket `name`.
///
/// # Errors
/// 404 `NoSuchBucket`.
pub(super) fn find(view: &impl Read, name: &str) -> Result<BucketRecord, Refusal> {
    let found = view.get(&BUCKETS, name)?;
    found.ok_or_else(|| Refusal::new(NO_SUCH_BUCKET))
}

/// The class that a request asks for.
///
/// # Errors
/// 400 `InvalidArgument`.
pub(super) fn storage_class(asked: Option<&String>) -> Result<Option<String>, Refusal> {
    match asked {
        Some(class) if !STORAGE_CLASSES.contains(&class.as_str()) => Err(Refusal::because(
            INVALID_ARGUMENT,
            format!("the storage class `{class}` is none"),
        )),
        asked => Ok(asked.cloned()),
    }
}

/// CreateBucket. One's own bucket in the same region may be created again, and nothing changes.
pub(super) async fn create(visit: Visit, input: CreateBucket) -> Result<Reply<Headers<BucketPlace>>, Refusal> {
    visit.caller.must_own()?;
    rule::bucket_name(&input.bucket).map_err(|broken| Refusal::because(INVALID_BUCKET_NAME, broken))?;
    let own = &visit.call.context.account.region;
    if let Some(asked) = input.location.as_ref().filter(|asked| *asked != own) {
        let detail = format!("`{asked}`, and this endpoint is of {own}");
        return Err(Refusal::because(INVALID_LOCATION_CONSTRAINT, detail));
    }
    let record = BucketRecord {
        acl: acl(input.acl)?,
        storage_class: storage_class(input.storage_class.as_ref())?.unwrap_or_else(|| STORAGE_CLASSES[0].to_owned()),
        created: visit.call.now.as_millisecond(),
        name: input.bucket,
    };
    let location = format!("/{}", record.name);
    let work = move |context: &crate::local::Context| {
        context.store.write(|writer| {
            let there_are: Vec<BucketRecord> = writer.scan(&BUCKETS, "")?;
            if there_are.iter().any(|other| other.name == record.name) {
                return Ok(());
            }
            if there_are.len() >= LIMIT {
                return Err(Refusal::new(TOO_MANY_BUCKETS));
            }
            Ok(writer.put(&BUCKETS, &record.name, &record)?)
        })
    };
    visit.call.blocking(work).await?;
    Ok(Headers(BucketPlace { location }).into())
}

/// HeadBucket.
pub(super) async fn head(visit: Visit, input: HeadBucket) -> Result<Reply<Headers<BucketHead>>, Refusal> {
    let context = &visit.call.context;
    let bucket = context.store.read(|reader| find(reader, &input.bucket))?;
    visit.caller.may_read(&bucket.acl)?;
    let head = BucketHead {
        location: Some(context.account.region.clone()),
        storage_class: Some(bucket.storage_class),
        version: Some("3.0".to_owned()),
    };
    Ok(Headers(head).into())
}

/// DeleteBucket.
pub(super) async fn delete(visit: Visit, input: DeleteBucket) -> Result<Reply<()>, Refusal> {
    visit.caller.must_own()?;
    let deleted = visit.call.blocking(move |context| {
        context.store.write(|writer| {
            find(writer, &input.bucket)?;
            let inside = format!("{}/", input.bucket);
            let objects: Vec<ObjectRecord> = writer.scan(&OBJECTS, &inside)?;
            let uploads: Vec<UploadRecord> = writer.scan(&UPLOADS, &inside)?;
            if !objects.is_empty() || !uploads.is_empty() {
                let detail = format!("{} objects, {} open uploads", objects.len(), uploads.len());
                return Err(Refusal::because(BUCKET_NOT_EMPTY, detail));
            }
            Ok(writer.remove(&BUCKETS, &input.bucket)?)
        })
    });
    Ok(deleted.await?.into())
}

/// ListBuckets.
pub(super) async fn list(visit: Visit, _input: ListBuckets) -> Result<Reply<Xml<ListAllMyBucketsResult>>, Refusal> {
    visit.caller.must_own()?;
    let context = &visit.call.context;
    let records: Vec<BucketRecord> = context.store.read(|reader| reader.scan(&BUCKETS, ""))?;
    let bucket = |record: BucketRecord| Bucket {
        created: time(record.created),
        name: record.name,
        location: context.account.region.clone(),
        kind: "OBJECT".to_owned(),
    };
    let result = ListAllMyBucketsResult {
        owner: Owner {
            id: context.account.domain_id.clone(),
        },
        buckets: Buckets {
            buckets: records.into_iter().map(bucket).collect(),
        },
    };
    Ok(Xml(result).into())
}
