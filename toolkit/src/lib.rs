//! Typed, documented functions become routed, validated, OpenAPI-documented HTTP endpoints.
//!
//! One function is the whole declaration. Its name, types, attributes, parameters and doc comment say where each value
//! is read from, what is checked, what is answered and what the document says. The function stays a function: it can
//! be called and tested without a server. Below it is axum, and an app can be turned into an `axum::Router`.
//!
//! ```standalone_crate
//! use toolkit::prelude::*;
//!
//! /// A product the customer may like.
//! #[data]
//! struct Recommendation {
//!     item_id: u64,
//!     /// Predicted affinity.
//!     #[validate(range(min = 0.0, max = 1.0))]
//!     score: f64,
//! }
//!
//! #[problem]
//! enum RecommendationError {
//!     /// No customer has this id.
//!     #[status(404)]
//!     UnknownCustomer { customer_id: i64 },
//! }
//!
//! /// Provides recommendations for a customer.
//! ///
//! /// Best first, by predicted affinity.
//! #[get("/v0/api/recommendations", tags("recommendations"))]
//! fn get_recommendations(
//!     /// Who the recommendations are for.
//!     #[validate(range(min = 1))]
//!     customer_id: i64,
//!     /// How many to return.
//!     #[default(10)]
//!     #[validate(range(min = 1, max = 100))]
//!     limit: u32,
//!     ranker: &Ranker,
//! ) -> Result<Vec<Recommendation>, RecommendationError> {
//!     ranker.rank(customer_id, limit)
//! }
//!
//! #[settings]
//! struct Settings {
//!     /// How many customers there are.
//!     #[default(671)]
//!     customers: i64,
//! }
//!
//! /// Makes the ranker once, before the service starts to listen.
//! #[resource]
//! fn ranker(settings: &Settings) -> toolkit::Result<Ranker> {
//!     Ok(Ranker { customers: settings.customers })
//! }
//!
//! /// Stands for a model.
//! struct Ranker {
//!     customers: i64,
//! }
//!
//! impl Ranker {
//!     fn rank(&self, customer_id: i64, limit: u32) -> Result<Vec<Recommendation>, RecommendationError> {
//!         if customer_id > self.customers {
//!             return Err(RecommendationError::UnknownCustomer { customer_id });
//!         }
//!         Ok((1..=limit).map(|rank| Recommendation { item_id: rank.into(), score: 1.0 / f64::from(rank) }).collect())
//!     }
//! }
//!
//! # mod served {
//! #[toolkit::main]
//! async fn main() -> toolkit::Result {
//!     toolkit::app!().serve().await
//! }
//! # }
//! # #[toolkit::main]
//! # async fn main() {
//! #     let client = toolkit::app!().client();
//! #     let reply = client.get("/v0/api/recommendations?customer_id=7&limit=2").await;
//! #     assert_eq!(reply.assert_status(200).text(), r#"[{"item_id":1,"score":1.0},{"item_id":2,"score":0.5}]"#);
//! #     client.get("/v0/api/recommendations?customer_id=1000").await.assert_status(404);
//! #     assert_eq!(client.get("/v0/api/recommendations?limit=0").await.assert_status(422).violations().len(), 2);
//! #     assert!(get_recommendations(7, 10, &Ranker { customers: 7 }).is_ok());
//! # }
//! ```
//!
//! `cargo run` serves it at `127.0.0.1:8000`, with Swagger UI at `/docs`, the OpenAPI 3.1 document at `/openapi.json`,
//! the latest traces at `/traces`, metrics at `/metrics`, and probes at `/health/live` and `/health/ready`.
//!
//! # The guide
//!
//! | page | tells |
//! |---|---|
//! | [your first hour](guide::first_hour) | from nothing to a deployed, traced, documented service, with the command `toolkit` |
//! | [getting started](guide::getting_started) | a service by hand, and what each part of a function gives |
//! | [endpoints](guide::endpoints) | paths, the attribute's arguments, async and not, docs, deprecation |
//! | [parameters](guide::parameters) | where each is read from: path, query, headers, cookies, bodies, forms, files |
//! | [checking](guide::checking) | rules, and the violations that a client gets |
//! | [data types](guide::data_types) | what crosses the API: names, defaults, examples, enums, schemas |
//! | [replies](guide::replies) | return types, and what becomes of them |
//! | [problems](guide::problems) | every answer that is not a success |
//! | [resources](guide::resources) | what the service owns, and what a request computes |
//! | [settings](guide::settings) | file, environment, flags, and the service's own settings |
//! | [calling services](guide::calling_services) | requests to other services, and what is traced of them |
//! | [telemetry](guide::telemetry) | traces, metrics and logs: what they say, the viewer, and how to send them elsewhere |
//! | [models](guide::models) | envelopes served, and models called with Rust types; with the feature `model` |
//! | [authentication](guide::authentication) | bearer tokens, passwords, API keys |
//! | [OpenAPI](guide::openapi) | the document, its pages, and the check against a kept one |
//! | `guide::inference_protocol` | models for clients of Triton and `KServe`; with the feature `model` |
//! | [serving](guide::serving) | which endpoints, starting, running, stopping |
//! | [testing](guide::testing) | calling functions, and the service in process |
//! | [when it does not compile](guide::compile_errors) | each error, and its cure |
//!
//! # Features
//!
//! | feature | adds |
//! |---|---|
//! | `http-client`, on by default | calls to other services: `toolkit::http` |
//! | `otlp`, on by default | traces, metrics and logs sent to a collector, by OTLP over HTTP |
//! | `otlp-grpc` | the same over gRPC |
//! | `prometheus`, on by default | metrics at `/metrics` |
//! | `trace-viewer`, on by default | the trace viewer at `/traces` |
//! | `model` | models served from their envelopes: [`App::model`], [`Model`] |
//! | `grpc` | the Open Inference Protocol over gRPC, beside HTTP |
//! | `onnxruntime` | ONNX Runtime beside the native runtime, for models with operators that the latter does not have |
//! | `swagger-ui`, on by default | Swagger UI at `/docs` |
//! | `redoc` | Redoc at `/docs/redoc` |
//! | `scalar` | Scalar at `/docs/scalar` |
//! | `rapidoc` | RapiDoc at `/docs/rapidoc` |
//! | `jaeger-ui` | the Jaeger UI at `/jaeger`, on the traces of the viewer; `protoc` is needed to build it |

