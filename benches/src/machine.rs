//! Where it was measured, and whether it was quiet.

use std::fs::{read_dir, read_to_string};
use std::process::Command;
use std::thread;
use std::time::Duration;

use anyhow::Context;
use procfs::{Current, CurrentSI, KernelStats, Meminfo};
use regex::Regex;

use crate::peer::workspace;
use crate::report::{Section, Table};

/// How much of the processor time may be taken by something else before a part.
const QUIET: f64 = 0.05;
/// How much of it may be taken outside of this machine during a part.
const STOLEN: f64 = 0.02;

/// What the peers are made of, as lock files and requirements call it.
const VERSIONS: &str = "actix-web|axum|bentoml|dropshot|fastapi|litestar|litserve|mlflow-skinny|mlserver|mosec|msgspec|\
                        onnxruntime|poem|poem-openapi|pydantic|rocket|salvo|salvo_core|tokio|toolkit|uvicorn|uvloop|validator";

/// What the processor did, in ticks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Processor {
    idle: u64,
    /// Taken outside of this machine.
    stolen: u64,
    others: u64,
}

/// The machine, the compiler and the versions of the peers, as far as they are known; `warnings` say when it was not
/// quiet.
pub(crate) fn section(begun: String, warnings: &[String]) -> Section {
    let mut table = Table::new(&["where", "what"]);
    let memory = || Ok(format!("{:.1} GiB", Meminfo::current()?.mem_total as f64 / f64::from(1 << 30)));
    for (name, value) in [
        ("begun", Ok(begun)),
        ("ended", Ok(now())),
        ("cores", thread::available_parallelism().map(|cores| cores.to_string()).map_err(Into::into)),
        ("processor", field("/proc/cpuinfo", "model name")),
        ("memory", memory()),
        ("kernel", said("uname", &["-sr"])),
        ("compiler", said("rustc", &["--version"])),
        ("Python", said("python3", &["--version"])),
        ("Rust peers", rust_versions()),
        ("Python peers", python_versions()),
    ] {
        table.row([name.to_owned(), or_unknown(value)]);
    }
    let quiet = match warnings {
        [] => format!(
            "The machine was quiet before each part, and no more than {:.0} % of the processor time was taken outside \
             of it meanwhile.",
            100.0 * STOLEN
        ),
        warnings => format!("**Do not trust these figures.** {}", warnings.join(" ")),
    };
    let how = format!(
        "Services ran on one core, and the load on another. Where several services stay up on their core, only one of \
         them is asked at a time. {quiet}"
    );
    Section { title: "The machine".to_owned(), how, tables: vec![table], plots: Vec::new() }
}

/// The date and the time, to the minute.
pub(crate) fn now() -> String {
    or_unknown(said("date", &["--utc", "+%Y-%m-%d %H:%M UTC"]))
}

/// What was measured is not lost because something about the machine cannot be found.
fn or_unknown(value: anyhow::Result<String>) -> String {
    value.ok().filter(|value| !value.is_empty()).unwrap_or_else(|| "unknown".to_owned())
}

/// Watches the machine for a second, in which this program does nothing: a warning, when something else does.
pub(crate) fn warning(before: &str) -> anyhow::Result<Option<String>> {
    let first = Processor::so_far()?;
    thread::sleep(Duration::from_secs(1));
    Ok(Processor::so_far()?.since(first).disturbance(before))
}

impl Processor {
    /// Since the machine was started.
    pub(crate) fn so_far() -> anyhow::Result<Self> {
        let time = KernelStats::current()?.total;
        let others =
            time.user + time.nice + time.system + time.irq.unwrap_or_default() + time.softirq.unwrap_or_default();
        Ok(Self { idle: time.idle + time.iowait.unwrap_or_default(), stolen: time.steal.unwrap_or_default(), others })
    }

    pub(crate) fn since(self, first: Self) -> Self {
        Self {
            idle: self.idle.saturating_sub(first.idle),
            stolen: self.stolen.saturating_sub(first.stolen),
            others: self.others.saturating_sub(first.others),
        }
    }

