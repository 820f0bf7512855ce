//! What executes a model.

pub mod onnx;
#[cfg(feature = "onnxruntime")]
mod onnxruntime;

use crate::tensor::{Buffer, Element, Tensor};

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

/// An input or an output of a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port {
    /// Its name in the model.
    pub name: String,
    /// What the elements of the tensor are.
    pub element: Element,
    /// The length of each axis where it is fixed; nothing if the model does not say how many axes there are.
    pub dims: Option<Vec<Option<usize>>>,
    /// For a matrix that a model gives as maps: the key of each column.
    pub keys: Option<Labels>,
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
