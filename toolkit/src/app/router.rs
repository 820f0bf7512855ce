use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Router,
    handler::Handler,
    response::{IntoResponse, Response},
    routing::{MethodRouter, get},
};
use http::{Method, StatusCode, Uri, header};

use super::{App, cors, health, live::LiveDocument};
use crate::{
    endpoint::{Mount, Mounting, Requests},
    openapi::pages,
    problem::{Problem, ProblemForm, ProblemLayer},
    settings::ServerSettings,
    telemetry::RequestLayer,
};

/// The paths that are the toolkit's own.
const RESERVED: [&str; 7] =
    ["/docs", "/openapi.json", "/openapi.yaml", "/health/live", "/health/ready", "/metrics", "/traces"];

/// Whether a path is the toolkit's own.
fn is_own(path: &str) -> bool {
    let is_jaeger = cfg!(feature = "jaeger-ui") && (path == "/jaeger" || path.starts_with("/jaeger/"));
    RESERVED.contains(&path) || path.starts_with("/docs/") || path.starts_with("/traces/") || is_jaeger
}

/// The whole service: endpoints, document, pages, probes, and a problem for everything else.
pub(super) fn build(
    endpoints: &[Arc<dyn Mount>],
    mounting: &Mounting,
    document: &Arc<LiveDocument>,
    app: App,
) -> Router {
    let mut known = matchit::Router::new();
    let mut router = Router::new();
    for (path, entries) in by_path(endpoints) {
        // Two templates of one shape are one route; conflicts have been reported before.
        let _ = known.insert(path, ());
        router = router.route(path, route(&entries, mounting));
    }
    let known = Arc::new(known);
    let own = own_routes(document, app.info.title, &mounting.settings)
        .merge(health::routes(mounting.readiness.clone(), mounting.resources.clone()))
        .layer(ProblemLayer::default());
    let not_found = move |uri: Uri| {
        let known = known.clone();
        async move { not_found(&uri, &known) }
    };
    let not_allowed = async || Problem::new(StatusCode::METHOD_NOT_ALLOWED);
    let problems = ProblemLayer::of(form_beside(endpoints));
    let settings = &mounting.settings;
    let requests = RequestLayer::of_all_but(is_own, settings.trust_proxy);
    if mounting.requests == Requests::TracedByEndpoint {
        // Endpoints have the layers inside: around the router they would cost each request two boxes more.
        return router
            .merge(app.merged.layer(ProblemLayer::default()).layer(requests))
            .merge(own)
            .method_not_allowed_fallback(not_allowed.layer(problems).layer(requests))
            .fallback(not_found.layer(problems).layer(requests));
    }
    let router = router
        .merge(app.merged.layer(ProblemLayer::default()))
        .merge(own)
        .method_not_allowed_fallback(not_allowed.layer(problems))
        .fallback(not_found.layer(problems));
    // What these layers answer themselves, or panic with, becomes a problem too.
    cors::allow(&settings.cors_origins, app.layers.around(router)).layer(problems).layer(requests)
}

/// How problems are told where no endpoint is.
fn form_beside(endpoints: &[Arc<dyn Mount>]) -> ProblemForm {
    let has_protocol = endpoints.iter().any(|endpoint| endpoint.problem_form() == ProblemForm::Error);
    if has_protocol { ProblemForm::ErrorBelowV2 } else { ProblemForm::Document }
}

