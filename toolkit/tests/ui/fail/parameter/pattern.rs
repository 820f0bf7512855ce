#![allow(unused)]

use toolkit::prelude::*;

#[get("/items")]
fn list_items((from, to): (u32, u32)) {}

#[get("/items/all")]
fn list_all_items(_: u32) {}

fn main() {}
