//! A collector of telemetry that takes everything and keeps nothing.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};

/// Starts it on the core for loads, for as long as this process runs; the address takes OTLP over HTTP.
pub(crate) fn start() -> anyhow::Result<String> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let address = format!("http://{}", listener.local_addr()?);
    std::thread::spawn(move || {
        // A thread that is not kept on the core still collects.
        let _ = keep_on_load_core();
        for connection in listener.incoming().flatten() {
            // A service may end in the middle of a connection.
            std::thread::spawn(move || drop(take(&connection)));
        }
    });
    Ok(address)
}

fn keep_on_load_core() -> rustix::io::Result<()> {
    let mut cores = rustix::thread::CpuSet::new();
    cores.set(crate::peer::LOAD_CORE);
    rustix::thread::sched_setaffinity(None, &cores)
}

/// Answers every export on a connection with an empty message, which says that all was taken.
fn take(mut connection: &TcpStream) -> std::io::Result<()> {
    let mut reader = BufReader::new(connection);
    let mut line = String::new();
    let mut length = 0;
    loop {
        line.clear();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let lower = line.trim_end().to_ascii_lowercase();
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse().map_err(std::io::Error::other)?;
        }
        if lower.is_empty() {
            std::io::copy(&mut reader.by_ref().take(length), &mut std::io::sink())?;
            connection
                .write_all(b"HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Length: 0\r\n\r\n")?;
            length = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_export_on_a_connection_is_taken() {
        let (agent, address) = (ureq::Agent::new_with_defaults(), start().unwrap());
        for size in [0, 100_000] {
            let answer = agent.post(format!("{address}/v1/traces")).send(vec![0; size]).unwrap();
            assert_eq!(answer.status(), 200);
        }
    }
}
