//! Operators that take elements by what is true, or make what is true at an index.

use std::marker::PhantomData;

use crate::runtime::onnx::buffer::{Buffer, Scalar};
use crate::runtime::onnx::dims::{Dims, axis, signed, size};
use crate::runtime::onnx::kernel::{Inputs, Kernel, Problem, Spare, elements};
use crate::runtime::onnx::spec::{Built, Refusal, Spec, unsupported};
use crate::runtime::onnx::table::{ANY, NEWEST, NUMBERS, Operator, SCALARS, operator};
use crate::tensor::{Element, View};

use super::types::{Number, with_number, with_scalar};
use super::walk::runs;

pub(super) const OPERATORS: &[Operator] = &[
    operator("Compress", (9, NEWEST), ANY, &["axis"], (2, 2), compress),
    operator("NonZero", (9, NEWEST), SCALARS, &[], (1, 1), non_zero),
    operator("OneHot", (9, NEWEST), NUMBERS, &["axis"], (3, 3), one_hot),
];

/// The parts of a tensor along an axis for which a condition is true.
struct Compress {
    axis: Option<i64>,
}

fn compress(spec: &Spec<'_>) -> Result<Built, Refusal> {
    let (input, at) = (spec.input(0)?, spec.int("axis")?);
    let dims = match at {
        None => Some(vec![None]),
        Some(at) => input.dims.clone().and_then(|mut dims| {
            *dims.get_mut(axis(at, input.axes()?).ok()?)? = None;
            Some(dims)
        }),
    };
    Ok(Built::one(Compress { axis: at }, input.element, dims))
}

impl Kernel for Compress {
    fn run(&self, inputs: &Inputs<'_>, outputs: &mut [Buffer], spare: &mut Spare) -> Result<(), Problem> {
        let tensor = inputs.tensor(0)?;
        // Without an axis, the tensor is one row of elements.
        let flat = [tensor.elements.len()];
        let (shape, at) = match self.axis {
            None => (&flat[..], 0),
            Some(at) => (tensor.shape, axis(at, tensor.shape.len())?),
        };
        let (length, inner) = (shape[at], size(&shape[at + 1..])?);
        let condition = inputs.slice::<bool>(1)?.1;
        if condition.len() > length && condition[length..].contains(&true) {
            return Err(Problem::new(format!("the condition is true beyond the axis, which has length {length}")));
        }
        let found = &mut spare.indices;
        found.clear();
        found.extend(condition.iter().enumerate().filter(|(_, wanted)| **wanted).map(|(index, _)| index));
        let mut dims = Dims::new(shape)?;
        dims.set(at, found.len());
        let rows = size(&shape[..at])?;
        let starts = (0..rows).flat_map(|row| found.iter().map(move |index| (row * length + index) * inner));
        runs(tensor, dims, &mut outputs[0], inner, starts)
    }
}

/// The indices of elements that are not zero, a row for each axis.
struct NonZero<T>(PhantomData<T>);

fn non_zero(spec: &Spec<'_>) -> Result<Built, Refusal> {
    let input = spec.input(0)?;
    let dims = Some(vec![input.axes(), None]);
    with_scalar!(
        input.element,
        T => Ok(Built::one(NonZero::<T>(PhantomData), Element::Int64, dims)),
        unsupported("text is never zero")
    )
}

impl<T: Scalar> Kernel for NonZero<T> {
    fn run(&self, inputs: &Inputs<'_>, outputs: &mut [Buffer], _: &mut Spare) -> Result<(), Problem> {
        let (shape, from) = inputs.slice::<T>(0)?;
        let found = || from.iter().enumerate().filter(|(_, element)| **element != T::default()).map(|(at, _)| at);
        let count = found().count();
        let into = outputs[0].room::<i64>(Dims::table(shape.len(), count))?;
        for (axis, into) in into.chunks_exact_mut(count.max(1)).enumerate() {
            let inner = size(&shape[axis + 1..])?;
            into.iter_mut().zip(found()).for_each(|(into, at)| *into = signed(at / inner % shape[axis]));
        }
        Ok(())
    }
}

/// A new axis, along which there is one value at an index and another elsewhere.
struct OneHot<T, V> {
    axis: i64,
    elements: PhantomData<(T, V)>,
}

fn one_hot(spec: &Spec<'_>) -> Result<Built, Refusal> {
    let (indices, values) = (spec.input(0)?.element, spec.input(2)?.element);
    let dims = spec.input(0)?.axes().map(|axes| vec![None; axes + 1]);
    let at = spec.int("axis")?.unwrap_or(-1);
    with_number!(indices, T => with_scalar!(
        values,
        V => Ok(Built::one(OneHot::<T, V> { axis: at, elements: PhantomData }, values, dims)),
        unsupported("the values are text")
    ))
}

/// A number of any type as an integer.
fn whole(view: View<'_>) -> Option<i64> {
    Some(match view {
        View::Float32(all) => *all.first()? as i64,
        View::Float64(all) => *all.first()? as i64,
        View::Int32(all) => i64::from(*all.first()?),
        View::Int64(all) => *all.first()?,
        View::Bool(_) | View::String(_) => return None,
    })
}

impl<T: Number, V: Scalar> Kernel for OneHot<T, V> {
    fn run(&self, inputs: &Inputs<'_>, outputs: &mut [Buffer], _: &mut Spare) -> Result<(), Problem> {
        let (shape, indices) = inputs.slice::<T>(0)?;
        let depth = whole(inputs.tensor(1)?.elements).and_then(|depth| usize::try_from(depth).ok());
        let depth = depth.ok_or_else(|| Problem::new("the depth is no length"))?;
        let [off, on] = elements::<V>(inputs.tensor(2)?.elements)? else {
            return Err(Problem::new("expected two values, off and on"));
        };
        let at = axis(self.axis, shape.len() + 1)?;
        let mut dims = Dims::new(&shape[..at])?;
        dims.push(depth)?;
        for length in &shape[at..] {
            dims.push(*length)?;
        }
        let inner = size(&shape[at..])?;
        let into = outputs[0].room::<V>(dims)?;
        into.fill(*off);
        for (place, index) in indices.iter().enumerate() {
            let index = index.float();
            let from_start = i64::from_float(if index < 0.0 { index + depth as f64 } else { index });
            // An index that is none of the axis leaves it off everywhere.
            if let Some(index) = usize::try_from(from_start).ok().filter(|index| *index < depth) {
                into[(place / inner * depth + index) * inner + place % inner] = *on;
            }
        }
        Ok(())
    }
}
