//! Which published API a call is for: by group, environment, path and method. Pure.

use crate::wire::api::{Api, MATCH_PREFIX};
use crate::wire::environment::RELEASE;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// `req_method` of an API that takes every method.
const ANY: &str = "ANY";

/// What of a call decides where it goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Call<'a> {
    /// The API group's id.
    pub(super) group_id: &'a str,
    /// The environment's name.
    pub(super) environment: &'a str,
    /// `GET` …
    pub(super) method: &'a str,
    /// Begins with `/`, no query.
    pub(super) path: &'a str,
}

/// An API as it runs in one environment.
#[derive(Clone, Debug)]
pub(super) struct Route {
    /// The API as it was published.
    pub(super) api: Arc<Api>,
    /// The environment's name.
    pub(super) environment: String,
    /// The gateway's name, for commands that a person can paste.
    pub(super) gateway: String,
    pattern: Pattern,
}

/// Why no API answers a call.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Miss {
    /// Nothing in the group has such a path.
    Path,
    /// The path is there, for these methods.
    Method(BTreeSet<String>),
    /// The API runs, but in these environments.
    Environment(BTreeSet<String>),
    /// An API with this path was created and never published, or taken offline.
    Unpublished(Hint),
    /// An API was given this path, or this method, after it was published.
    Edited(Hint),
}

/// The API that the caller probably meant.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Hint {
    /// The API's name.
    pub(super) api: String,
    /// Its gateway's name.
    pub(super) gateway: String,
}

/// All that is published, and all that was edited.
#[derive(Debug, Default)]
pub(super) struct Routes {
    /// By group, the most specific first.
    published: HashMap<String, Vec<Arc<Route>>>,
    edited: HashMap<String, Vec<Edited>>,
}

#[derive(Debug)]
struct Edited {
    route: Arc<Route>,
    published: bool,
}

impl Edited {
    fn hint(&self) -> Hint {
        Hint {
            api: self.route.api.name.clone(),
            gateway: self.route.gateway.clone(),
        }
    }
}

impl Routes {
    /// Adds what runs in `environment` of the gateway named `gateway`.
    pub(super) fn publish(&mut self, api: Api, environment: String, gateway: String) {
        let route = Route {
            pattern: Pattern::of(&api),
            api: Arc::new(api),
            environment,
            gateway,
        };
        let routes = self.published.entry(route.api.group_id.clone()).or_default();
        let at = routes.partition_point(|other| other.rank() <= route.rank());
        routes.insert(at, Arc::new(route));
    }

    /// Adds an API as it was last edited: calls do not reach it, but it explains why they miss.
    pub(super) fn edit(&mut self, api: &Api, gateway: String) {
        let routes = self.published.get(&api.group_id);
        let published = routes.is_some_and(|routes| routes.iter().any(|route| route.api.id == api.id));
        let route = Route {
            pattern: Pattern::of(api),
            api: Arc::new(api.clone()),
            environment: RELEASE.to_owned(),
            gateway,
        };
        let route = Arc::new(route);
        let edited = Edited { route, published };
        self.edited.entry(api.group_id.clone()).or_default().push(edited);
    }

    /// The API that answers `call`: of those that match, the one with the longest path.
    ///
    /// # Errors
    /// None does.
    pub(super) fn find(&self, call: Call<'_>) -> Result<&Arc<Route>, Miss> {
        let routes = self.published.get(call.group_id).map_or(&[][..], Vec::as_slice);
        let here: Vec<&Arc<Route>> = routes.iter().filter(|route| route.pattern.matches(call.path)).collect();
        let found = here
            .iter()
            .find(|route| route.environment == call.environment && takes(&route.api.req_method, call.method));
        found.copied().ok_or_else(|| self.miss(call, &here))
    }

    /// The API that a debugging call is for: as it runs in the call's environment, or as it is edited.
    ///
    /// # Errors
    /// It is not there, or has another path or method.
    pub(super) fn debugged(&self, call: Call<'_>, api_id: &str, published: bool) -> Result<&Arc<Route>, Miss> {
        let running = self.published.get(call.group_id).into_iter().flatten();
        let running = running.filter(|route| published && route.environment == call.environment);
        let edited = self.edited.get(call.group_id).into_iter().flatten();
        let edited = edited.filter(|_| !published).map(|edited| &edited.route);
        let mut meant = running.chain(edited).filter(|route| route.api.id == api_id);
        let found = meant.find(|route| route.pattern.matches(call.path) && takes(&route.api.req_method, call.method));
        found.ok_or(Miss::Path)
    }

