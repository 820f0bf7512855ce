//! A service with endpoints that misbehave on purpose.

use std::time::Duration;

use futures_util::StreamExt;
use toolkit::prelude::*;
use toolkit_test_endpoints as _;

/// What the service can be told.
#[settings]
struct Settings {
    /// Whether a resource fails to build.
    #[default(false)]
    broken: bool,
    /// Whether the other crate's endpoints are mounted.
    #[default(false)]
    other: bool,
    /// How long a slow answer takes, in milliseconds.
    #[default(500)]
    #[validate(range(max = 60_000))]
    slow_ms: u64,
}

/// A resource that says when it is dropped.
struct Noisy(&'static str);

impl Drop for Noisy {
    fn drop(&mut self) {
        eprintln!("dropped {}", self.0);
    }
}

struct First(Noisy);
struct Second(Noisy);

#[resource(shutdown = close_first)]
fn first(settings: &Settings) -> toolkit::Result<First> {
    if settings.broken {
        return Err(toolkit::anyhow::anyhow!("the disk is full").context("cannot open the store"));
    }
    Ok(First(Noisy("first")))
}

async fn close_first(first: &First) {
    eprintln!("closed {}", first.0.0);
}

#[resource]
fn second(first: &First) -> Second {
    assert_eq!(first.0.0, "first");
    Second(Noisy("second"))
}

/// Answers at once.
#[get("/fast")]
async fn get_fast(second: &Second) -> &'static str {
    second.0.0
}

/// Answers after a while.
#[get("/slow")]
async fn get_slow(settings: &Settings) -> &'static str {
    tokio::time::sleep(Duration::from_millis(settings.slow_ms)).await;
    "at last"
}

/// Keeps a worker of the pool.
#[get("/working")]
fn get_working(settings: &Settings) {
    std::thread::sleep(Duration::from_millis(settings.slow_ms));
}

/// Says when it is cancelled.
#[get("/watched")]
async fn get_watched(settings: &Settings) {
    struct Cancelled;

    impl Drop for Cancelled {
        fn drop(&mut self) {
            eprintln!("watched cancelled");
        }
    }

    eprintln!("watched began");
    let cancelled = Cancelled;
    tokio::time::sleep(Duration::from_millis(settings.slow_ms)).await;
    std::mem::forget(cancelled);
}

/// Answers too late.
#[get("/late", timeout = "50ms")]
async fn get_late() {
    tokio::time::sleep(Duration::from_mins(1)).await;
}

/// Fails inside.
#[get("/panic")]
fn get_panic() {
    panic!("secret of the house");
}

/// Fails inside, on the async thread.
#[get("/panic/async")]
async fn get_panic_async() {
    panic!("secret of the house");
}

/// Counts the bytes it is sent.
#[post("/count", inline)]
fn count(#[body] bytes: Bytes) -> usize {
    bytes.len()
}

/// A text of any length.
#[data]
struct Note {
    text: String,
}

/// Takes a text down.
#[post("/notes")]
async fn add_note(#[trace] note: Note) {
    toolkit::tracing::info!(length = note.text.len(), "noted");
}

/// Sends a file.
#[get("/file")]
async fn get_file() -> toolkit::Result<File> {
    Ok(File::open(concat!(env!("CARGO_MANIFEST_DIR"), "/src/main.rs")).await?)
}

/// Fails while the answer is on its way.
#[get("/streaming/panic")]
async fn get_panicking_stream() -> JsonLines<u32> {
    JsonLines::new(futures_util::stream::iter(0..3).map(|number| if number < 2 { number } else { panic!("half way") }))
}

/// Takes its time between the parts of the answer.
#[get("/streaming/slow")]
async fn get_slow_stream(settings: &Settings) -> JsonLines<u32> {
    let pause = Duration::from_millis(settings.slow_ms);
    JsonLines::new(futures_util::stream::iter(0..2).then(move |number| async move {
        tokio::time::sleep(pause).await;
        number
    }))
}

/// Takes what clients have named.
#[data]
struct Prices {
    #[validate(length(max = 1))]
    prices: std::collections::HashMap<String, String>,
}

/// Takes prices.
#[post("/prices")]
async fn add_prices(prices: Prices) {
    let _ = prices;
}

/// Repeats a part of the path.
#[get("/repeat/{text}", inline)]
fn repeat(text: String) -> String {
    text
}

#[toolkit::main]
async fn main() -> toolkit::Result {
    let app = toolkit::app!();
    let other = std::env::args().any(|argument| argument == "--other=true");
    let app = if other { app.include(toolkit::endpoints!(toolkit_test_endpoints)) } else { app };
    app.serve().await
}
