use std::path::{Path, PathBuf};

use serde_json::json;
use tempfile::TempDir;
use toolkit::{Model, Problem, model::ModelHandler, prelude::*};
use toolkit_envelope::{
    Envelope, OnnxModel,
    schema::{Domain, Field, Kind},
};

use crate::support::{churn, client, example};

/// A customer, by the names and types of the example's envelope.
#[data]
struct Customer {
    female: u8,
    senior_citizen: u8,
    partner: u8,
    dependents: u8,
    tenure: u32,
    phone_service: u8,
    multiple_lines: String,
    internet_service: Internet,
    online_security: String,
    online_backup: String,
    device_protection: String,
    tech_support: String,
    streaming_tv: String,
    streaming_movies: String,
    contract: String,
    paperless_billing: i64,
    payment_method: String,
    monthly_charges: f64,
    total_charges: Option<f32>,
}

#[data]
enum Internet {
    #[serde(rename = "DSL")]
    Dsl,
    #[serde(rename = "Fiber optic")]
    FiberOptic,
    No,
}

#[data]
#[derive(PartialEq)]
struct Chances {
    #[serde(rename = "No")]
    stays: f64,
    #[serde(rename = "Yes")]
    leaves: f64,
}

#[data]
#[derive(PartialEq, Eq)]
enum Leaves {
    Yes,
    No,
}

#[data]
struct Answer {
    leaves: Leaves,
}

fn customers() -> Vec<Customer> {
    serde_json::from_value(example("predict_proba")["rows"].clone()).unwrap()
}

fn open<In: toolkit::model::ModelInput, Out: toolkit::model::ModelOutput>(function: &str) -> Model<In, Out> {
    Model::open_function(churn(), function).unwrap()
}

/// The example's model, with other columns.
fn repacked(folder: &TempDir, change: impl FnMut(&mut Field)) -> PathBuf {
    let envelope = Envelope::open(churn()).unwrap();
    let Kind::Frame { mut columns, .. } = envelope.manifest().functions[0].params[0].schema.kind.clone() else {
        panic!("the churn model takes rows")
    };
    columns.iter_mut().for_each(change);
    let path = folder.path().join("repacked.envelope");
    let model = OnnxModel::new("churn", envelope.read("model.onnx").unwrap()).columns(columns);
    model.into_builder().unwrap().build().unwrap().save(&path).unwrap();
    path
}

/// What is wrong, a line each.
fn differences<T: std::fmt::Debug>(opened: toolkit::Result<T>) -> Vec<String> {
    let told = format!("{:#}", opened.unwrap_err());
    told.lines().skip(1).map(|line| line.trim_start_matches([' ', '-']).to_owned()).collect()
}

fn problem<T: std::fmt::Debug>(outcome: toolkit::Result<T>) -> Problem {
    outcome.unwrap_err().downcast().unwrap()
}

#[toolkit::test]
async fn rust_values_are_answered_as_the_models_endpoint_answers_rows() {
    let reply = client(churn().into()).post("/churn/predict_proba").json(&example("predict_proba")).await;
    let expected: Vec<Chances> = reply.assert_status(200).json();
    let model = open::<Customer, Chances>("predict_proba");
    assert_eq!(model.predict_all(customers()).await.unwrap(), expected);
    for (customer, expected) in customers().into_iter().zip(expected) {
        assert_eq!(model.predict(customer).await.unwrap(), expected);
    }
    assert_eq!(model.predict_all(Vec::new()).await.unwrap(), []);
}

#[toolkit::test]
async fn one_value_for_each_row_is_text_an_enum_or_the_one_field_of_a_struct() {
    let customer = || customers().remove(0);
    assert_eq!(open::<_, String>("predict").predict(customer()).await.unwrap(), "Yes");
    assert_eq!(open::<_, Leaves>("predict").predict(customer()).await.unwrap(), Leaves::Yes);
    let answers = Model::<_, Answer>::open(churn()).unwrap().predict_all(customers()).await.unwrap();
    assert_eq!(answers.into_iter().map(|answer| answer.leaves).collect::<Vec<_>>(), [Leaves::Yes, Leaves::No]);
}

