//! Calls a service's router a number of times, without sockets: `in-process toolkit|axum COUNT`.

use std::{env, error::Error};

use axum::{Router, body::Body};
use http::Request;
use http_body_util::BodyExt;
use tower::ServiceExt;

const URI: &str = "/v0/api/recommendations?customer_id=7&limit=10";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = env::args().collect();
    let (router, count) = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [_, "toolkit", count] => (service_toolkit::app().into_router().await?, count),
        [_, "axum", count] => (service_axum::router(), count),
        _ => return Err("use: in-process toolkit|axum COUNT".into()),
    };
    let mut bytes = 0;
    for _ in 0..count.parse()? {
        bytes += call(&router).await?;
    }
    println!("{bytes} bytes");
    Ok(())
}

async fn call(router: &Router) -> Result<usize, Box<dyn Error>> {
    // The headers that the load generator sends too.
    let request = Request::get(URI).header("host", "127.0.0.1:8000").body(Body::empty())?;
    let response = router.clone().oneshot(request).await?;
    if !response.status().is_success() {
        return Err(format!("the service answered {}", response.status()).into());
    }
    Ok(response.into_body().collect().await?.to_bytes().len())
}
