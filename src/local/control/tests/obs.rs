//! Object storage: requests written out by hand and signed by the string that the documentation gives, so that neither
//! the shared definitions nor the signer can be wrong alone.

use super::{Cloud, HOST, base64, new_function, urn, with};
use crate::sign::obs::{self, date_text};
use axum::body::Body;
use axum::response::Response;
use hmac::{Hmac, KeyInit, Mac};
use http_body_util::BodyExt;
use jiff::{SignedDuration, Timestamp};
use md5::{Digest, Md5};
use serde_json::json;
use sha1::Sha1;
use tower::ServiceExt;

/// An answer that is no JSON.
struct Answered {
    status: u16,
    headers: http::HeaderMap,
    body: String,
}

impl Answered {
    async fn of(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Self {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    #[track_caller]
    fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.body);
        assert_eq!(self.header("x-obs-request-id").len(), 32);
        self
    }

    #[track_caller]
    fn refused(self, status: u16, code: &str) -> Self {
        let answer = self.is(status);
        assert!(answer.body.contains(&format!("<Code>{code}</Code>")), "{}", answer.body);
        answer
    }

    /// The text of the element `name`.
    #[track_caller]
    fn element(&self, name: &str) -> &str {
        let (_, rest) = self
            .body
            .split_once(&format!("<{name}>"))
            .unwrap_or_else(|| panic!("{}", self.body));
        rest.split_once('<').unwrap().0
    }
}

fn hmac(text: &str) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(b"SK").unwrap();
    mac.update(text.as_bytes());
    base64(&mac.finalize().into_bytes())
}

/// A request: method, target, headers, body; and what of the target is signed.
struct Asked<'a> {
    method: &'a str,
    target: &'a str,
    signed: &'a str,
    headers: &'a [(&'a str, &'a str)],
    body: &'a [u8],
}

impl<'a> Asked<'a> {
    fn new(method: &'a str, target: &'a str, signed: &'a str) -> Self {
        Self {
            method,
            target,
            signed,
            headers: &[],
            body: b"",
        }
    }

    fn at(&self, at: Timestamp) -> http::Request<Body> {
        let header = |wanted: &str| {
            let found = self.headers.iter().find(|(name, _)| *name == wanted);
            found.map_or("", |(_, value)| *value)
        };
        let own: String = self
            .headers
            .iter()
            .filter(|(name, _)| name.starts_with("x-obs-"))
            .map(|(name, value)| format!("{name}:{value}\n"))
            .collect();
        let date = date_text(at);
        let text = format!(
            "{}\n{}\n{}\n{date}\n{own}{}",
            self.method,
            header("content-md5"),
            header("content-type"),
            self.signed
        );
        let mut builder = http::Request::builder().method(self.method).uri(self.target);
        for (name, value) in self.headers {
            builder = builder.header(*name, *value);
        }
        builder
            .header("host", HOST)
            .header("date", date)
            .header("content-length", self.body.len())
            .header("authorization", format!("OBS AK:{}", hmac(&text)))
            .body(Body::from(self.body.to_vec()))
            .unwrap()
    }
}

impl Cloud {
    async fn raw(&self, request: http::Request<Body>) -> Answered {
        Answered::of(self.router.clone().oneshot(request).await.unwrap()).await
    }

    async fn storage(&self, asked: Asked<'_>) -> Answered {
        self.raw(asked.at(Timestamp::now())).await
    }

    async fn bucket(&self) {
        let created = self.storage(Asked::new("PUT", "/bucket", "/bucket")).await.is(200);
        assert_eq!(created.header("location"), "/bucket");
    }

    async fn object(&self, key: &str, body: &[u8]) -> Answered {
        let target = format!("/bucket/{key}");
        let asked = Asked {
            body,
            ..Asked::new("PUT", &target, &target)
        };
        self.storage(asked).await
    }

    fn blobs(&self) -> usize {
        std::fs::read_dir(self.folder.path().join("blobs")).unwrap().count()
    }
}

