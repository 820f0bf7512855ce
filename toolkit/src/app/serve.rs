use std::{net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    net::TcpListener,
    sync::{Semaphore, watch},
};

use super::{
    Started,
    connection::Connection,
    listener::{self, Inherited},
    supervisor,
    table::Table,
};
use crate::openapi::pages;

/// How long connections that are cut off may take to go.
const CUTTING: Duration = Duration::from_secs(1);

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
        let (stopped, cut) = (stopped.clone(), cut.clone());
        tokio::spawn(async move {
            connection.serve(stream, client, router, [stopped, cut]).await;
            drop(place);
        });
    }
}