    /// A warning, when too much was stolen.
    pub(crate) fn theft(self, during: &str) -> Option<String> {
        let stolen = self.stolen as f64 / self.all();
        (stolen > STOLEN).then(|| {
            format!(
                "During {during}, {:.1} % of the processor time was taken outside of this machine; expected at most \
                 {:.0} %: measure again when its host is quiet.",
                100.0 * stolen,
                100.0 * STOLEN
            )
        })
    }

    fn disturbance(self, before: &str) -> Option<String> {
        let taken = (self.stolen + self.others) as f64;
        let busy = taken / self.all();
        (busy > QUIET).then(|| {
            format!(
                "Before {before}, {:.0} % of the processor time was taken by something else, {:.0} % of it outside of \
                 this machine; expected at most {:.0} %: end what else runs, and measure again.",
                100.0 * busy,
                100.0 * self.stolen as f64 / taken,
                100.0 * QUIET
            )
        })
    }

    fn all(self) -> f64 {
        (self.idle + self.stolen + self.others).max(1) as f64
    }
}

/// The value of the first line that begins with `name`.
fn field(path: &str, name: &str) -> anyhow::Result<String> {
    let text = read_to_string(path)?;
    let line = text.lines().find(|line| line.starts_with(name)).with_context(|| format!("{path} has no `{name}`"))?;
    Ok(line.split_once(':').map_or(line, |(_, value)| value).trim().to_owned())
}

fn said(program: &str, arguments: &[&str]) -> anyhow::Result<String> {
    let output = Command::new(program).args(arguments).output().with_context(|| format!("{program} does not start"))?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn rust_versions() -> anyhow::Result<String> {
    let lock = read_to_string(workspace().join("Cargo.lock"))?;
    versions(&lock, &format!(r#"name = "({VERSIONS})"\nversion = "([^"]+)""#))
}

fn python_versions() -> anyhow::Result<String> {
    let mut all = String::new();
    for folder in read_dir(workspace().join("python"))? {
        // A folder may be shared code, which requires nothing.
        all += &read_to_string(folder?.path().join("requirements.txt")).unwrap_or_default();
        all.push('\n');
    }
    versions(&all, &format!(r"(?m)^({VERSIONS})(?:\[[^\]]*\])?==([\w.]+)"))
}

/// Each name with its version, in order, once.
fn versions(text: &str, pattern: &str) -> anyhow::Result<String> {
    let found = Regex::new(pattern)?;
    let mut versions =
        found.captures_iter(text).map(|found| format!("{} {}", &found[1], &found[2])).collect::<Vec<_>>();
    versions.sort();
    versions.dedup();
    Ok(versions.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_on_which_something_else_runs_is_not_quiet() {
        assert_eq!(Processor { idle: 191, stolen: 2, others: 7 }.disturbance("http"), None);
        let warning = Processor { idle: 160, stolen: 10, others: 30 }.disturbance("http").unwrap();
        assert!(warning.contains("Before http, 20 %") && warning.contains("25 % of it outside"), "{warning}");
    }

    #[test]
    fn a_machine_whose_host_takes_its_time_is_told_of() {
        let first = Processor { idle: 1000, stolen: 500, others: 1000 };
        assert_eq!(Processor { idle: 1100, stolen: 504, others: 1096 }.since(first).theft("http"), None);
        let warning = Processor { idle: 1095, stolen: 505, others: 1100 }.since(first).theft("http").unwrap();
        assert!(warning.contains("During http, 2.5 %"), "{warning}");
    }

    #[test]
    fn what_is_not_known_of_the_machine_is_unknown() {
        assert_eq!(or_unknown(said("there-is-no-such-program", &[])), "unknown");
        assert_eq!(or_unknown(said("false", &[])), "unknown");
        assert_eq!(or_unknown(field("/proc/cpuinfo", "there is no such field")), "unknown");
    }

    #[test]
    fn versions_are_read_from_locks_and_requirements() {
        assert!(rust_versions().unwrap().contains("axum 0."));
        let text = "fastapi==0.1.2\nuvicorn[standard]==1.0\nanyio==3\nfastapi==0.1.2\n";
        let found = versions(text, &format!(r"(?m)^({VERSIONS})(?:\[[^\]]*\])?==([\w.]+)"));
        assert_eq!(found.unwrap(), "fastapi 0.1.2, uvicorn 1.0");
    }
}
