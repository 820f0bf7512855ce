//! The schema language: one for query functions, tables and drift profiles.
//!
//! `nullable` says that a value may be null; `required` says that a field must be there: two different things.

mod read;
mod write;

use serde_json::Value;

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

/// The logical types.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// True or false.
    Bool,
    /// An integer of 8 bits.
    Int8,
    /// An integer of 16 bits.
    Int16,
    /// An integer of 32 bits.
    Int32,
    /// An integer of 64 bits.
    Int64,
    /// An integer of 8 bits, from 0 on.
    UInt8,
    /// An integer of 16 bits, from 0 on.
    UInt16,
    /// An integer of 32 bits, from 0 on.
    UInt32,
    /// An integer of 64 bits, from 0 on.
    UInt64,
    /// An IEEE 754 number of 16 bits.
    Float16,
    /// An IEEE 754 number of 32 bits.
    Float32,
    /// An IEEE 754 number of 64 bits.
    Float64,
    /// A decimal number, of so many digits, so many of them after the point.
    Decimal {
        /// All digits, 1 to 38.
        precision: u8,
        /// The digits after the point.
        scale: u8,
    },
    /// Text.
    String,
    /// Bytes; in JSON as base64 (RFC 4648, section 4).
    Binary,
    /// A day of the calendar; in JSON as RFC 3339's `full-date`.
    Date,
    /// A time of the day; in JSON as RFC 3339's `partial-time`.
    Time {
        /// How exact it is.
        unit: TimeUnit,
    },
    /// A moment, or with no time zone what a clock on the wall shows; in JSON by RFC 3339.
    Timestamp {
        /// How exact it is.
        unit: TimeUnit,
        /// The time zone, of the IANA database or an offset.
        timezone: Option<String>,
    },
    /// A length of time; in JSON as ISO 8601's duration.
    Duration {
        /// How exact it is.
        unit: TimeUnit,
    },
    /// A UUID (RFC 9562).
    Uuid,
    /// One of these values.
    Categorical {
        /// All of them: strings, integers or booleans.
        values: Vec<Value>,
        /// Whether their order means something.
        ordered: bool,
    },
    /// Any JSON value. Nothing becomes this in silence.
    Any,
    /// Items of one schema.
    List {
        /// What each is.
        items: Box<Schema>,
        /// The fewest.
        min: Option<u64>,
        /// The most.
        max: Option<u64>,
    },
    /// Values of one schema under strings.
    Map {
        /// What each is.
        values: Box<Schema>,
    },
    /// Named fields.
    Struct {
        /// In the order of the declaration.
        fields: Vec<Field>,
    },
    /// Items of a schema each.
    Tuple {
        /// One schema for each place.
        items: Vec<Schema>,
    },
    /// A value of the first of these schemas that takes it.
    Union {
        /// At least two.
        of: Vec<Schema>,
    },
    /// Rows of named columns; in JSON an array of objects, or an object of arrays.
    Frame {
        /// The columns.
        columns: Vec<Field>,
        /// The named levels of the index, if it means something.
        index: Option<Vec<Field>>,
    },
    /// One column.
    Series {
        /// What each value is.
        values: Box<Schema>,
    },
    /// Numbers, booleans or strings in a rectangle of any rank, row by row.
    Tensor {
        /// What each element is: a kind without parts.
        dtype: Box<Kind>,
        /// The length of each axis; −1 is the batch.
        shape: Vec<i64>,
    },
}

/// How exact a time is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TimeUnit {
    /// `s`
    Second,
    /// `ms`
    Millisecond,
    /// `us`
    Microsecond,
    /// `ns`
    Nanosecond,
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
