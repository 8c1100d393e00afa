"""The official SDK for object storage drives the local cloud's, and its own models are asserted on."""

import hashlib
import http.client
import os
import tempfile
import urllib.parse

from obs import (
    CompleteMultipartUploadRequest, CompletePart, CreateBucketHeader, GetObjectHeader, ObsClient, PutObjectHeader,
)

ENDPOINT = os.environ["FGCTL_ENDPOINT"]
KEYS = (os.environ["HUAWEICLOUD_SDK_AK"], os.environ["HUAWEICLOUD_SDK_SK"])


def client(ak=KEYS[0], sk=KEYS[1], **options):
    return ObsClient(access_key_id=ak, secret_access_key=sk, server=ENDPOINT, max_retry_count=0, **options)


def fine(answer, status=200):
    assert answer.status == status, (answer.status, answer.errorCode, answer.errorMessage)
    assert answer.requestId, "each answer names its request"
    return answer


def refused(answer, status, code):
    assert (answer.status, answer.errorCode) == (status, code), (answer.status, answer.errorCode, answer.errorMessage)


def md5(content):
    return f'"{hashlib.md5(content).hexdigest()}"'


def plain(method, url, body=None, headers=None):
    """A request of somebody who holds the URL alone."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    connection.request(method, target, body, headers or {})
    answer = connection.getresponse()
    return answer.status, answer.read(), dict(answer.getheaders())


obs = client()

# Buckets.
assert fine(obs.listBuckets()).body.buckets == []
refused(obs.headBucket("sdk-bucket"), 404, None)
fine(obs.createBucket("sdk-bucket", location="cn-east-3"))
fine(obs.createBucket("sdk-bucket", location="cn-east-3"))
refused(obs.createBucket("sdk-other", location="cn-north-4"), 400, "InvalidLocationConstraint")
refused(obs.createBucket("Sdk_Bucket", location="cn-east-3"), 400, "InvalidBucketName")
fine(obs.createBucket("sdk-public", CreateBucketHeader(aclControl="public-read", storageClass="WARM")))
buckets = fine(obs.listBuckets()).body
assert [bucket.name for bucket in buckets.buckets] == ["sdk-bucket", "sdk-public"], buckets
assert buckets.buckets[0].location == "cn-east-3" and buckets.owner.owner_id, buckets
fine(obs.headBucket("sdk-bucket"))
assert fine(obs.getBucketMetadata("sdk-public")).body.location == "cn-east-3"

# Objects as a whole.
hello = b"hello, object storage"
put = fine(obs.putContent(
    "sdk-bucket", "a/hello 文件.txt", hello, metadata={"owner": "me"}, headers=PutObjectHeader(
        contentType="text/plain", md5=None,
    ),
))
assert put.body.etag == md5(hello), put.body
head = fine(obs.getObjectMetadata("sdk-bucket", "a/hello 文件.txt"))
assert (head.body.etag, head.body.contentLength, head.body.contentType) == (md5(hello), len(hello), "text/plain")
assert dict(head.header)["owner"] == "me", head.header
fine(obs.headObject("sdk-bucket", "a/hello 文件.txt"))
got = fine(obs.getObject("sdk-bucket", "a/hello 文件.txt", loadStreamInMemory=True))
assert got.body.buffer == hello and got.body.etag == md5(hello)
got = fine(obs.getObject("sdk-bucket", "a/hello 文件.txt", loadStreamInMemory=True, headers=GetObjectHeader(
    range="7-12",
)), 206)
assert got.body.buffer == hello[7:13], got.body.buffer
refused(obs.getObject("sdk-bucket", "a/hello 文件.txt", headers=GetObjectHeader(range="99-100")), 416, "InvalidRange")
unchanged = obs.getObject("sdk-bucket", "a/hello 文件.txt", headers=GetObjectHeader(if_none_match=md5(hello).strip("'\"'")))
assert unchanged.status == 304, unchanged
refused(
    obs.getObject("sdk-bucket", "a/hello 文件.txt", headers=GetObjectHeader(if_match='"another"')), 412,
    "PreconditionFailed",
)
refused(obs.getObject("sdk-bucket", "nothing"), 404, "NoSuchKey")
refused(obs.getObjectMetadata("sdk-bucket", "nothing"), 404, None)
refused(obs.getObject("sdk-missing", "nothing"), 404, "NoSuchBucket")
refused(
    obs.putContent("sdk-bucket", "bad", b"x", headers=PutObjectHeader(md5="XUFAKrxLKna5cZ2REBfFkg==")), 400, "BadDigest",
)
refused(obs.putContent("sdk-bucket", "k" * 1025, b"x"), 400, "KeyTooLongError")

# Lists.
for key in ["a/1", "a/2", "b/3", "c"]:
    fine(obs.putContent("sdk-bucket", key, b"x"))
listed = fine(obs.listObjects("sdk-bucket", delimiter="/")).body
assert [item.key for item in listed.contents] == ["c"], listed
assert [item.prefix for item in listed.commonPrefixs] == ["a/", "b/"], listed
assert [item.key for item in obs.listObjects("sdk-bucket", prefix="a/", encoding_type="url").body.contents] == [
    "a/1", "a/2", "a/hello 文件.txt",
]
keys, marker = [], None
while True:
    page = fine(obs.listObjects("sdk-bucket", max_keys=2, marker=marker)).body
    keys += [item.key for item in page.contents]
    if not page.is_truncated:
        break
    marker = page.next_marker
assert keys == ["a/1", "a/2", "a/hello 文件.txt", "b/3", "c"], keys
item = page.contents[-1]
assert (item.size, item.etag, item.storageClass) == (1, md5(b"x"), "STANDARD"), item
refused(obs.listObjects("sdk-missing"), 404, "NoSuchBucket")

# In parts: by hand, and as the SDK does it with a file.
first, second = b"1" * (100 * 1024), b"2" * 10
upload = fine(obs.initiateMultipartUpload("sdk-bucket", "parts", contentType="application/zip")).body.uploadId
tags = [fine(obs.uploadPart("sdk-bucket", "parts", n, upload, part)).body.etag for n, part in [(1, first), (2, second)]]
assert tags == [md5(first), md5(second)], tags
parts = fine(obs.listParts("sdk-bucket", "parts", upload)).body
assert [(part.partNumber, part.size, part.etag) for part in parts.parts] == [(1, len(first), tags[0]), (2, 10, tags[1])]
page = fine(obs.listParts("sdk-bucket", "parts", upload, maxParts=1)).body
assert page.isTruncated and page.nextPartNumberMarker == 1, page
uploads = fine(obs.listMultipartUploads("sdk-bucket")).body
assert [(item.key, item.uploadId) for item in uploads.upload] == [("parts", upload)], uploads
refused(obs.deleteBucket("sdk-bucket"), 409, "BucketNotEmpty")


def complete(*parts):
    request = CompleteMultipartUploadRequest([CompletePart(number, tag) for number, tag in parts])
    return obs.completeMultipartUpload("sdk-bucket", "parts", upload, request)


refused(complete((1, tags[0]), (2, tags[0])), 400, "InvalidPart")
done = fine(complete((1, tags[0]), (2, tags[1].strip('"')))).body
whole = hashlib.md5(hashlib.md5(first).digest() + hashlib.md5(second).digest()).hexdigest()
assert done.etag == f'"{whole}-2"', done
got = fine(obs.getObject("sdk-bucket", "parts", loadStreamInMemory=True))
assert got.body.buffer == first + second and got.body.contentType == "application/zip"
got = fine(obs.getObject("sdk-bucket", "parts", loadStreamInMemory=True, headers=GetObjectHeader(
    range=f"{len(first) - 2}-{len(first) + 1}",
)), 206)
assert got.body.buffer == b"1122", "a range across two parts"
refused(complete((1, tags[0])), 404, "NoSuchUpload")
upload = fine(obs.initiateMultipartUpload("sdk-bucket", "parts")).body.uploadId
fine(obs.uploadPart("sdk-bucket", "parts", 1, upload, second))
fine(obs.uploadPart("sdk-bucket", "parts", 2, upload, second))
refused(complete((1, tags[1]), (2, tags[1])), 400, "EntityTooSmall")
fine(obs.abortMultipartUpload("sdk-bucket", "parts", upload), 204)
refused(obs.listParts("sdk-bucket", "parts", upload), 404, "NoSuchUpload")
with tempfile.NamedTemporaryFile() as file:
    content = os.urandom(700 * 1024)
    file.write(content)
    file.flush()
    fine(obs.putFile("sdk-bucket", "file", file.name))
    fine(obs.uploadFile("sdk-bucket", "resumed", file.name, partSize=100 * 1024, taskNum=4, enableCheckpoint=False))
    for key in ["file", "resumed"]:
        got = fine(obs.getObject("sdk-bucket", key, loadStreamInMemory=True))
        assert got.body.buffer == content, key
assert obs.getObjectMetadata("sdk-bucket", "resumed").body.etag.endswith('-7"')

# Presigned URLs, used by a client that has no keys.
url = obs.createSignedUrl("PUT", "sdk-bucket", "signed/key", expires=60, headers={"Content-Type": "text/x"})
status, body, headers = plain("PUT", url.signedUrl, b"presigned", dict(url.actualSignedRequestHeaders))
assert status == 200, (status, body)
url = obs.createSignedUrl("GET", "sdk-bucket", "signed/key", expires=60, queryParams={
    "response-content-type": "text/y",
}).signedUrl
status, body, headers = plain("GET", url)
assert (status, body, headers["content-type"]) == (200, b"presigned", "text/y"), (status, body, headers)
status, body, _ = plain("GET", url.replace("signed/key", "c"))
assert status == 403 and b"<Code>SignatureDoesNotMatch</Code>" in body, body
status, body, _ = plain("DELETE", url)
assert status == 403 and b"<Code>SignatureDoesNotMatch</Code>" in body, body
url = obs.createSignedUrl("GET", "sdk-bucket", "signed/key", expires=1).signedUrl
expires = int(dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))["Expires"])
status, body, _ = plain("GET", url.replace(f"Expires={expires}", f"Expires={expires - 3600}"))
assert status == 403 and b"<Code>AccessDenied</Code>" in body, body

# Without keys, and with wrong ones.
fine(obs.putContent("sdk-bucket", "for-all", b"x", headers=PutObjectHeader(acl="public-read")))
assert plain("GET", f"{ENDPOINT}/sdk-bucket/for-all")[:2] == (200, b"x")
for method, target in [("GET", "sdk-bucket/c"), ("GET", "sdk-bucket"), ("PUT", "sdk-bucket/new"), ("GET", "sdk-bucket/no")]:
    status, body, _ = plain(method, f"{ENDPOINT}/{target}", b"" if method == "PUT" else None)
    assert status == 403 and b"<Code>AccessDenied</Code>" in body, (method, target, status, body)
status, body, _ = plain("GET", f"{ENDPOINT}/sdk-public")
assert status == 200 and b"<ListBucketResult>" in body, (status, body)
refused(client(sk="wrong").listObjects("sdk-bucket"), 403, "SignatureDoesNotMatch")
refused(client(ak="wrong").listObjects("sdk-bucket"), 403, "InvalidAccessKeyId")
refused(client(security_token="token").listObjects("sdk-bucket"), 403, "InvalidSecurity")
refused(obs.getBucketVersioning("sdk-bucket"), 405, "MethodNotAllowed")

# Deleted, twice.
for key in [item.key for item in fine(obs.listObjects("sdk-bucket")).body.contents] + ["nothing"]:
    fine(obs.deleteObject("sdk-bucket", key), 204)
fine(obs.deleteBucket("sdk-bucket"), 204)
refused(obs.deleteBucket("sdk-bucket"), 404, "NoSuchBucket")
print("done")
