use serde_json::Value;

use super::Kind;

/// What a value is, whether it may be null, and which values it may have.
#[derive(Clone, Debug, PartialEq)]
pub struct Schema {
    /// The logical type.
    pub kind: Kind,
    /// Whether null is a value.
    pub nullable: bool,
    /// Which values are taken; others are violations.
    pub domain: Option<Domain>,
    /// What was seen when the model was made; it never rejects.
    pub observed: Option<Observed>,
}

impl Schema {
    /// Values of `kind`, without null.
    pub fn new(kind: Kind) -> Self {
        Self { kind, nullable: false, domain: None, observed: None }
    }

    /// The same, with null.
    #[must_use]
    pub fn nullable(self) -> Self {
        Self { nullable: true, ..self }
    }
}

/// A named part of a struct, a frame or a function's parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Its name on the wire.
    pub name: String,
    /// What it holds.
    pub schema: Schema,
    /// Whether it has to be there.
    pub required: bool,
    /// What it holds if it is not there.
    pub default: Option<Value>,
}

impl Field {
    /// A field that has to be there.
    pub fn new(name: impl Into<String>, schema: Schema) -> Self {
        Self { name: name.into(), schema, required: true, default: None }
    }
}

/// Which values are taken.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Domain {
    /// The least, itself taken.
    pub min: Option<Value>,
    /// The greatest, itself taken.
    pub max: Option<Value>,
    /// All that are taken.
    pub values: Option<Vec<Value>>,
    /// A regular expression that a string must match somewhere.
    pub pattern: Option<String>,
}

/// What was seen of a value when the model was made.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Observed {
    /// The least.
    pub min: Option<Value>,
    /// The greatest.
    pub max: Option<Value>,
    /// The part that was null, 0 to 1.
    pub null_fraction: Option<f64>,
    /// How many different values.
    pub distinct: Option<u64>,
    /// How many values.
    pub n: u64,
}
