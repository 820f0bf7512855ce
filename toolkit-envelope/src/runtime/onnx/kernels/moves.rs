//! Operators that put elements together, take them apart and order them anew.

use crate::runtime::onnx::buffer::{Buffer, Scalar};
use crate::runtime::onnx::dims::{AXES, Dims, axis, size};
use crate::runtime::onnx::kernel::{Inputs, Kernel, Problem, Spare};
use crate::runtime::onnx::spec::{Built, Known, Lengths, Refusal, Spec, invalid};
use crate::runtime::onnx::table::{ANY, MANY, NEWEST, Operator, operator};
use crate::tensor::View;

use super::elementwise::repeat;
use super::types::with_scalar;
use super::walk::{integers, offsets, runs, steps};

pub(super) const OPERATORS: &[Operator] = &[
    operator("Concat", (4, NEWEST), ANY, &["axis"], (1, MANY), concat),
    operator("Split", (2, 12), ANY, &["axis", "split"], (1, 1), split).outputs(MANY),
    operator("Split", (13, 17), ANY, &["axis"], (1, 2), split).outputs(MANY),
    operator("Split", (18, NEWEST), ANY, &["axis", "num_outputs"], (1, 2), split).outputs(MANY),
    operator("Transpose", (1, NEWEST), ANY, &["perm"], (1, 1), transpose),
    operator("Expand", (8, NEWEST), ANY, &[], (2, 2), expand),
    operator("Tile", (6, NEWEST), ANY, &[], (2, 2), tile),
];

/// Tensors one after the other along an axis.
struct Concat<T> {
    axis: i64,
    element: std::marker::PhantomData<T>,
}

struct ConcatText {
    axis: i64,
}

fn concat(spec: &Spec<'_>) -> Result<Built, Refusal> {
    let Some(at) = spec.int("axis")? else { return invalid("attribute axis is missing") };
    let element = spec.common(0)?;
    let dims = concat_dims(spec, at);
    with_scalar!(
        element,
        T => Ok(Built::one(Concat::<T> { axis: at, element: std::marker::PhantomData }, element, dims)),
        Ok(Built::one(ConcatText { axis: at }, element, dims))
    )
}

fn concat_dims(spec: &Spec<'_>, at: i64) -> Lengths {
    let mut dims = spec.input(0).ok()?.dims.clone()?;
    let at = axis(at, dims.len()).ok()?;
    let lengths =
        spec.inputs.iter().map(|input| input.and_then(|input| input.dims.as_ref()?.get(at).copied().flatten()));
    dims[at] = lengths.sum();
    Some(dims)
}

/// The shape of the whole, the axis, and how many rows of each tensor are put side by side.
fn whole(inputs: &Inputs<'_>, at: i64) -> Result<(Dims, usize, usize), Problem> {
    let first = inputs.tensor(0)?.shape;
    let at = axis(at, first.len())?;
    let mut dims = Dims::new(first)?;
    for index in 1..inputs.len() {
        let shape = inputs.tensor(index)?.shape;
        let same = |axis: usize| axis == at || shape[axis] == first[axis];
        if shape.len() != first.len() || !(0..first.len()).all(same) {
            let shapes = format!("{first:?} and {shape:?}");
            return Err(Problem::new(format!("tensors of the shapes {shapes} cannot be put together along axis {at}")));
        }
        let length = dims[at].checked_add(shape[at]).ok_or_else(|| Problem::new("a tensor is too large"))?;
        dims.set(at, length);
    }
    Ok((dims, at, size(&first[..at])?))
}

impl<T: Scalar> Kernel for Concat<T> {
    fn run(&self, inputs: &Inputs<'_>, outputs: &mut [Buffer], _: &mut Spare) -> Result<(), Problem> {
        let (dims, at, rows) = whole(inputs, self.axis)?;
        let into = outputs[0].room::<T>(dims)?;
        if into.is_empty() {
            return Ok(());
        }
        let row = into.len() / rows.max(1);
        let mut start = 0;
        for index in 0..inputs.len() {
            let (shape, from) = inputs.slice::<T>(index)?;
            let length = size(&shape[at..])?;
            if length == 1 {
                into[start..].iter_mut().step_by(row).zip(from).for_each(|(into, from)| *into = *from);
            } else if length > 0 {
                let rows = into.chunks_exact_mut(row).zip(from.chunks_exact(length));
                rows.for_each(|(into, from)| into[start..start + length].copy_from_slice(from));
            }
            start += length;
        }
        Ok(())
    }
}

