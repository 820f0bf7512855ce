use serde_json::json;
use toolkit_envelope::{
    rows::{Plan, Unknown, Violations},
    schema::{Field, Kind, Schema},
    table::{Column, Values},
};

use super::*;

fn people() -> Vec<Field> {
    vec![frame(vec![field("age", Kind::Int64), field("income", Kind::Float64), field("name", Kind::String)])]
}

#[test]
fn rows_and_columns_are_the_same_frame() {
    let rows = r#"{"rows": [{"age": 41, "income": 1.5, "name": "Ann"}, {"age": 7, "income": 0, "name": ""}]}"#;
    let columns = r#"{"rows": {"age": [41, 7], "income": [1.5, 0], "name": ["Ann", ""]}}"#;
    let (rows, columns) = (read(&people(), rows).unwrap(), read(&people(), columns).unwrap());
    assert_eq!(rows.tables(), columns.tables());
    assert_eq!(rows.tables()[0].rows, 2);
    assert_eq!(rows.tables()[0].columns[1].values, Values::Float64(vec![1.5, 0.0]));
    let Values::String(names) = &rows.tables()[0].columns[2].values else { panic!("names are strings") };
    assert_eq!(names.iter().collect::<Vec<_>>(), ["Ann", ""]);
}

#[test]
fn an_array_stands_for_the_only_required_parameter() {
    let parameters = [with_default(field("limit", Kind::Int64), json!(3)), people().remove(0)];
    let arguments = read(&parameters, r#"[{"age": 1, "income": 2, "name": "x"}]"#).unwrap();
    assert_eq!(arguments.tables()[0].columns[0].values, Values::Int64(vec![3]));
    assert_eq!(arguments.tables()[1].rows, 1);
    assert_eq!(found(&[field("a", Kind::Int8), field("b", Kind::Int8)], "[1]"), places(&[("", "type")]));
}

#[test]
fn keys_may_come_in_any_order_in_each_row() {
    let json = r#"[{"name": "a", "age": 1, "income": 1}, {"income": 2, "name": "b", "age": 2},
        {"age": 3, "income": 3, "name": "c"}, {"n\u0061me": "d", "age": 4, "income": 4}]"#;
    let arguments = read(&people(), json).unwrap();
    assert_eq!(arguments.tables()[0].columns[0].values, Values::Int64(vec![1, 2, 3, 4]));
    assert_eq!(arguments.tables()[0].columns[1].values, Values::Float64(vec![1.0, 2.0, 3.0, 4.0]));
}

#[test]
fn all_violations_are_found_with_row_and_column() {
    let json = r#"{"rows": [
        {"age": "x", "income": 1, "name": null},
        {"age": 1, "income": 2},
        7,
        {"age": 2.5, "income": 1e999, "name": "a", "age": 3, "city": {"deep": [1]}}
    ], "more": [1, {}]}"#;
    let violations = read(&people(), json).unwrap_err();
    let all: Vec<_> =
        violations.list.iter().map(|v| (v.pointer.as_str(), v.row, v.column.as_deref(), v.code)).collect();
    assert_eq!(
        all,
        [
            ("/rows/0/age", Some(0), Some("age"), "type"),
            ("/rows/0/name", Some(0), Some("name"), "null"),
            ("/rows/1/name", Some(1), Some("name"), "required"),
            ("/rows/2", Some(2), None, "type"),
            ("/rows/3/age", Some(3), Some("age"), "type"),
            ("/rows/3/income", Some(3), Some("income"), "range"),
            ("/rows/3/age", Some(3), Some("age"), "duplicate"),
            ("/rows/3/city", Some(3), Some("city"), "unknown"),
            ("/more", None, None, "unknown"),
        ]
    );
}

