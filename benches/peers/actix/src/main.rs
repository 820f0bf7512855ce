//! The endpoints, written with actix-web: its own extractors, validator for the rules, utoipa for the document.

mod data;

use std::io;

use actix_web::{
    App, Error, HttpResponse, HttpServer,
    error::ErrorUnprocessableEntity,
    get, post,
    web::{self, Data, Json, JsonConfig, Path, Query},
};
use ranker::Ranker;
use utoipa::openapi::OpenApi;
use utoipa_actix_web::AppExt;
use validator::Validate;

use data::{Item, Parameters, Ratings, RatingsTaken, Recommendation};

/// Provides recommendations for a customer, best first.
#[utoipa::path(params(Parameters), responses((status = OK, body = Vec<Recommendation>)))]
#[get("/v0/api/recommendations")]
async fn get_recommendations(
    ranker: Data<Ranker>,
    parameters: Query<Parameters>,
) -> Result<Json<Vec<Recommendation>>, Error> {
    parameters.validate().map_err(ErrorUnprocessableEntity)?;
    let best = ranker.rank(parameters.customer_id, parameters.limit);
    Ok(Json(best.map(|(item_id, score)| Recommendation { item_id, score }).collect()))
}

/// Takes ratings.
#[utoipa::path(responses((status = OK, body = RatingsTaken)))]
#[post("/v0/api/ratings")]
async fn rate_items(ratings: Json<Ratings>) -> Result<Json<RatingsTaken>, Error> {
    ratings.validate().map_err(ErrorUnprocessableEntity)?;
    let (accepted, mean_stars) = ranker::mean(ratings.ratings.iter().map(|rating| rating.stars));
    Ok(Json(RatingsTaken { accepted, mean_stars }))
}

/// Describes one item.
#[utoipa::path(responses((status = OK, body = Item)))]
#[get("/items/{id}")]
async fn get_item(id: Path<u64>) -> Json<Item> {
    let id = id.into_inner();
    Json(Item { id, name: ranker::name(id) })
}

async fn document(document: Data<OpenApi>) -> HttpResponse {
    HttpResponse::Ok().json(document.get_ref())
}

#[actix_web::main]
async fn main() -> io::Result<()> {
    let port = ranker::port().map_err(io::Error::other)?;
    let ranker = Data::new(Ranker::new());
    let service = move || {
        let (app, api) = App::new()
            .into_utoipa_app()
            .app_data(ranker.clone())
            .app_data(JsonConfig::default().limit(8 << 20))
            .service(get_recommendations)
            .service(rate_items)
            .service(get_item)
            .split_for_parts();
        app.app_data(Data::new(api)).route("/openapi.json", web::get().to(document))
    };
    HttpServer::new(service).workers(1).tcp_nodelay(true).bind(("127.0.0.1", port))?.run().await
}
