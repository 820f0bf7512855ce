//! The schema of samples.

mod columns;

use serde_json::{Map, Value};

use super::{Field, Kind, Observed, Schema, union::Conflict};
use crate::{
    Fault,
    json::escape,
    tensor::{Tensor, View},
};

/// So many faults are told of one inference; a column of the wrong type has one for each row.
const MOST_FAULTS: usize = 1000;

/// What was inferred from samples.
#[derive(Clone, Debug, PartialEq)]
pub struct Inferred {
    /// Every sample satisfies it.
    pub schema: Schema,
    /// Where the samples say nothing of the type, and it became `any`; to be told to whoever gave them.
    pub warnings: Vec<Fault>,
}

impl Schema {
    /// The schema of these values: each satisfies it, and their order does not matter but for the order of fields.
    ///
    /// Integers are `int64`, or `uint64` where one needs it; a list with integers and floats is one of `float64`. A
    /// field that some objects lack is not required, a value that is null somewhere is nullable. JSON has no dates:
    /// a string is a `string`. What was seen stands under [`observed`](Schema::observed).
    ///
    /// # Errors
    ///
    /// Values that have no type in common, with the place of each that differs from those before it, `*` standing for every item
    /// of a list; and no values.
    ///
    /// ```
    /// use serde_json::json;
    /// use toolkit_envelope::schema::{Kind, Schema};
    ///
    /// let inferred = Schema::infer(&[json!({ "a": 1 }), json!({ "a": 2.5, "b": null })]).unwrap();
    /// let Kind::Struct { fields } = &inferred.schema.kind else { panic!() };
    /// assert_eq!(fields[0].schema.kind, Kind::Float64);
    /// assert_eq!((fields[1].required, fields[1].schema.nullable), (false, true));
    /// assert_eq!(inferred.warnings[0].to_string(), "/b: only null was seen, so any value is taken; say its type");
    ///
    /// let faults = Schema::infer(&[json!(1), json!("y")]).unwrap_err();
    /// assert_eq!(faults[0].to_string(), "/1: is string, but int64 before, which have no type in common");
    /// ```
    pub fn infer<'v>(samples: impl IntoIterator<Item = &'v Value>) -> Result<Inferred, Vec<Fault>> {
        let mut inference = Inference::default();
        let Some(schema) = inference.all(samples, "") else {
            return Err(vec![Fault {
                pointer: String::new(),
                message: "is empty, expected at least one sample".to_owned(),
            }]);
        };
        if let Kind::List { items, .. } = &schema.kind
            && items.observed.as_ref().is_some_and(|observed| observed.n == 0)
        {
            inference.fault("", "is empty, expected items to infer their type from");
        }
        inference.finish(schema)
    }

    /// The frame of these rows: an array of row objects, or an object of column arrays.
    ///
    /// # Errors
    ///
    /// As [`Schema::infer`]; no rows or no columns; columns that are not equally long.
    pub fn infer_frame(data: &Value) -> Result<Inferred, Vec<Fault>> {
        let mut inference = Inference::default();
        let columns = match data {
            Value::Array(rows) => inference.rows(rows),
            Value::Object(columns) => inference.columns(columns),
            _ => {
                inference.fault("", "is no table, expected an array of row objects, or an object of column arrays");
                Vec::new()
            }
        };
        if columns.is_empty() && inference.faults.is_empty() {
            inference.fault("", "has no columns, expected at least one");
        }
        inference.finish(Self::new(Kind::Frame { columns, index: None }))
    }

    /// The schema of a tensor: its first axis is the batch, of any length.
    ///
    /// ```
    /// use serde_json::json;
    /// use toolkit_envelope::{schema::Schema, tensor::{Tensor, View}};
    ///
    /// let schema = Schema::infer_tensor(&Tensor { shape: &[2, 3], elements: View::Float32(&[0.0; 6]) });
    /// assert_eq!(schema.to_value(), json!({ "type": "tensor", "dtype": "float32", "shape": [-1, 3] }));
    /// ```
    pub fn infer_tensor(tensor: &Tensor<'_>) -> Self {
        let dtype = match tensor.elements {
            View::Float32(_) => Kind::Float32,
            View::Float64(_) => Kind::Float64,
            View::Int32(_) => Kind::Int32,
            View::Int64(_) => Kind::Int64,
            View::Bool(_) => Kind::Bool,
            View::String(_) => Kind::String,
        };
        // No axis is longer than the elements in memory.
        let inner = tensor.shape.iter().skip(1).map(|length| i64::try_from(*length).unwrap_or(-1));
        let shape = tensor.shape.first().map(|_| -1).into_iter().chain(inner).collect();
        Self::new(Kind::Tensor { dtype: Box::new(dtype), shape })
    }
}

#[derive(Default)]
struct Inference {
    faults: Vec<Fault>,
    more: usize,
}

