//! Object storage: its operations over the same transport, and URLs that need no keys.

use super::error::{ApiError, Asked, ReadError};
use super::{Cloud, Endpoints};
use crate::sign::Caller;
use crate::sign::obs::{self, Resource, Style, encode_key};
use crate::transport::{Progress, Query, Request, Response, Scheme};
use crate::wire::obs::{Answer, ObsOperation, ObsParts};
use crate::wire::{Method, Service};
use bytes::Bytes;
use jiff::Timestamp;
use std::net::IpAddr;
use std::time::Duration;

/// The bytes that go with an operation.
#[derive(Clone, Default)]
pub(crate) struct Payload {
    /// What is sent.
    pub(crate) bytes: Bytes,
    /// Who is told how much of it has gone out.
    pub(crate) progress: Option<Progress>,
}

/// Where something is: scheme and authority, and the path.
struct Place {
    url: String,
    path: String,
    path_style: bool,
}

impl Place {
    /// The bucket stands in the host, as the service wants it, but for an endpoint that is an address: it has no names
    /// below it.
    fn of(endpoint: &str, bucket: Option<&str>, key: Option<&str>) -> Self {
        let (scheme, authority) = endpoint.split_once("://").unwrap_or(("https", endpoint));
        let path_style = is_address(authority);
        let key = encode_key(key.unwrap_or_default());
        let (url, path) = match bucket {
            Some(bucket) if path_style && key.is_empty() => (endpoint.to_owned(), format!("/{bucket}")),
            Some(bucket) if path_style => (endpoint.to_owned(), format!("/{bucket}/{key}")),
            Some(bucket) => (format!("{scheme}://{bucket}.{authority}"), format!("/{key}")),
            None => (endpoint.to_owned(), "/".to_owned()),
        };
        Self { url, path, path_style }
    }
}

/// Whether `authority` is an address or this machine's own name, with a port or without.
fn is_address(authority: &str) -> bool {
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    host == "localhost" || host.parse::<IpAddr>().is_ok()
}

impl Cloud {
    /// Sends `operation` of object storage and reads what it answers.
    ///
    /// # Errors
    /// [`ApiError`], all kinds.
    pub(crate) async fn store<O: ObsOperation>(&self, operation: &O) -> Result<O::Output, ApiError> {
        self.store_with(operation, Payload::default()).await
    }

    /// The same with an object's bytes.
    ///
    /// # Errors
    /// [`ApiError`], all kinds.
    pub(crate) async fn store_with<O: ObsOperation>(
        &self,
        operation: &O,
        payload: Payload,
    ) -> Result<O::Output, ApiError> {
        let parts = ObsParts::of(operation).map_err(|source| ApiError::Shape {
            operation: O::NAME,
            source,
        })?;
        let request = request(&self.0.line.endpoints, O::METHOD, parts, payload);
        let outcome = self.0.line.exchange.exchange_boxed(&request).await;
        let response = outcome.map_err(|source| ApiError::Unreachable {
            operation: O::NAME,
            method: request.method,
            url: request.url.clone(),
            source,
        })?;
        answer::<O>(&request, &response)
    }

    /// The URL by which whoever holds it may read the object `key` of `bucket` during `life`; nothing for a caller who
    /// has no keys to sign it.
    pub(crate) fn object_url(&self, bucket: &str, key: &str, life: Duration) -> Option<String> {
        let Caller::Keys(credentials) = &self.0.caller else {
            return None;
        };
        let place = Place::of(self.0.line.endpoints.of(Service::Obs), Some(bucket), Some(key));
        let request = obs::Request {
            method: Method::Get.as_str(),
            resource: Resource {
                bucket: Some(bucket),
                key: Some(key),
                path_style: place.path_style,
            },
            query: &[],
            headers: &[],
        };
        let expires = Timestamp::now().as_second() + i64::try_from(life.as_secs()).unwrap_or(0);
        let query = obs::presign(&request, credentials, Style::Obs, expires);
        let query = Query::Marked(query).encoded();
        Some(format!("{}{}?{query}", place.url, place.path))
    }
}

/// The request as it will be sent, but for what signing adds.
fn request(endpoints: &Endpoints, method: Method, parts: ObsParts, payload: Payload) -> Request {
    let ObsParts {
        bucket,
        key,
        query,
        mut headers,
        xml,
    } = parts;
    let place = Place::of(endpoints.of(Service::Obs), bucket.as_deref(), key.as_deref());
    let body = match xml {
        Some(xml) => {
            headers.push(("content-type".to_owned(), "application/xml".to_owned()));
            xml.into()
        }
        None => payload.bytes,
    };
    Request {
        method: method.as_str(),
        url: place.url,
        path: place.path,
        query: Query::Marked(query),
        headers,
        body,
        idempotent: method.is_idempotent(),
        scheme: Scheme::Obs {
            bucket,
            key,
            path_style: place.path_style,
        },
        progress: payload.progress,
    }
}

fn answer<O: ObsOperation>(request: &Request, response: &Response) -> Result<O::Output, ApiError> {
    if !(200..300).contains(&response.status) {
        let asked = Asked {
            operation: O::NAME,
            service: Service::Obs,
            method: request.method,
            path: &request.path,
        };
        return Err(ApiError::refused(asked, response));
    }
    O::Output::read(&response.headers, &response.body)
        .map_err(|error| ApiError::unreadable((O::NAME, O::METHOD), response, ReadError::from(error)))
}

