use opentelemetry::{Context, context::FutureExt};
use tokio::task::JoinHandle;
use tracing::Instrument;

/// Spawns a task that belongs to what spawns it: to its trace, its baggage, and its `tracing` span.
///
/// `tokio::spawn` alone forgets them: the task's spans would begin traces of their own, and its log lines would have no
/// trace id.
///
/// ```
/// use opentelemetry::{Context, baggage::BaggageExt, KeyValue};
///
/// # #[toolkit::main]
/// # async fn main() -> toolkit::Result {
/// let context = Context::current_with_baggage([KeyValue::new("tenant", "blue")]);
/// let task = {
///     let _guard = context.attach();
///     toolkit::spawn(async { Context::current().baggage().get("tenant").map(ToString::to_string) })
/// };
/// assert_eq!(task.await?.as_deref(), Some("blue"));
/// # Ok(())
/// # }
/// ```
///
/// # Panics
///
/// Outside a Tokio runtime.
#[track_caller]
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    // The context is attached inside the span: entering a span makes that span's context current, and what was current
    // here may be a span below it.
    tokio::spawn(future.with_context(Context::current()).in_current_span())
}
