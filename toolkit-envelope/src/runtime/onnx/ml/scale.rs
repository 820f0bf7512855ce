//! Numbers on another scale: shifted and stretched by column, divided by the length of their row, cut in two.

use crate::runtime::onnx::buffer::{Buffer, Scalar};
use crate::runtime::onnx::dims::Dims;
use crate::runtime::onnx::kernel::{Inputs, Kernel, Problem, Spare, elements};
use crate::runtime::onnx::spec::{Built, Refusal, Spec, invalid};
use crate::runtime::onnx::table::{NEWEST_ML, NUMBERS, Operator, operator};
use crate::tensor::{Element, View};

use super::rows::{numbers, table};

pub(super) const OPERATORS: &[Operator] = &[
    operator("Binarizer", (1, NEWEST_ML), NUMBERS, &["threshold"], (1, 1), binarizer),
    operator("Normalizer", (1, NEWEST_ML), NUMBERS, &["norm"], (1, 1), normalizer),
    operator("Scaler", (1, NEWEST_ML), NUMBERS, &["offset", "scale"], (1, 1), scaler),
];

/// `(x - offset) * scale`, with one of each for all columns or one for each column.
struct Scaler {
    offset: Vec<f32>,
    scale: Vec<f32>,
}

fn scaler(spec: &Spec<'_>) -> Result<Built, Refusal> {
    let offset = spec.floats("offset")?.unwrap_or(&[0.0]).to_vec();
    let scale = spec.floats("scale")?.unwrap_or(&[1.0]).to_vec();
    let (offsets, scales) = (offset.len(), scale.len());
    if offsets == 0 || scales == 0 || (offsets != scales && offsets != 1 && scales != 1) {
        return invalid(format!("found {offsets} offsets and {scales} scales, expected as many of both"));
    }
    Ok(Built::one(Scaler { offset, scale }, Element::Float32, spec.input(0)?.dims.clone()))
}

impl Kernel for Scaler {
    fn run(&self, inputs: &Inputs<'_>, outputs: &mut [Buffer], spare: &mut Spare) -> Result<(), Problem> {
        let tensor = inputs.tensor(0)?;
        let columns = self.columns(tensor.shape)?;
        let into = outputs[0].room::<f32>(Dims::new(tensor.shape)?)?;
        if let View::Float64(all) = tensor.elements {
            // Doubles are shifted before they are narrowed: what is left of large ones is what counts.
            let parameters = self.offset.iter().cycle().zip(self.scale.iter().cycle());
            for (into, row) in into.chunks_mut(columns).zip(all.chunks(columns)) {
                for ((into, x), (offset, scale)) in into.iter_mut().zip(row).zip(parameters.clone()) {
                    *into = ((x - f64::from(*offset)) * f64::from(*scale)) as f32;
                }
            }
            return Ok(());
        }
        into.copy_from_slice(numbers(tensor.elements, &mut spare.float32s, 0)?.0);
        self.scale(columns, into);
        Ok(())
    }

    fn overwrites(&self, _: usize, _: &Inputs<'_>) -> bool {
        true
    }

    fn run_over(&self, _: usize, _: &Inputs<'_>, buffer: &mut Buffer, _: &mut Spare) -> Result<(), Problem> {
        let columns = self.columns(&buffer.dims())?;
        self.scale(columns, buffer.elements::<f32>()?);
        Ok(())
    }
}

impl Scaler {
    /// How many columns there are, at least one.
    fn columns(&self, shape: &[usize]) -> Result<usize, Problem> {
        let columns = match shape {
            [columns] | [_, columns, ..] => *columns,
            [] => 1,
        };
        let expected = self.offset.len().max(self.scale.len());
        if expected != 1 && (columns != expected || shape.len() > 2) {
            return Err(Problem::new(format!("found the shape {shape:?}, expected rows of {expected} columns")));
        }
        Ok(columns.max(1))
    }

    fn scale(&self, columns: usize, rows: &mut [f32]) {
        if self.offset.len() == columns && self.scale.len() == columns {
            for row in rows.chunks_mut(columns) {
                for ((x, offset), scale) in row.iter_mut().zip(&self.offset).zip(&self.scale) {
                    *x = (*x - offset) * scale;
                }
            }
            return;
        }
        let parameters = self.offset.iter().cycle().zip(self.scale.iter().cycle());
        for row in rows.chunks_mut(columns) {
            for (x, (offset, scale)) in row.iter_mut().zip(parameters.clone()) {
                *x = (*x - offset) * scale;
            }
        }
    }
}

