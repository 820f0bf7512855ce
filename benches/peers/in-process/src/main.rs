//! Calls a service's router a number of times, without sockets.
//!
//! - `in-process toolkit|axum COUNT` asks for recommendations, for profilers that count instructions.
//! - `in-process serde|toolkit|axum COUNT ratings` sends the ratings that come on standard input, and prints the processor
//!   seconds that one call takes; `serde` only reads them.

use std::{
    env,
    error::Error,
    io::{Read, stdin},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
};
use http::{Request, header};
use http_body_util::BodyExt;
use rustix::time::{ClockId, clock_gettime};
use tower::ServiceExt;

const USE: &str = "use: in-process toolkit|axum COUNT, or: in-process serde|toolkit|axum COUNT ratings <BODY";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [service, count] => {
            let (router, count) = (router(service).await?, number(count)?);
            let mut bytes = 0;
            for _ in 0..count {
                bytes += call(&router, get()?).await?;
            }
            println!("{bytes} bytes");
        }
        [service, count, "ratings"] => {
            let (count, mut body) = (number(count)?, Vec::new());
            stdin().read_to_end(&mut body)?;
            let body = Bytes::from(body);
            let taken = if service == "serde" {
                read(&body, count)?
            } else {
                send(&router(service).await?, &body, count).await?
            };
            println!("{:.9}", taken.as_secs_f64() / f64::from(count));
        }
        _ => return Err(USE.into()),
    }
    Ok(())
}

fn number(text: &str) -> Result<u32, String> {
    text.parse().map_err(|error| format!("{text:?} is no count: {error}; {USE}"))
}

async fn router(service: &str) -> Result<Router, Box<dyn Error>> {
    match service {
        "toolkit" => Ok(peer_toolkit::app().into_router().await?),
        "axum" => Ok(peer_axum::router()),
        other => Err(format!("there is no service {other:?}; {USE}").into()),
    }
}

/// Reads the ratings, and drops them.
fn read(body: &Bytes, count: u32) -> serde_json::Result<Duration> {
    let begun = processor_time();
    for _ in 0..count {
        drop(serde_json::from_slice::<peer_axum::Ratings>(body)?);
    }
    Ok(processor_time().saturating_sub(begun))
}

/// Sends the ratings to the service.
async fn send(router: &Router, body: &Bytes, count: u32) -> Result<Duration, Box<dyn Error>> {
    // The first call makes what the others find.
    call(router, post(body)?).await?;
    let begun = processor_time();
    for _ in 0..count {
        call(router, post(body)?).await?;
    }
    Ok(processor_time().saturating_sub(begun))
}

// Both have the headers that a load generator sends too.

fn get() -> http::Result<Request<Body>> {
    let uri = "/v0/api/recommendations?customer_id=7&limit=10";
    Request::get(uri).header(header::HOST, "127.0.0.1:8000").body(Body::empty())
}

fn post(body: &Bytes) -> http::Result<Request<Body>> {
    Request::post("/v0/api/ratings")
        .header(header::HOST, "127.0.0.1:8000")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::CONTENT_LENGTH, body.len())
        .body(Body::from(body.clone()))
}

async fn call(router: &Router, request: Request<Body>) -> Result<usize, Box<dyn Error>> {
    let response = router.clone().oneshot(request).await?;
    let status = response.status();
    let body = response.into_body().collect().await?.to_bytes();
    if !status.is_success() {
        return Err(format!("the service answered {status}: {}", String::from_utf8_lossy(&body)).into());
    }
    Ok(body.len())
}

/// What this thread has taken.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or_default())
}
