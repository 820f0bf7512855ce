//! Operators that give the same elements in another shape.

use crate::runtime::onnx::buffer::Buffer;
use crate::runtime::onnx::dims::{Dims, axis, signed, size};
use crate::runtime::onnx::kernel::{Inputs, Kernel, Problem, Spare};
use crate::runtime::onnx::spec::{Built, Refusal, Spec};
use crate::runtime::onnx::table::{ANY, NEWEST, Operator, operator};

pub(super) const OPERATORS: &[Operator] = &[
    operator("Identity", (1, NEWEST), ANY, &[], (1, 1), identity),
    operator("Reshape", (5, 13), ANY, &[], (2, 2), reshape),
    operator("Reshape", (14, NEWEST), ANY, &["allowzero"], (2, 2), reshape),
    operator("Flatten", (1, NEWEST), ANY, &["axis"], (1, 1), flatten),
    operator("Squeeze", (1, 12), ANY, &["axes"], (1, 1), squeeze),
    operator("Squeeze", (13, NEWEST), ANY, &[], (1, 2), squeeze),
    operator("Unsqueeze", (1, 12), ANY, &["axes"], (1, 1), unsqueeze),
    operator("Unsqueeze", (13, NEWEST), ANY, &[], (2, 2), unsqueeze),
];

/// The same elements in a shape that is found from the old one and, for some, a second input.
struct Reshaped<F>(F);

impl<F> Kernel for Reshaped<F>
where
    F: Fn(&[usize], Option<&[i64]>) -> Result<Dims, Problem> + Send + Sync,
{
    fn run(&self, inputs: &Inputs<'_>, outputs: &mut [Buffer], _: &mut Spare) -> Result<(), Problem> {
        let tensor = inputs.tensor(0)?;
        let dims = (self.0)(tensor.shape, asked(inputs)?)?;
        outputs[0].copy(tensor)?;
        outputs[0].reshape(dims)
    }

    fn overwrites(&self, index: usize, _: &Inputs<'_>) -> bool {
        index == 0
    }

    fn run_over(&self, _: usize, inputs: &Inputs<'_>, buffer: &mut Buffer, _: &mut Spare) -> Result<(), Problem> {
        let dims = (self.0)(&buffer.dims(), asked(inputs)?)?;
        buffer.reshape(dims)
    }
}

fn asked<'a>(inputs: &Inputs<'a>) -> Result<Option<&'a [i64]>, Problem> {
    if inputs.get(1).is_some() { Ok(Some(inputs.slice(1)?.1)) } else { Ok(None) }
}

fn reshaped(
    spec: &Spec<'_>,
    axes: Option<usize>,
    dims: impl Fn(&[usize], Option<&[i64]>) -> Result<Dims, Problem> + Send + Sync + 'static,
) -> Result<Built, Refusal> {
    let element = spec.input(0)?.element;
    Ok(Built::one(Reshaped(dims), element, axes.map(|axes| vec![None; axes])))
}

fn identity(spec: &Spec<'_>) -> Result<Built, Refusal> {
    let input = spec.input(0)?;
    let built = reshaped(spec, None, |shape, _| Dims::new(shape))?;
    Ok(Built { outputs: vec![input.clone()], ..built }.same())
}

fn reshape(spec: &Spec<'_>) -> Result<Built, Refusal> {
    let zero_is_zero = spec.switch("allowzero", false)?;
    let axes = spec.constant::<i64>(1).map(<[i64]>::len);
    reshaped(spec, axes, move |shape, wanted| wanted_shape(shape, wanted.unwrap_or_default(), zero_is_zero))
}

/// The shape that is asked for: 0 is the length that the axis has, -1 is what is left.
fn wanted_shape(shape: &[usize], wanted: &[i64], zero_is_zero: bool) -> Result<Dims, Problem> {
    let impossible = || Problem::new(format!("a tensor of the shape {shape:?} cannot be given the shape {wanted:?}"));
    let mut dims = Dims::default();
    let mut left = None;
    for (axis, length) in wanted.iter().enumerate() {
        dims.push(match length {
            -1 if left.is_none() => {
                left = Some(axis);
                1
            }
            0 if !zero_is_zero => *shape.get(axis).ok_or_else(impossible)?,
            length => usize::try_from(*length).map_err(|_| impossible())?,
        })?;
    }
    if let Some(axis) = left {
        let (all, others) = (size(shape)?, dims.size()?);
        // Nothing divided among nothing: any length would do, and the format leaves it open; it is none.
        let length = all.checked_div(others).unwrap_or(0);
        dims.set(axis, length);
    }
    if dims.size()? == size(shape)? { Ok(dims) } else { Err(impossible()) }
}

fn flatten(spec: &Spec<'_>) -> Result<Built, Refusal> {
    let split = spec.int("axis")?.unwrap_or(1);
    reshaped(spec, Some(2), move |shape, _| {
        let at = if split == signed(shape.len()) { shape.len() } else { axis(split, shape.len())? };
        Ok(Dims::table(size(&shape[..at])?, size(&shape[at..])?))
    })
}

fn squeeze(spec: &Spec<'_>) -> Result<Built, Refusal> {
    let attribute: Option<Vec<i64>> = spec.ints("axes")?.map(<[i64]>::to_vec);
    let known = attribute.as_deref().or(spec.constant::<i64>(1)).map(<[i64]>::len);
    let axes = spec.input(0)?.axes().zip(known).and_then(|(axes, gone)| axes.checked_sub(gone));
    reshaped(spec, axes, move |shape, wanted| {
        let wanted = attribute.as_deref().or(wanted);
        let mut gone = [false; crate::runtime::onnx::dims::AXES];
        match wanted {
            Some(axes) => {
                for at in axes {
                    let at = axis(*at, shape.len())?;
                    if shape[at] != 1 {
                        return Err(Problem::new(format!("axis {at} of the shape {shape:?} is not of length 1")));
                    }
                    gone[at] = true;
                }
            }
            None => shape.iter().zip(&mut gone).for_each(|(length, gone)| *gone = *length == 1),
        }
        let mut dims = Dims::default();
        for (length, _) in shape.iter().zip(&gone).filter(|(_, gone)| !**gone) {
            dims.push(*length)?;
        }
        Ok(dims)
    })
}

fn unsqueeze(spec: &Spec<'_>) -> Result<Built, Refusal> {
    let attribute: Option<Vec<i64>> = spec.ints("axes")?.map(<[i64]>::to_vec);
    let known = attribute.as_deref().or(spec.constant::<i64>(1)).map(<[i64]>::len);
    let axes = spec.input(0)?.axes().zip(known).map(|(axes, new)| axes + new);
    reshaped(spec, axes, move |shape, wanted| {
        let wanted = attribute.as_deref().or(wanted).unwrap_or_default();
        let all = shape.len() + wanted.len();
        let mut dims = Dims::new(shape)?;
        for _ in wanted {
            dims.push(1)?;
        }
        let mut new = [false; crate::runtime::onnx::dims::AXES];
        for at in wanted {
            let at = axis(*at, all)?;
            if std::mem::replace(&mut new[at], true) {
                return Err(Problem::new(format!("axis {at} is added twice")));
            }
        }
        let mut old = shape.iter();
        for (axis, new) in new.iter().enumerate().take(all) {
            let length = if *new { 1 } else { old.next().copied().unwrap_or(1) };
            dims.set(axis, length);
        }
        Ok(dims)
    })
}
