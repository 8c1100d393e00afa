//! Archives that are too large to be sent directly: by way of object storage, in parts, several at once.
//!
//! The object's key follows from the file's content, and so an upload that was broken off needs no file to be found
//! again: the next run asks the bucket for the open upload of this key and sends only the parts that are missing.

mod source;

use super::{App, AppError};
use crate::cloud::{ApiError, Payload};
use crate::wire::obs::bucket::HeadBucket;
use crate::wire::obs::multipart::{
    AbortMultipartUpload, CompleteMultipartUpload, InitiateMultipartUpload, ListMultipartUploads, ListParts,
    ListedPart, Part, UploadPart,
};
use crate::wire::obs::object::{DeleteObject, HeadObject, ObjectHeaders};
use crate::wire::rule;
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use md5::{Digest, Md5};
use source::Source;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How many parts are under way at once.
const AT_ONCE: usize = 4;
/// How long the service may take to fetch the object.
const LINK_LIFE: Duration = Duration::from_secs(6 * 3600);

/// A file to upload.
#[derive(Clone, Debug)]
pub(crate) struct Upload {
    /// The file.
    pub(crate) path: PathBuf,
    /// The bucket; it has to be in the function's region.
    pub(crate) bucket: String,
}

/// What happens during an upload.
#[derive(Clone, Copy, Debug)]
pub(crate) enum UploadEvent {
    /// It is known what has to be done.
    Planned {
        /// Of the file.
        bytes: u64,
        /// How many parts it has.
        parts: usize,
        /// How many of them are in the bucket already.
        there: usize,
        /// How many bytes these have.
        sent: u64,
    },
    /// So many bytes of the file are in the bucket, or on their way.
    At(u64),
}

/// Whoever is told.
pub(crate) type Tell = Arc<dyn Fn(UploadEvent) + Send + Sync>;

/// An object that is complete.
#[derive(Clone, Debug)]
pub(crate) struct Uploaded {
    /// Its bucket.
    pub(crate) bucket: String,
    /// Its key.
    pub(crate) key: String,
    /// A URL by which the service may fetch it.
    pub(crate) link: String,
}

/// How far each part is, and who is told the sum.
struct Meter {
    parts: Vec<AtomicU64>,
    tell: Tell,
}

impl Meter {
    fn set(&self, number: i64, bytes: u64) {
        if let Some(part) = usize::try_from(number - 1).ok().and_then(|at| self.parts.get(at)) {
            part.store(bytes, Ordering::Relaxed);
        }
        let sum = self.parts.iter().map(|part| part.load(Ordering::Relaxed)).sum();
        (self.tell)(UploadEvent::At(sum));
    }
}

/// An upload that is under way.
struct Running<'a> {
    app: &'a App,
    bucket: &'a str,
    source: Arc<Source>,
    upload_id: String,
    there: BTreeMap<i64, ListedPart>,
    meter: Arc<Meter>,
}

impl App {
    /// Brings a file into a bucket, unless its content is there already. What an earlier run sent of it is not sent
    /// again. `tell` is told how it goes.
    ///
    /// # Errors
    /// The file cannot be read or changes meanwhile; there is no such bucket, or it is in another region; the service
    /// refuses. What was sent stays, so that the next run goes on.
    pub(crate) async fn upload(&self, upload: &Upload, tell: Tell) -> Result<Uploaded, AppError> {
        rule::bucket_name(&upload.bucket)?;
        self.check_bucket(&upload.bucket).await?;
        let path = upload.path.clone();
        let source = blocking(&upload.path, move || Source::of(path)).await?;
        let uploaded = self.uploaded(&upload.bucket, &source)?;
        if self.is_there(&upload.bucket, &source).await? {
            let parts = usize::try_from(source.parts()).unwrap_or(0);
            tell(UploadEvent::Planned {
                bytes: source.size,
                parts,
                there: parts,
                sent: source.size,
            });
            return Ok(uploaded);
        }
        let running = self.begin_upload(&upload.bucket, source, tell).await?;
        running.finish().await?;
        Ok(uploaded)
    }

    /// Removes an object that has served its purpose.
    ///
    /// # Errors
    /// The service refuses.
    pub(crate) async fn remove_uploaded(&self, uploaded: &Uploaded) -> Result<(), AppError> {
        let (bucket, key) = (uploaded.bucket.clone(), uploaded.key.clone());
        Ok(self.cloud.store(&DeleteObject { bucket, key }).await?)
    }

    fn uploaded(&self, bucket: &str, source: &Source) -> Result<Uploaded, AppError> {
        // The service may read it without belonging to the account: the documentation asks for an object that can be
        // read by anyone or whose URL is signed.
        let link = self.cloud.object_url(bucket, &source.key, LINK_LIFE);
        Ok(Uploaded {
            link: link.ok_or_else(|| {
                let hint = "set an access key and its secret; fgctl profile add --help";
                AppError::refused("object storage takes an access key, and no token", &[hint])
            })?,
            bucket: bucket.to_owned(),
            key: source.key.clone(),
        })
    }

