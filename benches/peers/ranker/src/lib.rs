//! What the services under measurement share. They compute little, so that the way to it and back is what is measured.

use std::env;

/// Scores of items, best first.
#[derive(Clone, Debug)]
pub struct Ranker {
    scores: Vec<f64>,
}

impl Ranker {
    /// A ranker of 100 items with scores between 0 and 1.
    #[must_use]
    pub fn new() -> Self {
        Self { scores: (0..100).map(|rank| 1.0 - f64::from(rank) / 128.0).collect() }
    }

    /// The ids and scores of the `limit` best items for the customer.
    pub fn rank(&self, customer_id: i64, limit: u32) -> impl Iterator<Item = (u64, f64)> {
        let first = customer_id.unsigned_abs() % 1000;
        (first..).zip(self.scores.iter().copied()).take(limit as usize)
    }
}

impl Default for Ranker {
    fn default() -> Self {
        Self::new()
    }
}

/// How many ratings there are, and the mean of their stars.
pub fn mean(stars: impl Iterator<Item = u8>) -> (u32, f64) {
    let (count, sum) = stars.fold((0, 0.0), |(count, sum), stars| (count + 1, sum + f64::from(stars)));
    (count, sum / f64::from(count))
}

/// What the item is called.
#[must_use]
pub fn name(id: u64) -> String {
    format!("item {id}")
}

/// The port to listen on.
///
/// # Errors
///
/// What the variable `PORT` is, when it is no port.
pub fn port() -> Result<u16, String> {
    let found = env::var("PORT").map_err(|error| format!("PORT: {error}; set it to the port to listen on"))?;
    found.parse().map_err(|error| format!("PORT is {found:?}: {error}; set it to a number from 0 to 65535"))
}