#[test]
fn a_pointer_into_columns_names_the_column_first() {
    let violations =
        read(&people(), r#"{"rows": {"age": [1, 2.5], "income": [1, 2], "name": ["a", "b"]}}"#).unwrap_err();
    let violation = &violations.list[0];
    assert_eq!(
        (violation.pointer.as_str(), violation.row, violation.column.as_deref()),
        ("/rows/age/1", Some(1), Some("age"))
    );
}

#[test]
fn columns_of_unequal_length_are_told_with_both_lengths() {
    let violations = read(&people(), r#"{"rows": {"age": [1, 2], "income": [1], "name": ["a", "b"]}}"#).unwrap_err();
    assert_eq!(violations.to_string(), "`/rows/income` has 1 values, expected 2, as `age` has");
    assert_eq!(
        found(&people(), r#"{"rows": {"age": [1], "age": [2], "income": 3, "town": []}}"#),
        places(&[
            ("/rows/age", "duplicate"),
            ("/rows/income", "type"),
            ("/rows/town", "unknown"),
            ("/rows/name", "required")
        ])
    );
}

#[test]
fn what_is_missing_is_its_default_or_null_if_it_may_be() {
    let columns = vec![
        field("a", Kind::Int64),
        with_default(field("b", Kind::Int64), json!(9)),
        optional("c", Kind::Int64),
        Field::new("d", Schema::new(Kind::Int64).nullable()),
    ];
    for json in [
        r#"[{"a": 1, "d": null}, {"a": 2, "d": 3, "c": 4, "b": 5}]"#,
        r#"[{"d": null, "a": 1}, {"c": 4, "a": 2, "b": 5, "d": 3}]"#,
    ] {
        let arguments = read(&[frame(columns.clone())], json).unwrap();
        let table = &arguments.tables()[0];
        assert_eq!(table.columns[1].values, Values::Int64(vec![9, 5]));
        assert_eq!(table.columns[2].validity.flags(), Some(&[false, true][..]));
        assert_eq!(table.columns[3].validity.flags(), Some(&[false, true][..]));
    }
    let arguments = read(&[frame(columns)], r#"{"rows": {"a": [1, 2], "d": [null, 3]}}"#).unwrap();
    assert_eq!(arguments.tables()[0].columns[1].values, Values::Int64(vec![9, 9]));
    assert_eq!(arguments.tables()[0].columns[2].validity.nulls(), 2);
}

#[test]
fn unknown_fields_can_be_dropped() {
    let plan = Plan::new(&people()).unwrap().with_unknown(Unknown::Drop);
    let json = r#"{"x": 1, "rows": [{"id": [1, {"a": 2}], "age": 1, "income": 2, "name": "a", "z": "\ud800"}]}"#;
    assert_eq!(read_with(&plan, json).unwrap().tables()[0].rows, 1);
}

#[test]
fn a_frame_of_no_rows_is_a_frame() {
    for json in [r#"{"rows": []}"#, "[]", r#"{"rows": {"age": [], "income": [], "name": []}}"#] {
        let arguments = read(&people(), json).unwrap();
        assert_eq!((arguments.tables()[0].rows, arguments.tables()[0].present), (0, true));
    }
}

#[test]
fn a_million_rows_are_read() {
    let row = r#"{"age":41,"income":1.25,"name":"Ann"}"#;
    let json = format!("[{}{row}]", format!("{row},").repeat(999_999));
    let arguments = read(&people(), &json).unwrap();
    assert_eq!(arguments.tables()[0].rows, 1_000_000);
    assert_eq!(arguments.tables()[0].columns.iter().map(Column::len).min(), Some(1_000_000));
}

#[test]
fn at_most_a_thousand_violations_are_kept_and_the_rest_counted() {
    let row = r#"{"age":"x","income":1,"name":"Ann"}"#;
    let json = format!("[{}{row}]", format!("{row},").repeat(2499));
    let violations = read(&people(), &json).unwrap_err();
    assert_eq!((violations.list.len(), violations.more), (Violations::MOST, 1500));
    assert_eq!(violations.count(), 2500);
}

#[test]
fn arguments_are_used_again_whatever_was_in_them() {
    let plan = Plan::new(&people()).unwrap();
    let mut arguments = plan.arguments();
    assert!(plan.read(br#"[{"age": 1, "income": null, "name": "a"}, {"age"#, &mut arguments).is_err());
    assert_eq!(arguments.tables()[0].rows, 0);
    assert!(arguments.tables()[0].columns.iter().all(Column::is_empty));
    plan.read(br#"[{"age": 1, "income": 2, "name": "a"}]"#, &mut arguments).unwrap();
    assert_eq!(arguments.tables(), read(&people(), r#"[{"age": 1, "income": 2, "name": "a"}]"#).unwrap().tables());

    let other = Plan::new(&[field("x", Kind::Int8)]).unwrap();
    other.read(br#"{"x": 3}"#, &mut arguments).unwrap();
    assert_eq!(arguments.tables()[0].columns[0].values, Values::Int8(vec![3]));
}

#[test]
fn a_plan_tells_all_that_is_wrong_with_its_parameters() {
    let parameters = [
        frame(vec![field("a", Kind::Int8), field("a", Kind::Int8), with_default(field("b", Kind::Int8), json!(300))]),
        with_default(field("c", Kind::Bool), json!(null)),
    ];
    let faults = Plan::new(&parameters).unwrap_err();
    let places: Vec<_> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
    assert_eq!(places, ["/rows/columns/a", "/rows/columns/b/default", "/c/default"]);
}

#[test]
fn rows_times_columns_are_bounded() {
    let columns = || (0..4).map(|index| optional(&index.to_string(), Kind::Int8)).collect::<Vec<_>>();
    let plan = Plan::new(&[frame(columns())]).unwrap().with_most_cells(12);
    assert_eq!(read_with(&plan, "[{}, {}, {}]").unwrap().tables()[0].rows, 3);
    let too_many = "expected at most 12 cells (rows times columns) at once";
    for (json, place) in [
        ("[{}, {}, {}, {}, {}]", "/3"),
        (r#"{"rows": {"0": [1, 2, 3, 4]}}"#, "/rows"),
        (r#"[{}, {}, {}, {"4": 1}, {"0": 1000}]"#, "/3"),
    ] {
        let violations = read_with(&plan, json).unwrap_err();
        assert_eq!(violations.to_string(), format!("`{place}` is one too many: {too_many}"), "{json}");
        assert_eq!(violations.list[0].code, "length");
    }
    let inner = |kind| Plan::new(&[field("x", list(kind))]).unwrap().with_most_cells(12);
    let nested = inner(Kind::Frame { columns: columns(), index: None });
    assert!(read_with(&nested, "[[{}, {}], [{}]]").is_ok());
    assert!(read_with(&nested, "[[{}, {}], [{}, {}]]").unwrap_err().to_string().ends_with(too_many));
    let null = Schema::new(Kind::Struct { fields: columns() }).nullable();
    let structs = Kind::List { items: Box::new(null), min: None, max: None };
    assert!(read_with(&inner(structs.clone()), "[[null, null], [null]]").is_ok());
    assert!(read_with(&inner(structs), "[[null, null], [null, null]]").unwrap_err().to_string().ends_with(too_many));
    let pair = Kind::Tuple { items: vec![schema(Kind::Int8); 6] };
    assert!(read_with(&inner(pair.clone()), "[[1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6]]").is_ok());
    assert!(read_with(&inner(pair), "[[], [], []]").unwrap_err().to_string().ends_with(too_many));
}

#[test]
fn no_memory_is_taken_for_rows_that_nobody_gets() {
    let columns = (0..100).map(|index| field(&index.to_string(), Kind::Int64)).collect();
    let plan = Plan::new(&[frame(columns)]).unwrap();
    let right: Vec<_> = (0..100).map(|index| format!("\"{index}\":1")).collect();
    for row in ["0", "{}", &format!("{{{}}}", right.join(","))] {
        let mut arguments = plan.arguments();
        plan.read(format!("[0{}]", format!(",{row}").repeat(1000)).as_bytes(), &mut arguments).unwrap_err();
        let Values::Int64(values) = &arguments.tables()[0].columns[7].values else { panic!("they are integers") };
        assert!(values.capacity() < 10, "{row}");
    }
}

#[test]
fn columns_that_are_missing_in_some_rows_are_filled_in_their_places() {
    let pair = Kind::Struct { fields: vec![optional("p", Kind::Int8), with_default(field("q", Kind::Int8), json!(9))] };
    let columns = vec![
        optional("a", Kind::Int8),
        with_default(field("b", Kind::Int8), json!(5)),
        optional("c", Kind::Int8),
        optional("d", pair),
    ];
    let read =
        read(&[frame(columns)], r#"[{}, {"b": 1}, {"a": 2}, {"d": {}}, {}, {"a": 3, "d": {"p": 4}}, {}]"#).unwrap();
    let columns = &read.tables()[0].columns;
    let valid = |column: &Column| (0..7).map(|row| column.is_valid(row)).collect::<Vec<_>>();
    assert_eq!(columns[0].values, Values::Int8(vec![0, 0, 2, 0, 0, 3, 0]));
    assert_eq!(valid(&columns[0]), [false, false, true, false, false, true, false]);
    assert_eq!(columns[1].values, Values::Int8(vec![5, 1, 5, 5, 5, 5, 5]));
    assert_eq!(valid(&columns[2]), [false; 7]);
    assert_eq!(valid(&columns[3]), [false, false, false, true, false, true, false]);
    let Values::Struct(7, parts) = &columns[3].values else { panic!("there are seven structs") };
    assert_eq!(parts[0].values, Values::Int8(vec![0, 0, 0, 0, 0, 4, 0]));
    assert_eq!(parts[1].values, Values::Int8(vec![0, 0, 0, 9, 0, 9, 0]));
}
