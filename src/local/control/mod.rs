//! The control plane: the services' operations, served from the same definitions that the client sends them by.
//!
//! One file a noun, as in `wire`. Each handler is an async function from the operation's input to its output or a
//! [`refusal::Refusal`]; reading, authentication and rendering are in [`request`] alone.

mod api;
mod api_check;
mod api_debug;
mod api_definition;
mod api_outline;
mod api_version;
mod app;
mod app_authorization;
mod app_code;
mod archive;
mod belongings;
mod clock;
mod configuration;
mod dependency;
mod domain;
mod download;
mod enterprise_project;
mod environment;
mod environment_variable;
mod fetch;
mod front_door;
mod function;
mod function_code;
mod gateway;
mod gateway_address;
mod gateway_change;
mod gateway_creation;
mod gateway_feature;
mod gateway_quota;
mod gateway_status;
mod gateway_tag;
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
mod throttle;
mod throttle_binding;
mod trigger;
mod user_data;
mod vpc;

use super::{Account, Contexts};
use crate::wire::{Method, Operation};
use axum::Router;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{RawPathParams, Request, State};
use axum::routing::{MethodFilter, get, on};
use refusal::Refusal;
use request::{Call, Desk};
use std::sync::Arc;

/// Serves every operation of the control plane, and refuses what is not served.
pub(super) fn router(contexts: Arc<Contexts>) -> Router {
    let routes = Routes::default();
    let routes = gateway_settings(gateways(networks(functions(routes))));
    let routes = callers(publications(routes));
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
    fn serve<O, F, A>(self, handler: F) -> Self
    where
        O: Operation + 'static,
        F: Fn(Call, O) -> A + Clone + Send + Sync + 'static,
        A: Future<Output = Result<O::Output, Refusal>> + Send + 'static,
    {
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
        .serve(function::delete)
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
        .serve(trigger::delete)
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
        .serve(gateway::update)
        .serve(gateway::delete)
        .serve(gateway::zones)
        .serve(group::create)
        .serve(group::list)
        .serve(group::show)
        .serve(group::update)
        .serve(group::update_sl_domain)
        .serve(group::check_name)
        .serve(group::delete)
        .serve(environment::create)
        .serve(domain::create)
        .serve(domain::update)
        .serve(domain::delete)
        .serve(environment::list)
        .serve(environment::update)
        .serve(environment::delete)
}

fn gateway_settings(routes: Routes) -> Routes {
    routes
        .serve(gateway_address::add_inbound)
        .serve(gateway_address::update_inbound)
        .serve(gateway_address::remove_inbound)
        .serve(gateway_address::add_outbound)
        .serve(gateway_address::update_outbound)
        .serve(gateway_address::remove_outbound)
        .serve(gateway_feature::create)
        .serve(gateway_feature::list)
        .serve(gateway_feature::supported)
        .serve(gateway_tag::list)
        .serve(gateway_tag::change)
        .serve(gateway_quota::of_project)
        .serve(gateway_quota::of_gateway)
        .serve(gateway_quota::restriction)
        .serve(environment_variable::create)
        .serve(environment_variable::list)
        .serve(environment_variable::show)
        .serve(environment_variable::update)
        .serve(environment_variable::delete)
}

fn publications(routes: Routes) -> Routes {
    routes
        .serve(api::create)
        .serve(api::list)
        .serve(api::show)
        .serve(api::update)
        .serve(api::delete)
        .serve(api_check::check)
        .serve(api_debug::debug)
        .serve(publication::publish)
        .serve(publication::batch)
        .serve(publication::runtime)
        .serve(api_version::list)
        .serve(api_version::change)
        .serve(api_version::show)
        .serve(api_version::delete)
}

fn callers(routes: Routes) -> Routes {
    routes
        .serve(app::create)
        .serve(app::list)
        .serve(app::show)
        .serve(app::exists)
        .serve(app::update)
        .serve(app::reset_secret)
        .serve(app::delete)
        .serve(app_code::create)
        .serve(app_code::create_auto)
        .serve(app_code::list)
        .serve(app_code::show)
        .serve(app_code::delete)
        .serve(app_authorization::create)
        .serve(app_authorization::bound_apis)
        .serve(app_authorization::unbound_apis)
        .serve(app_authorization::bound_apps)
        .serve(app_authorization::delete)
        .serve(throttle::create)
        .serve(throttle::list)
        .serve(throttle::show)
        .serve(throttle::update)
        .serve(throttle::delete)
        .serve(throttle_binding::create)
        .serve(throttle_binding::delete)
        .serve(throttle_binding::delete_all)
        .serve(throttle_binding::bound)
        .serve(throttle_binding::unbound)
        .serve(throttle_binding::of_api)
}
