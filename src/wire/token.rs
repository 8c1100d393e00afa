//! Tokens and temporary keys of the identity service: other ways to say who calls.
//!
//! No `Debug`: what is in here is secret. Source: KeystoneCreateUserTokenByPassword, CreateTemporaryAccessKeyByToken,
//! CreateTemporaryAccessKeyByAgency.

use super::operation::{Method, Operation, Scope, Service};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The header of an answer that carries a token.
pub(crate) const SUBJECT_TOKEN: &str = "x-subject-token";

/// What is named by its id or its name.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct Named {
    /// The id.
    pub(crate) id: Option<String>,
    /// The name.
    pub(crate) name: Option<String>,
}

/// A user who proves it by a password.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct PasswordUser {
    /// The user's id, in place of name and account.
    pub(crate) id: Option<String>,
    /// The user's name.
    pub(crate) name: Option<String>,
    /// The password.
    pub(crate) password: String,
    /// The account.
    pub(crate) domain: Option<Named>,
}

/// The method `password`.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Password {
    /// Who.
    pub(crate) user: PasswordUser,
}

/// The method `token`.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct ByToken {
    /// The token, where no header carries it.
    pub(crate) id: Option<String>,
    /// 900 to 86400; the service's default is 900.
    pub(crate) duration_seconds: Option<i64>,
}

/// The method `assume_role`.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct AssumeRole {
    /// The agency's name.
    pub(crate) agency_name: String,
    /// The account whose agency it is, by id.
    pub(crate) domain_id: Option<String>,
    /// The same by name.
    pub(crate) domain_name: Option<String>,
    /// 900 to 86400; the service's default is 900.
    pub(crate) duration_seconds: Option<i64>,
}

/// How somebody says who they are.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Identity {
    /// Which of the members holds.
    pub(crate) methods: Vec<String>,
    /// For `password`.
    pub(crate) password: Option<Password>,
    /// For `token`.
    pub(crate) token: Option<ByToken>,
    /// For `assume_role`.
    pub(crate) assume_role: Option<AssumeRole>,
}

/// What a token will be for: a project, or the whole account.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct TokenScope {
    /// A project.
    pub(crate) project: Option<Named>,
    /// The account.
    pub(crate) domain: Option<Named>,
}

/// What is asked for.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Auth {
    /// Who asks.
    pub(crate) identity: Identity,
    /// What for.
    pub(crate) scope: Option<TokenScope>,
}

/// The body of both operations.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct AuthBody {
    /// What is asked for.
    pub(crate) auth: Auth,
}

/// Gets a token for a password. It comes in the header [`SUBJECT_TOKEN`].
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct KeystoneCreateUserTokenByPassword {
    /// Set: leave the list of services out.
    pub(crate) nocatalog: Option<String>,
    /// Who asks, and what for.
    pub(crate) body: AuthBody,
}

/// A token as its answer describes it.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct TokenAnswer {
    /// When it ends, for what it is, whose it is.
    pub(crate) token: Value,
}

impl Operation for KeystoneCreateUserTokenByPassword {
    const NAME: &'static str = "KeystoneCreateUserTokenByPassword";
    const SERVICE: Service = Service::Iam;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v3/auth/tokens";
    const SUCCESS: &'static [u16] = &[201];
    const SCOPE: Scope = Scope::Account;
    const AUTHENTICATED: bool = false;
    type Output = TokenAnswer;
}

/// Gets temporary keys for a token, or as an agency.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct CreateTemporaryAccessKey {
    /// Who asks, and how long the keys last.
    pub(crate) body: AuthBody,
}

/// Temporary keys.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct TemporaryKeys {
    /// The access key's id.
    pub(crate) access: String,
    /// Its secret.
    pub(crate) secret: String,
    /// What goes along as `X-Security-Token`.
    pub(crate) securitytoken: String,
    /// When they end.
    pub(crate) expires_at: String,
}

/// The answer of [`CreateTemporaryAccessKey`].
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct CredentialAnswer {
    /// The keys.
    pub(crate) credential: TemporaryKeys,
}

impl Operation for CreateTemporaryAccessKey {
    const NAME: &'static str = "CreateTemporaryAccessKeyByToken";
    const SERVICE: Service = Service::Iam;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v3.0/OS-CREDENTIAL/securitytokens";
    const SUCCESS: &'static [u16] = &[201];
    const SCOPE: Scope = Scope::Account;
    const AUTHENTICATED: bool = false;
    type Output = CredentialAnswer;
}
