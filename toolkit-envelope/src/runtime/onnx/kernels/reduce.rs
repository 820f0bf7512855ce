//! Operators that make one element of all along some axes.

use std::marker::PhantomData;

use crate::runtime::onnx::buffer::{Buffer, Scalar};
use crate::runtime::onnx::dims::{AXES, Dims, axis, size, strides};
use crate::runtime::onnx::kernel::{Inputs, Kernel, Problem, Spare};
use crate::runtime::onnx::spec::{Built, Lengths, Refusal, Spec, unsupported};
use crate::runtime::onnx::table::{FLOATS, NEWEST, NUMBERS, Operator, SCALARS, operator};

use crate::tensor::Element;

use super::elementwise::rows;
use super::types::{Number, with_float, with_number};

/// Axes as an attribute.
const SET: &[&str] = &["axes", "keepdims"];
/// Axes as an input.
const GIVEN: &[&str] = &["keepdims", "noop_with_empty_axes"];

pub(super) const OPERATORS: &[Operator] = &[
    operator("ReduceSum", (1, 12), NUMBERS, SET, (1, 1), sum),
    operator("ReduceSum", (13, NEWEST), NUMBERS, GIVEN, (1, 2), sum),
    operator("ReduceMean", (1, 17), NUMBERS, SET, (1, 1), mean),
    operator("ReduceMean", (18, NEWEST), NUMBERS, GIVEN, (1, 2), mean),
    operator("ReduceProd", (1, 17), NUMBERS, SET, (1, 1), product),
    operator("ReduceProd", (18, NEWEST), NUMBERS, GIVEN, (1, 2), product),
    operator("ReduceMax", (1, 17), NUMBERS, SET, (1, 1), max),
    operator("ReduceMax", (18, 19), NUMBERS, GIVEN, (1, 2), max),
    operator("ReduceMax", (20, NEWEST), SCALARS, GIVEN, (1, 2), max),
    operator("ReduceMin", (1, 17), NUMBERS, SET, (1, 1), min),
    operator("ReduceMin", (18, 19), NUMBERS, GIVEN, (1, 2), min),
    operator("ReduceMin", (20, NEWEST), SCALARS, GIVEN, (1, 2), min),
    operator("ReduceSumSquare", (1, 17), NUMBERS, SET, (1, 1), sum_of_squares),
    operator("ReduceSumSquare", (18, NEWEST), NUMBERS, GIVEN, (1, 2), sum_of_squares),
    operator("ReduceL1", (1, 17), NUMBERS, SET, (1, 1), sum_of_sizes),
    operator("ReduceL1", (18, NEWEST), NUMBERS, GIVEN, (1, 2), sum_of_sizes),
    operator("ReduceL2", (1, 17), FLOATS, SET, (1, 1), length),
    operator("ReduceL2", (18, NEWEST), FLOATS, GIVEN, (1, 2), length),
    operator("ReduceLogSum", (1, 17), FLOATS, SET, (1, 1), log_sum),
    operator("ReduceLogSum", (18, NEWEST), FLOATS, GIVEN, (1, 2), log_sum),
    operator("ReduceLogSumExp", (1, 17), FLOATS, SET, (1, 1), log_sum_exp),
    operator("ReduceLogSumExp", (18, NEWEST), FLOATS, GIVEN, (1, 2), log_sum_exp),
];

/// Along which axes, and what shape is left.
struct Along {
    axes: Option<Vec<i64>>,
    keep: bool,
    /// Whether no axes means none, and not all.
    none: bool,
}

/// What is left of a shape when some axes are reduced.
struct Left {
    /// With the reduced axes at length 1.
    kept: Dims,
    /// As the output has it.
    output: Dims,
    /// How many elements become one.
    count: usize,
}

impl Along {
    fn new(spec: &Spec<'_>) -> Result<Self, Refusal> {
        let axes = spec.ints("axes")?.map(<[i64]>::to_vec);
        let (keep, none) = (spec.switch("keepdims", true)?, spec.switch("noop_with_empty_axes", false)?);
        Ok(Self { axes, keep, none })
    }

