//! What a swap of the served model costs the requests that are under way.

use std::ops::AddAssign;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::Context;
use serde_json::Value;

use crate::arguments::Effort;
use crate::compare::{Better, Figure, Target};
use crate::load::{self, Load, Request};
use crate::peer::MODELS;
use crate::report::{Section, Table, number, progress};
use crate::service::{Service, agent};
use crate::turns::order;

use super::churn::unpack_version;

const CONNECTIONS: usize = 16;
/// How long a run lasts at least: the service looks for another version ten times in a second, and has to load it.
const LEAST: Duration = Duration::from_secs(1);
/// How many times as good p99 may become at least.
const TARGET: f64 = 0.5;

pub(super) fn measure(effort: &Effort, request: &Request) -> anyhow::Result<Section> {
    let place = tempfile::tempdir()?;
    let versions = ["first", "second"].map(|name| place.path().join(name));
    for (version, team) in versions.iter().zip(["example", "another"]) {
        unpack_version(version, team)?;
    }
    let served = place.path().join("served");
    symlink(&versions[0], &served)?;
    let mut command = MODELS[0].command(effort.profile());
    command.env("CHURN_ENVELOPE", &served).env("CHURN_WATCH", "1");
    let service = Service::start(&command, "/health/ready")?;
    p99(&service, request, effort.warm_up)?;
    progress("measuring swaps of a served model");
    let lasting = (3 * effort.turn).max(LEAST);
    let mut table = Table::new(&["swaps", "happened", "p99 without", "p99 with", "times as good", "target", "verdict"]);
    // Once, in the middle of a run; and more often than anyone would. No swap is so late that the next run pays for it.
    let often = lasting.mul_f64(0.15);
    for (name, every) in [(format!("one in {lasting:?}"), lasting.mul_f64(0.6)), (format!("every {often:?}"), often)] {
        let (mut without, mut with, mut done) = (Vec::new(), Vec::new(), Done::default());
        for round in 0..effort.rounds {
            for swapping in order(round, 2).map(|at| at == 1) {
                if swapping {
                    let swaps = Swaps::start(versions.clone(), served.clone(), every, service.url("/churn"));
                    with.push(p99(&service, request, lasting)?);
                    done += swaps.end()?;
                } else {
                    without.push(p99(&service, request, lasting)?);
                }
            }
        }
        let (without, with) = (Figure::new(without), Figure::new(with));
        let milliseconds = |figure: &Figure| format!("{} ms", number(figure.median() * 1e3));
        table.row([
            name,
            format!("{} of {}", done.happened, done.made),
            milliseconds(&without),
            milliseconds(&with),
            with.ratio(&without, Better::Less).to_string(),
            Target::Above(TARGET).to_string(),
            with.reaches(&without, Better::Less, TARGET).to_string(),
        ]);
    }
    let how = format!(
        "The envelope of churn, behind a link that leads to another version now and then, which the service watches: 1 \
         row, {CONNECTIONS} connections, runs without swaps and with them by turns, {} of each. Every request was \
         answered. A swap has happened when the service tells another id before the next one.",
        effort.rounds
    );
    Ok(Section { title: "Swaps of a served model".to_owned(), how, tables: vec![table], plots: Vec::new() })
}

/// In seconds.
fn p99(service: &Service, request: &Request, lasting: Duration) -> anyhow::Result<f64> {
    let outcome = load::run(service.port, request, Load::Closed { connections: CONNECTIONS }, lasting)?;
    Ok(outcome.percentile(99.0).as_secs_f64())
}

/// A thread that leads a link to the other of two versions, again and again.
struct Swaps {
    over: Sender<()>,
    thread: JoinHandle<anyhow::Result<Done>>,
}

/// How often the link was led to another version, and how often the service followed.
#[derive(Clone, Copy, Debug, Default)]
struct Done {
    made: usize,
    happened: usize,
}

impl AddAssign for Done {
    fn add_assign(&mut self, other: Self) {
        self.made += other.made;
        self.happened += other.happened;
    }
}

impl Swaps {
    /// `url` is where the service tells the id of what it serves.
    fn start(versions: [PathBuf; 2], link: PathBuf, every: Duration, url: String) -> Self {
        let (over, is_over) = channel();
        let thread = thread::spawn(move || {
            let (mut done, mut served) = (Done::default(), id(&url)?);
            let mut look = |done: &mut Done| {
                let now = id(&url)?;
                done.happened += usize::from(now != served);
                served = now;
                anyhow::Ok(())
            };
            while is_over.recv_timeout(every) == Err(RecvTimeoutError::Timeout) {
                look(&mut done)?;
                swap(&versions, &link)?;
                done.made += 1;
            }
            look(&mut done)?;
            Ok(done)
        });
        Self { over, thread }
    }

    fn end(self) -> anyhow::Result<Done> {
        // A thread that failed listens no more, and tells so below.
        let _ = self.over.send(());
        self.thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}

/// The id of the envelope that is served.
fn id(url: &str) -> anyhow::Result<String> {
    let told = agent().get(url).call()?.body_mut().read_to_string()?;
    let told: Value = serde_json::from_str(&told).with_context(|| format!("GET {url} was answered with {told}"))?;
    let id = told["id"].as_str().with_context(|| format!("GET {url} was answered with {told}, without an `id`"))?;
    Ok(id.to_owned())
}

/// In one step, as the service may look at any time.
fn swap([first, second]: &[PathBuf; 2], link: &Path) -> std::io::Result<()> {
    let other = if std::fs::read_link(link)? == *first { second } else { first };
    let next = link.with_extension("next");
    symlink(other, &next)?;
    std::fs::rename(next, link)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_swap_leads_the_link_to_the_other_version() {
        let place = tempfile::tempdir().unwrap();
        let (versions, link) = (["first", "second"].map(|name| place.path().join(name)), place.path().join("served"));
        symlink(&versions[0], &link).unwrap();
        for version in [&versions[1], &versions[0]] {
            swap(&versions, &link).unwrap();
            assert_eq!(std::fs::read_link(&link).unwrap(), *version);
        }
    }
}