    fn miss(&self, call: Call<'_>, here: &[&Arc<Route>]) -> Miss {
        let edited = self.edited.get(call.group_id).map_or(&[][..], Vec::as_slice);
        let meant = edited
            .iter()
            .find(|edited| edited.route.pattern.matches(call.path) && takes(&edited.route.api.req_method, call.method));
        let elsewhere: BTreeSet<String> = here
            .iter()
            .filter(|route| takes(&route.api.req_method, call.method))
            .map(|route| route.environment.clone())
            .collect();
        let methods: BTreeSet<String> = here
            .iter()
            .filter(|route| route.environment == call.environment)
            .map(|route| route.api.req_method.clone())
            .collect();
        match meant {
            _ if !elsewhere.is_empty() => Miss::Environment(elsewhere),
            Some(edited) if edited.published => Miss::Edited(edited.hint()),
            Some(edited) => Miss::Unpublished(edited.hint()),
            None if !methods.is_empty() => Miss::Method(methods),
            None => Miss::Path,
        }
    }
}

impl Route {
    /// The lesser, the more specific.
    fn rank(&self) -> (std::cmp::Reverse<usize>, bool, usize, bool) {
        let segments = &self.pattern.segments;
        let variables = segments.iter().filter(|segment| **segment == Segment::Variable).count();
        (
            std::cmp::Reverse(segments.len()),
            self.pattern.prefix,
            variables,
            self.api.req_method == ANY,
        )
    }
}

fn takes(method: &str, called: &str) -> bool {
    method == ANY || method == called
}

/// The paths that an API answers.
#[derive(Clone, Debug, PartialEq)]
struct Pattern {
    segments: Vec<Segment>,
    /// Whether more segments may follow.
    prefix: bool,
}

#[derive(Clone, Debug, PartialEq)]
enum Segment {
    Literal(String),
    /// `{name}`: any one segment that is not empty.
    Variable,
}

impl Segment {
    fn of(text: &str) -> Self {
        if text.len() > 2 && text.starts_with('{') && text.ends_with('}') {
            Self::Variable
        } else {
            Self::Literal(text.to_owned())
        }
    }

    fn matches(&self, text: &str) -> bool {
        match self {
            Self::Literal(literal) => literal == text,
            Self::Variable => !text.is_empty(),
        }
    }
}

impl Pattern {
    fn of(api: &Api) -> Self {
        let prefix = api.match_mode.as_deref() == Some(MATCH_PREFIX);
        let uri = if prefix {
            api.req_uri.trim_end_matches('/')
        } else {
            &api.req_uri
        };
        Self {
            segments: segments(uri).map(Segment::of).collect(),
            prefix,
        }
    }

    fn matches(&self, path: &str) -> bool {
        let mut rest = segments(path);
        self.segments
            .iter()
            .all(|segment| rest.next().is_some_and(|text| segment.matches(text)))
            && (self.prefix || rest.next().is_none())
    }
}

