//! Tokens and temporary keys that the local cloud gives out. It keeps none of them: each holds its own end, sealed with
//! the account's secret, so all of them hold on after a restart and none does after a reset.
//!
//! The account has one user, called as the account itself; the password is the account's secret key.

use super::super::Account;
use super::gateway_creation::user_id;
use super::identity::new_id;
use super::refusal::Refusal;
use super::request::{Answered, Call};
use crate::codes::iam::{AUTHENTICATION, BODY, FIELD, NOT_FOUND};
use crate::local::store::Read;
use crate::local::store::records::AGENCIES;
use crate::sign::Secret;
use crate::wire::token::{
    AssumeRole, ByToken, CreateTemporaryAccessKey, CredentialAnswer, Identity, KeystoneCreateUserTokenByPassword,
    Named, PasswordUser, SUBJECT_TOKEN, TemporaryKeys, TokenAnswer, TokenScope,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use sha2::Sha256;
use std::ops::RangeInclusive;

/// The name of the account and of its only user.
pub(super) const ACCOUNT_NAME: &str = "fgctl";
/// How long a token lasts.
const TOKEN_LIFE: SignedDuration = SignedDuration::from_hours(24);
/// How long temporary keys may last, in seconds; the shortest is what nobody asks for.
const KEY_LIFE: RangeInclusive<i64> = 900..=86_400;
/// How the ids of temporary access keys begin.
const TEMPORARY: &str = "LOCALTEMP";

/// A token of `X-Auth-Token`.
#[derive(Serialize, Deserialize)]
pub(super) struct Token {
    /// Unix seconds.
    pub(super) expires_at: i64,
    /// Random, so that no two are the same.
    id: String,
}

/// What `X-Security-Token` says of a temporary access key.
#[derive(Serialize, Deserialize)]
pub(super) struct TemporaryKey {
    /// Unix seconds.
    pub(super) expires_at: i64,
    access: String,
}

impl Token {
    pub(super) fn open(text: &str, account: &Account) -> Option<Self> {
        open("token", text, account)
    }
}

impl TemporaryKey {
    /// Whether an access key's id is one that was given out for a while.
    pub(super) fn is_one(access_key: &str) -> bool {
        access_key.starts_with(TEMPORARY)
    }

    /// Opens the security token of `access_key`; another key's is none.
    pub(super) fn open(text: &str, access_key: &str, account: &Account) -> Option<Self> {
        open("key", text, account).filter(|key: &Self| key.access == access_key)
    }

    /// The secret of a temporary access key.
    pub(super) fn secret(access_key: &str, account: &Account) -> Secret {
        Secret::new(seal_of("secret", access_key, account))
    }
}

/// Unix time as the identity service writes it.
pub(super) fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string()
}

/// The text that only the holder of the account's secret can have made of `payload`.
fn seal_of(kind: &str, payload: &str, account: &Account) -> String {
    let secret = account.credentials.secret_key.expose();
    let Ok(mut seal) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        unreachable!("a key of any length will do")
    };
    seal.update(format!("{kind}:{payload}").as_bytes());
    let bytes = seal.finalize().into_bytes();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn sealed(kind: &str, content: &impl Serialize, account: &Account) -> Result<String, Refusal> {
    let content = serde_json::to_vec(content).map_err(|error| Refusal::Internal(error.to_string()))?;
    let payload = BASE64.encode(content);
    let seal = seal_of(kind, &payload, account);
    Ok(format!("{payload}.{seal}"))
}

fn open<T: DeserializeOwned>(kind: &str, text: &str, account: &Account) -> Option<T> {
    let (payload, seal) = text.split_once('.')?;
    let own = seal_of(kind, payload, account);
    let different = own.bytes().zip(seal.bytes()).fold(0, |all, (a, b)| all | (a ^ b));
    if own.len() != seal.len() || different != 0 {
        return None;
    }
    serde_json::from_slice(&BASE64.decode(payload).ok()?).ok()
}

/// KeystoneCreateUserTokenByPassword.
pub(super) async fn create(
    call: Call,
    input: KeystoneCreateUserTokenByPassword,
) -> Result<Answered<TokenAnswer>, Refusal> {
    let account = &call.context.account;
    let Identity { methods, password, .. } = input.body.auth.identity;
    let user = match password {
        Some(password) if methods == ["password"] => password.user,
        _ => {
            return Err(Refusal::without_code(
                400,
                "the identity has no method that is served; there is `password`",
            ));
        }
    };
    if !is_user(&user, account) {
        return Err(Refusal::without_code(401, "The username or password is wrong."));
    }
    let expires_at = call.now.checked_add(TOKEN_LIFE).unwrap_or(call.now);
    let mut token = json!({
        "expires_at": time(expires_at), "issued_at": time(call.now), "methods": ["password"], "catalog": [],
        "roles": [{"id": "0", "name": "te_admin"}],
        "user": {
            "id": user_id(account), "name": ACCOUNT_NAME, "password_expires_at": "",
            "domain": {"id": account.domain_id, "name": ACCOUNT_NAME},
        },
    });
    let (name, scope) = scope(input.body.auth.scope, account)?;
    token[name] = scope;
    let content = Token {
        expires_at: expires_at.as_second(),
        id: new_id(),
    };
    let headers = vec![(SUBJECT_TOKEN, sealed("token", &content, account)?)];
    Ok(Answered {
        headers,
        ..Answered::from(TokenAnswer { token })
    })
}

