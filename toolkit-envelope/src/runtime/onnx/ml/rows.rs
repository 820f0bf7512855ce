//! What the operators for tables read: rows of numbers, whatever their type.

use crate::runtime::onnx::kernel::Problem;
use crate::runtime::onnx::spec::{Known, Lengths};
use crate::tensor::View;

/// Rows and columns of a tensor of one or two axes; one axis is one row.
///
/// # Errors
///
/// When there are no axes, or more.
pub(super) fn table(shape: &[usize]) -> Result<(usize, usize), Problem> {
    match shape {
        [columns] => Ok((1, *columns)),
        [rows, columns] => Ok((*rows, *columns)),
        _ => Err(Problem::new(format!("found the shape {shape:?}, expected rows of columns"))),
    }
}

/// The same, where there must be so many columns.
///
/// # Errors
///
/// As [`table`], and when there are other columns.
pub(super) fn table_of(shape: &[usize], expected: usize) -> Result<usize, Problem> {
    let (rows, columns) = table(shape)?;
    if columns != expected {
        return Err(Problem::new(format!("found {columns} columns, expected {expected}")));
    }
    Ok(rows)
}

/// The shape of a result with so many columns for each row of an input.
#[allow(clippy::unnecessary_wraps, reason = "it is what is known of a shape")]
pub(super) fn table_for(input: &Known, columns: usize) -> Lengths {
    Some(vec![rows_of(input), Some(columns)])
}

/// The number of rows of an input, if it is known.
pub(super) fn rows_of(input: &Known) -> Option<usize> {
    match input.dims.as_deref() {
        Some([_]) => Some(1),
        Some([rows, _]) => *rows,
        _ => None,
    }
}

/// Numbers of a type that others are turned to.
pub(super) trait Real: Copy + Default + 'static {
    /// The elements, if they are of this type.
    fn of(view: View<'_>) -> Option<&[Self]>;

    fn from_f32(number: f32) -> Self;
    fn from_f64(number: f64) -> Self;
    fn from_i32(number: i32) -> Self;
    fn from_i64(number: i64) -> Self;
}

macro_rules! real {
    ($($variant:ident $type:ident),*) => {$(
        #[allow(clippy::cast_lossless, reason = "one of the two is the other's source")]
        impl Real for $type {
            fn of(view: View<'_>) -> Option<&[Self]> {
                match view {
                    View::$variant(all) => Some(all),
                    _ => None,
                }
            }

            fn from_f32(number: f32) -> Self {
                number as $type
            }

            fn from_f64(number: f64) -> Self {
                number as $type
            }

            fn from_i32(number: i32) -> Self {
                number as $type
            }

            fn from_i64(number: i64) -> Self {
                number as $type
            }
        }
    )*};
}

real!(Float32 f32, Float64 f64);

/// The elements of a tensor as numbers of one type, turned to it in `spare` if need be; and `more` numbers of room.
///
/// # Errors
///
/// When the elements are no numbers.
pub(super) fn numbers<'a, T: Real>(
    view: View<'a>,
    spare: &'a mut Vec<T>,
    more: usize,
) -> Result<(&'a [T], &'a mut [T]), Problem> {
    if let Some(numbers) = T::of(view) {
        spare.resize(more, T::default());
        return Ok((numbers, spare));
    }
    spare.clear();
    match view {
        View::Float32(all) => spare.extend(all.iter().map(|number| T::from_f32(*number))),
        View::Float64(all) => spare.extend(all.iter().map(|number| T::from_f64(*number))),
        View::Int32(all) => spare.extend(all.iter().map(|number| T::from_i32(*number))),
        View::Int64(all) => spare.extend(all.iter().map(|number| T::from_i64(*number))),
        View::Bool(_) | View::String(_) => {
            return Err(Problem::new(format!("found elements of {}, expected numbers", view.element())));
        }
    }
    let count = spare.len();
    spare.resize(count + more, T::default());
    let (numbers, room) = spare.split_at_mut(count);
    Ok((numbers, room))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_axis_is_one_row() {
        assert_eq!(table(&[3]).unwrap(), (1, 3));
        assert_eq!(table(&[2, 3]).unwrap(), (2, 3));
        assert!(table(&[]).is_err());
        assert!(table(&[1, 2, 3]).is_err());
    }

    #[test]
    fn integers_are_turned_to_numbers_and_numbers_are_lent() {
        let mut spare = Vec::new();
        let (found, room) = numbers::<f32>(View::Int64(&[1, -2]), &mut spare, 1).unwrap();
        assert_eq!((found, room.len()), (&[1.0, -2.0][..], 1));
        let (found, room) = numbers::<f32>(View::Float32(&[0.5]), &mut spare, 2).unwrap();
        assert_eq!((found, room.len()), (&[0.5][..], 2));
        assert!(numbers::<f32>(View::Bool(&[true]), &mut spare, 0).is_err());
    }
}
