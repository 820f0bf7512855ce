//! Powers, remainders, limits and running sums.

use std::marker::PhantomData;

use crate::runtime::onnx::buffer::Buffer;
use crate::runtime::onnx::dims::{Dims, axis, size};
use crate::runtime::onnx::kernel::{Inputs, Kernel, Problem, Spare};
use crate::runtime::onnx::spec::{Built, Refusal, Spec, invalid};
use crate::runtime::onnx::table::{FLOATS, INTEGERS, NEWEST, NUMBERS, Operator, operator};
use crate::tensor::Element;

use super::arithmetic::refuses_zero;
use super::elementwise::{fits, join, map, over, refusing_pair, together};
use super::functions::setting;
use super::types::{Number, with_float, with_number};
use super::walk::integers;

pub(super) const OPERATORS: &[Operator] = &[
    operator("Pow", (7, 11), FLOATS, &[], (2, 2), power),
    operator("Pow", (12, NEWEST), NUMBERS, &[], (2, 2), power),
    operator("Mod", (10, NEWEST), NUMBERS, &["fmod"], (2, 2), remainder),
    operator("Clip", (6, 10), FLOATS, &["max", "min"], (1, 1), clip),
    operator("Clip", (11, 11), FLOATS, &[], (1, 3), clip_by_inputs),
    operator("Clip", (12, NEWEST), NUMBERS, &[], (1, 3), clip_by_inputs),
    operator("CumSum", (11, NEWEST), NUMBERS, &["exclusive", "reverse"], (2, 2), running_sum),
];

/// Numbers to the power of other numbers.
struct Power<A, B>(PhantomData<(A, B)>);

fn power(spec: &Spec<'_>) -> Result<Built, Refusal> {
    let (base, exponent) = (spec.input(0)?.element, spec.input(1)?.element);
    if spec.opset < 12 && base != exponent {
        return invalid(format!("the inputs have different types, {base} and {exponent}"));
    }
    let dims = together(spec)?;
    with_number!(base, A => with_number!(exponent, B => {
        Ok(Built::one(Power::<A, B>(PhantomData), base, dims))
    }))
}

fn raise<A: Number, B: Number>(base: A, exponent: B) -> A {
    let exponent = exponent.float();
    if exponent.to_bits() == 2.0_f64.to_bits() {
        return base.mul(base);
    }
    // Of integers, small powers are exact, and wrap as products do.
    let whole = matches!(A::ELEMENT, Element::Int32 | Element::Int64) && (0.0..=64.0).contains(&exponent);
    if whole && exponent.fract() == 0.0 {
        return (0..i64::from_float(exponent)).fold(A::ONE, |product, _| product.mul(base));
    }
    A::from_float(base.float().powf(exponent))
}

impl<A: Number, B: Number> Kernel for Power<A, B> {
    fn run(&self, inputs: &Inputs<'_>, outputs: &mut [Buffer], _: &mut Spare) -> Result<(), Problem> {
        join(inputs.slice::<A>(0)?, inputs.slice::<B>(1)?, &mut outputs[0], raise::<A, B>)
    }

    fn overwrites(&self, index: usize, inputs: &Inputs<'_>) -> bool {
        let (Some(base), Some(exponent)) = (inputs.get(0), inputs.get(1)) else { return false };
        index == 0 && fits(exponent.shape, base.shape)
    }

    fn run_over(&self, _: usize, inputs: &Inputs<'_>, buffer: &mut Buffer, _: &mut Spare) -> Result<(), Problem> {
        over::<A, B>(buffer, inputs.slice(1)?, raise::<A, B>)
    }
}

fn remainder(spec: &Spec<'_>) -> Result<Built, Refusal> {
    let element = spec.common(0)?;
    let as_dividend = spec.switch("fmod", false)?;
    if spec.opset < 28 && !as_dividend && !INTEGERS.contains(&element) {
        return invalid("the remainder of numbers with a fraction needs the attribute fmod");
    }
    // With fmod the remainder has the sign of the dividend, without it that of the divisor, zero too.
    with_number!(element, T => refusing_pair::<T, T>(spec, move |left, right| {
        let remainder = left.remainder(right);
        let below = right < T::ZERO;
        if as_dividend {
            remainder
        } else if remainder == T::ZERO {
            if below { T::ZERO.mul(T::ZERO.sub(T::ONE)) } else { T::ZERO }
        } else if (remainder < T::ZERO) == below {
            remainder
        } else {
            remainder.add(right)
        }
    }, refuses_zero::<T>()))
}

