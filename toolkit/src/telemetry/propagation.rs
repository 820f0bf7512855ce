use std::str::FromStr;

use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::{
    Context,
    baggage::BaggageExt,
    propagation::{Extractor, Injector, TextMapCompositePropagator, TextMapPropagator},
    trace::{SpanContext, TraceContextExt, TraceState},
};
use opentelemetry_sdk::propagation::{BaggagePropagator, TraceContextPropagator};

use super::traceparent;

const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
const TRACESTATE: HeaderName = HeaderName::from_static("tracestate");
const BAGGAGE: HeaderName = HeaderName::from_static("baggage");
/// A longer `tracestate` is not passed on; W3C Trace Context §3.3.1.5 asks for at least 512 characters.
const LONGEST_STATE: usize = 2048;

/// Which of a request's headers take part in a trace, as `OTEL_PROPAGATORS` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Propagation {
    pub(super) trace_context: bool,
    pub(super) baggage: bool,
}

/// What a caller's headers say of its trace.
#[derive(Debug)]
pub(super) struct Incoming {
    /// The caller's span.
    pub(super) parent: Option<SpanContext>,
    /// A context that holds the caller's baggage, and nothing else.
    pub(super) baggage: Context,
}

impl Propagation {
    /// Reads a request's headers. What is malformed, doubled or too long is as if it were not there.
    pub(super) fn read(self, headers: &HeaderMap) -> Incoming {
        let parent = if self.trace_context { parent(headers) } else { None };
        let baggage = if self.baggage { joined(headers, &BAGGAGE) } else { None };
        let baggage = baggage.map_or_else(Context::new, |list| {
            BaggagePropagator::new().extract_with_context(&Context::new(), &BaggageList(list))
        });
        Incoming { parent, baggage }
    }

    /// The same for programs that ask OpenTelemetry for it.
    pub(super) fn propagator(self) -> TextMapCompositePropagator {
        let mut propagators: Vec<Box<dyn TextMapPropagator + Send + Sync>> = Vec::new();
        if self.trace_context {
            propagators.push(Box::new(TraceContextPropagator::new()));
        }
        if self.baggage {
            propagators.push(Box::new(BaggagePropagator::new()));
        }
        TextMapCompositePropagator::new(propagators)
    }

    /// Writes the headers of a call to another service.
    #[cfg_attr(not(feature = "http-client"), allow(dead_code, reason = "only the client calls"))]
    pub(crate) fn write(self, context: &Context, headers: &mut HeaderMap) {
        let mut writer = HeadersMut(headers);
        if self.trace_context && context.span().span_context().is_valid() {
            TraceContextPropagator::new().inject_context(context, &mut writer);
        }
        if self.baggage && !context.baggage().is_empty() {
            BaggagePropagator::new().inject_context(context, &mut writer);
        }
    }
}

fn parent(headers: &HeaderMap) -> Option<SpanContext> {
    let mut parents = headers.get_all(TRACEPARENT).iter();
    let parent = parents.next()?;
    // Two of them contradict each other (W3C Trace Context §3.2).
    if parents.next().is_some() {
        return None;
    }
    traceparent::read(parent.as_bytes(), state(headers))
}

/// The vendors' part.
fn state(headers: &HeaderMap) -> TraceState {
    match joined(headers, &TRACESTATE) {
        Some(list) if list.len() <= LONGEST_STATE => TraceState::from_str(&list).unwrap_or(TraceState::NONE),
        _ => TraceState::NONE,
    }
}

/// Several headers are one list (RFC 9110 §5.3).
fn joined(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let lists: Result<Vec<_>, _> = headers.get_all(name).iter().map(HeaderValue::to_str).collect();
    lists.ok().filter(|lists| !lists.is_empty()).map(|lists| lists.join(","))
}

/// The baggage, as the propagator asks for it.
struct BaggageList(String);

impl Extractor for BaggageList {
    fn get(&self, key: &str) -> Option<&str> {
        (key == BAGGAGE.as_str()).then_some(self.0.as_str())
    }

    fn keys(&self) -> Vec<&str> {
        vec!["baggage"]
    }
}

struct HeadersMut<'a>(&'a mut HeaderMap);

impl Injector for HeadersMut<'_> {
    /// The propagator writes a `tracestate` that is empty, which is none.
    fn set(&mut self, key: &str, value: String) {
        let (Ok(name), Ok(value)) = (HeaderName::try_from(key), HeaderValue::try_from(value)) else { return };
        if value.is_empty() {
            self.0.remove(name);
        } else {
            self.0.insert(name, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry::trace::SpanId;

    use super::*;

    const ALL: Propagation = Propagation { trace_context: true, baggage: true };
    const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    fn headers(pairs: &[(HeaderName, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(name, HeaderValue::from_str(value).expect("a header value"));
        }
        headers
    }

    #[test]
    fn what_comes_in_goes_out_again() {
        let came =
            headers(&[(TRACEPARENT, PARENT), (TRACESTATE, "a=1"), (TRACESTATE, "b=2"), (BAGGAGE, "tenant=acme")]);
        let incoming = ALL.read(&came);
        let parent = incoming.parent.expect("a parent");
        assert_eq!(parent.span_id(), SpanId::from(0x00f0_67aa_0ba9_02b7));

        let mut sent = HeaderMap::new();
        ALL.write(&incoming.baggage.with_remote_span_context(parent), &mut sent);
        let expected = headers(&[(TRACEPARENT, PARENT), (TRACESTATE, "a=1,b=2"), (BAGGAGE, "tenant=acme")]);
        assert_eq!(sent, expected);
    }

    #[test]
    fn an_empty_state_is_not_sent() {
        let parent = ALL.read(&headers(&[(TRACEPARENT, PARENT)])).parent.expect("a parent");
        let mut sent = HeaderMap::new();
        ALL.write(&Context::new().with_remote_span_context(parent), &mut sent);
        assert_eq!(sent, headers(&[(TRACEPARENT, PARENT)]));
    }

    #[test]
    fn doubled_parents_are_none_and_a_wrong_or_long_state_is_left_out() {
        assert!(ALL.read(&headers(&[(TRACEPARENT, PARENT), (TRACEPARENT, PARENT)])).parent.is_none());
        for state in ["no list".to_owned(), format!("a={}", "x".repeat(LONGEST_STATE))] {
            let parent = ALL.read(&headers(&[(TRACEPARENT, PARENT), (TRACESTATE, &state)])).parent;
            assert_eq!(parent.expect("a parent").trace_state(), &TraceState::NONE);
        }
    }

    #[test]
    fn nothing_is_read_or_written_when_nothing_is_asked_for() {
        let none = Propagation { trace_context: false, baggage: false };
        let came = headers(&[(TRACEPARENT, PARENT), (BAGGAGE, "tenant=acme")]);
        let incoming = none.read(&came);
        assert!(incoming.parent.is_none() && incoming.baggage.baggage().is_empty());
        let mut sent = HeaderMap::new();
        let all = ALL.read(&came);
        none.write(&all.baggage.with_remote_span_context(all.parent.expect("a parent")), &mut sent);
        assert!(sent.is_empty());
    }
}
