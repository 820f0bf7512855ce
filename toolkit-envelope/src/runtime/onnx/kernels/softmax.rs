//! Operators that weigh the elements along an axis against each other: softmax and its kin, and normalisation.

use std::marker::PhantomData;

use crate::runtime::onnx::buffer::Buffer;
use crate::runtime::onnx::dims::{Dims, axis, signed, size, strides};
use crate::runtime::onnx::kernel::{Inputs, Kernel, Problem, Spare};
use crate::runtime::onnx::spec::{Built, Known, Refusal, Spec, unsupported};
use crate::runtime::onnx::table::{FLOATS, NEWEST, Operator, operator};
use crate::tensor::Element;

use super::elementwise::{fits, rows};
use super::functions::setting;
use super::types::{Float, with_float};

const AXIS: &[&str] = &["axis"];
const SINGLE: &[Element] = &[Element::Float32];
const EPSILON: f64 = 9.999_999_747_378_752e-6;

// Before version 13, the axes from the given one on were taken together.
pub(super) const OPERATORS: &[Operator] = &[
    operator("Softmax", (1, NEWEST), FLOATS, AXIS, (1, 1), |spec| weigh(spec, Form::Soft)),
    operator("LogSoftmax", (1, NEWEST), FLOATS, AXIS, (1, 1), |spec| weigh(spec, Form::Log)),
    operator("Hardmax", (1, NEWEST), FLOATS, AXIS, (1, 1), |spec| weigh(spec, Form::Hard)),
    operator("LpNormalization", (1, NEWEST), FLOATS, &["axis", "p"], (1, 1), lp),
    operator("LayerNormalization", (17, NEWEST), SINGLE, &["axis", "epsilon", "stash_type"], (2, 3), normal).outputs(3),
    operator("BatchNormalization", (9, 13), FLOATS, &["epsilon", "momentum"], (5, 5), batch),
    operator("BatchNormalization", (14, NEWEST), FLOATS, &["epsilon", "momentum", "training_mode"], (5, 5), batch),
];

#[derive(Clone, Copy)]
enum Form {
    Soft,
    Log,
    Hard,
    /// Divided by the sum of their sizes.
    Sum,
    /// Divided by their length as a vector.
    Length,
}

/// Elements along an axis against each other.
struct Weigh<T> {
    form: Form,
    axis: i64,
    /// Whether the axes from the given one on are taken together.
    together: bool,
    element: PhantomData<T>,
}

fn lp(spec: &Spec<'_>) -> Result<Built, Refusal> {
    match spec.int("p")?.unwrap_or(2) {
        1 => along(spec, Form::Sum, false),
        2 => along(spec, Form::Length, false),
        other => unsupported(format!("attribute p is {other}, known are 1 and 2")),
    }
}

fn weigh(spec: &Spec<'_>, form: Form) -> Result<Built, Refusal> {
    along(spec, form, spec.opset < 13)
}

fn along(spec: &Spec<'_>, form: Form, together: bool) -> Result<Built, Refusal> {
    let axis = spec.int("axis")?.unwrap_or(if together { 1 } else { -1 });
    let input = spec.input(0)?;
    with_float!(input.element, T => {
        let kernel = Weigh::<T> { form, axis, together, element: PhantomData };
        Ok(Built::one(kernel, input.element, input.dims.clone()))
    })
}

impl<T: Float> Weigh<T> {
    /// How many elements are weighed against each other, and how far apart they are.
    fn lanes(&self, shape: &[usize]) -> Result<(usize, usize), Problem> {
        if self.together && self.axis == signed(shape.len()) {
            return Ok((1, 1));
        }
        let at = axis(self.axis, shape.len())?;
        if self.together { Ok((size(&shape[at..])?, 1)) } else { Ok((shape[at], size(&shape[at + 1..])?)) }
    }