/// Each row divided by its largest element, or by one of its lengths.
#[derive(Clone, Copy)]
enum Normalizer {
    Max,
    L1,
    L2,
}

fn normalizer(spec: &Spec<'_>) -> Result<Built, Refusal> {
    let kernel = match spec.text("norm")? {
        None | Some("MAX") => Normalizer::Max,
        Some("L1") => Normalizer::L1,
        Some("L2") => Normalizer::L2,
        Some(other) => return invalid(format!("norm is `{other}`, known are MAX, L1 and L2")),
    };
    Ok(Built::one(kernel, Element::Float32, spec.input(0)?.dims.clone()))
}

impl Kernel for Normalizer {
    fn run(&self, inputs: &Inputs<'_>, outputs: &mut [Buffer], spare: &mut Spare) -> Result<(), Problem> {
        let tensor = inputs.tensor(0)?;
        let (_, columns) = table(tensor.shape)?;
        let into = outputs[0].room::<f32>(Dims::new(tensor.shape)?)?;
        into.copy_from_slice(numbers(tensor.elements, &mut spare.float32s, 0)?.0);
        into.chunks_mut(columns.max(1)).for_each(|row| self.normalize(row));
        Ok(())
    }

    fn overwrites(&self, _: usize, inputs: &Inputs<'_>) -> bool {
        inputs.get(0).is_some_and(|tensor| table(tensor.shape).is_ok())
    }

    fn run_over(&self, _: usize, _: &Inputs<'_>, buffer: &mut Buffer, _: &mut Spare) -> Result<(), Problem> {
        let (_, columns) = table(&buffer.dims())?;
        buffer.elements::<f32>()?.chunks_mut(columns.max(1)).for_each(|row| self.normalize(row));
        Ok(())
    }
}

impl Normalizer {
    /// A row of zeros stays one.
    #[allow(clippy::float_cmp, reason = "nothing but a zero cannot be divided by")]
    fn normalize(self, row: &mut [f32]) {
        match self {
            Self::Max => {
                // The largest one, not the largest by its amount: so says the standard, and so does ONNX Runtime.
                let largest = row.iter().fold(f32::MIN, |largest, x| if *x > largest { *x } else { largest });
                if largest != 0.0 {
                    for x in row {
                        *x /= largest;
                    }
                }
            }
            Self::L1 => {
                let sum: f32 = row.iter().map(|x| x.abs()).sum();
                if sum != 0.0 {
                    for x in row {
                        *x /= sum;
                    }
                }
            }
            Self::L2 => {
                let sum: f32 = row.iter().map(|x| x * x).sum();
                if sum != 0.0 {
                    for x in row {
                        let share = (*x * *x / sum).sqrt();
                        *x = if *x < 0.0 { -share } else { share };
                    }
                }
            }
        }
    }
}

/// One where an element is above the threshold, zero elsewhere.
struct Binarizer {
    threshold: f32,
}

fn binarizer(spec: &Spec<'_>) -> Result<Built, Refusal> {
    let input = spec.input(0)?;
    let threshold = spec.float("threshold")?.unwrap_or(0.0);
    Ok(Built::one(Binarizer { threshold }, input.element, input.dims.clone()))
}

impl Kernel for Binarizer {
    fn run(&self, inputs: &Inputs<'_>, outputs: &mut [Buffer], _: &mut Spare) -> Result<(), Problem> {
        let tensor = inputs.tensor(0)?;
        let dims = Dims::new(tensor.shape)?;
        let threshold = f64::from(self.threshold);
        match tensor.elements {
            View::Float64(_) => cut::<f64>(tensor.elements, dims, &mut outputs[0], |x| f64::from(x > threshold)),
            View::Int32(_) => {
                cut::<i32>(tensor.elements, dims, &mut outputs[0], |x| i32::from(f64::from(x) > threshold))
            }
            View::Int64(_) => cut::<i64>(tensor.elements, dims, &mut outputs[0], |x| i64::from(x as f64 > threshold)),
            all => cut::<f32>(all, dims, &mut outputs[0], |x| f32::from(x > self.threshold)),
        }
    }
}

fn cut<T: Scalar>(all: View<'_>, dims: Dims, into: &mut Buffer, of: impl Fn(T) -> T) -> Result<(), Problem> {
    let from = elements::<T>(all)?;
    for (into, x) in into.room::<T>(dims)?.iter_mut().zip(from) {
        *into = of(*x);
    }
    Ok(())
}
