//! The records of the local cloud. Each holds what the service would answer, and what only the local cloud knows.

use super::{Collection, Kind};
use crate::wire::agency::Agency;
use crate::wire::api::{Api, Publication};
use crate::wire::api_version::ApiVersion;
use crate::wire::app::App;
use crate::wire::app_authorization::AuthorizationEntry;
use crate::wire::app_code::AppCode;
use crate::wire::dependency::Dependency;
use crate::wire::environment::Environment;
use crate::wire::environment_variable::EnvironmentVariable;
use crate::wire::function::Function;
use crate::wire::function_alias::Alias;
use crate::wire::function_invocation::AsyncInvocation;
use crate::wire::function_record::LogPlace;
use crate::wire::function_reserved::Reservation;
use crate::wire::function_tag::Tag as FunctionTag;
use crate::wire::function_version::LATEST;
use crate::wire::gateway::Gateway;
use crate::wire::gateway_feature::Feature;
use crate::wire::gateway_tag::Tag;
use crate::wire::group::Group;
use crate::wire::obs::object::ObjectHeaders;
use crate::wire::security_group_rule::SecurityGroupRule;
use crate::wire::throttle::Throttle;
use crate::wire::throttle_binding::ThrottleBinding;
use crate::wire::trigger::Trigger;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Functions, by `{package}:{name}`: see [`function_key`].
pub(in crate::local) const FUNCTIONS: Collection<FunctionRecord> = Collection::new("functions");
/// Published versions of functions, by `{function's key}:{version}`.
pub(in crate::local) const FUNCTION_VERSIONS: Collection<FunctionRecord> = Collection::new("function_versions");
/// Aliases of functions, by `{function's key}:{alias}`.
pub(in crate::local) const FUNCTION_ALIASES: Collection<Alias> = Collection::new("function_aliases");
/// Tags of functions, by the function's key.
pub(in crate::local) const FUNCTION_TAGS: Collection<Vec<FunctionTag>> = Collection::new("function_tags");
/// Reserved instances, by `{function's key}:{version or !alias}`.
pub(in crate::local) const RESERVATIONS: Collection<Reservation> = Collection::new("reservations");
/// Calls that nobody waited for, by `{function's key}:{request's id}`.
pub(in crate::local) const ASYNC_INVOCATIONS: Collection<AsyncInvocation> = Collection::new("async_invocations");
/// The project's log group, once it was asked for.
pub(in crate::local) const LOG_GROUPS: Collection<LogPlace> = Collection::new("log_groups");
/// Versions of dependencies, by the version's id.
pub(in crate::local) const DEPENDENCY_VERSIONS: Collection<DependencyVersionRecord> =
    Collection::new("dependency_versions");
/// Triggers, by id.
pub(in crate::local) const TRIGGERS: Collection<TriggerRecord> = Collection::new("triggers");
/// Gateways, by id.
pub(in crate::local) const GATEWAYS: Collection<GatewayRecord> = Collection::new("gateways");
/// API groups, by id.
pub(in crate::local) const GROUPS: Collection<GroupRecord> = Collection::new("groups");
/// Environments but RELEASE, by `{gateway id}:{environment id}`.
pub(in crate::local) const ENVIRONMENTS: Collection<EnvironmentRecord> = Collection::new("environments");
/// APIs, by id.
pub(in crate::local) const APIS: Collection<ApiRecord> = Collection::new("apis");
/// What runs: publications, by `{api id}:{environment id}`.
pub(in crate::local) const PUBLICATIONS: Collection<PublicationRecord> = Collection::new("publications");
/// What was published: versions, by `{api id}:{environment id}:{number}`.
pub(in crate::local) const API_VERSIONS: Collection<ApiVersionRecord> = Collection::new("api_versions");
/// Buckets, by name.
pub(in crate::local) const BUCKETS: Collection<BucketRecord> = Collection::new("buckets");
/// Objects, by `{bucket}/{key}`: no bucket's name has a `/`.
pub(in crate::local) const OBJECTS: Collection<ObjectRecord> = Collection::new("objects");
/// Uploads in parts that were begun, by `{bucket}/{upload id}`.
pub(in crate::local) const UPLOADS: Collection<UploadRecord> = Collection::new("uploads");
/// Their parts, by `{upload id}:{number}`, the number in five digits.
pub(in crate::local) const PARTS: Collection<PartRecord> = Collection::new("parts");
/// What a change of a publication has not yet changed for callers, by `{api id}:{environment id}`.
pub(in crate::local) const TRANSITIONS: Collection<TransitionRecord> = Collection::new("transitions");
/// Variables of groups in environments, by id.
pub(in crate::local) const ENVIRONMENT_VARIABLES: Collection<EnvironmentVariableRecord> =
    Collection::new("environment_variables");
