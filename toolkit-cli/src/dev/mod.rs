//! `toolkit dev`: runs a service while it is written.
//!
//! The socket is opened here, and is handed to each service that is started (`socket`). So it stays open while one takes the
//! place of the other (`process`): a request waits, and is not refused. What is on the disk is watched (`watch`), built
//! (`build`), and started beside what serves (`session`), which is told to stop only when the new one listens.

#[cfg(unix)]
mod build;
#[cfg(unix)]
mod process;
#[cfg(unix)]
mod session;
#[cfg(unix)]
mod socket;
#[cfg(unix)]
mod watch;

use std::process::ExitCode;

use crate::arguments::Dev;
use crate::report::Reporter;

pub(crate) fn dev(dev: &Dev, report: &Reporter) -> anyhow::Result<ExitCode> {
    if report.json {
        anyhow::bail!("`--json` says how an answer is printed, and `dev` prints none");
    }
    run(dev)
}

#[cfg(unix)]
fn run(dev: &Dev) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(session::run(dev))?;
    Ok(ExitCode::SUCCESS)
}

#[cfg(not(unix))]
fn run(_: &Dev) -> anyhow::Result<ExitCode> {
    anyhow::bail!("`toolkit dev` hands sockets from one process to the next, which this system cannot; use `cargo run`")
}

/// Tells whoever sits before the terminal what happens.
#[cfg(unix)]
fn say(text: impl std::fmt::Display) {
    use std::io::Write;

    // Nobody may be there any more.
    let _ = writeln!(std::io::stderr(), "toolkit dev: {text}");
}
