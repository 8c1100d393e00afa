//! Use cases of more than one call: finding things by name, keeping the service's order, proving what was done.
//!
//! Knows no flags and no exit statuses. Rules of the guide are checked here before the first call.

mod api;
mod budget;
mod build;
mod client;
mod code;
mod dependency;
mod environment;
mod error;
mod function;
mod function_invocation;
mod function_settings;
mod function_version;
mod gateway;
mod gateway_change;
mod group;
mod network;
mod similar;
mod stack;
mod trigger;
mod upload;
mod websocket;

pub(crate) use api::ApiChange;
pub(crate) use budget::{Budget, Silence, UNKNOWN, Verdict, ping_interval};
pub(crate) use build::{BuildInput, BuildSource, check_new_version};
pub(crate) use client::{Grant, check_client};
pub(crate) use code::{CodeInput, CodePlace};
pub(crate) use dependency::{Attachment, DependencySource, NewDependency};
pub(crate) use environment::check_environment;
pub(crate) use error::AppError;
pub(crate) use function::{FunctionKind, NewFunctionInput};
pub(crate) use function_settings::{FunctionSettings, NetworkChange, VariableChange};
pub(crate) use function_version::AliasChange;
pub(crate) use gateway::{Edition, NewGatewayInput};
pub(crate) use gateway_change::{GatewayUpdate, PublicAccess};
pub(crate) use group::check_group;
pub(crate) use similar::similar;
pub(crate) use stack::{
    Doing, Endpoint, Extent, Health, Material, Planned, Planning, Pulled, Stack, StackEvent, local_gateway,
};
pub(crate) use trigger::{Authentication, NewTriggerInput, Progress, Protocol};
pub(crate) use upload::{Tell, Upload, UploadEvent, Uploaded};
pub(crate) use websocket::{Proof, WebsocketField, WebsocketStatus, check_websocket_region};

use crate::cloud::Cloud;
use crate::socket::{Connector, Event, Session};
use std::sync::Arc;

/// The use cases, on one account in one region.
#[derive(Clone)]
pub(crate) struct App {
    cloud: Cloud,
    connector: Arc<Connector>,
}

impl App {
    /// The use cases on `cloud`; the sockets that prove something are opened by `connector`.
    pub(crate) fn new(cloud: Cloud, connector: Connector) -> Self {
        Self {
            cloud,
            connector: Arc::new(connector),
        }
    }

    /// The region's id.
    pub(crate) fn region(&self) -> &str {
        self.cloud.region()
    }

    /// The calls themselves, for a use case that is one call.
    pub(crate) fn cloud(&self) -> &Cloud {
        &self.cloud
    }

    /// What opens sockets.
    pub(crate) fn connector(&self) -> &Connector {
        &self.connector
    }
}

/// Says goodbye on a socket that has proved what it should, and waits for the answer.
pub(crate) async fn leave(mut session: Session) {
    // It has served its purpose: a server that does not close politely changes nothing.
    if session.close(1000, "").await.is_ok() {
        while !matches!(session.next().await, Event::Closed(_)) {}
    }
}

/// The one of `items` whose id is `wanted`, else the one whose name is.
///
/// # Errors
/// [`AppError::NotFound`] with similar names, [`AppError::Ambiguous`] where several bear the name.
fn pick<T>(
    what: &'static str,
    wanted: &str,
    items: Vec<T>,
    id_and_name: impl Fn(&T) -> (&str, &str),
) -> Result<T, AppError> {
    let by = |matches: &dyn Fn(&T) -> bool| {
        items
            .iter()
            .enumerate()
            .filter(|(_, item)| matches(item))
            .map(|(at, _)| at)
            .collect::<Vec<_>>()
    };
    let mut found = by(&|item| id_and_name(item).0 == wanted);
    if found.is_empty() {
        found = by(&|item| id_and_name(item).1 == wanted);
    }
    match found.as_slice() {
        [at] => Ok(items
            .into_iter()
            .nth(*at)
            .unwrap_or_else(|| unreachable!("the position was just found"))),
        [] => Err(AppError::not_found(
            what,
            wanted,
            items.iter().map(|item| id_and_name(item).1.to_owned()).collect(),
        )),
        several => {
            let ids = several.iter().map(|at| id_and_name(&items[*at]).0.to_owned()).collect();
            Err(AppError::Ambiguous {
                what,
                name: wanted.to_owned(),
                ids,
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{AppError, pick};

    fn named(wanted: &str) -> Result<(String, String), AppError> {
        let items = [("1", "one"), ("2", "two"), ("3", "two"), ("one", "four")];
        let items = items.map(|(id, name)| (id.to_owned(), name.to_owned())).to_vec();
        pick("thing", wanted, items, |item| (&item.0, &item.1))
    }

    #[test]
    fn an_id_wins_over_a_name_and_a_name_must_be_alone() {
        assert_eq!(named("1").unwrap().1, "one");
        assert_eq!(named("one").unwrap().1, "four");
        assert!(matches!(named("two"), Err(AppError::Ambiguous { ids, .. }) if ids == ["2", "3"]));
        let error = named("fuor").unwrap_err();
        assert_eq!(error.to_string(), "there is no thing `fuor`");
        assert_eq!(error.hints(), ["did you mean `four`?"]);
    }
}
