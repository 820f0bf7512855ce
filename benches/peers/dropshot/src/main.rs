//! The endpoints, written with dropshot; with the argument `openapi`, their document is printed.

mod check;
mod data;

use std::{env, error::Error, io, net::Ipv4Addr};

use dropshot::{
    ApiDescription, ConfigDropshot, ConfigLogging, ConfigLoggingLevel, HandlerTaskMode, HttpError, HttpResponseOk,
    Path, Query, RequestContext, ServerBuilder, TypedBody, endpoint,
};
use ranker::Ranker;

use data::{Item, ItemPath, Parameters, Ratings, RatingsTaken, Recommendation};

/// Provides recommendations for a customer, best first.
#[endpoint { method = GET, path = "/v0/api/recommendations" }]
async fn get_recommendations(
    context: RequestContext<Ranker>,
    parameters: Query<Parameters>,
) -> Result<HttpResponseOk<Vec<Recommendation>>, HttpError> {
    let parameters = parameters.into_inner();
    check::parameters(&parameters)?;
    let best = context.context().rank(parameters.customer_id, parameters.limit);
    Ok(HttpResponseOk(best.map(|(item_id, score)| Recommendation { item_id, score }).collect()))
}

/// Takes ratings.
#[endpoint { method = POST, path = "/v0/api/ratings", request_body_max_bytes = 8 << 20 }]
async fn rate_items(
    _context: RequestContext<Ranker>,
    ratings: TypedBody<Ratings>,
) -> Result<HttpResponseOk<RatingsTaken>, HttpError> {
    let ratings = ratings.into_inner();
    check::ratings(&ratings)?;
    let (accepted, mean_stars) = ranker::mean(ratings.ratings.iter().map(|rating| rating.stars));
    Ok(HttpResponseOk(RatingsTaken { accepted, mean_stars }))
}

/// Describes one item.
#[endpoint { method = GET, path = "/items/{id}" }]
async fn get_item(_context: RequestContext<Ranker>, path: Path<ItemPath>) -> Result<HttpResponseOk<Item>, HttpError> {
    let id = path.into_inner().id;
    Ok(HttpResponseOk(Item { id, name: ranker::name(id) }))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut api = ApiDescription::new();
    api.register(get_recommendations)?;
    api.register(rate_items)?;
    api.register(get_item)?;
    if env::args().nth(1).as_deref() == Some("openapi") {
        return Ok(api.openapi("peer-dropshot", "0.1.0".parse()?).write(&mut io::stdout())?);
    }
    let config = ConfigDropshot {
        bind_address: (Ipv4Addr::LOCALHOST, ranker::port()?).into(),
        // No endpoint waits for anything, so none can be broken off; detached, each request would be a task of its own.
        default_handler_task_mode: HandlerTaskMode::CancelOnDisconnect,
        ..ConfigDropshot::default()
    };
    let log = ConfigLogging::StderrTerminal { level: ConfigLoggingLevel::Critical }.to_logger("peer-dropshot")?;
    Ok(ServerBuilder::new(api, Ranker::new(), log).config(config).start()?.await?)
}
