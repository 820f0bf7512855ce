use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, BooleanArray, Date64Array, Decimal128Array, DictionaryArray, FixedSizeBinaryArray, Float64Array,
    Int8Array, Int32Array, Int64Array, LargeStringArray, ListArray, NullArray, RecordBatch, StringArray,
    StringViewArray, StructArray, TimestampMicrosecondArray, UInt64Array,
    types::{Int16Type, Int32Type},
};
use serde_json::json;
use toolkit_envelope::{
    rows::{Arguments, Plan, Unknown, Violations},
    schema::{Domain, Field, Kind, Schema, TimeUnit},
    table::{Column, Values},
};

use super::*;

fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter(columns).expect("the columns are of one length")
}

fn take(plan: &Plan, batch: &RecordBatch) -> Result<Arguments, Violations> {
    let mut arguments = plan.arguments();
    plan.read_batch(batch, 100, &mut arguments).map(|()| arguments)
}

/// One column of a kind, from an array.
fn column(schema: Schema, array: impl Array + 'static) -> Result<Column, String> {
    let plan = Plan::new(&[frame(vec![Field::new("x", schema)])]).expect("the schema is right");
    let taken = take(&plan, &batch(vec![("x", Arc::new(array))]));
    taken.map(|arguments| arguments.tables()[0].columns[0].clone()).map_err(|wrong| wrong.to_string())
}

fn values(kind: Kind, array: impl Array + 'static) -> Result<Values, String> {
    column(Schema::new(kind), array).map(|column| column.values)
}

#[test]
fn columns_are_found_by_name_and_all_others_are_as_in_json() {
    let columns = vec![
        field("age", Kind::Int64),
        Field::new("income", Schema::new(Kind::Float32).nullable()),
        field("plan", Kind::Categorical { values: vec![json!("basic"), json!("pro")], ordered: false }),
        with_default(field("active", Kind::Bool), json!(true)),
    ];
    let plan = Plan::new(&[with_default(field("limit", Kind::Int64), json!(5)), frame(columns)]).unwrap();
    let plans: DictionaryArray<Int16Type> = vec!["pro", "basic"].into_iter().collect();
    let batch = batch(vec![
        ("plan", Arc::new(plans)),
        ("income", Arc::new(Float64Array::from(vec![Some(0.1), None]))),
        ("age", Arc::new(Int8Array::from(vec![41, 7]))),
    ]);
    let json = r#"[{"plan": "pro", "income": 0.1, "age": 41}, {"plan": "basic", "income": null, "age": 7}]"#;
    assert_eq!(take(&plan, &batch).unwrap().tables(), read_with(&plan, json).unwrap().tables());
}

#[test]
fn numbers_become_those_of_the_schema_when_they_are_exact() {
    assert_eq!(values(Kind::UInt8, Int64Array::from(vec![0, 255])), Ok(Values::UInt8(vec![0, 255])));
    assert_eq!(
        values(Kind::UInt8, Int64Array::from(vec![0, 256])),
        Err("`/101/x` must be between 0 and 255".to_owned())
    );
    assert_eq!(values(Kind::Int64, Float64Array::from(vec![2.0])), Ok(Values::Int64(vec![2])));
    let fraction = "`/100/x` must be an integer, found a number with a fraction".to_owned();
    assert_eq!(values(Kind::Int64, Float64Array::from(vec![2.5])), Err(fraction));
    assert!(values(Kind::Int64, Float64Array::from(vec![1e300])).is_err());
    assert_eq!(values(Kind::UInt64, UInt64Array::from(vec![u64::MAX])), Ok(Values::UInt64(vec![u64::MAX])));
    assert_eq!(
        values(Kind::Float64, Int64Array::from(vec![1 << 53])),
        Ok(Values::Float64(vec![9_007_199_254_740_992.0]))
    );
    assert!(values(Kind::Float64, Int64Array::from(vec![(1 << 53) + 1])).is_err());
    assert!(values(Kind::Float32, Int64Array::from(vec![(1 << 24) + 1])).is_err());
    assert!(values(Kind::Float16, Int64Array::from(vec![2049])).is_err());
    assert_eq!(values(Kind::Float32, Float64Array::from(vec![0.1])), Ok(Values::Float32(vec![0.1])));
    assert!(values(Kind::Float32, Float64Array::from(vec![1e39])).is_err());
    assert!(values(Kind::Float64, Float64Array::from(vec![f64::INFINITY])).is_err());
    let decimal = |digits| Kind::Decimal { precision: 5, scale: digits };
    let array = || Decimal128Array::from(vec![1250]).with_precision_and_scale(6, 2).unwrap();
    assert_eq!(values(decimal(3), array()), Ok(Values::Decimal(vec![12_500])));
    assert_eq!(values(decimal(1), array()), Ok(Values::Decimal(vec![125])));
    assert_eq!(values(decimal(0), array()), Err("`/100/x` must have at most 0 digits after the point".to_owned()));
    assert_eq!(values(decimal(2), StringArray::from(vec!["1.5"])), Ok(Values::Decimal(vec![150])));
}

#[test]
fn a_number_that_is_none_is_null() {
    let array = || Float64Array::from(vec![1.0, f64::NAN]);
    assert_eq!(
        column(Schema::new(Kind::Int64).nullable(), array()).unwrap().validity.flags(),
        Some(&[true, false][..])
    );
    assert_eq!(values(Kind::Float64, array()), Err("`/101/x` must not be null, expected a number".to_owned()));
    assert_eq!(
        values(Kind::Bool, NullArray::new(1)),
        Err("`/100/x` must not be null, expected true or false".to_owned())
    );
}

