use super::forest::{Aggregate, Forest};
use super::link::link;
use super::transform::Transform;
use super::{Attributes, Real, Scratch};

/// Targets that are asked for cannot ask for all memory.
const MOST_TARGETS: usize = 1 << 16;

/// `TreeEnsembleRegressor`: one number per target.
#[derive(Debug)]
pub(crate) struct Regressor<T> {
    forest: Forest<T>,
    targets: usize,
    /// What each target's sum is divided by.
    divisor: Option<T>,
    base_values: Vec<T>,
    transform: Transform,
}

impl<T: Real> Regressor<T> {
    /// Checks and flattens an ensemble for `targets` targets.
    ///
    /// # Errors
    /// Every fault of the attributes.
    pub(crate) fn new(attributes: &Attributes, targets: usize) -> Result<Self, Vec<String>> {
        let mut faults = Vec::new();
        if !(1..=MOST_TARGETS).contains(&targets) {
            faults.push(format!("n_targets is {targets}, and there can be 1 to {MOST_TARGETS} targets"));
        }
        let transform = Transform::named(&attributes.post_transform).unwrap_or_else(|fault| {
            faults.push(fault);
            Transform::None
        });
        let aggregate = match attributes.aggregate_function.as_str() {
            "" | "SUM" | "AVERAGE" => Aggregate::Sum,
            "MIN" => Aggregate::Min,
            "MAX" => Aggregate::Max,
            other => {
                faults.push(format!("aggregate_function is `{other}`; known are SUM, AVERAGE, MIN and MAX"));
                Aggregate::Sum
            }
        };
        let base_values = attributes.base_values.all();
        if !base_values.is_empty() && base_values.len() != targets {
            faults.push(format!(
                "base_values has {} entries for {targets} targets; it must have none or as many",
                base_values.len()
            ));
        }
        let trees = link(attributes, targets).unwrap_or_else(|found| {
            faults.extend(found);
            Vec::new()
        });
        if !faults.is_empty() {
            return Err(faults);
        }
        let forest = Forest::new(&trees, targets, aggregate);
        let divisor = (attributes.aggregate_function == "AVERAGE").then(|| T::from_f64(forest.trees() as f64));
        Ok(Self { forest, targets, divisor, base_values, transform })
    }

    /// How many columns a row must have, at the least.
    pub(crate) fn columns(&self) -> usize {
        self.forest.columns()
    }

    /// Predicts for rows of `features` numbers each, at least [`Regressor::columns`]; writes the targets of each row.
    pub(crate) fn run(&self, rows: &[T], features: usize, scratch: &mut Scratch<T>, predictions: &mut [T]) {
        self.forest.sum(rows, features, scratch, predictions);
        if let Some(divisor) = self.divisor {
            for sum in &mut *predictions {
                *sum = *sum / divisor;
            }
        }
        for (row, predictions) in rows.chunks(features).zip(predictions.chunks_mut(self.targets)) {
            for (sum, base) in predictions.iter_mut().zip(&self.base_values) {
                *sum = *sum + *base;
            }
            // ONNX Runtime gives zero for a target without a weight, whatever its base value.
            if self.targets > 1 {
                for (target, sum) in predictions.iter_mut().enumerate() {
                    if !self.forest.has_weight(row, target) {
                        *sum = T::default();
                    }
                }
            }
            // ONNX Runtime leaves a single target as it is, but for PROBIT.
            if self.targets > 1 || self.transform == Transform::Probit {
                self.transform.apply(predictions);
            }
        }
    }
}