/// Apps, by id.
pub(in crate::local) const APPS: Collection<AppRecord> = Collection::new("apps");
/// AppCodes, by `{app id}:{code's id}`.
pub(in crate::local) const APP_CODES: Collection<AppCodeRecord> = Collection::new("app_codes");
/// Who may call what, by `{app id}:{api id}:{environment id}`.
pub(in crate::local) const AUTHORIZATIONS: Collection<AuthorizationRecord> = Collection::new("authorizations");
/// Throttling policies, by id.
pub(in crate::local) const THROTTLES: Collection<ThrottleRecord> = Collection::new("throttles");
/// Bindings of throttling policies, by id.
pub(in crate::local) const THROTTLE_BINDINGS: Collection<ThrottleBindingRecord> = Collection::new("throttle_bindings");

/// Agencies, by id.
pub(in crate::local) const AGENCIES: Collection<Agency> = Collection::new("agencies");

/// The rules of a security group, by the group's id, once one was made or deleted; until then it has the initial ones.
pub(in crate::local) const SECURITY_GROUP_RULES: Collection<Vec<SecurityGroupRule>> =
    Collection::new("security_group_rules");

/// The account, under [`ACCOUNT_KEY`], where it came with a state that was loaded; else its file alone has it.
pub(in crate::local) const ACCOUNT: Collection<Value> = Collection::new("account");
/// See [`ACCOUNT`].
pub(in crate::local) const ACCOUNT_KEY: &str = "account";

/// Every collection but [`ACCOUNT`]: what a local cloud holds.
pub(in crate::local) const ALL: &[&dyn Kind] = &[
    &FUNCTIONS,
    &FUNCTION_VERSIONS,
    &FUNCTION_ALIASES,
    &FUNCTION_TAGS,
    &RESERVATIONS,
    &ASYNC_INVOCATIONS,
    &LOG_GROUPS,
    &DEPENDENCY_VERSIONS,
    &TRIGGERS,
    &GATEWAYS,
    &GROUPS,
    &ENVIRONMENTS,
    &APIS,
    &PUBLICATIONS,
    &API_VERSIONS,
    &BUCKETS,
    &OBJECTS,
    &UPLOADS,
    &PARTS,
    &TRANSITIONS,
    &ENVIRONMENT_VARIABLES,
    &APPS,
    &APP_CODES,
    &AUTHORIZATIONS,
    &THROTTLES,
    &THROTTLE_BINDINGS,
    &AGENCIES,
    &SECURITY_GROUP_RULES,
];

/// The key of a function in [`FUNCTIONS`].
pub(in crate::local) fn function_key(package: &str, name: &str) -> String {
    format!("{package}:{name}")
}

/// A function.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(in crate::local) struct FunctionRecord {
    /// As ShowFunctionConfig answers it, unknown members too; `func_urn` with `:latest`.
    pub(in crate::local) function: Function,
    /// The values of `encrypted_user_data`, which answers blank; JSON text.
    pub(in crate::local) encrypted_user_data: String,
    /// The digest that names the code archive's file, a ZIP.
    pub(in crate::local) blob: String,
    /// Where its log goes: names that no configuration shows.
    #[serde(default)]
    pub(in crate::local) log: LogPlace,
    /// When a version was published, in Unix milliseconds; 0 for the editable copy.
    #[serde(default)]
    pub(in crate::local) published_at: i64,
}

