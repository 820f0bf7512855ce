//! The endpoints, written with poem-openapi: its own validators, and the document that it makes of them.

mod data;

use std::io;

use poem::{Route, Server, listener::TcpListener};
use poem_openapi::{
    OpenApi, OpenApiService,
    param::{Path, Query},
    payload::Json,
};
use ranker::Ranker;

use data::{Item, Ratings, RatingsTaken, Recommendation};

struct Api {
    ranker: Ranker,
}

fn ten() -> u32 {
    10
}

#[OpenApi]
impl Api {
    /// Provides recommendations for a customer, best first.
    #[oai(path = "/v0/api/recommendations", method = "get")]
    async fn get_recommendations(
        &self,
        /// Who the recommendations are for.
        #[oai(validator(minimum(value = "1")))]
        customer_id: Query<i64>,
        /// How many to return.
        #[oai(default = "ten", validator(minimum(value = "1"), maximum(value = "100")))]
        limit: Query<u32>,
    ) -> Json<Vec<Recommendation>> {
        let best = self.ranker.rank(customer_id.0, limit.0);
        Json(best.map(|(item_id, score)| Recommendation { item_id, score }).collect())
    }

    /// Takes ratings.
    #[oai(path = "/v0/api/ratings", method = "post")]
    async fn rate_items(&self, ratings: Json<Ratings>) -> Json<RatingsTaken> {
        let (accepted, mean_stars) = ranker::mean(ratings.ratings.iter().map(|rating| rating.stars));
        Json(RatingsTaken { accepted, mean_stars })
    }

    /// Describes one item.
    #[oai(path = "/items/:id", method = "get")]
    async fn get_item(&self, id: Path<u64>) -> Json<Item> {
        Json(Item { id: id.0, name: ranker::name(id.0) })
    }
}

#[tokio::main]
async fn main() -> io::Result<()> {
    let port = ranker::port().map_err(io::Error::other)?;
    let service = OpenApiService::new(Api { ranker: Ranker::new() }, "peer-poem", "0.1.0");
    let document = service.spec_endpoint();
    let routes = Route::new().at("/openapi.json", document).nest("/", service);
    Server::new(TcpListener::bind(("127.0.0.1", port))).run(routes).await
}
