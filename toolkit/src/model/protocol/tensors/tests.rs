use proptest::prelude::*;
use serde_json::{Value, json};
use toolkit_envelope::{
    manifest::{self, FunctionSource, ParameterKind},
    rows::{Layout, Plan, ValuePlan},
    schema::{Field, Schema},
    table::{Table, Values},
};

use super::{Data, Input, Interface};

/// A function that takes `x` and gives it back.
fn echo(schema: &Value, required: bool) -> manifest::Function {
    let schema = Schema::from_json(schema).unwrap();
    let kind = ParameterKind::PositionalOrKeyword;
    let param = manifest::Parameter { name: "x".to_owned(), kind, schema: schema.clone(), required, default: None };
    manifest::Function {
        name: "x".to_owned(),
        doc: String::new(),
        params: vec![param],
        returns: schema,
        batch: None,
        source: FunctionSource::Annotation,
    }
}

fn frame(columns: &[(&str, Value)]) -> Value {
    let column = |(name, schema): &(&str, Value)| json!({ "name": name, "schema": schema, "required": true });
    json!({ "type": "frame", "columns": columns.iter().map(column).collect::<Vec<_>>() })
}

fn fill(function: &manifest::Function, inputs: &[Input<'_>]) -> Result<Vec<Table>, String> {
    let params: Vec<Field> = function.params.iter().map(manifest::Parameter::to_field).collect();
    let mut arguments = Plan::new(&params).unwrap().arguments();
    arguments.clear();
    Interface::new(function).unwrap().fill(inputs, arguments.tables_mut()).map_err(|faults| faults.to_string())?;
    Ok(arguments.tables().to_vec())
}

/// The table as JSON, which tells every two values apart.
fn written(schema: &Schema, table: &Table) -> String {
    let mut text = Vec::new();
    ValuePlan::new(schema).unwrap().write(table, Layout::Rows, &mut text).unwrap();
    String::from_utf8(text).unwrap()
}

/// The value goes out as tensors and comes in again, in JSON and in bytes.
fn goes_and_comes(schema: &Value, value: &str) {
    let function = echo(schema, true);
    let interface = Interface::new(&function).unwrap();
    let mut table = Table::default();
    ValuePlan::new(&function.returns).unwrap().read(value.as_bytes(), &mut table).unwrap();
    let typed = written(&function.returns, &table);
    let outputs = interface.outputs(&table);
    for is_raw in [false, true] {
        let write = |output: &super::Output<'_>| {
            let mut bytes = Vec::new();
            if is_raw { output.write_raw(&mut bytes) } else { output.write_json(&mut bytes) }.unwrap();
            bytes
        };
        let written_down: Vec<Vec<u8>> = outputs.iter().map(write).collect();
        let inputs = outputs.iter().zip(&written_down).map(|(output, bytes)| Input {
            name: output.name,
            datatype: output.datatype.name(),
            shape: output.shape.iter().map(|length| i64::try_from(*length).unwrap()).collect(),
            data: if is_raw { Data::Raw(bytes) } else { Data::Json(str::from_utf8(bytes).unwrap()) },
        });
        let tables = fill(&function, &inputs.collect::<Vec<_>>()).unwrap();
        assert_eq!(written(&function.returns, &tables[0]), typed, "raw: {is_raw}");
    }
}

