use std::{
    borrow::Cow,
    sync::{Arc, OnceLock},
    time::Instant,
};

use http::HeaderMap;
use opentelemetry::{
    Context, KeyValue, StringValue,
    metrics::Histogram,
    trace::{Span, SpanBuilder, SpanKind, Status, TraceContextExt, Tracer},
};
use opentelemetry_semantic_conventions::{attribute, metric};
use reqwest::{Error, Request, Response};

use super::conventions::{URL_TEMPLATE, description, error_type, full_url, server_address};
use crate::telemetry::{
    self,
    conventions::{DURATIONS, OTHER_METHOD, method, span_name, version},
};

/// A request under way and what comes of it, told by a client span and a measurement.
///
/// Dropped before its end, it tells that the call was cancelled.
#[derive(Debug)]
pub(super) struct Exchange {
    /// The client span's, or the caller's if there is no span.
    context: Context,
    has_span: bool,
    started: Instant,
    /// What the measurement says of the request, and the span too.
    attributes: Vec<KeyValue>,
    has_ended: bool,
}

impl Exchange {
    /// Begins under the current context.
    pub(super) fn start(request: &Request, template: Option<StringValue>, has_credentials: bool) -> Self {
        let caller = Context::current();
        let attributes = request_attributes(request, template.as_ref());
        let span = is_wanted(&caller).then(|| {
            let name = span_name(method(request.method()), template.as_ref().map(StringValue::as_str));
            let attributes = attributes.iter().cloned().chain(span_attributes(request, has_credentials));
            open_span(&caller, name, attributes.collect())
        });
        let span = span.flatten();
        Self {
            has_span: span.is_some(),
            context: span.unwrap_or(caller),
            started: Instant::now(),
            attributes,
            has_ended: false,
        }
    }

    /// Writes the context into the request's headers, so that what is called belongs to the same trace.
    pub(super) fn inject(&self, headers: &mut HeaderMap) {
        telemetry::inject(&self.context, headers);
    }

    /// Ends with a response's head, or without a response.
    pub(super) fn end(mut self, outcome: Result<Response, Error>) -> Result<Response, Error> {
        match outcome {
            Ok(response) => {
                self.end_with_response(&response);
                Ok(response)
            }
            Err(error) => Err(self.end_with_error(error)),
        }
    }

    fn end_with_response(&mut self, response: &Response) {
        let status = response.status();
        let mut outcome = vec![
            KeyValue::new(attribute::HTTP_RESPONSE_STATUS_CODE, i64::from(status.as_u16())),
            KeyValue::new(attribute::NETWORK_PROTOCOL_VERSION, version(response.version())),
        ];
        let is_error = status.is_client_error() || status.is_server_error();
        if is_error {
            outcome.push(KeyValue::new(attribute::ERROR_TYPE, status.as_str().to_owned()));
        }
        self.tell(outcome, is_error.then(|| Status::error("")));
    }

    fn end_with_error(&mut self, error: Error) -> Error {
        let outcome = vec![KeyValue::new(attribute::ERROR_TYPE, error_type(&error))];
        // The URL may hold secrets.
        let url = error.url().cloned();
        let error = error.without_url();
        self.tell(outcome, Some(Status::error(description(&error))));
        match url {
            Some(url) => error.with_url(url),
            None => error,
        }
    }

    fn tell(&mut self, outcome: Vec<KeyValue>, status: Option<Status>) {
        self.has_ended = true;
        let duration = self.started.elapsed().as_secs_f64();
        if self.has_span {
            let span = self.context.span();
            span.set_attributes(outcome.iter().cloned());
            if let Some(status) = status {
                span.set_status(status);
            }
            span.end();
        }
        if let Some(histogram) = histogram() {
            self.attributes.extend(outcome);
            histogram.record(duration, &self.attributes);
        }
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        if !self.has_ended {
            self.tell(vec![KeyValue::new(attribute::ERROR_TYPE, "cancelled")], Some(Status::error("")));
        }
    }
}

/// Whether there is to be a span: not if the caller's trace is not recorded.
fn is_wanted(caller: &Context) -> bool {
    let span = caller.span();
    let context = span.span_context();
    span.is_recording() || context.is_sampled() || !context.is_valid()
}

/// Starts the span; none if nobody makes one.
fn open_span(caller: &Context, name: Cow<'static, str>, attributes: Vec<KeyValue>) -> Option<Context> {
    let builder = SpanBuilder::from_name(name).with_kind(SpanKind::Client).with_attributes(attributes);
    let span = telemetry::tracer()?.build_with_context(builder, caller);
    span.span_context().is_valid().then(|| caller.with_span(span))
}

/// What span and measurement say of a request.
fn request_attributes(request: &Request, template: Option<&StringValue>) -> Vec<KeyValue> {
    let url = request.url();
    let mut attributes = Vec::with_capacity(7);
    attributes.push(KeyValue::new(attribute::HTTP_REQUEST_METHOD, method(request.method())));
    if let Some(host) = server_address(url) {
        // Shared: the span has it too.
        attributes.push(KeyValue::new(attribute::SERVER_ADDRESS, Arc::<str>::from(host)));
    }
    if let Some(port) = url.port_or_known_default() {
        attributes.push(KeyValue::new(attribute::SERVER_PORT, i64::from(port)));
    }
    attributes.extend(template.map(|template| KeyValue::new(URL_TEMPLATE, template.clone())));
    attributes
}

/// What only the span says of a request, as there are too many values for a measurement.
fn span_attributes(request: &Request, has_credentials: bool) -> impl Iterator<Item = KeyValue> {
    let original = request.method();
    let original = (method(original) == OTHER_METHOD)
        .then(|| KeyValue::new(attribute::HTTP_REQUEST_METHOD_ORIGINAL, original.as_str().to_owned()));
    let url = KeyValue::new(attribute::URL_FULL, full_url(request.url(), has_credentials));
    original.into_iter().chain([url])
}

/// Where durations are counted; nowhere before the telemetry is started.
fn histogram() -> Option<&'static Histogram<f64>> {
    static HISTOGRAM: OnceLock<Histogram<f64>> = OnceLock::new();
    let meter = telemetry::meter()?;
    let histogram = HISTOGRAM.get_or_init(|| {
        meter
            .f64_histogram(metric::HTTP_CLIENT_REQUEST_DURATION)
            .with_description("Duration of HTTP client requests.")
            .with_unit("s")
            .with_boundaries(DURATIONS.to_vec())
            .build()
    });
    Some(histogram)
}
