//! Regression with support vectors, and the one class that a row is in or out of.

use crate::runtime::onnx::buffer::Buffer;
use crate::runtime::onnx::dims::Dims;
use crate::runtime::onnx::kernel::{Inputs, Kernel, Problem, Spare};
use crate::runtime::onnx::spec::{Built, Refusal, Spec, invalid, unsupported};
use crate::runtime::onnx::table::{NEWEST_ML, NUMBERS, Operator, operator};
use crate::tensor::Element;

use super::rows::{numbers, table_for, table_of};
use super::svm::Vectors;

pub(super) const OPERATORS: &[Operator] = &[operator(
    "SVMRegressor",
    (1, NEWEST_ML),
    NUMBERS,
    &[
        "coefficients",
        "kernel_params",
        "kernel_type",
        "n_supports",
        "one_class",
        "post_transform",
        "rho",
        "support_vectors",
    ],
    (1, 1),
    regressor,
)];

struct Regressor {
    vectors: Vectors,
    /// The weight of each vector; one for the only one of a linear model.
    weights: Vec<f32>,
    rho: f32,
    /// Whether what counts is the side of zero.
    one_class: bool,
}

fn regressor(spec: &Spec<'_>) -> Result<Built, Refusal> {
    let Ok(supports) = usize::try_from(spec.int("n_supports")?.unwrap_or(0)) else {
        return invalid("attribute n_supports is negative");
    };
    if !matches!(spec.text("post_transform")?, None | Some("NONE")) {
        return unsupported("a post_transform: ONNX Runtime does not apply one here");
    }
    let coefficients = spec.floats("coefficients")?.unwrap_or_default();
    let Some(rho) = spec.floats("rho")?.and_then(|rho| rho.first().copied()) else {
        return invalid("the attribute rho is missing");
    };
    let (vectors, weights) = if supports == 0 {
        (Vectors::linear(coefficients, 1)?, vec![1.0])
    } else {
        (Vectors::support(spec, supports)?, coefficients.to_vec())
    };
    if weights.len() != vectors.len() {
        return invalid(format!("found {} coefficients for {} support vectors", weights.len(), vectors.len()));
    }
    let dims = table_for(spec.input(0)?, 1);
    let one_class = spec.switch("one_class", false)?;
    Ok(Built::one(Regressor { vectors, weights, rho, one_class }, Element::Float32, dims))
}

impl Kernel for Regressor {
    fn run(&self, inputs: &Inputs<'_>, outputs: &mut [Buffer], spare: &mut Spare) -> Result<(), Problem> {
        let tensor = inputs.tensor(0)?;
        let columns = self.vectors.columns();
        let rows = table_of(tensor.shape, columns)?;
        let (values, likeness) = numbers(tensor.elements, &mut spare.float32s, self.vectors.len())?;
        let into = outputs[0].room::<f32>(Dims::table(rows, 1))?;
        for (into, row) in into.iter_mut().zip(values.chunks_exact(columns)) {
            self.vectors.compare(row, likeness);
            let sum = likeness.iter().zip(&self.weights).map(|(likeness, weight)| likeness * weight).sum::<f32>();
            *into = sum + self.rho;
            if self.one_class {
                *into = if *into > 0.0 { 1.0 } else { -1.0 };
            }
        }
        Ok(())
    }
}
