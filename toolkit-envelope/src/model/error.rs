use std::fmt::Write;

use super::Difference;
use crate::rows::Violations;
use crate::runtime::RunError;
use crate::store;

/// Why a model could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The envelope could not be read, or is not what it was.
    #[error(transparent)]
    Open(store::Error),
    /// The model is a Python object, which runs in a worker and not in this process.
    #[error("the model runs in Python; this process runs models in ONNX only")]
    Python,
    /// The model itself cannot be run: everything that stands in the way.
    #[error("{path} cannot be run:{}", listed(.faults))]
    Model {
        /// The model's path in the envelope.
        path: String,
        /// One sentence each.
        faults: Vec<String>,
    },
    /// An example could not be run, or is not one of the function's.
    #[error("the example {path} of the function `{function}` cannot be run: {message}")]
    Example {
        /// The path of the example's input.
        path: String,
        /// The function that it is for.
        function: String,
        /// What went wrong.
        message: String,
    },
    /// The model does not answer as it did when it was saved.
    #[error("the model answers an example otherwise than when it was saved: {0}")]
    Differs(Box<Difference>),
}

impl From<store::Error> for LoadError {
    fn from(error: store::Error) -> Self {
        Self::Open(error)
    }
}

/// One fault a line.
pub(super) fn listed(faults: &[impl std::fmt::Display]) -> String {
    faults.iter().fold(String::new(), |mut text, fault| {
        let _ = write!(text, "\n  {fault}");
        text
    })
}

/// Why a call of a model's function was not answered.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The arguments do not fit the function's schema: the caller's fault.
    #[error("the arguments are not valid: {0}")]
    Arguments(Violations),
    /// The model could not run on them.
    #[error("the model could not be run: {0}")]
    Run(#[from] RunError),
    /// The model's answer does not fit the function's schema: the model's fault. It is never given out.
    #[error("the model's answer does not fit its schema: {0}")]
    Result(Violations),
}