#[tokio::test]
async fn an_object_is_written_listed_read_and_deleted() {
    let cloud = Cloud::new();
    cloud.bucket().await;
    let asked = Asked {
        headers: &[
            ("content-md5", "XUFAKrxLKna5cZ2REBfFkg=="),
            ("content-type", "text/plain"),
            ("x-obs-acl", "private"),
            ("x-obs-meta-owner", "me"),
        ],
        body: b"hello",
        ..Asked::new("PUT", "/bucket/a/%E6%96%87%20b", "/bucket/a/%E6%96%87%20b")
    };
    let put = cloud.storage(asked).await.is(200);
    assert_eq!(put.header("etag"), "\"5d41402abc4b2a76b9719d911017c592\"");
    let got = cloud
        .storage(Asked::new("GET", "/bucket/a/%E6%96%87%20b", "/bucket/a/%E6%96%87%20b"))
        .await
        .is(200);
    assert_eq!((got.body.as_str(), got.header("content-type")), ("hello", "text/plain"));
    assert_eq!(
        (got.header("x-obs-meta-owner"), got.header("content-length")),
        ("me", "5")
    );
    assert_eq!((got.header("server"), got.header("accept-ranges")), ("OBS", "bytes"));
    let ranged = Asked {
        headers: &[("range", "bytes=1-2")],
        ..Asked::new("GET", "/bucket/a/%E6%96%87%20b", "/bucket/a/%E6%96%87%20b")
    };
    let ranged = cloud.storage(ranged).await.is(206);
    assert_eq!(
        (ranged.body.as_str(), ranged.header("content-range")),
        ("el", "bytes 1-2/5")
    );
    let list = cloud
        .storage(Asked::new("GET", "/bucket/?prefix=a/", "/bucket/"))
        .await
        .is(200);
    assert_eq!((list.element("Key"), list.element("Size")), ("a/文 b", "5"));
    let buckets = cloud.storage(Asked::new("GET", "/", "/")).await.is(200);
    assert_eq!(
        (buckets.element("Name"), buckets.element("Location")),
        ("bucket", "cn-east-3")
    );
    let deleted = Asked::new("DELETE", "/bucket/a/%E6%96%87%20b", "/bucket/a/%E6%96%87%20b");
    cloud.storage(deleted).await.is(204);
    assert_eq!(cloud.blobs(), 0, "what nothing names goes with it");
    cloud.storage(Asked::new("DELETE", "/bucket", "/bucket")).await.is(204);
}

#[tokio::test]
async fn what_is_refused_leaves_nothing() {
    let cloud = Cloud::new();
    cloud.object("key", b"x").await.refused(404, "NoSuchBucket");
    cloud.bucket().await;
    for (md5, code) in [
        ("XUFAKrxLKna5cZ2REBfFkg==", "BadDigest"),
        ("eA==", "InvalidDigest"),
        ("*", "InvalidDigest"),
    ] {
        let headers = [("content-md5", md5)];
        let asked = Asked {
            headers: &headers,
            body: b"other",
            ..Asked::new("PUT", "/bucket/key", "/bucket/key")
        };
        cloud.storage(asked).await.refused(400, code);
    }
    let mut unmeasured = Asked::new("PUT", "/bucket/key", "/bucket/key").at(Timestamp::now());
    unmeasured.headers_mut().remove("content-length");
    cloud.raw(unmeasured).await.refused(411, "MissingContentLength");
    let mut short = Asked::new("PUT", "/bucket/key", "/bucket/key").at(Timestamp::now());
    short.headers_mut().insert("content-length", "9".parse().unwrap());
    cloud.raw(short).await.refused(400, "IncompleteBody");
    let mut large = Asked::new("PUT", "/bucket/key", "/bucket/key").at(Timestamp::now());
    large
        .headers_mut()
        .insert("content-length", "5368709121".parse().unwrap());
    cloud.raw(large).await.refused(400, "EntityTooLarge");
    cloud.object("a%00b", b"x").await.refused(400, "InvalidArgument");
    for (target, status, code) in [
        ("/bucket/missing", 404, "NoSuchKey"),
        ("/bucket?acl", 405, "MethodNotAllowed"),
        ("/bucket?max-keys=0", 400, "InvalidArgument"),
        ("/bucket?max-keys=x", 400, "InvalidArgument"),
        ("/other", 404, "NoSuchBucket"),
    ] {
        let signed = target.replace("?max-keys=0", "").replace("?max-keys=x", "");
        cloud
            .storage(Asked::new("GET", target, &signed))
            .await
            .refused(status, code);
    }
    cloud
        .storage(Asked::new("PUT", "/Bad_Name", "/Bad_Name"))
        .await
        .refused(400, "InvalidBucketName");
    cloud
        .storage(Asked::new("PUT", "/192.168.0.1", "/192.168.0.1"))
        .await
        .refused(400, "InvalidBucketName");
    assert_eq!(cloud.blobs(), 0);
    cloud.object("../../state.redb", b"only a name").await.is(200);
    assert_eq!(cloud.blobs(), 1, "a key is no path");
}