    fn weigh(&self, all: &mut [T], length: usize, inner: usize) {
        if all.is_empty() {
            return;
        }
        for block in all.chunks_exact_mut(length * inner) {
            for lane in 0..inner {
                self.lane(&mut block[lane..], inner);
            }
        }
    }

    fn lane(&self, lane: &mut [T], step: usize) {
        if let Form::Sum | Form::Length = self.form {
            return self.divide(lane, step);
        }
        let max = lane.iter().step_by(step).fold(T::LOWEST, |max, x| max.larger(*x));
        match self.form {
            Form::Sum | Form::Length => {}
            Form::Soft => {
                let mut sum = T::ZERO;
                for x in lane.iter_mut().step_by(step) {
                    *x = x.sub(max).exp();
                    sum = sum.add(*x);
                }
                lane.iter_mut().step_by(step).for_each(|x| *x = x.div(sum));
            }
            Form::Log => {
                let sum = lane.iter().step_by(step).fold(T::ZERO, |sum, x| sum.add(x.sub(max).exp())).ln();
                lane.iter_mut().step_by(step).for_each(|x| *x = x.sub(max).sub(sum));
            }
            Form::Hard => {
                let mut found = false;
                for x in lane.iter_mut().step_by(step) {
                    let first = !found && *x == max;
                    found |= first;
                    *x = if first { T::ONE } else { T::ZERO };
                }
            }
        }
    }
}

impl<T: Float> Weigh<T> {
    /// Divides by what the elements come to; those that are all zero stay so.
    fn divide(&self, lane: &mut [T], step: usize) {
        let all = lane.iter().step_by(step);
        let norm = match self.form {
            Form::Length => all.fold(T::ZERO, |sum, x| sum.add(x.mul(*x))).sqrt(),
            _ => all.fold(T::ZERO, |sum, x| sum.add(x.abs())),
        };
        if norm != T::ZERO {
            lane.iter_mut().step_by(step).for_each(|x| *x = x.div(norm));
        }
    }
}

impl<T: Float> Kernel for Weigh<T> {
    fn run(&self, inputs: &Inputs<'_>, outputs: &mut [Buffer], _: &mut Spare) -> Result<(), Problem> {
        let (shape, from) = inputs.slice::<T>(0)?;
        let (length, inner) = self.lanes(shape)?;
        let into = outputs[0].room::<T>(Dims::new(shape)?)?;
        into.copy_from_slice(from);
        self.weigh(into, length, inner);
        Ok(())
    }

    fn overwrites(&self, index: usize, _: &Inputs<'_>) -> bool {
        index == 0
    }

    fn run_over(&self, _: usize, _: &Inputs<'_>, buffer: &mut Buffer, _: &mut Spare) -> Result<(), Problem> {
        let (length, inner) = self.lanes(&buffer.dims())?;
        self.weigh(buffer.elements()?, length, inner);
        Ok(())
    }
}

/// Elements from an axis on, moved and scaled to mean 0 and variance 1, and then by weights.
struct Normal {
    axis: i64,
    epsilon: f32,
}

fn normal(spec: &Spec<'_>) -> Result<Built, Refusal> {
    if spec.int("stash_type")?.is_some_and(|kind| kind != 1) {
        return unsupported("attribute stash_type is not 1");
    }
    spec.common(0)?;
    let kernel = Normal { axis: spec.int("axis")?.unwrap_or(-1), epsilon: setting(spec, "epsilon", EPSILON)? as f32 };
    let input = spec.input(0)?;
    let moments = Known::new(Element::Float32, input.dims.as_ref().map(|dims| vec![None; dims.len()]));
    Ok(Built::several(kernel, vec![Known::new(input.element, input.dims.clone()), moments.clone(), moments]))
}

