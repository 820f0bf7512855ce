use super::Validity;
use crate::{
    schema::{Kind, Schema},
    tensor::Strings,
};

/// One column: values of one type, and which of them are null.
///
/// ```
/// use toolkit_envelope::{schema::{Kind, Schema}, table::{Column, Values}};
///
/// let mut ages = Column::new(Values::Int64(vec![41, 7]));
/// ages.push_null();
/// assert_eq!(ages.len(), 3);
/// assert!(!ages.is_valid(2));
/// assert_eq!(Column::of(&Schema::new(Kind::Int64)).values, Values::Int64(vec![]));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// The values; where one is null, any value stands in its place.
    pub values: Values,
    /// Which of them are null.
    pub validity: Validity,
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
    /// `list`, `series`, `frame` with a struct for each row, and `map` with a struct of key and value: where each begins
    /// and the end of the last; and all items.
    List(Vec<usize>, Box<Column>),
    /// `struct` and `tuple`: how many there are, and a column for each field.
    Struct(usize, Vec<Column>),
    /// `tensor`
    Tensor(Box<Tensors>),
}

/// Tensors of one rank, one behind the other.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensors {
    /// How many axes each has.
    pub rank: usize,
    /// The lengths of the axes, of one tensor after the other.
    pub axes: Vec<usize>,
    /// Where the elements of each begin, and the end of the last's.
    pub offsets: Vec<usize>,
    /// All elements, row by row.
    pub elements: Column,
}

/// Gives a macro the names of all kinds whose values have one size.
macro_rules! flat_kinds {
    ($macro:ident) => {
        $macro! {
            Bool Int8 Int16 Int32 Int64 UInt8 UInt16 UInt32 UInt64 Float16 Float32 Float64 Decimal
            Date Time Timestamp Duration Uuid Categorical
        }
    };
}

/// Does one thing with the vector of any kind whose values have one size, and another with the rest.
macro_rules! flat {
    ($values:expr, $vec:ident => $do:expr, $($rest:tt)*) => {
        match $values {
            Values::Bool($vec) => $do,
            Values::Int8($vec) => $do,
            Values::Int16($vec) => $do,
            Values::Int32($vec) | Values::Date($vec) => $do,
            Values::Int64($vec) | Values::Time($vec) | Values::Timestamp($vec) | Values::Duration($vec) => $do,
            Values::UInt8($vec) => $do,
            Values::UInt16($vec) => $do,
            Values::UInt32($vec) | Values::Categorical($vec) => $do,
            Values::UInt64($vec) => $do,
            Values::Float16($vec) | Values::Float32($vec) => $do,
            Values::Float64($vec) => $do,
            Values::Decimal($vec) => $do,
            Values::Uuid($vec) => $do,
            $($rest)*
        }
    };
}
pub(super) use flat_kinds;

impl Column {
    /// A column of these values, none of them null.
    pub fn new(values: Values) -> Self {
        Self { values, validity: Validity::default() }
    }

    /// A column without values, for values of `schema`.
    pub fn of(schema: &Schema) -> Self {
        Self::new(Values::of(&schema.kind))
    }

    /// How many values there are, nulls among them.
    #[inline]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there is no value.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the value at `index` is not null.
    #[inline]
    pub fn is_valid(&self, index: usize) -> bool {
        self.validity.get(index)
    }

    /// Removes all values, and keeps the memory.
    pub fn clear(&mut self) {
        self.values.clear();
        self.validity.clear();
    }

    /// Adds a null at the end.
    pub fn push_null(&mut self) {
        self.push_nulls(1);
    }

    /// Adds `count` nulls at the end.
    pub fn push_nulls(&mut self, count: usize) {
        let before = self.len();
        if count > 0 {
            self.values.push_placeholders(count);
            self.validity.push_nulls(before, before + count);
        }
    }

    /// The first column of a list's, map's, series' or frame's items; nothing for other kinds.
    pub fn items(&self) -> Option<&Column> {
        match &self.values {
            Values::List(_, items) => Some(items),
            _ => None,
        }
    }
}

