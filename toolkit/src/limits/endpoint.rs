use std::{num::NonZeroU32, time::Duration};

use governor::{DefaultDirectRateLimiter, Quota, clock::Clock};
use http::StatusCode;
use tokio::sync::Semaphore;

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
    concurrency: Option<Semaphore>,
    rate: Option<DefaultDirectRateLimiter>,
}

impl EndpointLimits {
    /// The declared limits, filled up from the settings.
    #[must_use]
    pub(crate) fn new(declared: &DeclaredLimits, settings: &ServerSettings) -> Self {
        Self {
            timeout: declared.timeout.unwrap_or(settings.request_timeout),
            body_limit: declared.body_limit.unwrap_or(settings.body_limit),
            concurrency: declared.concurrency.map(Semaphore::new),
            rate: declared.rate.and_then(limiter),
        }
    }

    /// Runs one request within the limits.
    ///
    /// # Errors
    ///
    /// 429 over the rate, 503 over the concurrency, 504 over the time.
    pub(crate) async fn run<T>(&self, request: impl Future<Output = Result<T, Refusal>>) -> Result<T, Refusal> {
        if let Some(rate) = &self.rate
            && let Err(not_until) = rate.check()
        {
            let wait = not_until.wait_time_from(governor::clock::DefaultClock::default().now());
            return Err(busy(StatusCode::TOO_MANY_REQUESTS, "too many requests came in too short a time", wait));
        }
        let _permit = match &self.concurrency {
            Some(semaphore) => Some(semaphore.try_acquire().map_err(|_| {
                busy(StatusCode::SERVICE_UNAVAILABLE, "too many requests are in progress", Duration::from_secs(1))
            })?),
            None => None,
        };
        match tokio::time::timeout(self.timeout, request).await {
            Ok(outcome) => outcome,
            Err(_) => Err(Problem::new(StatusCode::GATEWAY_TIMEOUT)
                .detail(format!("the request took longer than {:?}", self.timeout))
                .into()),
        }
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
