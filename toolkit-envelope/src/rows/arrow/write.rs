use std::sync::Arc;

use arrow_array::{
    ArrayRef, BinaryArray, BooleanArray, Decimal128Array, DictionaryArray, FixedSizeBinaryArray, FixedSizeListArray,
    Int32Array, Int64Array, ListArray, MapArray, PrimitiveArray, RecordBatch, RecordBatchOptions, StringArray,
    StructArray,
    types::{
        ArrowPrimitiveType, Date32Type, DurationMicrosecondType, DurationMillisecondType, DurationNanosecondType,
        DurationSecondType, Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
        Time32MillisecondType, Time32SecondType, Time64MicrosecondType, Time64NanosecondType, TimestampMicrosecondType,
        TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type,
        UInt64Type,
    },
};
use arrow_buffer::{BooleanBuffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::{ArrowError, DataType, Field as ArrowField, Fields as ArrowFields};
use serde_json::Value;

use crate::{
    rows::{Layout, ValuePlan, Violations, place::Place},
    schema::{Field, Kind, Schema, TimeUnit},
    table::{Column, Table, Tensors, Values},
    tensor::Strings,
};

impl ValuePlan {
    /// The rows of a value as a batch of Arrow, in the types of [`Schema::to_arrow`]: the columns of a frame or the fields
    /// of a struct, or one column `name` of anything else; a tensor has a row for each length of its first axis.
    ///
    /// # Errors
    ///
    /// Everything in which the value breaks its schema, as for [`write`](Self::write).
    pub fn to_batch(&self, table: &Table, name: &str) -> Result<RecordBatch, Violations> {
        // What is written as JSON is checked on the way.
        self.write(table, Layout::Rows, &mut Vec::new())?;
        self.batch(table, name).map_err(|error| {
            let mut violations = Violations::default();
            violations.note(&Place::DOCUMENT, "type", || format!("does not go into Arrow: {error}").into());
            violations
        })
    }

    fn batch(&self, table: &Table, name: &str) -> Result<RecordBatch, ArrowError> {
        let (fields, arrays) = match &self.schema.kind {
            Kind::Frame { columns, index } => all(columns.iter().chain(index.iter().flatten()), &table.columns)?,
            Kind::Struct { fields } => all(fields.iter(), &table.columns)?,
            Kind::Series { values } => one(name, values, &table.columns)?,
            Kind::Tensor { dtype, shape } if !shape.is_empty() => tensor_rows(name, dtype, shape, table)?,
            _ => one(name, &self.schema, &table.columns)?,
        };
        let rows = if table.present { table.shape.first().copied().unwrap_or(table.rows) } else { 0 };
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        RecordBatch::try_new_with_options(Arc::new(arrow_schema::Schema::new(fields)), arrays, &options)
    }
}

type Arrays = (ArrowFields, Vec<ArrayRef>);

fn all<'f>(fields: impl Iterator<Item = &'f Field>, columns: &[Column]) -> Result<Arrays, ArrowError> {
    let (mut arrow, mut arrays) = (Vec::new(), Vec::new());
    for (field, column) in fields.zip(columns) {
        let field_of_arrow = field.to_arrow();
        arrays.push(array(&field.schema, column, field_of_arrow.data_type())?);
        arrow.push(field_of_arrow);
    }
    Ok((arrow.into(), arrays))
}

fn one(name: &str, schema: &Schema, columns: &[Column]) -> Result<Arrays, ArrowError> {
    let field = schema.to_arrow(name);
    let arrays = columns.iter().map(|column| array(schema, column, field.data_type()));
    let arrays = arrays.collect::<Result<Vec<_>, _>>()?;
    Ok((vec![field].into(), arrays))
}

