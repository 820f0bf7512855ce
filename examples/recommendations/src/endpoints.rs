//! What the service answers, and what it owns.

use std::{cmp::Reverse, path::PathBuf};

use toolkit::{prelude::*, tracing};

use crate::{
    catalogue::{Catalogue, Item},
    ranker::Ranker,
    ratings::{Rating, Ratings},
};

/// A film the customer may like.
#[data]
pub struct Recommendation {
    /// The film.
    pub item_id: u64,
    /// The film's title.
    pub title: String,
    /// Predicted affinity.
    #[validate(range(min = 0.0, max = 1.0))]
    pub score: f64,
}

/// Why there are no recommendations.
#[problem]
pub enum RecommendationError {
    /// No customer has this id.
    #[status(404)]
    UnknownCustomer {
        /// The id that was asked for.
        customer_id: i64,
    },
}

/// Provides recommendations for a customer.
///
/// Best first, by predicted affinity. Films that the customer has rated are never among them.
#[get("/v0/api/recommendations", tags("recommendations"))]
fn get_recommendations(
    /// Who the recommendations are for.
    #[validate(range(min = 1))]
    #[example(7)]
    #[trace]
    customer_id: i64,
    /// How many to return.
    #[default(10)]
    #[validate(range(min = 1, max = 100))]
    #[trace]
    limit: u32,
    ranker: &Ranker,
    catalogue: &Catalogue,
) -> Result<Vec<Recommendation>, RecommendationError> {
    let ranking = tracing::info_span!("rank").in_scope(|| ranker.rank(customer_id, limit));
    let ranking = ranking.ok_or(RecommendationError::UnknownCustomer { customer_id })?;
    let titled = ranking.into_iter().map(|scored| Recommendation {
        item_id: scored.item_id,
        title: catalogue.get(scored.item_id).map(|item| item.title.clone()).unwrap_or_default(),
        score: scored.score,
    });
    Ok(titled.collect())
}

/// Why there is no film.
#[problem]
pub enum ItemError {
    /// No film has this id.
    #[status(404)]
    UnknownItem {
        /// The id that was asked for.
        item_id: u64,
    },
}

/// Describes one film.
#[get("/v0/api/items/{item_id}", tags("items"), inline)]
fn get_item(
    /// The film.
    #[example(1)]
    item_id: u64,
    catalogue: &Catalogue,
) -> Result<Item, ItemError> {
    catalogue.get(item_id).cloned().ok_or(ItemError::UnknownItem { item_id })
}

/// The order of a list of films.
#[data]
#[serde(rename_all = "lowercase")]
pub enum Sort {
    /// By title, from A.
    Title,
    /// By year of release, newest first; films without a year last.
    Newest,
}

/// Lists films.
///
/// With several genres, the films that have all of them.
#[get("/v0/api/items", tags("items"))]
fn list_items(
    /// Only films of this genre; may be given several times.
    #[validate(length(max = 10), inner(length(min = 1, max = 50)))]
    #[example(vec!["Comedy", "Crime"])]
    genre: Vec<String>,
    /// The order of the list.
    #[default(Sort::Title)]
    sort: Sort,
    /// How many to return.
    #[default(20)]
    #[validate(range(min = 1, max = 100))]
    limit: usize,
    catalogue: &Catalogue,
) -> Vec<Item> {
    let mut items: Vec<_> =
        catalogue.items().filter(|item| genre.iter().all(|genre| item.genres.contains(genre))).collect();
    match sort {
        Sort::Title => items.sort_by(|a, b| a.title.cmp(&b.title)),
        Sort::Newest => items.sort_by_key(|item| Reverse(item.year)),
    }
    items.into_iter().take(limit).cloned().collect()
}

/// Why ratings are not taken.
#[problem]
pub enum RatingError {
    /// Some of the films are not known.
    #[status(404)]
    UnknownItems {
        /// The ids that no film has.
        item_ids: Vec<u64>,
    },
}

/// What became of the ratings.
#[data]
pub struct RatingsTaken {
    /// How many films were rated by their customer for the first time.
    pub added: usize,
    /// How many earlier ratings were replaced.
    pub replaced: usize,
}

/// Takes ratings.
///
/// They count for the next recommendations. Either all are taken or none.
#[post("/v0/api/ratings", tags("ratings"), body_limit = "1 MiB")]
fn rate_items(
    /// The ratings.
    #[validate(length(min = 1, max = 1000))]
    ratings: Vec<Rating>,
    ranker: &Ranker,
    catalogue: &Catalogue,
) -> Result<Created<RatingsTaken>, RatingError> {
    let unknown = ratings.iter().map(|rating| rating.item_id).filter(|id| catalogue.get(*id).is_none());
    let item_ids: Vec<_> = unknown.collect();
    if !item_ids.is_empty() {
        return Err(RatingError::UnknownItems { item_ids });
    }
    let replaced = ratings.iter().filter(|rating| ranker.rate(**rating).is_some()).count();
    let added = ratings.len() - replaced;
    tracing::info!(added, replaced, "ratings taken");
    Ok(Created::new(RatingsTaken { added, replaced }))
}

/// What the service can be told.
#[settings]
pub struct Settings {
    /// The folder with `movies.csv` and `ratings.csv`.
    #[default(PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/data")))]
    pub data: PathBuf,
}

/// Reads the films.
#[resource]
fn catalogue(settings: &Settings) -> toolkit::Result<Catalogue> {
    Catalogue::open(&settings.data.join("movies.csv"))
}

/// Learns from the ratings which films resemble each other.
#[resource]
fn ranker(settings: &Settings) -> toolkit::Result<Ranker> {
    let ratings = Ratings::open(&settings.data.join("ratings.csv"))?;
    Ok(Ranker::fit(&ratings))
}
