//! What the services under measurement compute: little, so that the way to it and back is what is measured.

/// Scores of items, best first.
#[derive(Debug)]
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
