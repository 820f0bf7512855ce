use std::io::{self, Write};
use std::process::ExitCode;

use serde_json::{Value, json};

/// Where answers go: as text for people, or as one JSON document.
pub(crate) struct Reporter {
    pub(crate) json: bool,
}

/// Why a command failed, and everything that is wrong with what it was given.
pub(crate) struct Failure {
    message: String,
    faults: Vec<String>,
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        // Many errors tell their cause themselves.
        let text = error.chain().skip(1).fold(error.to_string(), |text, cause| {
            let cause = cause.to_string();
            if text.contains(&cause) { text } else { format!("{text}: {cause}") }
        });
        let mut lines = text.lines();
        let message = lines.next().unwrap_or_default().to_owned();
        Self { message, faults: lines.map(|line| line.trim().to_owned()).collect() }
    }
}

impl Reporter {
    /// Prints `value` with `--json`, and what `text` makes of it without.
    pub(crate) fn answer(&self, value: &Value, text: impl FnOnce() -> String) -> anyhow::Result<()> {
        let text = if self.json { format!("{value:#}") } else { text() };
        Ok(print(&format!("{}\n", text.trim_end()))?)
    }

    /// Tells why it failed: on the error output, or with `--json` on the standard output.
    pub(crate) fn failed(&self, failure: &Failure) -> ExitCode {
        if self.json {
            let document = json!({ "error": failure.message, "faults": failure.faults });
            // It has failed already, whoever hears of it.
            _ = print(&format!("{document:#}\n"));
        } else {
            eprintln!("error: {}", failure.message);
            failure.faults.iter().for_each(|fault| eprintln!("  {fault}"));
        }
        ExitCode::from(2)
    }
}

/// Prints; a reader that has seen enough and left is no error.
pub(crate) fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    }
}
