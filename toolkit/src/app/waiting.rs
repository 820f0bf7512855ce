use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::{Duration, Instant},
};

use axum::{
    Error,
    body::{Body, HttpBody},
    response::Response,
};
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};

use crate::telemetry::AT_ONCE;

/// Stands for no moment: a request is being answered.
const ANSWERING: u64 = u64::MAX;

/// Since when a connection waits for the head of a request.
///
/// The timer that hyper has for it is made, registered and dropped with every request. Here a request leaves a note, and
/// one timer for the connection looks at it when time may be up.
#[derive(Debug)]
pub(super) struct Waiting {
    begun: Instant,
    /// In microseconds after the connection began.
    since: AtomicU64,
}

impl Waiting {
    /// Of a connection that has just begun.
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self { begun: Instant::now(), since: AtomicU64::new(0) })
    }

    /// Takes note that a head has come.
    pub(super) fn ends(&self) {
        self.since.store(ANSWERING, Ordering::Relaxed);
    }

    /// Takes note that the next head is waited for, as soon as the answer has gone.
    pub(super) fn begins_after(self: &Arc<Self>, answer: Response) -> Response {
        if answer.body().size_hint().exact().is_some_and(|size| size <= AT_ONCE) {
            self.begins();
            return answer;
        }
        answer.map(|inner| Body::new(LongBody { inner, waiting: self.clone() }))
    }

    fn begins(&self) {
        self.since.store(self.elapsed(), Ordering::Relaxed);
    }

    fn elapsed(&self) -> u64 {
        u64::try_from(self.begun.elapsed().as_micros()).unwrap_or(ANSWERING - 1)
    }

    /// Ends when a head was waited for longer than `limit`.
    pub(super) async fn longer_than(&self, limit: Duration) {
        loop {
            let left = match self.since.load(Ordering::Relaxed) {
                ANSWERING => limit,
                since => limit.saturating_sub(Duration::from_micros(self.elapsed().saturating_sub(since))),
            };
            if left.is_zero() {
                return;
            }
            tokio::time::sleep(left).await;
        }
    }
}

/// A body that takes its time: the next head is waited for when it ends.
struct LongBody {
    inner: Body,
    waiting: Arc<Waiting>,
}

impl Drop for LongBody {
    fn drop(&mut self) {
        self.waiting.begins();
    }
}

impl HttpBody for LongBody {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        Pin::new(&mut self.inner).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_millis(40);

    async fn is_too_long(waiting: &Waiting, within: Duration) -> bool {
        tokio::time::timeout(within, waiting.longer_than(LIMIT)).await.is_ok()
    }

    #[tokio::test]
    async fn a_head_that_does_not_come_is_waited_for_no_longer_than_the_limit() {
        let begun = Instant::now();
        assert!(is_too_long(&Waiting::new(), Duration::from_secs(5)).await);
        assert!(begun.elapsed() >= LIMIT, "{:?}", begun.elapsed());
    }

    #[tokio::test]
    async fn an_answer_may_take_longer_than_the_head_of_its_request() {
        let waiting = Waiting::new();
        waiting.ends();
        assert!(!is_too_long(&waiting, 3 * LIMIT).await);
        let endless = Body::from_stream(futures_util::stream::pending::<Result<Bytes, Error>>());
        let streamed = waiting.begins_after(Response::new(endless));
        assert!(!is_too_long(&waiting, 3 * LIMIT).await);
        drop(streamed);
        assert!(is_too_long(&waiting, Duration::from_secs(5)).await);
    }

    #[tokio::test]
    async fn after_a_short_answer_the_next_head_is_waited_for() {
        let waiting = Waiting::new();
        waiting.ends();
        drop(waiting.begins_after(Response::new(Body::from("short"))));
        assert!(is_too_long(&waiting, Duration::from_secs(5)).await);
    }
}
