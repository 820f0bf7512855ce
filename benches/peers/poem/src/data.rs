//! What the endpoints take and reply with.

use poem_openapi::Object;

/// An item that the customer may like.
#[derive(Object)]
pub(crate) struct Recommendation {
    pub(crate) item_id: u64,
    pub(crate) score: f64,
}

/// What a customer thinks of some items.
#[derive(Object)]
pub(crate) struct Ratings {
    #[oai(validator(minimum(value = "1")))]
    customer_id: i64,
    #[oai(validator(min_items = 1, max_items = 10_000))]
    pub(crate) ratings: Vec<Rating>,
}

/// What a customer thinks of one item.
#[derive(Object)]
pub(crate) struct Rating {
    item: SizedItem,
    #[oai(validator(minimum(value = "1"), maximum(value = "5")))]
    pub(crate) stars: u8,
    #[oai(validator(max_items = 5))]
    tags: Vec<String>,
    #[oai(validator(max_length = 200))]
    note: Option<String>,
}

/// An item in one of its sizes.
#[derive(Object)]
struct SizedItem {
    #[oai(validator(minimum(value = "1")))]
    id: u64,
    #[oai(validator(min_length = 1, max_length = 4))]
    size: String,
}

/// What became of the ratings.
#[derive(Object)]
pub(crate) struct RatingsTaken {
    pub(crate) accepted: u32,
    pub(crate) mean_stars: f64,
}

/// An item.
#[derive(Object)]
pub(crate) struct Item {
    pub(crate) id: u64,
    pub(crate) name: String,
}
