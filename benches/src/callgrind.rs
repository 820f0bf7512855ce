//! Instructions per request in user space, as callgrind counts them: the same on every run, whatever else runs.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail};
use regex::Regex;

use crate::arguments::Effort;
use crate::service::behind;

/// What one request adds: starting and stopping are in both counts.
///
/// `run` sends so many requests, and tells how many instructions that took in all.
pub(crate) fn per_request(effort: &Effort, run: impl Fn(u32) -> anyhow::Result<u64>) -> anyhow::Result<f64> {
    let (few, many) = if effort.quick { (5, 25) } else { (500, 2500) };
    Ok((run(many)? as f64 - run(few)? as f64) / f64::from(many - few))
}

/// The same command, counted; what it was is in the log when it has ended.
pub(crate) fn counted(command: &Command, log: &Path) -> Command {
    let log = format!("--log-file={}", log.display());
    behind("valgrind", &["--tool=callgrind", "--callgrind-out-file=/dev/null", &log], command)
}

/// The number of instructions in a log.
pub(crate) fn count(log: &Path) -> anyhow::Result<u64> {
    read(&std::fs::read_to_string(log)?)
}

/// Refuses a machine on which nothing can be counted.
pub(crate) fn require() -> anyhow::Result<()> {
    if Command::new("valgrind").arg("--version").output().is_err() {
        bail!("`valgrind` is not on the PATH, and counts the instructions: apt-get install valgrind");
    }
    Ok(())
}

fn read(log: &str) -> anyhow::Result<u64> {
    let collected = Regex::new(r"Collected : (\d+)")?.captures(log);
    let collected = collected.with_context(|| format!("callgrind's log has no line `Collected : NUMBER`:\n{log}"))?;
    Ok(collected[1].parse()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_instructions_is_read_from_the_log() {
        assert_eq!(read("==1== Events    : Ir\n==1== Collected : 12345\n").unwrap(), 12345);
    }

    #[test]
    fn a_log_without_a_number_is_refused_with_what_it_says() {
        assert!(read("==1== Killed").unwrap_err().to_string().contains("==1== Killed"));
    }

    #[test]
    fn what_is_in_both_counts_is_not_in_a_request() {
        let effort = crate::arguments::Arguments { part: crate::arguments::Part::Instructions, quick: true }.effort();
        assert_eq!(per_request(&effort, |count| Ok(1000 + 7 * u64::from(count))).unwrap(), 7.0);
    }
}
