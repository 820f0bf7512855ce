//! What an operator is once it is compiled: how it takes tensors, how it gives them, and how it is made.
//!
//! An operator is one struct with a [`Kernel`] and one function that makes it from a [`Spec`](super::spec::Spec), named in the table
//! ([`Operator`](super::table::Operator)) with its attributes and versions:
//!
//! ```ignore
//! pub(super) const OPERATORS: &[Operator] = &[operator("Neg", (6, NEWEST), NUMBERS, &[], (1, 1), negate)];
//!
//! struct Negate;
//!
//! fn negate(spec: &Spec<'_>) -> Result<Built, Refusal> {
//!     let input = spec.input(0)?;
//!     Ok(Built::one(Negate, input.element, input.dims.clone()))
//! }
//!
//! impl Kernel for Negate {
//!     fn run(&self, inputs: &Inputs<'_>, outputs: &mut [Buffer], _: &mut Spare) -> Result<(), Problem> {
//!         let (shape, from) = inputs.slice::<f32>(0)?;
//!         let into = outputs[0].room::<f32>(Dims::new(shape)?)?;
//!         into.iter_mut().zip(from).for_each(|(into, from)| *into = -from);
//!         Ok(())
//!     }
//! }
//! ```

use std::fmt;
use std::sync::Arc;

use crate::tensor::{Tensor, View};

use super::buffer::{Buffer, Scalar};
use super::program::Scratch;

/// An operator that runs.
///
/// It is given its inputs and buffers for its outputs; it must not allocate once the buffers have grown to the size of
/// the batch, and must not panic whatever the shapes of the inputs are (their types are those it was made for).
pub(super) trait Kernel: Send + Sync {
    /// Reads the inputs and writes every output, shape and elements. There are as many outputs as the node names.
    ///
    /// # Errors
    ///
    /// When the shapes or the values of the inputs are not what the operator takes.
    fn run(&self, inputs: &Inputs<'_>, outputs: &mut [Buffer], spare: &mut Spare) -> Result<(), Problem>;

    /// Whether the first output can be written over the input at `index`, shaped as it now is. It is asked only
    /// when nobody else needs that input, and the two are of one type; if so, [`Kernel::run_over`] runs and not `run`.
    fn overwrites(&self, _index: usize, _inputs: &Inputs<'_>) -> bool {
        false
    }

    /// Writes the first output over the input at `index`, which is in `buffer` and, for this call, not among `inputs`.
    ///
    /// # Errors
    ///
    /// As [`Kernel::run`].
    fn run_over(
        &self,
        _index: usize,
        _inputs: &Inputs<'_>,
        _buffer: &mut Buffer,
        _spare: &mut Spare,
    ) -> Result<(), Problem> {
        Err(Problem::new("this operator does not write over its inputs".to_owned()))
    }

    /// Takes over what the one operator does that follows it, and says whether it did.
    fn fuse(&mut self, _next: Next<'_>) -> bool {
        false
    }
}

/// An operator that another one could do in passing.
#[derive(Clone, Copy)]
pub(super) enum Next<'a> {
    /// A constant is added.
    Add(Tensor<'a>),
    /// What is below zero becomes zero.
    Relu,
}

/// Why an operator cannot run on what it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem(String);

impl Problem {
    #[cold]
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Memory that an operator may use during one call, for whatever it likes; it is kept for the next.
#[derive(Clone, Debug, Default)]
pub(super) struct Spare {
    /// For an operator that runs a program of its own.
    pub(super) scratch: Option<Box<Scratch>>,
    pub(super) float32s: Vec<f32>,
    pub(super) float64s: Vec<f64>,
    pub(super) indices: Vec<usize>,
    pub(super) trees: super::trees::Scratch<f32>,
    pub(super) double_trees: super::trees::Scratch<f64>,
}

/// Where a value is while a program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The caller's.
    Given(usize),
    /// Known since the program was compiled.
    Constant(usize),
    /// Made on the way.
    Buffer(usize),
}

/// The inputs of one operator.
pub(super) struct Inputs<'a> {
    pub(super) places: &'a [Option<Place>],
    pub(super) given: &'a [Tensor<'a>],
    pub(super) constants: &'a [Arc<Buffer>],
    pub(super) buffers: &'a [Buffer],
}

impl<'a> Inputs<'a> {
    /// How many there are, those that are left out in the middle counted.
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    /// The input at `index`, unless it is optional and left out.
    pub(super) fn get(&self, index: usize) -> Option<Tensor<'a>> {
        match (*self.places.get(index)?)? {
            Place::Given(index) => self.given.get(index).copied(),
            Place::Constant(index) => self.constants.get(index).map(|constant| constant.tensor()),
            Place::Buffer(index) => self.buffers.get(index).map(Buffer::tensor),
        }
    }

    /// The input at `index`, which must be there.
    ///
    /// # Errors
    ///
    /// When it is not.
    pub(super) fn tensor(&self, index: usize) -> Result<Tensor<'a>, Problem> {
        self.get(index).ok_or_else(|| Problem::new(format!("input {index} is missing")))
    }

    /// Shape and elements of the input at `index`.
    ///
    /// # Errors
    ///
    /// When it is missing or of another type.
    pub(super) fn slice<T: Scalar>(&self, index: usize) -> Result<(&'a [usize], &'a [T]), Problem> {
        let tensor = self.tensor(index)?;
        let elements = elements(tensor.elements)?;
        Ok((tensor.shape, elements))
    }
}

/// The elements of a view.
///
/// # Errors
///
/// When they are of another type.
pub(super) fn elements<T: Scalar>(view: View<'_>) -> Result<&[T], Problem> {
    let wrong = || Problem::new(format!("found elements of {}, expected {}", view.element(), T::ELEMENT));
    T::of(view).ok_or_else(wrong)
}
