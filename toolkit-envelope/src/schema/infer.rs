//! The schema of samples.

use serde_json::{Map, Value};

use super::{Field, Kind, Observed, Schema, union::Conflict};
use crate::{Fault, json::escape};

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
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    /// The schema's JSON form without what was observed, and the faults or warnings.
    fn inferred(inferred: Result<Inferred, Vec<Fault>>) -> (Value, Vec<String>) {
        let text = |faults: &[Fault]| faults.iter().map(Fault::to_string).collect();
        match inferred {
            Ok(Inferred { schema, warnings }) => (without_observed(schema.to_value()), text(&warnings)),
            Err(faults) => (Value::Null, text(&faults)),
        }
    }

    fn without_observed(mut value: Value) -> Value {
        match &mut value {
            Value::Object(entries) => {
                entries.remove("observed");
                entries.values_mut().for_each(|value| *value = without_observed(value.take()));
            }
            Value::Array(items) => items.iter_mut().for_each(|item| *item = without_observed(item.take())),
            _ => {}
        }
        value
    }

    fn column(values: Value) -> (Value, Vec<String>) {
        let (schema, told) = inferred(Schema::infer_frame(&json!({ "a": values })));
        (schema.get("columns").map_or(Value::Null, |columns| columns[0]["schema"].clone()), told)
    }

    fn list(items: Value) -> Value {
        json!({ "type": "list", "items": items })
    }

    const APART: &str = "which have no type in common";

    /// The numbers are those of the cases in the research on model platforms, section 5, "Frame columns".
    #[test]
    fn columns_have_the_types_that_the_cases_say() {
        let int64 = || json!({ "type": "int64" });
        for (case, values, schema) in [
            (1, json!([1, 2]), int64()),
            (4, json!([1, null]), json!({ "type": "int64", "nullable": true })),
            (7, json!([1, u64::MAX]), json!({ "type": "uint64" })),
            (9, json!([1.5, 2.5]), json!({ "type": "float64" })),
            (11, json!([true, false]), json!({ "type": "bool" })),
            (12, json!([true, null]), json!({ "type": "bool", "nullable": true })),
            (14, json!(["2024-01-01", "b"]), json!({ "type": "string" })),
            (15, json!([null, "a"]), json!({ "type": "string", "nullable": true })),
            (18, json!([1, 2.5]), json!({ "type": "float64" })),
            (35, json!([["a"], ["b", "c"]]), list(json!({ "type": "string" }))),
            (36, json!([[1], []]), list(int64())),
            (37, json!([[1, null]]), list(json!({ "type": "int64", "nullable": true }))),
            (38, json!([[1], null]), json!({ "type": "list", "nullable": true, "items": { "type": "int64" } })),
            (40, json!([[[1, 2], [3]]]), list(list(int64()))),
            (42, json!([[1, 2.0]]), list(json!({ "type": "float64" }))),
            (49, json!([{}]), json!({ "type": "struct", "fields": [] })),
        ] {
            assert_eq!(column(values), (schema, vec![]), "case {case}");
        }
    }

    #[test]
    fn what_cannot_be_typed_is_told_with_its_row() {
        for (case, values, faults) in [
            (17, json!([1, "y", 2]), vec![format!("/a/1: is string, but int64 before, {APART}")]),
            (41, json!([[1, "x"]]), vec![format!("/a/0/1: is string, but int64 before, {APART}")]),
            (79, json!([1, true]), vec![format!("/a/1: is bool, but int64 before, {APART}")]),
            (18, json!([9_007_199_254_740_993_u64, 2.5]), vec!["/a/1: is float64, but int64 before, and a double does not hold all of its integers; give them as strings, or keep them within ±2^53".to_owned()]),
            (7, json!([-1, u64::MAX]), vec!["/a/1: is uint64, but int64 before, and no integer of 64 bits holds both".to_owned()]),
            (55, json!([]), vec!["/a: has no rows to infer from, expected at least one".to_owned()]),
        ] {
            assert_eq!(column(values).1, faults, "case {case}");
        }
        let frame = |data: Value| inferred(Schema::infer_frame(&data)).1;
        assert_eq!(frame(json!([])), ["/: has no rows to infer from, expected at least one"], "case 55");
        assert_eq!(frame(json!([{}, {}])), ["/: has no columns, expected at least one"], "case 56");
        assert_eq!(
            frame(json!([{ "a": 1 }, 2])),
            [
                "/1: is no object, expected a row with its columns by name",
                &format!("/1: is int64, but struct before, {APART}")
            ]
        );
        assert_eq!(
            frame(json!({ "a": [1], "b": [1, 2], "c": 3 })),
            ["/b: has 2 values, expected 1 as in the first column", "/c: is no array, expected the values of a column"]
        );
        assert_eq!(
            inferred(Schema::infer(&[json!([])])).1,
            ["/: is empty, expected items to infer their type from"],
            "case 78"
        );
        assert_eq!(inferred(Schema::infer(&[])).1, ["/: is empty, expected at least one sample"]);
    }

    #[test]
    fn nothing_becomes_any_in_silence() {
        let any = json!({ "type": "any", "nullable": true });
        assert_eq!(
            column(json!([null, null])),
            (any.clone(), vec!["/a: only null was seen, so any value is taken; say its type".to_owned()]),
            "case 19"
        );
        assert_eq!(
            column(json!([[], []])),
            (
                list(json!({ "type": "any" })),
                vec!["/a/*: only empty lists were seen, so any value is taken; say its type".to_owned()]
            ),
            "case 39"
        );
        let (schema, warnings) = inferred(Schema::infer(&[json!({ "a": 1, "b": null })]));
        assert_eq!(schema["fields"][1]["schema"], any, "case 82");
        assert_eq!(warnings, ["/b: only null was seen, so any value is taken; say its type"]);
    }

    #[test]
    fn objects_with_other_keys_are_one_struct() {
        let (schema, _) = column(json!([{ "k": 1, "m": 2 }, { "k": 3 }]));
        assert_eq!(schema["fields"][0]["required"], true, "case 46");
        assert_eq!(schema["fields"][1]["required"], false, "case 47");
        let (schema, _) = inferred(Schema::infer(&[json!([{ "a": 1 }, { "a": 2.5 }])]));
        assert_eq!(schema["items"]["fields"][0]["schema"], json!({ "type": "float64" }), "case 83");
        assert_eq!(inferred(Schema::infer(&[json!(3)])).0, json!({ "type": "int64" }), "case 74");
        assert_eq!(inferred(Schema::infer(&[json!([1, 2.0])])).0, list(json!({ "type": "float64" })), "case 80");
    }

    #[test]
    fn what_was_seen_is_noted() {
        let inferred =
            Schema::infer_frame(&json!([{ "a": 3, "b": "x" }, { "a": null }, { "a": 1.5 }, { "a": 2 }])).unwrap();
        let value = inferred.schema.to_value();
        assert_eq!(
            value["columns"][0]["schema"]["observed"],
            json!({ "min": 1.5, "max": 3, "null_fraction": 0.25, "n": 4 })
        );
        assert_eq!(value["columns"][1]["schema"]["observed"], json!({ "null_fraction": 0, "n": 1 }));
    }

    #[test]
    fn faults_beyond_a_thousand_are_counted() {
        let mut samples = vec![json!("a")];
        samples.resize(1500, json!(1));
        let faults = Schema::infer(&samples).unwrap_err();
        assert_eq!(faults.len(), 1001);
        assert_eq!(faults.last().map(Fault::to_string).as_deref(), Some("/: has 499 more faults"));
    }

    /// Values that often meet: of few types, with few keys, with the numbers where types change.
    fn any_sample() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            2 => Just(Value::Null),
            4 => (-3..4_i64).prop_map(Value::from),
            2 => prop::sample::select(vec![json!(1_i64 << 53), json!((1_i64 << 53) + 1), json!(i64::MIN), json!(u64::MAX), json!(i64::MAX)]),
            3 => (-3..4_i8).prop_map(|halves| json!(f64::from(halves) / 2.0)),
            1 => any::<f64>().prop_filter("JSON has finite numbers", |value| value.is_finite()).prop_map(Value::from),
            1 => any::<bool>().prop_map(Value::from),
            1 => "[ab]".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[a-c]", inner, 0..4)
                    .prop_map(|entries| Value::Object(entries.into_iter().collect())),
            ]
        })
    }

    /// Samples of one shape, so that most of them have a schema.
    fn any_samples() -> impl Strategy<Value = Vec<Value>> {
        let number = || {
            prop_oneof![
                4 => (-3..4_i64).prop_map(Value::from),
                1 => Just(Value::Null),
                1 => (-3..4_i8).prop_map(|halves| json!(f64::from(halves) / 2.0)),
            ]
        };
        let big = || prop_oneof![8 => number(), 1 => prop::sample::select(vec![json!(i64::MAX), json!(u64::MAX), json!(1_i64 << 53)])];
        let rows = (
            prop::option::of(number()),
            prop::option::of(prop::collection::vec(big(), 0..3)),
            prop::option::of("[ab]"),
        );
        let rows = rows.prop_map(|(a, b, c)| {
            let entries = [("a", a), ("b", b.map(Value::from)), ("c", c.map(Value::from))];
            entries
                .into_iter()
                .filter_map(|(name, value)| Some((name.to_owned(), value?)))
                .collect::<Map<_, _>>()
                .into()
        });
        prop_oneof![
            prop::collection::vec(rows, 1..6),
            prop::collection::vec(big(), 1..6),
            prop::collection::vec(any_sample(), 1..4),
        ]
    }

    /// With fields by name: their order is the only thing that follows the samples' order.
    fn sorted(mut schema: Schema) -> Schema {
        match &mut schema.kind {
            Kind::List { items, .. } => **items = sorted((**items).clone()),
            Kind::Struct { fields } => {
                for field in &mut *fields {
                    field.schema = sorted(field.schema.clone());
                }
                fields.sort_by(|a, b| a.name.cmp(&b.name));
            }
            _ => {}
        }
        schema
    }

    fn schema_of(samples: &[Value]) -> Option<Schema> {
        let mut inference = Inference::default();
        let schema = inference.all(samples, "")?;
        inference.faults.is_empty().then(|| sorted(schema))
    }

    proptest! {
        #[test]
        fn a_sample_satisfies_the_schema_that_was_inferred_from_it(samples in any_samples()) {
            if let Ok(Inferred { schema, .. }) = Schema::infer(&samples) {
                prop_assert_eq!(schema.check(), Ok(()));
                for sample in &samples {
                    prop_assert_eq!(schema.accepts(sample), Ok(()));
                }
            }
        }

        #[test]
        fn one_sample_always_has_a_schema_unless_its_own_items_differ(sample in any_sample()) {
            if let Err(faults) = Schema::infer([&sample]) {
                prop_assert!(faults.iter().all(|fault| !fault.message.is_empty()));
            } else {
                prop_assert!(Schema::infer([&sample, &sample]).is_ok());
            }
        }

        #[test]
        fn the_union_of_two_inferred_schemas_is_the_schema_of_all_samples(a in any_samples(), b in any_samples()) {
            let all = schema_of(&[&a[..], &b].concat());
            let (a, b) = (schema_of(&a), schema_of(&b));
            let union = a.as_ref().zip(b.as_ref()).and_then(|(a, b)| a.union(b).ok()).map(sorted);
            prop_assert_eq!(&union, &all);
            let turned = a.zip(b).and_then(|(a, b)| b.union(&a).ok()).map(sorted);
            prop_assert_eq!(&turned, &all);
        }

        #[test]
        fn the_union_of_inferred_schemas_is_associative(a in any_samples(), b in any_samples(), c in any_samples()) {
            if let (Some(a), Some(b), Some(c)) = (schema_of(&a), schema_of(&b), schema_of(&c)) {
                let left = a.union(&b).and_then(|ab| ab.union(&c)).ok().map(sorted);
                let right = b.union(&c).and_then(|bc| a.union(&bc)).ok().map(sorted);
                prop_assert_eq!(left, right);
            }
        }

        #[test]
        fn the_order_of_samples_does_not_matter((samples, shuffled) in any_samples().prop_flat_map(|samples| (Just(samples.clone()), Just(samples).prop_shuffle()))) {
            prop_assert_eq!(schema_of(&samples), schema_of(&shuffled));
        }
    }
}
