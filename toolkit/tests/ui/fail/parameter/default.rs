#![allow(unused)]

use toolkit::prelude::*;

#[get("/items")]
fn nothing_inside(#[default] limit: u32) {}

#[get("/items/pair")]
fn as_a_pair(#[default = 10] limit: u32) {}

#[get("/items/twice")]
fn twice(
    #[default(10)]
    #[default(20)]
    limit: u32,
) {
}

#[get("/items/{id}")]
fn in_path(#[default(1)] id: u32) {}

#[post("/items")]
fn body(
    #[body]
    #[default(String::new())]
    item: String,
) {
}

#[get("/items/optional")]
fn optional(#[default(10)] limit: Option<u32>) {}

fn main() {}
