use toolkit::prelude::*;

struct Store;

#[get("/named")]
fn named(#[trace("other")] limit: u32) -> u32 {
    limit
}

#[get("/lent")]
fn lent(#[trace] store: &Store) {
    let _ = store;
}

fn main() {}