#[test]
fn texts_and_times_of_all_forms_are_taken() {
    let both = Ok(Values::String(["a", "bc"].into_iter().collect()));
    assert_eq!(values(Kind::String, StringArray::from(vec!["a", "bc"])), both);
    assert_eq!(values(Kind::String, LargeStringArray::from(vec!["a", "bc"])), both);
    assert_eq!(values(Kind::String, StringViewArray::from(vec!["a", "bc"])), both);
    let dictionary: DictionaryArray<Int32Type> = vec!["a", "bc"].into_iter().collect();
    assert_eq!(values(Kind::String, dictionary), both);
    assert_eq!(values(Kind::Date, StringArray::from(vec!["1970-01-02"])), Ok(Values::Date(vec![1])));
    assert_eq!(values(Kind::Date, Date64Array::from(vec![-86_400_000])), Ok(Values::Date(vec![-1])));
    assert!(values(Kind::Date, Date64Array::from(vec![1])).is_err());
    let kind = |unit, zone: Option<&str>| Kind::Timestamp { unit, timezone: zone.map(str::to_owned) };
    let moments = || TimestampMicrosecondArray::from(vec![1_500_000]);
    assert_eq!(values(kind(TimeUnit::Millisecond, None), moments()), Ok(Values::Timestamp(vec![1500])));
    assert_eq!(values(kind(TimeUnit::Nanosecond, None), moments()), Ok(Values::Timestamp(vec![1_500_000_000])));
    assert!(values(kind(TimeUnit::Second, None), moments()).is_err());
    assert!(values(kind(TimeUnit::Second, Some("UTC")), moments()).is_err());
    let zoned = moments().with_timezone("+02:00");
    assert_eq!(values(kind(TimeUnit::Millisecond, Some("UTC")), zoned), Ok(Values::Timestamp(vec![1500])));
    let uuid = FixedSizeBinaryArray::try_from_iter(std::iter::once([7; 16])).unwrap();
    assert_eq!(values(Kind::Uuid, uuid), Ok(Values::Uuid(vec![[7; 16]])));
}

#[test]
fn a_column_of_another_type_is_told_once() {
    let message = "`/x` must be an integer, found a column of Arrow's type Utf8".to_owned();
    assert_eq!(values(Kind::Int64, StringArray::from(vec!["1", "2", "3"])), Err(message));
    let message = "`/x` must be a value, found a column of Arrow's type Int64".to_owned();
    assert_eq!(values(Kind::Any, Int64Array::from(vec![1])), Err(message));
}

#[test]
fn missing_and_unknown_columns_are_told_by_name() {
    let plan = Plan::new(&[frame(vec![field("a", Kind::Int64), optional("b", Kind::Int64)])]).unwrap();
    let wrong = batch(vec![("c", Arc::new(Int64Array::from(vec![1])))]);
    assert_eq!(take(&plan, &wrong).unwrap_err().to_string(), "`/c` is not known here; `/a` is required");
    let more = batch(vec![("c", Arc::new(Int64Array::from(vec![1]))), ("a", Arc::new(Int32Array::from(vec![2])))]);
    let arguments = take(&plan.with_unknown(Unknown::Drop), &more).unwrap();
    assert_eq!(arguments.tables()[0].columns[0].values, Values::Int64(vec![2]));
    assert!(!arguments.tables()[0].columns[1].is_valid(0));
}

#[test]
fn lists_and_structs_are_taken_with_their_parts() {
    let lists =
        ListArray::from_iter_primitive::<Int32Type, _, _>([Some(vec![Some(1), None]), None, Some(vec![Some(300)])]);
    let items = Box::new(Schema::new(Kind::Int8).nullable());
    let kind = Kind::List { items, min: None, max: Some(1) };
    assert_eq!(
        column(Schema::new(kind.clone()).nullable(), lists.slice(0, 2)).map(drop),
        Err("`/100/x` length must be at most 1, found 2".to_owned())
    );
    assert_eq!(
        column(Schema::new(kind).nullable(), lists.slice(1, 2)).map(drop),
        Err("`/101/x/0` must be between -128 and 127".to_owned())
    );
    let structs = StructArray::try_from(vec![
        ("b", Arc::new(StringArray::from(vec!["x"])) as ArrayRef),
        ("a", Arc::new(BooleanArray::from(vec![true])) as ArrayRef),
    ])
    .unwrap();
    let kind =
        Kind::Struct { fields: vec![field("a", Kind::Bool), field("b", Kind::String), optional("c", Kind::Date)] };
    let Ok(Values::Struct(1, columns)) = values(kind, structs.clone()) else { panic!("it is taken") };
    assert_eq!(columns[0].values, Values::Bool(vec![true]));
    assert!(!columns[2].is_valid(0));
    let kind = Kind::Struct { fields: vec![field("a", Kind::Int8), field("b", Kind::Date)] };
    let message = "`/x/a` must be an integer, found a column of Arrow's type Boolean".to_owned();
    assert_eq!(values(kind, structs), Err(message));
}

#[test]
fn a_domain_is_checked() {
    let domain = Domain { max: Some(json!(3)), ..Domain::default() };
    let schema = Schema { domain: Some(domain), ..Schema::new(Kind::Int64) };
    assert_eq!(column(schema, Int64Array::from(vec![3, 4])).map(drop), Err("`/101/x` must be at most 3".to_owned()));
}
