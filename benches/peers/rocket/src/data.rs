//! What the endpoints take and reply with.

use rocket::FromForm;
use serde::{Deserialize, Serialize};
use validator::Validate;

#[derive(FromForm)]
pub(crate) struct Parameters {
    #[field(validate = range(1..))]
    pub(crate) customer_id: i64,
    #[field(default = 10, validate = range(1..=100))]
    pub(crate) limit: u32,
}

#[derive(Serialize)]
pub(crate) struct Recommendation {
    pub(crate) item_id: u64,
    pub(crate) score: f64,
}

/// What a customer thinks of some items.
#[derive(Deserialize, Validate)]
pub(crate) struct Ratings {
    #[validate(range(min = 1))]
    customer_id: i64,
    #[validate(length(min = 1, max = 10_000), nested)]
    pub(crate) ratings: Vec<Rating>,
}

/// What a customer thinks of one item.
#[derive(Deserialize, Serialize, Validate)]
pub(crate) struct Rating {
    #[validate(nested)]
    item: SizedItem,
    #[validate(range(min = 1, max = 5))]
    pub(crate) stars: u8,
    #[validate(length(max = 5))]
    tags: Vec<String>,
    #[validate(length(max = 200))]
    note: Option<String>,
}

/// An item in one of its sizes.
#[derive(Deserialize, Serialize, Validate)]
struct SizedItem {
    #[validate(range(min = 1))]
    id: u64,
    #[validate(length(min = 1, max = 4))]
    size: String,
}

#[derive(Serialize)]
pub(crate) struct RatingsTaken {
    pub(crate) accepted: u32,
    pub(crate) mean_stars: f64,
}

#[derive(Serialize)]
pub(crate) struct Item {
    pub(crate) id: u64,
    pub(crate) name: String,
}
