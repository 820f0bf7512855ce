use std::io;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::runtime::{Builder, Runtime};

/// Notes signals that would end this process, and ends what it waits for instead.
///
/// Whoever makes something looks here before the last step, and removes what is half-made.
pub(super) struct Interruption {
    /// 0 if there was none.
    signal: Arc<AtomicU8>,
    /// What is waited for.
    child: Arc<Mutex<Option<Waited>>>,
    /// Where signals arrive.
    _runtime: Runtime,
}

/// A process that is waited for.
struct Waited {
    id: u32,
    /// Whether it leads a group of its own.
    leads: bool,
}

impl Interruption {
    /// Notes signals from now on.
    ///
    /// # Errors
    ///
    /// The system's.
    pub(super) fn watch() -> io::Result<Self> {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let signal = Arc::new(AtomicU8::new(0));
        let child = Arc::new(Mutex::new(None));
        let guard = runtime.enter();
        let mut signals = signals::Signals::register()?;
        drop(guard);
        runtime.spawn({
            let (signal, child) = (Arc::clone(&signal), Arc::clone(&child));
            async move {
                loop {
                    let number = signals.next().await;
                    _ = signal.compare_exchange(0, number, Ordering::SeqCst, Ordering::SeqCst);
                    if let Some(waited) = &*child.lock().unwrap_or_else(PoisonError::into_inner) {
                        signals::end(waited);
                    }
                }
            }
        });
        Ok(Self { signal, child, _runtime: runtime })
    }

    /// The signal that came, if one did.
    pub(super) fn signal(&self) -> Option<u8> {
        Some(self.signal.load(Ordering::SeqCst)).filter(|number| *number > 0)
    }

    /// Runs a command to its end, or to the first signal. One that `leads` takes what it starts along.
    ///
    /// # Errors
    ///
    /// The system's.
    pub(super) fn output(&self, command: &mut Command, leads: bool) -> io::Result<Output> {
        #[cfg(unix)]
        if leads {
            std::os::unix::process::CommandExt::process_group(command, 0);
        }
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        if self.signal().is_some() {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let started = command.spawn()?;
        *child = Some(Waited { id: started.id(), leads });
        drop(child);
        let output = started.wait_with_output();
        *self.child.lock().unwrap_or_else(PoisonError::into_inner) = None;
        let output = output?;
        // A terminal that is asked key by key sends Ctrl-C to nobody: the process that reads it ends itself.
        #[cfg(unix)]
        if let Some(number) = std::os::unix::process::ExitStatusExt::signal(&output.status) {
            let number = u8::try_from(number).unwrap_or(u8::MAX >> 1);
            _ = self.signal.compare_exchange(0, number, Ordering::SeqCst, Ordering::SeqCst);
        }
        Ok(output)
    }
}

#[cfg(unix)]
mod signals {
    use std::io;

    use rustix::process::{Pid, Signal, kill_process, kill_process_group};
    use tokio::signal::unix::{self, SignalKind};

    /// Ctrl-C, the end, and the end of the terminal.
    pub(super) struct Signals {
        interrupt: unix::Signal,
        terminate: unix::Signal,
        hang_up: unix::Signal,
    }

    impl Signals {
        pub(super) fn register() -> io::Result<Self> {
            Ok(Self {
                interrupt: unix::signal(SignalKind::interrupt())?,
                terminate: unix::signal(SignalKind::terminate())?,
                hang_up: unix::signal(SignalKind::hangup())?,
            })
        }

        /// The number of the next one.
        pub(super) async fn next(&mut self) -> u8 {
            tokio::select! {
                _ = self.interrupt.recv() => 2,
                _ = self.terminate.recv() => 15,
                _ = self.hang_up.recv() => 1,
            }
        }
    }

    /// Ends a process. That it has ended already is no fault.
    pub(super) fn end(waited: &super::Waited) {
        if let Some(pid) = i32::try_from(waited.id).ok().and_then(Pid::from_raw) {
            _ = if waited.leads { kill_process_group(pid, Signal::KILL) } else { kill_process(pid, Signal::KILL) };
        }
    }
}

#[cfg(not(unix))]
mod signals {
    use std::io;

    /// Ctrl-C.
    pub(super) struct Signals;

    impl Signals {
        pub(super) fn register() -> io::Result<Self> {
            Ok(Self)
        }

        pub(super) async fn next(&mut self) -> u8 {
            match tokio::signal::ctrl_c().await {
                Ok(()) => 2,
                Err(_) => std::future::pending().await,
            }
        }
    }

    /// Ctrl-C reaches all processes of a console.
    pub(super) fn end(waited: &super::Waited) {
        _ = (waited.id, waited.leads);
    }
}
