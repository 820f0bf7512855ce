use serde_json::Value;

use super::{Field, Schema};

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

impl Kind {
    /// The names of all kinds, as they stand in documents.
    pub const NAMES: [&str; 30] = [
        "bool",
        "int8",
        "int16",
        "int32",
        "int64",
        "uint8",
        "uint16",
        "uint32",
        "uint64",
        "float16",
        "float32",
        "float64",
        "decimal",
        "string",
        "binary",
        "date",
        "time",
        "timestamp",
        "duration",
        "uuid",
        "categorical",
        "any",
        "list",
        "map",
        "struct",
        "tuple",
        "union",
        "frame",
        "series",
        "tensor",
    ];

    /// The name, as it stands in documents.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::Int8 => "int8",
            Self::Int16 => "int16",
            Self::Int32 => "int32",
            Self::Int64 => "int64",
            Self::UInt8 => "uint8",
            Self::UInt16 => "uint16",
            Self::UInt32 => "uint32",
            Self::UInt64 => "uint64",
            Self::Float16 => "float16",
            Self::Float32 => "float32",
            Self::Float64 => "float64",
            Self::Decimal { .. } => "decimal",
            Self::String => "string",
            Self::Binary => "binary",
            Self::Date => "date",
            Self::Time { .. } => "time",
            Self::Timestamp { .. } => "timestamp",
            Self::Duration { .. } => "duration",
            Self::Uuid => "uuid",
            Self::Categorical { .. } => "categorical",
            Self::Any => "any",
            Self::List { .. } => "list",
            Self::Map { .. } => "map",
            Self::Struct { .. } => "struct",
            Self::Tuple { .. } => "tuple",
            Self::Union { .. } => "union",
            Self::Frame { .. } => "frame",
            Self::Series { .. } => "series",
            Self::Tensor { .. } => "tensor",
        }
    }

    /// Whether a value is one thing, without parts that have schemas of their own.
    pub fn is_scalar(&self) -> bool {
        !matches!(
            self,
            Self::Any
                | Self::List { .. }
                | Self::Map { .. }
                | Self::Struct { .. }
                | Self::Tuple { .. }
                | Self::Union { .. }
                | Self::Frame { .. }
                | Self::Series { .. }
                | Self::Tensor { .. }
        )
    }

    /// Whether one value can be less than another in a way that a domain can speak of.
    pub fn is_ordered(&self) -> bool {
        let others = matches!(
            self,
            Self::Decimal { .. } | Self::Date | Self::Time { .. } | Self::Timestamp { .. } | Self::Duration { .. }
        );
        others || self.is_float() || self.integer_range().is_some()
    }

    /// Whether values are IEEE 754 numbers.
    pub fn is_float(&self) -> bool {
        matches!(self, Self::Float16 | Self::Float32 | Self::Float64)
    }

    /// The least and the greatest value of an integer kind.
    pub fn integer_range(&self) -> Option<(i128, i128)> {
        Some(match self {
            Self::Int8 => (i8::MIN.into(), i8::MAX.into()),
            Self::Int16 => (i16::MIN.into(), i16::MAX.into()),
            Self::Int32 => (i32::MIN.into(), i32::MAX.into()),
            Self::Int64 => (i64::MIN.into(), i64::MAX.into()),
            Self::UInt8 => (0, u8::MAX.into()),
            Self::UInt16 => (0, u16::MAX.into()),
            Self::UInt32 => (0, u32::MAX.into()),
            Self::UInt64 => (0, u64::MAX.into()),
            _ => return None,
        })
    }

    /// The kind without parts or parameters that has this name.
    pub(super) fn plain(name: &str) -> Option<Self> {
        Some(match name {
            "bool" => Self::Bool,
            "int8" => Self::Int8,
            "int16" => Self::Int16,
            "int32" => Self::Int32,
            "int64" => Self::Int64,
            "uint8" => Self::UInt8,
            "uint16" => Self::UInt16,
            "uint32" => Self::UInt32,
            "uint64" => Self::UInt64,
            "float16" => Self::Float16,
            "float32" => Self::Float32,
            "float64" => Self::Float64,
            "string" => Self::String,
            "binary" => Self::Binary,
            "date" => Self::Date,
            "uuid" => Self::Uuid,
            "any" => Self::Any,
            _ => return None,
        })
    }
}

impl TimeUnit {
    /// All of them, the coarsest first.
    pub const ALL: [Self; 4] = [Self::Second, Self::Millisecond, Self::Microsecond, Self::Nanosecond];

    /// The name, as it stands in documents.
    pub fn name(self) -> &'static str {
        match self {
            Self::Second => "s",
            Self::Millisecond => "ms",
            Self::Microsecond => "us",
            Self::Nanosecond => "ns",
        }
    }

    /// How many of them are a second.
    pub fn per_second(self) -> i64 {
        10_i64.pow(self.digits())
    }

    /// How many digits a fraction of a second has.
    pub(crate) fn digits(self) -> u32 {
        match self {
            Self::Second => 0,
            Self::Millisecond => 3,
            Self::Microsecond => 6,
            Self::Nanosecond => 9,
        }
    }
}
