//! The recommendation endpoint, written with the toolkit.

use ranker::Ranker;
use toolkit::prelude::*;

/// An item that the customer may like.
#[data]
pub struct Recommendation {
    /// The item.
    pub item_id: u64,
    /// Predicted affinity.
    pub score: f64,
}

/// Provides recommendations for a customer, best first.
#[get("/v0/api/recommendations")]
async fn get_recommendations(
    /// Who the recommendations are for.
    #[validate(range(min = 1))]
    customer_id: i64,
    /// How many to return.
    #[default(10)]
    #[validate(range(min = 1, max = 100))]
    limit: u32,
    ranker: &Ranker,
) -> Vec<Recommendation> {
    ranker.rank(customer_id, limit).map(|(item_id, score)| Recommendation { item_id, score }).collect()
}

/// Makes the ranker.
#[resource]
fn ranker() -> Ranker {
    Ranker::new()
}

/// The service.
pub fn app() -> toolkit::App {
    toolkit::app!()
}
