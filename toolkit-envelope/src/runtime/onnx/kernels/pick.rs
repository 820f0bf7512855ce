//! Operators that take some of the elements, by where they are.

use crate::runtime::onnx::buffer::Buffer;
use crate::runtime::onnx::dims::{Dims, axis, signed, size};
use crate::runtime::onnx::kernel::{Inputs, Kernel, Problem, Spare};
use crate::runtime::onnx::spec::{Built, Refusal, Spec, invalid};
use crate::runtime::onnx::table::{ANY, NEWEST, Operator, operator};
use crate::tensor::Tensor;

use super::walk::{indices, integers, offsets, runs, steps};

pub(super) const OPERATORS: &[Operator] = &[
    operator("Gather", (1, NEWEST), ANY, &["axis"], (2, 2), gather),
    operator("GatherElements", (11, NEWEST), ANY, &["axis"], (2, 2), gather_elements),
    operator("GatherND", (11, 11), ANY, &[], (2, 2), gather_nd),
    operator("GatherND", (12, NEWEST), ANY, &["batch_dims"], (2, 2), gather_nd),
    operator("Slice", (1, 9), ANY, &["axes", "ends", "starts"], (1, 1), slice),
    operator("Slice", (10, NEWEST), ANY, &[], (3, 5), slice),
];

/// The parts of a tensor at indices along an axis.
struct Gather {
    axis: i64,
}

fn gather(spec: &Spec<'_>) -> Result<Built, Refusal> {
    let (input, wanted) = (spec.input(0)?, spec.input(1)?);
    let at = spec.int("axis")?.unwrap_or(0);
    let dims = input.dims.as_ref().zip(wanted.dims.as_ref()).and_then(|(input, wanted)| {
        let at = axis(at, input.len()).ok()?;
        Some(input[..at].iter().chain(wanted).chain(&input[at + 1..]).copied().collect())
    });
    Ok(Built::one(Gather { axis: at }, input.element, dims))
}

impl Kernel for Gather {
    fn run(&self, inputs: &Inputs<'_>, outputs: &mut [Buffer], spare: &mut Spare) -> Result<(), Problem> {
        let (tensor, wanted) = (inputs.tensor(0)?, inputs.tensor(1)?);
        let at = axis(self.axis, tensor.shape.len())?;
        let (before, length) = (size(&tensor.shape[..at])?, tensor.shape[at]);
        let inner = size(&tensor.shape[at + 1..])?;
        indices(inputs, 1, length, &mut spare.indices)?;
        let mut dims = Dims::new(&tensor.shape[..at])?;
        for length in wanted.shape.iter().chain(&tensor.shape[at + 1..]) {
            dims.push(*length)?;
        }
        let found = &spare.indices;
        let starts = (0..before).flat_map(|row| found.iter().map(move |index| (row * length + index) * inner));
        runs(tensor, dims, &mut outputs[0], inner, starts)
    }
}

/// One element for each index, elsewhere along an axis.
struct GatherElements {
    axis: i64,
}

fn gather_elements(spec: &Spec<'_>) -> Result<Built, Refusal> {
    let kernel = GatherElements { axis: spec.int("axis")?.unwrap_or(0) };
    Ok(Built::one(kernel, spec.input(0)?.element, spec.input(1)?.dims.clone()))
}

impl Kernel for GatherElements {
    fn run(&self, inputs: &Inputs<'_>, outputs: &mut [Buffer], spare: &mut Spare) -> Result<(), Problem> {
        let (tensor, wanted) = (inputs.tensor(0)?, inputs.tensor(1)?);
        let at = axis(self.axis, tensor.shape.len())?;
        let inside = |axis: usize| axis == at || wanted.shape[axis] <= tensor.shape[axis];
        if wanted.shape.len() != tensor.shape.len() || !(0..tensor.shape.len()).all(inside) {
            let shapes = format!("{:?} for a tensor of the shape {:?}", wanted.shape, tensor.shape);
            return Err(Problem::new(format!("found indices of the shape {shapes}")));
        }
        indices(inputs, 1, tensor.shape[at], &mut spare.indices)?;
        let dims = Dims::new(wanted.shape)?;
        let mut steps = steps(tensor.shape);
        let step = std::mem::take(&mut steps[at]).unsigned_abs();
        let starts = offsets(&dims, steps, 0).zip(&spare.indices).map(|(start, index)| start + index * step);
        runs(tensor, dims, &mut outputs[0], 1, starts)
    }
}

/// The parts of a tensor at indices along several axes.
struct GatherNd {
    batch: usize,
}

fn gather_nd(spec: &Spec<'_>) -> Result<Built, Refusal> {
    match usize::try_from(spec.int("batch_dims")?.unwrap_or(0)) {
        Ok(batch) => Ok(Built::one(GatherNd { batch }, spec.input(0)?.element, None)),
        Err(_) => invalid("attribute batch_dims is negative"),
    }
}

