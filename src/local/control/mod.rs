//! The control plane: the services' operations, served from the same definitions that the client sends them by.
//!
//! One file a noun, as in `wire`. Each handler is an async function from the operation's input to its output or a
//! [`refusal::Refusal`]; reading, authentication and rendering are in [`request`] alone.

mod api;
mod api_definition;
mod api_version;
mod archive;
mod clock;
mod configuration;
mod dependency;
mod download;
mod enterprise_project;
mod environment;
mod fetch;
mod front_door;
mod function;
mod function_alias;
mod function_code;
mod function_deletion;
mod function_invocation;
mod function_record;
mod function_reserved;
mod function_rules;
mod function_tag;
mod function_version;
mod gateway;
mod gateway_creation;
mod gateway_status;
mod group;
mod identity;
mod page;
mod project;
mod publication;
mod quota;
mod refusal;
mod request;
mod runtime;
mod security_group;
mod short_urn;
mod subnet;
#[cfg(test)]
mod tests;
mod trigger;
mod trigger_gateway;
mod trigger_shared;
mod trigger_timer;
mod user_data;
mod vpc;

use super::{Account, Contexts};
use crate::wire::{Method, Operation};
use axum::Router;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{RawPathParams, Request, State};
use axum::routing::{MethodFilter, get, on};
use refusal::Refusal;
use request::{Answered, Call, Desk};
use std::sync::Arc;

/// Serves every operation of the control plane, and refuses what is not served.
pub(super) fn router(contexts: Arc<Contexts>) -> Router {
    let routes = Routes::default();
    let routes = publications(gateways(networks(about_functions(functions(routes)))));
    routes
        .0
        .route(download::PATH, get(download::serve))
        .fallback(request::not_served)
        .method_not_allowed_fallback(request::not_served)
        .with_state(Arc::new(Desk {
            contexts,
            guard: front_door::Guard::default(),
        }))
}

/// The ids that follow from `account`, as records have them: always the same ones in the same order.
pub(super) fn own_ids(account: &Account) -> [String; 6] {
    [
        account.project_id.clone(),
        account.domain_id.clone(),
        vpc::id(account),
        subnet::id(account),
        security_group::id(account),
        gateway_creation::user_id(account),
    ]
}

/// The operations served so far.
#[derive(Default)]
struct Routes(Router<Arc<Desk>>);

impl Routes {
    /// Serves the operation `O` by `handler`, at the method and path that the operation has.
    fn serve<O, F, A, R>(self, handler: F) -> Self
    where
        O: Operation + 'static,
        F: Fn(Call, O) -> A + Clone + Send + Sync + 'static,
        A: Future<Output = Result<R, Refusal>> + Send + 'static,
        R: Into<Answered<O::Output>> + 'static,
    {
        let handler = move |call, input| {
            let answer = handler(call, input);
            async { answer.await.map(Into::into) }
        };
        let answer =
            move |State(desk): State<Arc<Desk>>,
                  fields: Result<RawPathParams, RawPathParamsRejection>,
                  request: Request| { request::answer::<O, _, _>(desk, fields, request, handler) };
        Self(self.0.route(O::PATH, on(filter(O::METHOD), answer)))
    }
}

fn filter(method: Method) -> MethodFilter {
    match method {
        Method::Get => MethodFilter::GET,
        Method::Post => MethodFilter::POST,
        Method::Put => MethodFilter::PUT,
        Method::Delete => MethodFilter::DELETE,
    }
}

fn functions(routes: Routes) -> Routes {
    routes
        .serve(function::create)
        .serve(function::list)
        .serve(function::show)
        .serve(function::update)
        .serve(function::limit_instances)
        .serve(function_deletion::delete)
        .serve(function_code::show)
        .serve(function_code::update)
        .serve(dependency::create)
        .serve(dependency::list)
        .serve(dependency::list_versions)
        .serve(dependency::show)
        .serve(dependency::delete)
        .serve(quota::list)
        .serve(runtime::list)
        .serve(trigger::list_all)
        .serve(trigger::create)
        .serve(trigger::list)
        .serve(trigger::show)
        .serve(trigger::update)
        .serve(trigger::delete)
        .serve(trigger::delete_all)
}

/// What there is around a function.
fn about_functions(routes: Routes) -> Routes {
    routes
        .serve(function_version::create)
        .serve(function_version::list)
        .serve(function_alias::create)
        .serve(function_alias::list)
        .serve(function_alias::show)
        .serve(function_alias::update)
        .serve(function_alias::delete)
        .serve(function_tag::create)
        .serve(function_tag::delete)
        .serve(function_tag::list)
        .serve(function_tag::list_all)
        .serve(function_tag::find)
        .serve(function_reserved::update)
        .serve(function_reserved::list)
        .serve(function_reserved::list_configs)
        .serve(function_invocation::invoke)
        .serve(function_invocation::invoke_async)
        .serve(function_invocation::list_async)
        .serve(function_record::log_place)
        .serve(function_record::enable_logs)
        .serve(function_record::of_function)
        .serve(function_record::of_project)
}

fn networks(routes: Routes) -> Routes {
    routes
        .serve(vpc::list)
        .serve(subnet::list)
        .serve(security_group::list)
        .serve(project::list)
        .serve(enterprise_project::list)
}

fn gateways(routes: Routes) -> Routes {
    routes
        .serve(gateway::create)
        .serve(gateway::list)
        .serve(gateway::show)
        .serve(gateway::progress)
        .serve(gateway::delete)
        .serve(gateway::zones)
        .serve(group::create)
        .serve(group::list)
        .serve(group::show)
        .serve(group::delete)
        .serve(environment::create)
        .serve(environment::list)
        .serve(environment::delete)
}

fn publications(routes: Routes) -> Routes {
    routes
        .serve(api::create)
        .serve(api::list)
        .serve(api::show)
        .serve(api::update)
        .serve(api::delete)
        .serve(publication::publish)
        .serve(api_version::list)
        .serve(api_version::change)
        .serve(api_version::show)
        .serve(api_version::delete)
}
