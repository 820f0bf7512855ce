//! The endpoints, written with Rocket: its own forms for the query, validator for the rules of the body.

mod data;

use ranker::Ranker;
use rocket::{
    Config, State,
    config::LogLevel,
    data::{Limits, ToByteUnit},
    form, get,
    http::Status,
    post, routes,
    serde::json::{self, Json},
};
use validator::Validate;

use data::{Item, Parameters, Ratings, RatingsTaken, Recommendation};

/// A status of 4xx, and the reason.
type Refused = (Status, String);

/// Provides recommendations for a customer, best first.
#[get("/v0/api/recommendations?<parameters..>")]
fn get_recommendations(
    parameters: form::Result<'_, Parameters>,
    ranker: &State<Ranker>,
) -> Result<Json<Vec<Recommendation>>, Refused> {
    let parameters = parameters.map_err(unprocessable)?;
    let best = ranker.rank(parameters.customer_id, parameters.limit);
    Ok(Json(best.map(|(item_id, score)| Recommendation { item_id, score }).collect()))
}

/// Takes ratings.
#[post("/v0/api/ratings", format = "json", data = "<ratings>")]
fn rate_items(ratings: Result<Json<Ratings>, json::Error<'_>>) -> Result<Json<RatingsTaken>, Refused> {
    let ratings = ratings.map_err(unprocessable)?;
    ratings.validate().map_err(unprocessable)?;
    let (accepted, mean_stars) = ranker::mean(ratings.ratings.iter().map(|rating| rating.stars));
    Ok(Json(RatingsTaken { accepted, mean_stars }))
}

/// Describes one item.
#[get("/items/<id>")]
fn get_item(id: Result<u64, &str>) -> Result<Json<Item>, Refused> {
    let id = id.map_err(|found| unprocessable(format!("id is {found:?}, and must be an unsigned integer")))?;
    Ok(Json(Item { id, name: ranker::name(id) }))
}

fn unprocessable(error: impl ToString) -> Refused {
    (Status::UnprocessableEntity, error.to_string())
}

#[rocket::main]
async fn main() -> Result<(), String> {
    let config = Config {
        port: ranker::port()?,
        limits: Limits::default().limit("json", 8.mebibytes()),
        log_level: LogLevel::Off,
        ..Config::release_default()
    };
    let rocket = rocket::custom(config).manage(Ranker::new());
    let rocket = rocket.mount("/", routes![get_recommendations, rate_items, get_item]);
    rocket.launch().await.map(drop).map_err(|error| error.to_string())
}
