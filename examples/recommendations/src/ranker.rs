//! Ranks items for a customer by the items that the customer rated.

use std::cmp::Ordering;
use std::sync::{PoisonError, RwLock};

use crate::ratings::{Rating, Ratings};
use crate::similarity::Similarities;

/// The weight of knowing nothing: similarities that have to add up before a score is
/// half of what the neighbours' ratings say.
const DOUBT: f64 = 5.0;

/// An item and how well it suits a customer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scored {
    /// The item.
    pub item_id: u64,
    /// The predicted affinity, from 0.0 to 1.0, on the scale of [`Rating::affinity`].
    pub score: f64,
}

/// An item-to-item ranker: an item suits a customer as far as the customer likes the
/// items that resemble it.
///
/// Which items resemble each other is found once, by [`Ranker::fit`]; what a customer
/// rates afterwards counts at once, through [`Ranker::rate`].
///
/// Item-based collaborative filtering with cosine similarity: Sarwar, Karypis, Konstan
/// and Riedl (2001), DOI 10.1145/371920.372071.
///
/// # Example
///
/// ```
/// use recommendations::ranker::Ranker;
/// use recommendations::ratings::{Rating, Ratings};
///
/// let everyone_likes_both = (1..=5).flat_map(|customer_id| {
///     [10, 20].map(|item_id| Rating { customer_id, item_id, rating: 5.0 })
/// });
/// let ranker = Ranker::fit(&everyone_likes_both.collect::<Ratings>());
///
/// assert!(ranker.rank(6, 10).is_none());
/// ranker.rate(Rating { customer_id: 6, item_id: 10, rating: 4.5 });
/// assert_eq!(ranker.rank(6, 10).unwrap()[0].item_id, 20);
/// ```
pub struct Ranker {
    similarities: Similarities,
    ratings: RwLock<Ratings>,
}

impl Ranker {
    /// Learns from the ratings which items resemble each other, and remembers them as
    /// what each customer rated.
    #[must_use]
    pub fn fit(ratings: &Ratings) -> Self {
        Self { similarities: Similarities::fit(ratings), ratings: RwLock::new(ratings.clone()) }
    }

    /// The items that suit a customer best, best first, at most `limit` of them; items
    /// of equal score by ascending id.
    ///
    /// An item that the customer has rated is never among them, nor is one that
    /// resembles none of the rated ones: there may be fewer than `limit`. `None` if no
    /// rating of the customer is known.
    #[must_use]
    pub fn rank(&self, customer_id: i64, limit: u32) -> Option<Vec<Scored>> {
        let rated = self.ratings_of(customer_id)?;
        let mut ranking = self.score_unrated(&rated);
        ranking.sort_unstable_by(best_first);
        ranking.truncate(limit as usize);
        Some(ranking)
    }

    /// Remembers a rating, in place of the one that the customer gave the item before.
    ///
    /// Gives the earlier rating, in stars, if there was one. The customer is known from
    /// now on. An item that nobody had rated before [`Ranker::fit`] resembles none.
    pub fn rate(&self, rating: Rating) -> Option<f64> {
        // A panic elsewhere cannot leave a rating half written, so the lock's poison
        // says nothing about the ratings.
        let ratings = self.ratings.write();
        ratings.unwrap_or_else(PoisonError::into_inner).insert(rating)
    }

    /// A customer's ratings by ascending item id, or `None` if the customer is unknown.
    #[must_use]
    pub fn ratings_of(&self, customer_id: i64) -> Option<Vec<Rating>> {
        // Poison: as in `rate`.
        let ratings = self.ratings.read().unwrap_or_else(PoisonError::into_inner);
        ratings.of_customer(customer_id).map(<[Rating]>::to_vec)
    }

    /// Scores every item that resembles a rated one and is not rated itself.
    fn score_unrated(&self, rated: &[Rating]) -> Vec<Scored> {
        let item_ids = self.similarities.item_ids();
        let evidence = self.evidence(rated);
        item_ids
            .iter()
            .zip(evidence)
            .filter(|(_, evidence)| evidence.weight > 0.0)
            .filter(|(item_id, _)| !is_rated(**item_id, rated))
            .map(|(&item_id, evidence)| Scored { item_id, score: evidence.predicted_affinity() })
            .collect()
    }

    /// What the ratings say of every item, by the item's position.
    fn evidence(&self, rated: &[Rating]) -> Vec<Evidence> {
        let mut evidence = vec![Evidence::default(); self.similarities.item_ids().len()];
        for rating in rated {
            for neighbour in self.similarities.speaks_for(rating.item_id) {
                evidence[neighbour.item].add(neighbour.similarity, rating.affinity());
            }
        }
        evidence
    }
}

fn is_rated(item_id: u64, rated: &[Rating]) -> bool {
    rated.binary_search_by_key(&item_id, |rating| rating.item_id).is_ok()
}

fn best_first(a: &Scored, b: &Scored) -> Ordering {
    b.score.total_cmp(&a.score).then(a.item_id.cmp(&b.item_id))
}

/// What a customer's ratings say of one item.
#[derive(Clone, Copy, Default)]
struct Evidence {
    /// The similarities of the rated neighbours, added up.
    weight: f64,
    /// The affinities to the rated neighbours, weighted by similarity and added up.
    affinity: f64,
}

impl Evidence {
    fn add(&mut self, similarity: f64, affinity: f64) {
        self.weight += similarity;
        self.affinity += similarity * affinity;
    }

