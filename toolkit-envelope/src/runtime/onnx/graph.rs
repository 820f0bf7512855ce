//! What a file of the Open Neural Network Exchange says, with no word on whether it can be run.

use std::collections::BTreeMap;
use std::fmt;

use crate::tensor::{Element, Elements, Strings};

/// A model as its file has it, read whole and checked for its form.
///
/// Operators are not looked up: [`Program::compile`](super::Program::compile) does that.
#[derive(Clone, Debug)]
pub struct Graph {
    /// The version of the file format.
    pub ir_version: i64,
    /// The program that wrote the file.
    pub producer_name: String,
    /// That program's version.
    pub producer_version: String,
    /// The version of each set of operators, by its domain; `ai.onnx` is the default one.
    pub opsets: BTreeMap<String, i64>,
    /// The operators that the file defines itself, as `domain.name`.
    pub functions: Vec<String>,
    /// The computation.
    pub body: Body,
}

/// A computation: the model's own, or one that an operator repeats.
#[derive(Clone, Debug, Default)]
pub struct Body {
    /// Its name.
    pub name: String,
    /// The operators, each after those whose values it takes.
    pub nodes: Vec<Node>,
    /// The values that are known from the beginning, such as weights.
    pub initializers: Vec<Constant>,
    /// What goes in. An input with an initializer of the same name has that as its value.
    pub inputs: Vec<Declared>,
    /// What comes out.
    pub outputs: Vec<Declared>,
}

/// One operator at its place in a computation.
#[derive(Clone, Debug, Default)]
pub struct Node {
    /// Its name, which may be empty.
    pub name: String,
    /// The set of operators that the operator is from; `ai.onnx` is the default one.
    pub domain: String,
    /// The operator's name.
    pub operator: String,
    /// The operator's settings, by name.
    pub attributes: BTreeMap<String, Attribute>,
    /// The names of the values it takes; empty where an optional one is left out.
    pub inputs: Vec<String>,
    /// The names of the values it gives; empty where an optional one is not wanted.
    pub outputs: Vec<String>,
}

/// A setting of an operator.
#[derive(Clone, Debug)]
pub enum Attribute {
    /// A number.
    Float(f32),
    /// An integer.
    Int(i64),
    /// Text.
    String(String),
    /// A tensor.
    Tensor(Constant),
    /// A computation.
    Graph(Box<Body>),
    /// Numbers.
    Floats(Vec<f32>),
    /// Integers.
    Ints(Vec<i64>),
    /// Texts.
    Strings(Strings),
    /// Something that no operator known here takes, such as a sparse tensor.
    Other(&'static str),
}

/// A tensor that is in the file.
#[derive(Clone, Debug)]
pub struct Constant {
    /// Its name; empty in an attribute.
    pub name: String,
    /// What its elements are.
    pub data_type: DataType,
    /// The length of each axis.
    pub dims: Vec<usize>,
    /// The elements.
    pub content: Content,
}

/// The elements of a tensor in a file.
#[derive(Clone, Debug)]
pub enum Content {
    /// In the file, and of a type that is known here.
    Held(Elements),
    /// In another file.
    External,
    /// In the file, of a type that is not known here.
    Unknown,
}

/// A value's name and type as declared.
#[derive(Clone, Debug)]
pub struct Declared {
    /// The value's name.
    pub name: String,
    /// The value's type.
    pub kind: Kind,
}

/// The type of a value as declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A tensor, and the length of each of its axes if their number is declared.
    Tensor(DataType, Option<Vec<Dim>>),
    /// A list of values.
    Sequence(Box<Kind>),
    /// Values by key.
    Map(DataType, Box<Kind>),
    /// A value or none.
    Optional(Box<Kind>),
    /// A tensor that is mostly zeros.
    Sparse,
    /// Not said.
    Unknown,
}

/// The length of an axis as declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dim {
    /// Always this many.
    Fixed(usize),
    /// Any number, which has a name.
    Named(String),
    /// Any number.
    Unknown,
}

/// What the elements of a tensor in a file are, by the number that the format gives to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataType(pub i64);

impl DataType {
    /// The same among the types that tensors have here, if it is one of them.
    pub fn element(self) -> Option<Element> {
        Some(match self.0 {
            1 => Element::Float32,
            6 => Element::Int32,
            7 => Element::Int64,
            8 => Element::String,
            9 => Element::Bool,
            11 => Element::Float64,
            _ => return None,
        })
    }
}

impl fmt::Display for DataType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const NAMES: [&str; 29] = [
            "undefined",
            "float32",
            "uint8",
            "int8",
            "uint16",
            "int16",
            "int32",
            "int64",
            "string",
            "bool",
            "float16",
            "float64",
            "uint32",
            "uint64",
            "complex64",
            "complex128",
            "bfloat16",
            "float8e4m3fn",
            "float8e4m3fnuz",
            "float8e5m2",
            "float8e5m2fnuz",
            "uint4",
            "int4",
            "float4e2m1",
            "float8e8m0",
            "uint2",
            "int2",
            "float6e2m3",
            "float6e3m2",
        ];
        match usize::try_from(self.0).ok().and_then(|number| NAMES.get(number)) {
            Some(name) => f.write_str(name),
            None => write!(f, "type {}", self.0),
        }
    }
}

impl fmt::Display for Dim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Dim::Fixed(length) => write!(f, "{length}"),
            Dim::Named(name) => f.write_str(name),
            Dim::Unknown => f.write_str("?"),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Kind::Tensor(data_type, None) => write!(f, "{data_type}"),
            Kind::Tensor(data_type, Some(dims)) => {
                let dims: Vec<String> = dims.iter().map(ToString::to_string).collect();
                write!(f, "{data_type}[{}]", dims.join(", "))
            }
            Kind::Sequence(of) => write!(f, "sequence of {of}"),
            Kind::Map(key, value) => write!(f, "map from {key} to {value}"),
            Kind::Optional(of) => write!(f, "optional {of}"),
            Kind::Sparse => f.write_str("sparse tensor"),
            Kind::Unknown => f.write_str("unknown"),
        }
    }
}

impl Node {
    /// The operator with its domain, as messages name it.
    pub fn full_operator(&self) -> String {
        format!("{}.{}", self.domain, self.operator)
    }
}
