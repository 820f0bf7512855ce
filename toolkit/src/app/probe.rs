//! The command `health`, for whoever watches a container that has no other program to ask with.

use std::{
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::fault::Told;

/// How long the service may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// How much of an answer is read.
const ENOUGH: u64 = 64 << 10;

/// Asks the service that listens on `bind` whether it is ready, and says that it is.
pub(super) async fn ask(bind: SocketAddr) -> Result<String, Told> {
    if bind.port() == 0 {
        return Err(Told(format!(
            "the setting `bind` is {bind}, which leaves the port open; name the port that it listens on"
        )));
    }
    let address = reachable(bind);
    let answer = tokio::time::timeout(PATIENCE, get(address))
        .await
        .unwrap_or_else(|_| Err(io::Error::new(io::ErrorKind::TimedOut, format!("no answer came in {PATIENCE:?}"))));
    let answer = answer.map_err(|error| {
        Told(format!(
            "the service at http://{address} does not answer: {error}; is it started, and is its setting `bind` the same here?"
        ))
    })?;
    match answer.split_whitespace().nth(1) {
        Some("200") => Ok(format!("the service at http://{address} is ready")),
        status => {
            let status = status.unwrap_or("no HTTP");
            let why = detail(&answer).map(|detail| format!(": {detail}")).unwrap_or_default();
            Err(Told(format!("the service at http://{address} is not ready: /health/ready answers {status}{why}")))
        }
    }
}

/// The address at which this machine reaches what listens on all of its addresses.
fn reachable(bind: SocketAddr) -> SocketAddr {
    match bind {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => (Ipv4Addr::LOCALHOST, v4.port()).into(),
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => (Ipv6Addr::LOCALHOST, v6.port()).into(),
        bind => bind,
    }
}

/// The whole answer, head and body.
async fn get(address: SocketAddr) -> io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET /health/ready HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.take(ENOUGH).read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// What the problem document says (RFC 9457 §3.1.4).
fn detail(answer: &str) -> Option<String> {
    let (_, body) = answer.split_once("\r\n\r\n")?;
    let problem: Value = serde_json::from_str(body).ok()?;
    Some(problem["detail"].as_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_listens_everywhere_is_asked_on_this_machine() {
        for (bind, asked) in [
            ("0.0.0.0:8000", "127.0.0.1:8000"),
            ("[::]:80", "[::1]:80"),
            ("10.0.0.7:8000", "10.0.0.7:8000"),
            ("[fe80::1%2]:8000", "[fe80::1%2]:8000"),
        ] {
            let (bind, asked): (SocketAddr, SocketAddr) = (bind.parse().expect("valid"), asked.parse().expect("valid"));
            assert_eq!(reachable(bind), asked);
        }
    }
}
