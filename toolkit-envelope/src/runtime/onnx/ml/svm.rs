//! What classifiers and regressors with support vectors have in common: how like a row is to each vector.

use crate::runtime::onnx::spec::{Refusal, Spec, invalid};

/// The measure of likeness.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Likeness {
    /// The product.
    Linear,
    /// `(gamma * product + coef0) ^ degree`.
    Polynomial,
    /// `exp(-gamma * distance²)`.
    Radial,
    /// `tanh(gamma * product + coef0)`.
    Sigmoid,
}

/// Vectors, and the measure by which rows are compared with them.
#[derive(Debug)]
pub(super) struct Vectors {
    likeness: Likeness,
    gamma: f32,
    coef0: f32,
    degree: f32,
    vectors: Vec<f32>,
    columns: usize,
}

impl Vectors {
    /// `count` support vectors, compared as the attributes say.
    ///
    /// # Errors
    ///
    /// When they do not have the same number of columns each, or the measure is not known.
    pub(super) fn support(spec: &Spec<'_>, count: usize) -> Result<Self, Refusal> {
        let likeness = match spec.text("kernel_type")? {
            None | Some("LINEAR") => Likeness::Linear,
            Some("POLY") => Likeness::Polynomial,
            Some("RBF") => Likeness::Radial,
            Some("SIGMOID") => Likeness::Sigmoid,
            Some(other) => {
                return invalid(format!("kernel_type is `{other}`, known are LINEAR, POLY, RBF and SIGMOID"));
            }
        };
        let (gamma, coef0, degree) = match spec.floats("kernel_params")?.unwrap_or_default() {
            [] => (0.0, 0.0, 0.0),
            [gamma, coef0, degree, ..] => (*gamma, *coef0, *degree),
            few => {
                return invalid(format!("kernel_params has {} entries, expected gamma, coef0 and degree", few.len()));
            }
        };
        let vectors = spec.floats("support_vectors")?.unwrap_or_default().to_vec();
        if count == 0 || vectors.is_empty() || !vectors.len().is_multiple_of(count) {
            return invalid(format!("support_vectors has {} entries, which are not {count} vectors", vectors.len()));
        }
        let columns = vectors.len() / count;
        Ok(Self { likeness, gamma, coef0, degree, vectors, columns })
    }

    /// Coefficients in the place of vectors: the product with each is the score.
    ///
    /// # Errors
    ///
    /// When they do not have the same number of columns each.
    pub(super) fn linear(coefficients: &[f32], count: usize) -> Result<Self, Refusal> {
        if count == 0 || coefficients.is_empty() || !coefficients.len().is_multiple_of(count) {
            return invalid(format!(
                "found {} coefficients, which are not as many for each of {count}",
                coefficients.len()
            ));
        }
        let (vectors, columns) = (coefficients.to_vec(), coefficients.len() / count);
        Ok(Self { likeness: Likeness::Linear, gamma: 0.0, coef0: 0.0, degree: 0.0, vectors, columns })
    }

    /// How many columns each vector has.
    pub(super) fn columns(&self) -> usize {
        self.columns
    }

    /// How many vectors there are.
    pub(super) fn len(&self) -> usize {
        self.vectors.len() / self.columns
    }

    /// Writes how like a row is to each vector.
    pub(super) fn compare(&self, row: &[f32], into: &mut [f32]) {
        for (into, vector) in into.iter_mut().zip(self.vectors.chunks_exact(self.columns)) {
            *into = match self.likeness {
                Likeness::Linear => product(row, vector),
                Likeness::Polynomial => {
                    let base = self.gamma * product(row, vector) + self.coef0;
                    // The two usual degrees as ONNX Runtime has them.
                    match self.degree {
                        2.0 => base * base,
                        3.0 => base * base * base,
                        degree => base.powf(degree),
                    }
                }
                Likeness::Radial => (-self.gamma * distance(row, vector)).exp(),
                Likeness::Sigmoid => (self.gamma * product(row, vector) + self.coef0).tanh(),
            };
        }
    }
}

/// Numbers that are added up side by side.
const LANES: usize = 16;

fn product(left: &[f32], right: &[f32]) -> f32 {
    summed(left, right, |left, right| left * right)
}

/// The square of the distance.
fn distance(left: &[f32], right: &[f32]) -> f32 {
    summed(left, right, |left, right| (left - right) * (left - right))
}

fn summed(left: &[f32], right: &[f32], of: impl Fn(f32, f32) -> f32) -> f32 {
    let mut sums = [0.0; LANES];
    let (left, right) = (left.chunks_exact(LANES), right.chunks_exact(LANES));
    let rest: f32 = left.remainder().iter().zip(right.remainder()).map(|(left, right)| of(*left, *right)).sum();
    for (left, right) in left.zip(right) {
        for ((sum, left), right) in sums.iter_mut().zip(left).zip(right) {
            *sum += of(*left, *right);
        }
    }
    sums.iter().sum::<f32>() + rest
}
