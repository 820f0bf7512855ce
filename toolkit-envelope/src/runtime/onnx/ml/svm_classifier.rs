//! Classification with support vectors: each pair of classes is decided between, and the decisions are votes.

use std::ops::Range;

use crate::runtime::onnx::buffer::Buffer;
use crate::runtime::onnx::dims::Dims;
use crate::runtime::onnx::kernel::{Inputs, Kernel, Problem, Spare};
use crate::runtime::onnx::spec::{Built, Refusal, Spec, invalid, unsupported};
use crate::runtime::onnx::table::{NEWEST_ML, NUMBERS, Operator, operator};
use crate::runtime::onnx::trees::{Transform, logistic};

use super::classes::Classes;
use super::linear::first_of_highest;
use super::rows::{numbers, table_of};
use super::svm::Vectors;

pub(super) const OPERATORS: &[Operator] = &[operator(
    "SVMClassifier",
    (1, NEWEST_ML),
    NUMBERS,
    &[
        "classlabels_ints",
        "classlabels_strings",
        "coefficients",
        "kernel_params",
        "kernel_type",
        "post_transform",
        "prob_a",
        "prob_b",
        "rho",
        "support_vectors",
        "vectors_per_class",
    ],
    (1, 1),
    classifier,
)
.outputs(2)];

struct Classifier {
    vectors: Vectors,
    classes: Classes,
    transform: Transform,
    decides: Decides,
    /// How many scores a row gets.
    scores: usize,
}

/// How a row's class is found.
enum Decides {
    /// The highest product with the coefficients of a class, to which this is added.
    Linear { rho: f32, no_negative_weight: bool },
    /// The most votes of all pairs.
    Pairs(Pairs),
}

struct Pairs {
    /// The vectors of each class.
    vectors: Vec<Range<usize>>,
    /// One row of weights fewer than there are classes, with one weight for each vector.
    coefficients: Vec<f32>,
    rho: Vec<f32>,
    /// What turns the score of a pair into a probability; empty if nothing does.
    probability: Vec<(f32, f32)>,
}

fn classifier(spec: &Spec<'_>) -> Result<Built, Refusal> {
    let classes = Classes::new(spec, "classlabels_ints")?;
    let count = classes.len();
    if !(2..1 << 12).contains(&count) {
        return unsupported(format!("{count} classes: known are 2 to 4095"));
    }
    let transform = Transform::named(spec.text("post_transform")?.unwrap_or_default()).map_err(Refusal::Invalid)?;
    let coefficients = spec.floats("coefficients")?.unwrap_or_default();
    let rho = spec.floats("rho")?.unwrap_or_default();
    let mut ranges = Vec::new();
    let mut end = 0_usize;
    for length in spec.ints("vectors_per_class")?.unwrap_or_default() {
        let next = usize::try_from(*length).ok().and_then(|length| end.checked_add(length));
        let Some(next) = next else { return invalid("vectors_per_class has a length that cannot be") };
        ranges.push(end..next);
        end = next;
    }
    let (vectors, decides, scores) = if end == 0 {
        let Some(rho) = rho.first().copied() else { return invalid("the attribute rho is missing") };
        let no_negative_weight = coefficients.iter().all(|weight| *weight >= 0.0);
        (Vectors::linear(coefficients, count)?, Decides::Linear { rho, no_negative_weight }, count)
    } else {
        let vectors = Vectors::support(spec, end)?;
        let pairs = Pairs::new(spec, ranges, coefficients, rho, count)?;
        // ONNX Runtime gives probabilities for classes, and without them scores for pairs.
        let scores = if pairs.probability.is_empty() && count > 2 { pairs.rho.len() } else { count };
        if transform == Transform::Probit && pairs.probability.is_empty() && count == 2 {
            return unsupported("PROBIT for two classes without probabilities: ONNX Runtime leaves one score unset");
        }
        (vectors, Decides::Pairs(pairs), scores)
    };
    let outputs = classes.outputs(spec.input(0)?, scores);
    Ok(Built::several(Classifier { vectors, classes, transform, decides, scores }, outputs))
}

