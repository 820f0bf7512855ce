use proptest::prelude::*;
use serde_json::json;
use toolkit_envelope::{
    rows::{Layout, ValuePlan},
    schema::{Domain, Field, Kind, Schema, TimeUnit},
    table::{Column, Table, Values},
};

use super::*;

fn plan(schema: &Schema) -> ValuePlan {
    ValuePlan::new(schema).expect("the schema is right")
}

fn table(columns: Vec<Values>, rows: usize) -> Table {
    let columns = columns.into_iter().map(Column::new).collect();
    Table { columns, rows, shape: Vec::new(), present: true }
}

fn written_as(schema: &Schema, table: &Table, layout: Layout) -> Result<String, Violations> {
    let mut out = b"before".to_vec();
    let result = plan(schema).write(table, layout, &mut out);
    let written = String::from_utf8(out.split_off(6)).expect("what is written is text");
    assert_eq!(out, b"before");
    assert!(result.is_ok() || written.is_empty(), "nothing is left of what breaks its schema");
    result.map(|()| written)
}

fn written(schema: &Schema, table: &Table) -> Result<String, Violations> {
    written_as(schema, table, Layout::Rows)
}

fn series(schema: Schema) -> Schema {
    Schema::new(Kind::Series { values: Box::new(schema) })
}

#[test]
fn a_frame_is_written_as_rows_or_as_columns() {
    let columns = vec![field("age", Kind::Int64), field("\"name\"\n", Kind::String), optional("b", Kind::Bool)];
    let schema = Schema::new(Kind::Frame { columns, index: None });
    let names = Values::String(["Ann", "a\"\\\u{1}\té"].into_iter().collect());
    let mut frame = table(vec![Values::Int64(vec![i64::MIN, 7]), names, Values::Bool(vec![true])], 2);
    frame.columns[2].push_null();
    assert_eq!(
        written(&schema, &frame).unwrap(),
        r#"[{"age":-9223372036854775808,"\"name\"\n":"Ann","b":true},{"age":7,"\"name\"\n":"a\"\\\u0001\té"}]"#
    );
    // Columns cannot say that one row does not have a field.
    assert_eq!(written_as(&schema, &frame, Layout::Columns).unwrap_err().to_string(), "`/b/1` must not be null");
    frame.columns[2] = Column::new(Values::Bool(vec![]));
    frame.columns[2].push_nulls(2);
    assert_eq!(
        written_as(&schema, &frame, Layout::Columns).unwrap(),
        r#"{"age":[-9223372036854775808,7],"\"name\"\n":["Ann","a\"\\\u0001\té"]}"#
    );
}

#[test]
fn a_float_has_the_fewest_digits_that_say_which_one_it_is() {
    let floats = table(vec![Values::Float32(vec![0.1, 16_777_216.0, 1e-7])], 3);
    assert_eq!(written(&series(Schema::new(Kind::Float32)), &floats).unwrap(), "[0.1,16777216.0,1e-7]");
    let floats = table(vec![Values::Float64(vec![0.1_f32.into(), 1e300, -0.0])], 3);
    assert_eq!(written(&series(Schema::new(Kind::Float64)), &floats).unwrap(), "[0.10000000149011612,1e+300,-0.0]");
}

#[test]
fn what_is_no_number_is_null_or_a_violation() {
    let floats = table(vec![Values::Float64(vec![1.0, f64::NAN, f64::NEG_INFINITY])], 3);
    assert_eq!(written(&series(Schema::new(Kind::Float64).nullable()), &floats).unwrap(), "[1.0,null,null]");
    let broken = written(&series(Schema::new(Kind::Float64)), &floats).unwrap_err();
    assert_eq!(broken.to_string(), "`/1` must be a finite number; `/2` must be a finite number");
}

#[test]
fn every_way_in_which_a_result_breaks_its_schema_is_found() {
    let domain = Domain { min: Some(json!(0)), max: Some(json!(1)), ..Domain::default() };
    let columns = vec![
        Field::new("p", Schema { domain: Some(domain), ..Schema::new(Kind::Float64) }),
        field("label", Kind::Categorical { values: vec![json!("No"), json!("Yes")], ordered: false }),
        field("when", Kind::Timestamp { unit: TimeUnit::Second, timezone: None }),
        field("raw", Kind::Any),
    ];
    let schema = Schema::new(Kind::Frame { columns, index: None });
    let raw = Values::Json(["{\"a\": [1]}", "{"].into_iter().collect());
    let values = vec![
        Values::Float64(vec![0.5, 1.5]),
        Values::Categorical(vec![1, 2]),
        Values::Timestamp(vec![0, i64::MAX]),
        raw,
    ];
    let mut frame = table(values, 2);
    let broken = written(&schema, &frame).unwrap_err();
    let found: Vec<_> = broken.list.iter().map(|violation| (violation.pointer.as_str(), violation.code)).collect();
    assert_eq!(found, [("/1/p", "range"), ("/1/label", "enum"), ("/1/when", "range"), ("/1/raw", "type")]);
    assert_eq!(broken.list[0].message, "must be at least 0 and at most 1");

    frame.columns[0].values = Values::Float64(vec![0.5]);
    assert_eq!(written(&schema, &frame).unwrap_err().to_string(), "`/` has a column of 1 values, expected 2");
    frame.columns.pop();
    let message = written(&schema, &frame).unwrap_err().to_string();
    assert_eq!(message, "`/` must be an array of rows or an object of columns, found other columns");
}

