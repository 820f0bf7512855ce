use std::{any::TypeId, convert::Infallible, fmt, net::SocketAddr};

use axum::{Router, extract::Request, response::IntoResponse, routing::Route};
#[cfg(feature = "model")]
use schemars::JsonSchema;
#[cfg(feature = "model")]
use serde::de::DeserializeOwned;
use tower::{Layer, Service};

#[cfg(feature = "model")]
use super::configured::ConfiguredModel;
use super::{StartError, command, start::Started};
#[cfg(feature = "model")]
use crate::{check::Validate, model::ModelHandler};
use crate::{
    endpoint::{Endpoint, EndpointEntry, Endpoints, Requests},
    openapi::{Document, Info},
    resource::{Shared, shared},
    settings::{ServerSettings, Sources},
    testing::Client,
};

/// What `app!()` reads off the crate's Cargo.toml.
#[derive(Clone, Copy, Debug)]
pub struct AppInfo {
    /// The package's name.
    pub package: &'static str,
    /// The package's version.
    pub version: &'static str,
    /// The package's description; may be empty.
    pub description: &'static str,
    /// The package's licence; may be empty.
    pub license: &'static str,
}

/// A service: the endpoints of a crate, and whatever else is put in.
///
/// Made with [`app!`](crate::app). See the [guide](crate::guide::serving).
///
/// ```standalone_crate
/// use toolkit::prelude::*;
///
/// struct Greeting(&'static str);
///
/// #[get("/v0/hello/{name}")]
/// fn hello(name: String, greeting: &Greeting) -> Text {
///     Text(format!("{}, {name}!", greeting.0))
/// }
///
/// # #[toolkit::main]
/// # async fn main() -> toolkit::Result {
/// let app = toolkit::app!().title("Greetings").with(Greeting("Hello"));
/// assert_eq!(app.openapi()?.as_value()["info"]["title"], "Greetings");
/// assert_eq!(app.client().get("/v0/hello/Ada").await.text(), "Hello, Ada!");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "an app does nothing until it is served"]
pub struct App {
    pub(super) package: &'static str,
    pub(super) info: Info,
    pub(super) includes: Vec<Endpoints>,
    pub(super) routes: Vec<EndpointEntry>,
    pub(super) merged: Router,
    pub(super) has_merged: bool,
    pub(super) values: Vec<(TypeId, &'static str, Shared)>,
    pub(super) layers: Layers,
    #[cfg(feature = "model")]
    pub(super) models: Vec<(String, ConfiguredModel)>,
}

/// What is put around all routes, in the order it was added.
#[derive(Default)]
pub(super) struct Layers(Vec<Box<dyn FnOnce(Router) -> Router + Send + Sync>>);

impl Layers {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn around(self, router: Router) -> Router {
        self.0.into_iter().fold(router, |router, layer| layer(router))
    }
}

impl fmt::Debug for Layers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} layers", self.0.len())
    }
}

impl App {
    /// An app with the endpoints of `info.package`.
    pub fn new(info: AppInfo) -> Self {
        Self {
            package: info.package,
            includes: vec![Endpoints { name: info.package }],
            info: Info {
                title: info.package,
                version: info.version,
                description: info.description,
                license: info.license,
            },
            routes: Vec::new(),
            merged: Router::new(),
            has_merged: false,
            values: Vec::new(),
            layers: Layers::default(),
            #[cfg(feature = "model")]
            models: Vec::new(),
        }
    }

    /// Sets the name that the document and its pages show, instead of the package's.
    pub fn title(mut self, title: &'static str) -> Self {
        self.info.title = title;
        self
    }

    /// Mounts the endpoints of another crate, and lets its `#[resource]` functions make what they need.
    ///
    /// Never done by itself: a dependency must not open doors that nobody asked for.
    pub fn include(mut self, endpoints: Endpoints) -> Self {
        self.includes.push(endpoints);
        self
    }

    /// Mounts one endpoint of any crate: `app.route::<get_recommendations>()`.
    pub fn route<E: Endpoint>(mut self) -> Self {
        self.routes.push(E::ENTRY);
        self
    }