impl Values {
    /// No values, for values of `kind`.
    pub fn of(kind: &Kind) -> Self {
        match kind {
            Kind::Bool => Self::Bool(Vec::new()),
            Kind::Int8 => Self::Int8(Vec::new()),
            Kind::Int16 => Self::Int16(Vec::new()),
            Kind::Int32 => Self::Int32(Vec::new()),
            Kind::Int64 => Self::Int64(Vec::new()),
            Kind::UInt8 => Self::UInt8(Vec::new()),
            Kind::UInt16 => Self::UInt16(Vec::new()),
            Kind::UInt32 => Self::UInt32(Vec::new()),
            Kind::UInt64 => Self::UInt64(Vec::new()),
            Kind::Float16 => Self::Float16(Vec::new()),
            Kind::Float32 => Self::Float32(Vec::new()),
            Kind::Float64 => Self::Float64(Vec::new()),
            Kind::Decimal { .. } => Self::Decimal(Vec::new()),
            Kind::String => Self::String(Strings::default()),
            Kind::Binary => Self::Binary(vec![0], Vec::new()),
            Kind::Date => Self::Date(Vec::new()),
            Kind::Time { .. } => Self::Time(Vec::new()),
            Kind::Timestamp { .. } => Self::Timestamp(Vec::new()),
            Kind::Duration { .. } => Self::Duration(Vec::new()),
            Kind::Uuid => Self::Uuid(Vec::new()),
            Kind::Categorical { .. } => Self::Categorical(Vec::new()),
            Kind::Any | Kind::Union { .. } => Self::Json(Strings::default()),
            Kind::List { items, .. } => Self::list(Column::of(items)),
            Kind::Series { values } => Self::list(Column::of(values)),
            Kind::Map { values } => {
                let key = Column::new(Self::String(Strings::default()));
                Self::list(Column::new(Self::Struct(0, vec![key, Column::of(values)])))
            }
            Kind::Struct { fields } => Self::Struct(0, fields.iter().map(|field| Column::of(&field.schema)).collect()),
            Kind::Tuple { items } => Self::Struct(0, items.iter().map(Column::of).collect()),
            Kind::Frame { columns, index } => {
                let fields = columns.iter().chain(index.iter().flatten());
                Self::list(Column::new(Self::Struct(0, fields.map(|field| Column::of(&field.schema)).collect())))
            }
            Kind::Tensor { dtype, shape } => Self::Tensor(Box::new(Tensors {
                rank: shape.len(),
                axes: Vec::new(),
                offsets: vec![0],
                elements: Column::new(Self::of(dtype)),
            })),
        }
    }

    fn list(items: Column) -> Self {
        Self::List(vec![0], Box::new(items))
    }

    /// How many there are.
    #[inline]
    pub fn len(&self) -> usize {
        flat!(self, vec => vec.len(),
            Self::String(strings) | Self::Json(strings) => strings.len(),
            // There is always the end of the last.
            Self::Binary(offsets, _) | Self::List(offsets, _) => offsets.len().saturating_sub(1),
            Self::Tensor(tensors) => tensors.offsets.len().saturating_sub(1),
            Self::Struct(count, _) => *count,
        )
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Removes all, and keeps the memory.
    pub fn clear(&mut self) {
        flat!(self, vec => vec.clear(),
            Self::String(strings) | Self::Json(strings) => strings.clear(),
            Self::Binary(offsets, bytes) => {
                offsets.truncate(1);
                bytes.clear();
            },
            Self::List(offsets, items) => {
                offsets.truncate(1);
                items.clear();
            },
            Self::Tensor(tensors) => {
                tensors.axes.clear();
                tensors.offsets.truncate(1);
                tensors.elements.clear();
            },
            Self::Struct(count, fields) => {
                *count = 0;
                fields.iter_mut().for_each(Column::clear);
            },
        );
    }

    /// Adds `count` values that stand where null is.
    fn push_placeholders(&mut self, count: usize) {
        flat!(self, vec => vec.resize(vec.len() + count, Default::default()),
            Self::String(strings) => (0..count).for_each(|_| strings.push("")),
            Self::Json(strings) => (0..count).for_each(|_| strings.push("null")),
            Self::Binary(offsets, bytes) => offsets.resize(offsets.len() + count, bytes.len()),
            Self::List(offsets, items) => offsets.resize(offsets.len() + count, items.len()),
            Self::Tensor(tensors) => {
                tensors.axes.resize(tensors.axes.len() + count * tensors.rank, 0);
                tensors.offsets.resize(tensors.offsets.len() + count, tensors.elements.len());
            },
            Self::Struct(rows, fields) => {
                *rows += count;
                for field in fields {
                    field.push_nulls(count);
                }
            },
        );
    }
}