#[cfg(test)]
mod tests {
    use super::Payload;
    use crate::cloud::fake::Script;
    use crate::cloud::{Cloud, Endpoints, Target};
    use crate::sign::{Credentials, Secret};
    use crate::wire::obs::bucket::HeadBucket;
    use crate::wire::obs::multipart::{CompleteMultipartUpload, InitiateMultipartUpload, Part, UploadPart};
    use std::sync::Arc;
    use std::time::Duration;

    async fn cloud(endpoint: &str, script: &Arc<Script>) -> Cloud {
        let target = Target {
            endpoints: Endpoints::new(|_| endpoint.to_owned()),
            region: "cn-east-3".to_owned(),
            project_id: Some("p".to_owned()),
            domain_id: None,
            credentials: Credentials {
                access_key: "AK".to_owned(),
                secret_key: Secret::new("SK"),
                security_token: None,
            }
            .into(),
            cache: None,
        };
        Cloud::over(target, Arc::clone(script)).await.unwrap()
    }

    const PUBLIC: &str = "https://obs.cn-east-3.myhuaweicloud.com";
    const LOCAL: &str = "http://127.0.0.1:7860";

    #[tokio::test]
    async fn the_bucket_stands_in_the_host_but_for_an_address() {
        let begun = "<InitiateMultipartUploadResult><Bucket>b</Bucket><Key>k</Key><UploadId>I</UploadId></InitiateMultipartUploadResult>";
        for (endpoint, url, target) in [
            (
                PUBLIC,
                "https://bucket.obs.cn-east-3.myhuaweicloud.com",
                "/a/%C3%A9%20b?uploads",
            ),
            (LOCAL, LOCAL, "/bucket/a/%C3%A9%20b?uploads"),
            ("http://[::1]:1", "http://[::1]:1", "/bucket/a/%C3%A9%20b?uploads"),
        ] {
            let script = Arc::new(Script::new().answer(200, begun));
            let operation = InitiateMultipartUpload {
                bucket: "bucket".to_owned(),
                key: "a/é b".to_owned(),
                ..InitiateMultipartUpload::default()
            };
            let answer = cloud(endpoint, &script).await.store(&operation).await.unwrap();
            assert_eq!(answer.0.upload_id, "I");
            let seen = script.seen();
            assert_eq!((seen[0].url.as_str(), seen[0].target().as_str()), (url, target));
        }
    }

    #[tokio::test]
    async fn bodies_are_xml_or_the_bytes_themselves() {
        let done = "<CompleteMultipartUploadResult><Location>l</Location><Bucket>b</Bucket><Key>k</Key><ETag>\"e-1\"</ETag></CompleteMultipartUploadResult>";
        let script = Script::new()
            .answer_with(200, "", &[("etag", "\"e\"")])
            .answer(200, done);
        let script = Arc::new(script);
        let cloud = cloud(LOCAL, &script).await;
        let part = UploadPart {
            bucket: "bucket".to_owned(),
            key: "key".to_owned(),
            upload_id: "I".to_owned(),
            number: Some(1),
            ..UploadPart::default()
        };
        let payload = Payload {
            bytes: "bytes".into(),
            progress: None,
        };
        assert_eq!(cloud.store_with(&part, payload).await.unwrap().0.etag, "\"e\"");
        let complete = CompleteMultipartUpload {
            bucket: "bucket".to_owned(),
            key: "key".to_owned(),
            upload_id: "I".to_owned(),
            parts: vec![Part {
                number: 1,
                etag: "\"e\"".to_owned(),
            }],
        };
        assert_eq!(cloud.store(&complete).await.unwrap().0.etag, "\"e-1\"");
        let seen = script.seen();
        assert_eq!((&seen[0].body[..], seen[0].idempotent), (b"bytes".as_slice(), true));
        let xml = String::from_utf8(seen[1].body.to_vec()).unwrap();
        let expected = "<Part><PartNumber>1</PartNumber><ETag>\"e\"</ETag></Part>";
        assert!(xml.replace("&quot;", "\"").contains(expected), "{xml}");
        assert!(!seen[1].idempotent, "a POST is not sent twice blindly");
    }

    #[tokio::test]
    async fn a_bucket_that_is_not_there_is_told_without_a_body() {
        let id = [("x-obs-request-id", "1")];
        let script = Script::new().answer_with(404, "", &id).answer(404, "");
        let script = Arc::new(script);
        let cloud = cloud(LOCAL, &script).await;
        let head = HeadBucket {
            bucket: "bucket".to_owned(),
        };
        let error = cloud.store(&head).await.unwrap_err();
        assert!(error.is_not_found(), "{error}");
        assert_eq!(error.refusal().unwrap().request_id.as_deref(), Some("1"));
        let error = cloud.store(&head).await.unwrap_err();
        assert!(!error.is_not_found(), "something on the way may have said that");
    }

    #[tokio::test]
    async fn an_objects_url_is_signed_for_a_while() {
        let script = Arc::new(Script::new());
        let url = cloud(PUBLIC, &script)
            .await
            .object_url("bucket", "a b", Duration::from_secs(60))
            .unwrap();
        let (place, query) = url.split_once('?').unwrap();
        assert_eq!(place, "https://bucket.obs.cn-east-3.myhuaweicloud.com/a%20b");
        for part in ["AccessKeyId=AK", "Expires=", "Signature="] {
            assert!(query.contains(part), "{query}");
        }
    }
}
