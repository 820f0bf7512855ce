use std::time::{Instant, SystemTime};

use axum::{
    body::{Body, HttpBody},
    response::Response,
};
use http::{HeaderName, HeaderValue, Method, Request, StatusCode, Uri, Version, header::CONTENT_LENGTH};
use opentelemetry::{
    Context, ContextGuard, KeyValue,
    trace::{SpanBuilder, SpanContext, SpanKind, Status, TraceContextExt, TraceFlags, TraceId, Tracer},
};
use opentelemetry_sdk::trace::{IdGenerator, RandomIdGenerator};
use opentelemetry_semantic_conventions::attribute;

use super::{
    super::{
        Telemetry,
        conventions::OTHER_METHOD,
        metrics::{Exchanged, Sort, error_type},
        routes::Route,
        sampling::Ids,
    },
    attributes,
    body::TracedBody,
    forwarded,
    problem::SentProblem,
};

/// The header that names the trace to whoever asked.
const TRACE_ID: HeaderName = HeaderName::from_static("x-trace-id");
/// A body whose length is known, and not over this, is sent as soon as it is there.
pub(crate) const AT_ONCE: u64 = 64 * 1024;

/// How an exchange ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The whole answer was sent.
    Sent,
    /// The answer broke off.
    Failed,
    /// What makes the answer panicked.
    Panicked,
    /// The client has gone.
    Cancelled,
}

/// A request and its answer, from when it came in until the last byte of the answer is on its way.
///
/// When it is dropped without an end, the client has gone.
#[derive(Debug)]
pub(super) struct Exchange {
    telemetry: &'static Telemetry,
    route: &'static Route,
    context: Context,
    recorded_since: Option<SystemTime>,
    since: Instant,
    method: Method,
    uri: Uri,
    version: Version,
    scheme: &'static str,
    request_size: Option<u64>,
    status: Option<StatusCode>,
    response_size: u64,
    /// What the answer's head says of its size, in bytes.
    announced: Option<u64>,
    end: End,
}

impl Exchange {
    pub(super) fn open(
        telemetry: &'static Telemetry,
        route: &'static Route,
        request: &Request<Body>,
        trusts_proxy: bool,
    ) -> Self {
        let scheme = if trusts_proxy { forwarded::scheme(request.headers()) } else { "http" };
        // Before the span starts, which ends by it: nothing within the span may end later.
        let since = Instant::now();
        let (context, recorded_since) = open_span(telemetry, route, request, scheme, trusts_proxy);
        route.metrics.add_active(&telemetry.metrics, scheme, 1);
        Self {
            telemetry,
            route,
            context,
            recorded_since,
            since,
            method: request.method().clone(),
            uri: request.uri().clone(),
            version: request.version(),
            scheme,
            request_size: request.body().size_hint().exact(),
            status: None,
            response_size: 0,
            announced: None,
            end: End::Cancelled,
        }
    }

    /// Makes the request's context the current one, until the guard is dropped.
    pub(super) fn enter(&self) -> ContextGuard {
        self.context.clone().attach()
    }

    /// Takes note of the problem that the answer tells.
    pub(super) fn answered_with(&mut self, problem: SentProblem) {
        self.route.metrics.violated(&self.telemetry.metrics, &problem.violations);
        if self.recorded_since.is_some() {
            problem.record(&self.context);
            if let Some(seen) = &self.telemetry.seen {
                seen.problem_sent(self.context.span().span_context().trace_id(), problem.document);
            }
        }
    }

    /// Takes note of the answer; the exchange goes on until its body has been sent.
    pub(super) fn answered(mut self, mut response: Response) -> Response {
        self.status = Some(response.status());
        if let Ok(id) = HeaderValue::from_bytes(&hex(self.context.span().span_context().trace_id())) {
            response.headers_mut().insert(TRACE_ID, id);
        }
        let size = response.body().size_hint().exact();
        if self.method == Method::HEAD || has_no_body(response.status()) || response.body().is_end_stream() {
            self.end(End::Sent);
            return response;
        }
        if let Some(size) = size.filter(|size| *size <= AT_ONCE) {
            self.response_size = size;
            self.end(End::Sent);
            return response;
        }
        self.announced = size.or_else(|| response.headers().get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok());
        response.map(|body| Body::new(TracedBody::new(body, self)))
    }

    /// Counts a part of the answer's body, in bytes, and says whether it was the last that was announced: nobody asks
    /// for more then.
    pub(super) fn sent(&mut self, bytes: usize) -> bool {
        self.response_size += bytes as u64;
        self.announced.is_some_and(|announced| self.response_size >= announced)
    }

    pub(super) fn end(mut self, end: End) {
        self.end = end;
    }

