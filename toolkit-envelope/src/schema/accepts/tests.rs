use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::schema::testing::{any_schema, fewer_cases, value_of};

fn refused(schema: &Value, value: &Value) -> Vec<String> {
    let refusals = Schema::from_json(schema).unwrap().refusals(value);
    refusals.into_iter().map(|refusal| format!("{} {} {}", refusal.pointer, refusal.code, refusal.message)).collect()
}

/// The numbers are those of the cases in the research on model platforms, section 5, "Serve-time".
#[test]
fn data_is_taken_and_refused_as_the_cases_say() {
    let rows = json!({ "type": "frame", "columns": [
        { "name": "a", "schema": { "type": "int64" }, "required": true },
        { "name": "x", "schema": { "type": "float64", "nullable": true }, "required": false },
        { "name": "at", "schema": { "type": "timestamp", "unit": "us", "timezone": "UTC" }, "required": false },
    ] });
    let cases: [(&str, Value, &[&str]); 13] = [
        ("107", json!([{ "a": 1, "x": 2 }]), &[]),
        (
            "107",
            json!([{ "a": 1, "x": 9_007_199_254_740_993_u64 }]),
            &["/0/x range must be an integer that float64 holds exactly"],
        ),
        ("108", json!([{ "a": 2.0 }]), &[]),
        ("109", json!([{ "a": 1 }, { "a": 1 }, { "a": 1 }, { "a": 2.5 }]), &["/3/a type must be an integer"]),
        ("110", json!([{ "a": null, "x": null }]), &["/0/a null must not be null"]),
        ("111", json!([{}]), &["/0/a required is required"]),
        ("112", json!([{ "a": 1, "b": 2 }]), &["/0/b unknown is not known here"]),
        ("113", json!([{ "x": 1.5, "a": 1 }]), &[]),
        ("114", json!([{ "a": 1, "at": "2020-01-01T00:00:00+02:00" }]), &[]),
        (
            "114",
            json!([{ "a": 1, "at": "2020-01-01T00:00:00" }]),
            &["/0/at type must be a date and time with an offset, such as 2024-02-29T23:59:59Z"],
        ),
        ("115", json!([{ "a": 9_007_199_254_740_993_i64 }]), &[]),
        (
            "columns",
            json!({ "a": [1, 2.5], "x": [1] }),
            &["/a/1 type must be an integer", "/x length must have 2 values, as the column before"],
        ),
        ("no rows", json!(3), &[" type must be an array of rows, or an object of columns"]),
    ];
    for (case, value, violations) in cases {
        assert_eq!(refused(&rows, &value), violations, "case {case}");
    }
}

#[test]
fn a_tensor_is_a_rectangle() {
    let schema = json!({ "type": "tensor", "dtype": "float32", "shape": [-1, 3] });
    assert!(refused(&schema, &json!([[1, 2, 3], [4, 5, 6.5]])).is_empty());
    assert!(refused(&schema, &json!([])).is_empty());
    assert_eq!(refused(&schema, &json!([[1, 2, 3], [4, 5]])), ["/1 shape must have 3 items"]);
    assert_eq!(
        refused(&schema, &json!([1, 2, 3])),
        ["/0 type must be an array", "/1 type must be an array", "/2 type must be an array"]
    );
    assert_eq!(
        refused(&schema, &json!([[1, null, "3"]])),
        ["/0/1 null must not be null", "/0/2 type must be a number"]
    );
    let ragged = json!({ "type": "tensor", "dtype": "int8", "shape": [-1, -1] });
    assert_eq!(
        refused(&ragged, &json!([[1], [2, 3], []])),
        ["/1 shape must have 1 items", "/2 shape must have 1 items"]
    );
    assert!(refused(&json!({ "type": "tensor", "dtype": "bool", "shape": [] }), &json!(true)).is_empty());
}

#[test]
fn a_domain_rejects() {
    for (schema, value, violation) in [
        (json!({ "type": "int64", "domain": { "min": 0, "max": 9 } }), json!(10), " range must be between 0 and 9"),
        (
            json!({ "type": "date", "domain": { "min": "2024-01-01" } }),
            json!("2023-12-31"),
            " range must be at least 2024-01-01",
        ),
        (
            json!({ "type": "decimal", "precision": 5, "scale": 2, "domain": { "max": "1.5" } }),
            json!(1.51),
            " range must be at most 1.5",
        ),
        (
            json!({ "type": "string", "domain": { "values": ["a", "b"] } }),
            json!("c"),
            " enum must be one of \"a\", \"b\"",
        ),
        (json!({ "type": "string", "domain": { "pattern": "^a" } }), json!("ba"), " regex must match the pattern `^a`"),
        (json!({ "type": "categorical", "values": [1, 2] }), json!(3), " enum must be one of 1, 2"),
    ] {
        assert_eq!(refused(&schema, &value), [violation]);
    }
    let up_to = json!({ "type": "float32", "domain": { "max": 0.1 } });
    assert!(refused(&up_to, &json!(0.1)).is_empty(), "the bound is rounded as the value is");
    assert!(refused(&json!({ "type": "categorical", "values": [1, 2] }), &json!(2.0)).is_empty());
}

#[test]
fn a_message_never_repeats_the_value() {
    let secret = json!({ "rows": "hunter2" });
    for kind in Kind::NAMES {
        let Some(kind) = Kind::plain(kind) else { continue };
        for refusal in Schema::new(kind).refusals(&secret["rows"]) {
            assert!(!refusal.message.contains("hunter2"), "{refusal:?}");
        }
    }
}

proptest! {
    #![proptest_config(fewer_cases())]

    #[test]
    fn a_value_made_by_a_schema_satisfies_it((schema, value) in any_schema().prop_flat_map(|schema| { let value = value_of(&schema); (Just(schema), value) })) {
        prop_assert_eq!(schema.accepts(&value), Ok(()));
    }

    #[test]
    fn no_value_makes_the_check_panic(schema in any_schema(), value in crate::json::testing::any_json()) {
        let _ = schema.accepts(&value);
    }
}
