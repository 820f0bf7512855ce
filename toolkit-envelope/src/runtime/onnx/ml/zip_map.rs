//! Scores with the names of their classes: the names go to the port, and the scores stay the table that they are.

use crate::runtime::onnx::buffer::Buffer;
use crate::runtime::onnx::dims::Dims;
use crate::runtime::onnx::kernel::{Inputs, Kernel, Problem, Spare};
use crate::runtime::onnx::program::Keys;
use crate::runtime::onnx::spec::{Built, Known, Refusal, Spec, invalid};
use crate::runtime::onnx::table::{NEWEST_ML, Operator, operator};
use crate::tensor::Element;

use super::rows::{table_for, table_of};

pub(super) const OPERATORS: &[Operator] = &[operator(
    "ZipMap",
    (1, NEWEST_ML),
    &[Element::Float32],
    &["classlabels_int64s", "classlabels_strings"],
    (1, 1),
    zip_map,
)];

/// A table with one column per key.
struct ZipMap {
    keys: usize,
}

fn zip_map(spec: &Spec<'_>) -> Result<Built, Refusal> {
    let input = spec.input(0)?;
    let numbers = spec.ints("classlabels_int64s")?.unwrap_or_default();
    let names = spec.strings("classlabels_strings")?.filter(|names| !names.is_empty());
    let (keys, count) = match (numbers, names) {
        ([], None) => return invalid("neither classlabels_strings nor classlabels_int64s says what the keys are"),
        ([], Some(names)) => (Keys::Strings(names.iter().map(str::to_owned).collect()), names.len()),
        (numbers, None) => (Keys::Integers(numbers.to_vec()), numbers.len()),
        (_, Some(_)) => {
            return invalid("both classlabels_strings and classlabels_int64s are there, and one is allowed");
        }
    };
    if let Some(columns) = input.dims.as_ref().and_then(|dims| *dims.last()?).filter(|columns| *columns != count) {
        return invalid(format!("there are {count} keys for {columns} columns"));
    }
    let known = Known { keys: Some(keys), ..Known::new(Element::Float32, table_for(input, count)) };
    Ok(Built::several(ZipMap { keys: count }, vec![known]))
}

impl Kernel for ZipMap {
    fn run(&self, inputs: &Inputs<'_>, outputs: &mut [Buffer], _: &mut Spare) -> Result<(), Problem> {
        let (shape, scores) = inputs.slice::<f32>(0)?;
        let rows = table_of(shape, self.keys)?;
        outputs[0].room::<f32>(Dims::table(rows, self.keys))?.copy_from_slice(scores);
        Ok(())
    }

    fn overwrites(&self, _: usize, inputs: &Inputs<'_>) -> bool {
        inputs.get(0).is_some_and(|scores| matches!(scores.shape, [_, columns] if *columns == self.keys))
    }

    fn run_over(&self, _: usize, _: &Inputs<'_>, _: &mut Buffer, _: &mut Spare) -> Result<(), Problem> {
        Ok(())
    }
}
