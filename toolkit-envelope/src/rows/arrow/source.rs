use arrow_array::{
    Array, BinaryArray, BinaryViewArray, BooleanArray, FixedSizeBinaryArray, Float16Array, LargeBinaryArray,
    LargeStringArray, StringArray, StringViewArray,
    cast::AsArray,
    types::{
        ArrowPrimitiveType, Date32Type, Date64Type, Decimal128Type, DurationMicrosecondType, DurationMillisecondType,
        DurationNanosecondType, DurationSecondType, Float16Type, Float32Type, Float64Type, Int8Type, Int16Type,
        Int32Type, Int64Type, Time32MillisecondType, Time32SecondType, Time64MicrosecondType, Time64NanosecondType,
        TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type,
        UInt16Type, UInt32Type, UInt64Type,
    },
};
use arrow_buffer::NullBuffer;
use arrow_schema::{DataType, TimeUnit as ArrowUnit};

use crate::{
    rows::{
        fields::Fields,
        node::{Form, Node, Unknown},
        place::Place,
        tabular::Mapping,
        violation::Violations,
    },
    schema::TimeUnit,
};

/// An array of Arrow, seen as what it is once and not for each value.
pub(super) struct Source<'a> {
    nulls: Option<NullBuffer>,
    pub(super) cells: Cells<'a>,
}

