//! Products of matrices: those of floating-point numbers by the crate `gemm`, whose interface takes bare pointers.
//!
//! This is the file that turns slices into those pointers, after it has checked that they cover the matrices.

#![allow(unsafe_code, reason = "gemm takes pointers, strides and sizes; they are checked against the slices first")]

use std::iter::{StepBy, Take, Zip};
use std::slice::Iter;

use super::buffer::Scalar;
use super::kernel::Problem;

/// A matrix in a slice: how far apart neighbours in a column and in a row are.
#[derive(Clone, Copy)]
pub(super) struct Matrix<'a, T> {
    pub(super) elements: &'a [T],
    pub(super) rows: usize,
    pub(super) columns: usize,
    pub(super) row_step: usize,
    pub(super) column_step: usize,
}

impl<'a, T> Matrix<'a, T> {
    /// A matrix row by row.
    pub(super) fn new(elements: &'a [T], rows: usize, columns: usize) -> Self {
        Self { elements, rows, columns, row_step: columns, column_step: 1 }
    }

    /// The same with rows for columns.
    pub(super) fn transposed(self) -> Self {
        Self {
            elements: self.elements,
            rows: self.columns,
            columns: self.rows,
            row_step: self.column_step,
            column_step: self.row_step,
        }
    }

    fn covered(&self) -> bool {
        if self.rows == 0 || self.columns == 0 {
            return true;
        }
        let down = (self.rows - 1).checked_mul(self.row_step);
        let across = (self.columns - 1).checked_mul(self.column_step);
        down.zip(across)
            .and_then(|(down, across)| down.checked_add(across))
            .is_some_and(|last| last < self.elements.len())
    }
}

/// Numbers whose matrices can be multiplied.
pub(super) trait Product: Scalar {
    /// Writes `scale` times the product of two matrices that fit each other, row by row; added to what is there if `add`.
    fn multiply(scale: Self, left: Matrix<'_, Self>, right: Matrix<'_, Self>, into: &mut [Self], add: bool);
}

/// Writes `scale` times the product of two matrices, row by row; added to what is there if `add`.
pub(super) fn multiply<T: Product>(
    scale: T,
    left: Matrix<'_, T>,
    right: Matrix<'_, T>,
    into: &mut [T],
    add: bool,
) -> Result<(), Problem> {
    let size = left.rows.checked_mul(right.columns);
    if left.columns != right.rows || size != Some(into.len()) || !left.covered() || !right.covered() {
        return Err(Problem::new(format!(
            "matrices of {} by {} and {} by {} cannot be multiplied",
            left.rows, left.columns, right.rows, right.columns
        )));
    }
    if left.columns == 0 && !add {
        into.fill(T::default());
    }
    if !into.is_empty() && left.columns > 0 {
        T::multiply(scale, left, right, into, add);
    }
    Ok(())
}

/// Multiplications in a product that is over before a larger one has begun.
const SMALL: usize = 256;

/// What is multiplied, one from each matrix.
type Pairs<'a, T> = Take<Zip<StepBy<Iter<'a, T>>, StepBy<Iter<'a, T>>>>;

/// Makes each element from what is there and from the pairs that are multiplied for it.
fn each<'a, T: Scalar>(left: Matrix<'a, T>, right: Matrix<'a, T>, into: &mut [T], of: impl Fn(T, Pairs<'a, T>) -> T) {
    let inner = left.columns;
    for (row, into) in into.chunks_exact_mut(right.columns).enumerate() {
        for (column, into) in into.iter_mut().enumerate() {
            let left = left.elements[row * left.row_step..].iter().step_by(left.column_step.max(1));
            let right = right.elements[column * right.column_step..].iter().step_by(right.row_step.max(1));
            *into = of(*into, left.zip(right).take(inner));
        }
    }
}

macro_rules! floats {
    ($($type:ident),*) => {$(
        impl Product for $type {
            fn multiply(scale: Self, left: Matrix<'_, Self>, right: Matrix<'_, Self>, into: &mut [Self], add: bool) {
                if left.rows.saturating_mul(left.columns).saturating_mul(right.columns) <= SMALL {
                    return each(left, right, into, |before, pairs| {
                        let sum = pairs.fold(0.0, |sum: $type, (left, right)| sum + left * right);
                        if add { before + sum * scale } else { sum * scale }
                    });
                }
                // SAFETY: `multiply` above, the only caller, has checked that the three slices cover the matrices, and
                // `into` is borrowed mutably, so that it overlaps neither of the others. Strides are at most lengths of
                // slices, which fit an isize.
                unsafe {
                    gemm::gemm(
                        left.rows,
                        right.columns,
                        left.columns,
                        into.as_mut_ptr(),
                        1,
                        right.columns.cast_signed(),
                        add,
                        left.elements.as_ptr(),
                        left.column_step.cast_signed(),
                        left.row_step.cast_signed(),
                        right.elements.as_ptr(),
                        right.column_step.cast_signed(),
                        right.row_step.cast_signed(),
                        1.0,
                        scale,
                        false,
                        false,
                        false,
                        gemm::Parallelism::None,
                    );
                }
            }
        }
    )*};
}

macro_rules! integers {
    ($($type:ident),*) => {$(
        impl Product for $type {
            fn multiply(scale: Self, left: Matrix<'_, Self>, right: Matrix<'_, Self>, into: &mut [Self], add: bool) {
                each(left, right, into, |before, pairs| {
                    let product = |(left, right): (&$type, &$type)| left.wrapping_mul(*right);
                    let sum = pairs.map(product).fold(0, <$type>::wrapping_add).wrapping_mul(scale);
                    if add { before.wrapping_add(sum) } else { sum }
                });
            }
        }
    )*};
}

floats!(f32, f64);
integers!(i32, i64);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn matrix<T>(all: &[T], rows: usize, columns: usize, turned: bool) -> Matrix<'_, T> {
        if turned { Matrix::new(all, columns, rows).transposed() } else { Matrix::new(all, rows, columns) }
    }

    proptest! {
        #[test]
        fn products_of_numbers_are_those_of_integers(
            (rows, inner, columns) in (0_usize..40, 0_usize..40, 0_usize..40),
            turned in any::<(bool, bool)>(),
            add in any::<bool>(),
        ) {
            let of = |count: usize, factor: i64| (0_i64..).take(count).map(|at| (at * factor) % 11 - 5).collect::<Vec<_>>();
            let (left, right) = (of(rows * inner, 7), of(inner * columns, 3));
            let float = |ints: &[i64]| ints.iter().map(|int| *int as f32).collect::<Vec<_>>();
            let (left_floats, right_floats) = (float(&left), float(&right));
            let mut ints = vec![2_i64; rows * columns];
            let mut floats = vec![2_f32; rows * columns];
            let exact = (matrix(&left, rows, inner, turned.0), matrix(&right, inner, columns, turned.1));
            multiply(3, exact.0, exact.1, &mut ints, add).unwrap();
            let quick = (matrix(&left_floats, rows, inner, turned.0), matrix(&right_floats, inner, columns, turned.1));
            multiply(3.0, quick.0, quick.1, &mut floats, add).unwrap();
            prop_assert_eq!(float(&ints), floats);
        }
    }

    #[test]
    fn a_matrix_that_its_slice_does_not_cover_is_refused() {
        let (left, right) = ([1.0_f32; 5], [1.0_f32; 6]);
        let result = multiply(1.0, Matrix::new(&left, 2, 3), Matrix::new(&right, 3, 2), &mut [0.0; 4], false);
        assert!(result.is_err());
    }
}
