//! The length of each axis of a tensor, without memory of its own, and how tensors of unequal shape go together.

use std::fmt;
use std::ops::Deref;

use super::kernel::Problem;

/// The axes that a tensor has at most.
pub(super) const AXES: usize = 8;

/// Elements that a tensor has at most: what comes from a shape in the data cannot ask for all memory.
const ELEMENTS: usize = 1 << 30;

/// The length of each axis.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Dims {
    lengths: [usize; AXES],
    axes: usize,
}

impl Dims {
    /// # Errors
    ///
    /// When there are more axes than are supported.
    pub(super) fn new(lengths: &[usize]) -> Result<Self, Problem> {
        let mut dims = Self::default();
        for length in lengths {
            dims.push(*length)?;
        }
        Ok(dims)
    }

    /// Of one axis.
    pub(super) fn of(length: usize) -> Self {
        let mut lengths = [0; AXES];
        lengths[0] = length;
        Self { lengths, axes: 1 }
    }

    /// Of two axes.
    pub(super) fn table(rows: usize, columns: usize) -> Self {
        let mut lengths = [0; AXES];
        (lengths[0], lengths[1]) = (rows, columns);
        Self { lengths, axes: 2 }
    }

    pub(super) fn push(&mut self, length: usize) -> Result<(), Problem> {
        let Some(place) = self.lengths.get_mut(self.axes) else {
            return Err(Problem::new(format!("a tensor has more than {AXES} axes, which is not supported")));
        };
        *place = length;
        self.axes += 1;
        Ok(())
    }

    /// Changes the length of an axis that is there; others are left alone.
    pub(super) fn set(&mut self, axis: usize, length: usize) {
        if axis < self.axes {
            self.lengths[axis] = length;
        }
    }

    /// The number of elements.
    ///
    /// # Errors
    ///
    /// When there are more than one tensor may have.
    pub(super) fn size(&self) -> Result<usize, Problem> {
        size(self)
    }

    /// The shape that tensors of two shapes have together (the format's "multidirectional broadcasting").
    pub(super) fn broadcast(left: &[usize], right: &[usize]) -> Result<Self, Problem> {
        let axes = left.len().max(right.len());
        let mut dims = Self::default();
        for axis in 0..axes {
            let of = |shape: &[usize]| (axis + shape.len()).checked_sub(axes).map_or(1, |axis| shape[axis]);
            dims.push(match (of(left), of(right)) {
                (left, right) if left == right => left,
                (1, length) | (length, 1) => length,
                _ => return Err(Problem::new(format!("the shapes {left:?} and {right:?} do not go together"))),
            })?;
        }
        Ok(dims)
    }
}

impl Deref for Dims {
    type Target = [usize];

    fn deref(&self) -> &[usize] {
        &self.lengths[..self.axes]
    }
}

impl fmt::Debug for Dims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// The number of elements of a shape.
pub(super) fn size(shape: &[usize]) -> Result<usize, Problem> {
    // An axis of length 0 makes the whole empty, however long the others are.
    if shape.contains(&0) {
        return Ok(0);
    }
    let size = shape.iter().try_fold(1_usize, |size, length| size.checked_mul(*length));
    match size {
        Some(size) if size <= ELEMENTS => Ok(size),
        _ => Err(Problem::new(format!("a tensor of the shape {shape:?} is too large (over {ELEMENTS} elements)"))),
    }
}

/// A length as the signed integer that the format counts with.
pub(super) fn signed(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

/// An axis as the format names it: from the end when negative.
pub(super) fn axis(axis: i64, axes: usize) -> Result<usize, Problem> {
    let signed = signed(axes);
    let from_start = if axis < 0 { axis.checked_add(signed) } else { Some(axis) };
    match from_start.and_then(|axis| usize::try_from(axis).ok()) {
        Some(found) if found < axes => Ok(found),
        _ => Err(Problem::new(format!("axis {axis} is not one of a tensor of {axes} axes"))),
    }
}

/// How far apart in memory neighbours along each axis are when a tensor is read as if it had the shape `dims`:
/// 0 along an axis on which it is repeated.
pub(super) fn strides(shape: &[usize], dims: &Dims) -> [usize; AXES] {
    let mut strides = [0; AXES];
    let mut step = 1;
    for axis in (0..shape.len()).rev() {
        let place = axis + dims.len() - shape.len();
        strides[place] = if shape[axis] == 1 { 0 } else { step };
        step *= shape[axis];
    }
    strides
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_go_together_from_their_last_axis_on() {
        assert_eq!(*Dims::broadcast(&[3, 1, 2], &[4, 1]).unwrap(), [3, 4, 2]);
        assert_eq!(*Dims::broadcast(&[0, 2], &[1]).unwrap(), [0, 2]);
        assert!(Dims::broadcast(&[3], &[2]).is_err());
    }

    #[test]
    fn a_shape_of_too_many_elements_is_refused_without_overflow() {
        assert!(size(&[usize::MAX, 2]).is_err());
        assert_eq!(size(&[usize::MAX, 2, 0]).unwrap(), 0);
    }

    #[test]
    fn an_axis_may_be_counted_from_the_end() {
        assert_eq!(axis(-1, 3).unwrap(), 2);
        assert!(axis(3, 3).is_err());
        assert!(axis(i64::MIN, 3).is_err());
    }
}
