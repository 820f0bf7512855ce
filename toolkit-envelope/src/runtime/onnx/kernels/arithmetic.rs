//! Arithmetic on two tensors or more, whose shapes are made to go together.

use crate::runtime::onnx::spec::{Built, Refusal, Spec};
use crate::runtime::onnx::table::{FLOATS, MANY, NEWEST, NUMBERS, Operator, operator};

use super::elementwise::{Refuses, fold, pair, refusing_pair};
use super::types::{Number, with_number};

// Before version 7, shapes went together by attributes; before 8, Max, Min, Sum and Mean took tensors of one shape only.
pub(super) const OPERATORS: &[Operator] = &[
    operator("Add", (7, NEWEST), NUMBERS, &[], (2, 2), add),
    operator("Sub", (7, NEWEST), NUMBERS, &[], (2, 2), sub),
    operator("Mul", (7, NEWEST), NUMBERS, &[], (2, 2), mul),
    operator("Div", (7, NEWEST), NUMBERS, &[], (2, 2), div),
    operator("Max", (8, 11), FLOATS, &[], (1, MANY), max),
    operator("Max", (12, NEWEST), NUMBERS, &[], (1, MANY), max),
    operator("Min", (8, 11), FLOATS, &[], (1, MANY), min),
    operator("Min", (12, NEWEST), NUMBERS, &[], (1, MANY), min),
    operator("Sum", (8, NEWEST), FLOATS, &[], (1, MANY), sum),
    operator("Mean", (8, NEWEST), FLOATS, &[], (1, MANY), mean),
];

fn add(spec: &Spec<'_>) -> Result<Built, Refusal> {
    with_number!(spec.common(0)?, T => pair::<T, T>(spec, Number::add))
}

fn sub(spec: &Spec<'_>) -> Result<Built, Refusal> {
    with_number!(spec.common(0)?, T => pair::<T, T>(spec, Number::sub))
}

fn mul(spec: &Spec<'_>) -> Result<Built, Refusal> {
    with_number!(spec.common(0)?, T => pair::<T, T>(spec, Number::mul))
}

fn div(spec: &Spec<'_>) -> Result<Built, Refusal> {
    with_number!(spec.common(0)?, T => refusing_pair::<T, T>(spec, Number::div, refuses_zero::<T>()))
}

/// Looks for integers that nothing can be divided by.
pub(super) fn refuses_zero<T: Number>() -> Option<Refuses<T>> {
    fn zero<T: Number>(divisors: &[T]) -> Option<&'static str> {
        divisors.contains(&T::ZERO).then_some("an integer is divided by zero")
    }
    let integer = T::from_float(0.5) == T::ZERO;
    integer.then_some(zero::<T>)
}

fn max(spec: &Spec<'_>) -> Result<Built, Refusal> {
    with_number!(spec.common(0)?, T => fold::<T>(spec, Number::larger, |all, _| all))
}

fn min(spec: &Spec<'_>) -> Result<Built, Refusal> {
    with_number!(spec.common(0)?, T => fold::<T>(spec, Number::smaller, |all, _| all))
}

fn sum(spec: &Spec<'_>) -> Result<Built, Refusal> {
    with_number!(spec.common(0)?, T => fold::<T>(spec, Number::add, |all, _| all))
}

fn mean(spec: &Spec<'_>) -> Result<Built, Refusal> {
    with_number!(spec.common(0)?, T => fold::<T>(spec, Number::add, |all, count| all.div(T::from_float(count as f64))))
}
