use serde_json::json;
use toolkit_envelope::{
    schema::{Field, Kind, Schema},
    table::{Column, Table, Values},
};

use super::*;

fn table(kind: Kind, json: &str) -> Table {
    read(&[field("x", kind)], &format!(r#"{{"x": {json}}}"#)).expect("the value is right").tables()[0].clone()
}

fn wrong(kind: Kind, json: &str) -> Vec<(String, &'static str)> {
    found(&[field("x", kind)], &format!(r#"{{"x": {json}}}"#))
}

#[test]
fn a_series_is_one_column() {
    let values = Box::new(schema(Kind::Bool).nullable());
    let series = table(Kind::Series { values: values.clone() }, "[true, null, false]");
    assert_eq!(series.rows, 3);
    assert_eq!(series.columns[0].validity.flags(), Some(&[true, false, true][..]));
    assert_eq!(wrong(Kind::Series { values }, "[1]"), places(&[("/x/0", "type")]));
}

#[test]
fn a_list_is_its_items_and_where_each_begins() {
    let lists = table(Kind::Series { values: Box::new(schema(list(Kind::Int64))) }, "[[1, 2], [], [3]]");
    let items = Box::new(Column::new(Values::Int64(vec![1, 2, 3])));
    assert_eq!(lists.columns[0].values, Values::List(vec![0, 2, 2, 3], items));

    let three = Kind::List { items: Box::new(schema(Kind::Int64)), min: Some(3), max: Some(3) };
    let violations = read(&[field("x", three)], r#"{"x": [1, 2]}"#).unwrap_err();
    assert_eq!(violations.to_string(), "`/x` length must be 3, found 2");
}

#[test]
fn a_struct_is_a_row_of_its_fields() {
    let kind = Kind::Struct { fields: vec![field("a", Kind::Int64), optional("b", Kind::String)] };
    let row = table(kind.clone(), r#"{"a": 1}"#);
    assert_eq!((row.rows, row.columns.len()), (1, 2));
    assert!(!row.columns[1].is_valid(0));
    assert_eq!(
        wrong(kind.clone(), r#"{"b": 1, "c": 2}"#),
        places(&[("/x/b", "type"), ("/x/c", "unknown"), ("/x/a", "required")])
    );
    assert_eq!(
        wrong(list(kind), r#"[{"a": 1}, {"a": 1, "a": 2}, 3]"#),
        places(&[("/x/1/a", "duplicate"), ("/x/2", "type")])
    );
}

#[test]
fn a_map_has_keys_of_its_own_and_each_once() {
    let kind = Kind::Map { values: Box::new(schema(Kind::Int64)) };
    let map = table(kind.clone(), r#"{"b": 1, "a": 2}"#);
    let names = Column::new(Values::String(["b", "a"].into_iter().collect()));
    let entries = Column::new(Values::Struct(2, vec![names, Column::new(Values::Int64(vec![1, 2]))]));
    assert_eq!(map.columns[0].values, Values::List(vec![0, 2], Box::new(entries)));
    assert_eq!(
        wrong(kind, r#"{"a/b": 1, "c": "x", "a\/b": 2}"#),
        places(&[("/x/c", "type"), ("/x/a~1b", "duplicate")])
    );
}

#[test]
fn a_tuple_has_an_item_of_each_schema() {
    let kind = Kind::Tuple { items: vec![schema(Kind::Int64), schema(Kind::String)] };
    let tuples = table(list(kind.clone()), r#"[[1, "a"], [2, "b"]]"#);
    assert_eq!(tuples.columns[0].items().map(Column::len), Some(2));
    assert_eq!(wrong(kind.clone(), "[1]"), places(&[("/x", "length")]));
    assert_eq!(wrong(kind, r#"["a", 1, 2]"#), places(&[("/x/0", "type"), ("/x/1", "type"), ("/x", "length")]));
}

#[test]
fn a_union_keeps_the_text_that_one_of_its_schemas_takes() {
    let of = vec![
        schema(Kind::Int8),
        schema(list(Kind::Bool)),
        schema(Kind::Struct { fields: vec![field("a", Kind::Any)] }),
    ];
    let kind = Kind::Union { of };
    let texts = table(list(kind.clone()), r#"[1, [true,  false], {"a": {"b": [null]}}]"#);
    let Some(Values::Json(texts)) = texts.columns[0].items().map(|items| &items.values) else { panic!("no texts") };
    assert_eq!(texts.iter().collect::<Vec<_>>(), ["1", "[true,  false]", r#"{"a": {"b": [null]}}"#]);
    assert_eq!(
        wrong(list(kind), r#"[300, [1], {"a": 1, "b": 2}, 2, "\ud800"]"#),
        places(&[("/x/0", "type"), ("/x/1", "type"), ("/x/2", "type"), ("/x/4", "type")])
    );
}

#[test]
fn unions_stand_within_unions() {
    let inner = Kind::Union { of: vec![schema(Kind::Int64), schema(Kind::Bool)] };
    let kind = Kind::Union { of: vec![schema(list(inner)), schema(Kind::String)] };
    assert!(read(&[field("x", kind.clone())], r#"{"x": [1, true]}"#).is_ok());
    assert_eq!(wrong(kind, r#"[1, "a"]"#), places(&[("/x", "type")]));
}

#[test]
fn a_tensor_is_its_elements_and_its_shape() {
    let tensor = |shape: &[i64]| Kind::Tensor { dtype: Box::new(Kind::Float32), shape: shape.to_vec() };
    let read = table(tensor(&[-1, 2]), "[[1, 2.5], [3, 4], [5, 6]]");
    assert_eq!((read.rows, read.shape.as_slice()), (3, &[3, 2][..]));
    assert_eq!(read.columns[0].values, Values::Float32(vec![1.0, 2.5, 3.0, 4.0, 5.0, 6.0]));
    assert_eq!(table(tensor(&[]), "7").columns[0].values, Values::Float32(vec![7.0]));
    assert_eq!(table(tensor(&[-1, 3]), "[]").shape, [0, 3]);
    assert_eq!(table(tensor(&[2, -1]), "[[], []]").shape, [2, 0]);

    let message = |shape: &[i64], json: &str| {
        super::read(&[field("x", tensor(shape))], &format!(r#"{{"x": {json}}}"#)).unwrap_err().to_string()
    };
    assert_eq!(message(&[-1, 2], "[[1, 2], [3]]"), "`/x/1` axis 1 must have length 2, found 1");
    assert_eq!(message(&[2, -1], "[[1, 2], [3]]"), "`/x/1` axis 1 must have length 2, found 1");
    assert_eq!(
        message(&[-1, 2], "[1, 2]"),
        "`/x/0` must be an array, found a number; `/x/1` must be an array, found a number"
    );
    assert_eq!(message(&[2], "[[1], 2]"), "`/x/0` must be a number, found an array");
}

#[test]
fn a_tensor_in_each_row_has_a_shape_of_its_own() {
    let tensor = Kind::Tensor { dtype: Box::new(Kind::Int64), shape: vec![-1, 2] };
    let rows =
        read(&[frame(vec![field("t", tensor)])], r#"[{"t": [[1, 2]]}, {"t": []}, {"t": [[3, 4], [5, 6]]}]"#).unwrap();
    let Values::Tensor(tensors) = &rows.tables()[0].columns[0].values else { panic!("no tensors") };
    assert_eq!((tensors.axes.as_slice(), tensors.offsets.as_slice()), (&[1, 2, 0, 2, 2, 2][..], &[0, 2, 2, 6][..]));
}

#[test]
fn frames_stand_within_rows() {
    let inner = Kind::Frame { columns: vec![field("a", Kind::Int64)], index: None };
    let json = r#"[{"f": [{"a": 1}, {"a": 2}]}, {"f": {"a": []}}, {"f": {"a": [3]}}]"#;
    let rows = read(&[frame(vec![field("f", inner.clone())])], json).unwrap();
    let items = Column::new(Values::Struct(3, vec![Column::new(Values::Int64(vec![1, 2, 3]))]));
    assert_eq!(rows.tables()[0].columns[0].values, Values::List(vec![0, 2, 2, 3], Box::new(items)));
    let wrong =
        found(&[frame(vec![field("f", inner)])], r#"[{"f": {"a": [1], "b": []}}, {"f": [{}]}, {"f": [{"a": 1}]}]"#);
    assert_eq!(wrong, places(&[("/0/f/b", "unknown"), ("/1/f/0/a", "required")]));
}

#[test]
fn null_is_for_those_that_may_be_null() {
    let absent = read(
        &[Field::new("x", Schema::new(Kind::Series { values: Box::new(schema(Kind::Int8)) }).nullable())],
        r#"{"x": null}"#,
    );
    assert!(!absent.unwrap().tables()[0].present);
    let null = read(&[Field::new("x", schema(Kind::Int8).nullable())], r#"{"x": null}"#).unwrap();
    assert_eq!((null.tables()[0].present, null.tables()[0].columns[0].is_valid(0)), (true, false));
    for kind in [
        Kind::Int8,
        list(Kind::Int8),
        Kind::Any,
        Kind::Struct { fields: vec![] },
        Kind::Frame { columns: vec![], index: None },
    ] {
        assert_eq!(wrong(kind, "null"), places(&[("/x", "null")]));
    }
}

#[test]
fn a_parameter_that_is_left_out_is_its_default_or_absent() {
    let parameters = [
        with_default(field("a", list(Kind::Int64)), json!([1, 9_007_199_254_740_993_i64])),
        optional("b", Kind::Int64),
        field("c", Kind::Int64),
    ];
    let arguments = read(&parameters, r#"{"c": 1}"#).unwrap();
    let items = Box::new(Column::new(Values::Int64(vec![1, 9_007_199_254_740_993])));
    assert_eq!(arguments.tables()[0].columns[0].values, Values::List(vec![0, 2], items));
    assert_eq!((arguments.tables()[0].present, arguments.tables()[1].present), (true, false));
    assert_eq!(found(&parameters, "{}"), places(&[("/c", "required")]));
    assert_eq!(found(&parameters, r#"{"c": 1, "c": 2, "C": 3}"#), places(&[("/c", "duplicate"), ("/C", "unknown")]));
}

#[test]
fn a_value_of_any_kind_has_no_member_twice() {
    let value = r#"[{"a": {"b": 1, "c": [{"d": 1}, {"d": 2}]}, "b": 2}, {}]"#;
    assert_eq!(table(Kind::Any, value).columns[0].values, Values::Json([value].into_iter().collect()));
    assert_eq!(wrong(Kind::Any, r#"{"a": 1, "\u0061": 2}"#), places(&[("/x/a", "duplicate")]));
    let value = r#"[{"a": [[{"b": 1, "c": {"d": 1, "d": 2, "e": 3}, "b": {}}]]}]"#;
    assert_eq!(wrong(Kind::Any, value), places(&[("/x/0/a/0/0/c/d", "duplicate"), ("/x/0/a/0/0/b", "duplicate")]));
}
