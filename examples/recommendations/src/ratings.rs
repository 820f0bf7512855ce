//! Who rated which item, and how high.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::path::Path;

use anyhow::{Result, ensure};
use serde::Deserialize;
use toolkit::data;

use crate::table::for_each_row;

/// What one customer thinks of one item.
#[data]
#[derive(Copy, PartialEq)]
pub struct Rating {
    /// Who rated.
    #[validate(range(min = 1))]
    #[example(7)]
    pub customer_id: i64,
    /// What was rated.
    #[example(858)]
    pub item_id: u64,
    /// How high, in stars, from 0.5 to 5.
    #[validate(range(min = 0.5, max = 5.0))]
    #[example(4.5)]
    pub rating: f64,
}

impl Rating {
    /// The lowest and the highest rating, in stars.
    pub const STARS: RangeInclusive<f64> = 0.5..=5.0;

    /// How much the customer likes the item, from 0.0 to 1.0.
    ///
    /// The share of the full stars, squared: an item with five stars tells far more of
    /// a customer's taste than one with three, which was only watched.
    #[must_use]
    pub fn affinity(&self) -> f64 {
        let share = self.rating / Self::STARS.end();
        // `max` before `powi` also turns a rating that is not a number into 0.
        share.max(0.0).powi(2).min(1.0)
    }
}

/// All ratings, by customer; a customer has at most one of each item.
#[derive(Debug, Clone, Default)]
pub struct Ratings {
    /// Each customer's ratings, by ascending item id.
    by_customer: BTreeMap<i64, Vec<Rating>>,
}

impl Ratings {
    /// Reads the ratings from a CSV file with the columns `user_id`, `movie_id` and
    /// `rating` (in stars).
    ///
    /// # Errors
    ///
    /// The file cannot be read, a row is malformed, a rating is outside
    /// [`Rating::STARS`], or a customer rated an item twice. The error names the file
    /// and the line.
    pub fn open(path: &Path) -> Result<Self> {
        let mut ratings = Self::default();
        for_each_row(path, |row: Row| ratings.add_once(row.into()))?;
        Ok(ratings)
    }

    /// Adds a rating, in place of the one that the customer gave the item before.
    ///
    /// Gives the earlier rating, in stars, if there was one.
    pub fn insert(&mut self, rating: Rating) -> Option<f64> {
        let rated = self.by_customer.entry(rating.customer_id).or_default();
        match rated.binary_search_by_key(&rating.item_id, |earlier| earlier.item_id) {
            Ok(at) => Some(std::mem::replace(&mut rated[at], rating).rating),
            Err(at) => {
                rated.insert(at, rating);
                None
            }
        }
    }

    /// A customer's ratings by ascending item id, or `None` if the customer is unknown.
    #[must_use]
    pub fn of_customer(&self, customer_id: i64) -> Option<&[Rating]> {
        self.by_customer.get(&customer_id).map(Vec::as_slice)
    }

    /// Each customer's ratings, by ascending customer id.
    #[must_use]
    pub fn by_customer(&self) -> impl ExactSizeIterator<Item = &[Rating]> {
        self.by_customer.values().map(Vec::as_slice)
    }

    fn add_once(&mut self, rating: Rating) -> Result<()> {
        let Rating { customer_id, item_id, rating: stars } = rating;
        ensure!(
            Rating::STARS.contains(&stars),
            "the rating is {stars}, expected {} to {} stars",
            Rating::STARS.start(),
            Rating::STARS.end(),
        );
        ensure!(self.insert(rating).is_none(), "customer {customer_id} rated item {item_id} twice");
        Ok(())
    }
}

impl FromIterator<Rating> for Ratings {
    /// Of two ratings of one item by one customer, the later counts.
    fn from_iter<I: IntoIterator<Item = Rating>>(given: I) -> Self {
        let mut ratings = Self::default();
        for rating in given {
            ratings.insert(rating);
        }
        ratings
    }
}

/// A line of the file.
#[derive(Deserialize)]
struct Row {
    user_id: i64,
    movie_id: u64,
    rating: f64,
}

impl From<Row> for Rating {
    fn from(row: Row) -> Self {
        Self { customer_id: row.user_id, item_id: row.movie_id, rating: row.rating }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_customers_ratings_come_by_ascending_item() {
        let ratings = open("1,31,2.5\n2,10,4.0\n1,6,5.0\n").unwrap();
        let rated = ratings.of_customer(1).unwrap();
        assert_eq!(rated, [rating(1, 6, 5.0), rating(1, 31, 2.5)]);
    }

    #[test]
    fn an_unknown_customer_has_no_ratings() {
        assert_eq!(open("1,31,2.5\n").unwrap().of_customer(2), None);
    }

    #[test]
    fn a_later_rating_replaces_the_earlier_one() {
        let mut ratings = open("1,31,2.5\n").unwrap();
        assert_eq!(ratings.insert(rating(1, 31, 4.0)), Some(2.5));
        assert_eq!(ratings.of_customer(1).unwrap(), [rating(1, 31, 4.0)]);
    }

    #[test]
    fn affinity_grows_with_the_stars_from_zero_to_one() {
        let affinities = [0.5, 2.5, 4.0, 5.0].map(|stars| rating(1, 31, stars).affinity());
        assert!(affinities.is_sorted());
        assert!(affinities[0] > 0.0);
        assert!((affinities[3] - 1.0).abs() < f64::EPSILON);
    }

    #[test]
    fn affinity_stays_in_its_range_whatever_the_stars() {
        for stars in [-5.0, 7.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let affinity = rating(1, 31, stars).affinity();
            assert!((0.0..=1.0).contains(&affinity), "{stars}: {affinity}");
        }
    }

    #[test]
    fn a_rating_beyond_the_stars_is_located_by_file_and_line() {
        let error = open("1,31,2.5\n1,32,7\n").unwrap_err();
        let message = format!("{error:#}");
        assert!(message.ends_with("ratings.csv, line 3: the rating is 7, expected 0.5 to 5 stars"), "{message}");
    }

    #[test]
    fn an_item_that_a_customer_rated_twice_is_refused() {
        let error = open("1,31,2.5\n1,31,3.0\n").unwrap_err();
        let message = format!("{error:#}");
        assert!(message.ends_with("ratings.csv, line 3: customer 1 rated item 31 twice"), "{message}");
    }

    #[test]
    fn a_row_with_a_column_too_few_is_located_by_file_and_line() {
        let error = open("1,31,2.5\n1,32\n").unwrap_err();
        let message = format!("{error:#}");
        assert!(message.contains("ratings.csv"), "{message}");
        assert!(message.contains("line: 3"), "{message}");
    }

    fn open(rows: &str) -> Result<Ratings> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("ratings.csv");
        fs::write(&path, format!("user_id,movie_id,rating\n{rows}"))?;
        Ratings::open(&path)
    }

    fn rating(customer_id: i64, item_id: u64, rating: f64) -> Rating {
        Rating { customer_id, item_id, rating }
    }
}