#[tokio::test]
async fn who_signs_is_checked_before_the_body_is_read() {
    let cloud = Cloud::new();
    cloud.bucket().await;
    let get = || Asked::new("GET", "/bucket", "/bucket");
    let now = Timestamp::now();
    let late = now - SignedDuration::from_mins(16);
    cloud.raw(get().at(late)).await.refused(403, "RequestTimeTooSkewed");
    let wrong = Asked::new("GET", "/bucket", "/another");
    cloud.storage(wrong).await.refused(403, "SignatureDoesNotMatch");
    for (header, value, status, code) in [
        ("authorization", "OBS XX:c2lnbmF0dXJl", 403, "InvalidAccessKeyId"),
        ("authorization", "OBS AK:c2lnbmF0dXJl", 403, "SignatureDoesNotMatch"),
        (
            "authorization",
            "AWS4-HMAC-SHA256 Credential=AK",
            400,
            "InvalidArgument",
        ),
        ("x-obs-security-token", "token", 403, "InvalidSecurity"),
    ] {
        let mut request = get().at(now);
        request.headers_mut().insert(header, value.parse().unwrap());
        cloud.raw(request).await.refused(status, code);
    }
    let mut dateless = get().at(now);
    dateless.headers_mut().remove("date");
    cloud.raw(dateless).await.refused(403, "AccessDenied");
    let unsigned = http::Request::get("/bucket").body(Body::empty()).unwrap();
    cloud.raw(unsigned).await.refused(403, "AccessDenied");
    let probe = http::Request::head("/?apiversion").body(Body::empty()).unwrap();
    assert_eq!(cloud.raw(probe).await.is(200).header("x-obs-api"), "3.0");
    // What names no bucket and is not signed for object storage is another service's.
    cloud.get("/v2/{p}/fgs/functions").await.is(200);
    let elsewhere = http::Request::get("/another").body(Body::empty()).unwrap();
    assert!(cloud.raw(elsewhere).await.body.contains("APIGW.0101"));
}

#[tokio::test]
async fn a_presigned_url_is_enough_until_it_ends() {
    let cloud = Cloud::new();
    cloud.bucket().await;
    cloud.object("key", b"hello").await.is(200);
    let url = |expires: i64| {
        let signature = hmac(&format!("GET\n\n\n{expires}\n/bucket/key"));
        let signature = signature.replace('+', "%2B").replace('=', "%3D");
        format!("/bucket/key?AccessKeyId=AK&Expires={expires}&Signature={signature}")
    };
    let get = |url: String| {
        http::Request::get(url)
            .header("host", HOST)
            .body(Body::empty())
            .unwrap()
    };
    let now = Timestamp::now().as_second();
    assert_eq!(cloud.raw(get(url(now + 60))).await.is(200).body, "hello");
    cloud.raw(get(url(now - 60))).await.refused(403, "AccessDenied");
    let other = url(now + 60).replace("/key?", "/other?");
    cloud.raw(get(other)).await.refused(403, "SignatureDoesNotMatch");
}

