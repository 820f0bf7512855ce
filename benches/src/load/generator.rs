//! When which request is sent.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::bail;
use hdrhistogram::Histogram;
use mio::{Events, Poll, Token};

use super::connection::Connection;
use super::{Load, Outcome};

/// How long answers are waited for that are under way when the time is over.
const GRACE: Duration = Duration::from_secs(5);

/// Connections, and what came over them.
pub(super) struct Generator {
    poll: Poll,
    events: Events,
    request: Vec<u8>,
    connections: Vec<Connection>,
    /// Those without a request under way, the longest without first.
    free: VecDeque<usize>,
    requests: u64,
    answered: u64,
    latencies: Histogram<u64>,
}

/// When requests are due.
#[derive(Debug)]
struct Schedule {
    begun: Instant,
    end: Instant,
    /// None: whenever a connection is free.
    per_second: Option<f64>,
    /// How many were due and sent.
    sent: u64,
}

impl Generator {
    pub(super) fn new(address: SocketAddr, request: Vec<u8>, load: Load) -> anyhow::Result<Self> {
        let (Load::Closed { connections: count } | Load::Open { connections: count, .. }) = load;
        let poll = Poll::new()?;
        let open = |at| Connection::open(address, Token(at), poll.registry());
        Ok(Self {
            connections: (0..count).map(open).collect::<anyhow::Result<_>>()?,
            poll,
            events: Events::with_capacity(count),
            request,
            free: (0..count).collect(),
            requests: 0,
            answered: 0,
            latencies: Histogram::new(3)?,
        })
    }

    pub(super) fn run(mut self, load: Load, lasting: Duration) -> anyhow::Result<Outcome> {
        let mut schedule = Schedule::new(load, lasting);
        loop {
            let now = Instant::now();
            if now >= schedule.end {
                break;
            }
            while !self.free.is_empty()
                && let Some(due) = schedule.next(now)
            {
                self.send(due)?;
            }
            self.receive(&mut schedule)?;
        }
        self.finish(&mut schedule)?;
        Ok(Outcome {
            requests: self.requests,
            answered: self.answered,
            elapsed: lasting,
            latencies: self.latencies,
            resent: self.connections.iter().map(Connection::resent).sum(),
        })
    }

    /// Sends a request on the next free connection.
    fn send(&mut self, due: Instant) -> anyhow::Result<()> {
        match self.free.pop_front() {
            Some(at) => self.connections[at].send(&self.request, due, self.poll.registry()),
            None => Ok(()),
        }
    }

    /// Takes what has come, without waiting: a thread that sleeps is woken too late.
    fn receive(&mut self, schedule: &mut Schedule) -> anyhow::Result<()> {
        self.poll.poll(&mut self.events, Some(Duration::ZERO))?;
        for event in &self.events {
            let Token(at) = event.token();
            let connection = &mut self.connections[at];
            if event.is_writable() {
                connection.write(&self.request, self.poll.registry())?;
            }
            // Behind the last bytes there is the end of the stream, which is no event of its own.
            for _ in 0..usize::from(event.is_readable()) + usize::from(event.is_read_closed()) {
                let Some(due) = connection.read(&self.request, self.poll.registry())? else { continue };
                let now = Instant::now();
                self.answered += 1;
                if now < schedule.end {
                    self.requests += 1;
                }
                // Of those answered later, the ones that were due at a fixed time have waited since then.
                if now < schedule.end || schedule.per_second.is_some() {
                    self.latencies.record((now - due).as_nanos() as u64)?;
                }
                match schedule.next(now) {
                    Some(due) => connection.send(&self.request, due, self.poll.registry())?,
                    None => self.free.push_back(at),
                }
            }
        }
        Ok(())
    }

    /// Counts what was due and never sent, and waits for what is under way, so that the service is idle.
    fn finish(&mut self, schedule: &mut Schedule) -> anyhow::Result<()> {
        while let Some(due) = schedule.next(schedule.end) {
            self.latencies.record((schedule.end - due).as_nanos() as u64)?;
        }
        let late = schedule.end + GRACE;
        while self.free.len() < self.connections.len() && Instant::now() < late {
            self.receive(schedule)?;
        }
        let waiting = self.connections.iter().filter_map(Connection::due).collect::<Vec<_>>();
        if self.answered == 0 || (schedule.per_second.is_none() && !waiting.is_empty()) {
            bail!("{} requests have no answer {GRACE:?} after the end; {} were answered", waiting.len(), self.answered);
        }
        for due in waiting {
            self.latencies.record((late - due).as_nanos() as u64)?;
        }
        Ok(())
    }
}

impl Schedule {
    fn new(load: Load, lasting: Duration) -> Self {
        let begun = Instant::now();
        let per_second = match load {
            Load::Closed { .. } => None,
            Load::Open { per_second, .. } => Some(per_second),
        };
        Self { begun, end: begun + lasting, per_second, sent: 0 }
    }

    /// When the next request was due, if it is by now, and the time is not over.
    fn next(&mut self, now: Instant) -> Option<Instant> {
        let due = match self.per_second {
            None => now,
            Some(per_second) => self.begun + Duration::from_secs_f64(self.sent as f64 / per_second),
        };
        (due <= now && due < self.end).then(|| {
            self.sent += 1;
            due
        })
    }
}
