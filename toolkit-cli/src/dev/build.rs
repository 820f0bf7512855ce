use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Stdio;

use anyhow::Context;
use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::package::Service;

/// A program that was built; two that are equal are the same file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Program {
    pub(super) path: PathBuf,
    inode: u64,
    written: (i64, i64),
}

/// Builds the service; none if it does not compile, which cargo has told.
///
/// When this is dropped, cargo and its compilers are ended.
pub(super) async fn build(service: &Service) -> anyhow::Result<Option<Program>> {
    let mut cargo = service.cargo("build");
    cargo.arg("--message-format=json-render-diagnostics").stdin(Stdio::null()).stdout(Stdio::piped());
    // Ctrl-C in the terminal is for this process, which ends the others.
    cargo.process_group(0);
    let mut cargo = Group(Command::from(cargo).kill_on_drop(true).spawn().context("cargo does not run")?);
    let messages = cargo.0.stdout.take().context("cargo has no output")?;
    let mut messages = BufReader::new(messages).lines();
    let mut path = None;
    while let Some(line) = messages.next_line().await? {
        path = executable(&line, &service.binary).or(path);
    }
    if !cargo.0.wait().await?.success() {
        return Ok(None);
    }
    let path = path.context("cargo has built the service, and does not say where; is it newer than this command?")?;
    let metadata = std::fs::metadata(&path).with_context(|| format!("{} was built, and is gone", path.display()))?;
    Ok(Some(Program::new(path, &metadata)))
}

impl Program {
    fn new(path: PathBuf, metadata: &Metadata) -> Self {
        Self { path, inode: metadata.ino(), written: (metadata.mtime(), metadata.mtime_nsec()) }
    }
}

/// The path in cargo's message on the binary of that name.
fn executable(message: &str, binary: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(message).ok()?;
    let target = &message["target"];
    let is_binary = target["kind"].as_array().is_some_and(|kinds| kinds.iter().any(|kind| kind == "bin"));
    (is_binary && target["name"] == binary).then(|| message["executable"].as_str().map(PathBuf::from))?
}

/// A process that leads a group, which ends with this.
struct Group(Child);

impl Drop for Group {
    fn drop(&mut self) {
        // Without an id it has ended, and its compilers before it.
        let leader = self.0.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        if let Some(leader) = leader {
            let _ = kill_process_group(leader, Signal::TERM);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_executable_is_that_of_the_binary_and_no_other() {
        let message = |kind: &str, name: &str| {
            format!(
                r#"{{"reason":"compiler-artifact","target":{{"kind":["{kind}"],"name":"{name}"}},"executable":"/a"}}"#
            )
        };
        assert_eq!(executable(&message("bin", "films"), "films"), Some("/a".into()));
        assert_eq!(executable(&message("bin", "other"), "films"), None);
        assert_eq!(executable(&message("test", "films"), "films"), None);
        assert_eq!(executable(r#"{"reason":"build-finished","success":true}"#, "films"), None);
        assert_eq!(executable("a line of a build script", "films"), None);
    }
}
