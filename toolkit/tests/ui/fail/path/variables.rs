#![allow(unused)]

use toolkit::prelude::*;

#[get("/items/{item_id}")]
fn no_parameter() {}

#[get("/items/of/{item_id}")]
fn nearly(item: u64) {}

#[get("/items/by/{item_id}")]
fn no_variable(item_id: u64, #[path] customer_id: u64) {}

#[get("/items/as/{item_id}")]
fn renamed(#[path("item")] item_id: u64) {}

#[get("/items/elsewhere/{item_id}")]
fn elsewhere(#[query] item_id: u64) {}

fn main() {}
