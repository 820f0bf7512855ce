//! Which items are liked by the same customers.

use std::cmp::Ordering;

use crate::ratings::{Rating, Ratings};

/// How many nearest neighbours decide an item's score.
const NEIGHBOURS: usize = 50;

/// Fewer common customers than this are chance, not resemblance.
const MIN_COMMON_CUSTOMERS: u32 = 3;

/// Common customers at which a similarity counts half: it rests on too few to count whole.
const SHRINKAGE: f64 = 5.0;

/// The similarities between items, from the item that a customer rated to the items that
/// the rating speaks for.
///
/// Items are known by their position in the ascending order of their ids.
pub(crate) struct Similarities {
    item_ids: Vec<u64>,
    /// For each item, those that count it among their nearest neighbours.
    speaks_for: Vec<Vec<Neighbour>>,
}

/// An item, seen from another one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Neighbour {
    /// The item's position.
    pub(crate) item: usize,
    /// The cosine of the two items' affinities over all customers, shrunk towards 0.0
    /// where few customers rated both; greater than 0.0, less than 1.0.
    pub(crate) similarity: f64,
}

impl Similarities {
    /// Finds every item's nearest neighbours.
    pub(crate) fn fit(ratings: &Ratings) -> Self {
        let item_ids = rated_items(ratings);
        let vectors = ItemVectors::new(&item_ids, ratings);
        let mut in_common = InCommon::new(item_ids.len());
        let mut speaks_for = vec![Vec::new(); item_ids.len()];
        for item in 0..item_ids.len() {
            in_common.count(item, &vectors);
            for neighbour in nearest(item, &in_common, &vectors) {
                speaks_for[neighbour.item].push(Neighbour { item, ..neighbour });
            }
        }
        Self { item_ids, speaks_for }
    }

    /// All items' ids, by position.
    pub(crate) fn item_ids(&self) -> &[u64] {
        &self.item_ids
    }

    /// The items that a rating of this item speaks for; none for an unknown item.
    pub(crate) fn speaks_for(&self, item_id: u64) -> &[Neighbour] {
        self.item_ids.binary_search(&item_id).map_or(&[], |item| &self.speaks_for[item])
    }
}

fn rated_items(ratings: &Ratings) -> Vec<u64> {
    let mut item_ids: Vec<u64> = ratings.by_customer().flatten().map(|rating| rating.item_id).collect();
    item_ids.sort_unstable();
    item_ids.dedup();
    item_ids
}

/// The affinities as a sparse matrix, kept both by item and by customer.
struct ItemVectors {
    /// For each item, its customers and their affinities.
    by_item: Vec<Vec<(usize, f64)>>,
    /// For each customer, their items and affinities.
    by_customer: Vec<Vec<(usize, f64)>>,
    /// For each item, the Euclidean length of its vector.
    lengths: Vec<f64>,
}

impl ItemVectors {
    fn new(item_ids: &[u64], ratings: &Ratings) -> Self {
        let entry = |rating: &Rating| {
            let item = item_ids.partition_point(|&id| id < rating.item_id);
            (item, rating.affinity())
        };
        let by_customer: Vec<Vec<(usize, f64)>> =
            ratings.by_customer().map(|rated| rated.iter().map(entry).collect()).collect();
        let by_item = transpose(&by_customer, item_ids.len());
        let lengths = by_item.iter().map(|vector| length(vector)).collect();
        Self { by_item, by_customer, lengths }
    }
}

fn transpose(rows: &[Vec<(usize, f64)>], columns: usize) -> Vec<Vec<(usize, f64)>> {
    let mut by_column = vec![Vec::new(); columns];
    for (row, entries) in rows.iter().enumerate() {
        for &(column, value) in entries {
            by_column[column].push((row, value));
        }
    }
    by_column
}

fn length(vector: &[(usize, f64)]) -> f64 {
    let squares = vector.iter().map(|(_, value)| value * value);
    squares.sum::<f64>().sqrt()
}

/// What one item has in common with every other item.
struct InCommon {
    with: Vec<Common>,
    /// The items with which there is anything in common.
    items: Vec<usize>,
}

/// What two items have in common.
#[derive(Clone, Copy, Default)]
struct Common {
    /// How many customers rated both.
    customers: u32,
    /// The dot product of the two items' affinities.
    product: f64,
}

impl InCommon {
    fn new(items: usize) -> Self {
        Self { with: vec![Common::default(); items], items: Vec::new() }
    }

    /// Walks from the item to its customers, and on to all that these rated.
    fn count(&mut self, item: usize, vectors: &ItemVectors) {
        for other in self.items.drain(..) {
            self.with[other] = Common::default();
        }
        for &(customer, affinity) in &vectors.by_item[item] {
            for &(other, to_other) in &vectors.by_customer[customer] {
                let common = &mut self.with[other];
                if common.customers == 0 {
                    self.items.push(other);
                }
                common.customers += 1;
                common.product += affinity * to_other;
            }
        }
    }
}

/// The item's nearest neighbours, in no order.
fn nearest(item: usize, in_common: &InCommon, vectors: &ItemVectors) -> Vec<Neighbour> {
    let mut neighbours: Vec<Neighbour> = in_common
        .items
        .iter()
        .filter(|&&other| other != item)
        .filter(|&&other| in_common.with[other].customers >= MIN_COMMON_CUSTOMERS)
        .map(|&other| Neighbour {
            item: other,
            similarity: in_common.with[other].similarity(vectors.lengths[item] * vectors.lengths[other]),
        })
        .filter(|neighbour| neighbour.similarity > 0.0)
        .collect();
    if neighbours.len() > NEIGHBOURS {
        neighbours.select_nth_unstable_by(NEIGHBOURS, most_similar_first);
        neighbours.truncate(NEIGHBOURS);
    }
    neighbours
}

impl Common {
    /// The shrunk cosine, given the product of the two vectors' lengths.
    fn similarity(self, lengths: f64) -> f64 {
        let customers = f64::from(self.customers);
        self.product / lengths * customers / (customers + SHRINKAGE)
    }
}

fn most_similar_first(a: &Neighbour, b: &Neighbour) -> Ordering {
    let by_similarity = b.similarity.total_cmp(&a.similarity);
    by_similarity.then(a.item.cmp(&b.item))
}
