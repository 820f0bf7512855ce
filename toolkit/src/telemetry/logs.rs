use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

/// Writes `tracing` events to standard error, unless the program has set up a subscriber of its own.
///
/// `RUST_LOG` filters; without it, `level` does.
pub(crate) fn start_logging(level: &str) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    // An error means that the program's own subscriber is there already, and that one is to be kept.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .try_init();
}

/// Writes warnings and errors, or what `RUST_LOG` asks for, to where the test harness shows them for failed tests.
pub(crate) fn start_test_logging() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    // An error means that there is a subscriber already: of another client, or the test's own.
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_test_writer().try_init();
}
