//! Serves the endpoints on `PORT`: as `axum::serve` does by default, or, with the argument `limited`, with the limits that
//! the toolkit has, or, with the argument `unchecked`, without checking what the types alone do not.

mod limited;

use std::{env, io};

use axum::{Router, serve::ListenerExt};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> io::Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", ranker::port().map_err(io::Error::other)?)).await?;
    match env::args().nth(1).as_deref() {
        None => serve(listener, peer_axum::router()).await,
        Some("limited") => limited::serve(listener, peer_axum::router()).await.map(|never| match never {}),
        Some("unchecked") => serve(listener, peer_axum::unchecked()).await,
        Some(other) => Err(io::Error::other(format!("the argument is `{other}`; give `limited`, `unchecked` or none"))),
    }
}

async fn serve(listener: TcpListener, router: Router) -> io::Result<()> {
    let listener = listener.tap_io(|stream| {
        // A connection without it is only slower.
        let _ = stream.set_nodelay(true);
    });
    axum::serve(listener, router).await
}
