//! Whether a caller has proved who it is, and may call: App and IAM authentication of an API.
//! Source: APIG user guide, "Calling APIs"; "AK/SK Signing and Authentication Guide".

use super::body::{BODY_LIMIT, Call};
use super::callers::{Caller, Callers};
use super::refusal::{ApiName, Refusal};
use super::route::Route;
use crate::local::sealed::{TemporaryKey, Token, not_expired};
use crate::sign::{
    AUTH_TOKEN_HEADER, Authorization, Credentials, Mismatch, Request, SECURITY_TOKEN_HEADER, Secret, verify,
};
use base64::Engine;
use bytes::Bytes;
use http::header::{AUTHORIZATION, HeaderMap};
use http::request;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use jiff::Timestamp;
use percent_encoding::percent_decode_str;

/// Carries an AppCode.
const APP_CODE: &str = "x-apig-appcode";

/// Who is asked whether a caller may call.
pub(super) struct Guards<'a> {
    /// Apps.
    pub(super) callers: &'a Callers,
    /// The account, whose keys sign for IAM.
    pub(super) account: Option<&'a Credentials>,
}

/// A call that has to prove itself.
struct Presented<'a> {
    parts: &'a request::Parts,
    tls: bool,
    body: &'a [u8],
}

impl Guards<'_> {
    /// Lets a call through that `route` answers, with its body, which a signature covers, and the id of the app that
    /// calls, if it is one.
    ///
    /// # Errors
    /// The caller did not prove who it is, or may not call.
    pub(super) async fn admit(
        &self,
        route: &Route,
        (parts, tls): (&request::Parts, bool),
        body: Call,
    ) -> Result<(Call, Option<String>), Refusal> {
        let kind = route.api.auth_type.as_str();
        if kind == "NONE" {
            return Ok((body, None));
        }
        let (held, body) = if is_signed(&parts.headers) {
            let limit = self.callers.longest_body(&route.api.group_id);
            let bytes = hold(body, limit).await?;
            (bytes.clone(), Call::held(bytes))
        } else {
            (Bytes::new(), body)
        };
        let presented = Presented {
            parts,
            tls,
            body: &held,
        };
        let app = match kind {
            "APP" => Some(self.app(route, &presented)?),
            "IAM" => {
                self.iam(&presented)?;
                None
            }
            other => return Err(refuse(other, "the local cloud has no custom authorisers")),
        };
        Ok((body, app))
    }

    fn app(&self, route: &Route, call: &Presented<'_>) -> Result<String, Refusal> {
        let caller = self.caller(route, call)?;
        if self.callers.may_call(caller, &route.api.id, &route.environment) {
            return Ok(caller.id.clone());
        }
        let api = ApiName {
            name: route.api.name.clone(),
            gateway: route.gateway.clone(),
            environment: route.environment.clone(),
        };
        Err(Refusal::Unauthorized(caller.name.clone(), api))
    }

    /// The app that calls, by whichever proof it gives.
    fn caller(&self, route: &Route, call: &Presented<'_>) -> Result<&Caller, Refusal> {
        let headers = &call.parts.headers;
        let group = route.api.group_id.as_str();
        if let Some(code) = text(headers, APP_CODE) {
            return self.by_code(route, code, call.tls);
        }
        if is_signed(headers) {
            return self.by_signature(group, call);
        }
        let by_secret = |key: &str, secret: &str| {
            let caller = self.known(group, key)?;
            match caller.secret == Secret::new(secret) {
                true => Ok(caller),
                false => Err(refuse("APP", "the AppSecret is another one")),
            }
        };
        let on = |feature: &str| self.callers.has_feature(group, feature);
        if let (true, Some(key), Some(secret)) =
            (on("app_secret"), text(headers, "x-hw-id"), text(headers, "x-hw-appkey"))
        {
            return by_secret(key, secret);
        }
        if let (true, Some((key, secret))) = (on("app_basic"), basic(headers)) {
            return by_secret(&key, &secret);
        }
        // That the header holds the AppKey alone is not verified.
        if let (true, Some(key)) = (on("app_api_key"), text(headers, "apikey")) {
            return self.known(group, key);
        }
        Err(refuse("APP", NO_PROOF))
    }

    fn known(&self, group: &str, key: &str) -> Result<&Caller, Refusal> {
        let unknown = || refuse("APP", &format!("app not found, appkey {key}"));
        self.callers.by_key(group, key).ok_or_else(unknown)
    }

    fn by_code(&self, route: &Route, code: &str, tls: bool) -> Result<&Caller, Refusal> {
        let allowed = route.api.other.get("auth_opt");
        if allowed.is_none_or(|options| options["app_code_auth_type"] != "HEADER") {
            let name = (&route.api.name, &route.gateway);
            let fault = format!(
                "the API takes no AppCode; turn that on with `fgctl api update {} --gateway {} --app-code on`, and publish it",
                name.0, name.1
            );
            return Err(refuse("APP", &fault));
        }
        if !tls {
            return Err(refuse("APP", "an AppCode is taken by https:// and wss:// only"));
        }
        let found = self.callers.by_code(&route.api.group_id, code);
        found.ok_or_else(|| refuse("APP", "app not found, no app has this AppCode"))
    }

    fn by_signature(&self, group: &str, call: &Presented<'_>) -> Result<&Caller, Refusal> {
        let authorization = parse("APP", call)?;
        let caller = self.known(group, &authorization.access_key)?;
        check("APP", call, &authorization, &caller.secret)?;
        Ok(caller)
    }

    /// The account calls: by one of its tokens, or by a signature of its own keys or of temporary ones.
    fn iam(&self, call: &Presented<'_>) -> Result<(), Refusal> {
        let headers = &call.parts.headers;
        let Some(account) = self.account else {
            return Err(refuse("IAM", "the local cloud has no account"));
        };
        if is_signed(headers) {
            let authorization = parse("IAM", call)?;
            let secret = secret_of(&authorization.access_key, headers, account)?;
            return check("IAM", call, &authorization, &secret);
        }
        let token = text(headers, AUTH_TOKEN_HEADER).ok_or_else(|| refuse("IAM", NO_IAM_PROOF))?;
        let token = Token::open(token, account);
        not_expired(token.map(|token| token.expires_at), Timestamp::now()).map_err(|fault| refuse("IAM", &fault))
    }
}

