//! A peer that runs: started on a core, waited for, looked at, ended.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use procfs::process::Process;

use crate::peer::SERVER_CORE;

/// How long a service may take until it is ready.
const PATIENCE: Duration = Duration::from_mins(2);
/// How long it may take to end when it is asked to.
const GRACE: Duration = Duration::from_secs(10);

/// A running service; dropped, it is ended, with all that it started.
#[derive(Debug)]
pub(crate) struct Service {
    child: Child,
    /// Where it listens, on 127.0.0.1.
    pub(crate) port: u16,
    /// From its start to its first good answer.
    pub(crate) startup: Duration,
    log: tempfile::NamedTempFile,
}

impl Service {
    /// Starts `command` on the core for services, and waits until `GET ready` is answered with 200.
    ///
    /// The command learns its port, which is one that was free, from `PORT` and `TOOLKIT_BIND`.
    pub(crate) fn start(command: &Command, ready: &str) -> anyhow::Result<Self> {
        Self::start_with(command, |service| service.answers(ready))
    }

    /// The same, where something else than `GET` says whether the service is ready.
    pub(crate) fn start_with(command: &Command, is_ready: impl Fn(&Self) -> bool) -> anyhow::Result<Self> {
        let port = free_port()?;
        let log = tempfile::NamedTempFile::new()?;
        let mut pinned = pinned(command);
        pinned.env("PORT", port.to_string()).env("TOOLKIT_BIND", format!("127.0.0.1:{port}"));
        pinned.stdin(Stdio::null()).stdout(log.reopen()?).stderr(log.reopen()?);
        let begun = Instant::now();
        let child = pinned.spawn().with_context(|| format!("{command:?} does not start"))?;
        let mut service = Self { child, port, startup: Duration::ZERO, log };
        while !is_ready(&service) {
            if let Some(status) = service.child.try_wait()? {
                bail!("{command:?} ended with {status}:\n{}", service.said());
            }
            if begun.elapsed() > PATIENCE {
                bail!("{command:?} is not ready after {PATIENCE:?}:\n{}", service.said());
            }
            std::thread::sleep(Duration::from_micros(500));
        }
        service.startup = begun.elapsed();
        Ok(service)
    }

    /// The address of a path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Whether `GET path` is answered with 200.
    pub(crate) fn answers(&self, path: &str) -> bool {
        agent().get(self.url(path)).call().is_ok_and(|response| response.status() == 200)
    }

    /// The resident memory of the service and of what it started, in bytes.
    pub(crate) fn resident(&self) -> anyhow::Result<u64> {
        let page = rustix::param::page_size() as u64;
        Ok(self.processes()?.iter().filter_map(|process| process.stat().ok()).map(|stat| stat.rss * page).sum())
    }

    /// The processor time that the service and what it started have taken.
    pub(crate) fn processor_time(&self) -> anyhow::Result<Duration> {
        Ok(self.processes()?.iter().filter_map(processor_time).sum())
    }

    /// The last lines of what the service printed.
    pub(crate) fn said(&self) -> String {
        let text = std::fs::read_to_string(self.log.path()).unwrap_or_default();
        let lines = text.lines().collect::<Vec<_>>();
        lines[lines.len().saturating_sub(30)..].join("\n")
    }

    /// The service's own process, and all below it.
    fn processes(&self) -> anyhow::Result<Vec<Process>> {
        Ok(below(self.child.id() as i32)?)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let processes = self.processes().unwrap_or_default();
        let ends = |processes: &[Process], signal| {
            for process in processes.iter().filter(|process| process.is_alive()) {
                if let Some(pid) = rustix::process::Pid::from_raw(process.pid) {
                    // It may have ended by itself.
                    let _ = rustix::process::kill_process(pid, signal);
                }
            }
        };
        ends(&processes, rustix::process::Signal::TERM);
        // What a service started is no child of this process: that it has ended is to be seen in /proc only.
        let begun = Instant::now();
        while begun.elapsed() < GRACE && processes.iter().any(Process::is_alive) {
            std::thread::sleep(Duration::from_millis(5));
        }
        ends(&processes, rustix::process::Signal::KILL);
        let _ = self.child.wait();
    }
}

/// A port on which nothing listens, as the system gives it.
fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// The processor time of a process; none where it has ended.
///
/// Threads are counted in nanoseconds, but only while they live; the process in ticks of 10 ms, with the threads that
/// have ended. So it is the larger of both: exact while threads stay, and in ticks where some have ended.
fn processor_time(process: &Process) -> Option<Duration> {
    let stat = process.stat().ok()?;
    let ticks = (stat.utime + stat.stime) as f64 / procfs::ticks_per_second() as f64;
    let threads = process.tasks().ok()?.flatten().filter_map(|thread| thread.schedstat().ok());
    let nanoseconds = threads.map(|thread| thread.sum_exec_runtime).sum();
    Some(Duration::from_secs_f64(ticks).max(Duration::from_nanos(nanoseconds)))
}

/// What asks a service for one thing at a time; any status is an answer.
pub(crate) fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(PATIENCE)).build().new_agent()
}

/// The same command, kept on the core for services; it is ended when this program is.
pub(crate) fn pinned(command: &Command) -> Command {
    behind("setpriv", &["--pdeathsig", "TERM", "taskset", "--cpu-list", &SERVER_CORE.to_string()], command)
}

/// The same command, run by another program.
pub(crate) fn behind(program: &str, arguments: &[&str], command: &Command) -> Command {
    let mut outer = Command::new(program);
    outer.args(arguments).arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => outer.env(name, value),
            None => outer.env_remove(name),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        outer.current_dir(folder);
    }
    outer
}

/// A process and all that descend from it.
fn below(root: i32) -> Result<Vec<Process>, procfs::ProcError> {
    let all = procfs::process::all_processes()?.filter_map(Result::ok).filter_map(|process| {
        let parent = process.stat().ok()?.ppid;
        Some((process, parent))
    });
    let all = all.collect::<Vec<_>>();
    let mut family = vec![root];
    let mut at = 0;
    while let Some(parent) = family.get(at) {
        let children = all.iter().filter(|(_, of)| of == parent).map(|(process, _)| process.pid).collect::<Vec<_>>();
        family.extend(children);
        at += 1;
    }
    Ok(all.into_iter().map(|(process, _)| process).filter(|process| family.contains(&process.pid)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A shell that starts a shell, which does some work.
    fn family(child: &str) -> Service {
        let mut shell = Command::new("sh");
        shell.args(["-c", "sh -c \"$CHILD\" & wait"]).env("CHILD", child);
        Service::start_with(&shell, |service| service.processes().unwrap().len() > 1).unwrap()
    }

    #[test]
    fn a_dropped_service_has_ended_with_all_that_it_started() {
        let service = family("trap 'sleep 0.3; exit' TERM; while :; do sleep 0.01; done");
        std::thread::sleep(Duration::from_millis(100));
        let processes = service.processes().unwrap();
        drop(service);
        assert!(processes.len() > 1 && !processes.iter().any(Process::is_alive));
    }

    #[test]
    fn processor_time_is_of_all_that_a_service_started() {
        let service = family("while :; do :; done");
        let begun = Instant::now();
        while service.processor_time().unwrap() < Duration::from_millis(50) {
            assert!(begun.elapsed() < PATIENCE, "{:?}", service.processor_time());
        }
    }
}
