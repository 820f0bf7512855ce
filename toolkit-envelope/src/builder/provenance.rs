use std::{
    env,
    path::Path,
    process::{Command, Stdio},
};

use jiff::Timestamp;

use super::job;
use crate::manifest::{Git, Provenance, Sdk, without_credentials};

impl Provenance {
    /// What can be known here and now: the time, this crate, the user and the machine, the state of the Git repository
    /// that `directory` is in, and the automatic job that runs this.
    ///
    /// The job's command is not inferred: arguments may hold secrets, and an envelope keeps what it has.
    pub fn inferred(directory: &Path) -> Self {
        let variable = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
        let now = Timestamp::now();
        Self {
            // A moment is written with the digits that it has; a second tells enough, in any language.
            created_at: Timestamp::from_second(now.as_second()).unwrap_or(now),
            sdk: Sdk { name: env!("CARGO_PKG_NAME").to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
            user: ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(variable),
            host: host().or_else(|| variable("COMPUTERNAME")),
            git: git(directory),
            job: job::inferred(variable),
        }
    }
}

fn host() -> Option<String> {
    #[cfg(unix)]
    {
        let name = rustix::system::uname();
        name.nodename().to_str().ok().filter(|name| !name.is_empty()).map(str::to_owned)
    }
    #[cfg(not(unix))]
    None
}

fn git(directory: &Path) -> Option<Git> {
    let ask = |arguments: &[&str]| {
        let mut git = Command::new("git");
        // Looking must not write, and must not ask for a password.
        git.arg("-C").arg(directory).args(arguments).stdin(Stdio::null());
        git.env("GIT_OPTIONAL_LOCKS", "0").env("GIT_TERMINAL_PROMPT", "0");
        let output = git.output().ok().filter(|output| output.status.success())?;
        Some(String::from_utf8(output.stdout).ok()?.trim_end().to_owned())
    };
    let commit = ask(&["rev-parse", "--verify", "HEAD"])?;
    let remote = ask(&["remote", "get-url", "origin"]);
    let branch = ask(&["symbolic-ref", "--quiet", "--short", "HEAD"]);
    let dirty = !ask(&["status", "--porcelain"])?.is_empty();
    Some(Git { remote: remote.map(|url| without_credentials(&url)), commit, branch, dirty })
}
