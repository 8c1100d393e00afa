//! What goes over the network: the types, the operations and the guide's rules.
//!
//! Serde only, no I/O: the client builds requests from these definitions and the local cloud makes its router
//! from the same ones. Nothing here formats for a person; field names are the vendor's own.

pub(crate) mod api;
pub(crate) mod api_version;
pub(crate) mod dependency;
pub(crate) mod enterprise_project;
pub(crate) mod environment;
pub(crate) mod function;
pub(crate) mod function_alias;
pub(crate) mod function_invocation;
pub(crate) mod function_record;
pub(crate) mod function_reserved;
pub(crate) mod function_tag;
pub(crate) mod function_version;
pub(crate) mod gateway;
pub(crate) mod group;
pub(crate) mod operation;
pub(crate) mod project;
pub(crate) mod quota;
pub(crate) mod rule;
pub(crate) mod runtime;
pub(crate) mod security_group;
pub(crate) mod subnet;
pub(crate) mod trigger;
pub(crate) mod urn;
pub(crate) mod vpc;

pub(crate) use operation::{Listing, Method, Operation, Parts, Scope, Service, ShapeError};
pub(crate) use urn::FunctionUrn;
