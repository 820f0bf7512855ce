use std::{convert::Infallible, io, sync::Arc, time::Duration};

use axum::{Router, extract::DefaultBodyLimit, http::StatusCode};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};
use tower_http::{catch_panic::CatchPanicLayer, timeout::TimeoutLayer};

/// Serves with the limits that the toolkit sets by default: time for the head of a request and for its answer, sizes
/// of head and body, connections; a panic ends one request.
pub(crate) async fn serve(listener: TcpListener, router: Router) -> io::Result<Infallible> {
    let router = router
        .layer(DefaultBodyLimit::max(2 << 20))
        .layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, Duration::from_secs(30)))
        .layer(CatchPanicLayer::new());
    let places = Arc::new(Semaphore::new(4096));
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(Duration::from_secs(10)).max_buf_size(16 << 10);
    loop {
        let place = places.clone().acquire_owned().await.map_err(io::Error::other)?;
        let (stream, _) = listener.accept().await?;
        let (builder, router) = (builder.clone(), router.clone());
        tokio::spawn(async move {
            connection(&builder, stream, router).await;
            drop(place);
        });
    }
}

async fn connection(builder: &auto::Builder<TokioExecutor>, stream: TcpStream, router: Router) {
    let _ = stream.set_nodelay(true);
    let service = TowerToHyperService::new(router);
    // A client that breaks off is no fault of the service.
    let _ = builder.serve_connection_with_upgrades(TokioIo::new(stream), service).await;
}
