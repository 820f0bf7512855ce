//! Operators that make tensors of nothing but a value, a shape or a range.

use std::marker::PhantomData;

use crate::runtime::onnx::buffer::{Buffer, Scalar};
use crate::runtime::onnx::dims::{Dims, signed};
use crate::runtime::onnx::graph::{Attribute, Content};
use crate::runtime::onnx::kernel::{Inputs, Kernel, Problem, Spare, elements};
use crate::runtime::onnx::spec::{Built, Refusal, Spec, invalid, unsupported};
use crate::runtime::onnx::table::{ANY, NEWEST, NUMBERS, Operator, operator};
use crate::tensor::{Element, Elements, Strings};

use super::types::{Number, with_number, with_scalar};

const INT64: &[Element] = &[Element::Int64];
const ONE: &[&str] = &["value"];
const FORMS: &[&str] =
    &["value", "value_float", "value_floats", "value_int", "value_ints", "value_string", "value_strings"];

pub(super) const OPERATORS: &[Operator] = &[
    operator("Constant", (1, 11), ANY, ONE, (0, 0), constant),
    operator("Constant", (12, NEWEST), ANY, FORMS, (0, 0), constant),
    operator("ConstantOfShape", (9, NEWEST), INT64, ONE, (1, 1), constant_of_shape),
    operator("Shape", (1, 14), ANY, &[], (1, 1), shape),
    operator("Shape", (15, NEWEST), ANY, &["end", "start"], (1, 1), shape),
    operator("Size", (1, NEWEST), ANY, &[], (1, 1), all),
    operator("Range", (11, 26), NUMBERS, &[], (3, 3), range),
    operator("Range", (27, NEWEST), NUMBERS, &["stash_type"], (3, 3), range),
];

/// A tensor that is always the same.
struct Constant(Buffer);

fn constant(spec: &Spec<'_>) -> Result<Built, Refusal> {
    let Some((name, attribute)) = spec.node.attributes.iter().next() else { return invalid("it has no value") };
    if spec.node.attributes.len() > 1 {
        return invalid("it has more than one value");
    }
    let whole = |elements: Elements| Buffer::new(Dims::of(elements.len()), elements);
    let single = |elements: Elements| Buffer::new(Dims::default(), elements);
    let buffer = match attribute {
        Attribute::Tensor(_) => tensor(spec, name)?,
        Attribute::Float(float) => single(Elements::Float32(vec![*float])),
        Attribute::Floats(floats) => whole(Elements::Float32(floats.clone())),
        Attribute::Int(int) => single(Elements::Int64(vec![*int])),
        Attribute::Ints(ints) => whole(Elements::Int64(ints.clone())),
        Attribute::String(text) => single(Elements::String(Strings::from_iter([text.as_str()]))),
        Attribute::Strings(strings) => whole(Elements::String(strings.clone())),
        Attribute::Graph(_) | Attribute::Other(_) => return unsupported(format!("attribute {name} is no tensor")),
    };
    let element = buffer.tensor().elements.element();
    Ok(Built::one(Constant(buffer), element, None))
}

/// A tensor among the attributes.
fn tensor(spec: &Spec<'_>, name: &str) -> Result<Buffer, Refusal> {
    match spec.tensor(name)? {
        Some(constant) => match (&constant.content, Dims::new(&constant.dims)) {
            (Content::Held(elements), Ok(dims)) => Ok(Buffer::new(dims, elements.clone())),
            (_, Err(problem)) => unsupported(problem.to_string()),
            _ => unsupported(format!("attribute {name} is not in the file")),
        },
        None => invalid(format!("attribute {name} is missing")),
    }
}

impl Kernel for Constant {
    fn run(&self, _: &Inputs<'_>, outputs: &mut [Buffer], _: &mut Spare) -> Result<(), Problem> {
        outputs[0].copy(self.0.tensor())
    }
}

/// One element everywhere.
struct Filled<T>(T);

