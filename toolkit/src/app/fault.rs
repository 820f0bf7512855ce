use std::fmt;

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

/// As [`fmt::Display`], since `main` shows its error this way.
impl fmt::Debug for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for StartError {}