impl Kernel for ConcatText {
    fn run(&self, inputs: &Inputs<'_>, outputs: &mut [Buffer], _: &mut Spare) -> Result<(), Problem> {
        let (dims, at, rows) = whole(inputs, self.axis)?;
        let into = outputs[0].strings(dims)?;
        for row in 0..rows {
            for index in 0..inputs.len() {
                let tensor = inputs.tensor(index)?;
                let View::String(from) = tensor.elements else { return Err(Problem::new("expected text")) };
                let length = size(&tensor.shape[at..])?;
                (row * length..(row + 1) * length).filter_map(|at| from.get(at)).for_each(|text| into.push(text));
            }
        }
        Ok(())
    }
}

/// A tensor in pieces along an axis.
struct Split {
    axis: i64,
    lengths: Option<Vec<i64>>,
    /// Whether the last piece may be shorter than the others.
    uneven: bool,
}

fn split(spec: &Spec<'_>) -> Result<Built, Refusal> {
    let input = spec.input(0)?;
    let pieces = spec.node.outputs.len();
    let wanted = spec.int("num_outputs")?;
    let both = wanted.is_some() && spec.optional(1).is_some();
    if both || wanted.is_some_and(|wanted| usize::try_from(wanted) != Ok(pieces)) {
        return invalid(format!("attribute num_outputs is {wanted:?}, and there are {pieces} outputs"));
    }
    let lengths = spec.ints("split")?.map(<[i64]>::to_vec);
    let kernel = Split { axis: spec.int("axis")?.unwrap_or(0), lengths, uneven: wanted.is_some() };
    let dims = input.dims.as_ref().map(|dims| vec![None; dims.len()]);
    Ok(Built::several(kernel, vec![Known::new(input.element, dims); pieces]))
}

impl Split {
    fn length(&self, lengths: Option<&[i64]>, piece: usize, pieces: usize, whole: usize) -> Result<usize, Problem> {
        let wrong = || Problem::new(format!("an axis of length {whole} cannot be split as asked for"));
        if let Some(lengths) = lengths {
            return usize::try_from(*lengths.get(piece).ok_or_else(wrong)?).map_err(|_| wrong());
        }
        let even = whole.div_ceil(pieces);
        if piece + 1 < pieces {
            return Ok(even);
        }
        whole.checked_sub(even * piece).filter(|last| self.uneven || *last == even).ok_or_else(wrong)
    }
}

impl Kernel for Split {
    fn run(&self, inputs: &Inputs<'_>, outputs: &mut [Buffer], _: &mut Spare) -> Result<(), Problem> {
        let tensor = inputs.tensor(0)?;
        let at = axis(self.axis, tensor.shape.len())?;
        let whole = tensor.shape[at];
        let lengths = match &self.lengths {
            Some(lengths) => Some(lengths.as_slice()),
            None if inputs.get(1).is_some() => Some(inputs.slice::<i64>(1)?.1),
            None => None,
        };
        let (rows, inner) = (size(&tensor.shape[..at])?, size(&tensor.shape[at + 1..])?);
        let (mut start, pieces) = (0, outputs.len());
        for (piece, output) in outputs.iter_mut().enumerate() {
            let length = self.length(lengths, piece, pieces, whole)?;
            if start + length > whole {
                return Err(Problem::new(format!("the pieces are longer than the axis, which has length {whole}")));
            }
            let mut dims = Dims::new(tensor.shape)?;
            dims.set(at, length);
            runs(tensor, dims, output, length * inner, (0..rows).map(|row| (row * whole + start) * inner))?;
            start += length;
        }
        if start == whole {
            return Ok(());
        }
        Err(Problem::new(format!("the pieces are {start} long together, and the axis {whole}")))
    }
}

/// Axes in another order.
struct Transpose {
    order: Option<Vec<i64>>,
}

