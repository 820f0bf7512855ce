//! The endpoints, written by hand with axum: the same parameters, checks, replies and problems as the toolkit's.

mod checked;
mod data;
mod problem;
mod unchecked;

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Query, State},
    routing::{get, post},
};
use ranker::Ranker;

use checked::{Checked, CheckedPath};
use data::{Item, Parameters, RatingsTaken, Recommendation};
pub use data::{Rating, Ratings, SizedItem};
pub use unchecked::router as unchecked;

/// 10,000 ratings fit in.
const LARGEST_RATINGS: usize = 8 << 20;

async fn get_recommendations(
    State(ranker): State<Arc<Ranker>>,
    Checked(Query(parameters)): Checked<Query<Parameters>>,
) -> Json<Vec<Recommendation>> {
    Json(recommend(&ranker, &parameters))
}

async fn rate_items(Checked(Json(ratings)): Checked<Json<Ratings>>) -> Json<RatingsTaken> {
    Json(take(&ratings))
}

async fn get_item(CheckedPath(id): CheckedPath<u64>) -> Json<Item> {
    Json(describe(id))
}

fn recommend(ranker: &Ranker, parameters: &Parameters) -> Vec<Recommendation> {
    let best = ranker.rank(parameters.customer_id, parameters.limit);
    best.map(|(item_id, score)| Recommendation { item_id, score }).collect()
}

fn take(ratings: &Ratings) -> RatingsTaken {
    let (accepted, mean_stars) = ranker::mean(ratings.ratings.iter().map(|rating| rating.stars));
    RatingsTaken { accepted, mean_stars }
}

fn describe(id: u64) -> Item {
    Item { id, name: ranker::name(id) }
}

/// The service.
pub fn router() -> Router {
    Router::new()
        .route("/v0/api/recommendations", get(get_recommendations))
        .route("/v0/api/ratings", post(rate_items).layer(DefaultBodyLimit::max(LARGEST_RATINGS)))
        .route("/items/{id}", get(get_item))
        .with_state(Arc::new(Ranker::new()))
}
