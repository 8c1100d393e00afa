//! IAM users of the account.

use super::operation::{Method, Operation, Scope, Service};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A user; what else is told of one depends on the operation.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct User {
    /// 32 hex digits.
    pub(crate) id: String,
    /// Its name.
    pub(crate) name: String,
    /// The account whose it is.
    pub(crate) domain_id: String,
    /// Whether it may do anything at all.
    pub(crate) enabled: bool,
    /// What else the service tells of it.
    #[serde(flatten)]
    pub(crate) other: Map<String, Value>,
}

/// Lists the users of the account. Source: KeystoneListUsers.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct KeystoneListUsers {
    /// Of this account.
    pub(crate) domain_id: Option<String>,
    /// `true` or `false`.
    pub(crate) enabled: Option<String>,
    /// The exact name.
    pub(crate) name: Option<String>,
    /// `lt:2016-12-08T22:02:00Z`: `lt`, `lte`, `gt`, `gte`, `eq` or `neq`, and a time.
    pub(crate) password_expires_at: Option<String>,
}

/// The answer of [`KeystoneListUsers`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct UserList {
    /// All of them.
    pub(crate) users: Vec<User>,
    /// Where the list is.
    pub(crate) links: Value,
}

impl Operation for KeystoneListUsers {
    const NAME: &'static str = "KeystoneListUsers";
    const SERVICE: Service = Service::Iam;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v3/users";
    const SUCCESS: &'static [u16] = &[200];
    const SCOPE: Scope = Scope::Domain;
    const UNKNOWN: &'static [&'static str] = &[
        "whether a filter by `password_expires_at` finds a user whose password never expires: here not",
        "the answer for another account's `domain_id`: here an empty list, as KeystoneListProjects has it",
    ];
    type Output = UserList;
}

/// The answer of [`KeystoneShowUser`] and of [`ShowUser`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct UserAnswer {
    /// The one.
    pub(crate) user: User,
}

/// Shows a user. Source: KeystoneShowUser.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct KeystoneShowUser {
    /// Its id.
    pub(crate) user_id: String,
}

impl Operation for KeystoneShowUser {
    const NAME: &'static str = "KeystoneShowUser";
    const SERVICE: Service = Service::Iam;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v3/users/{user_id}";
    const SUCCESS: &'static [u16] = &[200];
    const SCOPE: Scope = Scope::Domain;
    type Output = UserAnswer;
}

/// Shows more of a user. Source: ShowUser.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ShowUser {
    /// Its id.
    pub(crate) user_id: String,
}

impl Operation for ShowUser {
    const NAME: &'static str = "ShowUser";
    const SERVICE: Service = Service::Iam;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v3.0/OS-USER/users/{user_id}";
    const SUCCESS: &'static [u16] = &[200];
    const SCOPE: Scope = Scope::Domain;
    const UNKNOWN: &'static [&'static str] = &[
        "when the user last logged in, and when by its password: here never, and both are left out",
        "how a strength of the password is found: here it is `High`, as that of a random one",
    ];
    type Output = UserAnswer;
}
