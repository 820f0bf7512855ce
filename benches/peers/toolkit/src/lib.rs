//! The endpoints, written with the toolkit.

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

/// What a customer thinks of some items.
#[data]
pub struct Ratings {
    /// Who rated.
    #[validate(range(min = 1))]
    pub customer_id: i64,
    /// One for each item.
    #[validate(length(min = 1, max = 10_000))]
    pub ratings: Vec<Rating>,
}

/// What a customer thinks of one item.
#[data]
pub struct Rating {
    /// What was rated.
    pub item: SizedItem,
    /// How high.
    #[validate(range(min = 1, max = 5))]
    pub stars: u8,
    /// What it is like, in words.
    #[validate(length(max = 5))]
    pub tags: Vec<String>,
    /// What else there is to say.
    #[validate(length(max = 200))]
    pub note: Option<String>,
}

/// An item in one of its sizes.
#[data]
pub struct SizedItem {
    /// The item.
    #[validate(range(min = 1))]
    pub id: u64,
    /// As its label has it.
    #[validate(length(min = 1, max = 4))]
    pub size: String,
}

/// What became of the ratings.
#[data]
pub struct RatingsTaken {
    /// How many there were.
    pub accepted: u32,
    /// The mean of their stars.
    pub mean_stars: f64,
}

/// Takes ratings.
#[post("/v0/api/ratings", body_limit = "8 MiB")]
async fn rate_items(
    /// The ratings.
    ratings: Ratings,
) -> RatingsTaken {
    let (accepted, mean_stars) = ranker::mean(ratings.ratings.iter().map(|rating| rating.stars));
    RatingsTaken { accepted, mean_stars }
}

/// An item.
#[data]
pub struct Item {
    /// The item.
    pub id: u64,
    /// What it is called.
    pub name: String,
}

/// Describes one item.
#[get("/items/{id}")]
async fn get_item(
    /// The item.
    id: u64,
) -> Item {
    Item { id, name: ranker::name(id) }
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
