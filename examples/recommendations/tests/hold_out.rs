//! How well the ranker finds what customers liked but did not tell it.
//!
//! Every fifth rating of each customer is held out; the ranker is fitted on the rest and
//! ranks ten items for each customer. The ranker's constants were chosen on the folds 1
//! to 3 of the same split, so fold 0, measured here, had no part in the choice.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use recommendations::ranker::Ranker;
use recommendations::ratings::{Rating, Ratings};

/// Items ranked for each customer.
const RANKED: u32 = 10;

/// From this many stars on, a customer liked an item.
const LIKED: f64 = 4.0;

/// Each customer's ratings are dealt into this many folds.
const FOLDS: usize = 5;

#[test]
fn the_ranker_finds_far_more_liked_items_than_popularity_does() {
    let (told, held_out) = split(&all_ratings(), 0);
    let ranker = Ranker::fit(&told);
    let popular = by_popularity(&told);

    let personal = Quality::mean(&held_out, |customer_id| top(&ranker, customer_id));
    let popularity = Quality::mean(&held_out, |customer_id| most_popular_unrated(&popular, &told, customer_id));
    println!("ranker:     {personal:?}");
    println!("popularity: {popularity:?}");

    assert!(personal.recall > 1.5 * popularity.recall);
    assert!(personal.ndcg > 1.5 * popularity.ndcg);
    assert!(personal.hit_rate > popularity.hit_rate + 0.1);
}

#[test]
fn no_customer_is_recommended_an_item_that_they_rated() {
    let ratings = all_ratings();
    let ranker = Ranker::fit(&ratings);
    for rated in ratings.by_customer() {
        let known: BTreeSet<u64> = rated.iter().map(|rating| rating.item_id).collect();
        let ranking = ranker.rank(rated[0].customer_id, 100).unwrap();
        assert_eq!(ranking.len(), 100);
        assert!(ranking.iter().all(|scored| !known.contains(&scored.item_id)));
        assert!(ranking.iter().all(|scored| (0.0..=1.0).contains(&scored.score)));
    }
}

fn all_ratings() -> Ratings {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/ratings.csv");
    Ratings::open(&path).unwrap()
}

/// The ratings to fit on, and the held-out items that each customer liked.
fn split(ratings: &Ratings, fold: usize) -> (Ratings, BTreeMap<i64, BTreeSet<u64>>) {
    let mut told = Ratings::default();
    let mut held_out: BTreeMap<i64, BTreeSet<u64>> = BTreeMap::new();
    for rated in ratings.by_customer() {
        let mut dealt = rated.to_vec();
        dealt.sort_by_key(shuffle);
        for (at, rating) in dealt.into_iter().enumerate() {
            if at % FOLDS != fold {
                told.insert(rating);
            } else if rating.rating >= LIKED {
                held_out.entry(rating.customer_id).or_default().insert(rating.item_id);
            }
        }
    }
    (told, held_out)
}

/// A number that orders ratings as if at random, always alike: `SplitMix64`'s mixing step
/// (Steele, Lea and Flood, 2014).
fn shuffle(rating: &Rating) -> u64 {
    let seed = rating.customer_id.cast_unsigned();
    let mut mixed = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(rating.item_id);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

/// All items, by how many customers rated them, most first.
fn by_popularity(ratings: &Ratings) -> Vec<u64> {
    let mut customers: BTreeMap<u64, usize> = BTreeMap::new();
    for rating in ratings.by_customer().flatten() {
        *customers.entry(rating.item_id).or_default() += 1;
    }
    let mut items: Vec<u64> = customers.keys().copied().collect();
    items.sort_by_key(|item| std::cmp::Reverse(customers[item]));
    items
}

fn most_popular_unrated(popular: &[u64], told: &Ratings, customer_id: i64) -> Vec<u64> {
    let rated = told.of_customer(customer_id).unwrap_or_default();
    popular
        .iter()
        .filter(|item| rated.iter().all(|rating| rating.item_id != **item))
        .take(RANKED as usize)
        .copied()
        .collect()
}

fn top(ranker: &Ranker, customer_id: i64) -> Vec<u64> {
    let ranking = ranker.rank(customer_id, RANKED).unwrap();
    ranking.iter().map(|scored| scored.item_id).collect()
}

/// How good rankings are, each a mean over the customers from 0.0 to 1.0.
#[derive(Debug, Default)]
struct Quality {
    /// The share of the liked items that are ranked.
    recall: f64,
    /// Normalised discounted cumulative gain: as recall, but a higher rank counts more.
    ndcg: f64,
    /// The share of customers for whom at least one liked item is ranked.
    hit_rate: f64,
}

impl Quality {
    fn mean(liked: &BTreeMap<i64, BTreeSet<u64>>, rank: impl Fn(i64) -> Vec<u64>) -> Self {
        let mut mean = Self::default();
        let share = 1.0 / count(liked.len());
        for (&customer_id, liked) in liked {
            let one = Self::of(&rank(customer_id), liked);
            mean.recall += share * one.recall;
            mean.ndcg += share * one.ndcg;
            mean.hit_rate += share * one.hit_rate;
        }
        mean
    }

    fn of(ranking: &[u64], liked: &BTreeSet<u64>) -> Self {
        let hits: Vec<usize> = (0..ranking.len()).filter(|&at| liked.contains(&ranking[at])).collect();
        let best_gain: f64 = (0..liked.len().min(RANKED as usize)).map(gain).sum();
        Self {
            recall: count(hits.len()) / count(liked.len()),
            ndcg: hits.iter().copied().map(gain).sum::<f64>() / best_gain,
            hit_rate: if hits.is_empty() { 0.0 } else { 1.0 },
        }
    }
}

fn gain(at: usize) -> f64 {
    1.0 / count(at + 2).log2()
}

fn count(items: usize) -> f64 {
    f64::from(u32::try_from(items).unwrap())
}
