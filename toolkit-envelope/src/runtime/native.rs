use super::onnx::{Program, Scratch};
use super::{Execute, Pool, ROWS_KEPT, RunError};
use crate::tensor::Tensor;

/// A model in the native runtime: compiled once, run by any number of threads.
pub(crate) struct Native {
    program: Program,
    scratches: Pool<Scratch>,
}

impl Native {
    pub(crate) fn new(program: Program) -> Self {
        Self { program, scratches: Pool::default() }
    }
}

impl Execute for Native {
    fn run(
        &self,
        inputs: &[Tensor<'_>],
        output: &mut dyn FnMut(usize, Tensor<'_>) -> Result<(), RunError>,
    ) -> Result<(), RunError> {
        let mut scratch = self.scratches.take().unwrap_or_else(|| self.program.scratch());
        self.program.run(inputs, &mut scratch).map_err(|error| RunError::new(error.to_string()))?;
        for index in 0..self.program.outputs().len() {
            // The run was a success: there are as many outputs as the program has.
            let Some(tensor) = scratch.output(index) else { continue };
            output(index, tensor)?;
        }
        let rows = inputs.first().and_then(|input| input.shape.first()).copied().unwrap_or_default();
        if rows <= ROWS_KEPT {
            self.scratches.give_back(scratch);
        }
        Ok(())
    }
}
