//! Serves the churn model on `TOOLKIT_BIND`: `CHURN_ENVELOPE` says where its envelope is.

use toolkit::{model::ModelHandler, prelude::*};

/// A customer, with the columns that the model takes.
#[data]
pub struct Customer {
    female: i64,
    senior_citizen: i64,
    partner: i64,
    dependents: i64,
    tenure: i64,
    phone_service: i64,
    multiple_lines: String,
    internet_service: String,
    online_security: String,
    online_backup: String,
    device_protection: String,
    tech_support: String,
    streaming_tv: String,
    streaming_movies: String,
    contract: String,
    paperless_billing: i64,
    payment_method: String,
    monthly_charges: f32,
    total_charges: Option<f32>,
}

/// Rows, as the model's endpoint takes them.
#[data]
pub struct Customers {
    rows: Vec<Customer>,
}

/// What the model answers.
#[data]
pub struct Chances {
    #[serde(rename = "No")]
    no: f32,
    #[serde(rename = "Yes")]
    yes: f32,
}

/// Answers as the model does, without one.
#[post("/plain")]
async fn plain(customers: Customers) -> Vec<Chances> {
    let chance = |customer: &Customer| {
        let yes = 1.0 / (1.0 + customer.tenure as f32);
        Chances { no: 1.0 - yes, yes }
    };
    customers.rows.iter().map(chance).collect()
}

#[toolkit::main]
async fn main() -> toolkit::Result {
    let envelope = std::env::var("CHURN_ENVELOPE")?;
    let mut handler = ModelHandler::new(envelope);
    if std::env::var_os("CHURN_WATCH").is_some() {
        handler = handler.watch_every(std::time::Duration::from_millis(100));
    }
    toolkit::app!().model("/churn", handler).serve().await
}
