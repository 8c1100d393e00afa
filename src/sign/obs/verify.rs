//! Verifying: the service's side of the scheme.

use super::{Request, Resource, Style, signature};
use crate::sign::verify::same;
use crate::sign::{Secret, VALIDITY_SECONDS};
use jiff::Timestamp;

/// What a request says of who signed it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Authorization {
    /// Which spelling.
    pub(crate) style: Style,
    /// Who claims to have signed.
    pub(crate) access_key: String,
    signature: String,
    /// Until when, as the URL of a presigned request writes it.
    expires: Option<String>,
}

impl Authorization {
    /// What the header `Authorization` says, if it is of this scheme.
    pub(crate) fn of_header(text: &str) -> Option<Self> {
        let (scheme, rest) = text.trim().split_once(' ')?;
        let style = [Style::Obs, Style::Aws]
            .into_iter()
            .find(|style| style.scheme() == scheme)?;
        let (access_key, signature) = rest.trim().split_once(':')?;
        Some(Self {
            style,
            access_key: access_key.to_owned(),
            signature: signature.to_owned(),
            expires: None,
        })
    }

    /// What the decoded pairs of a query say, if they sign.
    pub(crate) fn of_query(query: &[(String, Option<String>)]) -> Option<Self> {
        let value = |name: &str| {
            let pair = query.iter().find(|(other, _)| other == name)?;
            pair.1.clone()
        };
        let found = |style: Style| Some((style, value(style.key_parameter())?));
        let (style, access_key) = [Style::Obs, Style::Aws].into_iter().find_map(found)?;
        Some(Self {
            style,
            access_key,
            signature: value("Signature")?,
            expires: Some(value("Expires").unwrap_or_default()),
        })
    }
}

/// Why a request is not what its signer signed.
#[derive(Debug, PartialEq, thiserror::Error)]
pub(crate) enum Mismatch {
    /// There is no date, or none that can be read.
    #[error("there is no date that can be read")]
    NoDate,
    /// The date is too far from the service's clock, by so many seconds.
    #[error("the signature's date is {0} seconds from this clock")]
    Skewed(i64),
    /// The time of a presigned URL is over.
    #[error("the URL has expired")]
    Expired,
    /// The signature is another one. Holds the text as the service sees it.
    #[error("the signature is not that of the request")]
    Signature(String),
}

/// Checks that the holder of `secret` signed `request` near `now`.
///
/// # Errors
/// [`Mismatch`], the first that holds.
pub(crate) fn verify(
    request: &Request<'_>,
    authorization: &Authorization,
    secret: &Secret,
    now: Timestamp,
) -> Result<(), Mismatch> {
    let style = authorization.style;
    match &authorization.expires {
        Some(expires) => check_expiry(expires, now)?,
        None => check_date(request, style, now)?,
    }
    let text = |path_style| {
        let resource = Resource {
            path_style,
            ..request.resource
        };
        let request = Request { resource, ..*request };
        match &authorization.expires {
            Some(expires) => request.string_to_sign(style, expires),
            None => request.string_by_header(style),
        }
    };
    // Clients differ in whether a bucket alone ends with a slash.
    let fits = |text: &String| same(signature(secret, text).as_bytes(), authorization.signature.as_bytes());
    let texts = [text(request.resource.path_style), text(!request.resource.path_style)];
    if texts.iter().any(fits) {
        return Ok(());
    }
    let [first, _] = texts;
    Err(Mismatch::Signature(first))
}

fn check_expiry(expires: &str, now: Timestamp) -> Result<(), Mismatch> {
    let until: i64 = expires.parse().map_err(|_| Mismatch::NoDate)?;
    match now.as_second() > until {
        true => Err(Mismatch::Expired),
        false => Ok(()),
    }
}

fn check_date(request: &Request<'_>, style: Style, now: Timestamp) -> Result<(), Mismatch> {
    let own = format!("{}date", style.prefix());
    let text = request.header(&own).or_else(|| request.header("date"));
    let date = text.and_then(|text| httpdate::parse_http_date(text.trim()).ok());
    let date = date.and_then(|date| Timestamp::try_from(date).ok());
    let distance = now.as_second() - date.ok_or(Mismatch::NoDate)?.as_second();
    match distance.abs() > VALIDITY_SECONDS {
        true => Err(Mismatch::Skewed(distance)),
        false => Ok(()),
    }
}
