//! From one type of elements to another.

use std::fmt::Write as _;

use crate::runtime::onnx::buffer::{Buffer, Scalar};
use crate::runtime::onnx::dims::Dims;
use crate::runtime::onnx::graph::DataType;
use crate::runtime::onnx::kernel::{Inputs, Kernel, Problem, Spare, elements};
use crate::runtime::onnx::spec::{Built, Refusal, Spec, invalid, unsupported};
use crate::runtime::onnx::table::{ANY, NEWEST, Operator, operator};
use crate::tensor::{Element, View};

use super::types::Number;

// What `saturate` and `round_mode` say is about types of 8 bits and fewer alone.
pub(super) const OPERATORS: &[Operator] = &[
    operator("Cast", (6, 18), ANY, &["to"], (1, 1), cast),
    operator("Cast", (19, 23), ANY, &["saturate", "to"], (1, 1), cast),
    operator("Cast", (24, NEWEST), ANY, &["round_mode", "saturate", "to"], (1, 1), cast),
    operator("CastLike", (15, 18), ANY, &[], (2, 2), cast_like),
    operator("CastLike", (19, 23), ANY, &["saturate"], (2, 2), cast_like),
    operator("CastLike", (24, NEWEST), ANY, &["round_mode", "saturate"], (2, 2), cast_like),
];

struct Cast {
    to: Element,
}

fn cast(spec: &Spec<'_>) -> Result<Built, Refusal> {
    let Some(to) = spec.int("to")? else { return invalid("attribute to is missing") };
    match DataType(to).element() {
        Some(to) => made(spec, to),
        None => unsupported(format!("elements of {} are asked for", DataType(to))),
    }
}

fn cast_like(spec: &Spec<'_>) -> Result<Built, Refusal> {
    made(spec, spec.input(1)?.element)
}

fn made(spec: &Spec<'_>, to: Element) -> Result<Built, Refusal> {
    let input = spec.input(0)?;
    match (input.element, to) {
        // The format's reference writes 1.0 and True, ONNX Runtime 1: a category would be another one elsewhere.
        (Element::Float32 | Element::Float64 | Element::Bool, Element::String) => {
            return unsupported(format!("{} is made text, which no two runtimes do alike", input.element));
        }
        (Element::String, Element::Bool) => return unsupported("text is made true or false"),
        _ => {}
    }
    let built = Built::one(Cast { to }, to, input.dims.clone());
    Ok(if input.element == to { built.same() } else { built })
}

impl Kernel for Cast {
    fn run(&self, inputs: &Inputs<'_>, outputs: &mut [Buffer], _: &mut Spare) -> Result<(), Problem> {
        let tensor = inputs.tensor(0)?;
        let (dims, output) = (Dims::new(tensor.shape)?, &mut outputs[0]);
        match self.to {
            Element::Float32 => to::<f32>(tensor.elements, output.room(dims)?),
            Element::Float64 => to::<f64>(tensor.elements, output.room(dims)?),
            Element::Int32 => to::<i32>(tensor.elements, output.room(dims)?),
            Element::Int64 => to::<i64>(tensor.elements, output.room(dims)?),
            Element::Bool => {
                let into = output.room::<bool>(dims)?;
                match tensor.elements {
                    View::Float32(from) => into.iter_mut().zip(from).for_each(|(into, from)| *into = *from != 0.0),
                    View::Float64(from) => into.iter_mut().zip(from).for_each(|(into, from)| *into = *from != 0.0),
                    View::Int32(from) => into.iter_mut().zip(from).for_each(|(into, from)| *into = *from != 0),
                    View::Int64(from) => into.iter_mut().zip(from).for_each(|(into, from)| *into = *from != 0),
                    View::Bool(from) => into.copy_from_slice(from),
                    View::String(_) => return Err(Problem::new("text cannot be made true or false")),
                }
                Ok(())
            }
            Element::String => text(tensor.elements, dims, output),
        }
    }
}

/// Numbers that every other number can be turned to.
trait Target: Number {
    fn of_f32(from: f32) -> Self;
    fn of_f64(from: f64) -> Self;
    fn of_i32(from: i32) -> Self;
    fn of_i64(from: i64) -> Self;
    fn of_text(from: &str) -> Option<Self>;
}

macro_rules! targets {
    ($($type:ident $parse:expr),*) => {$(
        #[allow(clippy::cast_lossless, clippy::unnecessary_cast, reason = "for some of the types they are none")]
        impl Target for $type {
            fn of_f32(from: f32) -> Self {
                from as $type
            }
            fn of_f64(from: f64) -> Self {
                from as $type
            }
            fn of_i32(from: i32) -> Self {
                from as $type
            }
            fn of_i64(from: i64) -> Self {
                from as $type
            }
            fn of_text(from: &str) -> Option<Self> {
                $parse(from)
            }
        }
    )*};
}

// Numbers with a fraction are cut towards zero when they become integers, and those out of range become the nearest.
targets!(f32 float::<f32>, f64 float::<f64>, i32 |text: &str| text.parse().ok(), i64 |text: &str| text.parse().ok());

/// Rust reads `inf`, `infinity` and `nan` in any case, as the format asks, and `1e5` and `+1` too.
fn float<T: std::str::FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

fn to<T: Target>(from: View<'_>, into: &mut [T]) -> Result<(), Problem> {
    match from {
        View::Float32(from) => into.iter_mut().zip(from).for_each(|(into, from)| *into = T::of_f32(*from)),
        View::Float64(from) => into.iter_mut().zip(from).for_each(|(into, from)| *into = T::of_f64(*from)),
        View::Int32(from) => into.iter_mut().zip(from).for_each(|(into, from)| *into = T::of_i32(*from)),
        View::Int64(from) => into.iter_mut().zip(from).for_each(|(into, from)| *into = T::of_i64(*from)),
        View::Bool(from) => {
            into.iter_mut().zip(from).for_each(|(into, from)| *into = if *from { T::ONE } else { T::ZERO });
        }
        View::String(from) => {
            for (at, (into, from)) in into.iter_mut().zip(from.iter()).enumerate() {
                let read = T::of_text(from.trim());
                *into = read.ok_or_else(|| Problem::new(format!("the text at {at} is no {}", T::ELEMENT)))?;
            }
        }
    }
    Ok(())
}

fn text(from: View<'_>, dims: Dims, output: &mut Buffer) -> Result<(), Problem> {
    fn of<T: Scalar>(
        from: View<'_>,
        dims: Dims,
        output: &mut Buffer,
        write: impl Fn(&mut String, T) -> std::fmt::Result,
    ) -> Result<(), Problem> {
        let into = output.strings(dims)?;
        let mut text = String::new();
        for element in elements::<T>(from)? {
            text.clear();
            write(&mut text, *element).map_err(|_| Problem::new("a number cannot be written"))?;
            into.push(&text);
        }
        Ok(())
    }
    match from {
        View::Int32(_) => of::<i32>(from, dims, output, |text, int| write!(text, "{int}")),
        View::Int64(_) => of::<i64>(from, dims, output, |text, int| write!(text, "{int}")),
        View::Float32(_) | View::Float64(_) | View::Bool(_) | View::String(_) => Err(Problem::new("expected integers")),
    }
}
