//! Objects of the local cloud's own buckets, by their URL: code and dependencies that are given as links.
//!
//! Both forms of a URL are understood, with the bucket in the host of the public cloud and with the bucket in the path.

use super::super::refusal::Refusal;
use super::super::request::Call;
use super::content::Content;
use super::object::record_key;
use super::{access, seen};
use crate::codes::functiongraph::{OBS_PACKAGE_NOT_FOUND, TOO_LARGE};
use crate::local::Row;
use crate::local::store::Read;
use crate::local::store::records::{OBJECTS, ObjectRecord};
use crate::sign::obs::{Authorization, Request, Resource};
use crate::wire::rule::{OBS_ARCHIVE_LIMIT, bucket_name};
use http::Uri;
use percent_encoding::percent_decode_str;

/// What is played of it.
pub(super) const PLAYED: Row = Row::beside(
    "obs",
    "code and dependencies by link",
    "FunctionGraph, CreateDependencyVersion and UpdateFunctionCode",
    &["whether the account's own private objects are read without a signature in the URL: here they are"],
);

/// Where an object is, as its URL says.
#[derive(Debug, PartialEq)]
struct Place {
    bucket: String,
    key: String,
}

/// The object at `url`; nothing when the URL is none of the local cloud's own buckets.
///
/// # Errors
/// 404 `FSS.1054` for an object that is not there, a signature that is not the account's, or another region; 413
/// `FSS.0413` for one that is too large.
pub(in crate::local::control) async fn fetched(call: &Call, url: &str) -> Result<Option<Vec<u8>>, Refusal> {
    let context = &call.context;
    let Some((uri, place)) = url.parse::<Uri>().ok().and_then(|uri| {
        let place = place(&uri, &call.origin, &context.account.region)?;
        Some((uri, place))
    }) else {
        return Ok(None);
    };
    let not_found =
        |why: String| Refusal::because(OBS_PACKAGE_NOT_FOUND, format!("`{}/{}` {why}", place.bucket, place.key));
    check_signature(call, &uri, &place).map_err(|why| not_found(format!("may not be read: {why}")))?;
    let key = record_key(&place.bucket, &place.key);
    let found: Option<ObjectRecord> = context
        .store
        .read(|reader| Ok::<_, Refusal>(reader.get(&OBJECTS, &key)?))?;
    let record = found.ok_or_else(|| not_found("is not there".to_owned()))?;
    if record.size > OBS_ARCHIVE_LIMIT {
        let detail = format!("{} bytes, more than {OBS_ARCHIVE_LIMIT}", record.size);
        return Err(Refusal::because(TOO_LARGE, detail));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(record.size).unwrap_or(0));
    let mut content = Content::of(context, &record, 0, record.size);
    while let Some(chunk) = content
        .next()
        .await
        .map_err(|error| Refusal::Internal(format!("the object cannot be read: {error}")))?
    {
        bytes.extend_from_slice(&chunk);
    }
    Ok(Some(bytes))
}

/// Where `uri` leads among the buckets of `region` and of the local cloud at `origin`.
fn place(uri: &Uri, origin: &str, region: &str) -> Option<Place> {
    let host = uri.host()?.to_ascii_lowercase();
    let service = format!("obs.{region}.myhuaweicloud.com");
    let path = percent_decode_str(uri.path()).decode_utf8().ok()?;
    let path = path.strip_prefix('/')?;
    let (bucket, key) = match host.strip_suffix(&format!(".{service}")) {
        Some(bucket) => (bucket, path),
        None if host == service || is_here(uri, origin) => path.split_once('/')?,
        None => return None,
    };
    // The local cloud has other paths of its own, which no bucket can be called.
    bucket_name(bucket).ok()?;
    Some(Place {
        bucket: bucket.to_owned(),
        key: key.to_owned(),
    })
}

/// Whether `uri` leads to the local cloud itself, which is on one port of this machine.
fn is_here(uri: &Uri, origin: &str) -> bool {
    let port = |uri: &Uri| uri.port_u16().unwrap_or(80);
    let loopback = |uri: &Uri| matches!(uri.host(), Some("127.0.0.1" | "localhost" | "[::1]"));
    let origin: Option<Uri> = origin.parse().ok();
    uri.scheme_str() == Some("http")
        && origin.is_some_and(|origin| loopback(uri) && loopback(&origin) && port(uri) == port(&origin))
}

/// Checks a URL that is signed; one that is not is the account's own wish.
fn check_signature(call: &Call, uri: &Uri, place: &Place) -> Result<(), String> {
    let query = seen::pairs(uri.query()).ok_or("its query is no text")?;
    let Some(authorization) = Authorization::of_query(&query) else {
        return Ok(());
    };
    let request = Request {
        method: "GET",
        resource: Resource {
            bucket: Some(&place.bucket),
            key: Some(&place.key),
            path_style: false,
        },
        query: &query,
        headers: &[],
    };
    access::check(&request, &authorization, &call.context.account, call.now).map_err(|refusal| match refusal {
        Refusal::Coded { code, message, .. } => format!("{code}, {message}"),
        Refusal::Internal(causes) => causes,
    })
}

#[cfg(test)]
mod tests {
    use super::{Place, place};

    #[test]
    fn both_forms_of_an_objects_url_are_understood() {
        let found = |url: &str| {
            place(&url.parse().unwrap(), "http://127.0.0.1:7860", "cn-east-3")
                .map(|Place { bucket, key }| (bucket, key))
        };
        let expected = Some(("bucket".to_owned(), "a/b c.zip".to_owned()));
        for url in [
            "https://bucket.obs.cn-east-3.myhuaweicloud.com/a/b%20c.zip",
            "https://BUCKET.obs.cn-east-3.myhuaweicloud.com/a/b%20c.zip?AccessKeyId=x",
            "https://obs.cn-east-3.myhuaweicloud.com/bucket/a/b%20c.zip",
            "http://127.0.0.1:7860/bucket/a/b%20c.zip",
            "http://localhost:7860/bucket/a/b%20c.zip",
        ] {
            assert_eq!(found(url), expected, "{url}");
        }
        for url in [
            "http://127.0.0.1:7861/bucket/key",
            "https://127.0.0.1:7860/bucket/key",
            "http://127.0.0.1:7860/bucket",
            "https://bucket.obs.cn-north-4.myhuaweicloud.com/key",
            "https://obs.cn-east-3.myhuaweicloud.com.evil.example/bucket/key",
            "https://example.com/bucket/key",
        ] {
            assert_eq!(found(url), None, "{url}");
        }
    }
}
