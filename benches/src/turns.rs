//! Services that take turns under the same load.

use std::time::Duration;

use anyhow::Context;
use hdrhistogram::Histogram;

use crate::arguments::Effort;
use crate::compare::Figure;
use crate::load::{self, Profile, Request};
use crate::peer::Peer;
use crate::service::Service;

/// The first one's port; the others follow.
const PORT: u16 = 18100;
/// A service that takes more than this part of a core while it is idle disturbs the others.
const IDLE: f64 = 0.02;

/// Services that stay up while each is under load in turn.
#[derive(Debug, Default)]
pub(crate) struct Turns {
    pub(crate) running: Vec<Running>,
}

#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) peer: Peer,
    pub(crate) service: Service,
}

/// What one service did in its turns.
#[derive(Clone, Debug)]
pub(crate) struct Taken {
    pub(crate) per_second: Figure,
    /// Processor seconds per request.
    pub(crate) processor: Figure,
    /// In seconds, one for each turn.
    pub(crate) p99: Figure,
    /// Of all turns, in nanoseconds.
    pub(crate) latencies: Histogram<u64>,
}

impl Turns {
    /// Builds and starts each peer, which is ready when it answers `ready` well.
    pub(crate) fn start(&mut self, peer: &Peer, effort: &Effort, ready: &str) -> anyhow::Result<&Running> {
        peer.program.prepare(effort.profile()).with_context(|| format!("{} cannot be built", peer.name))?;
        let port = PORT + self.running.len() as u16;
        let service = Service::start(&peer.command(effort.profile()), port, ready)
            .with_context(|| format!("{} cannot be started", peer.name))?;
        self.running.push(Running { peer: peer.clone(), service });
        Ok(&self.running[self.running.len() - 1])
    }

    /// Those that take processor time although nobody asks them, in a second.
    pub(crate) fn restless(&self) -> anyhow::Result<Vec<String>> {
        let times =
            || self.running.iter().map(|running| running.service.processor_time()).collect::<Result<Vec<_>, _>>();
        let before = times()?;
        std::thread::sleep(Duration::from_secs(1));
        let taken = times()?.into_iter().zip(before).map(|(after, before)| after.saturating_sub(before).as_secs_f64());
        let restless = self.running.iter().zip(taken).filter(|(_, taken)| *taken > IDLE);
        Ok(restless
            .map(|(running, taken)| {
                format!("{} takes {:.0} % of a core while it is idle.", running.peer.name, 100.0 * taken)
            })
            .collect())
    }

    /// Puts each under the load that `load` says, once in each round, for `lasting`.
    ///
    /// The first error ends the measurement of all: what the others did would not be of the same rounds.
    pub(crate) fn take(
        &self,
        effort: &Effort,
        lasting: Duration,
        load: impl Fn(usize) -> (Request, Profile),
    ) -> anyhow::Result<Vec<Taken>> {
        let mut turns = self.running.iter().map(|_| Vec::new()).collect::<Vec<_>>();
        for round in 0..effort.rounds {
            for (at, Running { peer, service }) in self.running.iter().enumerate() {
                let (request, profile) = load(at);
                let run = |lasting| {
                    load::run(service.port, &request, profile, lasting)
                        .with_context(|| format!("{}; it printed: {}", peer.name, service.said()))
                };
                run(if round == 0 { effort.warm_up } else { effort.warm_up / 10 })?;
                let before = service.processor_time()?;
                let outcome = run(lasting)?;
                turns[at].push((service.processor_time()?.saturating_sub(before), outcome));
            }
        }
        turns.into_iter().map(|turns| Taken::of(&turns)).collect()
    }
}

impl Taken {
    fn of(turns: &[(Duration, load::Outcome)]) -> anyhow::Result<Self> {
        let figure = |of: fn(&(Duration, load::Outcome)) -> f64| Figure::new(turns.iter().map(of).collect());
        let mut latencies = Histogram::new(3)?;
        for (_, outcome) in turns {
            latencies.add(&outcome.latencies)?;
        }
        Ok(Self {
            per_second: figure(|(_, outcome)| outcome.per_second()),
            processor: figure(|(taken, outcome)| taken.as_secs_f64() / outcome.answered as f64),
            p99: figure(|(_, outcome)| outcome.percentile(99.0).as_secs_f64()),
            latencies,
        })
    }
}
