//! The endpoints, written with salvo: its own extractors and document, validator for the rules.

mod data;

use std::sync::Arc;

use ranker::Ranker;
use salvo::{
    http::request::SecureMaxSize,
    oapi::extract::{JsonBody, PathParam},
    prelude::*,
};
use validator::{Validate, ValidationErrors};

use data::{Item, Parameters, Ratings, RatingsTaken, Recommendation};

/// Provides recommendations for a customer, best first.
#[endpoint]
async fn get_recommendations(
    depot: &mut Depot,
    parameters: Parameters,
) -> Result<Json<Vec<Recommendation>>, StatusError> {
    parameters.validate().map_err(refused)?;
    let ranker = depot.get_typed::<Arc<Ranker>>().map_err(|_| StatusError::internal_server_error())?;
    let best = ranker.rank(parameters.customer_id, parameters.limit);
    Ok(Json(best.map(|(item_id, score)| Recommendation { item_id, score }).collect()))
}

/// Takes ratings.
#[endpoint]
async fn rate_items(ratings: JsonBody<Ratings>) -> Result<Json<RatingsTaken>, StatusError> {
    ratings.validate().map_err(refused)?;
    let (accepted, mean_stars) = ranker::mean(ratings.ratings.iter().map(|rating| rating.stars));
    Ok(Json(RatingsTaken { accepted, mean_stars }))
}

/// Describes one item.
#[endpoint]
async fn get_item(id: PathParam<u64>) -> Json<Item> {
    let id = id.into_inner();
    Json(Item { id, name: ranker::name(id) })
}

fn refused(errors: ValidationErrors) -> StatusError {
    StatusError::unprocessable_entity().brief(errors.to_string())
}

#[tokio::main]
async fn main() -> Result<(), String> {
    let port = ranker::port()?;
    let recommendations = Router::with_path("v0/api/recommendations")
        .hoop(affix_state::inject(Arc::new(Ranker::new())))
        .get(get_recommendations);
    let ratings = Router::with_path("v0/api/ratings").hoop(SecureMaxSize(8 << 20)).post(rate_items);
    let router = Router::new().push(recommendations).push(ratings).push(Router::with_path("items/{id}").get(get_item));
    let document = OpenApi::new("peer-salvo", "0.1.0").merge_router(&router);
    let router = router.push(document.into_router("openapi.json"));
    Server::new(TcpListener::new(("127.0.0.1", port)).bind().await).serve(router).await;
    Ok(())
}
