//! What it means that a JSON value satisfies a schema. Plans that read rows are faster, and must agree with this.

#[cfg(test)]
mod tests;

use std::{borrow::Cow, collections::BTreeSet};

use serde_json::{Map, Value};

use super::{
    Domain, Field, Kind, Schema,
    choices::Choices,
    patterns::Patterns,
    scalar::{self, Refused, Stored},
};
use crate::{Fault, json::escape};

/// One thing in which a value does not satisfy a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// Where, as a JSON Pointer (RFC 6901) from the value.
    pub(crate) pointer: String,
    /// What kind of rule is broken: `required`, `null`, `type`, `range`, `length`, `shape`, `enum`, `regex`, `unknown`.
    pub(crate) code: &'static str,
    /// What the value must be; it never says what it is.
    pub(crate) message: Cow<'static, str>,
}

impl Schema {
    /// Checks that `value`, in the JSON form of data, satisfies this schema.
    ///
    /// # Errors
    ///
    /// Everything in which it does not, each with its path. The value itself is never repeated.
    pub fn accepts(&self, value: &Value) -> Result<(), Vec<Fault>> {
        let refusals = self.refusals(value);
        if refusals.is_empty() {
            return Ok(());
        }
        let fault = |refusal: Refusal| Fault { pointer: refusal.pointer, message: refusal.message.into_owned() };
        Err(refusals.into_iter().map(fault).collect())
    }

    /// Everything in which `value` does not satisfy this schema.
    pub(crate) fn refusals(&self, value: &Value) -> Vec<Refusal> {
        let mut check = Check::default();
        check.value(self, value);
        check.refusals
    }
}

/// So many are kept; a value can have as many as it has parts.
const MOST: usize = 1000;

#[derive(Default)]
struct Check<'s> {
    pointer: String,
    refusals: Vec<Refusal>,
    /// How many there are, those that were not kept among them.
    count: usize,
    patterns: Patterns,
    choices: Choices<'s>,
}

impl<'s> Check<'s> {
    fn refuse(&mut self, code: &'static str, message: impl Into<Cow<'static, str>>) {
        self.count += 1;
        if self.refusals.len() >= MOST {
            return;
        }
        self.refusals.push(Refusal { pointer: self.pointer.clone(), code, message: message.into() });
    }

    fn below(&mut self, key: &str, check: impl FnOnce(&mut Self)) {
        let length = self.pointer.len();
        self.pointer.push('/');
        self.pointer.push_str(&escape(key));
        check(self);
        self.pointer.truncate(length);
    }

    fn value(&mut self, schema: &'s Schema, value: &Value) {
        if value.is_null() {
            if !schema.nullable {
                self.refuse("null", "must not be null");
            }
            return;
        }
        match &schema.kind {
            Kind::Any => {}
            Kind::List { items, min, max } => {
                if let Some(values) = self.array(value) {
                    self.length(values.len(), *min, *max);
                    self.items(items, values);
                }
            }
            Kind::Series { values: schema } => {
                if let Some(values) = self.array(value) {
                    self.items(schema, values);
                }
            }
            Kind::Map { values } => {
                let Some(entries) = value.as_object() else { return self.refuse("type", "must be an object") };
                for (key, value) in entries {
                    self.below(key, |check| check.value(values, value));
                }
            }
            Kind::Struct { fields } => match value.as_object() {
                Some(entries) => self.fields(fields.iter(), entries, Self::value),
                None => self.refuse("type", "must be an object"),
            },
            Kind::Tuple { items } => {
                let Some(values) = self.array(value) else { return };
                self.length(values.len(), Some(items.len() as u64), Some(items.len() as u64));
                for (index, (schema, value)) in items.iter().zip(values).enumerate() {
                    self.below(&index.to_string(), |check| check.value(schema, value));
                }
            }
            Kind::Union { of } => {
                if !of.iter().any(|schema| self.would_take(schema, value)) {
                    self.refuse("type", format!("must be {}", listed(of)));
                }
            }
            Kind::Frame { columns, index } => self.frame(columns, index.as_deref().unwrap_or_default(), value),
            Kind::Tensor { dtype, shape } => self.tensor(dtype, shape, value),
            kind @ Kind::Categorical { values, .. } => {
                if !self.choices.has(kind, values, value) {
                    self.refuse("enum", scalar::one_of(values));
                }
            }
            scalar => match scalar::read(scalar, value) {
                Err(Refused { code, message }) => self.refuse(code, message),
                Ok(stored) => {
                    if let Some(domain) = &schema.domain {
                        self.domain(domain, scalar, value, &stored);
                    }
                }
            },
        }
    }

    /// Whether a schema takes a value; that it does not is no refusal.
    fn would_take(&mut self, schema: &'s Schema, value: &Value) -> bool {
        let (kept, count) = (self.refusals.len(), self.count);
        self.value(schema, value);
        let taken = self.count == count;
        self.refusals.truncate(kept);
        self.count = count;
        taken
    }