/// What stands between the slashes of `/a/b`; nothing of the empty text.
fn segments(path: &str) -> impl Iterator<Item = &str> {
    let rest = path.strip_prefix('/').unwrap_or(path);
    rest.split('/').filter(move |_| !path.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{Call, Miss, Routes};
    use crate::wire::api::Api;
    use proptest::prelude::{prop_assert, proptest};

    fn api(name: &str, method: &str, uri: &str, mode: &str) -> Api {
        Api {
            id: format!("id of {name}"),
            group_id: "g".to_owned(),
            name: name.to_owned(),
            req_method: method.to_owned(),
            req_uri: uri.to_owned(),
            match_mode: Some(mode.to_owned()),
            ..Api::default()
        }
    }

    fn routes(apis: &[(&str, &str, &str, &str)]) -> Routes {
        let mut routes = Routes::default();
        for (name, method, uri, mode) in apis {
            routes.publish(api(name, method, uri, mode), "RELEASE".to_owned(), "gw".to_owned());
        }
        routes
    }

    fn call<'a>(method: &'a str, path: &'a str) -> Call<'a> {
        Call {
            group_id: "g",
            environment: "RELEASE",
            method,
            path,
        }
    }

    fn found(routes: &Routes, method: &str, path: &str) -> Result<String, Miss> {
        routes.find(call(method, path)).map(|route| route.api.name.clone())
    }

    #[test]
    fn exact_paths_match_whole_and_prefixes_whole_segments() {
        let routes = routes(&[
            ("exact", "GET", "/ws", "NORMAL"),
            ("prefix", "GET", "/api/v1", "SWA"),
            ("variable", "GET", "/users/{id}/photos", "NORMAL"),
        ]);
        for (path, name) in [
            ("/ws", Some("exact")),
            ("/ws/", None),
            ("/ws/a", None),
            ("/", None),
            ("/api/v1", Some("prefix")),
            ("/api/v1/", Some("prefix")),
            ("/api/v1/a/b", Some("prefix")),
            ("/api/v10", None),
            ("/users/7/photos", Some("variable")),
            ("/users//photos", None),
            ("/users/7/8/photos", None),
        ] {
            assert_eq!(found(&routes, "GET", path).ok().as_deref(), name, "{path}");
        }
    }

    #[test]
    fn the_longest_path_wins_then_the_exact_then_the_literal_then_the_named_method() {
        let routes = routes(&[
            ("root", "ANY", "/", "SWA"),
            ("any", "ANY", "/a/b", "NORMAL"),
            ("variable", "GET", "/a/{x}", "NORMAL"),
            ("prefix", "GET", "/a/b", "SWA"),
            ("exact", "GET", "/a/b", "NORMAL"),
            ("longer", "GET", "/a/b/c", "SWA"),
        ]);
        for (method, path, name) in [
            ("GET", "/a/b", "exact"),
            ("POST", "/a/b", "any"),
            ("GET", "/a/x", "variable"),
            ("GET", "/a/b/c/d", "longer"),
            ("GET", "/a/b/d", "prefix"),
            ("DELETE", "/", "root"),
            ("DELETE", "/z", "root"),
        ] {
            assert_eq!(found(&routes, method, path).unwrap(), name, "{method} {path}");
        }
    }

    #[test]
    fn a_miss_says_what_is_nearest() {
        let mut routes = routes(&[("ws", "GET", "/ws", "NORMAL")]);
        routes.publish(
            api("beta", "GET", "/beta", "NORMAL"),
            "test".to_owned(),
            "gw".to_owned(),
        );
        routes.edit(&api("ws", "GET", "/moved", "NORMAL"), "gw".to_owned());
        routes.edit(&api("draft", "POST", "/draft", "NORMAL"), "gw".to_owned());
        assert_eq!(found(&routes, "GET", "/none"), Err(Miss::Path));
        assert_eq!(
            found(&routes, "POST", "/ws"),
            Err(Miss::Method(["GET".to_owned()].into()))
        );
        assert_eq!(
            found(&routes, "GET", "/beta"),
            Err(Miss::Environment(["test".to_owned()].into()))
        );
        assert!(matches!(found(&routes, "GET", "/moved"), Err(Miss::Edited(hint)) if hint.api == "ws"));
        assert!(matches!(found(&routes, "POST", "/draft"), Err(Miss::Unpublished(hint)) if hint.api == "draft"));
        let other = Call {
            group_id: "h",
            ..call("GET", "/ws")
        };
        assert_eq!(routes.find(other).err(), Some(Miss::Path));
    }

    proptest! {
        #[test]
        fn an_exact_route_answers_its_own_path_and_a_prefix_all_below_it(path in "(/[a-z0-9._-]{1,5}){1,4}", more in "(/[a-z]{0,3}){0,3}") {
            let exact = routes(&[("a", "GET", &path, "NORMAL")]);
            prop_assert!(found(&exact, "GET", &path).is_ok());
            let prefix = routes(&[("a", "GET", &path, "SWA")]);
            let below = format!("{path}{more}");
            prop_assert!(found(&prefix, "GET", &below).is_ok());
        }

        #[test]
        fn no_path_makes_it_panic(uri in "\\PC{0,20}", path in "\\PC{0,20}") {
            let _ = found(&routes(&[("a", "GET", &uri, "SWA")]), "GET", &path);
        }
    }
}
