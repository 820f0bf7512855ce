//! Products of matrices, of many at once, and with a sum.

use crate::runtime::onnx::buffer::Buffer;
use crate::runtime::onnx::dims::{AXES, Dims, size, strides};
use crate::runtime::onnx::kernel::{Inputs, Kernel, Next, Problem, Spare, elements};
use crate::runtime::onnx::product::{Matrix, Product, multiply};
use crate::runtime::onnx::spec::{Built, Lengths, Refusal, Spec};
use crate::runtime::onnx::table::{FLOATS, NEWEST, NUMBERS, Operator, operator};

use super::elementwise::{fits, relu, rows};
use super::types::{Number, with_float, with_number};

pub(super) const OPERATORS: &[Operator] = &[
    operator("MatMul", (1, 8), FLOATS, &[], (2, 2), matmul),
    operator("MatMul", (9, NEWEST), NUMBERS, &[], (2, 2), matmul),
    operator("Gemm", (7, 10), FLOATS, GEMM, (3, 3), gemm),
    operator("Gemm", (11, NEWEST), FLOATS, GEMM, (2, 3), gemm),
];

const GEMM: &[&str] = &["alpha", "beta", "transA", "transB"];

/// What is done to a product when it is there.
struct After<T> {
    /// Added to every row.
    bias: Option<Vec<T>>,
    relu: bool,
}

impl<T: Number> After<T> {
    /// Fills the rows with what is added to them, and says whether it did.
    fn begin(&self, into: &mut [T]) -> Result<bool, Problem> {
        let Some(bias) = self.bias.as_deref() else { return Ok(false) };
        if bias.is_empty() || !into.len().is_multiple_of(bias.len()) {
            return Err(Problem::new(format!("{} elements cannot be added to rows of another length", bias.len())));
        }
        into.chunks_exact_mut(bias.len()).for_each(|row| row.copy_from_slice(bias));
        Ok(true)
    }

    fn end(&self, into: &mut [T]) {
        if self.relu {
            for element in into {
                *element = relu(*element);
            }
        }
    }

    /// Takes over a sum with a constant of rows of a length, or what sets negative elements to zero.
    fn fuse(&mut self, next: Next<'_>, axes: Option<usize>, columns: Option<usize>) -> bool {
        match next {
            Next::Relu => {
                self.relu = true;
                true
            }
            Next::Add(constant) => {
                let whole = columns.is_some_and(|columns| constant.shape.last() == Some(&columns) && columns > 0);
                let row = size(constant.shape).ok() == columns && axes.is_some_and(|axes| constant.shape.len() <= axes);
                let Ok(elements) = elements::<T>(constant.elements) else { return false };
                if !whole || !row || self.bias.is_some() || self.relu {
                    return false;
                }
                self.bias = Some(elements.to_vec());
                true
            }
        }
    }
}

struct MatMul<T> {
    after: After<T>,
    axes: Option<usize>,
    columns: Option<usize>,
}

fn matmul(spec: &Spec<'_>) -> Result<Built, Refusal> {
    let dims = product_dims(&spec.input(0)?.dims, &spec.input(1)?.dims);
    let (axes, columns) = (dims.as_ref().map(Vec::len), dims.as_ref().and_then(|dims| *dims.last()?));
    // The last axis of a product with a vector is not a row of the other matrix.
    let columns = columns.filter(|_| spec.input(1).is_ok_and(|right| right.axes().is_some_and(|axes| axes > 1)));
    with_number!(spec.common(0)?, T => {
        let after = After::<T> { bias: None, relu: false };
        Ok(Built::one(MatMul { after, axes, columns }, spec.input(0)?.element, dims))
    })
}

fn product_dims(left: &Lengths, right: &Lengths) -> Lengths {
    let (left, right) = (left.as_deref()?, right.as_deref()?);
    let (rows, columns) = (left.len() > 1, right.len() > 1);
    let batch = left.len().saturating_sub(2).max(right.len().saturating_sub(2));
    let outer = |dims: &[Option<usize>], axis: usize| {
        let axes = dims.len().saturating_sub(2);
        (axis + axes).checked_sub(batch).map_or(Some(1), |axis| dims[axis])
    };
    let mut dims: Vec<Option<usize>> = (0..batch)
        .map(|axis| match (outer(left, axis), outer(right, axis)) {
            (Some(1), other) | (other, Some(1)) => other,
            (Some(length), _) | (_, Some(length)) => Some(length),
            (None, None) => None,
        })
        .collect();
    dims.extend(rows.then(|| left[left.len() - 2]));
    dims.extend(columns.then(|| right[right.len() - 1]));
    Some(dims)
}