#![warn(missing_debug_implementations)]

// The macros name this crate as a user does.
extern crate self as toolkit;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
mod app;
mod auth;
mod check;
mod endpoint;
mod limits;
mod openapi;
mod problem;
mod reply;
mod request;
mod resource;
mod settings;
mod telemetry;
mod testing;
#[cfg(any(feature = "http-client", feature = "otlp"))]
mod tls;

pub mod guide;
#[cfg(feature = "http-client")]
pub mod http;
#[cfg(feature = "model")]
pub mod model;
pub mod prelude;

// Not `http`, which is a module here.
pub use ::http::{HeaderName, HeaderValue, StatusCode};
pub use app::{App, AppInfo, StartError};
pub use auth::{ApiKey, Basic, Bearer, Unauthorized};
pub use bytes::Bytes;
pub use check::{Location, Place, Validate, Violation, Violations};
pub use endpoint::{Data, Endpoint, Endpoints};
#[cfg(feature = "model")]
pub use model::Model;
pub use openapi::{Document, Info};
pub use problem::{Error, Problem, ProblemReply, Result};
pub use reply::{Accepted, Created, File, Html, JsonLines, Redirect, Reply, Sse, Text, WithHeaders};
pub use request::{Scalar, Upload};
pub use telemetry::spawn;
pub use testing::{Call, Client, TestResponse};
/// Makes a struct or enum a data type: serialised, checked, in the document. See the [guide](guide::data_types).
///
/// ```
/// use toolkit::prelude::*;
///
/// /// A film.
/// #[data]
/// #[serde(rename_all = "camelCase")]
/// struct Film {
///     /// How long it is, in minutes.
///     #[validate(range(min = 1, max = 1000))]
///     running_time: u16,
///     #[default("en")]
///     language: String,
/// }
///
/// let film: Film = toolkit::serde_json::from_str(r#"{"runningTime": 0}"#).unwrap();
/// assert_eq!(film.language, "en");
/// assert_eq!(film.validate().unwrap_err().to_string(), "`/runningTime` must be between 1 and 1000");
/// ```
#[doc(inline)]
pub use toolkit_macros::data;
/// Makes a function the endpoint of DELETE requests. See the [guide](guide::endpoints), and the example of [`get`].
#[doc(inline)]
pub use toolkit_macros::delete;
/// Makes a function one that endpoints depend on. See the [guide](guide::resources#dependencies).
///
/// ```
/// use toolkit::prelude::*;
///
/// /// The language to answer in.
/// #[dependency]
/// async fn language(#[header("Accept-Language")] wanted: Vec<String>) -> String {
///     wanted.into_iter().find(|wanted| ["de", "en"].contains(&wanted.as_str())).unwrap_or_else(|| "en".to_owned())
/// }
///
/// #[get("/v0/motto")]
/// async fn motto(#[depends(language)] language: String) -> Text {
///     Text(if language == "de" { "Los!" } else { "Go!" }.to_owned())
/// }
/// ```
#[doc(inline)]
pub use toolkit_macros::dependency;
/// Makes a function the endpoint of GET requests. See the [guide](guide::endpoints).
///
/// The first argument is the path. Parameters are read from the request by their names and types; see
/// [parameters](guide::parameters).
///
/// ```
/// use toolkit::prelude::*;
///
/// /// Greets someone.
/// ///
/// /// This paragraph is the description, the one above the summary.
/// #[get("/v0/greetings/{name}", tags("greetings"), timeout = "1s")]
/// async fn greet(
///     /// Whom to greet.
///     #[validate(length(max = 50))]
///     name: String,
///     /// How often.
///     #[default(1)]
///     times: usize,
/// ) -> Text {
///     Text(format!("Hello, {name}! ").repeat(times))
/// }
///
/// # #[toolkit::main]
/// # async fn main() {
/// assert_eq!(greet("Ada".to_owned(), 1).await, Text("Hello, Ada! ".to_owned()));
/// # }
/// ```
#[doc(inline)]
pub use toolkit_macros::get;
/// Makes a function the endpoint of HEAD requests. See the [guide](guide::endpoints), and the example of [`get`].
#[doc(inline)]
pub use toolkit_macros::head;
/// Runs an async `main` on a runtime of its own, with as many threads as there are cores.
///
/// ```no_run
/// #[toolkit::main]
/// async fn main() -> toolkit::Result {
///     toolkit::app!().serve().await
/// }
/// ```
#[doc(inline)]
pub use toolkit_macros::main;
/// Makes a function the endpoint of OPTIONS requests. See the [guide](guide::endpoints), and the example of [`get`].
#[doc(inline)]
pub use toolkit_macros::options;
/// Makes a function the endpoint of PATCH requests. See the [guide](guide::endpoints), and the example of [`get`].
#[doc(inline)]
pub use toolkit_macros::patch;
/// Makes a function the endpoint of POST requests. See the [guide](guide::endpoints), and the example of [`get`].
#[doc(inline)]
pub use toolkit_macros::post;
/// Makes an enum the problems that an endpoint answers with. See the [guide](guide::problems).
///
/// ```
/// use toolkit::prelude::*;
///
/// #[problem]
/// enum FilmError {
///     /// No film has this id.
///     #[status(404)]
///     UnknownFilm { film_id: u32 },
///     /// Any other error, as `?` makes it.
///     #[internal]
///     Internal(toolkit::Error),
/// }
///
/// #[get("/v0/films/{film_id}")]
/// fn get_film(film_id: u32) -> Result<Text, FilmError> {
///     if film_id == 0 {
///         return Err(FilmError::UnknownFilm { film_id });
///     }
///     Ok(Text(std::fs::read_to_string(format!("/there/is/no/film-{film_id}"))?))
/// }
///
/// assert_eq!(get_film(0).unwrap_err().to_string(), "No film has this id");
/// ```
#[doc(inline)]
pub use toolkit_macros::problem;
/// Makes a function the endpoint of PUT requests. See the [guide](guide::endpoints), and the example of [`get`].
#[doc(inline)]
pub use toolkit_macros::put;
/// Makes a function the maker of a resource: a value that the service owns and lends. See the [guide](guide::resources).
///
/// ```
/// use toolkit::prelude::*;
///
/// struct Words(Vec<String>);
///
/// /// Reads the words before the service starts to listen.
/// #[resource]
/// fn words() -> toolkit::Result<Words> {
///     Ok(Words(std::fs::read_to_string("words.txt")?.lines().map(str::to_owned).collect()))
/// }
///
/// #[get("/v0/words/{index}")]
/// fn word(index: usize, words: &Words) -> Option<String> {
///     words.0.get(index).cloned()
/// }
///
/// assert_eq!(word(0, &Words(vec!["a".to_owned()])), Some("a".to_owned()));
/// ```
#[doc(inline)]
pub use toolkit_macros::resource;
/// Makes a struct the settings of a service. See the [guide](guide::settings).
///
/// ```
/// use toolkit::prelude::*;
///
/// #[settings]
/// struct Settings {
///     /// Where the words are: `words = "…"` in `toolkit.toml`, `TOOLKIT_WORDS` or `--words`.
///     #[default("words.txt")]
///     words: std::path::PathBuf,
/// }
///
/// #[get("/v0/source")]
/// fn source(settings: &Settings) -> Text {
///     Text(settings.words.display().to_string())
/// }
/// ```
#[doc(inline)]
pub use toolkit_macros::settings;
/// Runs an async test on a runtime of its own. See the [guide](guide::testing).
///
/// ```
/// use toolkit::prelude::*;
///
/// #[get("/v0/hello")]
/// async fn hello() -> Text {
///     Text("hello".to_owned())
/// }
///
/// #[toolkit::test]
/// async fn says_hello() {
///     let reply = toolkit::app!().client().get("/v0/hello").await;
///     assert_eq!(reply.assert_status(200).text(), "hello");
/// }
/// ```
#[doc(inline)]
pub use toolkit_macros::test;
pub use validator::ValidationError;

