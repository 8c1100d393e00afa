//! Both directions of the definitions, and bodies as the vendor writes them.

use super::bucket::{CreateBucket, ListBucketResult, ListObjects};
use super::multipart::{CompleteMultipartUpload, ListPartsResult, Part, UploadPart};
use super::object::{ObjectHead, PutObject};
use super::{Answer, Brought, Headers, ObsOperation, ObsParts, Xml, assemble, is_marked, read_error};
use proptest::prelude::{any, prop_assert_eq, proptest};

fn again<O: ObsOperation>(parts: &ObsParts) -> O {
    assemble(Brought {
        bucket: parts.bucket.as_deref(),
        key: parts.key.as_deref(),
        query: &parts.query,
        headers: &parts.headers,
        xml: parts.xml.as_deref().unwrap_or_default(),
    })
    .unwrap()
}

fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()
}

#[test]
fn each_field_goes_where_its_name_says() {
    let mut put = PutObject {
        bucket: "b".to_owned(),
        key: "a/k".to_owned(),
        content_md5: Some("m".to_owned()),
        ..PutObject::default()
    };
    put.headers.content_type = Some("text/plain".to_owned());
    put.headers.meta.insert("owner".to_owned(), "me".to_owned());
    let parts = ObsParts::of(&put).unwrap();
    assert_eq!(
        (parts.bucket.as_deref(), parts.key.as_deref()),
        (Some("b"), Some("a/k"))
    );
    let mut headers = parts.headers.clone();
    headers.sort();
    let expected = [
        ("content-md5", "m"),
        ("content-type", "text/plain"),
        ("x-obs-meta-owner", "me"),
    ];
    assert_eq!((headers, parts.query.len()), (owned(&expected), 0));
    let read: PutObject = again(&parts);
    assert_eq!((read.content_md5, read.headers), (put.content_md5, put.headers));

    let part = UploadPart {
        bucket: "b".to_owned(),
        key: "k".to_owned(),
        upload_id: "id".to_owned(),
        number: Some(7),
        ..UploadPart::default()
    };
    let parts = ObsParts::of(&part).unwrap();
    let text = |text: &str| Some(text.to_owned());
    let expected = [
        ("partNumber".to_owned(), text("7")),
        ("uploadId".to_owned(), text("id")),
    ];
    assert_eq!(parts.query, expected);
    assert!(is_marked::<UploadPart>(&parts.query) && !is_marked::<UploadPart>(&expected[..1]));
    let read: UploadPart = again(&parts);
    assert_eq!((read.number, read.upload_id.as_str()), (Some(7), "id"));
}

#[test]
fn a_parameter_is_no_header_and_no_bucket() {
    let query = ["content-md5", "bucket", "key", "prefix"].map(|name| (name.to_owned(), Some("x".to_owned())));
    let brought = Brought {
        bucket: Some("b"),
        key: Some("k"),
        query: &query,
        headers: &owned(&[("prefix", "y")]),
        xml: "",
    };
    let put: PutObject = assemble(brought).unwrap();
    assert_eq!(
        (put.content_md5, put.bucket.as_str(), put.key.as_str()),
        (None, "b", "k")
    );
    let list: ListObjects = assemble(brought).unwrap();
    assert_eq!(list.prefix.as_deref(), Some("x"));
    assert!(
        ObsParts::of(&PutObject::default()).is_err(),
        "without a bucket it is about nothing"
    );
}

#[test]
fn bodies_are_read_as_the_vendor_writes_them() {
    let complete = r#"<CompleteMultipartUpload>
  <Part><PartNumber>1</PartNumber><ETag>"5d41"</ETag></Part>
  <Part><PartNumber>2</PartNumber><ETag>7d79</ETag></Part>
</CompleteMultipartUpload>"#;
    let mut operation = CompleteMultipartUpload::default();
    operation.set_xml(complete).unwrap();
    let part = |number, etag: &str| Part {
        number,
        etag: etag.to_owned(),
    };
    assert_eq!(operation.parts, [part(1, "\"5d41\""), part(2, "7d79")]);
    for (body, region) in [
        (
            "<CreateBucketConfiguration><Location>cn-east-3</Location></CreateBucketConfiguration>",
            "cn-east-3",
        ),
        (
            "<CreateBucketConfiguration xmlns=\"http://x\"><LocationConstraint>r</LocationConstraint></CreateBucketConfiguration>",
            "r",
        ),
    ] {
        let mut create = CreateBucket::default();
        create.set_xml(body).unwrap();
        assert_eq!(create.location.as_deref(), Some(region));
    }
    let parts = br#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<ListPartsResult xmlns="http://obs.cn-east-3.myhuaweicloud.com/doc/2015-06-30/"><Bucket>b</Bucket><Key>k</Key>
<UploadId>i</UploadId><Initiator><ID>x</ID></Initiator><Owner><ID>y</ID></Owner><StorageClass>STANDARD</StorageClass>
<PartNumberMarker>0</PartNumberMarker><NextPartNumberMarker>2</NextPartNumberMarker><MaxParts>2</MaxParts>
<IsTruncated>true</IsTruncated><Part><PartNumber>1</PartNumber><LastModified>t</LastModified><ETag>"e"</ETag><Size>9</Size></Part></ListPartsResult>"#;
    let Xml(read) = Xml::<ListPartsResult>::read(&[], parts).unwrap();
    assert_eq!(
        (read.parts[0].size, read.next_marker, read.truncated),
        (9, Some(2), true)
    );
    assert_eq!(read.parts[0].etag, "\"e\"");
}

#[test]
fn a_refusal_is_read_and_other_documents_are_none() {
    let body = br#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Error><Code>NoSuchKey</Code><Message>no</Message><RequestId>0001</RequestId><HostId>h</HostId><Key>a</Key></Error>"#;
    let error = read_error(body).unwrap();
    assert_eq!((error.code.as_str(), error.request_id.as_str()), ("NoSuchKey", "0001"));
    assert_eq!(read_error(error.text().unwrap().as_bytes()), Some(error));
    for other in ["", "<html></html>", "<Error></Error>", "<Error><Code>A", "{}"] {
        assert_eq!(read_error(other.as_bytes()), None, "{other}");
    }
}

#[test]
fn an_answer_of_headers_is_read_back() {
    let head = Headers(ObjectHead {
        etag: "\"e\"".to_owned(),
        length: "5".to_owned(),
        ..ObjectHead::default()
    });
    let (mut headers, xml) = head.write().unwrap();
    assert_eq!(xml, None);
    headers.push(("x-obs-meta-a".to_owned(), "b".to_owned()));
    headers.push(("x-other".to_owned(), "c".to_owned()));
    let Headers(read) = Headers::<ObjectHead>::read(&headers, b"").unwrap();
    assert_eq!((read.length.as_str(), read.headers.meta["a"].as_str()), ("5", "b"));
}

proptest! {
    #[test]
    fn any_key_goes_through_a_list(key in "[^\\p{Cc}]{1,20}", number in any::<u64>()) {
        let mut list = ListBucketResult::default();
        list.contents.push(super::bucket::ListedObject { key: key.clone(), size: number, ..Default::default() });
        let (_, xml) = Xml(list).write().unwrap();
        let Xml(read) = Xml::<ListBucketResult>::read(&[], xml.unwrap().as_bytes()).unwrap();
        prop_assert_eq!((&read.contents[0].key, read.contents[0].size), (&key, number));
    }

    #[test]
    fn no_body_makes_it_panic(body in any::<Vec<u8>>(), text in "<Error>\\PC{0,40}") {
        let _ = read_error(&body);
        let _ = read_error(text.as_bytes());
    }
}