/// The values of an array.
pub(super) enum Cells<'a> {
    /// All of them null.
    Null,
    Bool(&'a BooleanArray),
    Int8(&'a [i8]),
    Int16(&'a [i16]),
    Int32(&'a [i32]),
    Int64(&'a [i64]),
    UInt8(&'a [u8]),
    UInt16(&'a [u16]),
    UInt32(&'a [u32]),
    UInt64(&'a [u64]),
    Float16(&'a Float16Array),
    Float32(&'a [f32]),
    Float64(&'a [f64]),
    /// And how many digits are behind the point.
    Decimal(&'a [i128], i8),
    Text(&'a StringArray),
    LargeText(&'a LargeStringArray),
    TextView(&'a StringViewArray),
    Bytes(&'a BinaryArray),
    LargeBytes(&'a LargeBinaryArray),
    BytesView(&'a BinaryViewArray),
    FixedBytes(&'a FixedSizeBinaryArray),
    Days(&'a [i32]),
    /// Days, in milliseconds.
    DayMilliseconds(&'a [i64]),
    Time32(&'a [i32], TimeUnit),
    Time(&'a [i64], TimeUnit),
    /// And whether they are moments of UTC.
    Timestamp(&'a [i64], TimeUnit, bool),
    Duration(&'a [i64], TimeUnit),
    /// The place of each among other values.
    Dictionary(Vec<usize>, Box<Source<'a>>),
    /// Where each begins, and the end of the last.
    List(Vec<usize>, Box<Source<'a>>),
    /// For each field of the schema, if it is there.
    Struct(Vec<Option<Source<'a>>>),
    /// Where each begins, and the end of the last; keys and values.
    Map(Vec<usize>, Box<Source<'a>>, Box<Source<'a>>),
}

impl<'a> Source<'a> {
    /// The array, for values of `node`.
    ///
    /// Notes, once for the whole column, if its type is not one that the schema takes.
    pub(super) fn new(
        node: &Node,
        array: &'a dyn Array,
        unknown: Unknown,
        place: &Place<'_>,
        violations: &mut Violations,
    ) -> Option<Self> {
        let cells = match parts(node, array, unknown, place, violations) {
            Ok(cells) => cells,
            Err(Told) => return None,
        };
        let cells = cells.or_else(|| scalars(array)).filter(|cells| cells.fit(&node.form));
        if cells.is_none() {
            let found = array.data_type();
            violations.note(place, "type", || {
                format!("must be {}, found a column of Arrow's type {found}", node.form.expected()).into()
            });
        }
        Some(Self { nulls: array.logical_nulls(), cells: cells? })
    }

    pub(super) fn is_null(&self, index: usize) -> bool {
        matches!(self.cells, Cells::Null) || self.nulls.as_ref().is_some_and(|nulls| nulls.is_null(index))
    }

    pub(super) fn has_nulls(&self) -> bool {
        matches!(self.cells, Cells::Null) || self.nulls.is_some()
    }
}

/// What is wrong was told already.
struct Told;

/// The values of an array that has arrays of its own.
fn parts<'a>(
    node: &Node,
    array: &'a dyn Array,
    unknown: Unknown,
    place: &Place<'_>,
    violations: &mut Violations,
) -> Result<Option<Cells<'a>>, Told> {
    let mut part = |node: &Node, array: &'a dyn Array| {
        Source::new(node, array, unknown, place, violations).map(Box::new).ok_or(Told)
    };
    Ok(Some(match (&node.form, array.data_type()) {
        (_, DataType::Dictionary(..)) => {
            let Some(dictionary) = array.as_any_dictionary_opt() else { return Ok(None) };
            // The keys of nulls are of no value, whatever they are.
            let keys = if dictionary.values().is_empty() { vec![0; array.len()] } else { dictionary.normalized_keys() };
            Cells::Dictionary(keys, part(node, dictionary.values().as_ref())?)
        }
        (Form::List { items, .. } | Form::Series(items), DataType::List(_)) => {
            let Some(list) = array.as_list_opt::<i32>() else { return Ok(None) };
            Cells::List(wide(list.value_offsets()), part(items, list.values().as_ref())?)
        }
        (Form::List { items, .. } | Form::Series(items), DataType::LargeList(_)) => {
            let Some(list) = array.as_list_opt::<i64>() else { return Ok(None) };
            Cells::List(wide(list.value_offsets()), part(items, list.values().as_ref())?)
        }
        (Form::List { items, .. } | Form::Series(items), DataType::FixedSizeList(..)) => {
            let Some(list) = array.as_fixed_size_list_opt() else { return Ok(None) };
            let length = usize::try_from(list.value_length()).unwrap_or(0);
            let offsets = (0..=list.len()).map(|index| index * length).collect();
            Cells::List(offsets, part(items, list.values().as_ref())?)
        }
        (Form::Map(items), DataType::Map(..)) => {
            let Some(map) = array.as_map_opt() else { return Ok(None) };
            let key = Node { form: Form::String, nullable: false, domain: None };
            let offsets = wide(map.value_offsets());
            Cells::Map(offsets, part(&key, map.keys().as_ref())?, part(items, map.values().as_ref())?)
        }
        (Form::Struct(fields), DataType::Struct(_)) => {
            let Some(columns) = array.as_struct_opt() else { return Ok(None) };
            let names = columns.column_names().into_iter();
            Cells::Struct(sources(fields, names, columns.columns(), unknown, place, violations)?)
        }
        _ => return Ok(None),
    }))
}

/// For each field the array of its name, if there is one.
fn sources<'a>(
    fields: &Fields,
    names: impl Iterator<Item = &'a str>,
    arrays: &'a [arrow_array::ArrayRef],
    unknown: Unknown,
    place: &Place<'_>,
    violations: &mut Violations,
) -> Result<Vec<Option<Source<'a>>>, Told> {
    let mapping = Mapping::new(fields, names, unknown, place).map_err(|wrong| {
        violations.extend(wrong);
        Told
    })?;
    let mut all = Vec::with_capacity(fields.list.len());
    let mut told = false;
    for (field, source) in fields.list.iter().zip(&mapping.0) {
        let array = source.and_then(|source| arrays.get(source));
        let here = place.column_named(&field.name);
        let found = array.map(|array| Source::new(&field.node, array.as_ref(), unknown, &here, violations));
        told |= matches!(found, Some(None));
        all.push(found.flatten());
    }
    if told { Err(Told) } else { Ok(all) }
}

/// The columns of a batch, for the fields of a frame; nothing if something is wrong with them, which is noted.
pub(super) fn columns<'a>(
    fields: &Fields,
    batch: &'a arrow_array::RecordBatch,
    unknown: Unknown,
    violations: &mut Violations,
) -> Option<Vec<Option<Source<'a>>>> {
    let names = batch.schema_ref().fields().iter().map(|field| field.name().as_str());
    sources(fields, names, batch.columns(), unknown, &Place::DOCUMENT, violations).ok()
}

fn wide<O: Copy + TryInto<usize>>(offsets: &[O]) -> Vec<usize> {
    // Arrow has checked that offsets are not negative.
    offsets.iter().map(|offset| (*offset).try_into().unwrap_or(0)).collect()
}

/// The values of an array without parts; nothing if their kind is none that a schema knows.
fn scalars(array: &dyn Array) -> Option<Cells<'_>> {
    fn slice<T: ArrowPrimitiveType>(array: &dyn Array) -> Option<&[T::Native]> {
        array.as_primitive_opt::<T>().map(|array| array.values().as_ref())
    }
    Some(match array.data_type() {
        DataType::Null => Cells::Null,
        DataType::Boolean => Cells::Bool(array.as_boolean_opt()?),
        DataType::Int8 => Cells::Int8(slice::<Int8Type>(array)?),
        DataType::Int16 => Cells::Int16(slice::<Int16Type>(array)?),
        DataType::Int32 => Cells::Int32(slice::<Int32Type>(array)?),
        DataType::Int64 => Cells::Int64(slice::<Int64Type>(array)?),
        DataType::UInt8 => Cells::UInt8(slice::<UInt8Type>(array)?),
        DataType::UInt16 => Cells::UInt16(slice::<UInt16Type>(array)?),
        DataType::UInt32 => Cells::UInt32(slice::<UInt32Type>(array)?),
        DataType::UInt64 => Cells::UInt64(slice::<UInt64Type>(array)?),
        DataType::Float16 => Cells::Float16(array.as_primitive_opt::<Float16Type>()?),
        DataType::Float32 => Cells::Float32(slice::<Float32Type>(array)?),
        DataType::Float64 => Cells::Float64(slice::<Float64Type>(array)?),
        DataType::Decimal128(_, scale) => Cells::Decimal(slice::<Decimal128Type>(array)?, *scale),
        DataType::Utf8 => Cells::Text(array.as_string_opt()?),
        DataType::LargeUtf8 => Cells::LargeText(array.as_string_opt()?),
        DataType::Utf8View => Cells::TextView(array.as_string_view_opt()?),
        DataType::Binary => Cells::Bytes(array.as_binary_opt()?),
        DataType::LargeBinary => Cells::LargeBytes(array.as_binary_opt()?),
        DataType::BinaryView => Cells::BytesView(array.as_binary_view_opt()?),
        DataType::FixedSizeBinary(_) => Cells::FixedBytes(array.as_fixed_size_binary_opt()?),
        DataType::Date32 => Cells::Days(slice::<Date32Type>(array)?),
        DataType::Date64 => Cells::DayMilliseconds(slice::<Date64Type>(array)?),
        DataType::Time32(ArrowUnit::Second) => Cells::Time32(slice::<Time32SecondType>(array)?, TimeUnit::Second),
        DataType::Time32(_) => Cells::Time32(slice::<Time32MillisecondType>(array)?, TimeUnit::Millisecond),
        DataType::Time64(ArrowUnit::Microsecond) => {
            Cells::Time(slice::<Time64MicrosecondType>(array)?, TimeUnit::Microsecond)
        }
        DataType::Time64(_) => Cells::Time(slice::<Time64NanosecondType>(array)?, TimeUnit::Nanosecond),
        DataType::Timestamp(unit, zone) => {
            let moments = match unit {
                ArrowUnit::Second => slice::<TimestampSecondType>(array)?,
                ArrowUnit::Millisecond => slice::<TimestampMillisecondType>(array)?,
                ArrowUnit::Microsecond => slice::<TimestampMicrosecondType>(array)?,
                ArrowUnit::Nanosecond => slice::<TimestampNanosecondType>(array)?,
            };
            Cells::Timestamp(moments, unit_of(*unit), zone.is_some())
        }
        DataType::Duration(unit) => {
            let lengths = match unit {
                ArrowUnit::Second => slice::<DurationSecondType>(array)?,
                ArrowUnit::Millisecond => slice::<DurationMillisecondType>(array)?,
                ArrowUnit::Microsecond => slice::<DurationMicrosecondType>(array)?,
                ArrowUnit::Nanosecond => slice::<DurationNanosecondType>(array)?,
            };
            Cells::Duration(lengths, unit_of(*unit))
        }
        _ => return None,
    })
}

fn unit_of(unit: ArrowUnit) -> TimeUnit {
    match unit {
        ArrowUnit::Second => TimeUnit::Second,
        ArrowUnit::Millisecond => TimeUnit::Millisecond,
        ArrowUnit::Microsecond => TimeUnit::Microsecond,
        ArrowUnit::Nanosecond => TimeUnit::Nanosecond,
    }
}

impl Cells<'_> {
    /// Whether values of this type can be values of the form.
    fn fit(&self, form: &Form) -> bool {
        let is_integer = matches!(
            self,
            Self::Int8(_)
                | Self::Int16(_)
                | Self::Int32(_)
                | Self::Int64(_)
                | Self::UInt8(_)
                | Self::UInt16(_)
                | Self::UInt32(_)
                | Self::UInt64(_)
        );
        let is_number = is_integer || matches!(self, Self::Float16(_) | Self::Float32(_) | Self::Float64(_));
        let is_text = matches!(self, Self::Text(_) | Self::LargeText(_) | Self::TextView(_));
        let is_bytes = matches!(self, Self::Bytes(_) | Self::LargeBytes(_) | Self::BytesView(_) | Self::FixedBytes(_));
        match form {
            // These were looked at before.
            _ if matches!(self, Self::Null | Self::Dictionary(..)) => true,
            Form::Bool => matches!(self, Self::Bool(_)),
            Form::Int8
            | Form::Int16
            | Form::Int32
            | Form::Int64
            | Form::UInt8
            | Form::UInt16
            | Form::UInt32
            | Form::UInt64
            | Form::Float16
            | Form::Float32
            | Form::Float64 => is_number,
            Form::Decimal { .. } => is_integer || is_text || matches!(self, Self::Decimal(..)),
            Form::String => is_text,
            Form::Date => is_text || matches!(self, Self::Days(_) | Self::DayMilliseconds(_)),
            Form::Time(_) => is_text || matches!(self, Self::Time32(..) | Self::Time(..)),
            Form::Timestamp { zoned, .. } => is_text || matches!(self, Self::Timestamp(_, _, found) if found == zoned),
            Form::Duration(_) => is_text || matches!(self, Self::Duration(..)),
            Form::Binary | Form::Uuid => is_text || is_bytes,
            Form::Categorical(_) => is_text || is_integer || matches!(self, Self::Bool(_)),
            Form::List { .. } | Form::Series(_) => matches!(self, Self::List(..)),
            Form::Map(_) => matches!(self, Self::Map(..)),
            Form::Struct(_) => matches!(self, Self::Struct(_)),
            Form::Any | Form::Union(..) | Form::Tuple(_) | Form::Frame(_) | Form::Tensor(_) => false,
        }
    }
}
