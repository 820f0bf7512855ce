//! What the endpoints take and reply with. A list is written too where it is refused: validator puts it in its error.

use serde::{Deserialize, Serialize};
use validator::Validate;

#[derive(Debug, Deserialize, Validate)]
pub(crate) struct Parameters {
    #[validate(range(min = 1))]
    pub(crate) customer_id: i64,
    #[serde(default = "ten")]
    #[validate(range(min = 1, max = 100))]
    pub(crate) limit: u32,
}

fn ten() -> u32 {
    10
}

#[derive(Debug, Serialize)]
pub(crate) struct Recommendation {
    pub(crate) item_id: u64,
    pub(crate) score: f64,
}

/// What a customer thinks of some items.
#[derive(Debug, Deserialize, Validate)]
pub struct Ratings {
    /// Who rated.
    #[validate(range(min = 1))]
    pub customer_id: i64,
    /// One for each item.
    #[validate(length(min = 1, max = 10_000), nested)]
    pub ratings: Vec<Rating>,
}

/// What a customer thinks of one item.
#[derive(Debug, Deserialize, Serialize, Validate)]
pub struct Rating {
    /// What was rated.
    #[validate(nested)]
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
#[derive(Debug, Deserialize, Serialize, Validate)]
pub struct SizedItem {
    /// The item.
    #[validate(range(min = 1))]
    pub id: u64,
    /// As its label has it.
    #[validate(length(min = 1, max = 4))]
    pub size: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct RatingsTaken {
    pub(crate) accepted: u32,
    pub(crate) mean_stars: f64,
}

#[derive(Debug, Serialize)]
pub(crate) struct Item {
    pub(crate) id: u64,
    pub(crate) name: String,
}
