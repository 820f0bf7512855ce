//! The rules, by hand: dropshot documents them and leaves the checking to the endpoint.

use dropshot::HttpError;

use crate::data::{Parameters, Rating, Ratings};

pub(crate) fn parameters(parameters: &Parameters) -> Result<(), HttpError> {
    rule(parameters.customer_id >= 1, "customer_id must be at least 1")?;
    rule((1..=100).contains(&parameters.limit), "limit must be between 1 and 100")
}

pub(crate) fn ratings(ratings: &Ratings) -> Result<(), HttpError> {
    rule(ratings.customer_id >= 1, "customer_id must be at least 1")?;
    rule((1..=10_000).contains(&ratings.ratings.len()), "there must be between 1 and 10000 ratings")?;
    ratings.ratings.iter().try_for_each(rating)
}

fn rating(rating: &Rating) -> Result<(), HttpError> {
    rule(rating.item.id >= 1, "item.id must be at least 1")?;
    rule((1..=4).contains(&rating.item.size.chars().count()), "item.size must have between 1 and 4 characters")?;
    rule((1..=5).contains(&rating.stars), "stars must be between 1 and 5")?;
    rule(rating.tags.len() <= 5, "there must be at most 5 tags")?;
    let note = rating.note.as_deref().unwrap_or_default();
    rule(note.chars().count() <= 200, "note must have at most 200 characters")
}

fn rule(is_kept: bool, message: &str) -> Result<(), HttpError> {
    if is_kept { Ok(()) } else { Err(HttpError::for_bad_request(None, message.to_owned())) }
}
