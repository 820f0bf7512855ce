//! What the endpoints take and reply with.

use salvo::oapi::{ToParameters, ToSchema};
use serde::{Deserialize, Serialize};
use validator::Validate;

#[derive(Deserialize, ToParameters, Validate)]
#[salvo(parameters(default_parameter_in = Query))]
pub(crate) struct Parameters {
    /// Who the recommendations are for.
    #[salvo(parameter(minimum = 1))]
    #[validate(range(min = 1))]
    pub(crate) customer_id: i64,
    /// How many to return.
    #[salvo(parameter(minimum = 1, maximum = 100))]
    #[serde(default = "ten")]
    #[validate(range(min = 1, max = 100))]
    pub(crate) limit: u32,
}

fn ten() -> u32 {
    10
}

/// An item that the customer may like.
#[derive(Serialize, ToSchema)]
pub(crate) struct Recommendation {
    pub(crate) item_id: u64,
    pub(crate) score: f64,
}

/// What a customer thinks of some items.
#[derive(Deserialize, ToSchema, Validate)]
pub(crate) struct Ratings {
    #[salvo(schema(minimum = 1))]
    #[validate(range(min = 1))]
    pub(crate) customer_id: i64,
    #[salvo(schema(min_items = 1, max_items = 10_000))]
    #[validate(length(min = 1, max = 10_000), nested)]
    pub(crate) ratings: Vec<Rating>,
}

/// What a customer thinks of one item.
#[derive(Deserialize, Serialize, ToSchema, Validate)]
pub(crate) struct Rating {
    #[validate(nested)]
    item: SizedItem,
    #[salvo(schema(minimum = 1, maximum = 5))]
    #[validate(range(min = 1, max = 5))]
    pub(crate) stars: u8,
    #[salvo(schema(max_items = 5))]
    #[validate(length(max = 5))]
    tags: Vec<String>,
    #[salvo(schema(max_length = 200))]
    #[validate(length(max = 200))]
    note: Option<String>,
}

/// An item in one of its sizes.
#[derive(Deserialize, Serialize, ToSchema, Validate)]
struct SizedItem {
    #[salvo(schema(minimum = 1))]
    #[validate(range(min = 1))]
    id: u64,
    #[salvo(schema(min_length = 1, max_length = 4))]
    #[validate(length(min = 1, max = 4))]
    size: String,
}

/// What became of the ratings.
#[derive(Serialize, ToSchema)]
pub(crate) struct RatingsTaken {
    pub(crate) accepted: u32,
    pub(crate) mean_stars: f64,
}

/// An item.
#[derive(Serialize, ToSchema)]
pub(crate) struct Item {
    pub(crate) id: u64,
    pub(crate) name: String,
}
