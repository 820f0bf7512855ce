#![allow(unused)]

use toolkit::prelude::*;

#[get("/items")]
fn list_items(#[default("ten")] limit: u32) {}

#[get("/items/all")]
fn list_all_items(#[default(-1)] limit: u32, #[default(10)] text: String) {}

fn main() {}