/// A tensor whose first axis is the rows.
fn tensor_rows(name: &str, dtype: &Kind, shape: &[i64], table: &Table) -> Result<Arrays, ArrowError> {
    let inner = Schema::new(Kind::Tensor { dtype: Box::new(dtype.clone()), shape: shape[1..].to_vec() });
    let axes = table.shape.get(1..).unwrap_or_default();
    let (rows, each) = (table.shape.first().copied().unwrap_or_default(), axes.iter().product::<usize>());
    let tensors = Tensors {
        rank: axes.len(),
        axes: axes.iter().copied().cycle().take(axes.len() * rows).collect(),
        offsets: (0..=rows).map(|row| row * each).collect(),
        elements: table.columns.first().cloned().unwrap_or_else(|| Column::new(Values::of(dtype))),
    };
    one(name, &inner, &[Column::new(Values::Tensor(Box::new(tensors)))])
}

/// The column as an array of the type that its schema has in Arrow.
fn array(schema: &Schema, column: &Column, data_type: &DataType) -> Result<ArrayRef, ArrowError> {
    let nulls = column.validity.flags().map(NullBuffer::from);
    Ok(match (&schema.kind, &column.values) {
        (_, Values::Bool(vec)) => Arc::new(BooleanArray::new(BooleanBuffer::from(vec.as_slice()), nulls)),
        (_, Values::Int8(vec)) => primitive::<Int8Type>(vec.clone(), nulls, data_type)?,
        (_, Values::Int16(vec)) => primitive::<Int16Type>(vec.clone(), nulls, data_type)?,
        (_, Values::Int32(vec)) => primitive::<Int32Type>(vec.clone(), nulls, data_type)?,
        (_, Values::Int64(vec)) => primitive::<Int64Type>(vec.clone(), nulls, data_type)?,
        (_, Values::UInt8(vec)) => primitive::<UInt8Type>(vec.clone(), nulls, data_type)?,
        (_, Values::UInt16(vec)) => primitive::<UInt16Type>(vec.clone(), nulls, data_type)?,
        (_, Values::UInt32(vec)) => primitive::<UInt32Type>(vec.clone(), nulls, data_type)?,
        (_, Values::UInt64(vec)) => primitive::<UInt64Type>(vec.clone(), nulls, data_type)?,
        (_, Values::Float16(vec)) => {
            let halves = vec.iter().map(|value| <Float16Type as ArrowPrimitiveType>::Native::from_f32(*value));
            primitive::<Float16Type>(halves.collect(), nulls, data_type)?
        }
        (_, Values::Float32(vec)) => primitive::<Float32Type>(vec.clone(), nulls, data_type)?,
        (_, Values::Float64(vec)) => primitive::<Float64Type>(vec.clone(), nulls, data_type)?,
        (_, Values::Decimal(vec)) => {
            let decimals = Decimal128Array::try_new(ScalarBuffer::from(vec.clone()), nulls)?;
            Arc::new(decimals.with_data_type(data_type.clone()))
        }
        (_, Values::String(strings) | Values::Json(strings)) => Arc::new(strings_array(strings, column)),
        (_, Values::Binary(offsets, bytes)) => {
            let values = offsets.windows(2).enumerate();
            let values = values.map(|(index, ends)| column.is_valid(index).then(|| &bytes[ends[0]..ends[1]]));
            Arc::new(values.collect::<BinaryArray>())
        }
        (_, Values::Date(vec)) => primitive::<Date32Type>(vec.clone(), nulls, data_type)?,
        (Kind::Time { unit }, Values::Time(vec)) => match unit {
            TimeUnit::Second => primitive::<Time32SecondType>(narrow(vec)?, nulls, data_type)?,
            TimeUnit::Millisecond => primitive::<Time32MillisecondType>(narrow(vec)?, nulls, data_type)?,
            TimeUnit::Microsecond => primitive::<Time64MicrosecondType>(vec.clone(), nulls, data_type)?,
            TimeUnit::Nanosecond => primitive::<Time64NanosecondType>(vec.clone(), nulls, data_type)?,
        },
        (Kind::Timestamp { unit, .. }, Values::Timestamp(vec)) => match unit {
            TimeUnit::Second => primitive::<TimestampSecondType>(vec.clone(), nulls, data_type)?,
            TimeUnit::Millisecond => primitive::<TimestampMillisecondType>(vec.clone(), nulls, data_type)?,
            TimeUnit::Microsecond => primitive::<TimestampMicrosecondType>(vec.clone(), nulls, data_type)?,
            TimeUnit::Nanosecond => primitive::<TimestampNanosecondType>(vec.clone(), nulls, data_type)?,
        },
        (Kind::Duration { unit }, Values::Duration(vec)) => match unit {
            TimeUnit::Second => primitive::<DurationSecondType>(vec.clone(), nulls, data_type)?,
            TimeUnit::Millisecond => primitive::<DurationMillisecondType>(vec.clone(), nulls, data_type)?,
            TimeUnit::Microsecond => primitive::<DurationMicrosecondType>(vec.clone(), nulls, data_type)?,
            TimeUnit::Nanosecond => primitive::<DurationNanosecondType>(vec.clone(), nulls, data_type)?,
        },
        (_, Values::Uuid(vec)) => {
            let values = vec.iter().enumerate().map(|(index, uuid)| column.is_valid(index).then_some(uuid));
            Arc::new(FixedSizeBinaryArray::try_from_sparse_iter_with_size(values, 16)?)
        }
        (Kind::Categorical { values, .. }, Values::Categorical(codes)) => {
            let keys = codes.iter().map(|code| code.cast_signed()).collect::<Vec<_>>();
            let keys = Int32Array::try_new(keys.into(), nulls)?;
            Arc::new(DictionaryArray::<Int32Type>::try_new(keys, categories(values))?)
        }
        (kind, values) => parts(kind, values, column.len(), nulls, data_type)?,
    })
}

