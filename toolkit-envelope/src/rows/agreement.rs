//! Plans against the meaning of schemas, for schemas and values of any shape.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::Value;

#[cfg(feature = "arrow")]
use super::Plan;
use super::{Layout, ValuePlan, Violations};
#[cfg(feature = "arrow")]
use crate::schema::{Field, Kind};
use crate::{
    json::testing::any_json,
    schema::{
        Schema,
        testing::{any_schema, value_of},
    },
    table::Table,
};

/// Something done to one value within another.
#[derive(Clone, Debug)]
enum Change {
    Replace(Value),
    /// Takes out the first member, or the last item.
    Remove,
    /// Adds a member or item.
    Add(Value),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        4 => any_json().prop_map(Change::Replace),
        1 => Just(Change::Replace(Value::Null)),
        2 => Just(Change::Remove),
        2 => any_json().prop_map(Change::Add),
    ]
}

/// Changes the value that is reached after `steps`, depth first; whether there was one.
fn change_at(value: &mut Value, steps: &mut usize, change: &Change) -> bool {
    if *steps == 0 {
        match (change, value) {
            (Change::Replace(other), value) => *value = other.clone(),
            (Change::Remove, Value::Object(entries)) => {
                let first = entries.keys().next().cloned();
                first.and_then(|first| entries.shift_remove(&first));
            }
            (Change::Remove, Value::Array(items)) => items.truncate(items.len().saturating_sub(1)),
            (Change::Add(other), Value::Object(entries)) => {
                entries.insert("zz".to_owned(), other.clone());
            }
            (Change::Add(other), Value::Array(items)) => items.push(other.clone()),
            _ => {}
        }
        return true;
    }
    *steps -= 1;
    match value {
        Value::Object(entries) => entries.values_mut().any(|value| change_at(value, steps, change)),
        Value::Array(items) => items.iter_mut().any(|value| change_at(value, steps, change)),
        _ => false,
    }
}

/// Whether a number was rounded when it became a `Value`, so that it is not the one of the text any more.
fn has_rounded_integer(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.is_f64() && number.as_f64().is_some_and(|value| value.abs() > 9e15),
        Value::Array(items) => items.iter().any(has_rounded_integer),
        Value::Object(entries) => entries.values().any(has_rounded_integer),
        _ => false,
    }
}

/// A schema and a value that it takes.
fn schema_and_value() -> impl Strategy<Value = (Schema, Value)> {
    let schema = any_schema().prop_filter("a default is one of its schema", |schema| schema.check().is_ok());
    schema.prop_flat_map(|schema| (Just(schema.clone()), value_of(&schema)))
}

