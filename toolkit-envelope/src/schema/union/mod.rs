//! The schema that takes what either of two schemas takes.

mod numbers;
mod observed;

use std::mem;

use serde_json::Value;

use self::numbers::number_of_both;
use super::{Field, Kind, Observed, Schema, document};
use crate::{Fault, json::escape};

/// Takes a conflict, and where it is: by the names of fields, and `*` for every item.
pub(super) type Tell<'t> = &'t mut dyn FnMut(&str, Conflict);

/// Two kinds without a kind that takes both.
pub(super) struct Conflict {
    /// The kind that was there, for a person.
    pub(super) first: String,
    /// The kind that came to it.
    pub(super) second: String,
    /// Why, and what to do.
    pub(super) why: &'static str,
}

impl Schema {
    /// The narrowest schema that takes what either of the two takes; fields keep this one's order, and the other's new
    /// ones follow.
    ///
    /// Integers and floats meet in `float64` only when no integer loses digits there: by its width, or by what was
    /// [observed](Schema::observed). What is in only one of two structs is not required. An `any` of which nothing but
    /// null was seen gives way to whatever the other says.
    ///
    /// Schemas that were inferred give the same in any order. Of those with a `union` in them, a schema is put into the
    /// first alternative that it has a type in common with, so that the order counts.
    ///
    /// # Errors
    ///
    /// Each place where the two have no type in common: nothing becomes `any` or a `union` in silence. The places are
    /// those of the data, with `*` for every item of a list.
    ///
    /// ```
    /// use toolkit_envelope::schema::{Kind, Schema};
    ///
    /// let union = Schema::new(Kind::Int16).union(&Schema::new(Kind::UInt16).nullable()).unwrap();
    /// assert_eq!(union, Schema::new(Kind::Int32).nullable());
    ///
    /// let faults = union.union(&Schema::new(Kind::String)).unwrap_err();
    /// assert_eq!(faults[0].message, "is int32 in one and string in the other, which have no type in common");
    /// ```
    pub fn union(&self, other: &Self) -> Result<Self, Vec<Fault>> {
        let (mut union, mut faults) = (self.clone(), Vec::new());
        union.absorb(other.clone(), "", &mut |pointer, Conflict { first, second, why }| {
            let message = format!("is {first} in one and {second} in the other, {why}");
            faults.push(Fault { pointer: pointer.to_owned(), message });
        });
        if faults.is_empty() { Ok(union) } else { Err(faults) }
    }

    /// Becomes the union with another schema; where there is none, it stays as it was, and `tell` is told.
    pub(super) fn absorb(&mut self, mut other: Self, at: &str, tell: Tell<'_>) {
        if !self.is_seen() {
            mem::swap(self, &mut other);
        }
        if other.is_seen() {
            let floats = [&self.kind, &other.kind].map(|kind| kind.is_float().then(|| kind.clone()));
            if !self.absorb_kind(&mut other, at, tell) {
                return;
            }
            // A wider float rounds less, so that a value could lie outside of a bound that it was rounded to before.
            let is_rounded = floats.into_iter().flatten().any(|float| float != self.kind);
            self.domain = match (self.domain.take(), other.domain) {
                (Some(domain), Some(other)) if !is_rounded => domain.union(other, &self.kind),
                _ => None,
            };
        }
        self.nullable |= other.nullable;
        self.observed = match (self.observed.take(), other.observed) {
            (Some(observed), Some(other)) => Some(observed.union(other, &self.kind)),
            _ => None,
        };
    }

    /// Whether anything but null is known of the values: an empty list says nothing of its items.
    pub(super) fn is_seen(&self) -> bool {
        let nothing = |observed: &Observed| observed.n == 0 || observed.null_fraction == Some(1.0);
        self.kind != Kind::Any || !self.observed.as_ref().is_some_and(nothing)
    }

