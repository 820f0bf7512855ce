//! A model compiled: what goes in, what comes out, and the steps between, which are the same for every call.

use std::fmt;
use std::sync::Arc;

use crate::tensor::{Element, Tensor};

use super::buffer::Buffer;
use super::kernel::{Inputs, Kernel, Place, Spare};

/// A model that runs, on any number of threads at once: what changes is in a [`Scratch`].
pub struct Program {
    pub(super) inputs: Vec<Port>,
    pub(super) outputs: Vec<Port>,
    pub(super) steps: Vec<Step>,
    pub(super) constants: Vec<Arc<Buffer>>,
    /// How many buffers the steps write to.
    pub(super) buffers: usize,
    /// The buffer of each output.
    pub(super) results: Vec<usize>,
}

/// An input or an output of a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port {
    /// Its name.
    pub name: String,
    /// What its elements are.
    pub element: Element,
    /// The length of each axis, as far as it is always the same; nothing when not even their number is known.
    pub dims: Option<Vec<Option<usize>>>,
    /// What the columns stand for, when the model gives one mapping per row (`ZipMap`): the tensor has one column per key.
    pub keys: Option<Keys>,
}

/// The keys of the mappings that a model gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keys {
    /// Integers, such as classes that are numbered.
    Integers(Vec<i64>),
    /// Text, such as classes that have names.
    Strings(Vec<String>),
}

impl Keys {
    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Integers(keys) => keys.len(),
            Self::Strings(keys) => keys.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// What one run of a program after the other writes to. It grows to the largest batch and is kept, so that a run
/// allocates nothing once it is warm. Any scratch serves any program.
#[derive(Clone, Debug, Default)]
pub struct Scratch {
    pub(super) buffers: Vec<Buffer>,
    /// The buffers that the step at hand writes to.
    writing: Vec<Buffer>,
    spare: Spare,
    /// The buffer of each output of the last run; empty when it failed.
    results: Vec<usize>,
}

/// Why a program did not run on what it was given.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RunError {
    /// The inputs are not those of the model: all that is wrong with them.
    #[error("{}", .0.join("; "))]
    Inputs(Vec<String>),
    /// An operator could not take the values that came to it.
    #[error("node {node:?} ({operator}): {message}")]
    Node {
        /// The node's name.
        node: String,
        /// Its operator.
        operator: String,
        /// What was found, and what was expected.
        message: String,
    },
}

/// One operator of a program.
pub(super) struct Step {
    pub(super) kernel: Box<dyn Kernel>,
    pub(super) inputs: Vec<Option<Place>>,
    /// The buffers that it writes to.
    pub(super) outputs: Vec<usize>,
    /// The inputs that nobody needs afterwards, and that the first output may be written over.
    pub(super) free: Vec<usize>,
    pub(super) node: String,
    pub(super) operator: String,
}

impl Program {
    /// What goes in, in the order in which [`Program::run`] takes it.
    pub fn inputs(&self) -> &[Port] {
        &self.inputs
    }

    /// What comes out, in the order in which [`Scratch::output`] counts it.
    pub fn outputs(&self) -> &[Port] {
        &self.outputs
    }

    /// Memory for runs of this program.
    pub fn scratch(&self) -> Scratch {
        Scratch { buffers: vec![Buffer::default(); self.buffers], ..Scratch::default() }
    }

