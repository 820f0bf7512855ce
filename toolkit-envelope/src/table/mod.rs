//! Rows in typed columns, with memory that can be used again.

use crate::tensor::Strings;

/// One column: values of one type, and which of them are null.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// The values; where one is null, any value stands in its place.
    pub values: Values,
    /// For each value whether there is one; nothing if none is null.
    pub validity: Option<Vec<bool>>,
}

/// The values of a column, by the kinds of the schema language.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// `bool`
    Bool(Vec<bool>),
    /// `int8`
    Int8(Vec<i8>),
    /// `int16`
    Int16(Vec<i16>),
    /// `int32`
    Int32(Vec<i32>),
    /// `int64`
    Int64(Vec<i64>),
    /// `uint8`
    UInt8(Vec<u8>),
    /// `uint16`
    UInt16(Vec<u16>),
    /// `uint32`
    UInt32(Vec<u32>),
    /// `uint64`
    UInt64(Vec<u64>),
    /// `float16`, each a number that 16 bits hold.
    Float16(Vec<f32>),
    /// `float32`
    Float32(Vec<f32>),
    /// `float64`
    Float64(Vec<f64>),
    /// `decimal`, in units of the last digit.
    Decimal(Vec<i128>),
    /// `string`
    String(Strings),
    /// `binary`: where each begins, and the end of the last; and the bytes.
    Binary(Vec<usize>, Vec<u8>),
    /// `date`, in days since 1970-01-01.
    Date(Vec<i32>),
    /// `time`, in its units since midnight.
    Time(Vec<i64>),
    /// `timestamp`, in its units since 1970-01-01T00:00:00.
    Timestamp(Vec<i64>),
    /// `duration`, in its units.
    Duration(Vec<i64>),
    /// `uuid`
    Uuid(Vec<[u8; 16]>),
    /// `categorical`: the place of each among the schema's values.
    Categorical(Vec<u32>),
    /// `any` and `union`: each as JSON text.
    Json(Strings),
    /// `list`, and `map` with a struct of key and value: where each begins and the end of the last; and all items.
    List(Vec<usize>, Box<Column>),
    /// `struct` and `tuple`: a column for each field.
    Struct(Vec<Column>),
}