    fn dims(&self, spec: &Spec<'_>) -> Lengths {
        let dims = spec.input(0).ok()?.dims.as_ref()?;
        let axes = if spec.optional(1).is_some() { Some(spec.constant::<i64>(1)?) } else { self.axes.as_deref() };
        let mut reduced = vec![false; dims.len()];
        match axes {
            Some(axes) if !axes.is_empty() => {
                for at in axes {
                    reduced[axis(*at, dims.len()).ok()?] = true;
                }
            }
            _ => reduced.fill(!self.none),
        }
        let pairs = dims.iter().zip(reduced).filter(|(_, reduced)| self.keep || !reduced);
        Some(pairs.map(|(dim, reduced)| if reduced { Some(1) } else { *dim }).collect())
    }

    fn left(&self, inputs: &Inputs<'_>) -> Result<Left, Problem> {
        let shape = inputs.tensor(0)?.shape;
        let given = if inputs.get(1).is_some() { Some(inputs.slice::<i64>(1)?.1) } else { None };
        let axes = given.or(self.axes.as_deref()).unwrap_or_default();
        let mut reduced = [axes.is_empty() && !self.none; AXES];
        for at in axes {
            reduced[axis(*at, shape.len())?] = true;
        }
        let (mut kept, mut output) = (Dims::default(), Dims::default());
        let mut count = Dims::default();
        for (length, reduced) in shape.iter().zip(reduced) {
            kept.push(if reduced { 1 } else { *length })?;
            if !reduced || self.keep {
                output.push(if reduced { 1 } else { *length })?;
            }
            if reduced {
                count.push(*length)?;
            }
        }
        Ok(Left { kept, output, count: size(&count)? })
    }
}

/// Starts with a value, takes in every element, and ends with how many there were.
struct Reduce<T, F, G> {
    along: Along,
    first: T,
    take: F,
    last: G,
}

fn reduce<T: Scalar>(
    spec: &Spec<'_>,
    first: T,
    take: impl Fn(T, T) -> T + Send + Sync + 'static,
    last: impl Fn(T, usize) -> T + Send + Sync + 'static,
) -> Result<Built, Refusal> {
    let along = Along::new(spec)?;
    let dims = along.dims(spec);
    Ok(Built::one(Reduce { along, first, take, last }, T::ELEMENT, dims))
}

impl<T, F, G> Kernel for Reduce<T, F, G>
where
    T: Scalar,
    F: Fn(T, T) -> T + Send + Sync,
    G: Fn(T, usize) -> T + Send + Sync,
{
    fn run(&self, inputs: &Inputs<'_>, outputs: &mut [Buffer], _: &mut Spare) -> Result<(), Problem> {
        let (shape, from) = inputs.slice::<T>(0)?;
        let left = self.along.left(inputs)?;
        let into = outputs[0].room::<T>(left.output)?;
        into.fill(self.first);
        gather(shape, from, &left, into, &self.take)?;
        for element in into {
            *element = (self.last)(*element, left.count);
        }
        Ok(())
    }
}

/// Takes every element into the one that it belongs to.
fn gather<T: Scalar, A: Copy>(
    shape: &[usize],
    from: &[T],
    left: &Left,
    into: &mut [A],
    take: impl Fn(A, T) -> A,
) -> Result<(), Problem> {
    let dims = Dims::new(shape)?;
    rows(&dims, [strides(&left.kept, &dims)], |start, length, [place], [step]| {
        let from = &from[start..start + length];
        if step == 0 {
            into[place] = from.iter().fold(into[place], |sum, element| take(sum, *element));
        } else {
            let into = into[place..place + length].iter_mut();
            into.zip(from).for_each(|(into, element)| *into = take(*into, *element));
        }
    });
    Ok(())
}

/// No axes can mean that nothing is done; the format is not clear on that where one element would become another.
fn some_axes(spec: &Spec<'_>) -> Result<(), Refusal> {
    let axes = spec.constant::<i64>(1).is_some_and(|axes| !axes.is_empty());
    if spec.switch("noop_with_empty_axes", false)? && !axes {
        return unsupported("attribute noop_with_empty_axes is set, and the axes are not known");
    }
    Ok(())
}

fn sum(spec: &Spec<'_>) -> Result<Built, Refusal> {
    with_number!(spec.input(0)?.element, T => reduce::<T>(spec, T::ZERO, Number::add, |sum, _| sum))
}