/// A kind without parts, and JSON texts that are values of it, among them the outermost.
const KINDS: &[(&str, &[&str])] = &[
    (r#"{"type":"bool"}"#, &["true", "false"]),
    (r#"{"type":"int8"}"#, &["-128", "127", "0"]),
    (r#"{"type":"int16"}"#, &["-32768", "32767"]),
    (r#"{"type":"int32"}"#, &["-2147483648", "2147483647"]),
    (r#"{"type":"int64"}"#, &["-9223372036854775808", "9223372036854775807", "9007199254740993"]),
    (r#"{"type":"uint8"}"#, &["0", "255"]),
    (r#"{"type":"uint16"}"#, &["0", "65535"]),
    (r#"{"type":"uint32"}"#, &["0", "4294967295"]),
    (r#"{"type":"uint64"}"#, &["0", "18446744073709551615"]),
    (r#"{"type":"float16"}"#, &["0.0", "-0.0", "65504", "5.960464477539063e-8", "-1.5"]),
    (r#"{"type":"float32"}"#, &["0.0", "-0.0", "3.4028235e38", "1e-45", "0.1"]),
    (r#"{"type":"float64"}"#, &["-0.0", "5e-324", "1.7976931348623157e308", "0.1", "2.2250738585072011e-308"]),
    (r#"{"type":"float64","domain":{"min":0,"max":1}}"#, &["0", "1", "0.25"]),
    (r#"{"type":"decimal","precision":5,"scale":2}"#, &["\"123.45\"", "\"-0.01\""]),
    (r#"{"type":"string"}"#, &["\"\"", r#""a\"\\\n[,]\u0000ß𝄞""#, "\"null\""]),
    (r#"{"type":"string","domain":{"pattern":"^a+$"}}"#, &["\"a\"", "\"aaa\""]),
    (r#"{"type":"binary"}"#, &["\"\"", "\"AP8=\""]),
    (r#"{"type":"date"}"#, &["\"0000-01-01\"", "\"2024-02-29\"", "\"9999-12-31\""]),
    (r#"{"type":"time","unit":"us"}"#, &["\"00:00:00\"", "\"23:59:59.999999\""]),
    (r#"{"type":"timestamp","unit":"ms"}"#, &["\"1970-01-01T00:00:00\"", "\"2024-02-29T12:34:56.789\""]),
    (r#"{"type":"duration","unit":"s"}"#, &["\"PT1S\"", "\"-PT1H\""]),
    (r#"{"type":"uuid"}"#, &["\"00000000-0000-0000-0000-000000000000\"", "\"67e55044-10b1-426f-9247-bb680e5fe0c8\""]),
    (r#"{"type":"categorical","values":["a","b\"[,","c"],"ordered":false}"#, &["\"a\"", "\"b\\\"[,\""]),
    (r#"{"type":"categorical","values":[3,-1,9007199254740991],"ordered":false}"#, &["3", "-1", "9007199254740991"]),
    (r#"{"type":"categorical","values":[true,false],"ordered":false}"#, &["true", "false"]),
];

prop_compose! {
    /// A kind, whether null is a value of it, and some of its values, or null.
    fn any_column(rows: usize)(
        kind in 0..KINDS.len(),
        nullable in any::<bool>(),
        picks in prop::collection::vec(0_usize..100, rows..=rows),
    ) -> (Value, Vec<&'static str>) {
        let (schema, values) = KINDS[kind];
        let mut schema: Value = serde_json::from_str(schema).unwrap();
        if nullable {
            schema["nullable"] = true.into();
        }
        let pick = |pick: &usize| if nullable && pick.is_multiple_of(4) { "null" } else { values[pick % values.len()] };
        (schema, picks.iter().map(pick).collect())
    }
}

prop_compose! {
    fn any_columns()(rows in 0_usize..5)(columns in prop::collection::vec(any_column(rows), 1..6))
        -> Vec<(Value, Vec<&'static str>)> {
        columns
    }
}

proptest! {
    #[test]
    fn a_frame_is_the_same_in_json_tensors_in_raw_tensors_and_in_typed_json(columns in any_columns()) {
        let names: Vec<String> = (0..columns.len()).map(|index| format!("c{index}")).collect();
        let schemas: Vec<_> = names.iter().zip(&columns).map(|(name, (schema, _))| (name.as_str(), schema.clone())).collect();
        let texts = names.iter().zip(&columns).map(|(name, (_, values))| format!("\"{name}\":[{}]", values.join(",")));
        goes_and_comes(&frame(&schemas), &format!("{{{}}}", texts.collect::<Vec<_>>().join(",")));
    }

    #[test]
    fn elements_are_numbers_or_told_to_be_none_whatever_the_bytes(kind in 0..KINDS.len(), bytes: Vec<u8>, shape: i64) {
        let schema: Value = serde_json::from_str(KINDS[kind].0).unwrap();
        let function = echo(&json!({ "type": "series", "values": schema }), true);
        let datatype = Interface::new(&function).unwrap().tensors().inputs[0].datatype.name();
        let length = i64::try_from(bytes.len()).unwrap();
        for shape in [vec![shape], vec![length], vec![length / 8, 1], vec![i64::MAX, 4]] {
            if let Ok(tables) = fill(&function, &[Input { name: "x", datatype, shape, data: Data::Raw(&bytes) }]) {
                written(&function.returns, &tables[0]);
            }
        }
    }
}

#[test]
fn every_kind_of_value_goes_and_comes_alone_in_series_and_in_structs() {
    for (schema, values) in KINDS {
        let schema: Value = serde_json::from_str(schema).unwrap();
        goes_and_comes(&json!({ "type": "series", "values": schema }), &format!("[{}]", values.join(",")));
        let field = |name: &str, schema: Value| json!({ "name": name, "schema": schema, "required": true });
        let fields = json!({ "type": "struct", "fields": [
            field("one", schema.clone()),
            field("many", json!({ "type": "series", "values": schema })),
        ] });
        for value in *values {
            goes_and_comes(&schema, value);
            goes_and_comes(&fields, &format!("{{\"one\":{value},\"many\":[{value},{value}]}}"));
        }
    }
}

#[test]
fn tensors_keep_their_shape_and_fixed_axes_are_checked() {
    let schema = json!({ "type": "tensor", "dtype": "float32", "shape": [-1, 2] });
    goes_and_comes(&schema, "[[1,2],[3,4],[5,6]]");
    goes_and_comes(&schema, "[]");
    goes_and_comes(&json!({ "type": "tensor", "dtype": "int64", "shape": [2, 2] }), "[[1,2],[3,4]]");
    goes_and_comes(&json!({ "type": "tensor", "dtype": "int64", "shape": [2], "nullable": true }), "null");
    let inner = json!({ "name": "t", "schema": schema, "required": true });
    goes_and_comes(&json!({ "type": "struct", "fields": [inner] }), r#"{"t":[[1,2]]}"#);

    let function = echo(&schema, true);
    let input =
        |shape: &[i64], text| Input { name: "x", datatype: "FP32", shape: shape.to_vec(), data: Data::Json(text) };
    let nested = fill(&function, &[input(&[2, 2], "[[1,2],[3,4]]")]).unwrap();
    assert_eq!(nested, fill(&function, &[input(&[2, 2], "[1,2,3,4]")]).unwrap());
    assert_eq!((nested[0].rows, nested[0].shape.as_slice()), (2, &[2, 2][..]));
    let told = |shape: &[i64], text| fill(&function, &[input(shape, text)]).unwrap_err();
    assert_eq!(told(&[1, 3], "[1,2,3]"), "`x`: has shape [1, 3], expected [-1, 2] (-1 for any length)");
    assert_eq!(told(&[2, 2], "[1,2,3]"), "`x`: has 3 values, expected 4 for shape [2, 2]");
    assert_eq!(told(&[2, 2], "[[1,2],[3]]"), "`x`: data has 1 items on axis 1, expected 2 as in the shape");
    assert_eq!(told(&[-1, 2], "[]"), "`x`: has shape [-1, 2], expected [-1, 2] (-1 for any length)");
}

#[test]
fn all_that_is_wrong_is_told_at_once_and_no_value_is_repeated() {
    let schema = frame(&[
        ("age", json!({ "type": "int64", "domain": { "min": 0 } })),
        ("city", json!({ "type": "string" })),
        ("income", json!({ "type": "float64" })),
        ("born", json!({ "type": "date" })),
    ]);
    let input = |name, datatype, count, data| Input { name, datatype, shape: vec![count], data };
    let bytes = [1_u32.to_le_bytes().as_slice(), b"a", &1_u32.to_le_bytes(), b"\xff"].concat();
    let incomes = [f64::NAN, 1.0].map(f64::to_le_bytes).concat();
    let told = fill(
        &echo(&schema, true),
        &[
            input("age", "INT64", 2, Data::Json("[-7123, null]")),
            input("city", "BYTES", 2, Data::Raw(&bytes)),
            input("income", "FP64", 2, Data::Raw(&incomes)),
            input("born", "FP32", 2, Data::Json("[1, 2]")),
            input("citty", "BYTES", 2, Data::Json("[]")),
            input("age", "INT64", 2, Data::Json("[1, 2]")),
        ],
    );
    let expected = [
        "`citty`: is no input of `x`; did you mean `city`?",
        "`age`: is there twice",
        "`age`, index 0: must be at least 0",
        "`age`, index 1: must not be null, expected an integer",
        "`city`, index 1: must be text in UTF-8, found other bytes",
        "`income`, index 0: must be a finite number",
        "`born`: has datatype `FP32`, expected `BYTES`",
    ];
    assert_eq!(told.unwrap_err().split("; `").collect::<Vec<_>>().join("\n`"), expected.join("\n"));
}

#[test]
fn of_very_many_faults_the_first_are_told_and_the_others_counted() {
    let function = echo(&json!({ "type": "series", "values": { "type": "bool" } }), true);
    let input = |data| Input { name: "x", datatype: "BOOL", shape: vec![100], data };
    let told = fill(&function, &[input(Data::Raw(&[2; 100]))]).unwrap_err();
    assert!(told.ends_with("`x`, index 19: must be 0 or 1, for false or true; and 80 more"), "{told}");
    let unknown = Input { name: "unknown", ..input(Data::Raw(&[])) };
    let told = fill(&function, &vec![unknown; 100]).unwrap_err();
    assert!(told.ends_with("`unknown`: is no input of `x`, which takes `x`; and 81 more"), "{told}");
}

#[test]
fn null_is_said_by_the_tensor_beside_and_by_null_in_json() {
    let schema = frame(&[("a", json!({ "type": "int64", "domain": { "min": 5 }, "nullable": true }))]);
    let function = echo(&schema, true);
    let input = |name, datatype, data| Input { name, datatype, shape: vec![3], data };
    let numbers = [7_i64, 0, 9].map(i64::to_le_bytes).concat();
    let valid = input("a__valid", "BOOL", Data::Raw(&[1, 0, 1]));
    let by_raw = fill(&function, &[input("a", "INT64", Data::Raw(&numbers)), valid.clone()]).unwrap();
    let by_json = fill(&function, &[input("a", "INT64", Data::Json("[7, 0, 9]")), valid]).unwrap();
    let by_null = fill(&function, &[input("a", "INT64", Data::Json("[7, null, 9]"))]).unwrap();
    for tables in [by_raw, by_json, by_null] {
        assert_eq!(written(&function.returns, &tables[0]), r#"[{"a":7},{"a":null},{"a":9}]"#);
    }
    let told = fill(&function, &[input("a", "INT64", Data::Raw(&numbers))]).unwrap_err();
    assert_eq!(told, "`a`, index 1: must be at least 5");
    for data in ["true", "null", "{}"] {
        let valid = input("a__valid", "BOOL", Data::Json(data));
        let told = fill(&function, &[input("a", "INT64", Data::Json("[7, 8, 9]")), valid]).unwrap_err();
        assert_eq!(told, "`a__valid`: `data` must be an array");
    }
    let alone = fill(&function, &[input("a__valid", "BOOL", Data::Raw(&[1, 0, 1]))]).unwrap_err();
    assert_eq!(alone, "`a__valid`: stands alone; send `a` too; `a`: is required");
}

#[test]
fn columns_that_are_not_required_may_be_left_out() {
    let schema = json!({ "type": "frame", "columns": [
        { "name": "a", "schema": { "type": "int64" }, "required": true },
        { "name": "b", "schema": { "type": "int64" }, "required": false, "default": 3 },
        { "name": "c", "schema": { "type": "int64" }, "required": false },
    ] });
    let function = echo(&schema, true);
    let a = |data| Input { name: "a", datatype: "INT64", shape: vec![2, 1], data };
    let tables = fill(&function, &[a(Data::Json("[[1],[2]]"))]).unwrap();
    assert_eq!(written(&function.returns, &tables[0]), r#"[{"a":1,"b":3},{"a":2,"b":3}]"#);
    assert_eq!(tables[0].columns[0].values, Values::Int64(vec![1, 2]));
    assert_eq!(fill(&function, &[]).unwrap_err(), "`a`: is required");
    let b = Input { name: "b", datatype: "INT64", shape: vec![3], data: Data::Json("[1,2,3]") };
    let told = fill(&function, &[a(Data::Json("[1,2]")), b]).unwrap_err();
    assert_eq!(told, "`b`: has 3 rows, expected 2 as `a`");
}

#[test]
fn a_parameter_that_is_not_required_may_be_left_out() {
    let function = echo(&json!({ "type": "float64" }), false);
    assert!(!fill(&function, &[]).unwrap()[0].present);
    let x = |data| Input { name: "x", datatype: "FP64", shape: vec![1], data };
    let missing = Input { name: "x__valid", datatype: "BOOL", shape: vec![1], data: Data::Json("[false]") };
    assert!(!fill(&function, &[x(Data::Json("[0]")), missing]).unwrap()[0].present);
    assert_eq!(fill(&function, &[x(Data::Json("[0.5]"))]).unwrap()[0].columns[0].values, Values::Float64(vec![0.5]));
}

#[test]
fn a_shape_of_very_many_elements_is_refused_even_if_an_axis_has_no_length() {
    let function = echo(&json!({ "type": "tensor", "dtype": "float32", "shape": [-1, -1] }), true);
    let told = |shape: [i64; 2]| {
        let input = Input { name: "x", datatype: "FP32", shape: shape.to_vec(), data: Data::Json("[]") };
        fill(&function, &[input]).unwrap_err()
    };
    assert_eq!(
        told([0, 400_000_000]),
        "`x`: has shape [0, 400000000], of more than the 10000000 elements that are taken"
    );
    for shape in [[1_000_000_000_000_000, 0], [400_000_000_000_000_000, 30], [i64::MAX, i64::MAX]] {
        assert!(told(shape).ends_with("of more than the 10000000 elements that are taken"), "{shape:?}");
    }
    assert_eq!(told([2, 3]), "`x`: has 0 values, expected 6 for shape [2, 3]");
    let empty = Input { name: "x", datatype: "FP32", shape: vec![0, 1000], data: Data::Json("[]") };
    assert_eq!(fill(&function, &[empty]).unwrap()[0].shape, [0, 1000]);
}

#[test]
fn rows_without_end_are_refused_before_there_is_memory_for_them() {
    let columns: Vec<Value> = (0..100)
        .map(|index| json!({ "name": format!("c{index}"), "schema": { "type": "bool" }, "required": index == 0 }))
        .collect();
    let function = echo(&json!({ "type": "frame", "columns": columns }), true);
    let bytes = vec![1; 1_000_000];
    let input = Input { name: "c0", datatype: "BOOL", shape: vec![1_000_000], data: Data::Raw(&bytes) };
    assert_eq!(fill(&function, &[input]).unwrap_err(), "`x` may have at most 10000000 cells (rows times columns)");
}
