use super::forest::{Aggregate, Forest};
use super::link::link;
use super::transform::{Transform, probit};
use super::{Attributes, Real, Scratch};

/// `TreeEnsembleClassifier`: one score per class, and the class.
#[derive(Debug)]
pub(crate) struct Classifier<T> {
    forest: Forest<T>,
    classes: usize,
    base_values: Vec<T>,
    transform: Transform,
    /// Two classes and the weights of one: the other's score follows from it.
    has_one_column: bool,
    has_no_negative_weight: bool,
}

impl<T: Real> Classifier<T> {
    /// Checks and flattens an ensemble for `classes` classes.
    ///
    /// # Errors
    /// Every fault of the attributes.
    pub(crate) fn new(attributes: &Attributes, classes: usize) -> Result<Self, Vec<String>> {
        let mut faults = Vec::new();
        if classes < 2 {
            faults.push(format!("the labels are {classes}, and there must be two classes or more"));
        }
        let transform = Transform::named(&attributes.post_transform).unwrap_or_else(|fault| {
            faults.push(fault);
            Transform::None
        });
        let base_values: Vec<T> = attributes.base_values.all();
        let fits = base_values.is_empty() || base_values.len() == classes || (base_values.len() == 1 && classes == 2);
        if !fits {
            faults.push(format!(
                "base_values has {} entries for {classes} classes; it must have none or as many",
                base_values.len()
            ));
        }
        let trees = link(attributes, classes).unwrap_or_else(|found| {
            faults.extend(found);
            Vec::new()
        });
        if !faults.is_empty() {
            return Err(faults);
        }
        let first = attributes.weight_targets.first();
        let has_one_column =
            classes == 2 && first.is_some() && attributes.weight_targets.iter().all(|of| Some(of) == first);
        let has_no_negative_weight = !attributes.weights.all::<T>().iter().any(|weight| *weight < T::default());
        let forest = Forest::new(&trees, classes, Aggregate::Sum);
        Ok(Self { forest, classes, base_values, transform, has_one_column, has_no_negative_weight })
    }

    /// How many columns a row must have, at the least.
    pub(crate) fn columns(&self) -> usize {
        self.forest.columns()
    }

    /// Classifies rows of `features` numbers each, at least [`Classifier::columns`]; writes the scores of each row, and
    /// the place of its label among the labels.
    pub(crate) fn run(
        &self,
        rows: &[T],
        features: usize,
        scratch: &mut Scratch<T>,
        scores: &mut [T],
        labels: &mut [usize],
    ) {
        self.forest.sum(rows, features, scratch, scores);
        let rows = rows.chunks(features);
        for ((row, scores), label) in rows.zip(scores.chunks_mut(self.classes)).zip(labels) {
            *label = match scores {
                [first, second] => {
                    self.of_two(first, second, [self.forest.has_weight(row, 0), self.forest.has_weight(row, 1)])
                }
                _ => self.of_many(scores, row),
            };
        }
    }

    /// The highest score of those classes for which there is a weight or a base value, and the first of equals.
    fn of_many(&self, scores: &mut [T], row: &[T]) -> usize {
        for (score, base) in scores.iter_mut().zip(&self.base_values) {
            *score = *score + *base;
        }
        let mut best = None;
        for (class, score) in scores.iter().enumerate() {
            let counts = !self.base_values.is_empty() || self.forest.has_weight(row, class);
            if counts && best.is_none_or(|best: usize| *score > scores[best]) {
                best = Some(class);
            }
        }
        self.transform.apply(scores);
        best.unwrap_or(0)
    }

    /// Two classes as ONNX Runtime has them, whatever the standard leaves open. `has` says for which of the two the row
    /// came to a weight.
    fn of_two(&self, first: &mut T, second: &mut T, has: [bool; 2]) -> usize {
        let mut is_alone = !has[1];
        match self.base_values.as_slice() {
            [_, base] if has[1] => {
                *second = *base + *first;
                *first = -*second;
            }
            [base, other] => {
                is_alone = false;
                *first = *first + *base;
                *second = *second + *other;
            }
            [base] => *first = *first + *base,
            _ => {}
        }
        let decides = if has[1] {
            *second
        } else if has[0] {
            *first
        } else {
            T::default()
        };
        let limit = if self.has_one_column && self.has_no_negative_weight { T::HALF } else { T::default() };
        if is_alone && !self.has_one_column && !self.base_values.is_empty() {
            // ONNX Runtime leaves the other score unset, and this one as it is.
            *second = T::default();
        } else if is_alone {
            (*first, *second) = self.completed(*first);
        } else {
            let mut scores = [*first, *second];
            for (score, has) in scores.iter_mut().zip(has) {
                if !has {
                    *score = T::default();
                }
            }
            self.transform.apply(&mut scores);
            [*first, *second] = scores;
        }
        usize::from(decides > limit)
    }

