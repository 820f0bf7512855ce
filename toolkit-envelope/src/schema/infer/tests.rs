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

/// The numbers are those of the cases in the research on model platforms, section 5, "Tensors".
#[test]
fn tensors_have_the_shapes_that_the_cases_say() {
    let names = ["a", "b"].into_iter().collect();
    for (case, shape, elements, dtype, wanted) in [
        (60, &[2, 3][..], View::Float32(&[0.0; 6]), "float32", &[-1, 3][..]),
        (61, &[2], View::Float64(&[0.0; 2]), "float64", &[-1]),
        (62, &[1, 2, 2, 3], View::Int32(&[0; 12]), "int32", &[-1, 2, 2, 3]),
        (63, &[], View::Int64(&[7]), "int64", &[]),
        (64, &[2], View::String(&names), "string", &[-1]),
        (69, &[0, 3], View::Bool(&[]), "bool", &[-1, 3]),
    ] {
        let schema = Schema::infer_tensor(&Tensor { shape, elements });
        assert_eq!(schema.check(), Ok(()), "case {case}");
        assert_eq!(schema.to_value(), json!({ "type": "tensor", "dtype": dtype, "shape": wanted }), "case {case}");
    }
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
    let rows =
        (prop::option::of(number()), prop::option::of(prop::collection::vec(big(), 0..3)), prop::option::of("[ab]"));
    let rows = rows.prop_map(|(a, b, c)| {
        let entries = [("a", a), ("b", b.map(Value::from)), ("c", c.map(Value::from))];
        entries.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect::<Map<_, _>>().into()
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
