//! Ensembles of decision trees: from attributes to [`trees`], which does the work.

use crate::runtime::onnx::buffer::Buffer;
use crate::runtime::onnx::dims::Dims;
use crate::runtime::onnx::graph::Content;
use crate::runtime::onnx::kernel::{Inputs, Kernel, Problem, Spare};
use crate::runtime::onnx::spec::{Built, Refusal, Spec, invalid, unsupported};
use crate::runtime::onnx::table::{NEWEST_ML, NUMBERS, Operator, operator};
use crate::runtime::onnx::trees::{self, Attributes, Classifier, Numbers, Regressor, Scratch};
use crate::tensor::{Element, Elements};

use super::classes::Classes;
use super::rows::{self, numbers, table, table_for};

const OF_CLASSIFIERS: &[&str] = &[
    "base_values",
    "base_values_as_tensor",
    "class_ids",
    "class_nodeids",
    "class_treeids",
    "class_weights",
    "class_weights_as_tensor",
    "classlabels_int64s",
    "classlabels_strings",
    "nodes_falsenodeids",
    "nodes_featureids",
    "nodes_hitrates",
    "nodes_hitrates_as_tensor",
    "nodes_missing_value_tracks_true",
    "nodes_modes",
    "nodes_nodeids",
    "nodes_treeids",
    "nodes_truenodeids",
    "nodes_values",
    "nodes_values_as_tensor",
    "post_transform",
];

const OF_REGRESSORS: &[&str] = &[
    "aggregate_function",
    "base_values",
    "base_values_as_tensor",
    "n_targets",
    "nodes_falsenodeids",
    "nodes_featureids",
    "nodes_hitrates",
    "nodes_hitrates_as_tensor",
    "nodes_missing_value_tracks_true",
    "nodes_modes",
    "nodes_nodeids",
    "nodes_treeids",
    "nodes_truenodeids",
    "nodes_values",
    "nodes_values_as_tensor",
    "post_transform",
    "target_ids",
    "target_nodeids",
    "target_treeids",
    "target_weights",
    "target_weights_as_tensor",
];

pub(super) const OPERATORS: &[Operator] = &[
    operator("TreeEnsembleClassifier", (1, NEWEST_ML), NUMBERS, OF_CLASSIFIERS, (1, 1), classifier).outputs(2),
    operator("TreeEnsembleRegressor", (1, NEWEST_ML), NUMBERS, OF_REGRESSORS, (1, 1), regressor),
];

/// The precision in which an ensemble is walked, and its part of the memory that operators share.
trait Precision: trees::Real + rows::Real {
    fn scratch(spare: &mut Spare) -> &mut Scratch<Self>;
}

impl Precision for f32 {
    fn scratch(spare: &mut Spare) -> &mut Scratch<Self> {
        &mut spare.trees
    }
}

impl Precision for f64 {
    fn scratch(spare: &mut Spare) -> &mut Scratch<Self> {
        &mut spare.double_trees
    }
}

fn classifier(spec: &Spec<'_>) -> Result<Built, Refusal> {
    let classes = Classes::new(spec, "classlabels_int64s")?;
    let attributes = attributes(spec, "class")?;
    if is_double(spec, &attributes)? {
        classify::<f64>(spec, classes, &attributes)
    } else {
        classify::<f32>(spec, classes, &attributes)
    }
}

fn classify<T: Precision>(spec: &Spec<'_>, classes: Classes, attributes: &Attributes) -> Result<Built, Refusal> {
    let forest = Classifier::<T>::new(attributes, classes.len()).map_err(faults)?;
    let outputs = classes.outputs(spec.input(0)?, classes.len());
    Ok(Built::several(Classify { forest, classes }, outputs))
}

fn regressor(spec: &Spec<'_>) -> Result<Built, Refusal> {
    let Ok(targets) = usize::try_from(spec.int("n_targets")?.unwrap_or(1)) else {
        return invalid("attribute n_targets is negative");
    };
    let attributes = attributes(spec, "target")?;
    if is_double(spec, &attributes)? {
        regress::<f64>(spec, targets, &attributes)
    } else {
        regress::<f32>(spec, targets, &attributes)
    }
}

fn regress<T: Precision>(spec: &Spec<'_>, targets: usize, attributes: &Attributes) -> Result<Built, Refusal> {
    let forest = Regressor::<T>::new(attributes, targets).map_err(faults)?;
    let dims = table_for(spec.input(0)?, targets);
    Ok(Built::one(Regress { forest, targets }, Element::Float32, dims))
}

/// Single precision if it loses nothing that the input or the file has.
fn is_double(spec: &Spec<'_>, attributes: &Attributes) -> Result<bool, Refusal> {
    Ok(spec.input(0)?.element == Element::Float64 || attributes.are_double())
}

fn faults(faults: Vec<String>) -> Refusal {
    const TOLD: usize = 20;
    let more = faults.len().saturating_sub(TOLD);
    let rest = (more > 0).then(|| format!("and {more} more"));
    Refusal::Invalid(faults.into_iter().take(TOLD).chain(rest).collect::<Vec<_>>().join("; "))
}

