use std::{io, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::ConnectInfo,
    http::{HeaderValue, StatusCode, header::CONNECTION},
    response::Response,
};
use hyper::{Request, body::Incoming};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
};
use tower::ServiceExt;

use super::{
    Started,
    listener::{self, Inherited},
    supervisor,
    table::Table,
};
use crate::{openapi::pages, resource::Readiness, settings::ServerSettings};

/// How long a client that has a connection may take to send a request, once the service takes no others: it did not know.
const LAST_MOMENT: Duration = Duration::from_millis(500);

/// How long connections that are cut off may take to go.
const CUTTING: Duration = Duration::from_secs(1);

/// How a client of HTTP/2 without TLS begins (RFC 9113 §3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Listens, or takes the socket that was handed over; serves until the process is told to stop; then finishes what is in
/// progress.
pub(super) async fn serve(started: Started, inherited: Option<Inherited>) -> crate::Result {
    let listener = match listener::listen(started.settings.bind, inherited).await {
        Ok(listener) => listener,
        Err(error) => {
            end(started).await;
            return Err(error.into());
        }
    };
    report(&started, listener.local_addr()?);
    supervisor::ready();

    let settings = started.settings.clone();
    let places = Arc::new(Semaphore::new(settings.max_connections.get()));
    let (stopping, stopped) = watch::channel(());
    let (cutting, cut) = watch::channel(());
    let accepting = accept(&listener, &started, &places, [&stopped, &cut]);
    tokio::select! {
        () = accepting => {}
        () = told_to_stop(&started, settings.drain_delay) => {}
    }
    drop(listener);
    // Connections see this, and go when they have answered.
    drop(stopping);
    let all = u32::try_from(settings.max_connections.get()).unwrap_or(u32::MAX);
    tokio::select! {
        _ = places.acquire_many(all) => {}
        () = tokio::time::sleep(settings.shutdown_timeout) => {
            tracing::warn!("requests were still in progress after {:?}; they are cut off", settings.shutdown_timeout);
        }
        () = stop_signal() => tracing::warn!("told to stop again; requests in progress are cut off"),
    }
    // What is cut off ends now, so that it is told of before the telemetry ends, and lets the resources go.
    drop(cutting);
    let _ = tokio::time::timeout(CUTTING, places.acquire_many(all)).await;
    end(started).await;
    tracing::info!("stopped");
    Ok(())
}

/// Ends the resources, after the router that lends them.
async fn end(started: Started) {
    let Started { router, resources, .. } = started;
    drop(router);
    match Arc::into_inner(resources) {
        Some(resources) => resources.shut_down().await,
        None => tracing::warn!("a request that was cut off still holds the resources; they are not shut down"),
    }
}

fn report(started: &Started, address: SocketAddr) {
    for row in Table::new(&started.endpoints).rows() {
        tracing::info!("{row}");
    }
    let docs = pages::first().map(|path| format!(", documented at http://{address}{path}")).unwrap_or_default();
    tracing::info!("listening on http://{address}{docs}");
}

async fn told_to_stop(started: &Started, drain_delay: Duration) {
    stop_signal().await;
    started.readiness.stop();
    supervisor::stopping();
    tracing::info!("told to stop; finishing the requests in progress");
    tokio::select! {
        () = tokio::time::sleep(drain_delay) => {}
        () = stop_signal() => {}
    }
}

async fn stop_signal() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}

async fn accept(
    listener: &TcpListener,
    started: &Started,
    places: &Arc<Semaphore>,
    [stopped, cut]: [&watch::Receiver<()>; 2],
) {
    let connection = Connection::new(&started.settings, started.readiness.clone());
    loop {
        // The semaphore is never closed.
        let Ok(place) = places.clone().acquire_owned().await else { return };
        let (stream, client) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file descriptors, or a client that left at once: both pass.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let (connection, router) = (connection.clone(), started.router.clone());
        let (stopped, mut cut) = (stopped.clone(), cut.clone());
        tokio::spawn(async move {
            tokio::select! {
                () = connection.serve(stream, client, router, stopped) => {}
                _ = cut.changed() => {}
            }
            drop(place);
        });
    }
}

/// How connections are served.
#[derive(Clone)]
struct Connection {
    http1: auto::Builder<TokioExecutor>,
    http2: auto::Builder<TokioExecutor>,
    header_timeout: Duration,
    readiness: Readiness,
}

impl Connection {
    fn new(settings: &ServerSettings, readiness: Readiness) -> Self {
        let mut http1 = auto::Builder::new(TokioExecutor::new()).http1_only();
        http1
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(settings.header_timeout)
            .max_buf_size(settings.header_limit);
        let mut http2 = auto::Builder::new(TokioExecutor::new()).http2_only();
        http2
            .http2()
            .timer(TokioTimer::new())
            .max_header_list_size(u32::try_from(settings.header_limit).unwrap_or(u32::MAX))
            .max_concurrent_streams(100)
            .keep_alive_interval(Duration::from_secs(30));
        Self { http1, http2, header_timeout: settings.header_timeout, readiness }
    }

    async fn serve(&self, stream: TcpStream, client: SocketAddr, router: Router, mut stopped: watch::Receiver<()>) {
        // A small reply must not wait for the next one.
        let _ = stream.set_nodelay(true);
        // A client that does not begin in time is let go, as is one that breaks off.
        let speaks_http2 = tokio::select! {
            begun = tokio::time::timeout(self.header_timeout, begins_as_http2(&stream)) => match begun {
                Ok(Ok(speaks_http2)) => speaks_http2,
                _ => return,
            },
            () = last_moment(stopped.clone()) => return,
        };
        let builder = if speaks_http2 { &self.http2 } else { &self.http1 };
        let readiness = self.readiness.clone();
        let router = router
            .map_request(move |mut request: Request<Incoming>| {
                request.extensions_mut().insert(ConnectInfo(client));
                request
            })
            .map_response(move |mut response: Response| {
                // HTTP/2 has no such header, and a connection that speaks another protocol from here on has its own.
                let is_last = !readiness.is_accepting() && !speaks_http2;
                if is_last && response.status() != StatusCode::SWITCHING_PROTOCOLS {
                    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
                }
                response
            });
        let service = TowerToHyperService::new(router);
        let mut connection = pin!(builder.serve_connection_with_upgrades(TokioIo::new(stream), service));
        let ended = tokio::select! {
            // First: one that has read nothing when it hears of the end is closed, with the request that waits in it.
            biased;
            ended = connection.as_mut() => ended,
            () = async {
                // HTTP/2 tells the client which of its requests were seen. HTTP/1 can only close, and what is on its way is
                // lost: until then, the client hears of the end with its next answer.
                if speaks_http2 {
                    let _ = stopped.changed().await;
                } else {
                    last_moment(stopped).await;
                }
            } => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            tracing::debug!(error, "a connection ended early");
        }
    }
}

/// Waits until the service stops, and then a moment.
async fn last_moment(mut stopped: watch::Receiver<()>) {
    let _ = stopped.changed().await;
    tokio::time::sleep(LAST_MOMENT).await;
}

/// Looks at the first bytes without taking them.
async fn begins_as_http2(stream: &TcpStream) -> io::Result<bool> {
    let mut seen = [0; PREFACE.len()];
    let mut pause = Duration::from_millis(1);
    loop {
        let count = stream.peek(&mut seen).await?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if seen[..count] != PREFACE[..count] {
            return Ok(false);
        }
        if count == PREFACE.len() {
            return Ok(true);
        }
        // What has come is still there, so there is nothing to wait on but time.
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_millis(250));
    }
}
