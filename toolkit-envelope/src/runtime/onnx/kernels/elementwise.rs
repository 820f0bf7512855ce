//! Operators that look at one element of each input at a time: the loops that they share.

use std::marker::PhantomData;

use crate::runtime::onnx::buffer::{Buffer, Scalar};
use crate::runtime::onnx::dims::{AXES, Dims, strides};
use crate::runtime::onnx::kernel::{Inputs, Kernel, Problem, Spare, elements};
use crate::runtime::onnx::spec::{Built, Lengths, Refusal, Spec, invalid};
use crate::tensor::Tensor;

/// What is wrong with elements, if anything.
pub(super) type Refuses<T> = fn(&[T]) -> Option<&'static str>;

/// From one element to another of the same type, done in place where nobody else needs the input.
struct Map<T, F> {
    of: F,
    element: PhantomData<T>,
}

/// From one element to another of a different type.
struct Turn<A, R, F> {
    of: F,
    elements: PhantomData<(A, R)>,
}

/// From two elements to one.
struct Pair<A, R, F> {
    of: F,
    /// What is wrong with the second input, if anything.
    refuses: Option<Refuses<A>>,
    elements: PhantomData<(A, R)>,
}

/// From one element to another of the same type.
pub(super) fn map<T: Scalar>(spec: &Spec<'_>, of: impl Fn(T) -> T + Send + Sync + 'static) -> Result<Built, Refusal> {
    let dims = spec.input(0)?.dims.clone();
    Ok(Built::one(Map { of, element: PhantomData }, T::ELEMENT, dims))
}

/// From one element to another of a different type.
pub(super) fn turn<A: Scalar, R: Scalar>(
    spec: &Spec<'_>,
    of: impl Fn(A) -> R + Send + Sync + 'static,
) -> Result<Built, Refusal> {
    let dims = spec.input(0)?.dims.clone();
    Ok(Built::one(Turn { of, elements: PhantomData }, R::ELEMENT, dims))
}

/// From two elements to one, of tensors whose shapes go together.
pub(super) fn pair<A: Scalar, R: Scalar>(
    spec: &Spec<'_>,
    of: impl Fn(A, A) -> R + Send + Sync + 'static,
) -> Result<Built, Refusal> {
    refusing_pair(spec, of, None)
}

/// The same, where the second input may be one that is refused.
pub(super) fn refusing_pair<A: Scalar, R: Scalar>(
    spec: &Spec<'_>,
    of: impl Fn(A, A) -> R + Send + Sync + 'static,
    refuses: Option<Refuses<A>>,
) -> Result<Built, Refusal> {
    let dims = together(spec)?;
    Ok(Built::one(Pair { of, refuses, elements: PhantomData }, R::ELEMENT, dims))
}

/// The shape that all inputs have together, as far as it is known.
pub(super) fn together(spec: &Spec<'_>) -> Result<Lengths, Refusal> {
    let mut all: Vec<Option<usize>> = Vec::new();
    for input in spec.inputs.iter().flatten() {
        let Some(dims) = &input.dims else { return Ok(None) };
        let (axes, most) = (dims.len(), dims.len().max(all.len()));
        let mut both = Vec::new();
        for axis in 0..most {
            let of = |dims: &[Option<usize>], axes: usize| match (axis + axes).checked_sub(most) {
                Some(axis) => dims.get(axis).copied().flatten(),
                None => Some(1),
            };
            both.push(match (of(&all, all.len()), of(dims, axes)) {
                (Some(1), other) | (other, Some(1)) => other,
                (Some(left), Some(right)) if left != right => {
                    return invalid(format!("an axis of length {left} does not go together with one of {right}"));
                }
                (Some(length), _) | (_, Some(length)) => Some(length),
                (None, None) => None,
            });
        }
        all = both;
    }
    Ok(Some(all))
}

impl<T: Scalar, F: Fn(T) -> T + Send + Sync> Kernel for Map<T, F> {
    fn run(&self, inputs: &Inputs<'_>, outputs: &mut [Buffer], _: &mut Spare) -> Result<(), Problem> {
        let (shape, from) = inputs.slice::<T>(0)?;
        let into = outputs[0].room(Dims::new(shape)?)?;
        into.iter_mut().zip(from).for_each(|(into, from)| *into = (self.of)(*from));
        Ok(())
    }

    fn overwrites(&self, index: usize, _: &Inputs<'_>) -> bool {
        index == 0
    }

    fn run_over(&self, _: usize, _: &Inputs<'_>, buffer: &mut Buffer, _: &mut Spare) -> Result<(), Problem> {
        buffer.elements::<T>()?.iter_mut().for_each(|element| *element = (self.of)(*element));
        Ok(())
    }
}

impl<A: Scalar, R: Scalar, F: Fn(A) -> R + Send + Sync> Kernel for Turn<A, R, F> {
    fn run(&self, inputs: &Inputs<'_>, outputs: &mut [Buffer], _: &mut Spare) -> Result<(), Problem> {
        let (shape, from) = inputs.slice::<A>(0)?;
        let into = outputs[0].room(Dims::new(shape)?)?;
        into.iter_mut().zip(from).for_each(|(into, from)| *into = (self.of)(*from));
        Ok(())
    }
}

