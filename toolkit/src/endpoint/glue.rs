//! What the code that `#[get]` and its like generate calls: the parts of a request's way that are the same for all.

use std::{sync::Arc, time::Duration};

use axum::{
    response::Response,
    routing::{MethodFilter, MethodRouter, on_service},
};
use http::{HeaderValue, StatusCode};
use tower::Layer;

use super::{Declaration, Mounting, Requests, service::EndpointService};
use crate::{
    check::{Place, Violation},
    limits::{EndpointLimits, Pool, busy},
    problem::{ProblemForm, ProblemLayer},
    request::{Reading, Refusal},
    telemetry::RequestLayer,
};

/// One endpoint at work: what it has borrowed, and its limits.
#[derive(Debug)]
pub struct Mounted<C> {
    /// The resources it borrows.
    pub captures: C,
    /// The threads for functions that are not async.
    pub pool: Pool,
    pub(super) limits: EndpointLimits,
    pub(super) deprecation: Option<HeaderValue>,
}

/// Makes an endpoint's route out of the straight line that its macro wrote.
pub fn mount<C, G, F>(declaration: &'static Declaration, mounting: &Mounting, captures: C, glue: G) -> MethodRouter
where
    C: Send + Sync + 'static,
    G: Fn(Reading, Arc<Mounted<C>>) -> F + Copy + Send + Sync + 'static,
    F: Future<Output = Result<Response, Refusal>> + Send + 'static,
{
    mount_telling(ProblemForm::Document, declaration, mounting, captures, glue)
}

/// The same, with problems told in a form of the endpoint's own.
pub(crate) fn mount_telling<C, G, F>(
    form: ProblemForm,
    declaration: &'static Declaration,
    mounting: &Mounting,
    captures: C,
    glue: G,
) -> MethodRouter
where
    C: Send + Sync + 'static,
    G: Fn(Reading, Arc<Mounted<C>>) -> F + Copy + Send + Sync + 'static,
    F: Future<Output = Result<Response, Refusal>> + Send + 'static,
{
    let mounted = Arc::new(Mounted {
        captures,
        pool: mounting.pool.clone(),
        limits: EndpointLimits::new(&declaration.limits, &mounting.settings),
        deprecation: declaration.deprecated.map(deprecation),
    });
    // The macros know only methods that axum can filter.
    let filter = MethodFilter::try_from(declaration.method.clone()).unwrap_or(MethodFilter::GET);
    let service = ProblemLayer::of(form).layer(EndpointService { mounted, glue });
    match mounting.requests {
        Requests::TracedByEndpoint => {
            let layer = RequestLayer::of_endpoint(&declaration.method, declaration.path, mounting.settings.trust_proxy);
            on_service(filter, layer.layer(service))
        }
        Requests::TracedOutside => on_service(filter, service),
    }
}

/// RFC 9745: the date since when, as a structured field; a deprecation without one is as old as time.
fn deprecation(texts: &str) -> HeaderValue {
    let mut words = texts.split(|character: char| !character.is_ascii_digit() && character != '-');
    let date = words.find_map(|word| word.parse::<jiff::civil::Date>().ok());
    let start = date.and_then(|date| date.to_zoned(jiff::tz::TimeZone::UTC).ok());
    let seconds = start.map_or(0, |start| start.timestamp().as_second());
    HeaderValue::from_str(&format!("@{seconds}")).unwrap_or(HeaderValue::from_static("@0"))
}

/// Checks an argument that could be read.
#[inline]
pub fn check_argument<T>(
    value: Option<&T>,
    place: &Place<'_>,
    reading: &mut Reading,
    check: impl FnOnce(&T, &Place<'_>, &mut Vec<Violation>),
) {
    if let Some(value) = value {
        check(value, place, &mut reading.violations);
    }
}

/// Takes an argument out, after [`Reading::finish`] has found nothing wrong.
///
/// # Panics
///
/// When a parameter could not be read and did not say so, which is a fault of the toolkit.
#[inline]
#[must_use]
pub fn present<T>(value: Option<T>) -> T {
    match value {
        Some(value) => value,
        None => panic!("a parameter without a value noted no violation"),
    }
}

/// Runs a function that is not async, and makes its reply, on the pool.
///
/// # Errors
///
/// 503 when the pool's queue is full.
pub async fn run_in_pool<T: Send + 'static>(
    pool: &Pool,
    function: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Refusal> {
    pool.run(function).await.map_err(|_| {
        busy(StatusCode::SERVICE_UNAVAILABLE, "too many requests are waiting for a worker", Duration::from_secs(1))
    })
}