#[tokio::test]
async fn parts_become_an_object_or_nothing() {
    let cloud = Cloud::new();
    cloud.bucket().await;
    let begun = cloud
        .storage(Asked::new("POST", "/bucket/k?uploads", "/bucket/k?uploads"))
        .await
        .is(200);
    let id = begun.element("UploadId").to_owned();
    assert_eq!(id.len(), 32);
    let (first, second) = (vec![1; 100 * 1024], b"end".as_slice());
    for (number, body) in [(1, first.as_slice()), (2, second), (2, b"END"), (0, b"x")] {
        let target = format!("/bucket/k?partNumber={number}&uploadId={id}");
        let asked = Asked {
            body,
            ..Asked::new("PUT", &target, &target)
        };
        let answer = cloud.storage(asked).await;
        match number {
            0 => drop(answer.refused(400, "InvalidArgument")),
            _ => drop(answer.is(200)),
        }
    }
    assert_eq!(cloud.blobs(), 2, "the part that was replaced is gone");
    let upload = format!("/bucket/k?uploadId={id}");
    let parts = cloud.storage(Asked::new("GET", &upload, &upload)).await.is(200);
    assert_eq!(parts.body.matches("<Part>").count(), 2);
    let mark = |bytes: &[u8]| -> String { Md5::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect() };
    let (one, two) = (mark(&first), mark(b"END"));
    let part = |number: i32, mark: &str| format!("<Part><PartNumber>{number}</PartNumber><ETag>{mark}</ETag></Part>");
    let complete = |parts: String| {
        let body = format!("<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>");
        let (cloud, upload) = (&cloud, upload.clone());
        async move {
            let asked = Asked {
                body: body.as_bytes(),
                ..Asked::new("POST", &upload, &upload)
            };
            cloud.storage(asked).await
        }
    };
    complete(part(2, &two) + &part(1, &one))
        .await
        .refused(400, "InvalidPartOrder");
    complete(part(1, &two)).await.refused(400, "InvalidPart");
    complete(String::new()).await.refused(400, "MalformedXML");
    complete("<Part>".to_owned()).await.refused(400, "MalformedXML");
    let done = complete(part(1, &one) + &part(2, &two)).await.is(200);
    let whole = mark(&[Md5::digest(&first), Md5::digest(b"END")].concat());
    assert!(done.element("ETag").contains(&format!("{whole}-2")), "{}", done.body);
    let got = cloud.storage(Asked::new("GET", "/bucket/k", "/bucket/k")).await.is(200);
    assert!(got.body.len() == first.len() + 3 && got.body.ends_with("END"));
    cloud
        .storage(Asked::new("GET", &upload, &upload))
        .await
        .refused(404, "NoSuchUpload");

    let begun = cloud
        .storage(Asked::new("POST", "/bucket/k?uploads", "/bucket/k?uploads"))
        .await
        .is(200);
    let target = format!("/bucket/k?partNumber=1&uploadId={}", begun.element("UploadId"));
    let asked = Asked {
        body: b"given up",
        ..Asked::new("PUT", &target, &target)
    };
    cloud.storage(asked).await.is(200);
    let open = cloud
        .storage(Asked::new("GET", "/bucket?uploads", "/bucket?uploads"))
        .await
        .is(200);
    assert_eq!(open.element("UploadId"), begun.element("UploadId"));
    cloud
        .storage(Asked::new("DELETE", "/bucket", "/bucket"))
        .await
        .refused(409, "BucketNotEmpty");
    let upload = format!("/bucket/k?uploadId={}", begun.element("UploadId"));
    cloud.storage(Asked::new("DELETE", &upload, &upload)).await.is(204);
    assert_eq!(cloud.blobs(), 2, "the parts of what was given up are gone");
}