impl<T: Number + Product> Kernel for MatMul<T> {
    fn run(&self, inputs: &Inputs<'_>, outputs: &mut [Buffer], _: &mut Spare) -> Result<(), Problem> {
        let ((left_shape, left), (right_shape, right)) = (inputs.slice::<T>(0)?, inputs.slice::<T>(1)?);
        let (l, r) = (Sides::left(left_shape)?, Sides::right(right_shape)?);
        if l.columns != r.rows {
            let shapes = format!("{left_shape:?} and {right_shape:?}");
            return Err(Problem::new(format!("matrices of the shapes {shapes} cannot be multiplied")));
        }
        let batch = Dims::broadcast(l.batch, r.batch)?;
        let mut dims = batch;
        if left_shape.len() > 1 {
            dims.push(l.rows)?;
        }
        if right_shape.len() > 1 {
            dims.push(r.columns)?;
        }
        let into = outputs[0].room::<T>(dims)?;
        let add = self.after.begin(into)?;
        if r.batch.is_empty() {
            // One matrix on the right: all those on the left are one above the other.
            let rows = into.len().checked_div(r.columns).unwrap_or(0);
            let left = Matrix::new(left, rows, l.columns);
            multiply(T::ONE, left, Matrix::new(right, r.rows, r.columns), into, add)?;
        } else {
            let (size, steps) = (l.rows * r.columns, [strides(l.batch, &batch), strides(r.batch, &batch)]);
            let mut result = Ok(());
            rows(&batch, steps, |start, length, [left_at, right_at], [left_step, right_step]| {
                for at in 0..length {
                    let first = (left_at + at * left_step) * l.rows * l.columns;
                    let second = (right_at + at * right_step) * r.rows * r.columns;
                    let left = Matrix::new(&left[first..first + l.rows * l.columns], l.rows, l.columns);
                    let right = Matrix::new(&right[second..second + r.rows * r.columns], r.rows, r.columns);
                    let into = &mut into[(start + at) * size..(start + at + 1) * size];
                    if result.is_ok() {
                        result = multiply(T::ONE, left, right, into, add);
                    }
                }
            });
            result?;
        }
        self.after.end(into);
        Ok(())
    }

    fn fuse(&mut self, next: Next<'_>) -> bool {
        self.after.fuse(next, self.axes, self.columns)
    }
}

/// The matrices in a tensor: those of its last two axes.
struct Sides<'a> {
    batch: &'a [usize],
    rows: usize,
    columns: usize,
}

impl<'a> Sides<'a> {
    /// A vector on the left is a row.
    fn left(shape: &'a [usize]) -> Result<Self, Problem> {
        match shape {
            [columns] => Ok(Self { batch: &[], rows: 1, columns: *columns }),
            _ => Self::of(shape),
        }
    }

    /// A vector on the right is a column.
    fn right(shape: &'a [usize]) -> Result<Self, Problem> {
        match shape {
            [rows] => Ok(Self { batch: &[], rows: *rows, columns: 1 }),
            _ => Self::of(shape),
        }
    }

    fn of(shape: &'a [usize]) -> Result<Self, Problem> {
        match shape {
            [batch @ .., rows, columns] => Ok(Self { batch, rows: *rows, columns: *columns }),
            _ => Err(Problem::new("a single number cannot be multiplied as a matrix")),
        }
    }
}

/// `alpha` times the product of two matrices, plus `beta` times a third.
struct Gemm<T> {
    alpha: T,
    beta: T,
    turned: (bool, bool),
    after: After<T>,
    columns: Option<usize>,
}

fn gemm(spec: &Spec<'_>) -> Result<Built, Refusal> {
    let turned = (spec.switch("transA", false)?, spec.switch("transB", false)?);
    let scale = |name: &str| Ok(f64::from(spec.float(name)?.unwrap_or(1.0)));
    let (alpha, beta) = (scale("alpha")?, scale("beta")?);
    let length = |index: usize, axis: usize| spec.input(index).ok()?.dims.as_ref()?.get(axis).copied().flatten();
    let dims = vec![length(0, usize::from(turned.0)), length(1, usize::from(!turned.1))];
    let columns = dims[1];
    with_float!(spec.common(0)?, T => {
        let (alpha, beta) = (T::from_float(alpha), T::from_float(beta));
        let after = After { bias: None, relu: false };
        Ok(Built::one(Gemm { alpha, beta, turned, after, columns }, spec.input(0)?.element, Some(dims)))
    })
}

impl<T: Number + Product> Kernel for Gemm<T> {
    fn run(&self, inputs: &Inputs<'_>, outputs: &mut [Buffer], _: &mut Spare) -> Result<(), Problem> {
        let matrix = |index: usize, turned: bool| match inputs.slice::<T>(index)? {
            ([rows, columns], elements) => {
                let matrix = Matrix::new(elements, *rows, *columns);
                Ok(if turned { matrix.transposed() } else { matrix })
            }
            (shape, _) => Err(Problem::new(format!("found the shape {shape:?}, expected a matrix"))),
        };
        let (left, right) = (matrix(0, self.turned.0)?, matrix(1, self.turned.1)?);
        let dims = Dims::table(left.rows, right.columns);
        let into = outputs[0].room::<T>(dims)?;
        let mut add = self.after.begin(into)?;
        if inputs.get(2).is_some() && self.beta != T::ZERO {
            let (shape, third) = inputs.slice::<T>(2)?;
            if !fits(shape, &dims) {
                return Err(Problem::new(format!("the shape {shape:?} cannot be repeated to {dims:?}")));
            }
            let step: [usize; AXES] = strides(shape, &dims);
            let before = |add: bool, into: T| if add { into } else { T::ZERO };
            rows(&dims, [step], |start, length, [place], [step]| {
                for (at, into) in into[start..start + length].iter_mut().enumerate() {
                    *into = before(add, *into).add(self.beta.mul(third[place + at * step]));
                }
            });
            add = true;
        }
        multiply(self.alpha, left, right, into, add)?;
        self.after.end(into);
        Ok(())
    }

    fn fuse(&mut self, next: Next<'_>) -> bool {
        self.after.fuse(next, Some(2), self.columns)
    }
}