impl Pairs {
    fn new(
        spec: &Spec<'_>,
        vectors: Vec<Range<usize>>,
        coefficients: &[f32],
        rho: &[f32],
        classes: usize,
    ) -> Result<Self, Refusal> {
        let pairs = classes * (classes - 1) / 2;
        let (a, b) = (spec.floats("prob_a")?.unwrap_or_default(), spec.floats("prob_b")?.unwrap_or_default());
        let all = vectors.last().map_or(0, |range| range.end);
        let mut faults = Vec::new();
        if vectors.len() != classes {
            faults.push(format!("vectors_per_class has {} entries for {classes} classes", vectors.len()));
        }
        if Some(coefficients.len()) != all.checked_mul(classes - 1) {
            faults.push(format!(
                "found {} coefficients, expected {all} for each of {} classes",
                coefficients.len(),
                classes - 1
            ));
        }
        if rho.len() < pairs {
            faults.push(format!("rho has {} entries for {pairs} pairs of classes", rho.len()));
        }
        if a.len() != b.len() || (!a.is_empty() && a.len() < pairs) {
            faults.push(format!("prob_a has {} entries and prob_b {} for {pairs} pairs of classes", a.len(), b.len()));
        }
        if !faults.is_empty() {
            return invalid(faults.join("; "));
        }
        let probability = a.iter().copied().zip(b.iter().copied()).take(pairs).collect();
        Ok(Self { vectors, coefficients: coefficients.to_vec(), rho: rho[..pairs].to_vec(), probability })
    }

    /// Writes the score of each pair, and counts the votes.
    fn decide(&self, likeness: &[f32], scores: &mut [f32], votes: &mut [usize]) {
        let all = likeness.len();
        votes.fill(0);
        let classes = self.vectors.len();
        let pairs = (0..classes).flat_map(|first| (first + 1..classes).map(move |second| (first, second)));
        for (((first, second), score), rho) in pairs.zip(scores).zip(&self.rho) {
            let sum = self.weighed(likeness, (second - 1) * all, &self.vectors[first])
                + self.weighed(likeness, first * all, &self.vectors[second])
                + f64::from(*rho);
            *score = sum as f32;
            votes[if sum > 0.0 { first } else { second }] += 1;
        }
    }

    fn weighed(&self, likeness: &[f32], offset: usize, vectors: &Range<usize>) -> f64 {
        let weights = &self.coefficients[offset + vectors.start..offset + vectors.end];
        weights.iter().zip(&likeness[vectors.clone()]).map(|(weight, likeness)| f64::from(weight * likeness)).sum()
    }

    /// The probability of each class, from the scores of the pairs. `spare` has room for two squares and a row of them.
    fn probabilities(&self, scores: &[f32], spare: &mut [f32], into: &mut [f32]) {
        let classes = self.vectors.len();
        let (pairwise, spare) = spare.split_at_mut(classes * classes);
        let pairs = (0..classes).flat_map(|first| (first + 1..classes).map(move |second| (first, second)));
        for (((first, second), score), (a, b)) in pairs.zip(scores).zip(&self.probability) {
            let probability = (1.0 - logistic(score * a + b)).clamp(1e-7, 1.0 - 1e-7);
            pairwise[first * classes + second] = probability;
            pairwise[second * classes + first] = 1.0 - probability;
        }
        couple(pairwise, spare, into);
    }
}

