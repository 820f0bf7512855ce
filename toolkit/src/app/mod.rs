//! The application: collects what is declared, verifies it, builds the router, serves, and shuts down.

mod builder;
mod command;
#[cfg(feature = "model")]
mod configured;
mod connection;
mod cors;
mod fault;
mod health;
mod listener;
mod live;
mod models;
mod probe;
mod router;
mod serve;
mod start;
mod supervisor;
mod table;
mod telemetry;
mod waiting;

pub use builder::{App, AppInfo};
pub use fault::{MainOutcome, StartError};
pub(crate) use start::Started;
pub(crate) use telemetry::start as start_telemetry;

use std::process::ExitCode;

/// Runs the body of `main` on a runtime of its own.
///
/// # Panics
///
/// When the runtime cannot start: the machine has no threads left.
pub fn run_main<F: Future<Output: MainOutcome>>(main: F) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    match runtime {
        Ok(runtime) => {
            let outcome = runtime.block_on(main);
            // What cannot be broken off, such as a model that runs, does not hold the process.
            runtime.shutdown_background();
            outcome.exit()
        }
        Err(error) => panic!("the async runtime cannot start: {error}"),
    }
}

/// Runs the body of a test on a runtime of its own.
///
/// # Panics
///
/// When the runtime cannot start: the machine has no threads left.
pub fn block_on_test<F: Future>(test: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    match runtime {
        Ok(runtime) => runtime.block_on(test),
        Err(error) => panic!("the async runtime cannot start: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn a_main_that_has_ended_waits_for_nothing_that_cannot_be_broken_off() {
        let (hold, held) = mpsc::channel::<()>();
        let main = async move {
            let (begin, begun) = tokio::sync::oneshot::channel();
            tokio::task::spawn_blocking(move || {
                let _ = begin.send(());
                let _ = held.recv();
            });
            let _ = begun.await;
        };
        assert_eq!(format!("{:?}", run_main(main)), format!("{:?}", ExitCode::SUCCESS));
        drop(hold);
    }
}