    fn error(&self) -> Option<&'static str> {
        match self.end {
            End::Sent => None,
            End::Failed => Some("broken_off"),
            End::Panicked => Some("panic"),
            End::Cancelled if std::thread::panicking() => Some("panic"),
            End::Cancelled => Some("cancelled"),
        }
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        let duration = self.since.elapsed();
        let sort = Sort { status: self.status, scheme: self.scheme, version: self.version, error: self.error() };
        self.route.metrics.add_active(&self.telemetry.metrics, self.scheme, -1);
        let (request_size, response_size) = (self.request_size, self.response_size);
        let exchanged = Exchanged { sort, duration, request_size, response_size };
        self.measured().metrics.record(&self.telemetry.metrics, &exchanged);
        if tracing::enabled!(target: "toolkit::access", tracing::Level::INFO) {
            let _entered = self.enter();
            self.log(sort, (duration.as_micros() as f64) / 1e3);
        }
        if let Some(start) = self.recorded_since {
            close_span(&self.context, sort, start + duration);
        }
    }
}

impl Exchange {
    /// Whoever asks with one method after the other makes one series of each path, and no more.
    fn measured(&self) -> &'static Route {
        match self.status {
            Some(StatusCode::METHOD_NOT_ALLOWED) => self.telemetry.routes.get(OTHER_METHOD, self.route.template),
            _ => self.route,
        }
    }

    /// The access line, with the duration to the microsecond.
    fn log(&self, sort: Sort, duration_ms: f64) {
        let (status, error) = (sort.status.map(|status| status.as_u16()), sort.error);
        tracing::info!(
            target: "toolkit::access",
            method = self.method.as_str(),
            path = self.uri.path(),
            route = self.route.template,
            status,
            error,
            duration_ms,
            "answered"
        );
    }
}

/// The context that the request is handled in; and since when it is recorded, if it is.
fn open_span(
    telemetry: &'static Telemetry,
    route: &'static Route,
    request: &Request<Body>,
    scheme: &'static str,
    trusts_proxy: bool,
) -> (Context, Option<SystemTime>) {
    let incoming = telemetry.propagation.read(request.headers());
    let Some(tracer) = &telemetry.tracer else {
        // What the caller has decided is passed on as it is.
        let span = incoming.parent.unwrap_or_else(|| unsampled(new_trace_id(), None));
        return (incoming.baggage.with_remote_span_context(span), None);
    };
    let trace_id = incoming.parent.as_ref().map_or_else(new_trace_id, SpanContext::trace_id);
    if !telemetry.records_all && !telemetry.sampling.decide(incoming.parent.as_ref(), trace_id) {
        let span = unsampled(trace_id, incoming.parent.as_ref());
        return (incoming.baggage.with_remote_span_context(span), None);
    }
    let start = SystemTime::now();
    let builder = SpanBuilder::from_name(route.name)
        .with_kind(SpanKind::Server)
        .with_start_time(start)
        .with_attributes(attributes::of(request, route, scheme, trusts_proxy));
    let context = match incoming.parent {
        Some(parent) => incoming.baggage.with_remote_span_context(parent),
        None => {
            Ids::set_next(trace_id);
            incoming.baggage
        }
    };
    let span = tracer.build_with_context(builder, &context);
    Ids::forget_next();
    (context.with_span(span), Some(start))
}

/// RFC 9110 §6.4.1; a 101 goes on as something else.
fn has_no_body(status: StatusCode) -> bool {
    status.is_informational() || status == StatusCode::NO_CONTENT || status == StatusCode::NOT_MODIFIED
}

/// The id's digits, without the formatter that each request would wait for.
fn hex(id: TraceId) -> [u8; 32] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let id = id.to_bytes();
    std::array::from_fn(|place| {
        let byte = id[place / 2];
        DIGITS[usize::from(if place % 2 == 0 { byte >> 4 } else { byte & 0xf })]
    })
}

fn new_trace_id() -> TraceId {
    RandomIdGenerator::default().new_trace_id()
}

/// A span that nobody records, for children to follow and logs to name.
fn unsampled(trace_id: TraceId, parent: Option<&SpanContext>) -> SpanContext {
    let state = parent.map(|parent| parent.trace_state().clone()).unwrap_or_default();
    SpanContext::new(trace_id, RandomIdGenerator::default().new_span_id(), TraceFlags::NOT_SAMPLED, false, state)
}

/// 4xx is the client's fault and no error of this span (OpenTelemetry HTTP spans, "Status").
fn close_span(context: &Context, sort: Sort, end: SystemTime) {
    let span = context.span();
    if let Some(status) = sort.status {
        span.set_attribute(KeyValue::new(attribute::HTTP_RESPONSE_STATUS_CODE, i64::from(status.as_u16())));
    }
    if let Some(error) = error_type(sort) {
        span.set_status(Status::error(""));
        span.set_attribute(KeyValue::new(attribute::ERROR_TYPE, error));
    }
    span.end_with_timestamp(end);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_written_as_opentelemetry_writes_it() {
        for id in [TraceId::from(0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736), TraceId::from(1), TraceId::INVALID] {
            assert_eq!(String::from_utf8_lossy(&hex(id)), id.to_string());
        }
    }
}
