//! Tokens and temporary keys that the local cloud gives out; what they are is in `crate::local::sealed`.
//!
//! The account has one user, called as the account itself; the password is the account's secret key.

use super::super::Account;
use super::gateway_creation::user_id;
use super::identity::new_id;
use super::refusal::Refusal;
use super::request::{Answered, Call};
use crate::codes::iam::{AUTHENTICATION, BODY, FIELD, NOT_FOUND};
use crate::local::sealed::{TemporaryKey, Token, time};
use crate::local::store::Read;
use crate::local::store::records::AGENCIES;
use crate::wire::token::{
    AssumeRole, ByToken, CreateTemporaryAccessKey, CredentialAnswer, Identity, KeystoneCreateUserTokenByPassword,
    Named, PasswordUser, SUBJECT_TOKEN, TemporaryKeys, TokenAnswer, TokenScope,
};
use jiff::SignedDuration;
use serde_json::{Value, json};
use std::ops::RangeInclusive;

/// The name of the account and of its only user.
pub(super) const ACCOUNT_NAME: &str = "fgctl";
/// How long a token lasts.
const TOKEN_LIFE: SignedDuration = SignedDuration::from_hours(24);
/// How long temporary keys may last, in seconds; the shortest is what nobody asks for.
const KEY_LIFE: RangeInclusive<i64> = 900..=86_400;
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
    let text = Token::until(expires_at, new_id()).sealed(&account.credentials);
    let headers = vec![(
        SUBJECT_TOKEN,
        text.map_err(|error| Refusal::Internal(error.to_string()))?,
    )];
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
    let key = TemporaryKey::until(expires_at, &new_id());
    let credentials = &account.credentials;
    let text = key.sealed(credentials);
    Ok(CredentialAnswer {
        credential: TemporaryKeys {
            secret: TemporaryKey::secret(&key.access, credentials).expose().to_owned(),
            securitytoken: text.map_err(|error| Refusal::Internal(error.to_string()))?,
            expires_at: time(expires_at),
            access: key.access,
        },
    })
}

/// The token stands in a header, which the front door has seen, or in the body.
fn by_token(call: &Call, token: ByToken) -> Result<Option<i64>, Refusal> {
    let account = &call.context.account;
    let in_body = token.id.and_then(|id| Token::open(&id, &account.credentials));
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