/// Code and dependencies by the URL of an object, in both forms.
#[tokio::test]
async fn links_lead_to_the_clouds_own_buckets() {
    let cloud = Cloud::new();
    cloud.bucket().await;
    let archive = super::super::archive::of(Some(("bootstrap", b"#!/bin/sh\n"))).unwrap();
    cloud.object("code/a.zip", &archive).await.is(200);
    let hosted = "https://bucket.obs.cn-east-3.myhuaweicloud.com/code/a.zip";
    let dependency =
        |link: &str| json!({"name": "d", "runtime": "Node.js12.13", "depend_type": "obs", "depend_link": link});
    for (link, version) in [(hosted, 1), ("http://127.0.0.1:7860/bucket/code/a.zip", 2)] {
        let created = cloud
            .post("/v2/{p}/fgs/dependencies/version", dependency(link))
            .await
            .is(200);
        assert_eq!(
            (&created["version"], &created["size"]),
            (&json!(version), &json!(archive.len()))
        );
    }
    for link in [
        "https://bucket.obs.cn-east-3.myhuaweicloud.com/missing.zip",
        "https://bucket.obs.cn-north-4.myhuaweicloud.com/code/a.zip",
        "https://bucket.obs.cn-east-3.myhuaweicloud.com/code/a.zip?AccessKeyId=AK&Expires=1&Signature=x",
    ] {
        let refused = cloud.post("/v2/{p}/fgs/dependencies/version", dependency(link)).await;
        refused.refused(404, "FSS.1054");
    }
    let function = with(
        new_function("f"),
        json!({"code_type": "obs", "code_url": hosted, "func_code": null}),
    );
    let created = cloud.post("/v2/{p}/fgs/functions", function).await.is(200);
    assert_eq!(created["code_size"], json!(archive.len()));
    let other = super::super::archive::of(Some(("bootstrap", b"#!/bin/sh\n#\n"))).unwrap();
    cloud.object("code/a.zip", &other).await.is(200);
    let path = format!("/v2/{{p}}/fgs/functions/{}/code", urn("f"));
    let updated = cloud
        .put(&path, json!({"code_type": "obs", "code_url": hosted}))
        .await
        .is(200);
    assert_ne!(updated["digest"], created["digest"], "the object is fetched again");
    // An upload of the same bytes by another way shares their file; the object's end does not take it.
    let direct = with(new_function("g"), json!({"func_code": {"file": base64(&other)}}));
    cloud.post("/v2/{p}/fgs/functions", direct).await.is(200);
    cloud
        .storage(Asked::new("DELETE", "/bucket/code/a.zip", "/bucket/code/a.zip"))
        .await
        .is(204);
    let digest = updated["digest"].as_str().unwrap();
    assert!(cloud.context.store.blob(digest).exists());
}

/// Keys for a while, with their token in a header and in a URL.
#[tokio::test]
async fn temporary_keys_are_taken_with_their_token_alone() {
    let cloud = Cloud::new();
    cloud.bucket().await;
    let keys = super::identity::temporary(&cloud, 900).await;
    let now = Timestamp::now();
    let form = obs::Request {
        method: "GET",
        resource: obs::Resource {
            bucket: Some("bucket"),
            key: None,
            path_style: true,
        },
        query: &[],
        headers: &[],
    };
    for (has_token, status) in [(true, 200), (false, 403)] {
        let mut request = http::Request::get("/bucket").header("host", HOST);
        for (name, value) in obs::sign(&form, &keys, &date_text(now)) {
            if has_token || !name.contains("token") {
                request = request.header(name, value);
            }
        }
        cloud.raw(request.body(Body::empty()).unwrap()).await.is(status);
    }
    let query = obs::presign(&form, &keys, obs::Style::Obs, now.as_second() + 60);
    let pairs: Vec<String> = query
        .iter()
        .map(|(name, value)| {
            format!(
                "{name}={}",
                percent_encoding::utf8_percent_encode(value.as_deref().unwrap(), percent_encoding::NON_ALPHANUMERIC)
            )
        })
        .collect();
    let url = format!("/bucket?{}", pairs.join("&"));
    let get = |url: &str| {
        http::Request::get(url)
            .header("host", HOST)
            .body(Body::empty())
            .unwrap()
    };
    cloud.raw(get(&url)).await.is(200);
    let other = url
        .replace("security%2Dtoken", "security%2Dtokem")
        .replace("security-token", "security-tokem");
    cloud.raw(get(&other)).await.refused(403, "InvalidAccessKeyId");
}
