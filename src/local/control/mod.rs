//! The control plane: the services' operations, served from the same definitions that the client sends them by.
//!
//! One file a noun, as in `wire`. Each handler is an async function from the operation's input to its output or a
//! [`refusal::Refusal`]; reading, authentication and rendering are in [`request`] alone.

mod agency;
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
mod faulty;
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
mod gateway_address;
mod gateway_change;
mod gateway_creation;
mod gateway_feature;
mod gateway_quota;
mod gateway_status;
mod gateway_tag;
mod group;
mod identity;
mod obs;
mod page;
mod project;
mod publication;
mod quota;
mod refusal;
mod request;
mod runtime;
mod schedule;
mod security_group;
mod security_group_rule;
mod security_group_rule_creation;
mod short_urn;
mod subnet;
#[cfg(test)]
mod tests;
mod throttle;
mod throttle_binding;
mod timer;
mod token;
mod trigger;
mod trigger_gateway;
mod trigger_shared;
mod trigger_timer;
mod user;
mod user_data;
mod vpc;

pub(super) use timer::run as run_timers;

use super::fault::Faults;
use super::fidelity::Row;
use super::{Account, Contexts};
use crate::wire::{Method, Operation};
use axum::Router;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{RawPathParams, Request, State};
use axum::middleware;
use axum::routing::{MethodFilter, get, on};
use refusal::Refusal;
use request::{Answered, Call, Desk, Served};
use std::sync::Arc;

/// Serves every operation of the control plane, and refuses what is not served.
pub(super) fn router(contexts: Arc<Contexts>, faults: Faults) -> Router {
    let routes = all();
    let names = routes
        .rows
        .iter()
        .filter_map(|row| Some(((row.method?, row.path?), row.name)));
    let faulty = faulty::Faulty {
        faults,
        names: Arc::new(names.collect()),
    };
    let desk = Arc::new(Desk {
        contexts,
        guard: front_door::Guard::default(),
    });
    routes
        .router
        .route(download::PATH, get(download::serve))
        .fallback(request::not_served)
        .method_not_allowed_fallback(request::not_served)
        .layer(middleware::from_fn_with_state(Arc::clone(&desk), obs::divert))
        .layer(middleware::from_fn_with_state(faulty, faulty::meet))
        .with_state(desk)
}

/// What the control plane plays, one row an operation, and what belongs to none.
pub(super) fn rows() -> Vec<Row> {
    let mut rows = all().rows;
    rows.extend([front_door::PLAYED, configuration::PLAYED]);
    rows.extend(obs::rows());
    rows
}

fn all() -> Routes {
    let routes = identities(networks(about_functions(functions(Routes::default()))));
    callers(publications(gateway_settings(gateways(routes))))
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
struct Routes {
    router: Router<Arc<Desk>>,
    rows: Vec<Row>,
}

impl Routes {
    /// Serves the operation `O` by `handler`, at the method and path that the operation has.
    fn serve<O, F, A, R>(self, handler: F) -> Self
    where
        O: Operation + 'static,
        F: Fn(Call, O) -> A + Send + Sync + 'static,
        A: Future<Output = Result<R, Refusal>> + Send + 'static,
        R: Into<Answered<O::Output>> + 'static,
    {
        self.route(Row::of::<O>(), Served::by(handler))
    }

    /// Not generic: the framework's part of a route is compiled once, and not for every operation.
    fn route(mut self, row: Row, served: Served) -> Self {
        let (method, path) = served.place();
        let served = Arc::new(served);
        let answer = async move |State(desk): State<Arc<Desk>>,
                                 fields: Result<RawPathParams, RawPathParamsRejection>,
                                 request: Request| served.answer(desk, fields, request).await;
        self.rows.push(row);
        self.router = self.router.route(path, on(filter(method), answer));
        self
    }
}

fn filter(method: Method) -> MethodFilter {
    match method {
        Method::Get => MethodFilter::GET,
        Method::Post => MethodFilter::POST,
        Method::Put => MethodFilter::PUT,
        Method::Delete => MethodFilter::DELETE,
        Method::Head => MethodFilter::HEAD,
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
        .serve(vpc::show)
        .serve(vpc::list_v3)
        .serve(vpc::show_v3)
        .serve(subnet::list)
        .serve(subnet::show)
        .serve(security_group::list)
        .serve(security_group::show)
        .serve(security_group::list_v1)
        .serve(security_group::show_v1)
        .serve(security_group_rule_creation::create)
        .serve(security_group_rule_creation::create_v1)
        .serve(security_group_rule::list)
        .serve(security_group_rule::list_v1)
        .serve(security_group_rule::show)
        .serve(security_group_rule::show_v1)
        .serve(security_group_rule::delete)
        .serve(security_group_rule::delete_v1)
        .serve(enterprise_project::list)
        .serve(enterprise_project::show)
}

fn identities(routes: Routes) -> Routes {
    routes
        .serve(project::list)
        .serve(project::list_usable)
        .serve(project::list_accounts)
        .serve(project::list_regions)
        .serve(user::list)
        .serve(user::show_keystone)
        .serve(user::show)
        .serve(token::create)
        .serve(token::temporary_key)
        .serve(agency::create)
        .serve(agency::list)
        .serve(agency::show)
        .serve(agency::delete)
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