    /// Runs the model; the outputs are then in the scratch.
    ///
    /// # Errors
    ///
    /// When there are more or fewer inputs than the model has, when one has another type or shape than its port
    /// (all of them are told), and when an operator cannot take the values that came to it.
    pub fn run(&self, inputs: &[Tensor<'_>], scratch: &mut Scratch) -> Result<(), RunError> {
        scratch.results.clear();
        self.check(inputs)?;
        if scratch.buffers.len() < self.buffers {
            scratch.buffers.resize_with(self.buffers, Buffer::default);
        }
        self.steps(inputs, scratch).or_else(|error| self.run_without_rows(inputs, scratch, error))?;
        scratch.results.extend_from_slice(&self.results);
        Ok(())
    }

    pub(super) fn steps(&self, inputs: &[Tensor<'_>], scratch: &mut Scratch) -> Result<(), RunError> {
        self.steps.iter().try_for_each(|step| step.run(inputs, &self.constants, scratch))
    }

    fn check(&self, inputs: &[Tensor<'_>]) -> Result<(), RunError> {
        let right = inputs.len() == self.inputs.len()
            && self.inputs.iter().zip(inputs).all(|(port, tensor)| port.takes(*tensor));
        if right { Ok(()) } else { Err(RunError::Inputs(self.wrong(inputs))) }
    }

    #[cold]
    fn wrong(&self, inputs: &[Tensor<'_>]) -> Vec<String> {
        if inputs.len() != self.inputs.len() {
            let names: Vec<&str> = self.inputs.iter().map(|port| port.name.as_str()).collect();
            let (found, expected) = (inputs.len(), names.len());
            return vec![format!("found {found} inputs, expected {expected}: {}", names.join(", "))];
        }
        let pairs = self.inputs.iter().zip(inputs).filter(|(port, tensor)| !port.takes(**tensor));
        pairs.map(|(port, tensor)| port.mismatch(*tensor)).collect()
    }
}

impl Port {
    fn takes(&self, tensor: Tensor<'_>) -> bool {
        let shape = self.dims.as_ref().is_none_or(|dims| {
            dims.len() == tensor.shape.len()
                && dims.iter().zip(tensor.shape).all(|(dim, length)| dim.is_none_or(|dim| dim == *length))
        });
        shape
            && tensor.elements.element() == self.element
            && tensor.shape.len() <= super::dims::AXES
            && super::dims::size(tensor.shape).is_ok_and(|size| size == tensor.elements.len())
    }

    fn mismatch(&self, tensor: Tensor<'_>) -> String {
        let (found, shape, count) = (tensor.elements.element(), tensor.shape, tensor.elements.len());
        format!("input {:?}: found {found}{shape:?} with {count} elements, expected {self}", self.name)
    }
}

impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.element)?;
        let Some(dims) = &self.dims else { return Ok(()) };
        let dims: Vec<String> = dims.iter().map(|dim| dim.map_or("?".to_owned(), |dim| dim.to_string())).collect();
        write!(f, "[{}]", dims.join(", "))
    }
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let steps: Vec<&str> = self.steps.iter().map(|step| step.operator.as_str()).collect();
        f.debug_struct("Program")
            .field("inputs", &self.inputs)
            .field("outputs", &self.outputs)
            .field("steps", &steps)
            .field("buffers", &self.buffers)
            .finish_non_exhaustive()
    }
}

impl Scratch {
    /// An output of the last run, unless that failed or has no such output.
    pub fn output(&self, index: usize) -> Option<Tensor<'_>> {
        self.buffers.get(*self.results.get(index)?).map(Buffer::tensor)
    }
}

impl Step {
    fn run(&self, given: &[Tensor<'_>], constants: &[Arc<Buffer>], scratch: &mut Scratch) -> Result<(), RunError> {
        let Scratch { buffers, writing, spare, .. } = scratch;
        // The buffers that are written to are taken out, so that the others can be read meanwhile.
        let result = match self.overwritten(given, constants, buffers) {
            Some((index, source)) => {
                let mut buffer = std::mem::take(&mut buffers[source]);
                let result = self.kernel.run_over(index, &self.inputs(given, constants, buffers), &mut buffer, spare);
                let target = self.outputs[0];
                buffers.swap(source, target);
                buffers[target] = buffer;
                result
            }
            None => {
                writing.extend(self.outputs.iter().map(|output| std::mem::take(&mut buffers[*output])));
                let result = self.kernel.run(&self.inputs(given, constants, buffers), writing, spare);
                for (output, buffer) in self.outputs.iter().zip(writing.drain(..)) {
                    buffers[*output] = buffer;
                }
                result
            }
        };
        result.map_err(|problem| RunError::Node {
            node: self.node.clone(),
            operator: self.operator.clone(),
            message: problem.to_string(),
        })
    }

    /// The input that the first output is written over, and its buffer.
    fn overwritten(
        &self,
        given: &[Tensor<'_>],
        constants: &[Arc<Buffer>],
        buffers: &[Buffer],
    ) -> Option<(usize, usize)> {
        if self.free.is_empty() {
            return None;
        }
        let inputs = self.inputs(given, constants, buffers);
        let index = self.free.iter().copied().find(|index| self.kernel.overwrites(*index, &inputs))?;
        match self.inputs[index] {
            Some(Place::Buffer(buffer)) => Some((index, buffer)),
            _ => None,
        }
    }

    fn inputs<'a>(
        &'a self,
        given: &'a [Tensor<'a>],
        constants: &'a [Arc<Buffer>],
        buffers: &'a [Buffer],
    ) -> Inputs<'a> {
        Inputs { places: &self.inputs, given, constants, buffers }
    }
}
