use std::{fmt, process::ExitCode};

/// Everything that keeps a service from starting.
#[derive(Clone, PartialEq, Eq)]
pub struct StartError {
    /// A sentence for each thing that is wrong.
    pub faults: Vec<String>,
}

impl StartError {
    pub(crate) fn of(faults: Vec<String>) -> Self {
        Self { faults }
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.faults.len();
        let noun = if count == 1 { "fault" } else { "faults" };
        write!(f, "the service cannot start: {count} {noun}")?;
        for (index, fault) in self.faults.iter().enumerate() {
            write!(f, "\n  {}. {fault}", index + 1)?;
        }
        Ok(())
    }
}

/// As [`fmt::Display`], since tests and plain `main`s show errors this way.
impl fmt::Debug for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for StartError {}

/// What the command line has to say, in full: no cause, no trace of calls.
#[derive(Debug)]
pub(crate) struct Told(pub(crate) String);

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Told {}

/// What a `main` under `#[toolkit::main]` returns.
pub trait MainOutcome {
    /// Shows an error, and tells the code to exit with: 0, or 1.
    fn exit(self) -> ExitCode;
}

impl MainOutcome for () {
    fn exit(self) -> ExitCode {
        ExitCode::SUCCESS
    }
}

impl<E: Into<crate::Error>> MainOutcome for Result<(), E> {
    fn exit(self) -> ExitCode {
        let Err(error) = self else { return ExitCode::SUCCESS };
        let error = error.into();
        if error.is::<StartError>() || error.is::<Told>() {
            eprintln!("{error}");
        } else {
            eprintln!("Error: {error:?}");
        }
        ExitCode::FAILURE
    }
}
