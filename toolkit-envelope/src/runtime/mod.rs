//! What executes a model.

mod native;
pub mod onnx;
#[cfg(feature = "onnxruntime")]
mod onnxruntime;
mod pool;

pub(crate) use native::Native;
#[cfg(feature = "onnxruntime")]
pub(crate) use onnxruntime::Sessions;
pub(crate) use pool::Pool;

use crate::tensor::Tensor;

/// Memory of calls with more rows is given back to the system.
pub(crate) const ROWS_KEPT: usize = 4096;

/// A model that is ready to run, from many threads at once.
pub(crate) trait Execute: Send + Sync {
    /// Runs it once, and shows each output; inputs and outputs are counted as the model has them.
    fn run(
        &self,
        inputs: &[Tensor<'_>],
        output: &mut dyn FnMut(usize, Tensor<'_>) -> Result<(), RunError>,
    ) -> Result<(), RunError>;
}

/// Why a model could not be run on its inputs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct RunError {
    message: String,
}

impl RunError {
    /// For whoever runs models by other means and has found out that it cannot be done; `message` says why.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }
}