impl Inference {
    fn fault(&mut self, pointer: &str, message: impl Into<String>) {
        if self.faults.len() < MOST_FAULTS {
            self.faults.push(Fault { pointer: pointer.to_owned(), message: message.into() });
        } else {
            self.more += 1;
        }
    }

    fn finish(mut self, schema: Schema) -> Result<Inferred, Vec<Fault>> {
        if self.more > 0 {
            let message = format!("has {} more faults", self.more);
            self.faults.push(Fault { pointer: String::new(), message });
        }
        if !self.faults.is_empty() {
            return Err(self.faults);
        }
        let mut warnings = Vec::new();
        warn(&schema, "", &mut warnings);
        Ok(Inferred { schema, warnings })
    }

    /// The union of all values' schemas; nothing if there is no value.
    fn all<'v>(&mut self, values: impl IntoIterator<Item = &'v Value>, pointer: &str) -> Option<Schema> {
        let mut union: Option<Schema> = None;
        for (index, value) in values.into_iter().enumerate() {
            let pointer = format!("{pointer}/{index}");
            let schema = self.value(value, &pointer);
            match &mut union {
                None => union = Some(schema),
                Some(union) => union.absorb(schema, &pointer, &mut |place, Conflict { first, second, why }| {
                    self.fault(place, format!("is {second}, but {first} before, {why}"));
                }),
            }
        }
        union
    }

    fn value(&mut self, value: &Value, pointer: &str) -> Schema {
        let kind = match value {
            Value::Null => return seen(Kind::Any, None, true),
            Value::Bool(_) => Kind::Bool,
            Value::Number(number) => {
                // What is no integer of 64 bits was read as a double.
                let kind = if number.is_i64() {
                    Kind::Int64
                } else if number.is_u64() {
                    Kind::UInt64
                } else {
                    Kind::Float64
                };
                return seen(kind, Some(value.clone()), false);
            }
            Value::String(_) => Kind::String,
            Value::Array(items) => {
                let nothing = || Schema { observed: Some(Observed::default()), ..Schema::new(Kind::Any) };
                let items = self.all(items, pointer).unwrap_or_else(nothing);
                Kind::List { items: Box::new(items), min: None, max: None }
            }
            Value::Object(entries) => {
                let field = |(name, value): (&String, &Value)| {
                    Field::new(name, self.value(value, &format!("{pointer}/{}", escape(name))))
                };
                Kind::Struct { fields: entries.iter().map(field).collect() }
            }
        };
        seen(kind, None, false)
    }

    fn rows(&mut self, rows: &[Value]) -> Vec<Field> {
        if rows.is_empty() {
            self.fault("", "has no rows to infer from, expected at least one");
        }
        for (row, _) in rows.iter().enumerate().filter(|(_, row)| !row.is_object()) {
            self.fault(&format!("/{row}"), "is no object, expected a row with its columns by name");
        }
        match self.all(rows, "").map(|row| row.kind) {
            Some(Kind::Struct { fields }) => fields,
            _ => Vec::new(),
        }
    }

    fn columns(&mut self, columns: &Map<String, Value>) -> Vec<Field> {
        let rows = columns.values().find_map(|column| Some(column.as_array()?.len()));
        let column = |(name, column): (&String, &Value)| {
            let pointer = format!("/{}", escape(name));
            let Some(values) = column.as_array() else {
                self.fault(&pointer, "is no array, expected the values of a column");
                return None;
            };
            if Some(values.len()) != rows {
                self.fault(
                    &pointer,
                    format!(
                        "has {} values, expected {} as in the first column",
                        values.len(),
                        rows.unwrap_or_default()
                    ),
                );
            }
            let schema = self.all(values, &pointer);
            if schema.is_none() {
                self.fault(&pointer, "has no rows to infer from, expected at least one");
            }
            Some(Field::new(name, schema?))
        };
        columns.iter().filter_map(column).collect()
    }
}

/// The schema of one value.
fn seen(kind: Kind, number: Option<Value>, null: bool) -> Schema {
    let null_fraction = Some(if null { 1.0 } else { 0.0 });
    let observed = Observed { min: number.clone(), max: number, null_fraction, distinct: None, n: 1 };
    Schema { kind, nullable: null, domain: None, observed: Some(observed) }
}

/// Tells where nothing is known of the values.
fn warn(schema: &Schema, pointer: &str, warnings: &mut Vec<Fault>) {
    if !schema.is_seen() {
        let only = if schema.nullable { "null was" } else { "empty lists were" };
        let message = format!("only {only} seen, so any value is taken; say its type");
        warnings.push(Fault { pointer: pointer.to_owned(), message });
    }
    match &schema.kind {
        Kind::List { items, .. } => warn(items, &format!("{pointer}/*"), warnings),
        Kind::Struct { fields } | Kind::Frame { columns: fields, .. } => {
            for field in fields {
                warn(&field.schema, &format!("{pointer}/{}", escape(&field.name)), warnings);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests;
