//! The least that axum and serde do: types are read, rules are not checked.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Path, Query, State},
    routing::{get, post},
};
use ranker::Ranker;

use crate::{
    LARGEST_RATINGS,
    data::{Item, Parameters, Ratings, RatingsTaken, Recommendation},
    describe, recommend, take,
};

async fn get_recommendations(
    State(ranker): State<Arc<Ranker>>,
    Query(parameters): Query<Parameters>,
) -> Json<Vec<Recommendation>> {
    Json(recommend(&ranker, &parameters))
}

async fn rate_items(Json(ratings): Json<Ratings>) -> Json<RatingsTaken> {
    Json(take(&ratings))
}

async fn get_item(Path(id): Path<u64>) -> Json<Item> {
    Json(describe(id))
}

/// The service without checks.
pub fn router() -> Router {
    Router::new()
        .route("/v0/api/recommendations", get(get_recommendations))
        .route("/v0/api/ratings", post(rate_items).layer(DefaultBodyLimit::max(LARGEST_RATINGS)))
        .route("/items/{id}", get(get_item))
        .with_state(Arc::new(Ranker::new()))
}
