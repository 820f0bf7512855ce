use std::time::Duration;

use clap::{Parser, ValueEnum};

use crate::peer::Profile;

/// Measures the toolkit beside what its users would pick instead, in one run: server on one core, load on the other.
#[derive(Clone, Debug, Parser)]
pub(crate) struct Arguments {
    /// What to measure; `all` also writes `benches/RESULTS.md` and its plots.
    #[arg(default_value = "all")]
    pub(crate) part: Part,

    /// Each thing once and for a moment, to see that all of it works; nothing is written.
    #[arg(long)]
    pub(crate) quick: bool,
}

/// A part of the measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// Requests per second and latency of the same endpoints, and how they grow with endpoints and records.
    Http,
    /// Instructions per request, which are the same whatever else runs.
    Instructions,
    /// What traces, metrics and logs cost.
    Telemetry,
    /// One model behind several model servers, and beside ONNX Runtime.
    Model,
    /// Time from start to ready, memory, and size.
    Startup,
    /// How long a build takes, from nothing and after an edit.
    Build,
    /// All of it.
    All,
}

/// How long and how often things are measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Effort {
    /// Rounds, in each of which every peer has its turn.
    pub(crate) rounds: usize,
    /// How long the load of a turn lasts.
    pub(crate) turn: Duration,
    /// How long a service is under load before it is measured.
    pub(crate) warm_up: Duration,
    /// How often something is started, or built again.
    pub(crate) repeats: usize,
    /// Whether it is only to be seen that all of it works.
    pub(crate) quick: bool,
}

impl Arguments {
    pub(crate) fn effort(&self) -> Effort {
        let quick = self.quick;
        let (rounds, turn, warm_up, repeats) = if quick { (1, 200, 50, 1) } else { (5, 1000, 500, 7) };
        let [turn, warm_up] = [turn, warm_up].map(Duration::from_millis);
        Effort { rounds, turn, warm_up, repeats, quick }
    }
}

impl Effort {
    /// How the Rust peers are compiled.
    pub(crate) fn profile(&self) -> Profile {
        if self.quick { Profile::Quick } else { Profile::Release }
    }
}