impl<A: Scalar, R: Scalar, F: Fn(A, A) -> R + Send + Sync> Kernel for Pair<A, R, F> {
    fn run(&self, inputs: &Inputs<'_>, outputs: &mut [Buffer], _: &mut Spare) -> Result<(), Problem> {
        let (left, right) = (inputs.slice::<A>(0)?, inputs.slice::<A>(1)?);
        self.look(right.1)?;
        join(left, right, &mut outputs[0], &self.of)
    }

    fn overwrites(&self, index: usize, inputs: &Inputs<'_>) -> bool {
        // A type that stays is asked for by whoever planned this.
        let (Some(kept), Some(other)) = (inputs.get(index), inputs.get(1 - index.min(1))) else { return false };
        let judged = index == 1 && self.refuses.is_some();
        A::ELEMENT == R::ELEMENT && !judged && fits(other.shape, kept.shape)
    }

    fn run_over(&self, index: usize, inputs: &Inputs<'_>, buffer: &mut Buffer, _: &mut Spare) -> Result<(), Problem> {
        let other = inputs.slice::<A>(1 - index.min(1))?;
        if index == 0 {
            self.look(other.1)?;
            over::<R, A>(buffer, other, |kept, other| (self.of)(same(kept), other))
        } else {
            over::<R, A>(buffer, other, |kept, other| (self.of)(other, same(kept)))
        }
    }
}

impl<A: Scalar, R: Scalar, F: Fn(A, A) -> R + Send + Sync> Pair<A, R, F> {
    fn look(&self, right: &[A]) -> Result<(), Problem> {
        match self.refuses.and_then(|refuses| refuses(right)) {
            Some(reason) => Err(Problem::new(reason)),
            None => Ok(()),
        }
    }
}

/// A value of a type as one of another, which is the same type whenever this is called.
fn same<R: Scalar, A: Scalar>(value: R) -> A {
    let value: &dyn std::any::Any = &value;
    value.downcast_ref().copied().unwrap_or_default()
}

/// Whether a tensor of one shape can be repeated to another one.
pub(super) fn fits(shape: &[usize], dims: &[usize]) -> bool {
    shape.len() <= dims.len()
        && shape.iter().rev().zip(dims.iter().rev()).all(|(length, all)| length == all || *length == 1)
}

/// Writes one element for each pair of elements.
pub(super) fn join<A: Scalar, B: Scalar, R: Scalar>(
    left: (&[usize], &[A]),
    right: (&[usize], &[B]),
    output: &mut Buffer,
    of: impl Fn(A, B) -> R,
) -> Result<(), Problem> {
    let dims = Dims::broadcast(left.0, right.0)?;
    let into = output.room::<R>(dims)?;
    if left.0 == right.0 {
        let pairs = left.1.iter().zip(right.1);
        into.iter_mut().zip(pairs).for_each(|(into, (left, right))| *into = of(*left, *right));
        return Ok(());
    }
    let steps = [strides(left.0, &dims), strides(right.0, &dims)];
    rows(&dims, steps, |start, length, [l, r], [left_step, right_step]| {
        let into = &mut into[start..start + length];
        match (left_step, right_step) {
            (1, 1) => {
                let pairs = left.1[l..l + length].iter().zip(&right.1[r..r + length]);
                into.iter_mut().zip(pairs).for_each(|(into, (left, right))| *into = of(*left, *right));
            }
            (1, _) => {
                let right = right.1[r];
                into.iter_mut().zip(&left.1[l..l + length]).for_each(|(into, left)| *into = of(*left, right));
            }
            (_, 1) => {
                let left = left.1[l];
                into.iter_mut().zip(&right.1[r..r + length]).for_each(|(into, right)| *into = of(left, *right));
            }
            _ => into.fill(of(left.1[l], right.1[r])),
        }
    });
    Ok(())
}

/// Writes one element over each element of a buffer, from it and one of a tensor that is repeated to its shape.
pub(super) fn over<T: Scalar, B: Scalar>(
    buffer: &mut Buffer,
    other: (&[usize], &[B]),
    of: impl Fn(T, B) -> T,
) -> Result<(), Problem> {
    let dims = buffer.dims();
    if !fits(other.0, &dims) {
        return Err(Problem::new(format!("the shapes {dims:?} and {:?} do not go together", other.0)));
    }
    let kept = buffer.elements::<T>()?;
    if *other.0 == *dims {
        kept.iter_mut().zip(other.1).for_each(|(kept, other)| *kept = of(*kept, *other));
        return Ok(());
    }
    let step = strides(other.0, &dims);
    rows(&dims, [step], |start, length, [place], [step]| {
        let kept = &mut kept[start..start + length];
        if step == 0 {
            let other = other.1[place];
            for kept in kept {
                *kept = of(*kept, other);
            }
        } else {
            kept.iter_mut().zip(&other.1[place..place + length]).for_each(|(kept, other)| *kept = of(*kept, *other));
        }
    });
    Ok(())
}

