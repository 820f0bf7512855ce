//! What a swap of the served model costs the requests that are under way.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::arguments::Effort;
use crate::compare::{Better, Figure};
use crate::load::{self, Profile as Load, Request};
use crate::peer::MODELS;
use crate::report::{Section, Table, number, progress};
use crate::service::Service;

use super::churn::unpack_version;

const PORT: u16 = 18080;
const CONNECTIONS: usize = 16;

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
    let service = Service::start(&command, PORT, "/health/ready")?;
    p99(&service, request, effort.warm_up)?;
    progress("measuring swaps of a served model");
    let lasting = 2 * effort.turn;
    let mut table = Table::new(&["swaps", "p99 without", "p99 with", "times as good", "target"]);
    // Once, in the middle of a run; and more often than anyone would. No swap is so late that the next run pays for it.
    let often = lasting.mul_f64(0.15);
    for (name, every) in [(format!("one in {lasting:?}"), lasting.mul_f64(0.6)), (format!("every {often:?}"), often)] {
        let (mut without, mut with) = (Vec::new(), Vec::new());
        for _ in 0..effort.rounds {
            without.push(p99(&service, request, lasting)?);
            let swaps = Swaps::start(versions.clone(), served.clone(), every);
            with.push(p99(&service, request, lasting)?);
            swaps.end()?;
        }
        let (without, with) = (Figure::new(without), Figure::new(with));
        let milliseconds = |figure: &Figure| format!("{} ms", number(figure.median() * 1e3));
        let ratio = with.ratio(&without, Better::Less).to_string();
        table.row([name, milliseconds(&without), milliseconds(&with), ratio, "> 0.5".to_owned()]);
    }
    let how = format!(
        "The envelope of churn, behind a link that leads to another version now and then, which the service watches: 1 \
         row, {CONNECTIONS} connections, runs without swaps and with them by turns, {} of each. Every request was \
         answered.",
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
    thread: JoinHandle<std::io::Result<()>>,
}

impl Swaps {
    fn start(versions: [PathBuf; 2], link: PathBuf, every: Duration) -> Self {
        let (over, is_over) = channel();
        let thread = thread::spawn(move || {
            while is_over.recv_timeout(every) == Err(RecvTimeoutError::Timeout) {
                swap(&versions, &link)?;
            }
            Ok(())
        });
        Self { over, thread }
    }

    fn end(self) -> anyhow::Result<()> {
        // A thread that failed listens no more, and tells so below.
        let _ = self.over.send(());
        self.thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        Ok(())
    }
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
