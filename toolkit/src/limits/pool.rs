use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

use opentelemetry::Context;
use tokio::sync::Semaphore;

use crate::telemetry::{self, PoolCalls};

/// The threads that functions which are not async run on: so many at once, and a bounded queue before them.
///
/// A queued call whose client has gone is abandoned; a running one is finished, as a thread cannot be stopped.
#[derive(Clone, Debug)]
pub struct Pool {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    workers: Semaphore,
    #[cfg(feature = "model")]
    count: usize,
    calls: Arc<PoolCalls>,
    queue_limit: usize,
}

/// The pool's queue is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolFull;

impl Pool {
    /// A pool that runs `workers` functions at once and lets `queue_limit` more wait.
    #[must_use]
    pub fn new(workers: usize, queue_limit: usize) -> Self {
        let count = workers.max(1);
        let calls = Arc::new(PoolCalls::default());
        telemetry::observe_pool(&calls);
        let shared = Shared {
            workers: Semaphore::new(count),
            #[cfg(feature = "model")]
            count,
            calls,
            queue_limit,
        };
        Self { shared: Arc::new(shared) }
    }

    /// How many functions it runs at once.
    #[cfg(feature = "model")]
    pub(crate) fn workers(&self) -> usize {
        self.shared.count
    }

    /// Runs `function` on a thread of the pool, within the trace of the caller.
    ///
    /// # Errors
    ///
    /// [`PoolFull`], at once, when all workers are busy and the queue before them is full.
    ///
    /// # Panics
    ///
    /// When `function` does: the panic goes on in the caller.
    pub async fn run<T: Send + 'static>(&self, function: impl FnOnce() -> T + Send + 'static) -> Result<T, PoolFull> {
        self.worker().await?.run(function).await
    }

    /// Waits for a worker, before it is known what it will do.
    ///
    /// # Errors
    ///
    /// [`PoolFull`], at once, when all workers are busy and the queue before them is full.
    pub(crate) async fn worker(&self) -> Result<Worker, PoolFull> {
        let called = Instant::now();
        let permit = match self.shared.workers.try_acquire() {
            Ok(permit) => permit,
            Err(_) => self.wait().await?,
        };
        permit.forget();
        Ok(Worker { returned: ReturnedWhenDone::new(self.shared.clone()), called })
    }

    async fn wait(&self) -> Result<tokio::sync::SemaphorePermit<'_>, PoolFull> {
        let place = QueuePlace::take(&self.shared)?;
        let permit = self.shared.workers.acquire().await;
        drop(place);
        // The semaphore is never closed.
        permit.map_err(|_| PoolFull)
    }
}

/// A worker of the pool, for one function; it is free again when it is dropped.
pub(crate) struct Worker {
    returned: ReturnedWhenDone,
    called: Instant,
}

impl Worker {
    /// Runs `function`, as [`Pool::run`] does.
    ///
    /// # Errors
    ///
    /// [`PoolFull`] when the runtime shuts down.
    pub(crate) async fn run<T: Send + 'static>(
        self,
        function: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PoolFull> {
        let Self { returned, called } = self;
        let (context, span) = (Context::current(), tracing::Span::current());
        let task = tokio::task::spawn_blocking(move || {
            let _returned = returned;
            telemetry::current().metrics().call_waited(called.elapsed());
            let _attached = context.attach();
            span.in_scope(function)
        });
        match task.await {
            Ok(value) => Ok(value),
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                // A blocking task is cancelled only by a runtime that shuts down before the task began.
                Err(_) => Err(PoolFull),
            },
        }
    }
}

/// Gives the worker back when the function has ended, even if nobody waits for it any more.
struct ReturnedWhenDone(Arc<Shared>);

impl ReturnedWhenDone {
    fn new(shared: Arc<Shared>) -> Self {
        shared.calls.running.fetch_add(1, Ordering::Relaxed);
        Self(shared)
    }
}

impl Drop for ReturnedWhenDone {
    fn drop(&mut self) {
        self.0.calls.running.fetch_sub(1, Ordering::Relaxed);
        self.0.workers.add_permits(1);
    }
}

struct QueuePlace<'a>(&'a AtomicUsize);

impl<'a> QueuePlace<'a> {
    fn take(shared: &'a Shared) -> Result<Self, PoolFull> {
        let place = Self(&shared.calls.queued);
        let before = shared.calls.queued.fetch_add(1, Ordering::Relaxed);
        if before < shared.queue_limit { Ok(place) } else { Err(PoolFull) }
    }
}

impl Drop for QueuePlace<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::mpsc, time::Duration};

    use super::*;

    fn runtime() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts")
    }

    #[test]
    fn a_full_queue_is_refused_at_once_and_an_abandoned_place_is_free_again() {
        runtime().block_on(async {
            let pool = Pool::new(1, 1);
            let (release, wait) = mpsc::channel::<()>();
            let running = tokio::spawn({
                let pool = pool.clone();
                async move { pool.run(move || wait.recv().is_ok()).await }
            });
            tokio::task::yield_now().await;
            let queued = tokio::spawn({
                let pool = pool.clone();
                async move { pool.run(|| 1).await }
            });
            tokio::task::yield_now().await;
            assert_eq!(pool.run(|| 2).await, Err(PoolFull));

            queued.abort();
            assert!(queued.await.is_err());
            let waiting = pool.run(|| 3);
            release.send(()).expect("the running function waits");
            assert_eq!(waiting.await, Ok(3));
            assert_eq!(running.await.expect("it ended"), Ok(true));
        });
    }

    #[test]
    fn a_panic_goes_on_in_the_caller_and_the_worker_is_free_again() {
        runtime().block_on(async {
            let pool = Pool::new(1, 0);
            let call = tokio::spawn({
                let pool = pool.clone();
                async move { pool.run(|| -> i32 { panic!("no") }).await }
            });
            assert!(call.await.expect_err("it panicked").is_panic());
            let answer = tokio::time::timeout(Duration::from_secs(5), pool.run(|| 4)).await;
            assert_eq!(answer.expect("the worker is free"), Ok(4));
        });
    }
}