    /// The weighted mean of the affinities, drawn towards 0.0 where evidence is scarce.
    fn predicted_affinity(self) -> f64 {
        self.affinity / (self.weight + DOUBT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two circles of customers: 1 to 5 like the items 10, 11 and 12 and dislike 20;
    /// 6 to 10 like the items 20, 21 and 22 and dislike 10.
    fn two_circles() -> Ratings {
        let first = (1..=5).flat_map(|customer| likes_and_dislike(customer, [10, 11, 12], 20));
        let second = (6..=10).flat_map(|customer| likes_and_dislike(customer, [20, 21, 22], 10));
        first.chain(second).collect()
    }

    #[test]
    fn what_resembles_the_liked_comes_first() {
        let ranker = Ranker::fit(&two_circles());
        ranker.rate(rating(11, 11, 5.0));
        ranker.rate(rating(11, 21, 1.0));
        assert_eq!(top_items(&ranker, 11, 2), [12, 10]);
    }

    #[test]
    fn a_rated_item_is_never_recommended() {
        let ranker = Ranker::fit(&two_circles());
        for customer_id in 1..=10 {
            let top = top_items(&ranker, customer_id, 100);
            for rated in ranker.ratings_of(customer_id).unwrap() {
                assert!(!top.contains(&rated.item_id));
            }
        }
    }

    #[test]
    fn an_item_rated_after_the_fit_is_not_recommended_again() {
        let ranker = Ranker::fit(&two_circles());
        assert!(top_items(&ranker, 1, 10).contains(&21));
        ranker.rate(rating(1, 21, 3.0));
        assert!(!top_items(&ranker, 1, 10).contains(&21));
    }

    #[test]
    fn an_unknown_customer_has_no_ranking() {
        assert_eq!(Ranker::fit(&two_circles()).rank(11, 10), None);
    }

    #[test]
    fn a_new_customer_is_known_after_the_first_rating() {
        let ranker = Ranker::fit(&two_circles());
        assert_eq!(ranker.rate(rating(11, 21, 5.0)), None);
        assert_eq!(top_items(&ranker, 11, 10), [22, 20, 10]);
    }

    #[test]
    fn a_second_rating_of_an_item_replaces_the_first() {
        let ranker = Ranker::fit(&two_circles());
        ranker.rate(rating(11, 21, 1.0));
        let before = ranker.rank(11, 1).unwrap()[0].score;
        assert_eq!(ranker.rate(rating(11, 21, 5.0)), Some(1.0));
        assert!(ranker.rank(11, 1).unwrap()[0].score > before);
    }

    #[test]
    fn an_item_that_nobody_had_rated_speaks_for_none() {
        let ranker = Ranker::fit(&two_circles());
        ranker.rate(rating(11, 99, 5.0));
        assert_eq!(ranker.rank(11, 10), Some(Vec::new()));
    }

    #[test]
    fn scores_fall_from_the_first_and_stay_between_zero_and_one() {
        let ranker = Ranker::fit(&two_circles());
        let ranking = ranker.rank(1, 10).unwrap();
        assert!(!ranking.is_empty());
        assert!(ranking.is_sorted_by(|a, b| a.score >= b.score));
        assert!(ranking.iter().all(|item| (0.0..=1.0).contains(&item.score)));
    }

    #[test]
    fn items_of_equal_score_come_by_ascending_id() {
        let ranker = Ranker::fit(&two_circles());
        ranker.rate(rating(11, 20, 5.0));
        let ranking = ranker.rank(11, 2).unwrap();
        assert_eq!(ranking[0].score.total_cmp(&ranking[1].score), Ordering::Equal);
        assert_eq!((ranking[0].item_id, ranking[1].item_id), (21, 22));
    }

    #[test]
    fn a_ranking_is_no_longer_than_its_limit() {
        let ranker = Ranker::fit(&two_circles());
        assert_eq!(ranker.rank(1, 1).unwrap().len(), 1);
        assert_eq!(ranker.rank(1, 0), Some(Vec::new()));
    }

    #[test]
    fn a_few_common_customers_are_no_resemblance() {
        let ratings: Ratings = (1..=2).flat_map(|customer| [10, 11].map(|item| rating(customer, item, 5.0))).collect();
        let ranker = Ranker::fit(&ratings);
        ranker.rate(rating(3, 10, 5.0));
        assert_eq!(ranker.rank(3, 10), Some(Vec::new()));
    }

    #[test]
    fn a_resemblance_that_more_customers_bear_out_counts_more() {
        let by_few = (1..=3).flat_map(|customer| [10, 11].map(|item| rating(customer, item, 5.0)));
        let by_many = (4..=9).flat_map(|customer| [20, 21].map(|item| rating(customer, item, 5.0)));
        let ranker = Ranker::fit(&by_few.chain(by_many).collect());
        ranker.rate(rating(10, 10, 5.0));
        ranker.rate(rating(10, 20, 5.0));
        assert_eq!(top_items(&ranker, 10, 10), [21, 11]);
    }

    #[test]
    fn without_ratings_nobody_is_known() {
        assert_eq!(Ranker::fit(&Ratings::default()).rank(1, 10), None);
    }

    fn likes_and_dislike(customer: i64, liked: [u64; 3], disliked: u64) -> [Rating; 4] {
        let [a, b, c] = liked.map(|item| rating(customer, item, 5.0));
        [a, b, c, rating(customer, disliked, 1.0)]
    }

    fn rating(customer_id: i64, item_id: u64, rating: f64) -> Rating {
        Rating { customer_id, item_id, rating }
    }

    fn top_items(ranker: &Ranker, customer_id: i64, limit: u32) -> Vec<u64> {
        let ranking = ranker.rank(customer_id, limit).unwrap();
        ranking.iter().map(|scored| scored.item_id).collect()
    }
}
