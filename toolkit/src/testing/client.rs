use std::{
    collections::BTreeMap,
    fmt,
    future::IntoFuture,
    net::{Ipv4Addr, SocketAddr, SocketAddrV4},
    pin::Pin,
    sync::Arc,
};

use axum::{Router, body::Body, extract::ConnectInfo};
use http::{HeaderName, HeaderValue, Method, Request, header};
use http_body_util::BodyExt;
use serde::Serialize;
use tokio::sync::{Mutex, OnceCell};
use tower::ServiceExt;

use super::TestResponse;
use crate::{
    App,
    app::{Started, start_telemetry},
    settings::Sources,
    telemetry::{Environment, Process, start_test_logging},
};

/// Where calls come from: this machine.
const CALLER: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0));

/// Calls a service in process. The service is started by the first call.
///
/// It panics where a test should fail: when the service cannot start, or a call cannot be made. See the
/// [guide](crate::guide::testing).
///
/// ```standalone_crate
/// use toolkit::prelude::*;
///
/// #[get("/v0/sum")]
/// fn sum(a: u8, b: u8) -> u8 {
///     a.saturating_add(b)
/// }
///
/// # #[toolkit::main]
/// # async fn main() {
/// let client = toolkit::app!().client();
/// assert_eq!(client.get("/v0/sum?a=1&b=2").await.assert_status(200).json::<u8>(), 3);
///
/// let reply = client.get("/v0/sum?a=1000").await;
/// assert_eq!(reply.assert_status(422).violations()[0], "range query a");
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Client {
    service: Arc<Service>,
}

#[derive(Debug)]
struct Service {
    app: Mutex<Option<App>>,
    started: OnceCell<Started>,
}

macro_rules! call_by_method {
    ($($(#[$doc:meta])* $name:ident $METHOD:ident),* $(,)?) => {$(
        $(#[$doc])*
        pub fn $name(&self, path: &str) -> Call {
            self.call(Method::$METHOD, path)
        }
    )*};
}

impl Client {
    pub(crate) fn new(app: App) -> Self {
        Self { service: Arc::new(Service { app: Mutex::new(Some(app)), started: OnceCell::new() }) }
    }

    call_by_method!(
        /// A GET of `path`, with its query.
        get GET,
        /// A POST to `path`.
        post POST,
        /// A PUT to `path`.
        put PUT,
        /// A PATCH of `path`.
        patch PATCH,
        /// A DELETE of `path`.
        delete DELETE,
        /// A HEAD of `path`.
        head HEAD,
        /// An OPTIONS of `path`.
        options OPTIONS,
    );

    /// A call with any method.
    ///
    /// # Panics
    ///
    /// When `path` is none that can be called.
    pub fn call(&self, method: Method, path: &str) -> Call {
        let request = Request::builder().method(method).uri(path).extension(ConnectInfo(CALLER)).body(Body::empty());
        let request = request.unwrap_or_else(|error| panic!("`{path}` is no path that can be called: {error}"));
        Call { client: self.clone(), request }
    }

    async fn router(&self) -> Router {
        let started = self.service.started.get_or_init(|| async {
            let app = self.service.app.lock().await.take();
            let Some(app) = app else { panic!("the service failed to start before") };
            let sources = Sources::load(None, BTreeMap::new()).unwrap_or_else(|fault| panic!("{fault}"));
            // A test looks at its traces, and sends none.
            let environment = Environment::of_process().without_destinations();
            start_telemetry(&app, &environment, Process { keeps_traces: true, is_owned: true });
            start_test_logging();
            Started::new(app, &sources).await.unwrap_or_else(|error| panic!("{error}"))
        });
        started.await.router.clone()
    }
}

/// A call on its way; it is made when it is awaited.
#[must_use = "a call is made when it is awaited"]
pub struct Call {
    client: Client,
    request: Request<Body>,
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Call").field(&self.request).finish()
    }
}

impl Call {
    /// Adds a header.
    ///
    /// # Panics
    ///
    /// When name or value cannot be a header's.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let name = HeaderName::try_from(name).unwrap_or_else(|error| panic!("`{name}` is no header name: {error}"));
        let value =
            HeaderValue::try_from(value).unwrap_or_else(|error| panic!("`{value}` is no header value: {error}"));
        self.request.headers_mut().append(name, value);
        self
    }

    /// Adds a bearer token.
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// Sends a value as JSON.
    ///
    /// # Panics
    ///
    /// When the value cannot be JSON.
    pub fn json(self, value: &(impl Serialize + ?Sized)) -> Self {
        let body = serde_json::to_vec(value).unwrap_or_else(|error| panic!("the body is no JSON: {error}"));
        self.body("application/json", body)
    }

    /// Sends `name=value` pairs as a form.
    pub fn form(self, pairs: &[(&str, &str)]) -> Self {
        let encode =
            |text: &str| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
        self.body("application/x-www-form-urlencoded", pairs.join("&"))
    }

    /// Sends a body of any media type.
    pub fn body(mut self, media_type: &str, body: impl Into<Body>) -> Self {
        *self.request.body_mut() = body.into();
        self.request.headers_mut().remove(header::CONTENT_TYPE);
        self.header("content-type", media_type)
    }
}

impl IntoFuture for Call {
    type Output = TestResponse;
    type IntoFuture = Pin<Box<dyn Future<Output = TestResponse> + Send>>;

    fn into_future(mut self) -> Self::IntoFuture {
        self.request.headers_mut().entry(header::HOST).or_insert(HeaderValue::from_static("localhost"));
        Box::pin(async move {
            let router = self.client.router().await;
            // A router never fails.
            let response = router.oneshot(self.request).await.unwrap_or_else(|never| match never {});
            let (head, body) = response.into_parts();
            let body = body.collect().await.unwrap_or_else(|error| panic!("the reply broke off: {error}"));
            TestResponse::new(head, body.to_bytes())
        })
    }
}
