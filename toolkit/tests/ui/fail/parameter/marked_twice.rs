#![allow(unused)]

use toolkit::prelude::*;

#[get("/items")]
fn list_items(
    #[query]
    #[header]
    limit: u32,
) {
}

fn main() {}