    /// Makes the kind one that holds both; gives whether there is one.
    fn absorb_kind(&mut self, other: &mut Self, at: &str, tell: Tell<'_>) -> bool {
        if let Some(kind) = number_of_both(self, other) {
            self.kind = kind;
            return true;
        }
        let item = || format!("{at}/*");
        match (&mut self.kind, &mut other.kind) {
            (Kind::Any, _) => {}
            (mine, Kind::Any) => *mine = Kind::Any,
            (Kind::List { items, min, max }, Kind::List { items: others, min: other_min, max: other_max }) => {
                items.absorb(take(others), &item(), tell);
                *min = min.zip(*other_min).map(|(a, b)| a.min(b));
                *max = max.zip(*other_max).map(|(a, b)| a.max(b));
            }
            (Kind::Map { values }, Kind::Map { values: others })
            | (Kind::Series { values }, Kind::Series { values: others }) => {
                values.absorb(take(others), &item(), tell);
            }
            (Kind::Struct { fields }, Kind::Struct { fields: others }) => {
                absorb_fields(fields, mem::take(others), at, tell);
            }
            (Kind::Tuple { items }, Kind::Tuple { items: others }) if items.len() == others.len() => {
                for (index, (item, other)) in items.iter_mut().zip(others).enumerate() {
                    item.absorb(take(other), &format!("{at}/{index}"), tell);
                }
            }
            (Kind::Frame { columns, index }, Kind::Frame { columns: others, index: other_index })
                if same_index(columns, index.as_deref(), others, other_index.as_deref()) =>
            {
                absorb_fields(columns, mem::take(others), at, tell);
                if let (Some(index), Some(others)) = (index, other_index) {
                    absorb_fields(index, mem::take(others), at, tell);
                }
            }
            (Kind::Tensor { dtype, shape }, Kind::Tensor { dtype: other_dtype, shape: others })
                if dtype == other_dtype && shape.len() == others.len() =>
            {
                for (length, _) in shape.iter_mut().zip(others).filter(|(length, other)| *length != *other) {
                    *length = -1;
                }
            }
            (Kind::Categorical { values, ordered }, Kind::Categorical { values: others, ordered: other_ordered })
                if same_categories(values, others, *ordered || *other_ordered) =>
            {
                for value in mem::take(others) {
                    if !values.contains(&value) {
                        values.push(value);
                    }
                }
            }
            (Kind::Union { of }, Kind::Union { of: others }) => {
                for other in mem::take(others) {
                    add_member(of, other);
                }
            }
            (Kind::Union { of }, _) => add_member(of, member(other)),
            (_, Kind::Union { of }) => {
                let mut of = mem::take(of);
                add_member(&mut of, member(self));
                self.kind = Kind::Union { of };
            }
            (mine, others) if mine == others => {}
            (mine, others) => {
                tell(at, conflict(mine, others));
                return false;
            }
        }
        true
    }
}

fn absorb_fields(fields: &mut Vec<Field>, others: Vec<Field>, at: &str, tell: Tell<'_>) {
    let mut met = vec![false; fields.len()];
    for (guess, mut other) in others.into_iter().enumerate() {
        // Rows mostly have their fields in one order.
        let same = |field: &Field| field.name == other.name;
        let place = if fields.get(guess).is_some_and(same) { Some(guess) } else { fields.iter().position(same) };
        let Some(place) = place else {
            other.required = false;
            fields.push(other);
            met.push(true);
            continue;
        };
        met[place] = true;
        let field = &mut fields[place];
        field.required &= other.required;
        let default = field.default.take().filter(|default| other.default.as_ref() == Some(default));
        field.schema.absorb(other.schema, &format!("{at}/{}", escape(&field.name)), tell);
        let default = default.map(|default| document::from_document(&field.schema, &default));
        field.default = default.filter(|default| !field.required && field.schema.accepts(default).is_ok());
    }
    for (field, _) in fields.iter_mut().zip(met).filter(|(_, met)| !met) {
        field.required = false;
    }
}

/// Whether both frames have an index or none, and no level of one is a column of the other.
fn same_index(columns: &[Field], index: Option<&[Field]>, others: &[Field], other_index: Option<&[Field]>) -> bool {
    let apart = |levels: &[Field], columns: &[Field]| {
        levels.iter().all(|level| columns.iter().all(|column| column.name != level.name))
    };
    match (index, other_index) {
        (Some(index), Some(other_index)) => apart(index, others) && apart(other_index, columns),
        (None, None) => true,
        _ => false,
    }
}

fn same_categories(values: &[Value], others: &[Value], ordered: bool) -> bool {
    let types = || values.first().zip(others.first());
    if ordered {
        return values == others;
    }
    types().is_some_and(|(a, b)| mem::discriminant(a) == mem::discriminant(b))
}

/// Lets one of the members take the schema too, or makes it one more.
fn add_member(of: &mut Vec<Schema>, schema: Schema) {
    if of.contains(&schema) {
        return;
    }
    let both = of.iter().enumerate().find_map(|(place, member)| Some((place, member.union(&schema).ok()?)));
    let Some((place, both)) = both else { return of.push(schema) };
    of.remove(place);
    if !of.contains(&both) {
        of.insert(place, both);
    }
}

