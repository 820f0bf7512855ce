//! No rows: exporters write graphs that work on one row or more, and a caller may have none.

use crate::tensor::{Element, Elements, Strings, Tensor};

use super::dims::size;
use super::program::{Port, Program, RunError, Scratch};

/// A row of more elements is not made up.
const ROW: usize = 1 << 20;

impl Program {
    /// Runs on one row of nothing in particular and cuts it off the outputs, if rows are what all inputs and outputs
    /// begin with and there are none; the error of the run that failed otherwise.
    #[cold]
    pub(super) fn run_without_rows(
        &self,
        inputs: &[Tensor<'_>],
        scratch: &mut Scratch,
        error: RunError,
    ) -> Result<(), RunError> {
        let rowed = |port: &Port| port.dims.as_ref().is_some_and(|dims| dims.first() == Some(&None));
        let rows = self.inputs.iter().chain(&self.outputs).all(rowed);
        if !rows || inputs.is_empty() || inputs.iter().any(|input| input.shape.first() != Some(&0)) {
            return Err(error);
        }
        let row = |input: &Tensor<'_>| {
            let mut shape = input.shape.to_vec();
            shape.iter_mut().filter(|length| **length == 0).for_each(|length| *length = 1);
            let count = size(&shape).ok().filter(|count| *count <= ROW)?;
            Some((shape, nothing(input.elements.element(), count)))
        };
        let owned: Option<Vec<(Vec<usize>, Elements)>> = inputs.iter().map(row).collect();
        let Some(owned) = owned else { return Err(error) };
        let one: Vec<Tensor<'_>> =
            owned.iter().map(|(shape, elements)| Tensor { shape, elements: elements.view() }).collect();
        if self.steps(&one, scratch).is_err() {
            return Err(error);
        }
        for index in &self.results {
            let buffer = &mut scratch.buffers[*index];
            let mut dims = buffer.dims();
            dims.set(0, 0);
            buffer.cut(dims);
        }
        Ok(())
    }
}

/// So many elements of nothing in particular.
fn nothing(element: Element, count: usize) -> Elements {
    match element {
        Element::Float32 => Elements::Float32(vec![0.0; count]),
        Element::Float64 => Elements::Float64(vec![0.0; count]),
        Element::Int32 => Elements::Int32(vec![0; count]),
        Element::Int64 => Elements::Int64(vec![0; count]),
        Element::Bool => Elements::Bool(vec![false; count]),
        Element::String => Elements::String(std::iter::repeat_n("", count).collect::<Strings>()),
    }
}
