use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::ExitStatus;
use std::time::Duration;

use anyhow::Context;
use rustix::process::{Pid, Signal, kill_process};
use tokio::net::UnixDatagram;
use tokio::process::{Child, Command};
use tokio::sync::watch;

use super::build::Program;
use super::socket::Socket;

/// Starts the service as its own successor, so that `LISTEN_PID` is its process id (`sd_listen_fds(3)`): only the new
/// process knows it, and nothing but a shell can set a variable there without `unsafe`. The socket comes as the standard
/// input, and becomes file descriptor 3.
const START: &str = r#"export LISTEN_PID=$$; exec "$@" 3<&0 </dev/null"#;

/// How long a service may take to stop before it is told again, when the command ends.
const INSISTING: Duration = Duration::from_secs(2);

/// How often it is told: to stop, not to drain any longer, to cut off requests.
const TIMES: u32 = 4;

/// A service that was started.
pub(super) struct Process {
    child: Child,
    notices: UnixDatagram,
}

impl Process {
    /// Starts the program on the socket; it tells at `notices` when it listens.
    pub(super) fn start(program: &Program, flags: &[String], socket: &Socket, notices: &Path) -> anyhow::Result<Self> {
        let bound = UnixDatagram::bind(notices)
            .with_context(|| format!("the service cannot be heard at {}", notices.display()))?;
        let mut shell = std::process::Command::new("sh");
        shell.args(["-c", START, "sh"]).arg(&program.path).args(flags);
        shell.env("LISTEN_FDS", "1").env_remove("LISTEN_FDNAMES").env("NOTIFY_SOCKET", notices);
        // Ctrl-C in the terminal is for this process, which stops the service.
        shell.stdin(socket.share()?).process_group(0);
        let child = Command::from(shell).kill_on_drop(true).spawn();
        let child = child.with_context(|| format!("{} cannot be started", program.path.display()))?;
        Ok(Self { child, notices: bound })
    }

    /// Waits until the service listens, or until it ends before that.
    pub(super) async fn ready(&mut self) -> io::Result<Result<(), ExitStatus>> {
        let mut notice = [0; 4096];
        loop {
            tokio::select! {
                count = self.notices.recv(&mut notice) => {
                    if notice[..count?].split(|byte| *byte == b'\n').any(|line| line == b"READY=1") {
                        return Ok(Ok(()));
                    }
                }
                status = self.child.wait() => return Ok(Err(status?)),
            }
        }
    }

    /// Waits until it has ended.
    pub(super) async fn ended(&mut self) -> io::Result<ExitStatus> {
        self.child.wait().await
    }

    /// Tells it to stop, and waits until it has: how long its requests may take is for its settings to say.
    ///
    /// From when `insisting` says so, it is told again and again.
    pub(super) async fn stop(mut self, mut insisting: watch::Receiver<bool>) {
        self.terminate();
        tokio::select! {
            _ = self.child.wait() => return,
            _ = insisting.wait_for(|is_so| *is_so) => {}
        }
        for _ in 1..TIMES {
            if tokio::time::timeout(INSISTING, self.child.wait()).await.is_ok() {
                return;
            }
            self.terminate();
        }
        if tokio::time::timeout(INSISTING, self.child.wait()).await.is_err() {
            let _ = self.child.kill().await;
        }
    }

    fn terminate(&self) {
        // Without an id it has ended.
        let id = self.child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        if let Some(id) = id {
            let _ = kill_process(id, Signal::TERM);
        }
    }
}