/// The array of a column whose values have parts.
fn parts(
    kind: &Kind,
    values: &Values,
    length: usize,
    nulls: Option<NullBuffer>,
    data_type: &DataType,
) -> Result<ArrayRef, ArrowError> {
    Ok(match (kind, values, data_type) {
        (
            Kind::List { items: schema, .. } | Kind::Series { values: schema },
            Values::List(offsets, column),
            DataType::List(field),
        ) => {
            let items = array(schema, column, field.data_type())?;
            Arc::new(ListArray::try_new(field.clone(), narrow_offsets(offsets)?, items, nulls)?)
        }
        (Kind::Map { values: schema }, Values::List(offsets, entries), DataType::Map(field, _)) => {
            let (Values::Struct(_, columns), DataType::Struct(fields)) = (&entries.values, field.data_type()) else {
                return Err(different());
            };
            let key = Schema::new(Kind::String);
            let schemas = [&key, &**schema];
            let arrays = schemas.iter().zip(columns).zip(fields);
            let arrays = arrays.map(|((schema, column), field)| array(schema, column, field.data_type()));
            let entries = StructArray::try_new(fields.clone(), arrays.collect::<Result<_, _>>()?, None)?;
            Arc::new(MapArray::try_new(field.clone(), narrow_offsets(offsets)?, entries, nulls, false)?)
        }
        (Kind::Frame { columns, index }, Values::List(offsets, rows), DataType::List(field)) => {
            let Values::Struct(count, all) = &rows.values else { return Err(different()) };
            let schemas = columns.iter().chain(index.iter().flatten()).map(|field| &field.schema);
            let rows = structs(schemas, all, *count, None, field.data_type())?;
            Arc::new(ListArray::try_new(field.clone(), narrow_offsets(offsets)?, rows, nulls)?)
        }
        (Kind::Struct { fields }, Values::Struct(count, columns), data_type) => {
            structs(fields.iter().map(|field| &field.schema), columns, *count, nulls, data_type)?
        }
        (Kind::Tuple { items }, Values::Struct(count, columns), data_type) => {
            structs(items.iter(), columns, *count, nulls, data_type)?
        }
        (Kind::Tensor { dtype, .. }, Values::Tensor(all), data_type) => {
            tensors(dtype, all, 0, length, nulls, data_type)?
        }
        _ => return Err(different()),
    })
}