pub use anyhow;
pub use axum;
pub use clap;
pub use jiff;
pub use opentelemetry;
pub use rust_decimal;
pub use schemars;
pub use serde;
pub use serde_json;
pub use tracing;
pub use uuid;

pub(crate) use __private::settings_fields;

/// The app of this crate: its endpoints, with title, version and description from its Cargo.toml.
///
/// See the [guide](guide::serving).
///
/// ```standalone_crate
/// use toolkit::prelude::*;
///
/// #[get("/v0/hello")]
/// async fn hello() -> Text {
///     Text("hello".to_owned())
/// }
///
/// # #[toolkit::main]
/// # async fn main() {
/// let reply = toolkit::app!().client().get("/v0/hello").await;
/// assert_eq!(reply.text(), "hello");
/// # }
/// ```
#[macro_export]
macro_rules! app {
    () => {
        $crate::App::new($crate::AppInfo {
            package: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
            description: env!("CARGO_PKG_DESCRIPTION"),
            license: env!("CARGO_PKG_LICENSE"),
        })
    };
}

/// The endpoints of another crate, for [`App::include`]; of this one with `endpoints!(crate)`.
///
/// ```
/// assert_eq!(toolkit::endpoints!(toolkit).name, "toolkit");
/// assert_eq!(toolkit::endpoints!(crate).name, env!("CARGO_PKG_NAME"));
/// ```
#[macro_export]
macro_rules! endpoints {
    (crate) => {
        $crate::Endpoints { name: env!("CARGO_PKG_NAME") }
    };
    ($name:ident) => {{
        // Naming the crate makes the linker keep it.
        use $name as _;
        $crate::Endpoints { name: stringify!($name) }
    }};
}
