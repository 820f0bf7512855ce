//! What the service answers. What is written here is also what `/docs` shows.
//!
//! `#[validate]` is checked before a function is called, `#[default]` is filled in, `#[example]` is what the form at `/docs`
//! begins with, and `#[trace]` puts a value into the request's trace.

use toolkit::{prelude::*, tracing};

use crate::{
    catalogue::{Catalogue, Item},
    settings::Settings,
};

/// A garment that goes with another one.
#[data]
pub struct Recommendation {
    /// The garment.
    pub item: Item,
    /// How much the two have in common.
    #[validate(range(min = 0.0, max = 1.0))]
    pub score: f64,
}

/// Why there are no recommendations.
#[problem]
pub enum RecommendationError {
    /// No garment has this number.
    #[status(404)]
    UnknownItem {
        /// The number that was asked for.
        item_id: u32,
    },
}

/// Recommends garments that go with one.
///
/// Best first. The garment itself is never among them.
#[get("{{path}}", tags("garments"))]
fn get_{{function}}(
    /// The garment that the customer looks at.
    #[validate(range(min = 1))]
    #[example(1)]
    #[trace]
    item_id: u32,
    /// How many to return.
    #[default(3)]
    #[validate(range(min = 1, max = 20))]
    limit: usize,
    catalogue: &Catalogue,
    settings: &Settings,
) -> Result<Vec<Recommendation>, RecommendationError> {
    let item = catalogue.get(item_id).ok_or(RecommendationError::UnknownItem { item_id })?;
    // A span: what happens in it is a bar of its own in the request's trace.
    let _rank = tracing::info_span!("rank").entered();
    let others = catalogue.items.iter().filter(|other| other.id != item_id);
    let scored = others.map(|other| Recommendation { item: other.clone(), score: item.likeness(other) });
    let mut best: Vec<_> = scored.filter(|scored| scored.score >= settings.min_score).collect();
    best.sort_by(|a, b| b.score.total_cmp(&a.score));
    best.truncate(limit);
    Ok(best)
}
