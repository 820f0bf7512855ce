use std::{borrow::Cow, fmt::Display, time::Duration};

use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::StringValue;
use serde::Serialize;

use super::{Body, Error, Response, Version, exchange::Exchange};

/// A request to another service, which is sent by [`send`](Self::send).
///
/// Made by a [`Client`](super::Client). What is wrong with a part of it is told by `send`.
#[derive(Debug)]
#[must_use = "a request is not sent until `send` is called and awaited"]
pub struct RequestBuilder {
    inner: reqwest::RequestBuilder,
    has_credentials: bool,
    template: Option<StringValue>,
}

impl RequestBuilder {
    pub(super) fn new(inner: reqwest::RequestBuilder, has_credentials: bool) -> Self {
        Self { inner, has_credentials, template: None }
    }

    /// Names the path by its template, such as `/v1/customers/{id}`.
    ///
    /// It is the span's `url.template`, a part of the span's name, and an attribute of the measurement, so it must have
    /// few values: ids belong into the URL only.
    pub fn template(mut self, template: impl Into<Cow<'static, str>>) -> Self {
        self.template = Some(template.into().into());
        self
    }

    /// Adds a header.
    pub fn header<K, V>(self, name: K, value: V) -> Self
    where
        HeaderName: TryFrom<K, Error: Into<http::Error>>,
        HeaderValue: TryFrom<V, Error: Into<http::Error>>,
    {
        self.with(|inner| inner.header(name, value))
    }

    /// Adds headers; those of the same names are replaced.
    pub fn headers(self, headers: HeaderMap) -> Self {
        self.with(|inner| inner.headers(headers))
    }

    /// Adds `Authorization: Bearer …`.
    pub fn bearer_auth(self, token: impl Display) -> Self {
        self.with(|inner| inner.bearer_auth(token))
    }

    /// Adds `Authorization: Basic …`.
    pub fn basic_auth(self, user: impl Display, password: Option<impl Display>) -> Self {
        self.with(|inner| inner.basic_auth(user, password))
    }

    /// Adds parameters to the URL's query: of pairs, a map, or a struct.
    pub fn query(self, parameters: &(impl Serialize + ?Sized)) -> Self {
        self.with(|inner| inner.query(parameters))
    }

    /// Makes the value, as JSON, the body.
    pub fn json(self, value: &(impl Serialize + ?Sized)) -> Self {
        self.with(|inner| inner.json(value))
    }

    /// Makes the value, as a form, the body: of pairs, a map, or a struct.
    pub fn form(self, fields: &(impl Serialize + ?Sized)) -> Self {
        self.with(|inner| inner.form(fields))
    }

    /// Sets the body: text, bytes, a file, or a stream by [`Body::wrap_stream`].
    pub fn body(self, body: impl Into<Body>) -> Self {
        self.with(|inner| inner.body(body))
    }

    /// Sets how long the call may take in all, instead of the client's timeout.
    pub fn timeout(self, timeout: Duration) -> Self {
        self.with(|inner| inner.timeout(timeout))
    }

    /// Sets the version of HTTP.
    pub fn version(self, version: Version) -> Self {
        self.with(|inner| inner.version(version))
    }

    /// Sends the request, and returns when the response's head is there.
    ///
    /// A client span and a measurement tell of it. The span's parent is what is current in the task that awaits; its
    /// context and the baggage go along in headers.
    ///
    /// ```
    /// # #[toolkit::main]
    /// # async fn main() -> toolkit::Result {
    /// let client = toolkit::http::Client::new()?;
    /// let error = client.get("127.0.0.1/without/a/scheme").send().await.unwrap_err();
    /// assert!(error.is_builder());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If a part of the request is invalid, which is never sent and not traced, or if no response came: in time, by
    /// that name, at that address, in that protocol. A response of any status is no error; see
    /// [`Response::error_for_status`].
    pub async fn send(self) -> Result<Response, Error> {
        let (client, request) = self.inner.build_split();
        let mut request = request?;
        let exchange = Exchange::start(&request, self.template, self.has_credentials);
        exchange.inject(request.headers_mut());
        exchange.end(client.execute(request).await)
    }

    fn with(mut self, change: impl FnOnce(reqwest::RequestBuilder) -> reqwest::RequestBuilder) -> Self {
        self.inner = change(self.inner);
        self
    }
}
