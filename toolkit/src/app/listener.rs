use std::{io, net::SocketAddr};

use tokio::net::TcpListener;

use super::StartError;

/// A socket that another program has opened for this one, and keeps open when this one ends: systemd, or whatever
/// replaces a service without refusing a connection.
pub(super) struct Inherited {
    first: io::Result<std::net::TcpListener>,
    count: usize,
}

/// Takes the sockets that the process was started with (`sd_listen_fds(3)`), if there are any.
///
/// They are for the process that `LISTEN_PID` names: without it, or with another one, the file descriptor may be anything.
/// This comes before all else, since it removes the variables from the environment.
#[cfg(unix)]
pub(super) fn inherited() -> Option<Inherited> {
    if !std::env::var("LISTEN_PID").is_ok_and(|pid| pid.parse() == Ok(std::process::id())) {
        return None;
    }
    let mut sockets = listenfd::ListenFd::from_env();
    let first = sockets.take_tcp_listener(0).transpose()?;
    Some(Inherited { first: first.and_then(listening), count: sockets.len() })
}

/// Sockets are handed over on Unix.
#[cfg(not(unix))]
pub(super) fn inherited() -> Option<Inherited> {
    None
}

/// Refuses the connection of one client, which `Accept=yes` of systemd hands over.
#[cfg(unix)]
fn listening(socket: std::net::TcpListener) -> io::Result<std::net::TcpListener> {
    let same = std::net::TcpStream::from(std::os::fd::OwnedFd::from(socket.try_clone()?));
    match same.peer_addr() {
        Ok(client) => Err(io::Error::other(format!("it is the connection of {client}"))),
        Err(_) => Ok(socket),
    }
}

/// Listens on the socket that was handed over, or else on `address`.
pub(super) async fn listen(address: SocketAddr, inherited: Option<Inherited>) -> Result<TcpListener, StartError> {
    let Some(inherited) = inherited else { return bind(address).await };
    let count = inherited.count;
    let listener = inherited.first.and_then(|socket| {
        socket.set_nonblocking(true)?;
        TcpListener::from_std(socket)
    });
    let listener = listener.map_err(|error| {
        StartError::of(vec![format!(
            "cannot listen on the socket that the process was started with: {error}; hand over a TCP socket that listens \
             (systemd: `ListenStream=` with `Accept=no`), or none"
        )])
    })?;
    if listener.local_addr().is_ok_and(|its| its != address) {
        tracing::info!("the process was started with a socket that listens; the setting `bind` is not used");
    }
    if count > 1 {
        tracing::warn!("the process was started with {count} sockets; only the first one is used");
    }
    Ok(listener)
}

async fn bind(address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address).await.map_err(|error| {
        let cure = match error.kind() {
            io::ErrorKind::AddrInUse => "another program listens there; stop it, or choose another address",
            io::ErrorKind::PermissionDenied => "ports under 1024 need a privilege; choose a higher one",
            _ => "choose an address of this machine",
        };
        StartError::of(vec![format!("cannot listen on {address}: {error}; {cure} with --bind or TOOLKIT_BIND")])
    })
}
