//! Comparisons, logic, and the choice between two tensors.

use crate::runtime::onnx::buffer::{Buffer, Scalar};
use crate::runtime::onnx::dims::{AXES, Dims, strides};
use crate::runtime::onnx::kernel::{Inputs, Kernel, Problem, Spare};
use crate::runtime::onnx::spec::{Built, Refusal, Spec};
use crate::runtime::onnx::table::{ANY, BOOL, FLOATS, NEWEST, NUMBERS, Operator, SCALARS, operator};
use crate::tensor::{Element, View};

use super::elementwise::{pair, rows, together};
use super::types::{with_number, with_scalar};

const WHOLE: &[Element] = &[Element::Bool, Element::Int32, Element::Int64];

// Before version 7, shapes went together by attributes.
pub(super) const OPERATORS: &[Operator] = &[
    operator("Equal", (7, 10), WHOLE, &[], (2, 2), equal),
    operator("Equal", (11, 18), SCALARS, &[], (2, 2), equal),
    operator("Equal", (19, NEWEST), ANY, &[], (2, 2), equal),
    operator("Less", (7, 8), FLOATS, &[], (2, 2), less),
    operator("Less", (9, NEWEST), NUMBERS, &[], (2, 2), less),
    operator("Greater", (7, 8), FLOATS, &[], (2, 2), greater),
    operator("Greater", (9, NEWEST), NUMBERS, &[], (2, 2), greater),
    operator("LessOrEqual", (12, NEWEST), NUMBERS, &[], (2, 2), less_or_equal),
    operator("GreaterOrEqual", (12, NEWEST), NUMBERS, &[], (2, 2), greater_or_equal),
    operator("And", (7, NEWEST), BOOL, &[], (2, 2), |spec| logic(spec, |left, right| left && right)),
    operator("Or", (7, NEWEST), BOOL, &[], (2, 2), |spec| logic(spec, |left, right| left || right)),
    operator("Xor", (7, NEWEST), BOOL, &[], (2, 2), |spec| logic(spec, |left, right| left != right)),
    operator("Where", (9, NEWEST), BOOL, &[], (3, 3), choose),
];

fn equal(spec: &Spec<'_>) -> Result<Built, Refusal> {
    let text = || Ok(Built::one(SameText, Element::Bool, together(spec)?));
    with_scalar!(spec.common(0)?, T => pair::<T, bool>(spec, |left, right| PartialEq::eq(&left, &right)), text())
}

fn less(spec: &Spec<'_>) -> Result<Built, Refusal> {
    with_number!(spec.common(0)?, T => pair::<T, bool>(spec, |left, right| left < right))
}

fn greater(spec: &Spec<'_>) -> Result<Built, Refusal> {
    with_number!(spec.common(0)?, T => pair::<T, bool>(spec, |left, right| left > right))
}

fn less_or_equal(spec: &Spec<'_>) -> Result<Built, Refusal> {
    with_number!(spec.common(0)?, T => pair::<T, bool>(spec, |left, right| left <= right))
}

fn greater_or_equal(spec: &Spec<'_>) -> Result<Built, Refusal> {
    with_number!(spec.common(0)?, T => pair::<T, bool>(spec, |left, right| left >= right))
}

fn logic(spec: &Spec<'_>, of: fn(bool, bool) -> bool) -> Result<Built, Refusal> {
    spec.common(0)?;
    pair::<bool, bool>(spec, of)
}

/// Whether texts are equal.
struct SameText;

impl Kernel for SameText {
    fn run(&self, inputs: &Inputs<'_>, outputs: &mut [Buffer], _: &mut Spare) -> Result<(), Problem> {
        let (left, right) = (inputs.tensor(0)?, inputs.tensor(1)?);
        let (View::String(left_text), View::String(right_text)) = (left.elements, right.elements) else {
            return Err(Problem::new("expected two tensors of text"));
        };
        let dims = Dims::broadcast(left.shape, right.shape)?;
        let into = outputs[0].room::<bool>(dims)?;
        let steps = [strides(left.shape, &dims), strides(right.shape, &dims)];
        rows(&dims, steps, |start, length, [l, r], [left_step, right_step]| {
            for (at, into) in into[start..start + length].iter_mut().enumerate() {
                *into = left_text.get(l + at * left_step) == right_text.get(r + at * right_step);
            }
        });
        Ok(())
    }
}

/// The element of one tensor or of another, by whether a third is true.
struct Choose<T>(std::marker::PhantomData<T>);

struct ChooseText;

fn choose(spec: &Spec<'_>) -> Result<Built, Refusal> {
    let element = spec.common(1)?;
    let dims = together(spec)?;
    with_scalar!(
        element,
        T => Ok(Built::one(Choose::<T>(std::marker::PhantomData), element, dims)),
        Ok(Built::one(ChooseText, element, dims))
    )
}

/// The shape of all three inputs together, and the steps through each.
fn three(inputs: &Inputs<'_>) -> Result<(Dims, [[usize; AXES]; 3]), Problem> {
    let shapes = [inputs.tensor(0)?.shape, inputs.tensor(1)?.shape, inputs.tensor(2)?.shape];
    let dims = Dims::broadcast(&Dims::broadcast(shapes[0], shapes[1])?, shapes[2])?;
    Ok((dims, shapes.map(|shape| strides(shape, &dims))))
}

impl<T: Scalar> Kernel for Choose<T> {
    fn run(&self, inputs: &Inputs<'_>, outputs: &mut [Buffer], _: &mut Spare) -> Result<(), Problem> {
        let (dims, steps) = three(inputs)?;
        let (condition, left, right) = (inputs.slice::<bool>(0)?.1, inputs.slice::<T>(1)?.1, inputs.slice::<T>(2)?.1);
        let into = outputs[0].room::<T>(dims)?;
        rows(&dims, steps, |start, length, places, steps| {
            for (at, into) in into[start..start + length].iter_mut().enumerate() {
                let [condition_at, left_at, right_at] = [0, 1, 2].map(|input| places[input] + at * steps[input]);
                *into = if condition[condition_at] { left[left_at] } else { right[right_at] };
            }
        });
        Ok(())
    }
}

impl Kernel for ChooseText {
    fn run(&self, inputs: &Inputs<'_>, outputs: &mut [Buffer], _: &mut Spare) -> Result<(), Problem> {
        let (dims, steps) = three(inputs)?;
        let condition = inputs.slice::<bool>(0)?.1;
        let (View::String(left), View::String(right)) = (inputs.tensor(1)?.elements, inputs.tensor(2)?.elements) else {
            return Err(Problem::new("expected two tensors of text"));
        };
        let into = outputs[0].strings(dims)?;
        rows(&dims, steps, |_, length, places, steps| {
            for at in 0..length {
                let [condition_at, left_at, right_at] = [0, 1, 2].map(|input| places[input] + at * steps[input]);
                let chosen = if condition[condition_at] { left.get(left_at) } else { right.get(right_at) };
                into.push(chosen.unwrap_or_default());
            }
        });
        Ok(())
    }
}