/// The secret of an access key that signs for the account.
fn secret_of(access_key: &str, headers: &HeaderMap, account: &Credentials) -> Result<Secret, Refusal> {
    let security_token = text(headers, SECURITY_TOKEN_HEADER);
    if account.access_key == access_key {
        return match security_token {
            None => Ok(account.secret_key.clone()),
            Some(_) => Err(refuse("IAM", "decrypt token fail")),
        };
    }
    let Some(security_token) = security_token.filter(|_| TemporaryKey::is_one(access_key)) else {
        let fault = format!("Get secretKey failed,ak:{access_key},err:ak not exist");
        return Err(refuse("IAM", &fault));
    };
    let key = TemporaryKey::open(security_token, access_key, account);
    not_expired(key.map(|key| key.expires_at), Timestamp::now()).map_err(|fault| refuse("IAM", &fault))?;
    Ok(TemporaryKey::secret(access_key, account))
}

/// What is said to a caller of an API with IAM authentication that brings no proof.
const NO_IAM_PROOF: &str = "sign the call with the account's access key, or send a token of the identity service as \
                            X-Auth-Token";

/// What is said to a caller of an API with App authentication that brings no proof.
const NO_PROOF: &str = "the call has no signature of an app and no AppCode; create an app with `fgctl app create`, let it \
                        call with `fgctl app authorize`, and sign the call with its key and secret; or give the API the \
                        authentication NONE and publish it";

fn refuse(kind: &str, fault: &str) -> Refusal {
    Refusal::Authentication {
        kind: kind.to_owned(),
        fault: fault.to_owned(),
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Whether the call brings a signature, right or wrong.
fn is_signed(headers: &HeaderMap) -> bool {
    text(headers, AUTHORIZATION.as_str())
        .is_some_and(|text| text.starts_with("SDK-HMAC-SHA256 ") || text.starts_with("V11-HMAC-SHA256 "))
}

/// The key and the secret of `Authorization: Basic`.
fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let text = text(headers, AUTHORIZATION.as_str())?.strip_prefix("Basic ")?;
    let pair = base64::engine::general_purpose::STANDARD.decode(text.trim()).ok()?;
    let pair = String::from_utf8(pair).ok()?;
    let (key, secret) = pair.split_once(':')?;
    Some((key.to_owned(), secret.to_owned()))
}

fn parse(kind: &str, call: &Presented<'_>) -> Result<Authorization, Refusal> {
    let text = text(&call.parts.headers, AUTHORIZATION.as_str()).unwrap_or_default();
    text.parse()
        .map_err(|error| refuse(kind, &format!("verify signature fail, {error}")))
}

/// Whether the holder of `secret` signed exactly this call.
fn check(kind: &str, call: &Presented<'_>, authorization: &Authorization, secret: &Secret) -> Result<(), Refusal> {
    let parts = call.parts;
    let headers: Vec<(String, String)> = parts
        .headers
        .iter()
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.as_str().to_owned(), value)
        })
        .collect();
    let request = Request {
        method: parts.method.as_str(),
        path: parts.uri.path(),
        query: &query_pairs(parts.uri.query().unwrap_or_default()),
        headers: &headers,
        body: call.body,
    };
    let now = Timestamp::now();
    verify(&request, authorization, secret, now).map_err(|mismatch| {
        let fault = match mismatch {
            Mismatch::NoDate => "signature time missing".to_owned(),
            Mismatch::Expired(seconds) => {
                let signed = text(&parts.headers, crate::sign::DATE_HEADER).unwrap_or_default();
                let server = crate::sign::date_text(now);
                format!("signature expired, signature time:{signed},server time:{server} ({seconds} s apart)")
            }
            Mismatch::HeaderMissing(name) => format!("verify signature fail, the signed header `{name}` is missing"),
            Mismatch::Signature(canonical) => format!(
                "verify signature fail, canonicalRequest:{}",
                canonical.replace('\n', "|")
            ),
        };
        refuse(kind, &fault)
    })
}

fn query_pairs(query: &str) -> Vec<(String, String)> {
    let decoded = |text: &str| {
        percent_decode_str(&text.replace('+', " "))
            .decode_utf8_lossy()
            .into_owned()
    };
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decoded(name), decoded(value)))
        .collect()
}

/// The whole body, as long as the gateway takes one; what is held is never longer than gateways usually take.
async fn hold(body: Call, limit: u64) -> Result<Bytes, Refusal> {
    let limit = usize::try_from(limit.min(BODY_LIMIT)).unwrap_or(usize::MAX);
    match Limited::new(body, limit).collect().await {
        Ok(held) => Ok(held.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Refusal::BodyTooLarge),
        Err(_) => Err(Refusal::BodyBroken),
    }
}