#[test]
fn a_tensor_is_written_as_nested_arrays() {
    let schema = Schema::new(Kind::Tensor { dtype: Box::new(Kind::Int32), shape: vec![-1, 2] });
    let mut tensor = table(vec![Values::Int32(vec![1, 2, 3, 4])], 2);
    tensor.shape = vec![2, 2];
    assert_eq!(written(&schema, &tensor).unwrap(), "[[1,2],[3,4]]");
    tensor.shape = vec![1, 4];
    assert_eq!(written(&schema, &tensor).unwrap_err().to_string(), "`/` axis 1 must have length 2, found 4");
    tensor.shape = vec![3, 2];
    assert_eq!(written(&schema, &tensor).unwrap_err().to_string(), "`/` has a column of 4 values, expected 6");
}

#[test]
fn a_value_is_read_and_written_by_one_plan() {
    let fields = vec![
        field("date", Kind::Date),
        field("at", Kind::Timestamp { unit: TimeUnit::Millisecond, timezone: Some("UTC".to_owned()) }),
        field("price", Kind::Decimal { precision: 6, scale: 2 }),
        field("bytes", Kind::Binary),
        field("map", Kind::Map { values: Box::new(schema(list(Kind::UInt8))) }),
        field("pair", Kind::Tuple { items: vec![schema(Kind::Bool), schema(Kind::Uuid)] }),
    ];
    let plan = plan(&Schema::new(Kind::Struct { fields }));
    let json = r#"{"date":"2024-02-29","at":"2020-01-01T00:00:00.5+02:00","price":12.5,"bytes":"AAH/","map":{"b":[1,2],"a":[]},"pair":[true,"67e55044-10b1-426f-9247-bb680e5fe0c8"]}"#;
    let mut table = plan.table();
    plan.read(json.as_bytes(), &mut table).unwrap();
    let mut out = Vec::new();
    plan.write(&table, Layout::Rows, &mut out).unwrap();
    let normal = json.replace("2020-01-01T00:00:00.5+02:00", "2019-12-31T22:00:00.5Z").replace("12.5", "\"12.50\"");
    assert_eq!(String::from_utf8(out).unwrap(), normal);
}

#[test]
fn a_million_rows_are_written() {
    let series = series(Schema::new(Kind::Int64));
    let all = table(vec![Values::Int64(vec![7; 1_000_000])], 1_000_000);
    assert_eq!(written(&series, &all).unwrap().len(), 2_000_001);
    assert_eq!(written(&series, &table(vec![Values::Int64(vec![])], 0)).unwrap(), "[]");
}

fn is_read_again(kind: Kind, values: Values) {
    let schema = series(Schema::new(kind));
    let rows = values.len();
    let text = written(&schema, &table(vec![values.clone()], rows)).expect("all of them are finite");
    let plan = plan(&schema);
    let mut again = plan.table();
    plan.read(text.as_bytes(), &mut again).expect("what is written is read");
    assert_eq!(again.columns[0].values, values, "{text}");
}

#[test]
fn every_float16_is_read_again() {
    let halves = (0..=u16::MAX).map(|bits| {
        let (exponent, mantissa) = (i32::from(bits >> 10 & 31), f32::from(bits & 1023));
        let size =
            if exponent == 0 { mantissa * 2_f32.powi(-24) } else { (1024.0 + mantissa) * 2_f32.powi(exponent - 25) };
        if bits >> 15 == 1 { -size } else { size }
    });
    is_read_again(Kind::Float16, Values::Float16(halves.filter(|half| half.abs() <= 65_504.0).collect()));
}

proptest! {
    #[test]
    fn every_float32_is_read_again(bits in prop::collection::vec(any::<u32>(), 1..200), integer in 24..128_i32) {
        let floats = bits.into_iter().map(f32::from_bits).filter(|value| value.is_finite());
        // Great ones are integers, which would have to be exact if they were written as such.
        let great = [1.0, 1.000_000_1, -1.999_999_9].map(|value| value * 2_f32.powi(integer));
        is_read_again(Kind::Float32, Values::Float32(floats.chain(great).chain([1e11, 1e15, 1e16, f32::MAX]).collect()));
    }

    #[test]
    fn every_float64_is_read_again(bits in prop::collection::vec(any::<u64>(), 1..200)) {
        let floats = bits.into_iter().map(f64::from_bits).filter(|value| value.is_finite());
        is_read_again(Kind::Float64, Values::Float64(floats.chain([1e15, 1e17, 1e21, 1e22, f64::MAX]).collect()));
    }
}