#[test]
fn all_differences_are_told_at_once_with_the_field_and_both_types() {
    /// Everything that can be wrong with a few columns.
    #[data]
    struct Wrong {
        tenur: u32,
        female: f64,
        partner: Option<u8>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        dependents: Vec<u8>,
        contract: bool,
        monthly_charges: String,
        #[serde(flatten)]
        others: Others,
    }
    #[data]
    struct Others {
        senior_citizen: u8,
        phone_service: u8,
        multiple_lines: String,
        online_security: String,
        online_backup: String,
        device_protection: String,
        tech_support: String,
        streaming_tv: String,
        streaming_movies: String,
        paperless_billing: i64,
        payment_method: String,
        total_charges: f32,
    }
    #[data]
    #[serde(deny_unknown_fields)]
    struct Given {
        yes: f64,
        #[serde(rename = "No")]
        no: u8,
    }
    let mut found = differences(Model::<Wrong, Given>::open_function(churn(), "predict_proba"));
    found.sort();
    assert_eq!(
        found,
        [
            "`No` of `Given` is an integer, and the model answers float32",
            "`Yes`, float32, is answered by the model, and `Given` refuses what it does not have (`deny_unknown_fields`)",
            "`contract` of `Wrong` is a boolean, and the model takes string",
            "`dependents` of `Wrong` is a list, and the model takes int64",
            "`dependents` of `Wrong` may be left out, and the model requires it",
            "`female` of `Wrong` is a number that may have a fraction, and the model takes int64",
            "`internet_service`, string, is required by the model, and `Wrong` does not have it",
            "`monthly_charges` of `Wrong` is text, and the model takes float32",
            "`partner` of `Wrong` may be null, and the model takes no null: it must be no `Option`",
            "`tenur` of `Wrong`, an integer, is nothing that the model takes; is it `tenure`?",
            "`tenure`, int64, is required by the model, and `Wrong` does not have it",
            "`yes` of `Given`, a number that may have a fraction, is nothing that the model answers; is it `Yes`?",
        ]
    );
    let told = format!("{:#}", Model::<Wrong, Given>::open_function(churn(), "predict_proba").unwrap_err());
    let first = "churn.envelope: its function `predict_proba` is no `Model<Wrong, Given>`:";
    assert!(told.lines().next().unwrap().ends_with(first), "{told}");
}

#[test]
fn an_enum_has_only_categories_of_the_model_and_all_that_it_answers() {
    #[data]
    enum Gone {
        Yes,
        Maybe,
    }
    assert_eq!(
        differences(Model::<Customer, Gone>::open(churn())),
        ["`Gone` has no variant for \"No\", which the model may answer"]
    );

    let folder = TempDir::new().unwrap();
    let packed = repacked(&folder, |column| {
        if column.name == "internet_service" {
            column.schema.kind = Kind::Categorical { values: vec!["DSL".into(), "No".into()], ordered: false };
        }
    });
    assert_eq!(
        differences(Model::<Customer, Leaves>::open(packed)),
        ["`internet_service` of `Customer` may be \"Fiber optic\", and the model takes one of \"DSL\", \"No\""]
    );
}