impl FunctionRecord {
    /// The version that it is; records of tests may name none.
    pub(in crate::local) fn version(&self) -> &str {
        match self.function.version.as_str() {
            "" => LATEST,
            version => version,
        }
    }
}

/// A version of a dependency.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::local) struct DependencyVersionRecord {
    /// As ShowDependencyVersion answers it: `id` is the version's.
    pub(in crate::local) version: Dependency,
    /// The digest that names the archive's file, a ZIP.
    pub(in crate::local) blob: String,
}

/// A trigger.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::local) struct TriggerRecord {
    /// [`function_key`] of the function that it calls.
    pub(in crate::local) function: String,
    /// The version that it calls, or `!` and an alias; nothing is `latest`.
    #[serde(default)]
    pub(in crate::local) qualifier: Option<String>,
    /// As ShowFunctionTrigger answers it.
    pub(in crate::local) trigger: Trigger,
}

/// A gateway. Its status follows from the time: nothing has to run for it to change.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::local) struct GatewayRecord {
    /// As ShowDetailsOfInstanceV2 answers it once it runs.
    pub(in crate::local) gateway: Gateway,
    /// When it begins to run, in Unix milliseconds.
    pub(in crate::local) running_at: i64,
    /// When it will be gone, in Unix milliseconds, once its deletion was asked for.
    pub(in crate::local) gone_at: Option<i64>,
    /// The features that were set.
    #[serde(default)]
    pub(in crate::local) features: Vec<Feature>,
    /// Its tags.
    #[serde(default)]
    pub(in crate::local) tags: Vec<Tag>,
}

/// An API group.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::local) struct GroupRecord {
    /// The gateway's id.
    pub(in crate::local) instance_id: String,
    /// As ShowDetailsOfApiGroupV2 answers it.
    pub(in crate::local) group: Group,
    /// The port of 127.0.0.1 at which its APIs answer. Never changes.
    pub(in crate::local) port: u16,
}

/// An environment that somebody created.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::local) struct EnvironmentRecord {
    /// The gateway's id.
    pub(in crate::local) instance_id: String,
    /// As ListEnvironmentsV2 answers it.
    pub(in crate::local) environment: Environment,
}

/// An API as it was last edited, which is not what runs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::local) struct ApiRecord {
    /// The gateway's id.
    pub(in crate::local) instance_id: String,
    /// As ShowDetailsOfApiV2 answers it, but for the publication members, which follow from [`PUBLICATIONS`].
    pub(in crate::local) api: Api,
}

/// An API as it runs in one environment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::local) struct PublicationRecord {
    /// The gateway's id.
    pub(in crate::local) instance_id: String,
    /// The environment's name, which `X-Stage` asks for.
    pub(in crate::local) env_name: String,
    /// As publishing answered it.
    pub(in crate::local) publication: Publication,
    /// The API as it was when it was published: its `id`, `group_id` and all that routing and the backend need.
    pub(in crate::local) api: Api,
}

/// An API as it was published once.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::local) struct ApiVersionRecord {
    /// The gateway's id.
    pub(in crate::local) instance_id: String,
    /// As ListApiVersionsV2 answers it, but for the status, which follows from [`PUBLICATIONS`].
    pub(in crate::local) version: ApiVersion,
    /// The API as it was when it was published.
    pub(in crate::local) api: Api,
}

/// A bucket.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::local) struct BucketRecord {
    /// Its name.
    pub(in crate::local) name: String,
    /// When it was created, in Unix milliseconds.
    pub(in crate::local) created: i64,
    /// Who may do what.
    pub(in crate::local) acl: String,
    /// The class of objects that name none.
    pub(in crate::local) storage_class: String,
}