    fn array<'v>(&mut self, value: &'v Value) -> Option<&'v [Value]> {
        let array = value.as_array();
        if array.is_none() {
            self.refuse("type", "must be an array");
        }
        array.map(Vec::as_slice)
    }

    fn items(&mut self, schema: &'s Schema, values: &[Value]) {
        for (index, value) in values.iter().enumerate() {
            self.below(&index.to_string(), |check| check.value(schema, value));
        }
    }

    fn length(&mut self, length: usize, min: Option<u64>, max: Option<u64>) {
        let length = length as u64;
        if min.is_some_and(|min| length < min) || max.is_some_and(|max| length > max) {
            self.refuse("length", of_length(min, max));
        }
    }

    fn fields(
        &mut self,
        fields: impl Iterator<Item = &'s Field> + Clone,
        entries: &Map<String, Value>,
        check_value: impl Fn(&mut Self, &'s Schema, &Value),
    ) {
        for field in fields.clone() {
            self.below(&field.name, |check| match entries.get(&field.name) {
                Some(value) => check_value(check, &field.schema, value),
                None if field.required => check.refuse("required", "is required"),
                None => {}
            });
        }
        let known = fields.map(|field| field.name.as_str()).collect::<BTreeSet<_>>();
        for key in entries.keys().filter(|key| !known.contains(key.as_str())) {
            self.below(key, |check| check.refuse("unknown", "is not known here"));
        }
    }

    /// Rows as objects, or columns as arrays.
    fn frame(&mut self, columns: &'s [Field], index: &'s [Field], value: &Value) {
        let fields = || columns.iter().chain(index);
        match value {
            Value::Array(rows) => {
                for (row, value) in rows.iter().enumerate() {
                    self.below(&row.to_string(), |check| match value {
                        Value::Object(entries) => check.fields(fields(), entries, Self::value),
                        _ => check.refuse("type", "must be an object"),
                    });
                }
            }
            Value::Object(entries) => {
                self.fields(fields(), entries, |check, schema, column| match column {
                    Value::Null => check.refuse("null", "must not be null"),
                    column => {
                        if let Some(values) = check.array(column) {
                            check.items(schema, values);
                        }
                    }
                });
                let arrays = fields().filter_map(|field| Some((field, entries.get(&field.name)?.as_array()?.len())));
                let arrays = arrays.collect::<Vec<_>>();
                let rows = arrays.first().map_or(0, |(_, rows)| *rows);
                for (field, _) in arrays.iter().filter(|(_, length)| *length != rows) {
                    self.below(&field.name, |check| {
                        check.refuse("length", format!("must have {rows} values, as the column before"));
                    });
                }
            }
            _ => self.refuse("type", "must be an array of rows, or an object of columns"),
        }
    }

    /// Nested arrays, all of one length on each axis.
    fn tensor(&mut self, dtype: &Kind, shape: &[i64], value: &Value) {
        let mut lengths = Vec::with_capacity(shape.len());
        let mut here = value;
        for axis in shape {
            let length = here.as_array().map(Vec::len);
            lengths.push(if *axis < 0 { length } else { usize::try_from(*axis).ok() });
            here = here.get(0).unwrap_or(&Value::Null);
        }
        self.axis(dtype, &lengths, value);
    }

    /// `lengths` has nothing for an axis whose length is not known, because there is no array to tell it.
    fn axis(&mut self, dtype: &Kind, lengths: &[Option<usize>], value: &Value) {
        let Some((length, inner)) = lengths.split_first() else {
            let element = if value.is_null() {
                Err(Refused { code: "null", message: "must not be null".into() })
            } else {
                scalar::read(dtype, value).map(drop)
            };
            if let Err(Refused { code, message }) = element {
                self.refuse(code, message);
            }
            return;
        };
        let Some(values) = self.array(value) else { return };
        if let Some(length) = length.filter(|length| *length != values.len()) {
            return self.refuse("shape", format!("must have {length} items"));
        }
        for (index, value) in values.iter().enumerate() {
            self.below(&index.to_string(), |check| check.axis(dtype, inner, value));
        }
    }

    fn domain(&mut self, domain: &'s Domain, kind: &Kind, value: &Value, stored: &Stored<'_>) {
        // A bound is kept as its column keeps it, so that `0.1` lies in a float32 column that goes up to `0.1`.
        let bound = |bound: &Option<Value>, breaks: fn(&Stored<'_>, &Stored<'_>) -> bool| {
            let bound = bound.as_ref()?;
            scalar::read(kind, bound).ok().filter(|least| breaks(stored, least)).map(|_| text(bound))
        };
        let below = bound(&domain.min, |stored, least| stored < least);
        let above = bound(&domain.max, |stored, greatest| stored > greatest);
        if below.is_some() || above.is_some() {
            self.refuse("range", in_range(domain.min.as_ref(), domain.max.as_ref()));
        }
        if let Some(values) = &domain.values
            && !self.choices.has(kind, values, value)
        {
            self.refuse("enum", scalar::one_of(values));
        }
        if let (Some(pattern), Stored::Text(value)) = (&domain.pattern, stored)
            && !self.patterns.get(pattern).is_ok_and(|pattern| pattern.is_match(value))
        {
            self.refuse("regex", format!("must match the pattern `{pattern}`"));
        }
    }
}

/// What a number must be that lies in a domain.
pub(crate) fn in_range(min: Option<&Value>, max: Option<&Value>) -> String {
    match (min.map(text), max.map(text)) {
        (Some(min), Some(max)) => format!("must be between {min} and {max}"),
        (Some(min), None) => format!("must be at least {min}"),
        (None, Some(max)) => format!("must be at most {max}"),
        (None, None) => "must be in range".to_owned(),
    }
}

/// What the length of a list must be.
pub(crate) fn of_length(min: Option<u64>, max: Option<u64>) -> String {
    match (min, max) {
        (Some(min), Some(max)) if min == max => format!("length must be {min}"),
        (Some(min), Some(max)) => format!("length must be between {min} and {max}"),
        (Some(min), None) => format!("length must be at least {min}"),
        (None, Some(max)) => format!("length must be at most {max}"),
        (None, None) => "length is not valid".to_owned(),
    }
}

/// A bound for a person: a text without its quotes.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn listed(of: &[Schema]) -> String {
    of.iter().map(|schema| schema.kind.name()).collect::<Vec<_>>().join(" or ")
}
