use std::{io, net::SocketAddr, pin::pin, time::Duration};

use axum::{
    Router,
    extract::ConnectInfo,
    http::{HeaderValue, StatusCode, header::CONNECTION},
    response::Response,
};
use futures_util::{StreamExt, stream::FuturesUnordered};
use hyper::{Request, body::Incoming};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
    service::TowerToHyperService,
};
use tokio::{net::TcpStream, sync::watch};
use tower::ServiceExt;

use super::waiting::Waiting;
use crate::{resource::Readiness, settings::ServerSettings};

/// How long a client that has a connection may take to send a request, once the service takes no others: it did not know.
const LAST_MOMENT: Duration = Duration::from_millis(500);

/// How a client of HTTP/2 without TLS begins (RFC 9113 §3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// How connections are served.
#[derive(Clone)]
pub(super) struct Connection {
    http1: auto::Builder<TokioExecutor>,
    http2: auto::Builder<TokioExecutor>,
    header_timeout: Duration,
    readiness: Readiness,
}

/// Why a connection is not served as before.
enum Told {
    /// The service stops: what is in progress is finished.
    Finish,
    /// What is in progress is broken off.
    Cut,
}

impl Connection {
    pub(super) fn new(settings: &ServerSettings, readiness: Readiness) -> Self {
        let mut http1 = auto::Builder::new(TokioExecutor::new()).http1_only();
        http1.http1().max_buf_size(settings.header_limit);
        let mut http2 = auto::Builder::new(TokioExecutor::new()).http2_only();
        http2
            .http2()
            .timer(TokioTimer::new())
            .max_header_list_size(u32::try_from(settings.header_limit).unwrap_or(u32::MAX))
            .max_concurrent_streams(100)
            .keep_alive_interval(Duration::from_secs(30));
        Self { http1, http2, header_timeout: settings.header_timeout, readiness }
    }

    /// Serves until the client leaves, or, once `stopped` is told, until what is in progress is answered, or until `cut` is
    /// told.
    pub(super) async fn serve(
        &self,
        stream: TcpStream,
        client: SocketAddr,
        router: Router,
        [stopped, cut]: [watch::Receiver<()>; 2],
    ) {
        // A small reply must not wait for the next one.
        let _ = stream.set_nodelay(true);
        let waiting = Waiting::new();
        // A client that does not begin in time is let go, as is one that breaks off.
        let speaks_http2 = tokio::select! {
            begun = begins_as_http2(&stream) => match begun {
                Ok(speaks_http2) => speaks_http2,
                Err(_) => return,
            },
            () = waiting.longer_than(self.header_timeout) => return,
            () = last_moment(stopped.clone()) => return,
        };
        let builder = if speaks_http2 { &self.http2 } else { &self.http1 };
        let readiness = self.readiness.clone();
        let (heard, answered) = (waiting.clone(), waiting.clone());
        let router = router
            .map_request(move |mut request: Request<Incoming>| {
                heard.ends();
                request.extensions_mut().insert(ConnectInfo(client));
                request
            })
            .map_response(move |mut response: Response| {
                // HTTP/2 has no such header, and a connection that speaks another protocol from here on has its own.
                let is_last = !readiness.is_accepting() && !speaks_http2;
                if is_last && response.status() != StatusCode::SWITCHING_PROTOCOLS {
                    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
                }
                answered.begins_after(response)
            });
        let service = TowerToHyperService::new(router);
        let mut connection = pin!(builder.serve_connection_with_upgrades(TokioIo::new(stream), service));
        let cut_off = || async {
            let mut cut = cut.clone();
            tokio::select! {
                _ = cut.changed() => {}
                // Many requests of HTTP/2 are in progress at once; its pings tell whether the client is there.
                () = waiting.longer_than(self.header_timeout), if !speaks_http2 => {}
            }
        };
        let told = async {
            tokio::select! {
                () = finish(stopped, speaks_http2) => Told::Finish,
                () = cut_off() => Told::Cut,
            }
        };
        // Asked when one of them has something to tell, and not with each request.
        let mut told = FuturesUnordered::from_iter([told]);
        let ended = tokio::select! {
            // First: one that has read nothing when it hears of the end is closed, with the request that waits in it.
            biased;
            ended = connection.as_mut() => ended,
            Some(told) = told.next() => match told {
                Told::Cut => return,
                Told::Finish => {
                    connection.as_mut().graceful_shutdown();
                    tokio::select! {
                        biased;
                        ended = connection => ended,
                        () = cut_off() => return,
                    }
                }
            },
        };
        if let Err(error) = ended {
            tracing::debug!(error, "a connection ended early");
        }
    }
}

/// Waits until a connection is to end.
///
/// HTTP/2 tells the client which of its requests were seen. HTTP/1 can only close, and what is on its way is lost: until
/// then, the client hears of the end with its next answer.
async fn finish(mut stopped: watch::Receiver<()>, speaks_http2: bool) {
    if speaks_http2 {
        let _ = stopped.changed().await;
    } else {
        last_moment(stopped).await;
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
