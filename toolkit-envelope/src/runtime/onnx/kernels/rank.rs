//! Operators that look for the largest and the smallest elements.

use std::cmp::Ordering;
use std::marker::PhantomData;

use crate::runtime::onnx::buffer::Buffer;
use crate::runtime::onnx::dims::{Dims, axis, signed, size};
use crate::runtime::onnx::kernel::{Inputs, Kernel, Problem, Spare};
use crate::runtime::onnx::spec::{Built, Known, Lengths, Refusal, Spec, invalid};
use crate::runtime::onnx::table::{FLOATS, NEWEST, NUMBERS, Operator, operator};
use crate::tensor::Element;

use super::types::{Number, with_number};

const OLD: &[&str] = &["axis", "keepdims"];
const NEW: &[&str] = &["axis", "keepdims", "select_last_index"];

pub(super) const OPERATORS: &[Operator] = &[
    operator("ArgMax", (1, 11), NUMBERS, OLD, (1, 1), |spec| place(spec, true)),
    operator("ArgMax", (12, NEWEST), NUMBERS, NEW, (1, 1), |spec| place(spec, true)),
    operator("ArgMin", (1, 11), NUMBERS, OLD, (1, 1), |spec| place(spec, false)),
    operator("ArgMin", (12, NEWEST), NUMBERS, NEW, (1, 1), |spec| place(spec, false)),
    operator("TopK", (1, 9), FLOATS, &["axis", "k"], (1, 1), top).outputs(2),
    operator("TopK", (10, 10), FLOATS, &["axis"], (2, 2), top).outputs(2),
    operator("TopK", (11, NEWEST), NUMBERS, &["axis", "largest", "sorted"], (2, 2), top).outputs(2),
];

/// Where the largest or the smallest element along an axis is.
struct Extreme<T> {
    axis: i64,
    keep: bool,
    largest: bool,
    last: bool,
    element: PhantomData<T>,
}

fn place(spec: &Spec<'_>, largest: bool) -> Result<Built, Refusal> {
    let input = spec.input(0)?;
    let (at, keep) = (spec.int("axis")?.unwrap_or(0), spec.switch("keepdims", true)?);
    let last = spec.switch("select_last_index", false)?;
    let dims: Lengths = input.dims.clone().and_then(|mut dims| {
        let at = axis(at, dims.len()).ok()?;
        if keep {
            dims[at] = Some(1);
        } else {
            dims.remove(at);
        }
        Some(dims)
    });
    with_number!(input.element, T => {
        let kernel = Extreme::<T> { axis: at, keep, largest, last, element: PhantomData };
        Ok(Built::one(kernel, Element::Int64, dims))
    })
}

impl<T: Number> Kernel for Extreme<T> {
    fn run(&self, inputs: &Inputs<'_>, outputs: &mut [Buffer], _: &mut Spare) -> Result<(), Problem> {
        let (shape, from) = inputs.slice::<T>(0)?;
        let at = axis(self.axis, shape.len())?;
        let (length, inner) = (shape[at], size(&shape[at + 1..])?);
        let mut dims = Dims::new(&shape[..at])?;
        if self.keep {
            dims.push(1)?;
        }
        for length in &shape[at + 1..] {
            dims.push(*length)?;
        }
        let into = outputs[0].room::<i64>(dims)?;
        if length == 0 && !into.is_empty() {
            return Err(Problem::new("found no element to choose from"));
        }
        for (at, into) in into.iter_mut().enumerate() {
            let lane = at / inner * inner * length + at % inner;
            let mut best = 0;
            for index in 1..length {
                let (found, other) = (from[lane + best * inner], from[lane + index * inner]);
                let better = if self.largest { other > found } else { other < found };
                if better || (self.last && other == found) {
                    best = index;
                }
            }
            *into = signed(best);
        }
        Ok(())
    }
}

/// The largest or smallest elements along an axis, and where they are.
struct Top<T> {
    axis: i64,
    largest: bool,
    count: Option<usize>,
    element: PhantomData<T>,
}

fn top(spec: &Spec<'_>) -> Result<Built, Refusal> {
    let input = spec.input(0)?;
    let count = match spec.int("k")?.map(usize::try_from) {
        None if spec.node.inputs.len() == 1 => return invalid("attribute k is missing"),
        None => None,
        Some(Ok(count)) => Some(count),
        Some(Err(_)) => return invalid("attribute k is negative"),
    };
    let (at, largest) = (spec.int("axis")?.unwrap_or(-1), spec.switch("largest", true)?);
    let dims: Lengths = input.dims.clone().and_then(|mut dims| {
        let at = axis(at, dims.len()).ok()?;
        dims[at] = count.or_else(|| usize::try_from(*spec.constant::<i64>(1)?.first()?).ok());
        Some(dims)
    });
    let outputs = vec![Known::new(input.element, dims.clone()), Known::new(Element::Int64, dims)];
    with_number!(input.element, T => {
        Ok(Built::several(Top::<T> { axis: at, largest, count, element: PhantomData }, outputs))
    })
}

/// Every number has its place, what is none above all.
fn order<T: Number>(left: T, right: T) -> Ordering {
    left.partial_cmp(&right).unwrap_or_else(|| left.nan().cmp(&right.nan()))
}

impl<T: Number> Kernel for Top<T> {
    fn run(&self, inputs: &Inputs<'_>, outputs: &mut [Buffer], spare: &mut Spare) -> Result<(), Problem> {
        let (shape, from) = inputs.slice::<T>(0)?;
        let at = axis(self.axis, shape.len())?;
        let (length, inner) = (shape[at], size(&shape[at + 1..])?);
        let wanted = match self.count {
            Some(count) => Some(count),
            None => inputs.slice::<i64>(1)?.1.first().and_then(|count| usize::try_from(*count).ok()),
        };
        let count = wanted
            .filter(|count| *count <= length)
            .ok_or_else(|| Problem::new(format!("{wanted:?} elements of an axis of length {length} are asked for")))?;
        let mut dims = Dims::new(shape)?;
        dims.set(at, count);
        let [values, places] = outputs else { return Err(Problem::new("expected two outputs")) };
        let (values, places) = (values.room::<T>(dims)?, places.room::<i64>(dims)?);
        if values.is_empty() {
            return Ok(());
        }
        let found = &mut spare.indices;
        for (block, (values, places)) in
            values.chunks_exact_mut(count * inner).zip(places.chunks_exact_mut(count * inner)).enumerate()
        {
            for lane in 0..inner {
                let element = |index: usize| from[(block * length + index) * inner + lane];
                // Of equal ones, the first comes first.
                let compare = |left: &usize, right: &usize| {
                    let (less, more) = if self.largest { (right, left) } else { (left, right) };
                    order(element(*less), element(*more)).then(left.cmp(right))
                };
                found.clear();
                found.extend(0..length);
                if count < length {
                    found.select_nth_unstable_by(count, compare);
                }
                found[..count].sort_unstable_by(compare);
                for (rank, index) in found[..count].iter().enumerate() {
                    values[rank * inner + lane] = element(*index);
                    places[rank * inner + lane] = signed(*index);
                }
            }
        }
        Ok(())
    }
}
