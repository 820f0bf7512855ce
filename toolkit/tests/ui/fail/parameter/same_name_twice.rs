#![allow(unused)]

use toolkit::prelude::*;

#[get("/items")]
fn list_items(#[query("q")] first: String, #[query("q")] second: String) {}

fn main() {}
