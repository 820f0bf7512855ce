use super::registry;
use crate::telemetry::current;

/// How an attempt to put another version of a model in place came out. There must be few reasons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Swap {
    /// The other version serves now.
    Swapped,
    /// The other version is not let in: its signature, its functions.
    Refused(&'static str),
    /// The other version could not be read, loaded or run.
    Failed(&'static str),
}

impl Swap {
    pub(crate) fn outcome(self) -> &'static str {
        match self {
            Self::Swapped => "swapped",
            Self::Refused(_) => "refused",
            Self::Failed(_) => "failed",
        }
    }

    pub(crate) fn reason(self) -> Option<&'static str> {
        match self {
            Self::Swapped => None,
            Self::Refused(reason) | Self::Failed(reason) => Some(reason),
        }
    }
}

/// Takes note of an attempt to put one version of a model, which an id names, in the place of another one. The new one
/// is unknown when it could not be read.
pub(crate) fn swapped(model: &str, from: &str, to: Option<&str>, swap: Swap) {
    current().metrics().model_swapped(model, swap);
    if let (Swap::Swapped, Some(to)) = (swap, to) {
        registry::replaced(model, from, to);
    }
}