fn transpose(spec: &Spec<'_>) -> Result<Built, Refusal> {
    let input = spec.input(0)?;
    let order = spec.ints("perm")?.map(<[i64]>::to_vec);
    let dims = input.dims.as_ref().and_then(|dims| match &order {
        None => Some(dims.iter().rev().copied().collect()),
        Some(order) => order.iter().map(|at| dims.get(usize::try_from(*at).ok()?).copied()).collect(),
    });
    Ok(Built::one(Transpose { order }, input.element, dims))
}

impl Kernel for Transpose {
    fn run(&self, inputs: &Inputs<'_>, outputs: &mut [Buffer], _: &mut Spare) -> Result<(), Problem> {
        let tensor = inputs.tensor(0)?;
        let (axes, all) = (tensor.shape.len(), steps(tensor.shape));
        let wrong = || Problem::new(format!("the order {:?} is none of {axes} axes", self.order));
        let (mut dims, mut turned, mut seen) = (Dims::default(), [0; AXES], [false; AXES]);
        if self.order.as_ref().is_some_and(|order| order.len() != axes) {
            return Err(wrong());
        }
        for place in 0..axes {
            let from = match &self.order {
                Some(order) => usize::try_from(order[place]).ok().filter(|from| *from < axes).ok_or_else(wrong)?,
                None => axes - 1 - place,
            };
            if std::mem::replace(&mut seen[from], true) {
                return Err(wrong());
            }
            dims.push(tensor.shape[from])?;
            turned[place] = all[from];
        }
        runs(tensor, dims, &mut outputs[0], 1, offsets(&dims, turned, 0))
    }
}

/// A tensor repeated to a shape.
struct Expand;

fn expand(spec: &Spec<'_>) -> Result<Built, Refusal> {
    let axes = spec.input(0)?.axes().zip(spec.constant::<i64>(1)).map(|(axes, wanted)| axes.max(wanted.len()));
    Ok(Built::one(Expand, spec.input(0)?.element, axes.map(|axes| vec![None; axes])))
}

impl Kernel for Expand {
    fn run(&self, inputs: &Inputs<'_>, outputs: &mut [Buffer], _: &mut Spare) -> Result<(), Problem> {
        let tensor = inputs.tensor(0)?;
        let mut wanted = Dims::default();
        integers(inputs.tensor(1)?, |length| {
            wanted.push(usize::try_from(length).map_err(|_| Problem::new(format!("{length} is not a length")))?)
        })?;
        repeat(tensor, Dims::broadcast(tensor.shape, &wanted)?, &mut outputs[0])
    }
}

/// A tensor many times over, along each axis.
struct Tile;

fn tile(spec: &Spec<'_>) -> Result<Built, Refusal> {
    let input = spec.input(0)?;
    Ok(Built::one(Tile, input.element, input.axes().map(|axes| vec![None; axes])))
}

impl Kernel for Tile {
    fn run(&self, inputs: &Inputs<'_>, outputs: &mut [Buffer], _: &mut Spare) -> Result<(), Problem> {
        let tensor = inputs.tensor(0)?;
        let times = inputs.slice::<i64>(1)?.1;
        if times.len() != tensor.shape.len() {
            return Err(Problem::new(format!("{} repeats for {} axes", times.len(), tensor.shape.len())));
        }
        let mut dims = Dims::default();
        for (length, times) in tensor.shape.iter().zip(times) {
            let length = usize::try_from(*times).ok().and_then(|times| length.checked_mul(times));
            dims.push(length.ok_or_else(|| Problem::new(format!("{times} is not a number of times")))?)?;
        }
        dims.size()?;
        let (shape, all) = (tensor.shape, steps(tensor.shape));
        // Each place of the output, axis by axis, within the one copy that there is.
        let starts = offsets(&dims, steps(&dims), 0).map(|mut place| {
            let mut from = 0;
            for axis in (0..shape.len()).rev() {
                from += (place % dims[axis]) % shape[axis] * all[axis].unsigned_abs();
                place /= dims[axis];
            }
            from
        });
        runs(tensor, dims, &mut outputs[0], 1, starts)
    }
}