/// Goes through a shape row by row: where the row begins in it and how long it is, where it begins in each of the tensors
/// that are repeated to the shape, and how far apart neighbours are in those.
pub(super) fn rows<const N: usize>(
    dims: &Dims,
    steps: [[usize; AXES]; N],
    mut row: impl FnMut(usize, usize, [usize; N], [usize; N]),
) {
    let Some(last) = dims.len().checked_sub(1) else {
        row(0, 1, [0; N], [0; N]);
        return;
    };
    if dims.contains(&0) {
        return;
    }
    let length = dims[last];
    let inner = steps.map(|step| step[last]);
    let (mut index, mut places, mut start) = ([0; AXES], [0; N], 0);
    loop {
        row(start, length, places, inner);
        start += length;
        let mut axis = last;
        loop {
            let Some(outer) = axis.checked_sub(1) else { return };
            axis = outer;
            index[axis] += 1;
            places.iter_mut().zip(&steps).for_each(|(place, step)| *place += step[axis]);
            if index[axis] < dims[axis] {
                break;
            }
            places.iter_mut().zip(&steps).for_each(|(place, step)| *place -= step[axis] * dims[axis]);
            index[axis] = 0;
        }
    }
}

/// From as many tensors as there are to one, pair by pair.
struct Fold<T, F, G> {
    of: F,
    last: G,
    element: PhantomData<T>,
}

/// From any number of elements to one: the first two, that and the third, and so on; `last` is told how many they were.
pub(super) fn fold<T: Scalar>(
    spec: &Spec<'_>,
    of: impl Fn(T, T) -> T + Send + Sync + 'static,
    last: impl Fn(T, usize) -> T + Send + Sync + 'static,
) -> Result<Built, Refusal> {
    let dims = together(spec)?;
    Ok(Built::one(Fold { of, last, element: PhantomData }, T::ELEMENT, dims))
}

impl<T: Scalar, F, G> Kernel for Fold<T, F, G>
where
    F: Fn(T, T) -> T + Send + Sync,
    G: Fn(T, usize) -> T + Send + Sync,
{
    fn run(&self, inputs: &Inputs<'_>, outputs: &mut [Buffer], _: &mut Spare) -> Result<(), Problem> {
        let mut dims = Dims::default();
        for index in 0..inputs.len() {
            dims = Dims::broadcast(&dims, inputs.tensor(index)?.shape)?;
        }
        repeat(inputs.tensor(0)?, dims, &mut outputs[0])?;
        for index in 1..inputs.len() {
            over::<T, T>(&mut outputs[0], inputs.slice(index)?, &self.of)?;
        }
        let count = inputs.len();
        outputs[0].elements::<T>()?.iter_mut().for_each(|element| *element = (self.last)(*element, count));
        Ok(())
    }

    fn overwrites(&self, index: usize, inputs: &Inputs<'_>) -> bool {
        let Some(kept) = inputs.get(0) else { return false };
        index == 0
            && (1..inputs.len()).all(|index| inputs.get(index).is_some_and(|other| fits(other.shape, kept.shape)))
    }

    fn run_over(&self, _: usize, inputs: &Inputs<'_>, buffer: &mut Buffer, _: &mut Spare) -> Result<(), Problem> {
        for index in 1..inputs.len() {
            over::<T, T>(buffer, inputs.slice(index)?, &self.of)?;
        }
        let count = inputs.len();
        buffer.elements::<T>()?.iter_mut().for_each(|element| *element = (self.last)(*element, count));
        Ok(())
    }
}

/// Repeats a tensor of numbers or booleans to a shape that it goes together with.
pub(super) fn repeat(tensor: Tensor<'_>, dims: Dims, output: &mut Buffer) -> Result<(), Problem> {
    fn of<T: Scalar>(tensor: Tensor<'_>, dims: Dims, output: &mut Buffer) -> Result<(), Problem> {
        let from = elements::<T>(tensor.elements)?;
        let into = output.room::<T>(dims)?;
        let step = strides(tensor.shape, &dims);
        rows(&dims, [step], |start, length, [place], [step]| {
            let into = &mut into[start..start + length];
            if step == 0 { into.fill(from[place]) } else { into.copy_from_slice(&from[place..place + length]) }
        });
        Ok(())
    }
    use crate::tensor::View;
    match tensor.elements {
        _ if *tensor.shape == *dims => output.copy(tensor),
        View::Float32(_) => of::<f32>(tensor, dims, output),
        View::Float64(_) => of::<f64>(tensor, dims, output),
        View::Int32(_) => of::<i32>(tensor, dims, output),
        View::Int64(_) => of::<i64>(tensor, dims, output),
        View::Bool(_) => of::<bool>(tensor, dims, output),
        View::String(from) => {
            let into = output.strings(dims)?;
            rows(&dims, [strides(tensor.shape, &dims)], |_, length, [place], [step]| {
                (0..length).filter_map(|index| from.get(place + index * step)).for_each(|string| into.push(string));
            });
            Ok(())
        }
    }
}

/// What follows an operator, done to its output.
pub(super) fn relu<T: super::types::Number>(element: T) -> T {
    if element < T::ZERO { T::ZERO } else { element }
}
