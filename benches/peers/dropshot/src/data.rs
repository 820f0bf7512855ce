//! What the endpoints take and reply with.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Parameters {
    /// Who the recommendations are for.
    #[schemars(range(min = 1))]
    pub(crate) customer_id: i64,
    /// How many to return.
    #[serde(default = "ten")]
    #[schemars(range(min = 1, max = 100))]
    pub(crate) limit: u32,
}

fn ten() -> u32 {
    10
}

/// An item that the customer may like.
#[derive(JsonSchema, Serialize)]
pub(crate) struct Recommendation {
    pub(crate) item_id: u64,
    pub(crate) score: f64,
}

/// What a customer thinks of some items.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct Ratings {
    #[schemars(range(min = 1))]
    pub(crate) customer_id: i64,
    #[schemars(length(min = 1, max = 10_000))]
    pub(crate) ratings: Vec<Rating>,
}

/// What a customer thinks of one item.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct Rating {
    pub(crate) item: SizedItem,
    #[schemars(range(min = 1, max = 5))]
    pub(crate) stars: u8,
    #[schemars(length(max = 5))]
    pub(crate) tags: Vec<String>,
    #[schemars(length(max = 200))]
    pub(crate) note: Option<String>,
}

/// An item in one of its sizes.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct SizedItem {
    #[schemars(range(min = 1))]
    pub(crate) id: u64,
    #[schemars(length(min = 1, max = 4))]
    pub(crate) size: String,
}

/// What became of the ratings.
#[derive(JsonSchema, Serialize)]
pub(crate) struct RatingsTaken {
    pub(crate) accepted: u32,
    pub(crate) mean_stars: f64,
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct ItemPath {
    pub(crate) id: u64,
}

/// An item.
#[derive(JsonSchema, Serialize)]
pub(crate) struct Item {
    pub(crate) id: u64,
    pub(crate) name: String,
}