fn attributes(spec: &Spec<'_>, of_weights: &str) -> Result<Attributes, Refusal> {
    let ints = |name: &str| Ok(spec.ints(name)?.unwrap_or_default().to_vec());
    let text = |name: &str| Ok(spec.text(name)?.unwrap_or_default().to_owned());
    let modes = spec.strings("nodes_modes")?.map(|modes| modes.iter().map(str::to_owned).collect());
    Ok(Attributes {
        node_trees: ints("nodes_treeids")?,
        node_ids: ints("nodes_nodeids")?,
        modes: modes.unwrap_or_default(),
        features: ints("nodes_featureids")?,
        thresholds: single_or_double(spec, "nodes_values")?,
        if_true: ints("nodes_truenodeids")?,
        if_false: ints("nodes_falsenodeids")?,
        missing_is_true: ints("nodes_missing_value_tracks_true")?,
        members: Vec::new(),
        weight_trees: ints(&format!("{of_weights}_treeids"))?,
        weight_nodes: ints(&format!("{of_weights}_nodeids"))?,
        weight_targets: ints(&format!("{of_weights}_ids"))?,
        weights: single_or_double(spec, &format!("{of_weights}_weights"))?,
        base_values: single_or_double(spec, "base_values")?,
        aggregate_function: text("aggregate_function")?,
        post_transform: text("post_transform")?,
    })
}

/// Numbers that are an attribute of their own, or one with `_as_tensor` after its name.
fn single_or_double(spec: &Spec<'_>, name: &str) -> Result<Numbers, Refusal> {
    let of_tensor = format!("{name}_as_tensor");
    let single = spec.floats(name)?.filter(|numbers| !numbers.is_empty());
    let tensor = spec.tensor(&of_tensor)?;
    match (single, tensor.map(|tensor| &tensor.content)) {
        (Some(_), Some(_)) => invalid(format!("both {name} and {of_tensor} are there, and one is allowed")),
        (_, Some(Content::Held(Elements::Float64(numbers)))) => Ok(Numbers::Double(numbers.clone())),
        (_, Some(Content::Held(Elements::Float32(numbers)))) => Ok(Numbers::Single(numbers.clone())),
        (_, Some(_)) => unsupported(format!("{of_tensor} is neither of floats nor of doubles")),
        (numbers, None) => Ok(Numbers::Single(numbers.unwrap_or_default().to_vec())),
    }
}

struct Classify<T> {
    forest: Classifier<T>,
    classes: Classes,
}

impl<T: Precision> Kernel for Classify<T> {
    fn run(&self, inputs: &Inputs<'_>, outputs: &mut [Buffer], spare: &mut Spare) -> Result<(), Problem> {
        let tensor = inputs.tensor(0)?;
        let (count, columns) = wide_enough(tensor.shape, self.forest.columns())?;
        let classes = self.classes.len();
        let mut places = std::mem::take(&mut spare.indices);
        places.clear();
        places.resize(count, 0);
        let results = with_rows(T::scratch(spare), |rows, results, scratch| {
            let (rows, _) = numbers(tensor.elements, rows, 0)?;
            results.resize(Dims::table(count, classes).size()?, T::default());
            self.forest.run(rows, columns, scratch, results, &mut places);
            Ok(())
        });
        if let [labels, scores @ ..] = outputs {
            self.classes.write(&places, labels)?;
            if let Some(scores) = scores.first_mut() {
                write(results?, Dims::table(count, classes), scores)?;
            }
        }
        spare.indices = places;
        Ok(())
    }
}

struct Regress<T> {
    forest: Regressor<T>,
    targets: usize,
}

impl<T: Precision> Kernel for Regress<T> {
    fn run(&self, inputs: &Inputs<'_>, outputs: &mut [Buffer], spare: &mut Spare) -> Result<(), Problem> {
        let tensor = inputs.tensor(0)?;
        let (count, columns) = wide_enough(tensor.shape, self.forest.columns())?;
        let results = with_rows(T::scratch(spare), |rows, results, scratch| {
            let (rows, _) = numbers(tensor.elements, rows, 0)?;
            results.resize(Dims::table(count, self.targets).size()?, T::default());
            self.forest.run(rows, columns, scratch, results);
            Ok(())
        })?;
        write(results, Dims::table(count, self.targets), &mut outputs[0])
    }
}

/// Rows and columns of the input.
fn wide_enough(shape: &[usize], fewest: usize) -> Result<(usize, usize), Problem> {
    let (rows, columns) = table(shape)?;
    if columns < fewest {
        return Err(Problem::new(format!("found {columns} columns, expected at least {fewest}")));
    }
    Ok((rows, columns))
}

/// Lends the vectors of a scratch beside the scratch itself, and gives the second.
fn with_rows<T: Precision>(
    scratch: &mut Scratch<T>,
    work: impl FnOnce(&mut Vec<T>, &mut Vec<T>, &mut Scratch<T>) -> Result<(), Problem>,
) -> Result<&[T], Problem> {
    let (mut rows, mut results) = (std::mem::take(&mut scratch.rows), std::mem::take(&mut scratch.results));
    let result = work(&mut rows, &mut results, scratch);
    (scratch.rows, scratch.results) = (rows, results);
    result.map(|()| scratch.results.as_slice())
}

fn write<T: Precision>(results: &[T], dims: Dims, into: &mut Buffer) -> Result<(), Problem> {
    for (into, result) in into.room::<f32>(dims)?.iter_mut().zip(results) {
        *into = result.to_f32();
    }
    Ok(())
}
