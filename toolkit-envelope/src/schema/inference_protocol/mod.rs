//! A function's schemas as the tensors of the Open Inference Protocol (version 2), and back.
//!
//! The protocol knows named tensors and nothing else. A frame is one tensor for each column, a series or a tensor is
//! one, a single value is one of one element, a struct is one for each field. The protocol has no null: beside what may
//! be null or missing stands `NAME__valid`, of booleans. Text, dates and decimals are `BYTES`, as they stand in JSON. What
//! this does not say stands under `parameters`, as `envelope`, at the first tensor of a parameter.
//!
//! Lists, maps and the like in columns have no tensor: that is an error, never a loss.

mod read;
mod write;

use std::fmt;

use serde_json::{Map, Value, json};

use super::Kind;

/// The key under `parameters` for what the protocol does not say.
const OWN: &str = "envelope";
/// What the name of a tensor ends with that says which values there are.
const VALID: &str = "__valid";

/// What the elements of a tensor are on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Datatype {
    /// `BOOL`
    Bool,
    /// `UINT8`
    UInt8,
    /// `UINT16`
    UInt16,
    /// `UINT32`
    UInt32,
    /// `UINT64`
    UInt64,
    /// `INT8`
    Int8,
    /// `INT16`
    Int16,
    /// `INT32`
    Int32,
    /// `INT64`
    Int64,
    /// `FP16`
    Fp16,
    /// `FP32`
    Fp32,
    /// `FP64`
    Fp64,
    /// `BYTES`
    Bytes,
}

impl Datatype {
    const ALL: [(Self, &str, Kind); 13] = [
        (Self::Bool, "BOOL", Kind::Bool),
        (Self::UInt8, "UINT8", Kind::UInt8),
        (Self::UInt16, "UINT16", Kind::UInt16),
        (Self::UInt32, "UINT32", Kind::UInt32),
        (Self::UInt64, "UINT64", Kind::UInt64),
        (Self::Int8, "INT8", Kind::Int8),
        (Self::Int16, "INT16", Kind::Int16),
        (Self::Int32, "INT32", Kind::Int32),
        (Self::Int64, "INT64", Kind::Int64),
        (Self::Fp16, "FP16", Kind::Float16),
        (Self::Fp32, "FP32", Kind::Float32),
        (Self::Fp64, "FP64", Kind::Float64),
        (Self::Bytes, "BYTES", Kind::String),
    ];

    /// The name on the wire.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(datatype, ..)| *datatype == self).map_or("BYTES", |(_, name, _)| name)
    }

    /// The one of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known, _)| *known == name).map(|(datatype, ..)| *datatype)
    }

    /// How values of a kind without parts go over the wire; nothing for a kind with parts.
    pub fn of(kind: &Kind) -> Option<Self> {
        if let Kind::Categorical { values, .. } = kind {
            return Some(match values.first() {
                Some(Value::Bool(_)) => Self::Bool,
                Some(Value::Number(_)) => Self::Int64,
                _ => Self::Bytes,
            });
        }
        let own = Self::ALL.iter().find(|(.., own)| own == kind).map(|(datatype, ..)| *datatype);
        own.or(kind.is_scalar().then_some(Self::Bytes))
    }

    /// The kind that says no more than this.
    fn kind(self) -> Kind {
        Self::ALL.iter().find(|(datatype, ..)| *datatype == self).map_or(Kind::String, |(.., kind)| kind.clone())
    }
}

impl fmt::Display for Datatype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a model's metadata say of one tensor.
#[derive(Clone, Debug, PartialEq)]
pub struct TensorMetadata {
    /// Its name among the inputs, or among the outputs.
    pub name: String,
    /// What its elements are.
    pub datatype: Datatype,
    /// The length of each axis; −1 for any.
    pub shape: Vec<i64>,
    /// What the protocol has no word for.
    pub parameters: Map<String, Value>,
}

/// The tensors that a function takes and gives.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensors {
    /// What it takes, parameter by parameter.
    pub inputs: Vec<TensorMetadata>,
    /// What it gives.
    pub outputs: Vec<TensorMetadata>,
}

impl Tensors {
    /// `inputs` and `outputs` as they stand in a model's metadata.
    pub fn to_value(&self) -> Value {
        let all = |tensors: &[TensorMetadata]| tensors.iter().map(TensorMetadata::to_value).collect::<Vec<_>>();
        json!({ "inputs": all(&self.inputs), "outputs": all(&self.outputs) })
    }
}

impl TensorMetadata {
    fn to_value(&self) -> Value {
        let mut value = json!({ "name": self.name, "datatype": self.datatype.name(), "shape": self.shape });
        if !self.parameters.is_empty() {
            value["parameters"] = self.parameters.clone().into();
        }
        value
    }
}