    /// Checks that the bucket is there, and where the function is.
    async fn check_bucket(&self, bucket: &str) -> Result<(), AppError> {
        let head = HeadBucket {
            bucket: bucket.to_owned(),
        };
        let head = match self.cloud.store(&head).await {
            Err(error) if error.is_not_found() => {
                return Err(AppError::not_found("bucket", bucket, Vec::new()).at("in the region's object storage"));
            }
            answer => answer?.0,
        };
        match head.location {
            Some(location) if location != self.region() => Err(AppError::refused(
                format!(
                    "the bucket `{bucket}` is in {location}, and a function in {} takes archives of its own region alone",
                    self.region()
                ),
                &["name a bucket of the function's region: --bucket NAME"],
            )),
            _ => Ok(()),
        }
    }

    /// Whether the object is complete already. Its key names its content.
    async fn is_there(&self, bucket: &str, source: &Source) -> Result<bool, AppError> {
        let head = HeadObject {
            bucket: bucket.to_owned(),
            key: source.key.clone(),
            ..HeadObject::default()
        };
        match self.cloud.store(&head).await {
            Ok(head) => Ok(head.0.length == source.size.to_string()),
            Err(error) if error.is_not_found() => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Goes on with an open upload of this content, or begins one.
    async fn begin_upload<'a>(&'a self, bucket: &'a str, source: Source, tell: Tell) -> Result<Running<'a>, AppError> {
        let (upload_id, there) = match self.open_upload(bucket, &source.key).await? {
            Some(upload_id) => {
                let there = self.parts_there(bucket, &source.key, &upload_id).await?;
                (upload_id, there)
            }
            None => (self.initiate(bucket, &source.key).await?, BTreeMap::new()),
        };
        let parts = source.parts();
        let known = there.values().filter(|part| part.number <= parts);
        tell(UploadEvent::Planned {
            bytes: source.size,
            parts: usize::try_from(parts).unwrap_or(0),
            there: known.clone().count(),
            sent: known.map(|part| part.size).sum(),
        });
        Ok(Running {
            app: self,
            bucket,
            meter: Arc::new(Meter {
                parts: (1..=parts)
                    .map(|number| AtomicU64::new(there.get(&number).map_or(0, |part| part.size)))
                    .collect(),
                tell,
            }),
            source: Arc::new(source),
            upload_id,
            there,
        })
    }

    async fn initiate(&self, bucket: &str, key: &str) -> Result<String, AppError> {
        let initiate = InitiateMultipartUpload {
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            headers: ObjectHeaders {
                content_type: Some("application/zip".to_owned()),
                ..ObjectHeaders::default()
            },
            ..InitiateMultipartUpload::default()
        };
        Ok(self.cloud.store(&initiate).await?.0.upload_id)
    }

    /// The newest open upload of the object `key`.
    async fn open_upload(&self, bucket: &str, key: &str) -> Result<Option<String>, AppError> {
        let list = ListMultipartUploads {
            bucket: bucket.to_owned(),
            prefix: Some(key.to_owned()),
            ..ListMultipartUploads::default()
        };
        // One content has few open uploads: the first page is enough.
        let uploads = self.cloud.store(&list).await?.0.uploads;
        let own = uploads.into_iter().filter(|upload| upload.key == key);
        Ok(own
            .max_by(|one, other| one.initiated.cmp(&other.initiated))
            .map(|upload| upload.upload_id))
    }

    async fn parts_there(
        &self,
        bucket: &str,
        key: &str,
        upload_id: &str,
    ) -> Result<BTreeMap<i64, ListedPart>, AppError> {
        let mut list = ListParts {
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            upload_id: upload_id.to_owned(),
            ..ListParts::default()
        };
        let mut there = BTreeMap::new();
        loop {
            let page = self.cloud.store(&list).await?.0;
            there.extend(page.parts.into_iter().map(|part| (part.number, part)));
            match page
                .next_marker
                .filter(|next| page.truncated && Some(*next) > list.marker)
            {
                Some(next) => list.marker = Some(next),
                None => return Ok(there),
            }
        }
    }
}

impl Running<'_> {
    /// Sends what is missing, and makes the object of it.
    async fn finish(&self) -> Result<(), AppError> {
        let sent = stream::iter(1..=self.source.parts()).map(|number| self.part(number));
        let mut marks: Vec<(i64, String)> = sent.buffer_unordered(AT_ONCE).try_collect().await?;
        if self.source.has_changed() {
            self.give_up().await;
            let text = format!("`{}` has changed while it was uploaded", self.source.path.display());
            return Err(AppError::refused(text, &["run the same command again"]));
        }
        marks.sort_unstable();
        self.complete(&marks).await
    }

    /// Sends the part `number`, unless these very bytes are there; tells its mark.
    ///
    /// What is sent is not hashed once more: TLS sees to it that it arrives as it is, and the archive has checksums of
    /// its own, which the service reads.
    async fn part(&self, number: i64) -> Result<(i64, String), AppError> {
        let (source, known) = (Arc::clone(&self.source), self.there.get(&number).cloned());
        let (bytes, there) = blocking(&self.source.path, move || {
            let bytes = source.part(number)?;
            let there = known.filter(|part| is_of(part, &bytes));
            Ok((bytes, there))
        })
        .await?;
        if let Some(there) = there {
            self.meter.set(number, there.size);
            return Ok((number, plain(&there.etag)));
        }
        let part = UploadPart {
            bucket: self.bucket.to_owned(),
            key: self.source.key.clone(),
            upload_id: self.upload_id.clone(),
            number: Some(number),
            ..UploadPart::default()
        };
        let meter = Arc::clone(&self.meter);
        let payload = Payload {
            bytes,
            progress: Some(Arc::new(move |sent| meter.set(number, sent))),
        };
        let written = self.app.cloud.store_with(&part, payload).await?.0;
        Ok((number, plain(&written.etag)))
    }

    /// Makes the object. A completion that got no answer may have been done: then the object has the mark.
    async fn complete(&self, marks: &[(i64, String)]) -> Result<(), AppError> {
        let complete = CompleteMultipartUpload {
            bucket: self.bucket.to_owned(),
            key: self.source.key.clone(),
            upload_id: self.upload_id.clone(),
            parts: marks
                .iter()
                .map(|(number, mark)| Part {
                    number: *number,
                    etag: format!("\"{mark}\""),
                })
                .collect(),
        };
        match self.app.cloud.store(&complete).await {
            Ok(_) => Ok(()),
            Err(error) if may_be_done(&error) && self.is_whole(marks).await? => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether the object is there, made of these parts: its mark says how many they are.
    async fn is_whole(&self, marks: &[(i64, String)]) -> Result<bool, AppError> {
        let head = HeadObject {
            bucket: self.bucket.to_owned(),
            key: self.source.key.clone(),
            ..HeadObject::default()
        };
        match self.app.cloud.store(&head).await {
            Ok(head) => Ok(Some(plain(&head.0.etag)) == whole(marks)),
            Err(error) if error.is_not_found() => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Removes the parts, which are of no use to anyone.
    async fn give_up(&self) {
        let abort = AbortMultipartUpload {
            bucket: self.bucket.to_owned(),
            key: self.source.key.clone(),
            upload_id: self.upload_id.clone(),
        };
        // The error that is told is the one that led here.
        let _ = self.app.cloud.store(&abort).await;
    }
}

/// Whether a completion that ended with `error` may have been done.
fn may_be_done(error: &ApiError) -> bool {
    error.undecided().is_some() || error.is_not_found()
}

/// Whether a part that the service has is `bytes`.
fn is_of(part: &ListedPart, bytes: &Bytes) -> bool {
    part.size == bytes.len() as u64 && plain(&part.etag) == hex(&Md5::digest(bytes))
}

/// A mark without its quotes.
fn plain(etag: &str) -> String {
    etag.trim_matches('"').to_owned()
}

/// The mark of the object that is made of parts with these: the MD5 of their MD5s, and how many they are. Nothing where
/// a mark is no MD5.
fn whole(marks: &[(i64, String)]) -> Option<String> {
    let mut hash = Md5::new();
    for (_, mark) in marks {
        for at in (0..32).step_by(2) {
            hash.update([u8::from_str_radix(mark.get(at..at + 2)?, 16).ok()?]);
        }
    }
    Some(format!("{}-{}", hex(&hash.finalize()), marks.len()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads the file at `path` where it may block.
async fn blocking<R: Send + 'static>(
    path: &Path,
    work: impl FnOnce() -> io::Result<R> + Send + 'static,
) -> Result<R, AppError> {
    let done = tokio::task::spawn_blocking(work).await.map_err(io::Error::other);
    done.and_then(|done| done).map_err(|source| AppError::Read {
        path: path.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::whole;

    #[test]
    fn the_mark_of_the_whole_follows_from_those_of_the_parts() {
        let mark = |text: &str| (1, text.to_owned());
        let marks = [
            mark("5d41402abc4b2a76b9719d911017c592"),
            mark("7d793037a0760186574b0282f2f435e7"),
        ];
        assert_eq!(whole(&marks).as_deref(), Some("065947336a2f2a95ba8899f3675c3be6-2"));
        assert_eq!(whole(&[mark("opaque")]), None);
    }
}
