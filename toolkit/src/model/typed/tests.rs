use serde_json::{Value, json};
use toolkit_envelope::{
    manifest::{Batch, Function, FunctionSource, Parameter, ParameterKind},
    schema::{Domain, Kind, Schema, TimeUnit},
};

use super::{
    agreement::{of_input, of_output},
    form::RustType,
    wire,
};
use crate::data;

fn series(values: Schema) -> Schema {
    Schema::new(Kind::Series { values: Box::new(values) })
}

fn tensor(shape: &[i64]) -> Schema {
    Schema::new(Kind::Tensor { dtype: Box::new(Kind::Float32), shape: shape.to_vec() })
}

fn parameter(name: &str, schema: Schema, required: bool) -> Parameter {
    Parameter { name: name.to_owned(), kind: ParameterKind::KeywordOnly, schema, required, default: None }
}

fn function(params: Vec<Parameter>, returns: Schema) -> Function {
    let batch = Some(Batch { axis: 0, max: None });
    let source = FunctionSource::Example;
    Function { name: "predict".to_owned(), doc: String::new(), params, returns, batch, source }
}

fn answering(returns: Schema) -> Function {
    function(vec![parameter("x", tensor(&[-1, 2]), true)], returns)
}

#[test]
fn an_integer_that_is_answered_has_to_be_one_of_the_rust_type_s() {
    let differences = |values: Schema| of_output(&RustType::read::<u8>(), &answering(series(values)));
    let wide = "`u8` is an integer from 0 to 255, and the model may answer any int64";
    assert_eq!(differences(Schema::new(Kind::Int64)), [wide]);
    assert_eq!(differences(Schema::new(Kind::UInt8)), [""; 0]);
    let domain = |max: i64| Domain { min: Some(json!(0)), max: Some(json!(max)), ..Domain::default() };
    let within = |max| Schema { domain: Some(domain(max)), ..Schema::new(Kind::Int64) };
    assert_eq!(differences(within(255)), [""; 0]);
    assert_eq!(differences(within(256)), [wide]);
    let categories = |values: Vec<Value>| Schema::new(Kind::Categorical { values, ordered: false });
    assert_eq!(differences(categories(vec![json!(1), json!(2)])), [""; 0]);
    assert_eq!(differences(categories(vec![json!(-1), json!(2)])).len(), 1);
    assert!(of_output(&RustType::read::<f64>(), &answering(series(Schema::new(Kind::Int64)))).is_empty());
}

#[test]
fn what_has_no_rows_is_a_difference() {
    #[data]
    struct Both {
        x: Vec<f32>,
        scale: f32,
    }
    let of_scale = |shape: &[i64]| {
        let params = vec![parameter("x", tensor(&[-1, 2]), true), parameter("scale", tensor(shape), true)];
        of_input(&RustType::written::<Both>(), &function(params, series(Schema::new(Kind::Float32))))
    };
    assert_eq!(
        of_scale(&[]),
        ["`scale` of `Both` is for one row, and the model takes tensor for all of them; serve it with `app.model`"]
    );
    assert_eq!(of_scale(&[3]).len(), 1);
    assert_eq!(of_scale(&[-1]), [""; 0]);
    assert_eq!(of_output(&RustType::read::<Vec<f32>>(), &answering(tensor(&[1, 2]))).len(), 1);
    assert_eq!(of_output(&RustType::read::<Vec<f32>>(), &answering(tensor(&[-1, 2]))), [""; 0]);
}

#[test]
fn text_of_another_format_is_no_time() {
    #[data]
    struct Mail {
        #[validate(email)]
        at: String,
    }
    let of_kind = |kind: Kind| {
        let returns = Schema::new(Kind::Frame {
            columns: vec![toolkit_envelope::schema::Field::new("at", Schema::new(kind))],
            index: None,
        });
        of_output(&RustType::read::<Mail>(), &answering(returns))
    };
    assert_eq!(of_kind(Kind::String), [""; 0]);
    let timestamp = Kind::Timestamp { unit: TimeUnit::Second, timezone: None };
    assert_eq!(of_kind(timestamp), ["`at` of `Mail` is text (`email`), and the model answers timestamp"]);
}

#[test]
fn what_a_row_leaves_out_is_null_and_moves_no_other_row_s_value() {
    #[data]
    struct Row {
        x: f32,
        #[serde(skip_serializing_if = "Option::is_none")]
        y: Option<f32>,
    }
    let floats = || series(Schema { nullable: true, ..Schema::new(Kind::Float32) });
    let params = vec![parameter("x", floats(), true), parameter("y", floats(), false)];
    let function = function(params, floats());
    let rows = [None, Some(2.0), None].map(|y| Row { x: 1.0, y });
    let json: Value = serde_json::from_slice(&wire::arguments(&function, &rows).unwrap()).unwrap();
    assert_eq!(json, json!({ "x": [1.0, 1.0, 1.0], "y": [null, 2.0, null] }));
    let json: Value = serde_json::from_slice(&wire::arguments(&function, &rows[..1]).unwrap()).unwrap();
    assert_eq!(json, json!({ "x": [1.0] }));
}
