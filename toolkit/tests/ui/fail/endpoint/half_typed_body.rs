#![allow(unused)]

use toolkit::prelude::*;

/// Lists items.
#[get("/items")]
fn list_items(
    /// How many.
    #[default(10)]
    limit: u32,
) -> Vec<u32> {
    let half = limit.;
    vec![half]
}

fn main() {}
