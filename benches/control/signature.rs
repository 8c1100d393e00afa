//! A signed request for the list of functions. Unchanged it is valid for 15 minutes, again and again.

use crate::cloud::LocalCloud;
use crate::{Outcome, told};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// SHA-256 of no bytes.
const NOTHING: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// Where the local cloud answers.
pub(crate) fn host(cloud: &LocalCloud) -> Outcome<String> {
    Ok(format!("127.0.0.1:{}", told(cloud, "port")?))
}

/// The path of the list.
pub(crate) fn path(cloud: &LocalCloud) -> Outcome<String> {
    Ok(format!("/v2/{}/fgs/functions", told(cloud, "project_id")?))
}

/// The headers of the request with `query`, its signature among them.
pub(crate) fn headers(cloud: &LocalCloud, query: &str) -> Outcome<Vec<(String, String)>> {
    let date = jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string();
    let (host, path) = (host(cloud)?, path(cloud)?);
    let signed = "content-type;host;x-sdk-date";
    let canonical = format!(
        "GET\n{path}/\n{query}\ncontent-type:application/json\nhost:{host}\nx-sdk-date:{date}\n\n{signed}\n{NOTHING}"
    );
    let text = format!("SDK-HMAC-SHA256\n{date}\n{}", hex(&Sha256::digest(&canonical)));
    let mut hmac = Hmac::<Sha256>::new_from_slice(told(cloud, "secret_key")?.as_bytes())?;
    hmac.update(text.as_bytes());
    let signature = hex(&hmac.finalize().into_bytes());
    let authorization = format!(
        "SDK-HMAC-SHA256 Access={}, SignedHeaders={signed}, Signature={signature}",
        told(cloud, "access_key")?
    );
    Ok(vec![
        ("Content-Type".to_owned(), "application/json".to_owned()),
        ("X-Sdk-Date".to_owned(), date),
        ("Authorization".to_owned(), authorization),
    ])
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