fn read(schema: &Schema, text: &[u8]) -> Result<Table, Violations> {
    let plan = ValuePlan::new(schema).expect("the schema is right");
    let mut table = plan.table();
    plan.read(text, &mut table).map(|()| table)
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(
        (schema, value) in schema_and_value(),
        layout in prop_oneof![Just(Layout::Rows), Just(Layout::Columns)],
    ) {
        let plan = ValuePlan::new(&schema).unwrap();
        let table = read(&schema, value.to_string().as_bytes()).unwrap();
        let mut text = Vec::new();
        if let Err(violations) = plan.write(&table, layout, &mut text) {
            // Columns cannot say that one row does not have a field, nor how many rows have none at all.
            prop_assert_eq!(layout, Layout::Columns);
            prop_assert!(violations.list.iter().all(|violation| ["null", "length"].contains(&violation.code)));
            return Ok(());
        }
        let again: Value = serde_json::from_slice(&text).unwrap();
        prop_assert_eq!(schema.accepts(&again), Ok(()));
        prop_assert_eq!(read(&schema, &text).unwrap(), table);
    }

    #[test]
    fn a_plan_takes_what_its_schema_accepts_and_finds_fault_in_the_same_places(
        (schema, value) in schema_and_value(),
        changes in prop::collection::vec((0..20_usize, change()), 1..4),
    ) {
        let mut value = value;
        for (steps, change) in &changes {
            change_at(&mut value, &mut steps.clone(), change);
        }
        prop_assume!(!has_rounded_integer(&value));
        let text = value.to_string();
        let refusals = schema.refusals(&value);
        let found = read(&schema, text.as_bytes()).err().unwrap_or_default();
        prop_assert_eq!(found.is_empty(), refusals.is_empty(), "{}: {} {:?}", text, found, refusals);
        // Which of the parts of a ragged tensor are too long depends on which one counts as right.
        if refusals.iter().all(|refusal| refusal.code != "shape") && found.more == 0 {
            let expected: BTreeSet<_> = refusals.iter().map(|refusal| (refusal.pointer.as_str(), refusal.code)).collect();
            let found: BTreeSet<_> = found.list.iter().map(|found| (found.pointer.as_str(), found.code)).collect();
            prop_assert_eq!(found, expected, "{}", text);
        }
    }

    #[test]
    fn no_bytes_make_a_plan_panic(
        (schema, _) in schema_and_value(),
        bytes in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..100),
            "[\\[\\]{}:,\"\\\\ud8truefalsn0-9.eE+ -]{0,60}".prop_map(String::into_bytes),
        ],
    ) {
        let _ = read(&schema, &bytes);
    }

    #[test]
    fn text_is_json_for_a_plan_just_if_it_is(
        (schema, value) in schema_and_value(),
        at in any::<prop::sample::Index>(),
        byte in prop_oneof![any::<u8>(), prop::sample::select(b"[]{}:,\"\\u0019eE.-+ tn".to_vec())],
        cut: bool,
    ) {
        let mut text = value.to_string().into_bytes();
        let at = at.index(text.len());
        if cut { text.truncate(at) } else { text[at] = byte }
        let parsed = serde_json::from_slice::<Value>(&text);
        // Only these two errors are about values and not about text; what comes behind them is not looked at.
        let about_values = |error: &serde_json::Error| {
            ["out of range", "surrogate"].iter().any(|value| error.to_string().contains(value))
        };
        prop_assume!(!parsed.as_ref().is_err_and(about_values));
        let is_json = parsed.is_ok();
        let read = read(&schema, &text);
        let syntax = read.as_ref().err().and_then(Violations::syntax);
        prop_assert_eq!(syntax.is_none(), is_json, "{:?} {:?}", String::from_utf8_lossy(&text), read);
    }
    #[test]
    fn a_batch_that_is_split_and_joined_is_the_same(
        (schema, value) in schema_and_value(),
        cuts in prop::collection::vec(0..6_usize, 3),
    ) {
        let table = read(&schema, value.to_string().as_bytes()).unwrap();
        let mut cuts: Vec<_> = cuts.into_iter().map(|cut| cut.min(table.rows)).chain([0, table.rows]).collect();
        cuts.sort_unstable();
        let mut joined = ValuePlan::new(&schema).unwrap().table();
        for ends in cuts.windows(2) {
            let part = table.slice(ends[0]..ends[1]);
            prop_assert_eq!(part.rows, ends[1] - ends[0]);
            joined.append(&part, 0..part.rows).unwrap();
        }
        prop_assert_eq!(joined, table);
    }

    #[cfg(feature = "arrow")]
    #[test]
    fn rows_go_into_arrow_and_come_back(
        (schema, value) in schema_and_value()
            .prop_filter("Arrow's columns are read for these", |(schema, _)| is_read_from_arrow(schema))
            .prop_flat_map(|(schema, _)| {
                let columns = vec![Field::new("a", schema.clone()), Field { required: false, ..Field::new("b", schema) }];
                let frame = Schema::new(Kind::Frame { columns, index: None });
                (Just(frame.clone()), value_of(&frame))
            }),
    ) {
        let table = read(&schema, value.to_string().as_bytes()).unwrap();
        let batch = ValuePlan::new(&schema).unwrap().to_batch(&table, "").unwrap();
        let plan = Plan::new(&[Field::new("rows", schema)]).unwrap();
        let mut arguments = plan.arguments();
        prop_assert_eq!(plan.read_batch(&batch, 0, &mut arguments), Ok(()));
        prop_assert_eq!(&arguments.tables()[0], &table);
    }
}

/// Whether columns of the schema are taken from Arrow, all the way down.
#[cfg(feature = "arrow")]
fn is_read_from_arrow(schema: &Schema) -> bool {
    match &schema.kind {
        Kind::Any | Kind::Union { .. } | Kind::Tuple { .. } | Kind::Frame { .. } | Kind::Tensor { .. } => false,
        Kind::List { items: schema, .. } | Kind::Map { values: schema } | Kind::Series { values: schema } => {
            is_read_from_arrow(schema)
        }
        Kind::Struct { fields } => fields.iter().all(|field| is_read_from_arrow(&field.schema)),
        _ => true,
    }
}
