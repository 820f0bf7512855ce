#![allow(unused)]

use toolkit::prelude::*;

fn plain() -> u64 {
    7
}

#[dependency]
fn customer(#[header] customer_id: u64) -> u64 {
    customer_id
}

#[get("/1")]
fn no_dependency(#[depends(plain)] customer_id: u64) {}

#[get("/3")]
fn another_type(#[depends(customer)] customer_id: String) {}

fn main() {}