fn mean(spec: &Spec<'_>) -> Result<Built, Refusal> {
    with_number!(spec.input(0)?.element, T => {
        reduce::<T>(spec, T::ZERO, Number::add, |sum, count| sum.div(T::from_float(count as f64)))
    })
}

fn product(spec: &Spec<'_>) -> Result<Built, Refusal> {
    with_number!(spec.input(0)?.element, T => reduce::<T>(spec, T::ONE, Number::mul, |product, _| product))
}

fn max(spec: &Spec<'_>) -> Result<Built, Refusal> {
    if spec.input(0)?.element == Element::Bool {
        return reduce::<bool>(spec, false, |left, right| left | right, |max, _| max);
    }
    with_number!(spec.input(0)?.element, T => reduce::<T>(spec, T::LOWEST, Number::larger, |max, _| max))
}

fn min(spec: &Spec<'_>) -> Result<Built, Refusal> {
    if spec.input(0)?.element == Element::Bool {
        return reduce::<bool>(spec, true, |left, right| left & right, |min, _| min);
    }
    with_number!(spec.input(0)?.element, T => reduce::<T>(spec, T::HIGHEST, Number::smaller, |min, _| min))
}

fn sum_of_squares(spec: &Spec<'_>) -> Result<Built, Refusal> {
    some_axes(spec)?;
    with_number!(spec.input(0)?.element, T => {
        reduce::<T>(spec, T::ZERO, |sum, x| sum.add(x.mul(x)), |sum, _| sum)
    })
}

fn sum_of_sizes(spec: &Spec<'_>) -> Result<Built, Refusal> {
    some_axes(spec)?;
    with_number!(spec.input(0)?.element, T => {
        reduce::<T>(spec, T::ZERO, |sum, x| if x < T::ZERO { sum.sub(x) } else { sum.add(x) }, |sum, _| sum)
    })
}

fn length(spec: &Spec<'_>) -> Result<Built, Refusal> {
    some_axes(spec)?;
    with_float!(spec.input(0)?.element, T => {
        reduce::<T>(spec, T::ZERO, |sum, x| sum + x * x, |sum, _| sum.sqrt())
    })
}

fn log_sum(spec: &Spec<'_>) -> Result<Built, Refusal> {
    some_axes(spec)?;
    with_float!(spec.input(0)?.element, T => reduce::<T>(spec, T::ZERO, Number::add, |sum, _| sum.ln()))
}

/// The logarithm of the sum of powers of e, in two passes: the largest is taken out first, so that no power overflows.
struct LogSumExp<T> {
    along: Along,
    element: PhantomData<T>,
}

fn log_sum_exp(spec: &Spec<'_>) -> Result<Built, Refusal> {
    some_axes(spec)?;
    let along = Along::new(spec)?;
    let (element, dims) = (spec.input(0)?.element, along.dims(spec));
    with_float!(element, T => Ok(Built::one(LogSumExp::<T> { along, element: PhantomData }, element, dims)))
}

impl<T: Number> Kernel for LogSumExp<T> {
    fn run(&self, inputs: &Inputs<'_>, outputs: &mut [Buffer], spare: &mut Spare) -> Result<(), Problem> {
        let (shape, from) = inputs.slice::<T>(0)?;
        let left = self.along.left(inputs)?;
        let into = outputs[0].room::<T>(left.output)?;
        into.fill(T::LOWEST);
        gather(shape, from, &left, into, Number::larger)?;
        // Of nothing but minus infinity, nothing is taken out: the difference would be no number.
        into.iter_mut().filter(|max| max.float() == f64::NEG_INFINITY).for_each(|max| *max = T::ZERO);
        spare.float64s.clear();
        spare.float64s.resize(into.len(), 0.0);
        let (sums, dims) = (&mut spare.float64s, Dims::new(shape)?);
        rows(&dims, [strides(&left.kept, &dims)], |start, length, [place], [step]| {
            for (at, element) in from[start..start + length].iter().enumerate() {
                let place = place + at * step;
                let (element, max) = (element.float(), into[place].float());
                // Infinity is as large as itself, and their difference no number.
                sums[place] += if element >= max { 1.0 } else { (element - max).exp() };
            }
        });
        into.iter_mut().zip(sums).for_each(|(into, sum)| *into = T::from_float(into.float() + sum.ln()));
        Ok(())
    }
}