fn clip(spec: &Spec<'_>) -> Result<Built, Refusal> {
    let (low, high) = (setting(spec, "min", f64::from(f32::MIN))?, setting(spec, "max", f64::from(f32::MAX))?);
    with_float!(spec.input(0)?.element, T => {
        let (low, high) = (T::from_float(low), T::from_float(high));
        map::<T>(spec, move |x| limited(x, low, high))
    })
}

/// A number within limits; where they cross, the upper one holds. What is no number stays so.
fn limited<T: Number>(x: T, low: T, high: T) -> T {
    let x = if x < low { low } else { x };
    if x > high { high } else { x }
}

/// Numbers within limits that are inputs.
struct Clip<T>(PhantomData<T>);

fn clip_by_inputs(spec: &Spec<'_>) -> Result<Built, Refusal> {
    let input = spec.input(0)?;
    with_number!(spec.common(0)?, T => Ok(Built::one(Clip::<T>(PhantomData), input.element, input.dims.clone())))
}

impl<T: Number> Clip<T> {
    fn limits(inputs: &Inputs<'_>) -> Result<(T, T), Problem> {
        let limit = |index: usize, default: T| match inputs.get(index) {
            None => Ok(default),
            Some(_) => match inputs.slice::<T>(index)?.1 {
                [limit] => Ok(*limit),
                many => Err(Problem::new(format!("found {} limits, expected one", many.len()))),
            },
        };
        Ok((limit(1, T::LOWEST)?, limit(2, T::HIGHEST)?))
    }
}

impl<T: Number> Kernel for Clip<T> {
    fn run(&self, inputs: &Inputs<'_>, outputs: &mut [Buffer], _: &mut Spare) -> Result<(), Problem> {
        let (low, high) = Self::limits(inputs)?;
        let (shape, from) = inputs.slice::<T>(0)?;
        let into = outputs[0].room::<T>(Dims::new(shape)?)?;
        into.iter_mut().zip(from).for_each(|(into, from)| *into = limited(*from, low, high));
        Ok(())
    }

    fn overwrites(&self, index: usize, _: &Inputs<'_>) -> bool {
        index == 0
    }

    fn run_over(&self, _: usize, inputs: &Inputs<'_>, buffer: &mut Buffer, _: &mut Spare) -> Result<(), Problem> {
        let (low, high) = Self::limits(inputs)?;
        buffer.elements::<T>()?.iter_mut().for_each(|element| *element = limited(*element, low, high));
        Ok(())
    }
}

/// The sum of each element and those before it along an axis.
struct RunningSum<T> {
    exclusive: bool,
    reverse: bool,
    element: PhantomData<T>,
}

fn running_sum(spec: &Spec<'_>) -> Result<Built, Refusal> {
    let input = spec.input(0)?;
    let (exclusive, reverse) = (spec.switch("exclusive", false)?, spec.switch("reverse", false)?);
    with_number!(input.element, T => {
        let kernel = RunningSum::<T> { exclusive, reverse, element: PhantomData };
        Ok(Built::one(kernel, input.element, input.dims.clone()))
    })
}

impl<T: Number> Kernel for RunningSum<T> {
    fn run(&self, inputs: &Inputs<'_>, outputs: &mut [Buffer], _: &mut Spare) -> Result<(), Problem> {
        let (shape, from) = inputs.slice::<T>(0)?;
        let mut wanted = None;
        integers(inputs.tensor(1)?, |axis| match wanted.replace(axis) {
            None => Ok(()),
            Some(_) => Err(Problem::new("found more than one axis")),
        })?;
        let at = axis(wanted.ok_or_else(|| Problem::new("found no axis"))?, shape.len())?;
        let (length, inner) = (shape[at], size(&shape[at + 1..])?);
        let into = outputs[0].room::<T>(Dims::new(shape)?)?;
        if into.is_empty() {
            return Ok(());
        }
        let blocks = into.chunks_exact_mut(length * inner).zip(from.chunks_exact(length * inner));
        for (into, from) in blocks {
            for lane in 0..inner {
                let mut sum = T::ZERO;
                for step in 0..length {
                    let at = if self.reverse { length - 1 - step } else { step } * inner + lane;
                    let with = sum.add(from[at]);
                    into[at] = if self.exclusive { sum } else { with };
                    sum = with;
                }
            }
        }
        Ok(())
    }
}
