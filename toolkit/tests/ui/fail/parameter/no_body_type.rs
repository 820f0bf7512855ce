#![allow(unused)]

use toolkit::prelude::*;

struct Order {
    id: u64,
}

#[post("/orders")]
fn unmarked(order: Order) {}

#[post("/orders/marked")]
fn marked(#[body] order: Order) {}

#[post("/orders/listed")]
fn listed(orders: Vec<Order>) {}

#[post("/orders/form")]
fn upload(#[multipart] order: Order) {}

fn main() {}
