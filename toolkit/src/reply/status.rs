use axum::response::Response;
use http::{HeaderName, HeaderValue, StatusCode, header};
use schemars::JsonSchema;
use serde::Serialize;

use super::{Reply, json_response};
use crate::openapi::OperationDoc;

/// 201 with the thing that was made, and where it is.
///
/// ```
/// use toolkit::Created;
///
/// let reply = Created::new("an order").at("/v0/orders/7");
/// # let _ = reply;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Created<T> {
    value: T,
    location: Option<String>,
}

impl<T> Created<T> {
    /// The thing that was made.
    pub fn new(value: T) -> Self {
        Self { value, location: None }
    }

    /// Adds the `Location` it can be got from.
    #[must_use]
    pub fn at(mut self, location: impl Into<String>) -> Self {
        self.location = Some(location.into());
        self
    }
}

impl<T: Serialize + JsonSchema> Reply for Created<T> {
    fn document(operation: &mut OperationDoc<'_>) {
        operation.reply::<T>(StatusCode::CREATED, "application/json");
        operation.reply_header("Location", "Where the new thing is.");
    }

    fn into_response(self) -> Response {
        let mut response = json_response(StatusCode::CREATED, &self.value);
        if let Some(location) = self.location.and_then(|location| HeaderValue::from_str(&location).ok()) {
            response.headers_mut().insert(header::LOCATION, location);
        }
        response
    }
}

/// 202: what was asked for is on its way.
///
/// ```
/// use toolkit::prelude::*;
///
/// /// Begins to count; gives the number of the count.
/// #[post("/v0/counts")]
/// fn count() -> Accepted<u32> {
///     Accepted(7)
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted<T>(pub T);

impl<T: Serialize + JsonSchema> Reply for Accepted<T> {
    fn document(operation: &mut OperationDoc<'_>) {
        operation.reply::<T>(StatusCode::ACCEPTED, "application/json");
    }

    fn into_response(self) -> Response {
        json_response(StatusCode::ACCEPTED, &self.0)
    }
}

/// A status that is chosen while the function runs; the document says `2XX`.
impl<T: Serialize + JsonSchema> Reply for (StatusCode, T) {
    fn document(operation: &mut OperationDoc<'_>) {
        let schema = operation.schema_of::<T>();
        operation.reply_of("2XX", "application/json", Some(schema));
    }

    fn into_response(self) -> Response {
        json_response(self.0, &self.1)
    }
}

/// 200 with headers of one's own.
///
/// ```
/// use toolkit::{HeaderValue, axum::http::header::ETAG, prelude::*};
///
/// #[get("/v0/version")]
/// fn version() -> WithHeaders<u32> {
///     WithHeaders::new(7).header(ETAG, HeaderValue::from_static("\"7\""))
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WithHeaders<T> {
    value: T,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl<T> WithHeaders<T> {
    /// The value, so far without headers.
    pub fn new(value: T) -> Self {
        Self { value, headers: Vec::new() }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }
}

impl<T: Serialize + JsonSchema> Reply for WithHeaders<T> {
    fn document(operation: &mut OperationDoc<'_>) {
        operation.reply::<T>(StatusCode::OK, "application/json");
    }

    fn into_response(self) -> Response {
        let mut response = json_response(StatusCode::OK, &self.value);
        for (name, value) in self.headers {
            response.headers_mut().append(name, value);
        }
        response
    }
}
