//! Elements of a tensor taken in another order: the loops that operators share which move elements and compute nothing.

use crate::runtime::onnx::buffer::{Buffer, Scalar};
use crate::runtime::onnx::dims::{AXES, Dims, signed};
use crate::runtime::onnx::kernel::{Inputs, Problem, elements};
use crate::tensor::{Tensor, View};

/// Where each element of a shape is in another tensor: from `first` on, by a step along each axis, which may be negative.
pub(super) fn offsets(dims: &[usize], steps: [isize; AXES], first: usize) -> Offsets {
    let mut lengths = [1; AXES];
    let axes = dims.len().min(AXES);
    lengths[..axes].copy_from_slice(&dims[..axes]);
    Offsets { lengths, axes, steps, index: [0; AXES], next: (!dims.contains(&0)).then_some(first) }
}

/// See [`offsets`].
pub(super) struct Offsets {
    lengths: [usize; AXES],
    axes: usize,
    steps: [isize; AXES],
    index: [usize; AXES],
    next: Option<usize>,
}

impl Iterator for Offsets {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let found = self.next?;
        let mut place = found;
        let mut axis = self.axes;
        self.next = loop {
            let Some(outer) = axis.checked_sub(1) else { break None };
            axis = outer;
            self.index[axis] += 1;
            place = place.wrapping_add_signed(self.steps[axis]);
            if self.index[axis] < self.lengths[axis] {
                break Some(place);
            }
            place =
                place.wrapping_add_signed(self.steps[axis].wrapping_mul(self.index[axis].cast_signed()).wrapping_neg());
            self.index[axis] = 0;
        };
        Some(found)
    }
}

/// The step in memory from one element to the next along each axis.
pub(super) fn steps(shape: &[usize]) -> [isize; AXES] {
    let mut steps = [0; AXES];
    let mut step = 1_isize;
    for axis in (0..shape.len().min(AXES)).rev() {
        steps[axis] = step;
        step = step.wrapping_mul(shape[axis].cast_signed());
    }
    steps
}

/// Fills a buffer with runs of elements of a tensor, each `length` long, from where each begins.
pub(super) fn runs(
    from: Tensor<'_>,
    dims: Dims,
    output: &mut Buffer,
    length: usize,
    starts: impl Iterator<Item = usize>,
) -> Result<(), Problem> {
    fn of<T: Scalar>(
        from: View<'_>,
        dims: Dims,
        output: &mut Buffer,
        length: usize,
        starts: impl Iterator<Item = usize>,
    ) -> Result<(), Problem> {
        let from = elements::<T>(from)?;
        let into = output.room::<T>(dims)?;
        if length == 1 {
            for (into, start) in into.iter_mut().zip(starts) {
                *into = *from.get(start).ok_or_else(outside)?;
            }
        } else if length > 0 {
            for (into, start) in into.chunks_exact_mut(length).zip(starts) {
                into.copy_from_slice(from.get(start..start + length).ok_or_else(outside)?);
            }
        }
        Ok(())
    }
    match from.elements {
        View::Float32(_) => of::<f32>(from.elements, dims, output, length, starts),
        View::Float64(_) => of::<f64>(from.elements, dims, output, length, starts),
        View::Int32(_) => of::<i32>(from.elements, dims, output, length, starts),
        View::Int64(_) => of::<i64>(from.elements, dims, output, length, starts),
        View::Bool(_) => of::<bool>(from.elements, dims, output, length, starts),
        View::String(from) => {
            let count = dims.size()?;
            let into = output.strings(dims)?;
            let all = starts.flat_map(|start| start..start + length).take(count);
            all.into_iter().try_for_each(|at| {
                into.push(from.get(at).ok_or_else(outside)?);
                Ok(())
            })
        }
    }
}

fn outside() -> Problem {
    Problem::new("an element outside of the tensor is asked for")
}

/// The integers of an input, of either size, as indices along an axis of a length: those below zero are from its end.
pub(super) fn indices(inputs: &Inputs<'_>, input: usize, length: usize, into: &mut Vec<usize>) -> Result<(), Problem> {
    into.clear();
    let mut push = |index: i64| {
        let from_start = if index < 0 { index + signed(length) } else { index };
        match usize::try_from(from_start) {
            Ok(found) if found < length => {
                into.push(found);
                Ok(())
            }
            _ => Err(Problem::new(format!("index {index} is outside of an axis of length {length}"))),
        }
    };
    integers(inputs.tensor(input)?, &mut push)
}

/// Goes through integers of either size.
pub(super) fn integers(tensor: Tensor<'_>, mut take: impl FnMut(i64) -> Result<(), Problem>) -> Result<(), Problem> {
    match tensor.elements {
        View::Int32(all) => all.iter().try_for_each(|int| take(i64::from(*int))),
        View::Int64(all) => all.iter().try_for_each(|int| take(*int)),
        other => Err(Problem::new(format!("found elements of {}, expected integers", other.element()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_found_along_axes_that_go_backwards() {
        let mut turned = [0; AXES];
        (turned[0], turned[1]) = (1, -2);
        assert_eq!(offsets(&[2, 3], turned, 4).collect::<Vec<_>>(), [4, 2, 0, 5, 3, 1]);
        assert_eq!(offsets(&[], turned, 7).collect::<Vec<_>>(), [7]);
        assert_eq!(offsets(&[2, 0], turned, 7).count(), 0);
    }
}
