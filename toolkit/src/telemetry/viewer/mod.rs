//! The trace viewer: what the latest requests did, kept in memory and shown as pages, without a collector.
//!
//! What is told of a trace while its request is answered goes into an [`Inbox`], and is sorted into the [`Store`] when
//! the request ends, or when there is enough of it. The pages copy what they show out of the store and are written
//! without holding it.

mod admission;
mod cut;
mod endpoints;
mod filter;
mod guard;
mod histogram;
mod inbox;
#[cfg(feature = "jaeger-ui")]
mod jaeger;
#[cfg(feature = "model")]
mod models;
mod otlp;
mod pages;
mod ring;
mod slowest;
mod span;
mod store;
mod trace;
mod tree;
mod visible;

#[cfg(test)]
mod tests;

use std::{
    borrow::Cow,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError},
    time::SystemTime,
};

use axum::Router;
use bytes::Bytes;
use opentelemetry::trace::TraceId;
use opentelemetry_sdk::trace::SpanData;

pub(crate) use admission::Admission;
use endpoints::EndpointSummary;
use inbox::{Event, Inbox};
#[cfg(feature = "model")]
pub(super) use models::ModelCalls;
use store::Store;
use trace::Trace;

use super::{LogLine, Seen};

/// The pages, for those who are let in.
pub(crate) fn routes(viewer: Arc<Viewer>, service: &str, admission: Admission) -> Router {
    #[cfg(feature = "jaeger-ui")]
    return pages::routes(viewer.clone(), service, admission).merge(jaeger::routes(viewer, service, admission));
    #[cfg(not(feature = "jaeger-ui"))]
    pages::routes(viewer, service, admission)
}

/// How much the viewer keeps. The inbox and the statistics take a few megabytes more, at most.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// So many traces at most.
    pub(crate) traces: usize,
    /// So many bytes at most for all traces together, as estimated from what they hold.
    pub(crate) bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { traces: 1000, bytes: 32 << 20 }
    }
}

/// The traces of the latest requests and the statistics of each endpoint.
pub(crate) struct Viewer {
    inbox: Mutex<Inbox>,
    // Locked before the inbox by whoever needs both.
    store: Mutex<Store>,
}

impl Seen for Viewer {
    fn span_ended(&self, span: Cow<'_, SpanData>) {
        let store = span::is_request(&span).then(|| self.store.try_lock().ok()).flatten();
        let Some(mut store) = store else { return self.take(Event::span(span.into_owned())) };
        match store.count(&span) {
            Some(counted) => {
                self.sort(&mut store);
                store.request_ended(Event::span(span.into_owned()), counted);
            }
            // Under load, most requests are counted and not kept: what came of them before is most likely not sorted
            // yet, and nothing of theirs is copied.
            None => locked(&self.inbox).forget(span.span_context.trace_id()),
        }
    }

    fn logged(&self, line: LogLine) {
        self.take(Event::line(line));
    }

    fn problem_sent(&self, trace_id: TraceId, document: Bytes) {
        self.take(Event::problem(trace_id, &document));
    }
}

impl Viewer {
    /// A viewer that has seen nothing yet.
    pub(crate) fn new(limits: Limits) -> Self {
        Self { inbox: Mutex::default(), store: Mutex::new(Store::new(limits, SystemTime::now())) }
    }

    /// The spans that are kept of a trace, in the order in which they ended.
    #[cfg(test)]
    pub(crate) fn spans(&self, trace_id: TraceId) -> Vec<SpanData> {
        let trace = self.trace(trace_id);
        trace.iter().flat_map(|trace| trace.spans()).map(|span| SpanData::clone(span)).collect()
    }

    /// One trace, if it is kept.
    fn trace(&self, trace_id: TraceId) -> Option<Arc<Trace>> {
        self.sorted().trace(trace_id)
    }

    /// Every trace that is kept, in no order.
    fn traces(&self) -> Vec<Arc<Trace>> {
        self.sorted().traces()
    }

    /// What each endpoint did in the minutes before `now`.
    fn endpoints(&self, now: SystemTime) -> Vec<EndpointSummary> {
        self.sorted().endpoints(now)
    }

    /// The names of the endpoints that were called since the start.
    fn endpoint_names(&self) -> Vec<Arc<str>> {
        self.sorted().endpoint_names()
    }

    fn take(&self, event: Event) {
        let filled = locked(&self.inbox).push(event);
        match filled {
            inbox::Filled::Little => {}
            // Whoever holds the store sorts soon, or the next event does: a request does not wait for a page.
            inbox::Filled::Enough => match self.store.try_lock() {
                Ok(mut store) => self.sort(&mut store),
                Err(TryLockError::Poisoned(store)) => self.sort(&mut store.into_inner()),
                Err(TryLockError::WouldBlock) => {}
            },
            inbox::Filled::TooMuch => drop(self.sorted()),
        }
    }

    /// The store with everything in it that has come so far.
    fn sorted(&self) -> MutexGuard<'_, Store> {
        let mut store = locked(&self.store);
        self.sort(&mut store);
        store
    }

    fn sort(&self, store: &mut Store) {
        let mut events = store.emptied_events();
        locked(&self.inbox).exchange(&mut events);
        store.sort(events);
    }
}

impl fmt::Debug for Viewer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Viewer").finish_non_exhaustive()
    }
}

/// A thread that panicked while it held the lock has left nothing half done that matters here.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