/// The probabilities of classes that fit those of pairs best (Wu, Lin, Weng 2004, second method, as in LIBSVM), with the
/// limit and the number of rounds of ONNX Runtime.
fn couple(pairwise: &[f32], spare: &mut [f32], into: &mut [f32]) {
    const ROUNDS: usize = 100;
    let classes = into.len();
    let limit = 0.005 / classes as f32;
    let (q, qp) = spare.split_at_mut(classes * classes);
    let qp = &mut qp[..classes];
    for row in 0..classes {
        into[row] = 1.0 / classes as f32;
        let others = (0..classes).filter(|other| *other != row);
        q[row * classes + row] =
            others.map(|other| pairwise[other * classes + row] * pairwise[other * classes + row]).sum();
        for other in (0..classes).filter(|other| *other != row) {
            q[row * classes + other] = -pairwise[other * classes + row] * pairwise[row * classes + other];
        }
    }
    for _ in 0..ROUNDS {
        let mut whole = 0.0;
        for (row, qp) in qp.iter_mut().enumerate() {
            *qp = q[row * classes..(row + 1) * classes].iter().zip(&*into).map(|(q, p)| q * p).sum();
            whole += into[row] * *qp;
        }
        let error = qp.iter().fold(0.0_f32, |error, qp| error.max((qp - whole).abs()));
        if error < limit {
            break;
        }
        for row in 0..classes {
            let own = q[row * classes + row];
            let change = (whole - qp[row]) / own;
            into[row] += change;
            whole = (whole + change * (change * own + 2.0 * qp[row])) / (1.0 + change) / (1.0 + change);
            for other in 0..classes {
                qp[other] = (qp[other] + change * q[row * classes + other]) / (1.0 + change);
                into[other] /= 1.0 + change;
            }
        }
    }
}

impl Kernel for Classifier {
    fn run(&self, inputs: &Inputs<'_>, outputs: &mut [Buffer], spare: &mut Spare) -> Result<(), Problem> {
        let tensor = inputs.tensor(0)?;
        let columns = self.vectors.columns();
        let rows = table_of(tensor.shape, columns)?;
        let (classes, vectors) = (self.classes.len(), self.vectors.len());
        let pairs = classes * (classes - 1) / 2;
        let size = Dims::table(rows, self.scores).size()?;
        let room = size + vectors + pairs + 2 * classes * classes + classes;
        let (values, room) = numbers(tensor.elements, &mut spare.float32s, room)?;
        let (scores, room) = room.split_at_mut(size);
        let (likeness, room) = room.split_at_mut(vectors);
        let places = &mut spare.indices;
        places.clear();
        places.resize(rows + classes, 0);
        let (places, votes) = places.split_at_mut(rows);
        for ((row, scores), place) in values.chunks_exact(columns).zip(scores.chunks_mut(self.scores)).zip(&mut *places)
        {
            self.vectors.compare(row, likeness);
            *place = self.class(likeness, room, votes, scores);
        }
        let [labels, into @ ..] = outputs else { return Ok(()) };
        self.classes.write(places, labels)?;
        if let Some(into) = into.first_mut() {
            into.room::<f32>(Dims::table(rows, self.scores))?.copy_from_slice(scores);
        }
        Ok(())
    }
}

impl Classifier {
    /// The place of a row's class; its scores are written.
    fn class(&self, likeness: &[f32], room: &mut [f32], votes: &mut [usize], scores: &mut [f32]) -> usize {
        match &self.decides {
            Decides::Linear { rho, no_negative_weight } => {
                for (score, product) in scores.iter_mut().zip(likeness) {
                    *score = product + rho;
                }
                let best = first_of_highest(scores);
                let limit_is_passed = if *no_negative_weight { scores[best] >= 0.5 } else { scores[best] > 0.0 };
                self.transform.apply(scores);
                // Of two classes ONNX Runtime takes the second whenever the higher score is high enough.
                if scores.len() == 2 && limit_is_passed { 1 } else { best }
            }
            Decides::Pairs(pairs) => {
                let (of_pairs, room) = room.split_at_mut(pairs.rho.len());
                pairs.decide(likeness, of_pairs, votes);
                if !pairs.probability.is_empty() {
                    pairs.probabilities(of_pairs, room, scores);
                    self.transform.apply(scores);
                } else if let ([score], [first, second]) = (&*of_pairs, &mut *scores) {
                    [*first, *second] = if self.transform == Transform::None {
                        [-score, *score]
                    } else {
                        self.transform.of_one(*score)
                    };
                } else {
                    scores.copy_from_slice(of_pairs);
                    self.transform.apply(scores);
                }
                let most = votes.iter().copied().max().unwrap_or(0);
                votes.iter().position(|votes| *votes == most).unwrap_or(0)
            }
        }
    }
}