/// The methods of one path. HEAD is answered wherever GET is; OPTIONS says what is allowed.
fn route(entries: &[Arc<dyn Mount>], mounting: &Mounting) -> MethodRouter {
    let allowed = allowed(entries);
    let requests = mounting.requests.inner_layer(mounting.settings.trust_proxy);
    let mut route = MethodRouter::new();
    for entry in entries {
        route = route.merge(entry.mount(mounting));
    }
    if !entries.iter().any(|entry| entry.declaration().method == Method::OPTIONS) {
        let allowed = allowed.clone();
        let options = async move || (StatusCode::NO_CONTENT, [(header::ALLOW, allowed)]);
        route = route.options(options.layer(requests));
    }
    let form = entries.first().map(|entry| entry.problem_form()).unwrap_or_default();
    let not_allowed = async move || {
        Problem::new(StatusCode::METHOD_NOT_ALLOWED)
            .detail(format!("this path answers {allowed}"))
            .header(header::ALLOW, &allowed)
    };
    route.fallback(not_allowed.layer(ProblemLayer::of(form)).layer(requests))
}

fn allowed(entries: &[Arc<dyn Mount>]) -> String {
    let mut methods: Vec<_> = entries.iter().map(|entry| entry.declaration().method.as_str()).collect();
    if methods.contains(&"GET") {
        methods.push("HEAD");
    }
    methods.push("OPTIONS");
    methods.sort_unstable();
    methods.dedup();
    methods.join(", ")
}

fn own_routes(document: &Arc<LiveDocument>, title: &str, settings: &ServerSettings) -> Router {
    let (json, yaml) = (document.clone(), document.clone());
    Router::new()
        .route("/openapi.json", get(async move || ([(header::CONTENT_TYPE, "application/json")], json.json())))
        .route("/openapi.yaml", get(async move || ([(header::CONTENT_TYPE, "application/yaml")], yaml.yaml())))
        .merge(pages::routes(title))
        .merge(super::telemetry::routes(title, settings))
}

fn not_found(uri: &Uri, known: &matchit::Router<()>) -> Response {
    let problem = Problem::new(StatusCode::NOT_FOUND);
    let path = uri.path();
    let other = match path.strip_suffix('/') {
        Some(without) => known.at(without).is_ok().then_some("there is such a path without the slash at its end"),
        None => known.at(&format!("{path}/")).is_ok().then_some("there is such a path with a slash at its end"),
    };
    match other {
        Some(detail) => problem.detail(detail),
        None => problem,
    }
    .into_response()
}

/// A path, and the endpoints of its methods.
type OfPath = (&'static str, Vec<Arc<dyn Mount>>);

fn by_path(endpoints: &[Arc<dyn Mount>]) -> Vec<OfPath> {
    let mut by_shape: BTreeMap<String, OfPath> = BTreeMap::new();
    for entry in endpoints {
        let path = entry.declaration().path;
        by_shape.entry(shape(path)).or_insert_with(|| (path, Vec::new())).1.push(entry.clone());
    }
    by_shape.into_values().collect()
}

/// A template without the names of its variables: what it matches, whatever they are called.
pub(super) fn shape(path: &str) -> String {
    let nameless = |segment: &str| match segment.as_bytes() {
        [b'{', b'*', ..] => "{*}".to_owned(),
        [b'{', ..] => "{}".to_owned(),
        _ => segment.to_owned(),
    };
    path.split('/').map(nameless).collect::<Vec<_>>().join("/")
}

/// A sentence for every path that cannot be mounted beside another one.
pub(super) fn conflicts(endpoints: &[Arc<dyn Mount>]) -> Vec<String> {
    let mut known = matchit::Router::new();
    let mut faults = Vec::new();
    for (path, entries) in by_path(endpoints) {
        let declared = entries[0].declaration();
        let told = format!("`{}` ({}) at `{path}`", declared.function, declared.origin);
        if let Some(other) = entries.iter().map(|entry| entry.declaration()).find(|other| other.path != path) {
            faults.push(format!(
                "{told} and `{}` ({}) at `{}` are one path, whose variables need one name each",
                other.function, other.origin, other.path
            ));
        }
        if is_own(path) {
            faults.push(format!("{told} is a path that the toolkit serves itself; choose another one"));
        } else if let Err(error) = known.insert(path, ()) {
            faults.push(format!("{told} cannot be mounted: {error}"));
        }
    }
    faults
}