/// A schema as a member of a union: whether it may be null is the union's to say.
fn member(schema: &mut Schema) -> Schema {
    Schema {
        nullable: false,
        domain: schema.domain.take(),
        observed: schema.observed.clone(),
        kind: mem::replace(&mut schema.kind, Kind::Any),
    }
}

fn take(schema: &mut Schema) -> Schema {
    mem::replace(schema, Schema::new(Kind::Any))
}

fn conflict(mine: &Kind, others: &Kind) -> Conflict {
    let why = match (mine, others) {
        (float, integer) | (integer, float) if float.is_float() && integer.integer_range().is_some() => {
            "and a double does not hold all of its integers; give them as strings, or keep them within ±2^53"
        }
        (unsigned, signed) if unsigned.integer_range().is_some() && signed.integer_range().is_some() => {
            "and no integer of 64 bits holds both"
        }
        _ => "which have no type in common",
    };
    Conflict { first: described(mine), second: described(others), why }
}

/// The kind for a person, with what it does not share with another of its name.
pub(super) fn described(kind: &Kind) -> String {
    match kind {
        Kind::Decimal { precision, scale } => format!("decimal({precision}, {scale})"),
        Kind::Time { unit } | Kind::Duration { unit } => format!("{}({})", kind.name(), unit.name()),
        Kind::Timestamp { unit, timezone: None } => format!("timestamp({})", unit.name()),
        Kind::Timestamp { unit, timezone: Some(timezone) } => format!("timestamp({}, {timezone})", unit.name()),
        Kind::Tuple { items } => format!("a tuple of {}", items.len()),
        Kind::Tensor { dtype, shape } => format!("a tensor of {} with {} axes", dtype.name(), shape.len()),
        Kind::Categorical { ordered: true, .. } => "an ordered categorical".to_owned(),
        Kind::Categorical { values, .. } => match values.first() {
            Some(Value::String(_)) => "categorical over strings".to_owned(),
            Some(Value::Bool(_)) => "categorical over booleans".to_owned(),
            _ => "categorical over integers".to_owned(),
        },
        Kind::Frame { index: Some(_), .. } => "a frame with that index".to_owned(),
        Kind::Frame { index: None, .. } => "a frame without an index".to_owned(),
        other => other.name().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::schema::testing::{any_scalar, declared, fewer_cases, unobserved, value_of};

    fn union(a: Value, b: Value) -> Result<Value, Vec<String>> {
        let read = |schema: &Value| Schema::from_json(schema).unwrap();
        let union = read(&a).union(&read(&b)).map(|schema| schema.to_value());
        union.map_err(|faults| faults.iter().map(Fault::to_string).collect())
    }

    #[test]
    fn numbers_meet_in_the_narrowest_that_holds_both() {
        for (a, b, both) in [
            ("int8", "int16", "int16"),
            ("uint8", "int8", "int16"),
            ("uint32", "int8", "int64"),
            ("uint64", "uint8", "uint64"),
            ("float16", "float32", "float32"),
            ("int8", "float16", "float64"),
            ("uint32", "float32", "float64"),
        ] {
            assert_eq!(union(json!({ "type": a }), json!({ "type": b })), Ok(json!({ "type": both })), "{a} and {b}");
        }
        let decimals = union(
            json!({ "type": "decimal", "precision": 5, "scale": 2 }),
            json!({ "type": "decimal", "precision": 4, "scale": 3 }),
        );
        assert_eq!(decimals, Ok(json!({ "type": "decimal", "precision": 6, "scale": 3 })));
    }

    #[test]
    fn integers_that_a_double_may_not_hold_do_not_meet_floats() {
        let faults = union(json!({ "type": "int64" }), json!({ "type": "float64" })).unwrap_err();
        assert_eq!(
            faults,
            [
                "/: is int64 in one and float64 in the other, and a double does not hold all of its integers; give them as strings, or keep them within ±2^53"
            ]
        );
        let small = json!({ "type": "int64", "observed": { "min": -5, "max": 9, "n": 3, "null_fraction": 0 } });
        assert_eq!(union(small, json!({ "type": "float64" })), Ok(json!({ "type": "float64" })));
    }

    #[test]
    fn every_conflict_is_told_where_it_is() {
        let schema = |kind: &str, unit: &str| {
            json!({ "type": "struct", "fields": [
            { "name": "id", "schema": { "type": kind }, "required": true },
            { "name": "tags", "schema": { "type": "list", "items": { "type": "duration", "unit": unit } }, "required": true },
            { "name": "level", "schema": { "type": "categorical", "values": [kind], "ordered": true }, "required": true },
        ] })
        };
        assert_eq!(
            union(schema("int8", "s"), schema("string", "ms")).unwrap_err(),
            [
                "/id: is int8 in one and string in the other, which have no type in common",
                "/tags/*: is duration(s) in one and duration(ms) in the other, which have no type in common",
                "/level: is an ordered categorical in one and an ordered categorical in the other, which have no type in common",
            ]
        );
    }

    #[test]
    fn the_parts_of_two_schemas_are_joined() {
        let field =
            |name: &str, required: bool| json!({ "name": name, "schema": { "type": "bool" }, "required": required });
        for (a, b, both) in [
            (
                json!({ "type": "struct", "fields": [field("a", true), field("b", true)] }),
                json!({ "type": "struct", "fields": [field("c", true), field("a", true)] }),
                json!({ "type": "struct", "fields": [field("a", true), field("b", false), field("c", false)] }),
            ),
            (
                json!({ "type": "list", "items": { "type": "int8" }, "min": 1, "max": 3 }),
                json!({ "type": "list", "items": { "type": "int8", "nullable": true }, "min": 2 }),
                json!({ "type": "list", "min": 1, "items": { "type": "int8", "nullable": true } }),
            ),
            (
                json!({ "type": "tensor", "dtype": "int8", "shape": [2, 3] }),
                json!({ "type": "tensor", "dtype": "int8", "shape": [4, 3] }),
                json!({ "type": "tensor", "dtype": "int8", "shape": [-1, 3] }),
            ),
            (
                json!({ "type": "categorical", "values": ["a", "b"], "ordered": false }),
                json!({ "type": "categorical", "values": ["c", "a"], "ordered": false }),
                json!({ "type": "categorical", "values": ["a", "b", "c"], "ordered": false }),
            ),
            (
                json!({ "type": "union", "of": [{ "type": "int8" }, { "type": "string" }] }),
                json!({ "type": "int16", "nullable": true }),
                json!({ "type": "union", "nullable": true, "of": [{ "type": "int16" }, { "type": "string" }] }),
            ),
            (
                json!({ "type": "int8", "domain": { "min": 0, "max": 5 } }),
                json!({ "type": "int8", "domain": { "min": -1 } }),
                json!({ "type": "int8", "domain": { "min": -1 } }),
            ),
            (
                json!({ "type": "any", "nullable": true, "observed": { "n": 2, "null_fraction": 1 } }),
                json!({ "type": "date", "observed": { "n": 6, "null_fraction": 0, "min": "2024-01-01", "max": "2024-01-02" } }),
                json!({ "type": "date", "nullable": true, "observed": { "n": 8, "null_fraction": 0.25, "min": "2024-01-01", "max": "2024-01-02" } }),
            ),
            (json!({ "type": "any" }), json!({ "type": "date" }), json!({ "type": "any" })),
        ] {
            assert_eq!(union(a, b), Ok(both));
        }
    }

    fn with_value(schema: impl Strategy<Value = Schema>) -> impl Strategy<Value = (Schema, Value)> {
        schema.prop_flat_map(|schema| {
            let value = value_of(&schema);
            (Just(schema), value)
        })
    }

    proptest! {
        #![proptest_config(fewer_cases())]

        #[test]
        fn a_schema_united_with_itself_is_the_same(schema in declared()) {
            prop_assert_eq!(schema.union(&schema), Ok(schema.clone()));
        }

        #[test]
        fn a_union_takes_what_either_takes((schema, value) in with_value(declared()), other in declared()) {
            if let Ok(union) = schema.union(&other) {
                prop_assert_eq!(union.check(), Ok(()));
                prop_assert_eq!(union.accepts(&value), Ok(()));
            }
        }

        #[test]
        fn a_union_of_scalars_takes_what_either_takes((schema, value) in with_value(any_scalar().prop_map(unobserved)), other in any_scalar().prop_map(unobserved)) {
            let (union, turned) = (schema.union(&other), other.union(&schema));
            prop_assert_eq!(union.is_ok(), turned.is_ok());
            for union in union.into_iter().chain(turned) {
                prop_assert_eq!(union.accepts(&value), Ok(()));
            }
        }
    }
}
