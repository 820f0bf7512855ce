//! Dropout, which does nothing once a model is trained.

use crate::runtime::onnx::buffer::Buffer;
use crate::runtime::onnx::dims::Dims;
use crate::runtime::onnx::kernel::{Inputs, Kernel, Problem, Spare};
use crate::runtime::onnx::spec::{Built, Known, Refusal, Spec, unsupported};
use crate::runtime::onnx::table::{FLOATS, NEWEST, Operator, operator};
use crate::tensor::Element;

pub(super) const OPERATORS: &[Operator] = &[
    operator("Dropout", (7, 9), FLOATS, &["ratio"], (1, 1), dropout),
    operator("Dropout", (10, 11), FLOATS, &["ratio"], (1, 1), dropout).outputs(2),
    operator("Dropout", (12, NEWEST), FLOATS, &["seed"], (1, 3), dropout).outputs(2),
];

struct Dropout;

fn dropout(spec: &Spec<'_>) -> Result<Built, Refusal> {
    if spec.optional(2).is_some() && spec.constant::<bool>(2) != Some(&[false]) {
        return unsupported("the model is in training, or may be");
    }
    let input = spec.input(0)?;
    let outputs = vec![input.clone(), Known::new(Element::Bool, input.dims.clone())];
    let built = Built::several(Dropout, outputs);
    Ok(if spec.node.outputs.len() == 1 { built.same() } else { built })
}

impl Kernel for Dropout {
    fn run(&self, inputs: &Inputs<'_>, outputs: &mut [Buffer], _: &mut Spare) -> Result<(), Problem> {
        let tensor = inputs.tensor(0)?;
        if let [output, mask] = outputs {
            output.copy(tensor)?;
            mask.room::<bool>(Dims::new(tensor.shape)?)?.fill(true);
        }
        Ok(())
    }
}
