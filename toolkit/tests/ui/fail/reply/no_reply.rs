#![allow(unused)]

use toolkit::prelude::*;

struct Order {
    id: u64,
}

#[get("/1")]
fn order() -> Order {
    Order { id: 1 }
}

#[get("/2")]
async fn maybe_order() -> Option<Order> {
    None
}

#[get("/3", inline)]
fn orders() -> Vec<Order> {
    Vec::new()
}

#[get("/4")]
fn fallible() -> toolkit::Result<Order> {
    Ok(Order { id: 1 })
}

#[post("/5")]
fn created() -> Created<Order> {
    Created::new(Order { id: 1 })
}

fn main() {}
