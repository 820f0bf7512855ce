//! What is known of an operator and its inputs when it is compiled, and what comes of it.

use std::sync::Arc;

use crate::tensor::{Element, Strings, Tensor};

use super::buffer::{Buffer, Scalar};
use super::graph::{Attribute, Body, Constant, Content, Graph, Node};
use super::kernel::{Kernel, elements};
use super::program::Keys;

/// The length of each axis as far as it is known; nothing if not even their number is.
pub(super) type Lengths = Option<Vec<Option<usize>>>;

/// What is known of a value before anything runs.
#[derive(Clone, Debug)]
pub(super) struct Known {
    /// What its elements are.
    pub(super) element: Element,
    /// The length of each axis.
    pub(super) dims: Lengths,
    /// The value itself, when it does not depend on the inputs.
    pub(super) constant: Option<Arc<Buffer>>,
    /// What the columns stand for, when the value is one mapping per row.
    pub(super) keys: Option<Keys>,
}

/// An operator that was made.
pub(super) struct Built {
    pub(super) kernel: Box<dyn Kernel>,
    /// What is known of its outputs, of all that the operator has or of the first ones.
    pub(super) outputs: Vec<Known>,
    /// Whether the first output is the first input, and nothing is to be run.
    pub(super) same: bool,
}

/// Why an operator cannot be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It is right, and this runtime does not have it.
    Unsupported(String),
    /// It is not as the format says that it must be.
    Invalid(String),
}

/// A node of the graph, checked against the table: what the function that makes an operator is given.
pub(super) struct Spec<'a> {
    pub(super) node: &'a Node,
    /// The version of the set of operators that the node is from.
    pub(super) opset: i64,
    /// What is known of each input; nothing where one is left out.
    pub(super) inputs: &'a [Option<&'a Known>],
    /// The model that it is in.
    pub(super) graph: &'a Graph,
}

impl Known {
    /// A value that is known only when the program runs.
    pub(super) fn new(element: Element, dims: Lengths) -> Self {
        Self { element, dims, constant: None, keys: None }
    }

    /// The value itself, when it does not depend on the inputs.
    pub(super) fn tensor(&self) -> Option<Tensor<'_>> {
        self.constant.as_deref().map(Buffer::tensor)
    }

    /// The number of axes.
    pub(super) fn axes(&self) -> Option<usize> {
        self.dims.as_ref().map(Vec::len)
    }
}

impl Built {
    /// An operator with one output.
    pub(super) fn one(kernel: impl Kernel + 'static, element: Element, dims: Lengths) -> Self {
        Self { kernel: Box::new(kernel), outputs: vec![Known::new(element, dims)], same: false }
    }

    /// An operator with several outputs.
    pub(super) fn several(kernel: impl Kernel + 'static, outputs: Vec<Known>) -> Self {
        Self { kernel: Box::new(kernel), outputs, same: false }
    }

    /// The first output is the first input: the kernel does not run.
    pub(super) fn same(mut self) -> Self {
        self.same = true;
        self
    }
}

pub(super) fn unsupported<T>(message: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::Unsupported(message.into()))
}

pub(super) fn invalid<T>(message: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::Invalid(message.into()))
}

