//! Serves a model of which customers leave: `cargo run -p churn`.

mod customer;

use std::path::PathBuf;

use toolkit::{Model, model::ModelHandler, prelude::*};

use crate::customer::Customer;

#[settings]
struct Settings {
    /// The envelope of the churn model.
    #[default(concat!(env!("CARGO_MANIFEST_DIR"), "/churn.envelope").into())]
    churn_envelope: PathBuf,
}

/// How likely a customer leaves.
#[data]
#[example(Churn { probability: 0.804_421_2 })]
struct Churn {
    /// The chance that the customer leaves within a month.
    #[validate(range(min = 0.0, max = 1.0))]
    #[serde(rename(deserialize = "Yes"))]
    probability: f64,
}

/// Loads the model, for a function with Rust types.
#[resource]
fn churn(settings: &Settings) -> toolkit::Result<Model<Customer, Churn>> {
    Model::open_function(&settings.churn_envelope, "predict_proba")
}

/// Tells how likely a customer leaves.
#[post("/v0/api/churn", tags("customers"))]
async fn churn_of(customer: Customer, churn: &Model<Customer, Churn>) -> toolkit::Result<Churn> {
    churn.predict(customer).await
}

fn app() -> toolkit::App {
    let churn = |settings: &Settings| ModelHandler::new(&settings.churn_envelope);
    toolkit::app!().title("Churn").model_from_settings("/v0/models/churn", churn)
}

#[toolkit::main]
async fn main() -> toolkit::Result {
    app().serve().await
}

#[cfg(test)]
mod tests;
