use std::{
    num::NonZeroU32,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use governor::{DefaultDirectRateLimiter, Quota, clock::Clock};
use http::StatusCode;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task::coop::{Unconstrained, unconstrained},
    time::{Sleep, sleep},
};

use super::Rate;
use crate::{problem::Problem, request::Refusal, settings::ServerSettings};

/// The limits that an endpoint's attribute sets; what it leaves open, the service's settings decide.
#[derive(Clone, Copy, Debug)]
pub struct DeclaredLimits {
    /// How long a request may take.
    pub timeout: Option<Duration>,
    /// How large a request body may be, in bytes.
    pub body_limit: Option<usize>,
    /// How many requests may be in progress at once.
    pub concurrency: Option<usize>,
    /// How many requests may come in how much time.
    pub rate: Option<Rate>,
}

impl DeclaredLimits {
    /// No limit of the endpoint's own.
    pub const NONE: Self = Self { timeout: None, body_limit: None, concurrency: None, rate: None };
}

/// One endpoint's limits at work.
#[derive(Debug)]
pub(crate) struct EndpointLimits {
    timeout: Duration,
    pub(crate) body_limit: usize,
    concurrency: Option<Arc<Semaphore>>,
    rate: Option<DefaultDirectRateLimiter>,
}

impl EndpointLimits {
    /// The declared limits, filled up from the settings.
    #[must_use]
    pub(crate) fn new(declared: &DeclaredLimits, settings: &ServerSettings) -> Self {
        Self {
            timeout: declared.timeout.unwrap_or(settings.request_timeout),
            body_limit: declared.body_limit.unwrap_or(settings.body_limit),
            concurrency: declared.concurrency.map(|limit| Arc::new(Semaphore::new(limit))),
            rate: declared.rate.and_then(limiter),
        }
    }

    /// Runs one request within the limits.
    ///
    /// It ends with 429 over the rate, 503 over the concurrency, 504 over the time.
    pub(crate) fn run<F>(&self, request: F) -> Limited<F> {
        let (permit, refusal) = match self.admit() {
            Ok(permit) => (permit, None),
            Err(refusal) => (None, Some(refusal)),
        };
        Limited { request, deadline: None, timeout: self.timeout, refusal, _permit: permit }
    }

    fn admit(&self) -> Result<Option<OwnedSemaphorePermit>, Refusal> {
        if let Some(rate) = &self.rate
            && let Err(not_until) = rate.check()
        {
            let wait = not_until.wait_time_from(governor::clock::DefaultClock::default().now());
            return Err(busy(StatusCode::TOO_MANY_REQUESTS, "too many requests came in too short a time", wait));
        }
        let Some(concurrency) = &self.concurrency else { return Ok(None) };
        concurrency.clone().try_acquire_owned().map(Some).map_err(|_| {
            busy(StatusCode::SERVICE_UNAVAILABLE, "too many requests are in progress", Duration::from_secs(1))
        })
    }
}

pin_project_lite::pin_project! {
    /// One request within its endpoint's limits.
    pub(crate) struct Limited<F> {
        #[pin]
        request: F,
        // Most requests never wait, and need no timer.
        #[pin]
        deadline: Option<Unconstrained<Sleep>>,
        timeout: Duration,
        refusal: Option<Refusal>,
        _permit: Option<OwnedSemaphorePermit>,
    }
}

impl<F, T> Future for Limited<F>
where
    F: Future<Output = Result<T, Refusal>>,
{
    type Output = Result<T, Refusal>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        if let Some(refusal) = this.refusal.take() {
            return Poll::Ready(Err(refusal));
        }
        if let Poll::Ready(outcome) = this.request.poll(cx) {
            return Poll::Ready(outcome);
        }
        if this.deadline.is_none() {
            // A request that uses up its turns with the runtime must not outlive its time by that.
            this.deadline.set(Some(unconstrained(sleep(*this.timeout))));
        }
        if let Some(deadline) = this.deadline.as_pin_mut() {
            ready!(deadline.poll(cx));
        }
        Poll::Ready(Err(Problem::new(StatusCode::GATEWAY_TIMEOUT)
            .detail(format!("the request took longer than {:?}", this.timeout))
            .into()))
    }
}

fn limiter(rate: Rate) -> Option<DefaultDirectRateLimiter> {
    let requests = NonZeroU32::new(rate.requests)?;
    let quota = Quota::with_period(rate.per / requests.get())?.allow_burst(requests);
    Some(DefaultDirectRateLimiter::direct(quota))
}

/// A refusal that names when to come again (RFC 9110 §10.2.3), in whole seconds from 1.
pub(crate) fn busy(status: StatusCode, detail: &'static str, wait: Duration) -> Refusal {
    let seconds = wait.as_secs_f64().ceil().max(1.0);
    Problem::new(status).detail(detail).header(http::header::RETRY_AFTER, &seconds.to_string()).into()
}