impl<'a> Spec<'a> {
    /// What is known of an input.
    ///
    /// # Errors
    ///
    /// When it is left out.
    pub(super) fn input(&self, index: usize) -> Result<&'a Known, Refusal> {
        self.optional(index).ok_or_else(|| Refusal::Invalid(format!("input {index} is missing")))
    }

    /// What is known of an input that may be left out.
    pub(super) fn optional(&self, index: usize) -> Option<&'a Known> {
        self.inputs.get(index).copied().flatten()
    }

    /// The type of the elements that the inputs from `from` on have in common.
    ///
    /// # Errors
    ///
    /// When they have none in common.
    pub(super) fn common(&self, from: usize) -> Result<Element, Refusal> {
        let element = self.input(from)?.element;
        match self.inputs[from..].iter().flatten().find(|input| input.element != element) {
            Some(other) => invalid(format!("the inputs have different types, {element} and {}", other.element)),
            None => Ok(element),
        }
    }

    /// The elements of an input that must be known when the operator is compiled, if it is known.
    pub(super) fn constant<T: Scalar>(&self, index: usize) -> Option<&'a [T]> {
        elements(self.optional(index)?.tensor()?.elements).ok()
    }

    /// Whether the node has an attribute.
    pub(super) fn has(&self, name: &str) -> bool {
        self.node.attributes.contains_key(name)
    }

    pub(super) fn int(&self, name: &str) -> Result<Option<i64>, Refusal> {
        self.attribute(name, "an integer", |attribute| match attribute {
            Attribute::Int(int) => Some(*int),
            _ => None,
        })
    }

    /// A switch: an integer that is 0 or not; `default` when it is left out.
    pub(super) fn switch(&self, name: &str, default: bool) -> Result<bool, Refusal> {
        Ok(self.int(name)?.map_or(default, |int| int != 0))
    }

    pub(super) fn float(&self, name: &str) -> Result<Option<f32>, Refusal> {
        self.attribute(name, "a number", |attribute| match attribute {
            Attribute::Float(float) => Some(*float),
            _ => None,
        })
    }

    pub(super) fn text(&self, name: &str) -> Result<Option<&'a str>, Refusal> {
        self.attribute(name, "text", |attribute| match attribute {
            Attribute::String(text) => Some(text.as_str()),
            _ => None,
        })
    }

    pub(super) fn ints(&self, name: &str) -> Result<Option<&'a [i64]>, Refusal> {
        self.attribute(name, "integers", |attribute| match attribute {
            Attribute::Ints(ints) => Some(ints.as_slice()),
            _ => None,
        })
    }

    pub(super) fn floats(&self, name: &str) -> Result<Option<&'a [f32]>, Refusal> {
        self.attribute(name, "numbers", |attribute| match attribute {
            Attribute::Floats(floats) => Some(floats.as_slice()),
            // A list that is empty has no type in files that leave it out.
            Attribute::Ints(ints) if ints.is_empty() => Some(&[][..]),
            _ => None,
        })
    }

    pub(super) fn strings(&self, name: &str) -> Result<Option<&'a Strings>, Refusal> {
        self.attribute(name, "texts", |attribute| match attribute {
            Attribute::Strings(strings) => Some(strings),
            _ => None,
        })
    }

    pub(super) fn body(&self, name: &str) -> Result<Option<&'a Body>, Refusal> {
        self.attribute(name, "a computation", |attribute| match attribute {
            Attribute::Graph(body) => Some(body.as_ref()),
            _ => None,
        })
    }

    /// A tensor among the attributes, whose elements must be of a type that tensors have here.
    pub(super) fn tensor(&self, name: &str) -> Result<Option<&'a Constant>, Refusal> {
        let tensor = self.attribute(name, "a tensor", |attribute| match attribute {
            Attribute::Tensor(tensor) => Some(tensor),
            _ => None,
        })?;
        match tensor.map(|tensor| (&tensor.content, tensor.data_type)) {
            Some((Content::External, _)) => unsupported(format!("attribute {name} is in another file (external data)")),
            Some((Content::Unknown, kind)) => unsupported(format!("attribute {name} is a tensor of {kind}")),
            _ => Ok(tensor),
        }
    }

    fn attribute<T>(
        &self,
        name: &str,
        expected: &str,
        read: impl FnOnce(&'a Attribute) -> Option<T>,
    ) -> Result<Option<T>, Refusal> {
        let Some(attribute) = self.node.attributes.get(name) else { return Ok(None) };
        match read(attribute) {
            Some(value) => Ok(Some(value)),
            None => invalid(format!("attribute {name} is {}, expected {expected}", found(attribute))),
        }
    }
}

fn found(attribute: &Attribute) -> &'static str {
    match attribute {
        Attribute::Float(_) => "a number",
        Attribute::Int(_) => "an integer",
        Attribute::String(_) => "text",
        Attribute::Tensor(_) => "a tensor",
        Attribute::Graph(_) => "a computation",
        Attribute::Floats(_) => "numbers",
        Attribute::Ints(_) => "integers",
        Attribute::Strings(_) => "texts",
        Attribute::Other(other) => other,
    }
}
