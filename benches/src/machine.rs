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

/// How much of the processor time may be taken by something else.
const QUIET: f64 = 0.05;

/// What the peers are made of, as lock files and requirements call it.
const VERSIONS: &str = "actix-web|axum|bentoml|dropshot|fastapi|litestar|litserve|mlflow-skinny|mlserver|mosec|msgspec|\
                        onnxruntime|poem|poem-openapi|pydantic|rocket|salvo|salvo_core|tokio|toolkit|uvicorn|uvloop|validator";

/// The machine, the compiler and the versions of the peers; `warnings` say when it was not quiet.
pub(crate) fn section(warnings: &[String]) -> anyhow::Result<Section> {
    let mut table = Table::new(&["where", "what"]);
    let cores = thread::available_parallelism()?.to_string();
    let memory = Meminfo::current()?.mem_total as f64 / f64::from(1 << 30);
    let processor = field("/proc/cpuinfo", "model name")?;
    for (name, value) in [
        ("date", said("date", &["--utc", "+%Y-%m-%d %H:%M UTC"])?),
        ("cores", cores),
        ("processor", processor),
        ("memory", format!("{memory:.1} GiB")),
        ("kernel", said("uname", &["-sr"])?),
        ("compiler", said("rustc", &["--version"])?),
        ("Python", said("python3", &["--version"])?),
        ("Rust peers", rust_versions()?),
        ("Python peers", python_versions()?),
    ] {
        table.row([name.to_owned(), value]);
    }
    let quiet = match warnings {
        [] => "The machine was quiet before each part.".to_owned(),
        warnings => format!("**Do not trust these figures.** {}", warnings.join(" ")),
    };
    let how = format!("Each service had one core to itself, and the load another. {quiet}");
    Ok(Section { title: "The machine".to_owned(), how, tables: vec![table], plots: Vec::new() })
}

/// Watches the machine for a second, in which this program does nothing: a warning, when something else does.
pub(crate) fn warning(before: &str) -> anyhow::Result<Option<String>> {
    let taken = || -> anyhow::Result<[u64; 3]> {
        let time = KernelStats::current()?.total;
        let idle = time.idle + time.iowait.unwrap_or_default();
        let stolen = time.steal.unwrap_or_default();
        let others =
            time.user + time.nice + time.system + time.irq.unwrap_or_default() + time.softirq.unwrap_or_default();
        Ok([idle, stolen, others])
    };
    let first = taken()?;
    thread::sleep(Duration::from_secs(1));
    let last = taken()?;
    let [idle, stolen, others] = [0, 1, 2].map(|at| last[at].saturating_sub(first[at]) as f64);
    Ok(disturbance(before, idle, stolen, others))
}

fn disturbance(before: &str, idle: f64, stolen: f64, others: f64) -> Option<String> {
    let all = (idle + stolen + others).max(1.0);
    let busy = (stolen + others) / all;
    (busy > QUIET).then(|| {
        format!(
            "Before {before}, {:.0} % of the processor time was taken by something else, {:.0} % of it outside of this \
             machine; expected at most {:.0} %: end what else runs, and measure again.",
            100.0 * busy,
            100.0 * stolen / (stolen + others),
            100.0 * QUIET
        )
    })
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
        assert_eq!(disturbance("http", 191.0, 2.0, 7.0), None);
        let warning = disturbance("http", 160.0, 10.0, 30.0).unwrap();
        assert!(warning.contains("Before http, 20 %") && warning.contains("25 % of it outside"), "{warning}");
    }

    #[test]
    fn versions_are_read_from_locks_and_requirements() {
        assert!(rust_versions().unwrap().contains("axum 0."));
        let text = "fastapi==0.1.2\nuvicorn[standard]==1.0\nanyio==3\nfastapi==0.1.2\n";
        let found = versions(text, &format!(r"(?m)^({VERSIONS})(?:\[[^\]]*\])?==([\w.]+)"));
        assert_eq!(found.unwrap(), "fastapi 0.1.2, uvicorn 1.0");
    }
}