#[toolkit::test]
async fn what_no_rust_type_says_is_the_callers_fault_and_told_with_its_place() {
    let folder = TempDir::new().unwrap();
    let packed = repacked(&folder, |column| {
        if ["tenure", "monthly_charges"].contains(&column.name.as_str()) {
            column.schema.domain = Some(Domain { max: Some(json!(120)), ..Domain::default() });
        }
    });
    let model = Model::<Customer, Leaves>::open(packed).unwrap();
    let [right, mut wrong] = [customers().remove(0), customers().remove(1)];
    assert_eq!(model.predict(customers().remove(0)).await.unwrap(), Leaves::Yes);

    (wrong.tenure, wrong.monthly_charges) = (121, 120.5);
    let told = problem(model.predict_all(vec![right, wrong]).await);
    assert_eq!(told.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let told = told.to_string();
    assert!(told.ends_with("; `/1/tenure` must be at most 120; `/1/monthly_charges` must be at most 120.0"), "{told}");
    let mut wrong = customers().remove(0);
    wrong.tenure = 121;
    let told = problem(model.predict(wrong).await).to_string();
    assert!(told.ends_with("; `/tenure` must be at most 120"), "{told}");
}

#[toolkit::test]
async fn what_is_no_finite_number_is_refused_even_where_null_is_taken() {
    let model = open::<Customer, Chances>("predict_proba");
    for wrong in [f32::INFINITY, f32::NEG_INFINITY, f32::NAN] {
        let [right, mut customer] = [customers().remove(0), customers().remove(1)];
        customer.total_charges = Some(wrong);
        let told = problem(model.predict_all(vec![right, customer]).await);
        assert_eq!(told.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(told.to_string().ends_with("`/1/total_charges` must be a finite number"), "{told}");
    }
    let mut customer = customers().remove(0);
    customer.total_charges = None;
    model.predict(customer).await.unwrap();
}

/// Takes a number as exact as models take them.
#[post("/exactly")]
async fn exactly(of: Exact) -> f32 {
    of.number
}

#[data]
struct Exact {
    number: f32,
}

#[toolkit::test]
async fn a_number_that_its_type_does_not_hold_is_out_of_range() {
    let client = toolkit::app!().client();
    let reply = client.post("/exactly").json(&json!({ "number": 1e39 })).await;
    assert_eq!(reply.assert_status(422).violations(), ["range body /number"]);
    client.post("/exactly").json(&json!({ "number": f32::MAX })).await.assert_status(200);
}

#[toolkit::test]
async fn more_rows_than_the_handler_allows_are_refused() {
    let model = Model::<Customer, Leaves>::open(ModelHandler::new(churn()).max_rows(1)).unwrap();
    assert_eq!(problem(model.predict_all(customers()).await).status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[toolkit::test]
async fn a_row_of_a_tensor_is_a_list() {
    let folder = TempDir::new().unwrap();
    let packed = folder.path().join("trees.envelope");
    let models = concat!(env!("CARGO_MANIFEST_DIR"), "/../toolkit-envelope/tests/models");
    let trees = std::fs::read(Path::new(models).join("lgb_reg_20/model.onnx")).unwrap();
    OnnxModel::new("trees", trees).into_builder().unwrap().build().unwrap().save(&packed).unwrap();
    let model = Model::<[f32; 30], f64>::open(&packed).unwrap();
    let answer = model.predict([0.5; 30]).await.unwrap();
    let answers = Model::<Vec<f64>, f64>::open(&packed).unwrap().predict_all(vec![vec![0.5; 30]; 3]).await.unwrap();
    assert_eq!(answers, [answer; 3]);
    assert_eq!(
        differences(Model::<[f32; 29], String>::open(&packed)),
        ["`[f32; 29]` is a list of 29, and the model takes 30", "`String` is text, and the model answers float32",]
    );
    let told = problem(Model::<Vec<f64>, f64>::open(&packed).unwrap().predict(vec![0.5; 3]).await);
    assert_eq!(told.status(), StatusCode::UNPROCESSABLE_ENTITY);
}

#[test]
fn a_function_that_the_model_does_not_have_is_told_with_those_that_it_has() {
    let told = Model::<Customer, Chances>::open_function(churn(), "forecast").unwrap_err().to_string();
    assert!(
        told.ends_with("the model `churn` has no function `forecast`; it has `predict`, `predict_proba`"),
        "{told}"
    );
    let told = Model::<Customer, Chances>::open("missing.envelope").unwrap_err().to_string();
    assert!(told.starts_with("the envelope missing.envelope: "), "{told}");
}
