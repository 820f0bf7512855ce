use std::{
    collections::{BTreeMap, BTreeSet},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use axum::Router;

use super::{
    App, StartError,
    live::{self, LiveDocument},
    models, router, telemetry,
};
use crate::{
    endpoint::{self, EndpointEntry, Mount, Mounting},
    limits::Pool,
    openapi::Document,
    resource::{self, Readiness, ResourceEntry, Resources},
    settings::{self, ServerSettings, Sources},
    telemetry::{Environment, Process},
};

/// The resources that are made here when an endpoint borrows one and the service makes none of that type.
const DEFAULT_RESOURCES: &[ResourceEntry] = &[
    #[cfg(feature = "http-client")]
    crate::http::DEFAULT_CLIENT,
];

/// A service that is ready to listen.
#[derive(Debug)]
pub(crate) struct Started {
    pub(crate) router: Router,
    pub(crate) resources: Arc<Resources>,
    pub(crate) settings: Arc<ServerSettings>,
    pub(crate) readiness: Readiness,
    pub(crate) endpoints: Vec<Arc<dyn Mount>>,
}

impl Started {
    /// Collects, verifies and builds; everything that is wrong comes back at once.
    pub(crate) async fn new(app: App, sources: &Sources) -> Result<Self, StartError> {
        let settings = server_settings(sources);
        let (models, mut faults) = models::deploy(&app, sources, settings.as_ref().ok()).await;
        let endpoints = mounted(&app, models.endpoints.clone());
        faults.extend(verify(&app, &endpoints));
        let document = live::document(&app.info, &endpoints).map_err(|more| faults.extend(more)).ok();
        let settings = settings.map_err(|more| faults.extend(more)).ok();
        faults.extend(sources.unknown_in_file(&known_settings()));
        faults.extend(settings_of_reserved_names());
        let resources = build(&app, &endpoints, sources).await.map_err(|more| faults.extend(more)).ok();
        let (Some(document), Some(settings), Some(resources), true) =
            (document, settings, resources, faults.is_empty())
        else {
            return Err(StartError::of(faults));
        };

        // A program that serves the router itself has not started it yet.
        let process = Process { keeps_traces: telemetry::keeps_traces(&settings), is_owned: false };
        for sentence in telemetry::start(&app, &Environment::of_process(), process) {
            tracing::warn!("{sentence}");
        }
        crate::telemetry::declare_names(document.as_value());
        let mounting = Mounting {
            requests: app.requests(&settings),
            pool: Pool::new(settings.workers.get(), settings.queue),
            settings: Arc::new(settings),
            resources: Arc::new(resources),
            readiness: Readiness::accepting(),
        };
        let document = Arc::new(LiveDocument::new(endpoints.clone(), app.info, &document));
        models::follow(&models, &document);
        let router = build_router(&endpoints, &mounting, &document, app)?;
        report_unmounted(&endpoints);
        let Mounting { resources, settings, readiness, .. } = mounting;
        Ok(Self { router, resources, settings, readiness, endpoints })
    }
}

/// The router; axum panics when a merged one has a route that is there already.
fn build_router(
    endpoints: &[Arc<dyn Mount>],
    mounting: &Mounting,
    document: &Arc<LiveDocument>,
    app: App,
) -> Result<Router, StartError> {
    let build = AssertUnwindSafe(|| router::build(endpoints, mounting, document, app));
    catch_unwind(build).map_err(|panic| {
        let why = panic.downcast_ref::<String>().map_or("a route is there already", String::as_str);
        StartError::of(vec![format!("the router given to `app.merge` does not fit beside the endpoints: {why}")])
    })
}

/// The document of an app, without building its resources.
pub(super) fn document(app: &App) -> Result<Document, StartError> {
    let (endpoints, mut faults) = described(app);
    faults.extend(verify(app, &endpoints));
    match live::document(&app.info, &endpoints) {
        Ok(document) if faults.is_empty() => Ok(document),
        outcome => {
            faults.extend(outcome.err().unwrap_or_default());
            Err(StartError::of(faults))
        }
    }
}

/// The endpoints that the app mounts, as far as the document needs them: no model is loaded.
pub(super) fn described(app: &App) -> (Vec<Arc<dyn Mount>>, Vec<String>) {
    let (models, faults) = models::describe(app);
    (mounted(app, models), faults)
}

/// The endpoints that the app mounts, in the order of their paths and methods.
fn mounted(app: &App, models: Vec<Arc<dyn Mount>>) -> Vec<Arc<dyn Mount>> {
    let included = |entry: &EndpointEntry| app.includes.iter().any(|crate_| crate_.holds(&entry.declaration.origin));
    let mut functions: Vec<_> = endpoint::linked().into_iter().filter(included).collect();
    for route in &app.routes {
        if !functions.iter().any(|entry| std::ptr::eq(entry.declaration, route.declaration)) {
            functions.push(*route);
        }
    }
    let functions = functions.into_iter().map(|entry| Arc::new(entry) as Arc<dyn Mount>);
    let mut endpoints: Vec<_> = functions.chain(models).collect();
    endpoints.sort_by_key(|endpoint| (endpoint.declaration().path, endpoint.declaration().method.as_str().to_owned()));
    endpoints
}

/// All that is wrong with the declarations taken together.
fn verify(app: &App, endpoints: &[Arc<dyn Mount>]) -> Vec<String> {
    let mut faults = Vec::new();
    faults.extend(rivals(endpoints, "answer", |entry| {
        format!("{} {}", entry.declaration().method, router::shape(entry.declaration().path))
    }));
    faults
        .extend(rivals(endpoints, "have the operation id", |endpoint| endpoint.declaration().operation_id.to_owned()));
    faults.extend(router::conflicts(endpoints));
    for include in &app.includes[1..] {
        if !endpoint::linked().iter().any(|entry| include.holds(&entry.declaration.origin)) {
            faults.push(format!(
                "the crate `{}` was included and has no endpoint; is it named in Cargo.toml under another name?",
                include.name
            ));
        }
    }
    if endpoints.is_empty() && !app.has_merged && !models::has_any(app) {
        faults.push(format!(
            "the package `{}` has no endpoint; write `#[get(\"/…\")]` on a function, and if it stands in a library, name \
             that library in the binary: `use {} as _;`",
            app.includes[0].name,
            app.includes[0].name.replace('-', "_")
        ));
    }
    faults
}

/// A sentence for every two endpoints with the same `key`.
fn rivals(endpoints: &[Arc<dyn Mount>], what: &str, key: impl Fn(&dyn Mount) -> String) -> Vec<String> {
    let mut by_key: BTreeMap<String, Vec<&dyn Mount>> = BTreeMap::new();
    for entry in endpoints {
        by_key.entry(key(&**entry)).or_default().push(&**entry);
    }
    let told = |(key, entries): (String, Vec<&dyn Mount>)| {
        let places: Vec<_> = entries
            .iter()
            .map(|entry| format!("`{}` ({})", entry.declaration().function, entry.declaration().origin))
            .collect();
        (places.len() > 1).then(|| format!("{} {what} `{key}`; change one of them", places.join(" and ")))
    };
    by_key.into_iter().filter_map(told).collect()
}

fn server_settings(sources: &Sources) -> Result<ServerSettings, Vec<String>> {
    sources.read::<ServerSettings>(|_, _| {})
}

/// A sentence for each setting that the command line cannot have a flag for.
fn settings_of_reserved_names() -> impl Iterator<Item = String> {
    let of_struct = |entry: settings::SettingsEntry| (entry.fields)().into_iter().map(move |(name, _)| (name, entry));
    let reserved = settings::linked().into_iter().flat_map(of_struct).filter(|(name, _)| is_reserved(name));
    reserved.map(|(name, entry)| {
        format!("the setting `{name}` of `{}` ({}) has a flag's name already; rename it", entry.name, entry.origin)
    })
}

/// Whether the command line has a flag of that name, which is not a setting's.
pub(super) fn is_reserved(setting: &str) -> bool {
    ["config", "help", "version"].contains(&setting)
}

/// The names of all settings: the service's own and those of every `#[settings]` struct.
pub(super) fn known_settings() -> Vec<String> {
    all_settings().into_iter().map(|(name, _)| name).collect()
}

/// The names and descriptions of all settings, each once.
pub(super) fn all_settings() -> Vec<(String, String)> {
    let own = crate::settings_fields::<ServerSettings>();
    let theirs = settings::linked().into_iter().flat_map(|entry| (entry.fields)());
    let mut seen = BTreeSet::new();
    own.into_iter().chain(theirs).filter(|(name, _)| seen.insert(name.clone())).collect()
}

async fn build(app: &App, endpoints: &[Arc<dyn Mount>], sources: &Sources) -> Result<Resources, Vec<String>> {
    let mut resources = Resources::default();
    for (type_id, type_name, value) in &app.values {
        resources.put(*type_id, type_name, value.clone());
    }
    let mut needs = Vec::new();
    for entry in endpoints {
        entry.needs(&mut needs);
    }
    let (plan, mut faults) = resource::plan(needs, &makers(app, endpoints), &resources);
    for entry in plan {
        let mut borrowed = Vec::new();
        (entry.needs)(&mut borrowed);
        if !borrowed.iter().all(|need| resources.has(need.type_id)) {
            // What it borrows has been reported.
            continue;
        }
        match (entry.build)(&resources, sources).await {
            Ok(value) => resources.put_built(&entry, value),
            Err(sentences) => {
                let told = |sentence| format!("`{}` ({}) failed: {sentence}", entry.name, entry.origin);
                faults.extend(sentences.into_iter().map(told));
            }
        }
    }
    if faults.is_empty() { Ok(resources) } else { Err(faults) }
}

/// What may make the resources: the functions of the crates that endpoints come from, then the defaults that none of
/// those makes.
fn makers(app: &App, endpoints: &[Arc<dyn Mount>]) -> Vec<ResourceEntry> {
    let packages: BTreeSet<_> = endpoints.iter().map(|entry| entry.declaration().origin.package).collect();
    let mut makers: Vec<_> = resource::linked()
        .into_iter()
        .filter(|entry| {
            packages.contains(entry.origin.package) || app.includes.iter().any(|crate_| crate_.holds(&entry.origin))
        })
        .collect();
    for default in DEFAULT_RESOURCES {
        if !makers.iter().any(|maker| (maker.provides)().0 == (default.provides)().0) {
            makers.push(*default);
        }
    }
    makers
}

/// Says which endpoints are linked and not mounted, so that a forgotten `include` is not a silent 404.
fn report_unmounted(mounted: &[Arc<dyn Mount>]) {
    let mut forgotten: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for entry in endpoint::linked() {
        if !mounted.iter().any(|mounted| std::ptr::eq(mounted.declaration(), entry.declaration)) {
            let routes = forgotten.entry(entry.declaration.origin.crate_name()).or_default();
            routes.push(format!("{} {}", entry.declaration.method, entry.declaration.path));
        }
    }
    for (crate_name, routes) in forgotten {
        tracing::warn!(
            "the crate `{crate_name}` has endpoints that are not mounted: {}; if they are wanted, add \
             `.include(toolkit::endpoints!({crate_name}))` to the app",
            routes.join(", ")
        );
    }
}