impl Kernel for Normal {
    fn run(&self, inputs: &Inputs<'_>, outputs: &mut [Buffer], _: &mut Spare) -> Result<(), Problem> {
        let (shape, from) = inputs.slice::<f32>(0)?;
        let at = axis(self.axis, shape.len())?;
        let length = size(&shape[at..])?;
        let within = Dims::new(&shape[at..])?;
        let mut moments = Dims::new(&shape[..at])?;
        for _ in at..shape.len() {
            moments.push(1)?;
        }
        let [output, others @ ..] = outputs else { return Ok(()) };
        let into = output.room::<f32>(Dims::new(shape)?)?;
        into.copy_from_slice(from);
        for other in &mut *others {
            other.room::<f32>(moments)?;
        }
        if length == 0 {
            return Ok(());
        }
        for (row, into) in into.chunks_exact_mut(length).enumerate() {
            let mean = into.iter().sum::<f32>() / length as f32;
            let variance = into.iter().map(|x| (x - mean) * (x - mean)).sum::<f32>() / length as f32;
            let scale = 1.0 / (variance + self.epsilon).sqrt();
            for x in &mut *into {
                *x = (*x - mean) * scale;
            }
            for (other, moment) in others.iter_mut().zip([mean, scale]) {
                other.elements::<f32>()?[row] = moment;
            }
            weighted(inputs, 1, &within, into, |x, weight| x * weight)?;
            weighted(inputs, 2, &within, into, |x, weight| x + weight)?;
        }
        Ok(())
    }
}

/// Takes in the weights of an input, if it is there, repeated to a shape.
fn weighted(
    inputs: &Inputs<'_>,
    input: usize,
    dims: &Dims,
    into: &mut [f32],
    of: impl Fn(f32, f32) -> f32,
) -> Result<(), Problem> {
    if inputs.get(input).is_none() {
        return Ok(());
    }
    let (shape, weights) = inputs.slice::<f32>(input)?;
    if !fits(shape, dims) {
        return Err(Problem::new(format!("weights of the shape {shape:?} cannot be repeated to {dims:?}")));
    }
    rows(dims, [strides(shape, dims)], |start, length, [place], [step]| {
        for (at, x) in into[start..start + length].iter_mut().enumerate() {
            *x = of(*x, weights[place + at * step]);
        }
    });
    Ok(())
}

/// Each channel moved and scaled by what was found in training.
struct Batch<T> {
    epsilon: T,
}

fn batch(spec: &Spec<'_>) -> Result<Built, Refusal> {
    if spec.switch("training_mode", false)? {
        return unsupported("attribute training_mode is set");
    }
    let (input, epsilon) = (spec.input(0)?, setting(spec, "epsilon", EPSILON)?);
    with_float!(spec.common(0)?, T => Ok(Built::one(Batch { epsilon: epsilon as T }, input.element, input.dims.clone())))
}

impl<T: Float> Kernel for Batch<T> {
    fn run(&self, inputs: &Inputs<'_>, outputs: &mut [Buffer], _: &mut Spare) -> Result<(), Problem> {
        let (shape, from) = inputs.slice::<T>(0)?;
        let channels =
            *shape.get(1).ok_or_else(|| Problem::new(format!("found the shape {shape:?}, without channels")))?;
        let inner = size(&shape[2..])?;
        let of = |input: usize| match inputs.slice::<T>(input)?.1 {
            all if all.len() == channels => Ok(all),
            all => Err(Problem::new(format!("input {input} has {} elements for {channels} channels", all.len()))),
        };
        let (scales, shifts, means, variances) = (of(1)?, of(2)?, of(3)?, of(4)?);
        let into = outputs[0].room::<T>(Dims::new(shape)?)?;
        if into.is_empty() {
            return Ok(());
        }
        for (block, (into, from)) in into.chunks_exact_mut(inner).zip(from.chunks_exact(inner)).enumerate() {
            let channel = block % channels;
            let scale = scales[channel].div(variances[channel].add(self.epsilon).sqrt());
            let (mean, shift) = (means[channel], shifts[channel]);
            into.iter_mut().zip(from).for_each(|(into, x)| *into = x.sub(mean).mul(scale).add(shift));
        }
        Ok(())
    }
}