fn constant_of_shape(spec: &Spec<'_>) -> Result<Built, Refusal> {
    let dims = spec.constant::<i64>(0).map(|wanted| vec![None; wanted.len()]);
    if !spec.has("value") {
        return Ok(Built::one(Filled(0_f32), Element::Float32, dims));
    }
    let value = tensor(spec, "value")?;
    let value = value.tensor();
    if value.elements.len() != 1 {
        return invalid(format!("attribute value has {} elements, expected 1", value.elements.len()));
    }
    let element = value.elements.element();
    with_scalar!(
        element,
        T => match elements::<T>(value.elements).ok().and_then(|all| all.first().copied()) {
            Some(value) => Ok(Built::one(Filled(value), element, dims)),
            None => invalid("attribute value has no elements"),
        },
        unsupported("attribute value is text")
    )
}

impl<T: Scalar> Kernel for Filled<T> {
    fn run(&self, inputs: &Inputs<'_>, outputs: &mut [Buffer], _: &mut Spare) -> Result<(), Problem> {
        let (_, wanted) = inputs.slice::<i64>(0)?;
        let mut dims = Dims::default();
        for length in wanted {
            let length = usize::try_from(*length).map_err(|_| Problem::new(format!("{length} is not a length")))?;
            dims.push(length)?;
        }
        outputs[0].room::<T>(dims)?.fill(self.0);
        Ok(())
    }
}

/// The length of each axis from one to another.
struct Shape {
    start: i64,
    end: i64,
}

fn shape(spec: &Spec<'_>) -> Result<Built, Refusal> {
    let kernel = Shape { start: spec.int("start")?.unwrap_or(0), end: spec.int("end")?.unwrap_or(i64::MAX) };
    Ok(Built::one(kernel, Element::Int64, Some(vec![None])))
}

impl Kernel for Shape {
    fn run(&self, inputs: &Inputs<'_>, outputs: &mut [Buffer], _: &mut Spare) -> Result<(), Problem> {
        let shape = inputs.tensor(0)?.shape;
        let axes = signed(shape.len());
        let place =
            |at: i64| usize::try_from(if at < 0 { at.saturating_add(axes) } else { at }.clamp(0, axes)).unwrap_or(0);
        let wanted = shape.get(place(self.start)..place(self.end)).unwrap_or_default();
        let into = outputs[0].room::<i64>(Dims::of(wanted.len()))?;
        into.iter_mut().zip(wanted).for_each(|(into, length)| *into = signed(*length));
        Ok(())
    }
}

/// The number of elements.
struct Size;

fn all(spec: &Spec<'_>) -> Result<Built, Refusal> {
    spec.input(0)?;
    Ok(Built::one(Size, Element::Int64, Some(Vec::new())))
}

impl Kernel for Size {
    fn run(&self, inputs: &Inputs<'_>, outputs: &mut [Buffer], _: &mut Spare) -> Result<(), Problem> {
        let count = inputs.tensor(0)?.elements.len();
        outputs[0].room::<i64>(Dims::default())?.fill(signed(count));
        Ok(())
    }
}

/// Numbers from one to before another, in steps.
struct Range<T>(PhantomData<T>);

fn range(spec: &Spec<'_>) -> Result<Built, Refusal> {
    if spec.int("stash_type")?.is_some_and(|kind| kind != 1) {
        return unsupported("attribute stash_type is not 1");
    }
    with_number!(spec.common(0)?, T => {
        Ok(Built::one(Range::<T>(PhantomData), spec.input(0)?.element, Some(vec![None])))
    })
}

impl<T: Number> Kernel for Range<T> {
    fn run(&self, inputs: &Inputs<'_>, outputs: &mut [Buffer], _: &mut Spare) -> Result<(), Problem> {
        let single = |index: usize| match inputs.slice::<T>(index)?.1 {
            [one] => Ok(*one),
            many => Err(Problem::new(format!("found {} numbers, expected one", many.len()))),
        };
        let (start, limit, step) = (single(0)?, single(1)?, single(2)?);
        let count = ((limit.float() - start.float()) / step.float()).ceil();
        if step == T::ZERO || count.is_nan() || count > 1e12 {
            return Err(Problem::new("a range that does not end"));
        }
        let into = outputs[0].room::<T>(Dims::of(usize::try_from(i64::from_float(count)).unwrap_or(0)))?;
        into.iter_mut().enumerate().for_each(|(at, into)| *into = start.add(step.mul(T::from_float(at as f64))));
        Ok(())
    }
}
