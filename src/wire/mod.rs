//! What goes over the network: the types, the operations and the guide's rules.
//!
//! Serde only, no I/O: the client builds requests from these definitions and the local cloud makes its router
//! from the same ones. Nothing here formats for a person; field names are the vendor's own.

pub(crate) mod agency;
pub(crate) mod api;
pub(crate) mod api_debug;
pub(crate) mod api_publication;
pub(crate) mod api_version;
pub(crate) mod app;
pub(crate) mod app_authorization;
pub(crate) mod app_code;
pub(crate) mod dependency;
pub(crate) mod domain;
pub(crate) mod enterprise_project;
pub(crate) mod environment;
pub(crate) mod environment_variable;
pub(crate) mod function;
pub(crate) mod function_alias;
pub(crate) mod function_invocation;
pub(crate) mod function_record;
pub(crate) mod function_reserved;
pub(crate) mod function_tag;
pub(crate) mod function_version;
pub(crate) mod gateway;
pub(crate) mod gateway_address;
pub(crate) mod gateway_feature;
pub(crate) mod gateway_quota;
pub(crate) mod gateway_tag;
pub(crate) mod group;
pub(crate) mod name_check;
pub(crate) mod obs;
pub(crate) mod operation;
pub(crate) mod project;
pub(crate) mod quota;
pub(crate) mod region;
pub(crate) mod rule;
pub(crate) mod runtime;
pub(crate) mod security_group;
pub(crate) mod security_group_rule;
pub(crate) mod subnet;
pub(crate) mod throttle;
pub(crate) mod throttle_binding;
pub(crate) mod token;
pub(crate) mod trigger;
pub(crate) mod urn;
pub(crate) mod user;
pub(crate) mod vpc;

pub(crate) use operation::{Listing, Method, Operation, Parts, Scope, Service, ShapeError};
pub(crate) use urn::FunctionUrn;
