//! Recommends films to customers from the ratings that customers gave.
//!
//! - [`catalogue`] holds the items, which are films: title, year and genres.
//! - [`ratings`] holds who rated which item, and how high.
//! - [`ranker`] ranks the items that a customer has not rated yet, by how much
//!   the customer is likely to like them.
//!
//! Nothing of this knows of HTTP: the [`endpoints`] borrow it as resources.

pub mod catalogue;
pub mod endpoints;
pub mod ranker;
pub mod ratings;
mod similarity;
mod table;
