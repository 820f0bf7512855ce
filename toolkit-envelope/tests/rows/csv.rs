use serde_json::json;
use toolkit_envelope::{
    rows::{Arguments, CsvError, CsvForm, CsvRows, Plan, Unknown},
    schema::{Field, Kind, Schema},
    table::Values,
};

use super::*;

fn plan() -> Plan {
    let columns = vec![
        field("age", Kind::Int64),
        Field::new("income", Schema::new(Kind::Float32).nullable()),
        Field::new("name", Schema::new(Kind::String).nullable()),
        field("plan", Kind::Categorical { values: vec![json!("basic"), json!("pro")], ordered: false }),
        with_default(field("active", Kind::Bool), json!(true)),
        optional("tags", list(Kind::String)),
        optional("since", Kind::Date),
    ];
    Plan::new(&[with_default(field("limit", Kind::Int64), json!(5)), frame(columns)]).expect("the parameters are right")
}

fn open<'p>(plan: &'p Plan, text: &'p str) -> Result<CsvRows<'p, &'p [u8]>, CsvError> {
    CsvRows::new(plan, text.as_bytes(), CsvForm::default())
}

fn all(plan: &Plan, text: &str) -> Result<Arguments, CsvError> {
    let mut arguments = plan.arguments();
    open(plan, text)?.read(usize::MAX, &mut arguments)?;
    Ok(arguments)
}

#[test]
fn cells_are_read_by_the_rules_of_json() {
    let text = "plan,age,\"name\",income,tags,active,since\r\npro,41,\"O\"\"Hara, Ann\",1e3,\"[\"\"a\"\", \"\"b\"\"]\",False,2024-02-29\nbasic,7.0,,,[],true,1970-01-02\n";
    let json = r#"[
        {"plan": "pro", "age": 41, "name": "O\"Hara, Ann", "income": 1e3, "tags": ["a", "b"], "active": false, "since": "2024-02-29"},
        {"plan": "basic", "age": 7.0, "name": null, "income": null, "tags": [], "active": true, "since": "1970-01-02"}
    ]"#;
    let plan = plan();
    assert_eq!(all(&plan, text).unwrap().tables(), read_with(&plan, json).unwrap().tables());
}

#[test]
fn columns_that_are_not_there_have_their_default_or_are_null() {
    let arguments = all(&plan(), "\u{feff}plan,age,name,income\npro,1,a,2\npro,2,b,3\n").unwrap();
    let table = &arguments.tables()[1];
    assert_eq!(table.columns[4].values, Values::Bool(vec![true, true]));
    assert_eq!(table.columns[5].validity.nulls(), 2);
    assert_eq!(arguments.tables()[0].columns[0].values, Values::Int64(vec![5]));
}

#[test]
fn the_first_line_is_checked_before_any_row() {
    let error = open(&plan(), "age,age,town,income,plan\n").map(drop).unwrap_err();
    assert_eq!(error.to_string(), "`/age` is there twice; `/town` is not known here; `/name` is required");
    let plan = plan().with_unknown(Unknown::Drop);
    assert_eq!(all(&plan, "age,town,income,plan,name\n1,x,2,pro,a\n").unwrap().tables()[1].rows, 1);
}

#[test]
fn a_violation_has_its_row_its_column_and_its_line() {
    let text = "age,income,name,plan\n1,2,\"two\nlines\",pro\nx,1e99,a,gold\n,,,\n1,2,3\n1,2,\u{fffd},pro,5\n";
    let CsvError::Rows(violations) = all(&plan(), text).unwrap_err() else { panic!("the rows are wrong") };
    assert_eq!(
        violations.to_string(),
        "`/1/age` must be an integer (line 4); \
         `/1/income` must be a number that float32 holds, at most 3.4028235e38 (line 4); \
         `/1/plan` must be one of \"basic\", \"pro\" (line 4); \
         `/2/age` must not be null, found an empty cell (line 5); \
         `/2/plan` must not be null, found an empty cell (line 5); \
         `/3` has 3 cells, expected 4 (line 6); \
         `/4` has 5 cells, expected 4 (line 7)"
    );
    assert_eq!((violations.list[0].row, violations.list[0].column.as_deref()), (Some(1), Some("age")));
}

#[test]
fn rows_come_in_batches_and_reading_goes_on_behind_a_wrong_one() {
    let text = format!("age,income,name,plan\n{}x,1,a,pro\n{}", "1,2,a,pro\n".repeat(5), "2,3,b,basic\n".repeat(4));
    let plan = plan();
    let mut rows = open(&plan, &text).unwrap();
    let mut arguments = plan.arguments();
    let mut counts = Vec::new();
    for _ in 0..5 {
        counts.push(rows.read(4, &mut arguments).map_err(|error| error.to_string()));
    }
    let wrong = Err("`/5/age` must be an integer (line 7)".to_owned());
    assert_eq!(counts, [Ok(4), wrong, Ok(2), Ok(0), Ok(0)]);
}

#[test]
fn a_string_of_no_characters_can_be_kept() {
    let plan = plan();
    let form = CsvForm { delimiter: b';', empty_strings_are_null: false };
    let mut rows = CsvRows::new(&plan, "age;income;name;plan\n1;;;pro\n".as_bytes(), form).unwrap();
    let mut arguments = plan.arguments();
    rows.read(10, &mut arguments).unwrap();
    let columns = &arguments.tables()[1].columns;
    assert_eq!((columns[1].is_valid(0), columns[2].is_valid(0)), (false, true));
}

#[test]
fn a_function_that_does_not_take_one_frame_takes_no_file() {
    let plan = Plan::new(&[field("a", Kind::Int64), field("b", Kind::Int64)]).unwrap();
    let error = open(&plan, "a,b\n").map(drop).unwrap_err();
    assert_eq!(error.to_string(), "`/` must be JSON: the function takes `a`, `b`, and not one frame");
}

#[test]
fn text_that_is_not_utf_8_is_told_and_does_not_end_the_reading() {
    let plan = plan();
    let mut arguments = plan.arguments();
    let bytes = b"age,income,name,plan\n1,2,\xff,pro\n1,2,a,\xff\n".as_slice();
    let error = CsvRows::new(&plan, bytes, CsvForm::default()).unwrap().read(9, &mut arguments).unwrap_err();
    assert_eq!(error.to_string(), "`/0/name` must be text in UTF-8 (line 2); `/1/plan` must be text in UTF-8 (line 3)");
}

#[test]
fn a_cell_that_ends_too_early_leaves_nothing_for_the_rows_behind_it() {
    let pair = Kind::Tuple { items: vec![schema(Kind::Int8), schema(Kind::Int8)] };
    let both = Kind::Struct { fields: vec![field("a", Kind::Int8), field("b", Kind::Int8)] };
    for (kind, cells, expected) in [
        (pair, ["[1,", "[1,", "[1,", "[]"].as_slice(), "`/3/x` length must be 2, found 0 (line 5)"),
        (both, &["{\"\"a\"\":1,", "{\"\"a\"\":1,\"\"b\"\":2}"], "`/0/x` must be an object (line 2)"),
    ] {
        let plan = Plan::new(&[frame(vec![field("x", kind)])]).unwrap();
        let rows: Vec<_> = cells.iter().map(|cell| format!("\"{cell}\"\n")).collect();
        let error = all(&plan, &format!("x\n{}", rows.concat())).unwrap_err().to_string();
        let last = error.rsplit("; ").next().unwrap();
        assert_eq!(last, expected);
    }
}
