//! The processor time that a request for `BENCH_PATH` takes, without sockets, in microseconds: on the thread that
//! handles it, and on all others; of `BENCH_BATCHES` batches. Arguments would be the service's.
//!
//! Telemetry is one for the process and is set up as the environment says, so each way to set it up is a process.

use std::{env, error::Error, time::Duration};

use axum::{Router, body::Body};
use http::Request;
use http_body_util::BodyExt;
use rustix::time::{ClockId, clock_gettime};
use toolkit::prelude::*;
use tower::ServiceExt;

const REQUESTS: u32 = 2000;
/// How many times as many batches are measured as are called before.
const WARM_UP: usize = 10;
/// What waits to be exported is exported between batches, so that nothing is dropped.
const PAUSE: Duration = Duration::from_millis(25);

/// Answers with a text.
#[get("/plain")]
async fn get_plain() -> &'static str {
    "plain"
}

/// Answers with a text from within a span.
#[get("/child")]
async fn get_child() -> &'static str {
    let _span = tracing::info_span!("child", model = "small").entered();
    "plain"
}

fn app() -> toolkit::App {
    toolkit::app!().include(toolkit::endpoints!(peer_toolkit))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    // The served service sets up telemetry and the log. It is not called: its router is, in process.
    tokio::select! {
        served = app().serve() => Ok(served?),
        measured = measure() => measured,
    }
}

async fn measure() -> Result<(), Box<dyn Error>> {
    while !tracing::dispatcher::has_been_set() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let (router, path) = (app().into_router().await?, env::var("BENCH_PATH")?);
    let batches = env::var("BENCH_BATCHES")?.parse::<usize>()?;
    let warm_up = batches / WARM_UP;
    let (mut here, mut elsewhere) = (Vec::with_capacity(batches), Duration::ZERO);
    for batch in 0..warm_up + batches {
        let (thread, process) = (cpu(ClockId::ThreadCPUTime), cpu(ClockId::ProcessCPUTime));
        for _ in 0..REQUESTS {
            call(&router, &path).await?;
        }
        let taken = cpu(ClockId::ThreadCPUTime) - thread;
        tokio::time::sleep(PAUSE).await;
        if batch >= warm_up {
            here.push(taken);
            let with_pause = cpu(ClockId::ThreadCPUTime) - thread;
            elsewhere += (cpu(ClockId::ProcessCPUTime) - process).saturating_sub(with_pause);
        }
    }
    refuse_dropped_spans(&router).await?;
    here.sort_unstable();
    println!("{:.4} {:.4}", per_request(here[batches / 2]), per_request(elsewhere) / batches as f64);
    Ok(())
}

fn cpu(clock: ClockId) -> Duration {
    // The clocks of this process are never before zero.
    clock_gettime(clock).try_into().unwrap_or_default()
}

/// In microseconds.
fn per_request(batch: Duration) -> f64 {
    batch.as_secs_f64() * 1e6 / f64::from(REQUESTS)
}

/// A span that is dropped costs less than one that is exported.
async fn refuse_dropped_spans(router: &Router) -> Result<(), Box<dyn Error>> {
    if env::var("OTEL_SDK_DISABLED").is_ok() {
        return Ok(());
    }
    let page = String::from_utf8(call(router, "/metrics").await?)?;
    match page.lines().find(|line| line.contains("queue_full") && !line.ends_with(" 0")) {
        Some(dropped) => Err(format!("spans were dropped: {dropped}").into()),
        None => Ok(()),
    }
}

async fn call(router: &Router, path: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    let request =
        Request::get(path).header("host", "127.0.0.1:8000").header("user-agent", "bench").body(Body::empty())?;
    let response = router.clone().oneshot(request).await?;
    if !response.status().is_success() {
        return Err(format!("the service answered {}", response.status()).into());
    }
    Ok(response.into_body().collect().await?.to_bytes().into())
}
