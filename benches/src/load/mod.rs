//! Requests, many at a time, and how long each took.
//!
//! - `generator`: when which request is sent
//! - `connection`: a socket with a request under way
//! - `answer`: where an answer ends

mod answer;
mod connection;
mod generator;

use std::net::{Ipv4Addr, SocketAddr};
use std::thread;
use std::time::Duration;

use anyhow::Context;
use hdrhistogram::Histogram;
use rustix::thread::{CpuSet, sched_setaffinity};

use crate::peer::LOAD_CORE;
use generator::Generator;

/// One request, which is sent again and again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    /// JSON.
    pub(crate) body: Option<Vec<u8>>,
}

/// How requests follow one another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Load {
    /// Each connection sends a request when it has the answer to the last one.
    Closed { connections: usize },
    /// Requests are due at fixed times, whether or not answers come; what waits for a connection has waited.
    Open { connections: usize, per_second: f64 },
}

/// What became of the requests.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    /// Those answered in time.
    pub(crate) requests: u64,
    /// With those that were under way when the time was over: what the service worked for.
    pub(crate) answered: u64,
    pub(crate) elapsed: Duration,
    /// In nanoseconds, from when a request was due.
    pub(crate) latencies: Histogram<u64>,
    /// How many were sent again, because the server had closed the connection.
    pub(crate) resent: u64,
}

impl Outcome {
    pub(crate) fn per_second(&self) -> f64 {
        self.requests as f64 / self.elapsed.as_secs_f64()
    }

    /// The latency that so many percent of the requests stayed within.
    pub(crate) fn percentile(&self, percent: f64) -> Duration {
        Duration::from_nanos(self.latencies.value_at_percentile(percent))
    }
}

/// Sends `request` as `load` says, from the core for loads; any answer but 200 is an error.
pub(crate) fn run(port: u16, request: &Request, load: Load, lasting: Duration) -> anyhow::Result<Outcome> {
    // A thread of its own: what else the caller starts is not kept on that core.
    let generate = || {
        let mut core = CpuSet::new();
        core.set(LOAD_CORE);
        sched_setaffinity(None, &core).with_context(|| format!("core {LOAD_CORE} is not there: two are needed"))?;
        generate(port, request, load, lasting)
    };
    let generated = thread::scope(|scope| scope.spawn(generate).join());
    generated.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

fn generate(port: u16, request: &Request, load: Load, lasting: Duration) -> anyhow::Result<Outcome> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let outcome = Generator::new(address, request.bytes(address), load)?.run(load, lasting);
    outcome.with_context(|| format!("{} {} on port {port}, {load:?}", request.method, request.path))
}

impl Request {
    /// As HTTP/1.1 has it.
    fn bytes(&self, host: SocketAddr) -> Vec<u8> {
        let Self { method, path, body } = self;
        let mut bytes = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\n").into_bytes();
        if let Some(body) = body {
            let length = body.len();
            bytes.extend(format!("Content-Type: application/json\r\nContent-Length: {length}\r\n").bytes());
        }
        bytes.extend(b"\r\n");
        bytes.extend(body.iter().flatten());
        bytes
    }
}

#[cfg(test)]
mod tests;
