use serde_json::json;
use toolkit_envelope::{
    schema::{Domain, Field, Kind, Schema},
    table::Values,
};

use super::*;

fn value(kind: Kind, json: &str) -> Result<Values, &'static str> {
    let read = read(&[field("x", kind)], &format!(r#"{{"x": {json}}}"#));
    read.map(|arguments| arguments.tables()[0].columns[0].values.clone()).map_err(|wrong| wrong.list[0].code)
}

#[test]
fn a_float_takes_an_integer_when_it_is_exact() {
    assert_eq!(value(Kind::Float64, "2"), Ok(Values::Float64(vec![2.0])));
    assert_eq!(value(Kind::Float64, "9007199254740992"), Ok(Values::Float64(vec![9_007_199_254_740_992.0])));
    assert_eq!(value(Kind::Float64, "9007199254740993"), Err("range"));
    assert_eq!(value(Kind::Float64, "-18446744073709551616"), Ok(Values::Float64(vec![-18_446_744_073_709_551_616.0])));
    assert_eq!(value(Kind::Float64, "100000000000000000000000"), Err("range"));
    assert_eq!(value(Kind::Float32, "16777216"), Ok(Values::Float32(vec![16_777_216.0])));
    assert_eq!(value(Kind::Float32, "16777217"), Err("range"));
    assert_eq!(value(Kind::Float16, "2048"), Ok(Values::Float16(vec![2048.0])));
    assert_eq!(value(Kind::Float16, "2049"), Err("range"));
}

#[test]
fn a_fraction_is_rounded_to_the_nearest_float() {
    assert_eq!(value(Kind::Float64, "9007199254740993.0"), Ok(Values::Float64(vec![9_007_199_254_740_992.0])));
    // Rounded to a double first, this would become the float below.
    assert_eq!(value(Kind::Float32, "1.00000005960464477539062500000001"), Ok(Values::Float32(vec![1.000_000_1])));
    // The double nearest to this one lies halfway between two floats, and this one does not.
    assert_eq!(value(Kind::Float32, "8.134364604949951"), Ok(Values::Float32(vec![f32::from_bits(0x4102_265b)])));
    assert_eq!(value(Kind::Float16, "0.1"), Ok(Values::Float16(vec![0.099_975_586])));
    assert_eq!(value(Kind::Float16, "1.00048828125"), Ok(Values::Float16(vec![1.0])));
    assert_eq!(value(Kind::Float16, "1.00048828125000000000001"), Ok(Values::Float16(vec![1.000_976_6])));
    assert_eq!(value(Kind::Float16, "-100.048828125000000000001e-2"), Ok(Values::Float16(vec![-1.000_976_6])));
    assert_eq!(value(Kind::Float16, "1.0014648437499999999999"), Ok(Values::Float16(vec![1.000_976_6])));
    assert_eq!(value(Kind::Float16, "0.000000029802322387695312500000001"), Ok(Values::Float16(vec![5.960_464_5e-8])));
    assert_eq!(value(Kind::Float16, "65519.99999999999999999999"), Ok(Values::Float16(vec![65_504.0])));
    assert_eq!(value(Kind::Float32, "1e39"), Err("range"));
    assert_eq!(value(Kind::Float64, "1e309"), Err("range"));
    assert_eq!(value(Kind::Float16, "65520.0"), Err("range"));
    assert_eq!(value(Kind::Float64, "1e-400"), Ok(Values::Float64(vec![0.0])));
}

#[test]
fn an_integer_keeps_all_its_bits_however_it_is_written() {
    assert_eq!(value(Kind::Int64, "9007199254740993"), Ok(Values::Int64(vec![9_007_199_254_740_993])));
    assert_eq!(value(Kind::Int64, "9007199254740993.000"), Ok(Values::Int64(vec![9_007_199_254_740_993])));
    assert_eq!(value(Kind::Int64, "-9223372036854775808"), Ok(Values::Int64(vec![i64::MIN])));
    assert_eq!(value(Kind::UInt64, "18446744073709551615"), Ok(Values::UInt64(vec![u64::MAX])));
    assert_eq!(value(Kind::Int64, "2.0"), Ok(Values::Int64(vec![2])));
    assert_eq!(value(Kind::Int64, "25e-1"), Err("type"));
    assert_eq!(value(Kind::Int64, "2.5e1"), Ok(Values::Int64(vec![25])));
    assert_eq!(value(Kind::Int64, "-0.0e99999999999999999999"), Ok(Values::Int64(vec![0])));
    assert_eq!(value(Kind::Int64, "1e99999999999999999999"), Err("range"));
    assert_eq!(value(Kind::Int64, "1e-99999999999999999999"), Err("type"));
    assert_eq!(value(Kind::Int64, "9223372036854775808"), Err("range"));
    assert_eq!(value(Kind::Int8, "128"), Err("range"));
    assert_eq!(value(Kind::UInt8, "-1"), Err("range"));
    assert_eq!(value(Kind::UInt8, "-0"), Ok(Values::UInt8(vec![0])));
    assert_eq!(value(Kind::Int64, "\"1\""), Err("type"));
}

#[test]
fn a_message_says_what_was_found_and_never_the_value() {
    let violations = read(&[field("x", Kind::Int8)], r#"{"x": 1234.5}"#).unwrap_err();
    assert_eq!(violations.to_string(), "`/x` must be an integer, found a number with a fraction");
    let violations = read(&[field("x", Kind::Float32)], r#"{"x": "secret"}"#).unwrap_err();
    assert_eq!(violations.to_string(), "`/x` must be a number, found a string");
    let violations = read(&[field("x", Kind::Float32)], r#"{"x": 16777217}"#).unwrap_err();
    assert_eq!(violations.to_string(), "`/x` must be an integer that float32 holds exactly");
}

#[test]
fn a_domain_is_checked_and_null_is_not() {
    let domain = Domain { min: Some(json!(0)), max: Some(json!(120)), ..Domain::default() };
    let age = Schema { domain: Some(domain), ..schema(Kind::Int64).nullable() };
    let series = [Field::new("x", schema(Kind::Series { values: Box::new(age) }))];
    assert_eq!(found(&series, r#"{"x": [0, -1, null, 120, 121]}"#), places(&[("/x/1", "range"), ("/x/4", "range")]));

    let domain = Domain { values: Some(vec![json!("b"), json!("a")]), ..Domain::default() };
    let letter = [Field::new("x", Schema { domain: Some(domain), ..schema(Kind::String) })];
    assert!(read(&letter, r#"{"x": "a"}"#).is_ok());
    assert_eq!(found(&letter, r#"{"x": "c"}"#), places(&[("/x", "enum")]));

    let domain = Domain { pattern: Some("^[A-Z]{2}".to_owned()), ..Domain::default() };
    let code = [Field::new("x", Schema { domain: Some(domain), ..schema(Kind::String) })];
    assert!(read(&code, r#"{"x": "DEU"}"#).is_ok());
    assert_eq!(found(&code, r#"{"x": "xDE"}"#), places(&[("/x", "regex")]));
}

#[test]
fn a_category_is_kept_as_its_place() {
    let values = vec![json!("DSL"), json!("No"), json!(3), json!(true)];
    let kind = Kind::Categorical { values, ordered: false };
    for (json, code) in [(r#""No""#, 1), (r#""D\u0053L""#, 0), ("3", 2), ("3.0", 2), ("true", 3)] {
        assert_eq!(value(kind.clone(), json), Ok(Values::Categorical(vec![code])), "{json}");
    }
    for json in [r#""no""#, r#""3""#, "4", "false", "3.5", "[]"] {
        assert_eq!(value(kind.clone(), json), Err("enum"), "{json}");
    }
}
