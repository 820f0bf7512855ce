//! Any JSON value, for property tests.

use proptest::prelude::*;
use serde_json::Value;

/// The same as [`any_json`], with its numbers in the form in which they are read.
pub(crate) fn any_json_as_read() -> impl Strategy<Value = Value> {
    any_json().prop_map(|value| super::normal(&value))
}

/// A JSON value that can be written canonically.
pub(crate) fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-9_007_199_254_740_991_i64..=9_007_199_254_740_991).prop_map(Value::from),
        any::<f64>().prop_filter("JSON has finite numbers", |value| value.is_finite()).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..6)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}
