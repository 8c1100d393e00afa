//! IAM users: the account has one, called as the account itself.

use super::super::Account;
use super::gateway_creation::user_id;
use super::refusal::Refusal;
use super::request::Call;
use super::token::ACCOUNT_NAME;
use super::vpc::members;
use crate::codes::iam::NOT_FOUND;
use crate::wire::user::{KeystoneListUsers, KeystoneShowUser, ShowUser, User, UserAnswer, UserList};
use jiff::Timestamp;
use serde_json::{Value, json};

/// When the user was made, as far as anybody asks.
const CREATED_AT: &str = "2026-01-01 00:00:00";
/// How a filter compares times.
const OPERATORS: [&str; 6] = ["lt", "lte", "gt", "gte", "eq", "neq"];

fn user(account: &Account, other: Value) -> User {
    User {
        id: user_id(account),
        name: ACCOUNT_NAME.to_owned(),
        domain_id: account.domain_id.clone(),
        enabled: true,
        other: members(other),
    }
}

/// The user as the older operations tell it.
fn of_keystone(call: &Call) -> User {
    let account = &call.context.account;
    let own = format!("{}/v3/users/{}", call.origin, user_id(account));
    user(
        account,
        json!({
            "description": "", "pwd_status": false, "password_expires_at": null, "access_mode": "default",
            "links": {"self": own},
        }),
    )
}

/// KeystoneListUsers.
pub(super) async fn list(call: Call, input: KeystoneListUsers) -> Result<UserList, Refusal> {
    if let Some(filter) = &input.password_expires_at {
        let time = filter
            .split_once(':')
            .filter(|(operator, _)| OPERATORS.contains(operator));
        if time.is_none_or(|(_, time)| time.parse::<Timestamp>().is_err()) {
            let why = format!("password_expires_at `{filter}` is not such as lt:2016-12-08T22:02:00Z");
            return Err(Refusal::without_code(400, why));
        }
    }
    let mut users = vec![of_keystone(&call)];
    if let Some(user) = users.first_mut() {
        user.other.insert("pwd_strength".to_owned(), json!("high"));
    }
    let is = |asked: &Option<String>, value: &str| asked.as_ref().is_none_or(|asked| asked == value);
    users.retain(|user| {
        is(&input.domain_id, &user.domain_id)
            && is(&input.name, &user.name)
            && is(&input.enabled, "true")
            && input.password_expires_at.is_none()
    });
    let own = format!("{}/v3/users", call.origin);
    Ok(UserList {
        users,
        links: json!({"self": own, "previous": null, "next": null}),
    })
}

/// KeystoneShowUser.
pub(super) async fn show_keystone(call: Call, input: KeystoneShowUser) -> Result<UserAnswer, Refusal> {
    let user = of_keystone(&call);
    match user.id == input.user_id {
        true => Ok(UserAnswer { user }),
        false => Err(Refusal::without_code(
            404,
            format!("Could not find user: {}.", input.user_id),
        )),
    }
}

/// ShowUser.
pub(super) async fn show(call: Call, input: ShowUser) -> Result<UserAnswer, Refusal> {
    let account = &call.context.account;
    let own = format!("{}/v3.0/OS-USER/users/{}", call.origin, user_id(account));
    let user = user(
        account,
        json!({
            "description": "", "pwd_status": false, "pwd_strength": "High", "access_mode": "default",
            "is_domain_owner": true, "xuser_id": "", "xuser_type": "", "areacode": "", "phone": "", "email": "",
            "create_time": CREATED_AT, "update_time": CREATED_AT, "pwd_create_time": CREATED_AT,
            "modify_pwd_time": CREATED_AT, "links": {"self": own},
        }),
    );
    match user.id == input.user_id {
        true => Ok(UserAnswer { user }),
        false => Err(Refusal::because(NOT_FOUND, format!("user: {}", input.user_id))),
    }
}
