//! Linear models: one sum of weighted columns for each class or target.

use crate::runtime::onnx::buffer::Buffer;
use crate::runtime::onnx::dims::Dims;
use crate::runtime::onnx::kernel::{Inputs, Kernel, Problem, Spare};
use crate::runtime::onnx::product::{Matrix, multiply};
use crate::runtime::onnx::spec::{Built, Refusal, Spec, invalid, unsupported};
use crate::runtime::onnx::table::{NEWEST_ML, NUMBERS, Operator, operator};
use crate::runtime::onnx::trees::Transform;
use crate::tensor::Element;

use super::classes::Classes;
use super::rows::{numbers, table_for, table_of};

pub(super) const OPERATORS: &[Operator] = &[
    operator(
        "LinearClassifier",
        (1, NEWEST_ML),
        NUMBERS,
        &["classlabels_ints", "classlabels_strings", "coefficients", "intercepts", "multi_class", "post_transform"],
        (1, 1),
        classifier,
    )
    .outputs(2),
    operator(
        "LinearRegressor",
        (1, NEWEST_ML),
        NUMBERS,
        &["coefficients", "intercepts", "post_transform", "targets"],
        (1, 1),
        regressor,
    ),
];

/// The weights: for each sum one for each column, and one more.
struct Weights {
    coefficients: Vec<f32>,
    intercepts: Vec<f32>,
    columns: usize,
}

impl Weights {
    fn new(spec: &Spec<'_>, sums: usize) -> Result<Self, Refusal> {
        let coefficients = spec.floats("coefficients")?.unwrap_or_default().to_vec();
        if sums == 0 || coefficients.is_empty() || !coefficients.len().is_multiple_of(sums) {
            return invalid(format!("{} coefficients are not as many for each of {sums} sums", coefficients.len()));
        }
        // Exporters write a single zero where a model of several targets has none.
        let are_none = |all: &[f32]| all.is_empty() || (all.len() != sums && all.iter().all(|one| *one == 0.0));
        let intercepts = spec.floats("intercepts")?.filter(|all| !are_none(all));
        let intercepts = intercepts.map_or_else(|| vec![0.0; sums], <[f32]>::to_vec);
        if intercepts.len() != sums {
            return invalid(format!("found {} intercepts, expected {sums}", intercepts.len()));
        }
        let columns = coefficients.len() / sums;
        Ok(Self { coefficients, intercepts, columns })
    }

    /// Writes the sums of each row, and gives the number of rows.
    fn sum(&self, rows: &[f32], sums: &mut [f32]) -> Result<(), Problem> {
        let count = self.intercepts.len();
        for row in sums.chunks_mut(count) {
            row.copy_from_slice(&self.intercepts);
        }
        if rows.len() == self.columns {
            // A single row is done before a product of matrices has been set up.
            for (sum, coefficients) in sums.iter_mut().zip(self.coefficients.chunks(self.columns)) {
                *sum += rows.iter().zip(coefficients).map(|(x, coefficient)| x * coefficient).sum::<f32>();
            }
            return Ok(());
        }
        let left = Matrix::new(rows, rows.len() / self.columns, self.columns);
        let right = Matrix::new(&self.coefficients, count, self.columns).transposed();
        multiply(1.0, left, right, sums, true)
    }
}

struct Regressor {
    weights: Weights,
    transform: Transform,
}

fn regressor(spec: &Spec<'_>) -> Result<Built, Refusal> {
    let Ok(targets) = usize::try_from(spec.int("targets")?.unwrap_or(1)) else {
        return invalid("attribute targets is negative");
    };
    let weights = Weights::new(spec, targets)?;
    let transform = transform(spec)?;
    let dims = table_for(spec.input(0)?, targets);
    Ok(Built::one(Regressor { weights, transform }, Element::Float32, dims))
}

impl Kernel for Regressor {
    fn run(&self, inputs: &Inputs<'_>, outputs: &mut [Buffer], spare: &mut Spare) -> Result<(), Problem> {
        let tensor = inputs.tensor(0)?;
        let rows = table_of(tensor.shape, self.weights.columns)?;
        let targets = self.weights.intercepts.len();
        let sums = outputs[0].room::<f32>(Dims::table(rows, targets))?;
        self.weights.sum(numbers(tensor.elements, &mut spare.float32s, 0)?.0, sums)?;
        // ONNX Runtime leaves a single target as it is, but for PROBIT.
        if targets > 1 || self.transform == Transform::Probit {
            sums.chunks_mut(targets).for_each(|row| self.transform.apply(row));
        }
        Ok(())
    }
}

struct Classifier {
    weights: Weights,
    classes: Classes,
    transform: Transform,
    /// Two classes and one sum.
    completes: bool,
}

fn classifier(spec: &Spec<'_>) -> Result<Built, Refusal> {
    let classes = Classes::new(spec, "classlabels_ints")?;
    let intercepts = spec.floats("intercepts")?.unwrap_or_default().len();
    let sums = if intercepts == 0 { classes.len() } else { intercepts };
    let transform = transform(spec)?;
    let completes = sums == 1 && classes.len() == 2;
    if !completes && sums != classes.len() {
        return invalid(format!("found {sums} sums for {} classes, expected as many", classes.len()));
    }
    if sums == 1 && (!completes || transform == Transform::Probit) {
        return unsupported("a single score without a second class, or one that is transformed by PROBIT");
    }
    let weights = Weights::new(spec, sums)?;
    let outputs = classes.outputs(spec.input(0)?, classes.len());
    Ok(Built::several(Classifier { weights, classes, transform, completes }, outputs))
}

fn transform(spec: &Spec<'_>) -> Result<Transform, Refusal> {
    Transform::named(spec.text("post_transform")?.unwrap_or_default()).map_err(Refusal::Invalid)
}

impl Kernel for Classifier {
    fn run(&self, inputs: &Inputs<'_>, outputs: &mut [Buffer], spare: &mut Spare) -> Result<(), Problem> {
        let tensor = inputs.tensor(0)?;
        let rows = table_of(tensor.shape, self.weights.columns)?;
        let count = self.weights.intercepts.len();
        let (values, sums) = numbers(tensor.elements, &mut spare.float32s, Dims::table(rows, count).size()?)?;
        self.weights.sum(values, sums)?;
        let places = &mut spare.indices;
        places.clear();
        places.extend(
            sums.chunks(count)
                .map(|row| if self.completes { usize::from(row[0] > 0.0) } else { first_of_highest(row) }),
        );
        let [labels, scores @ ..] = outputs else { return Ok(()) };
        self.classes.write(places, labels)?;
        let Some(scores) = scores.first_mut() else { return Ok(()) };
        let into = scores.room::<f32>(Dims::table(rows, self.classes.len()))?;
        if self.completes {
            for (into, score) in into.chunks_mut(2).zip(sums) {
                into.copy_from_slice(&self.transform.of_one(*score));
            }
        } else {
            into.copy_from_slice(sums);
            into.chunks_mut(count).for_each(|row| self.transform.apply(row));
        }
        Ok(())
    }
}

/// The place of the highest score, the first of equals.
pub(super) fn first_of_highest(scores: &[f32]) -> usize {
    let mut best = 0;
    for (place, score) in scores.iter().enumerate() {
        if *score > scores[best] {
            best = place;
        }
    }
    best
}