    /// Both scores, where there is but the one.
    fn completed(&self, score: T) -> (T, T) {
        match self.transform {
            Transform::Probit => (probit(score), T::default()),
            Transform::Logistic => self.transform.of_one(score).into(),
            _ if self.has_no_negative_weight && self.has_one_column => self.transform.of_one(score).into(),
            _ => (-score, score),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Numbers;
    use super::*;

    /// One tree: below 0 one leaf, above the other, with these weights: leaf (1 or 2), class, weight.
    fn ensemble(weights: &[(i64, i64, f32)], base_values: &[f32], post_transform: &str) -> Attributes {
        Attributes {
            node_trees: vec![0; 3],
            node_ids: vec![0, 1, 2],
            modes: ["BRANCH_LT", "LEAF", "LEAF"].map(str::to_owned).to_vec(),
            features: vec![0; 3],
            thresholds: Numbers::Single(vec![0.0; 3]),
            if_true: vec![1, 0, 0],
            if_false: vec![2, 0, 0],
            weight_trees: vec![0; weights.len()],
            weight_nodes: weights.iter().map(|(leaf, _, _)| *leaf).collect(),
            weight_targets: weights.iter().map(|(_, class, _)| *class).collect(),
            weights: Numbers::Single(weights.iter().map(|(_, _, weight)| *weight).collect()),
            base_values: Numbers::Single(base_values.to_vec()),
            post_transform: post_transform.to_owned(),
            ..Attributes::default()
        }
    }

    /// Scores and label of a row below 0 and of one above.
    fn classified(attributes: &Attributes, classes: usize) -> (Vec<f32>, Vec<usize>) {
        let classifier = Classifier::<f32>::new(attributes, classes).unwrap();
        let (mut scores, mut labels) = (vec![0.0; 2 * classes], vec![0; 2]);
        classifier.run(&[-1.0, 1.0], 1, &mut Scratch::default(), &mut scores, &mut labels);
        (scores, labels)
    }

    #[test]
    fn of_two_classes_with_positive_weights_for_one_half_decides() {
        let attributes = ensemble(&[(1, 0, 0.25), (2, 0, 0.75)], &[], "NONE");
        assert_eq!(classified(&attributes, 2), (vec![0.75, 0.25, 0.25, 0.75], vec![0, 1]));
    }

    #[test]
    fn of_two_classes_with_weights_of_both_signs_for_one_zero_decides() {
        let attributes = ensemble(&[(1, 0, -1.0), (2, 0, 1.0)], &[], "NONE");
        assert_eq!(classified(&attributes, 2), (vec![1.0, -1.0, -1.0, 1.0], vec![0, 1]));
        let attributes = ensemble(&[(1, 0, -1.0), (2, 0, 1.0)], &[0.5], "LOGISTIC");
        let (scores, labels) = classified(&attributes, 2);
        assert_eq!(labels, [0, 1]);
        assert!((scores[1] - 0.377_540_68).abs() < 1e-6 && (scores[3] - 0.817_574_5).abs() < 1e-6, "{scores:?}");
    }

    #[test]
    fn a_base_value_does_not_reach_a_class_without_weights() {
        let attributes = ensemble(&[(1, 1, 0.25), (2, 1, 0.75)], &[0.5], "NONE");
        assert_eq!(classified(&attributes, 2), (vec![0.0, 0.25, 0.0, 0.75], vec![0, 1]));
    }

    #[test]
    fn of_many_classes_the_first_of_the_highest_is_the_label() {
        let weights = [(1, 0, 1.0), (1, 2, 1.0), (2, 1, 3.0), (2, 2, 1.0)];
        assert_eq!(classified(&ensemble(&weights, &[], "NONE"), 3), (vec![1.0, 0.0, 1.0, 0.0, 3.0, 1.0], vec![0, 1]));
        assert_eq!(
            classified(&ensemble(&weights, &[0.0, 0.0, 2.5], "NONE"), 3),
            (vec![1.0, 0.0, 3.5, 0.0, 3.0, 3.5], vec![2, 2])
        );
        let (scores, _) = classified(&ensemble(&weights, &[], "SOFTMAX"), 3);
        assert!((scores[..3].iter().sum::<f32>() - 1.0).abs() < 1e-6, "{scores:?}");
    }

    #[test]
    fn a_class_without_any_weight_is_no_label_even_if_the_others_are_below_zero() {
        let weights = [(1, 0, -1.0), (1, 2, -2.0), (2, 0, -2.0), (2, 2, -1.0)];
        assert_eq!(classified(&ensemble(&weights, &[], "NONE"), 3).1, [0, 2]);
    }

    #[test]
    fn one_class_and_base_values_that_do_not_fit_are_told() {
        let faults = Classifier::<f32>::new(&ensemble(&[], &[1.0; 3], "CUBE"), 1).unwrap_err().join("\n");
        for part in ["there must be two classes", "base_values has 3 entries for 1 classes", "post_transform is `CUBE`"]
        {
            assert!(faults.contains(part), "{part} is not in:\n{faults}");
        }
    }
}
