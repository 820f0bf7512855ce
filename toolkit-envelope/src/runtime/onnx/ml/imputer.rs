//! Something in the place of what is missing.

use crate::runtime::onnx::buffer::{Buffer, Scalar};
use crate::runtime::onnx::dims::Dims;
use crate::runtime::onnx::kernel::{Inputs, Kernel, Problem, Spare};
use crate::runtime::onnx::spec::{Built, Refusal, Spec, invalid};
use crate::runtime::onnx::table::{NEWEST_ML, NUMBERS, Operator, operator};
use crate::tensor::Element;

use super::rows::table;

pub(super) const OPERATORS: &[Operator] = &[operator(
    "Imputer",
    (1, NEWEST_ML),
    NUMBERS,
    &["imputed_value_floats", "imputed_value_int64s", "replaced_value_float", "replaced_value_int64"],
    (1, 1),
    imputer,
)];

/// What is replaced, and by what in each column; a NaN is replaced by asking for it.
struct Imputer<T> {
    replaced: T,
    imputed: Vec<T>,
}

fn imputer(spec: &Spec<'_>) -> Result<Built, Refusal> {
    let floats = spec.floats("imputed_value_floats")?.unwrap_or_default();
    let replaced_float = spec.float("replaced_value_float")?.unwrap_or(0.0);
    let integers = spec.ints("imputed_value_int64s")?.unwrap_or_default();
    let replaced_integer = spec.int("replaced_value_int64")?.unwrap_or(0);
    if floats.is_empty() == integers.is_empty() {
        return invalid("one of imputed_value_floats and imputed_value_int64s must be there, and not both");
    }
    match spec.input(0)?.element {
        Element::Float32 => made(spec, floats.to_vec(), replaced_float),
        Element::Float64 => made(spec, floats.iter().copied().map(f64::from).collect(), f64::from(replaced_float)),
        Element::Int64 => made(spec, integers.to_vec(), replaced_integer),
        _ => {
            let narrow = |integer: i64| {
                i32::try_from(integer).or_else(|_| invalid(format!("the value {integer} does not fit an int32")))
            };
            let imputed: Result<Vec<i32>, Refusal> = integers.iter().copied().map(narrow).collect();
            made(spec, imputed?, narrow(replaced_integer)?)
        }
    }
}

fn made<T: Scalar>(spec: &Spec<'_>, imputed: Vec<T>, replaced: T) -> Result<Built, Refusal> {
    let input = spec.input(0)?;
    if imputed.is_empty() {
        return invalid(format!("there are no values to impute to {}", input.element));
    }
    let kernel = Imputer { replaced, imputed };
    Ok(Built::one(kernel, input.element, input.dims.clone()))
}

impl<T: Scalar> Imputer<T> {
    /// A value that is not even itself is a NaN.
    #[allow(clippy::eq_op, reason = "only a NaN is not equal to itself")]
    fn impute(&self, shape: &[usize], values: &mut [T]) -> Result<(), Problem> {
        let (_, columns) = table(shape)?;
        if self.imputed.len() != 1 && self.imputed.len() != columns {
            let found = self.imputed.len();
            return Err(Problem::new(format!(
                "found {columns} columns, expected {found}: one for each value to impute"
            )));
        }
        let is_nan = self.replaced != self.replaced;
        for row in values.chunks_mut(columns.max(1)) {
            for (value, imputed) in row.iter_mut().zip(self.imputed.iter().cycle()) {
                if *value == self.replaced || (is_nan && *value != *value) {
                    *value = *imputed;
                }
            }
        }
        Ok(())
    }
}

impl<T: Scalar> Kernel for Imputer<T> {
    fn run(&self, inputs: &Inputs<'_>, outputs: &mut [Buffer], _: &mut Spare) -> Result<(), Problem> {
        let (shape, from) = inputs.slice::<T>(0)?;
        let into = outputs[0].room::<T>(Dims::new(shape)?)?;
        into.copy_from_slice(from);
        self.impute(shape, into)
    }

    fn overwrites(&self, _: usize, _: &Inputs<'_>) -> bool {
        true
    }

    fn run_over(&self, _: usize, _: &Inputs<'_>, buffer: &mut Buffer, _: &mut Spare) -> Result<(), Problem> {
        let dims = buffer.dims();
        self.impute(&dims, buffer.elements::<T>()?)
    }
}
