//! The recommendation endpoint, written by hand with axum: the same parameters, checks, replies and problems.

mod problem;

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{FromRequestParts, Query, State},
    http::request::Parts,
    routing::get,
};
use problem::{Problem, Violation};
use ranker::Ranker;
use serde::{Deserialize, Serialize};

/// What the endpoint takes.
#[derive(Debug, Deserialize)]
struct Parameters {
    customer_id: i64,
    #[serde(default = "ten")]
    limit: u32,
}

fn ten() -> u32 {
    10
}

impl Parameters {
    fn violations(&self) -> Vec<Violation> {
        let mut violations = Vec::new();
        if self.customer_id < 1 {
            violations.push(Violation::range("customer_id", "must be at least 1"));
        }
        if !(1..=100).contains(&self.limit) {
            violations.push(Violation::range("limit", "must be between 1 and 100"));
        }
        violations
    }
}

/// Parameters that have been checked.
struct Checked(Parameters);

impl<S: Send + Sync> FromRequestParts<S> for Checked {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let violations = match Query::<Parameters>::from_request_parts(parts, state).await {
            Ok(Query(parameters)) => {
                let violations = parameters.violations();
                if violations.is_empty() {
                    return Ok(Self(parameters));
                }
                violations
            }
            Err(_) => vec![Violation::unreadable()],
        };
        Err(Problem::invalid(parts, violations))
    }
}

/// What the endpoint replies with.
#[derive(Debug, Serialize)]
struct Recommendation {
    item_id: u64,
    score: f64,
}

async fn get_recommendations(
    State(ranker): State<Arc<Ranker>>,
    Checked(parameters): Checked,
) -> Json<Vec<Recommendation>> {
    let ranked = ranker.rank(parameters.customer_id, parameters.limit);
    Json(ranked.map(|(item_id, score)| Recommendation { item_id, score }).collect())
}

/// The service.
pub fn router() -> Router {
    Router::new().route("/v0/api/recommendations", get(get_recommendations)).with_state(Arc::new(Ranker::new()))
}