/// An object.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::local) struct ObjectRecord {
    /// Its key.
    pub(in crate::local) key: String,
    /// Bytes.
    pub(in crate::local) size: u64,
    /// Without quotes.
    pub(in crate::local) etag: String,
    /// When it was written, in Unix milliseconds.
    pub(in crate::local) modified: i64,
    /// Who may do what.
    pub(in crate::local) acl: String,
    /// What was told of it.
    pub(in crate::local) headers: ObjectHeaders,
    /// Its bytes, one piece after the other.
    pub(in crate::local) pieces: Vec<Piece>,
}

/// Some of an object's bytes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::local) struct Piece {
    /// The digest that names their file.
    pub(in crate::local) blob: String,
    /// How many they are.
    pub(in crate::local) size: u64,
}

/// An upload in parts.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::local) struct UploadRecord {
    /// 32 hex digits.
    pub(in crate::local) upload_id: String,
    /// The key of the object that it will be.
    pub(in crate::local) key: String,
    /// When it was begun, in Unix milliseconds.
    pub(in crate::local) begun: i64,
    /// Who may do what with the object.
    pub(in crate::local) acl: String,
    /// What is told of the object.
    pub(in crate::local) headers: ObjectHeaders,
}

/// A part of an upload.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::local) struct PartRecord {
    /// From 1.
    pub(in crate::local) number: i64,
    /// Bytes.
    pub(in crate::local) size: u64,
    /// MD5 in hex.
    pub(in crate::local) etag: String,
    /// When it was written, in Unix milliseconds.
    pub(in crate::local) modified: i64,
    /// The digest that names the file of its bytes.
    pub(in crate::local) blob: String,
}

/// What callers still reach, though another publication, or none, is on record.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::local) struct TransitionRecord {
    /// The gateway's id.
    pub(in crate::local) instance_id: String,
    /// As in [`PUBLICATIONS`].
    pub(in crate::local) key: String,
    /// What ran before; nothing where nothing did.
    pub(in crate::local) before: Option<PublicationRecord>,
    /// When that ends, in Unix milliseconds.
    pub(in crate::local) until: i64,
}

/// A variable of a group in an environment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::local) struct EnvironmentVariableRecord {
    /// The gateway's id.
    pub(in crate::local) instance_id: String,
    /// As ShowDetailsOfEnvironmentVariableV2 answers it.
    pub(in crate::local) variable: EnvironmentVariable,
}

/// An app.
#[derive(Clone, Serialize, Deserialize)]
pub(in crate::local) struct AppRecord {
    /// The gateway's id.
    pub(in crate::local) instance_id: String,
    /// As ShowDetailsOfAppV2 answers it, with its secret.
    pub(in crate::local) app: App,
}

/// A code of an app.
#[derive(Clone, Serialize, Deserialize)]
pub(in crate::local) struct AppCodeRecord {
    /// The gateway's id.
    pub(in crate::local) instance_id: String,
    /// As ShowDetailsOfAppCodeV2 answers it.
    pub(in crate::local) code: AppCode,
}

/// An app may call an API in an environment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::local) struct AuthorizationRecord {
    /// The gateway's id.
    pub(in crate::local) instance_id: String,
    /// Its ids and its time; names are added where it is answered.
    pub(in crate::local) authorization: AuthorizationEntry,
}

/// A throttling policy.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::local) struct ThrottleRecord {
    /// The gateway's id.
    pub(in crate::local) instance_id: String,
    /// As ShowDetailsOfRequestThrottlingPolicyV2 answers it, but for the number of its bindings.
    pub(in crate::local) throttle: Throttle,
}

/// A policy holds for a publication.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::local) struct ThrottleBindingRecord {
    /// The gateway's id.
    pub(in crate::local) instance_id: String,
    /// As binding answered it.
    pub(in crate::local) binding: ThrottleBinding,
}
