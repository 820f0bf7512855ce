//! Services that take turns under the same load.

use std::time::{Duration, Instant};

use anyhow::Context;
use hdrhistogram::Histogram;

use crate::arguments::Effort;
use crate::compare::Figure;
use crate::load::{self, Load, Request};
use crate::peer::Peer;
use crate::report::median;
use crate::service::Service;

/// A service that takes more than this part of a core while it is idle disturbs the others.
const IDLE: f64 = 0.02;

/// From how many connections on a service should be busy all the time, and what it takes of its core then at least.
const MANY: usize = 16;
const BUSY: f64 = 0.95;

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
    /// The part of its core that the service took, with all its processes.
    pub(crate) busy: Figure,
    /// In seconds, one for each turn.
    pub(crate) p99: Figure,
    /// Of all turns, in nanoseconds.
    pub(crate) latencies: Histogram<u64>,
    /// How many requests were sent again, because the service had closed the connection.
    pub(crate) resent: u64,
}

/// One turn of a service.
#[derive(Debug)]
struct Turn {
    outcome: load::Outcome,
    elapsed: Duration,
    /// The processor time that the service took.
    taken: Duration,
}

/// The order of turns: each round begins one further, so that nobody is always the first or the last.
pub(crate) fn order(round: usize, count: usize) -> impl Iterator<Item = usize> {
    (0..count).map(move |at| (round + at) % count)
}

/// A sentence for each service that was sent requests again, as it had closed the connection.
pub(crate) fn resent<'a>(services: impl IntoIterator<Item = (&'a str, u64)>) -> String {
    let again = services.into_iter().filter(|(_, resent)| *resent > 0);
    let sentences = again
        .map(|(name, resent)| format!(" {resent} requests were sent again because {name} had closed the connection."));
    sentences.collect()
}

impl Turns {
    /// Builds and starts each peer, which is ready when it answers `ready` well.
    pub(crate) fn start(&mut self, peer: &Peer, effort: &Effort, ready: &str) -> anyhow::Result<&Running> {
        peer.program.prepare(effort.profile()).with_context(|| format!("{} cannot be built", peer.name))?;
        let service = Service::start(&peer.command(effort.profile()), ready)
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
        load: impl Fn(usize) -> (Request, Load),
    ) -> anyhow::Result<Vec<Taken>> {
        let mut turns = self.running.iter().map(|_| Vec::new()).collect::<Vec<_>>();
        for round in 0..effort.rounds {
            for at in order(round, self.running.len()) {
                let Running { peer, service } = &self.running[at];
                let (request, load) = load(at);
                let run = |lasting| {
                    load::run(service.port, &request, load, lasting)
                        .with_context(|| format!("{}; it printed: {}", peer.name, service.said()))
                };
                run(if round == 0 { effort.warm_up } else { effort.warm_up / 10 })?;
                let (before, begun) = (service.processor_time()?, Instant::now());
                let outcome = run(lasting)?;
                let elapsed = begun.elapsed();
                turns[at].push(Turn { outcome, elapsed, taken: service.processor_time()?.saturating_sub(before) });
            }
        }
        turns.into_iter().map(|turns| Taken::of(&turns)).collect()
    }
}

/// What [`Taken::throughput`] says of a core.
pub(crate) fn unsaturated() -> String {
    format!(
        "Where a service with at least {MANY} connections was busy for less than {:.0} % of the time, its cell says for \
         how much: there, the load or something else was the limit, and ratios are not of the services alone.",
        100.0 * BUSY
    )
}

impl Taken {
    /// Requests per second; and how busy the service was, where so many connections should have kept it so and did not.
    pub(crate) fn throughput(&self, connections: usize) -> String {
        let (cell, busy) = (median(&self.per_second, 1.0), self.busy.median());
        if connections >= MANY && busy < BUSY { format!("{cell} (core {:.0} % busy)", 100.0 * busy) } else { cell }
    }

    /// The latency that so many percent of the requests stayed within.
    pub(crate) fn percentile(&self, percent: f64) -> Duration {
        Duration::from_nanos(self.latencies.value_at_percentile(percent))
    }

    fn of(turns: &[Turn]) -> anyhow::Result<Self> {
        let figure = |of: fn(&Turn) -> f64| Figure::new(turns.iter().map(of).collect());
        let mut latencies = Histogram::new(3)?;
        for turn in turns {
            latencies.add(&turn.outcome.latencies)?;
        }
        Ok(Self {
            per_second: figure(|turn| turn.outcome.per_second()),
            processor: figure(|turn| turn.taken.as_secs_f64() / turn.outcome.answered as f64),
            busy: figure(|turn| turn.taken.as_secs_f64() / turn.elapsed.as_secs_f64()),
            p99: figure(|turn| turn.outcome.percentile(99.0).as_secs_f64()),
            latencies,
            resent: turns.iter().map(|turn| turn.outcome.resent).sum(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_round_begins_with_another_service() {
        let rounds = [0, 1, 2, 3].map(|round| order(round, 3).collect::<Vec<_>>());
        assert_eq!(rounds, [vec![0, 1, 2], vec![1, 2, 0], vec![2, 0, 1], vec![0, 1, 2]]);
    }

    #[test]
    fn throughput_that_the_service_did_not_limit_is_marked() {
        let taken = |busy| {
            let outcome = load::Outcome {
                requests: 100,
                answered: 100,
                elapsed: Duration::from_secs(1),
                latencies: Histogram::new(3).unwrap(),
                resent: 0,
            };
            Taken::of(&[Turn { outcome, elapsed: Duration::from_secs(1), taken: Duration::from_millis(busy) }]).unwrap()
        };
        assert_eq!(taken(830).throughput(16), "100 ± 0 % (core 83 % busy)");
        assert_eq!(taken(960).throughput(16), "100 ± 0 %");
        assert_eq!(taken(830).throughput(1), "100 ± 0 %");
    }

    #[test]
    fn only_services_that_were_sent_requests_again_are_told_of() {
        assert_eq!(resent([("axum", 0)]), "");
        assert!(resent([("axum", 0), ("mosec", 7)]).contains("7 requests were sent again because mosec had closed"));
    }
}