fn is_user(user: &PasswordUser, account: &Account) -> bool {
    let by_name = user.name.as_deref() == Some(ACCOUNT_NAME) && is_account(user.domain.as_ref(), account);
    let by_id = user.id.as_deref() == Some(&user_id(account));
    (by_name || by_id) && user.password == account.credentials.secret_key.expose()
}

fn is_account(named: Option<&Named>, account: &Account) -> bool {
    named.is_some_and(|named| {
        named.id.as_ref() == Some(&account.domain_id) || named.name.as_deref() == Some(ACCOUNT_NAME)
    })
}

/// What a token will be for, and under which name its answer says so. Without a word, it is for the account.
fn scope(asked: Option<TokenScope>, account: &Account) -> Result<(&'static str, Value), Refusal> {
    let domain = json!({"id": account.domain_id, "name": ACCOUNT_NAME});
    let unknown = |what| {
        Err(Refusal::without_code(
            401,
            format!("there is no such {what} in the account"),
        ))
    };
    match asked {
        Some(TokenScope {
            project: Some(project), ..
        }) => {
            let by_id = project.id.as_ref() == Some(&account.project_id);
            match by_id || project.name.as_ref() == Some(&account.region) {
                true => Ok((
                    "project",
                    json!({"id": account.project_id, "name": account.region, "domain": domain}),
                )),
                false => unknown("project"),
            }
        }
        Some(TokenScope {
            domain: Some(named), ..
        }) if !is_account(Some(&named), account) => unknown("domain"),
        Some(_) | None => Ok(("domain", domain)),
    }
}

/// CreateTemporaryAccessKeyByToken, CreateTemporaryAccessKeyByAgency: which one the body says.
pub(super) async fn temporary_key(call: Call, input: CreateTemporaryAccessKey) -> Result<CredentialAnswer, Refusal> {
    let Identity {
        methods,
        token,
        assume_role,
        ..
    } = input.body.auth.identity;
    let seconds = match (methods.as_slice(), assume_role) {
        ([method], _) if method == "token" => by_token(&call, token.unwrap_or_default())?,
        ([method], Some(role)) if method == "assume_role" => as_agency(&call, &role)?,
        _ => {
            return Err(Refusal::because(
                BODY,
                "`methods` is neither `token` nor `assume_role` with its member",
            ));
        }
    };
    let seconds = seconds.unwrap_or(*KEY_LIFE.start());
    if !KEY_LIFE.contains(&seconds) {
        let detail = format!(
            "duration_seconds `{seconds}` is not {} to {}",
            KEY_LIFE.start(),
            KEY_LIFE.end()
        );
        return Err(Refusal::because(FIELD, detail));
    }
    let account = &call.context.account;
    let expires_at = call
        .now
        .checked_add(SignedDuration::from_secs(seconds))
        .unwrap_or(call.now);
    let access = format!("{TEMPORARY}{}", new_id()[..12].to_ascii_uppercase());
    let content = TemporaryKey {
        expires_at: expires_at.as_second(),
        access: access.clone(),
    };
    Ok(CredentialAnswer {
        credential: TemporaryKeys {
            secret: TemporaryKey::secret(&access, account).expose().to_owned(),
            securitytoken: sealed("key", &content, account)?,
            expires_at: time(expires_at),
            access,
        },
    })
}

/// The token stands in a header, which the front door has seen, or in the body.
fn by_token(call: &Call, token: ByToken) -> Result<Option<i64>, Refusal> {
    let account = &call.context.account;
    let in_body = token.id.and_then(|id| Token::open(&id, account));
    match in_body.is_some_and(|token| token.expires_at > call.now.as_second()) || call.proved {
        true => Ok(token.duration_seconds),
        false => Err(Refusal::new(AUTHENTICATION)),
    }
}

fn as_agency(call: &Call, role: &AssumeRole) -> Result<Option<i64>, Refusal> {
    if !call.proved {
        return Err(Refusal::new(AUTHENTICATION));
    }
    let domain = Named {
        id: role.domain_id.clone(),
        name: role.domain_name.clone(),
    };
    let agencies = call.context.store.read(|reader| reader.scan(&AGENCIES, ""))?;
    let known = agencies.iter().any(|agency| agency.name == role.agency_name);
    match known && is_account(Some(&domain), &call.context.account) {
        true => Ok(role.duration_seconds),
        false => Err(Refusal::because(NOT_FOUND, format!("agency: {}", role.agency_name))),
    }
}