impl Kernel for GatherNd {
    fn run(&self, inputs: &Inputs<'_>, outputs: &mut [Buffer], _: &mut Spare) -> Result<(), Problem> {
        let tensor = inputs.tensor(0)?;
        let (shape, wanted) = inputs.slice::<i64>(1)?;
        let fault = || Problem::new(format!("indices of the shape {shape:?} do not fit the shape {:?}", tensor.shape));
        let (Some((depth, outer)), batch) = (shape.split_last(), self.batch) else { return Err(fault()) };
        let common = batch <= outer.len() && batch + depth <= tensor.shape.len() && *depth > 0;
        if !common || shape[..batch] != tensor.shape[..batch] {
            return Err(fault());
        }
        let (along, inner) = tensor.shape[batch..].split_at(*depth);
        let mut dims = Dims::new(outer)?;
        for length in inner {
            dims.push(*length)?;
        }
        let (inner, whole) = (size(inner)?, size(&tensor.shape[batch..])?);
        let per_batch = size(&outer[batch..])?.max(1);
        let starts = wanted.chunks_exact(*depth).enumerate().map(|(at, index)| {
            let place = index.iter().zip(along).try_fold(0, |place, (index, length)| {
                let from_start = if *index < 0 { index + signed(*length) } else { *index };
                let index = usize::try_from(from_start).ok().filter(|index| index < length)?;
                Some(place * length + index)
            });
            // What is outside of the tensor is refused where it is taken.
            place.map_or(usize::MAX / 2, |place| at / per_batch * whole + place * inner)
        });
        runs(tensor, dims, &mut outputs[0], inner, starts)
    }
}

/// A part of a tensor: from where to where along each axis, and in which steps.
struct Slice {
    starts: Option<Vec<i64>>,
    ends: Option<Vec<i64>>,
    axes: Option<Vec<i64>>,
}

fn slice(spec: &Spec<'_>) -> Result<Built, Refusal> {
    let of = |name: &str| Ok(spec.ints(name)?.map(<[i64]>::to_vec));
    let kernel = Slice { starts: of("starts")?, ends: of("ends")?, axes: of("axes")? };
    if spec.node.inputs.len() == 1 && (kernel.starts.is_none() || kernel.ends.is_none()) {
        return invalid("the attributes starts and ends are missing");
    }
    let input = spec.input(0)?;
    Ok(Built::one(kernel, input.element, input.axes().map(|axes| vec![None; axes])))
}

/// Up to as many integers as there are axes.
struct Few {
    all: [i64; crate::runtime::onnx::dims::AXES],
    count: usize,
}

impl Few {
    fn of(attribute: Option<&[i64]>, input: Option<Tensor<'_>>) -> Result<Option<Self>, Problem> {
        let mut few = Self { all: [0; crate::runtime::onnx::dims::AXES], count: 0 };
        let mut push = |int: i64| match few.all.get_mut(few.count) {
            Some(place) => {
                *place = int;
                few.count += 1;
                Ok(())
            }
            None => Err(Problem::new("found more integers than a tensor has axes")),
        };
        match (attribute, input) {
            (Some(ints), _) => ints.iter().try_for_each(|int| push(*int))?,
            (None, Some(tensor)) => integers(tensor, push)?,
            (None, None) => return Ok(None),
        }
        Ok(Some(few))
    }

    fn get(&self) -> &[i64] {
        &self.all[..self.count]
    }
}

impl Kernel for Slice {
    fn run(&self, inputs: &Inputs<'_>, outputs: &mut [Buffer], _: &mut Spare) -> Result<(), Problem> {
        let tensor = inputs.tensor(0)?;
        let missing = || Problem::new("starts or ends are missing");
        let starts = Few::of(self.starts.as_deref(), inputs.get(1))?.ok_or_else(missing)?;
        let ends = Few::of(self.ends.as_deref(), inputs.get(2))?.ok_or_else(missing)?;
        let axes = Few::of(self.axes.as_deref(), inputs.get(3))?;
        let by = Few::of(None, inputs.get(4))?;
        let count = starts.count;
        let same = |few: &Few| few.count == count;
        if !same(&ends)
            || !axes.as_ref().is_none_or(same)
            || !by.as_ref().is_none_or(same)
            || count > tensor.shape.len()
        {
            return Err(Problem::new("starts, ends, axes and steps are not equally many"));
        }
        let (mut dims, mut steps, mut first) = (Dims::new(tensor.shape)?, steps(tensor.shape), 0);
        for at in 0..count {
            let along = match &axes {
                Some(axes) => axis(axes.get()[at], tensor.shape.len())?,
                None => at,
            };
            let step = by.as_ref().map_or(1, |by| by.get()[at]);
            let (start, length) = part(tensor.shape[along], starts.get()[at], ends.get()[at], step)?;
            dims.set(along, length);
            first += start * steps[along].unsigned_abs();
            steps[along] = steps[along].wrapping_mul(step as isize);
        }
        // Along the last axis elements mostly follow each other.
        match (tensor.shape.len().checked_sub(1), dims.size()?) {
            (_, 0) => runs(tensor, dims, &mut outputs[0], 0, std::iter::empty()),
            (Some(last), _) if steps[last] == 1 => {
                let starts = offsets(&dims[..last], steps, first);
                runs(tensor, dims, &mut outputs[0], dims[last], starts)
            }
            _ => runs(tensor, dims, &mut outputs[0], 1, offsets(&dims, steps, first)),
        }
    }
}

/// Where a part of an axis begins, and how long it is.
fn part(length: usize, start: i64, end: i64, step: i64) -> Result<(usize, usize), Problem> {
    if step == 0 {
        return Err(Problem::new("a step of 0 leads nowhere"));
    }
    let whole = signed(length);
    let place = |at: i64| if at < 0 { at.saturating_add(whole) } else { at };
    // Forwards, the bounds are within 0 and the length; backwards, one before.
    let (low, high) = if step > 0 { (0, whole) } else { (-1, whole - 1) };
    let (start, end) = (place(start).clamp(low.min(high), high), place(end).clamp(low.min(high), high));
    let span = if step > 0 { end - start } else { start - end };
    let count = if span <= 0 { 0 } else { span.unsigned_abs().div_ceil(step.unsigned_abs()) };
    let start = if count == 0 { 0 } else { start };
    Ok((usize::try_from(start).unwrap_or(0), usize::try_from(count).unwrap_or(0)))
}
