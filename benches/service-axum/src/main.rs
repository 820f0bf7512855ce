//! Serves the endpoint on `TOOLKIT_BIND`: as `axum::serve` does by default, or, with the argument `limited`, with the
//! limits that the toolkit has.

mod limited;

use std::{env, io};

use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> io::Result<()> {
    let address = env::var("TOOLKIT_BIND").unwrap_or_else(|_| "127.0.0.1:8000".to_owned());
    let listener = TcpListener::bind(address).await?;
    match env::args().nth(1).as_deref() {
        None => axum::serve(listener, service_axum::router()).await,
        Some("limited") => limited::serve(listener, service_axum::router()).await.map(|never| match never {}),
        Some(other) => Err(io::Error::other(format!("`{other}` is neither `limited` nor nothing"))),
    }
}
