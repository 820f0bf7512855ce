//! What executes a model.

pub mod onnx;
#[cfg(feature = "onnxruntime")]
mod onnxruntime;

use crate::tensor::{Buffer, Tensor};

/// A model that is ready to run, from many threads at once.
pub(crate) trait Execute: Send + Sync {
    /// Runs it once; `inputs` and `outputs` are in the order that was given when it was loaded.
    fn run(&self, inputs: &[Tensor<'_>], outputs: &mut [Buffer]) -> Result<(), RunError>;
}

/// Why a model could not be run on its inputs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct RunError {
    message: String,
}

impl RunError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }
}

/// The classes of a classifier, in the order of its probabilities.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Labels {
    /// Integers.
    Integers(Vec<i64>),
    /// Strings.
    Strings(Vec<String>),
}

impl Labels {
    /// How many classes there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Integers(labels) => labels.len(),
            Self::Strings(labels) => labels.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
