//! Columns put side by side, and columns picked.

use crate::runtime::onnx::buffer::{Buffer, Scalar};
use crate::runtime::onnx::dims::{Dims, size};
use crate::runtime::onnx::kernel::{Inputs, Kernel, Problem, Spare};
use crate::runtime::onnx::spec::{Built, Refusal, Spec, invalid};
use crate::runtime::onnx::table::{MANY, NEWEST_ML, NUMBERS, Operator, operator};
use crate::tensor::{Element, View};

use super::rows::{numbers, rows_of};

pub(super) const OPERATORS: &[Operator] = &[
    operator(
        "ArrayFeatureExtractor",
        (1, NEWEST_ML),
        &[Element::Float32, Element::Float64, Element::Int64, Element::Int32, Element::String],
        &[],
        (2, 2),
        extractor,
    ),
    operator("FeatureVectorizer", (1, NEWEST_ML), NUMBERS, &["inputdimensions"], (1, MANY), vectorizer),
];

/// Several inputs as one table: so many columns of each, zeros where it has fewer.
struct Vectorizer {
    columns: Vec<usize>,
}

fn vectorizer(spec: &Spec<'_>) -> Result<Built, Refusal> {
    let lengths = spec.ints("inputdimensions")?.unwrap_or_default();
    let columns: Vec<usize> = lengths.iter().filter_map(|length| usize::try_from(*length).ok()).collect();
    if columns.len() != spec.inputs.len() || columns.len() != lengths.len() {
        return invalid(format!(
            "inputdimensions must say how many columns each of the {} inputs has, and has {} such lengths",
            spec.inputs.len(),
            columns.len()
        ));
    }
    let Some(all) = columns.iter().try_fold(0_usize, |all, columns| all.checked_add(*columns)) else {
        return invalid("inputdimensions asks for more columns than there can be");
    };
    let dims = Some(vec![rows_of(spec.input(0)?), Some(all)]);
    Ok(Built::one(Vectorizer { columns }, Element::Float32, dims))
}

impl Kernel for Vectorizer {
    fn run(&self, inputs: &Inputs<'_>, outputs: &mut [Buffer], spare: &mut Spare) -> Result<(), Problem> {
        let all: usize = self.columns.iter().sum();
        let (rows, _) = row_by_row(inputs.tensor(0)?.shape)?;
        let into = outputs[0].room::<f32>(Dims::table(rows, all))?;
        into.fill(0.0);
        let mut start = 0;
        for (index, columns) in self.columns.iter().enumerate() {
            let tensor = inputs.tensor(index)?;
            let (found, width) = row_by_row(tensor.shape)?;
            if found != rows {
                return Err(Problem::new(format!("input {index} has {found} rows, expected {rows}")));
            }
            let (values, _) = numbers(tensor.elements, &mut spare.float32s, 0)?;
            let taken = width.min(*columns);
            if taken > 0 {
                for (into, row) in into.chunks_mut(all).zip(values.chunks(width)) {
                    into[start..start + taken].copy_from_slice(&row[..taken]);
                }
            }
            start += columns;
        }
        Ok(())
    }
}

/// Rows, and how many elements each has; one axis is one row.
fn row_by_row(shape: &[usize]) -> Result<(usize, usize), Problem> {
    match shape {
        [] => Err(Problem::new("found a single number, expected rows")),
        [columns] => Ok((1, *columns)),
        [rows, inner @ ..] => Ok((*rows, size(inner)?)),
    }
}

/// The elements at indices along the last axis.
struct Extractor;

fn extractor(spec: &Spec<'_>) -> Result<Built, Refusal> {
    let (input, wanted) = (spec.input(0)?, spec.input(1)?);
    let count = wanted.dims.as_ref().and_then(|dims| dims.iter().copied().product::<Option<usize>>());
    let dims = input.dims.as_ref().map(|dims| match dims.split_last() {
        Some((_, [])) | None => vec![Some(1), count],
        Some((_, outer)) => outer.iter().copied().chain([count]).collect(),
    });
    Ok(Built::one(Extractor, input.element, dims))
}

impl Kernel for Extractor {
    fn run(&self, inputs: &Inputs<'_>, outputs: &mut [Buffer], spare: &mut Spare) -> Result<(), Problem> {
        let tensor = inputs.tensor(0)?;
        let (_, wanted) = inputs.slice::<i64>(1)?;
        let Some((length, outer)) = tensor.shape.split_last() else {
            return Err(Problem::new("found a single element, expected at least one axis"));
        };
        let places = &mut spare.indices;
        places.clear();
        for index in wanted {
            match usize::try_from(*index) {
                Ok(place) if place < *length => places.push(place),
                _ => return Err(Problem::new(format!("index {index} is not one of {length} columns"))),
            }
        }
        // One axis is one row, and the result then has two.
        let mut dims = if outer.is_empty() { Dims::of(1) } else { Dims::new(outer)? };
        dims.push(places.len())?;
        let into = &mut outputs[0];
        match tensor.elements {
            View::Float32(all) => pick(all, *length, places, into.room(dims)?),
            View::Float64(all) => pick(all, *length, places, into.room(dims)?),
            View::Int32(all) => pick(all, *length, places, into.room(dims)?),
            View::Int64(all) => pick(all, *length, places, into.room(dims)?),
            View::Bool(all) => pick(all, *length, places, into.room(dims)?),
            View::String(all) => {
                let into = into.strings(dims)?;
                for row in 0..all.len() / length.max(&1) {
                    places.iter().filter_map(|place| all.get(row * length + place)).for_each(|text| into.push(text));
                }
            }
        }
        Ok(())
    }
}

fn pick<T: Scalar>(all: &[T], length: usize, places: &[usize], into: &mut [T]) {
    if places.is_empty() {
        return;
    }
    for (into, row) in into.chunks_mut(places.len()).zip(all.chunks(length)) {
        for (into, place) in into.iter_mut().zip(places) {
            *into = row[*place];
        }
    }
}