fn structs<'s>(
    schemas: impl Iterator<Item = &'s Schema>,
    columns: &[Column],
    length: usize,
    nulls: Option<NullBuffer>,
    data_type: &DataType,
) -> Result<ArrayRef, ArrowError> {
    let DataType::Struct(fields) = data_type else { return Err(different()) };
    let arrays = schemas.zip(columns).zip(fields);
    let arrays = arrays.map(|((schema, column), field)| array(schema, column, field.data_type()));
    let arrays = arrays.collect::<Result<Vec<_>, _>>()?;
    Ok(Arc::new(StructArray::try_new_with_length(fields.clone(), arrays, nulls, length)?))
}

/// The lists of one axis of all tensors; `count` of them.
fn tensors(
    dtype: &Kind,
    all: &Tensors,
    axis: usize,
    count: usize,
    nulls: Option<NullBuffer>,
    data_type: &DataType,
) -> Result<ArrayRef, ArrowError> {
    let lengths = || {
        all.axes.chunks(all.rank.max(1)).flat_map(move |axes| {
            // So many lists of this axis are in one tensor, one for each place of the axes before it.
            let lists = axes.iter().take(axis).product::<usize>();
            std::iter::repeat_n(axes.get(axis).copied().unwrap_or_default(), lists)
        })
    };
    let inner = |field: &ArrowField, count| tensors(dtype, all, axis + 1, count, None, field.data_type());
    Ok(match data_type {
        _ if axis == all.rank => {
            let elements = array(&Schema::new(dtype.clone()), &all.elements, data_type)?;
            // A tensor without axes that is null has no element: it needs one here.
            if axis > 0 || nulls.is_none() { elements } else { return Err(different()) }
        }
        DataType::List(field) => {
            let offsets = OffsetBuffer::from_lengths(lengths());
            let items = lengths().sum();
            Arc::new(ListArray::try_new(field.clone(), offsets, inner(field, items)?, nulls)?)
        }
        DataType::FixedSizeList(field, length) => {
            // Where a tensor is null, Arrow wants as many elements as anywhere else.
            if nulls.is_some() {
                return Err(different());
            }
            let items = inner(field, count * usize::try_from(*length).unwrap_or_default())?;
            Arc::new(FixedSizeListArray::try_new_with_length(field.clone(), *length, items, nulls, count)?)
        }
        _ => return Err(different()),
    })
}

/// The values of a categorical column, once.
fn categories(values: &[Value]) -> ArrayRef {
    match values.first() {
        Some(Value::Bool(_)) => Arc::new(values.iter().map(Value::as_bool).collect::<BooleanArray>()),
        Some(Value::Number(_)) => Arc::new(values.iter().map(Value::as_i64).collect::<Int64Array>()),
        _ => Arc::new(values.iter().map(Value::as_str).collect::<StringArray>()),
    }
}

fn primitive<T: ArrowPrimitiveType>(
    values: Vec<T::Native>,
    nulls: Option<NullBuffer>,
    data_type: &DataType,
) -> Result<ArrayRef, ArrowError> {
    if !PrimitiveArray::<T>::is_compatible(data_type) {
        return Err(different());
    }
    let array = PrimitiveArray::<T>::try_new(ScalarBuffer::from(values), nulls)?;
    // A time zone is part of the type.
    Ok(Arc::new(array.with_data_type(data_type.clone())))
}

fn strings_array(strings: &Strings, column: &Column) -> StringArray {
    strings.iter().enumerate().map(|(index, string)| column.is_valid(index).then_some(string)).collect()
}

fn narrow(times: &[i64]) -> Result<Vec<i32>, ArrowError> {
    // A day has fewer milliseconds than 32 bits count.
    times.iter().map(|time| i32::try_from(*time).map_err(|_| different())).collect()
}

fn narrow_offsets(offsets: &[usize]) -> Result<OffsetBuffer<i32>, ArrowError> {
    if offsets.is_empty() || !offsets.is_sorted() {
        return Err(different());
    }
    let narrow =
        offsets.iter().map(|offset| i32::try_from(*offset).map_err(|_| ArrowError::OffsetOverflowError(*offset)));
    Ok(OffsetBuffer::new(narrow.collect::<Result<Vec<_>, _>>()?.into()))
}

fn different() -> ArrowError {
    ArrowError::SchemaError("the column is not of the schema's kind, or Arrow cannot hold its nulls".to_owned())
}
