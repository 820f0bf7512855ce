//! Functions of one number.

use std::cmp::Ordering;

use crate::runtime::onnx::spec::{Built, Refusal, Spec, invalid};
use crate::runtime::onnx::table::{BOOL, FLOATS, NEWEST, NUMBERS, Operator, operator};

use super::elementwise::{map, turn};
use super::types::{Number, with_float, with_number};

/// A function of a number with a fraction.
macro_rules! float {
    (|$x:ident| $result:expr) => {
        |spec| with_float!(spec.input(0)?.element, T => map::<T>(spec, |$x: T| $result))
    };
}

// In version 1, most of these had an attribute that versions from 6 on do not know.
pub(super) const OPERATORS: &[Operator] = &[
    operator("Abs", (6, NEWEST), NUMBERS, &[], (1, 1), abs),
    operator("Acos", (7, NEWEST), FLOATS, &[], (1, 1), float!(|x| x.acos())),
    operator("Acosh", (9, NEWEST), FLOATS, &[], (1, 1), float!(|x| x.acosh())),
    operator("Asin", (7, NEWEST), FLOATS, &[], (1, 1), float!(|x| x.asin())),
    operator("Asinh", (9, NEWEST), FLOATS, &[], (1, 1), float!(|x| x.asinh())),
    operator("Atan", (7, NEWEST), FLOATS, &[], (1, 1), float!(|x| x.atan())),
    operator("Atanh", (9, NEWEST), FLOATS, &[], (1, 1), float!(|x| x.atanh())),
    operator("Ceil", (6, NEWEST), FLOATS, &[], (1, 1), float!(|x| x.ceil())),
    operator("Cos", (7, NEWEST), FLOATS, &[], (1, 1), float!(|x| x.cos())),
    operator("Cosh", (9, NEWEST), FLOATS, &[], (1, 1), float!(|x| x.cosh())),
    operator("Erf", (9, NEWEST), FLOATS, &[], (1, 1), erf),
    operator("Exp", (6, NEWEST), FLOATS, &[], (1, 1), float!(|x| x.exp())),
    operator("Floor", (6, NEWEST), FLOATS, &[], (1, 1), float!(|x| x.floor())),
    operator("IsInf", (10, NEWEST), FLOATS, &["detect_negative", "detect_positive"], (1, 1), is_infinite),
    operator("IsNaN", (9, NEWEST), FLOATS, &[], (1, 1), is_nan),
    operator("Log", (6, NEWEST), FLOATS, &[], (1, 1), float!(|x| x.ln())),
    operator("Neg", (6, NEWEST), NUMBERS, &[], (1, 1), negate),
    operator("Not", (1, NEWEST), BOOL, &[], (1, 1), |spec| map::<bool>(spec, |x| !x)),
    operator("Reciprocal", (6, NEWEST), FLOATS, &[], (1, 1), float!(|x| 1.0 / x)),
    operator("Round", (11, NEWEST), FLOATS, &[], (1, 1), float!(|x| x.round_ties_even())),
    operator("Sign", (9, NEWEST), NUMBERS, &[], (1, 1), sign),
    operator("Sin", (7, NEWEST), FLOATS, &[], (1, 1), float!(|x| x.sin())),
    operator("Sinh", (9, NEWEST), FLOATS, &[], (1, 1), float!(|x| x.sinh())),
    operator("Sqrt", (6, NEWEST), FLOATS, &[], (1, 1), float!(|x| x.sqrt())),
    operator("Tan", (7, NEWEST), FLOATS, &[], (1, 1), float!(|x| x.tan())),
];

fn abs(spec: &Spec<'_>) -> Result<Built, Refusal> {
    with_number!(spec.input(0)?.element, T => map::<T>(spec, |x| if x < T::ZERO { T::ZERO.sub(x) } else { x.add(T::ZERO) }))
}

fn negate(spec: &Spec<'_>) -> Result<Built, Refusal> {
    // Less than zero times one, and not zero less: of zero, the sign changes too.
    with_number!(spec.input(0)?.element, T => map::<T>(spec, |x| x.mul(T::ZERO.sub(T::ONE))))
}

fn sign(spec: &Spec<'_>) -> Result<Built, Refusal> {
    with_number!(spec.input(0)?.element, T => map::<T>(spec, |x| {
        match x.partial_cmp(&T::ZERO) {
            Some(Ordering::Greater) => T::ONE,
            Some(Ordering::Less) => T::ZERO.sub(T::ONE),
            _ => x,
        }
    }))
}

fn erf(spec: &Spec<'_>) -> Result<Built, Refusal> {
    with_float!(spec.input(0)?.element, T => map::<T>(spec, |x| T::from_float(libm::erf(x.float()))))
}

fn is_nan(spec: &Spec<'_>) -> Result<Built, Refusal> {
    with_float!(spec.input(0)?.element, T => turn::<T, bool>(spec, T::is_nan))
}

fn is_infinite(spec: &Spec<'_>) -> Result<Built, Refusal> {
    let (below, above) = (spec.switch("detect_negative", true)?, spec.switch("detect_positive", true)?);
    with_float!(spec.input(0)?.element, T => {
        turn::<T, bool>(spec, move |x| x.is_infinite() && if x > T::ZERO { above } else { below })
    })
}

/// A number among the attributes, or what it is when it is left out.
pub(super) fn setting(spec: &Spec<'_>, name: &str, default: f64) -> Result<f64, Refusal> {
    match spec.float(name)? {
        Some(value) if value.is_nan() => invalid(format!("attribute {name} is not a number")),
        Some(value) => Ok(f64::from(value)),
        None => Ok(default),
    }
}