    /// Puts in a resource. It is taken instead of what a `#[resource]` function would make.
    pub fn with<T: Send + Sync + 'static>(mut self, value: T) -> Self {
        self.values.push((TypeId::of::<T>(), std::any::type_name::<T>(), shared(value)));
        self
    }

    /// Serves the model of an envelope below `path`: an endpoint for each of its query functions. See the
    /// [guide](crate::guide::models).
    ///
    /// ```no_run
    /// # #[toolkit::main]
    /// # async fn main() -> toolkit::Result {
    /// toolkit::app!().model("/v0/models/churn", "envelopes/churn").serve().await
    /// # }
    /// ```
    #[cfg(feature = "model")]
    pub fn model(mut self, path: impl Into<String>, handler: impl Into<ModelHandler>) -> Self {
        self.models.push((path.into(), ConfiguredModel::from(handler.into())));
        self
    }

    /// As [`model`](Self::model), where settings say which envelope is served, or how: it is another one on each machine.
    ///
    /// ```no_run
    /// use std::path::PathBuf;
    /// use toolkit::{model::ModelHandler, prelude::*};
    ///
    /// #[settings]
    /// struct Settings {
    ///     /// The envelope of the churn model.
    ///     #[default("churn.envelope".into())]
    ///     churn_envelope: PathBuf,
    /// }
    ///
    /// # #[toolkit::main]
    /// # async fn main() -> toolkit::Result {
    /// let churn = |settings: &Settings| ModelHandler::new(&settings.churn_envelope);
    /// toolkit::app!().model_from_settings("/v0/models/churn", churn).serve().await
    /// # }
    /// ```
    #[cfg(feature = "model")]
    pub fn model_from_settings<S>(
        mut self,
        path: impl Into<String>,
        handler: impl Fn(&S) -> ModelHandler + Send + Sync + 'static,
    ) -> Self
    where
        S: Validate + DeserializeOwned + JsonSchema + 'static,
    {
        self.models.push((path.into(), ConfiguredModel::from_settings(handler)));
        self
    }

    /// Adds the routes of an axum router, as they are: not checked, not documented.
    pub fn merge(mut self, router: Router) -> Self {
        self.merged = self.merged.merge(router);
        self.has_merged = true;
        self
    }

    /// Puts a tower layer, such as one of tower-http's, around all routes; the one added last is the outermost.
    pub fn layer<L>(mut self, layer: L) -> Self
    where
        L: Layer<Route> + Clone + Send + Sync + 'static,
        L::Service: Service<Request> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Error: Into<Infallible> + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        self.layers.0.push(Box::new(move |router| router.layer(layer)));
        self
    }

    /// Who opens the spans of requests.
    pub(super) fn requests(&self, settings: &ServerSettings) -> Requests {
        if self.layers.is_empty() && settings.cors_origins.is_empty() {
            Requests::TracedByEndpoint
        } else {
            Requests::TracedOutside
        }
    }

    /// Does what the command line says: serves, prints the document or the routes, or asks the service that runs whether it
    /// is ready.
    ///
    /// # Errors
    ///
    /// Everything that keeps the service from starting, at once; that the document differs from the given file; that the
    /// service that runs is not ready.
    pub async fn serve(self) -> crate::Result {
        command::run(self, std::env::args_os()).await
    }

    /// The flags of every service, which are its settings: for a program whose command line says more than that.
    ///
    /// ```no_run
    /// use toolkit::clap::{Arg, Command};
    ///
    /// # #[toolkit::main]
    /// # async fn main() -> toolkit::Result {
    /// let command = Command::new("library").arg(Arg::new("title").required(true)).args(toolkit::App::flags());
    /// let matches = command.get_matches();
    /// toolkit::app!().serve_with(&matches).await
    /// # }
    /// ```
    #[must_use]
    pub fn flags() -> Vec<clap::Arg> {
        command::flags()
    }

    /// Serves, with the settings that [`flags`](Self::flags) of the program's own command line say.
    ///
    /// # Errors
    ///
    /// Everything that keeps the service from starting, at once.
    ///
    /// # Panics
    ///
    /// When the command line has not all of those flags.
    pub async fn serve_with(self, flags: &clap::ArgMatches) -> crate::Result {
        command::start(self, flags).await
    }

    /// The address to listen on, as a service reads it: for a program that opens the socket and hands it over, so that it
    /// stays open when the service is replaced. See the [guide](crate::guide::serving#watched-and-replaced).
    ///
    /// # Errors
    ///
    /// What is wrong with the settings file, or with the setting `bind`.
    ///
    /// # Panics
    ///
    /// When the command line has not all of the [`flags`](Self::flags).
    pub fn address(flags: &clap::ArgMatches) -> Result<SocketAddr, StartError> {
        command::address(&[flags])
    }

    /// The app as an axum router, with its resources built.
    ///
    /// # Errors
    ///
    /// Everything that keeps the service from starting, at once.
    pub async fn into_router(self) -> Result<Router, StartError> {
        let sources = Sources::load(None, std::collections::BTreeMap::new());
        let sources = sources.map_err(|fault| StartError::of(vec![fault]))?;
        Ok(Started::new(self, &sources).await?.router)
    }

    /// The OpenAPI document. No resource is built for it.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the declarations, at once.
    pub fn openapi(&self) -> Result<Document, StartError> {
        super::start::document(self)
    }

    /// A client that calls the service in process, through every layer, without a socket.
    #[must_use]
    pub fn client(self) -> Client {
        Client::new(self)
    }
}
