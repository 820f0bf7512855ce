#![allow(unused)]

use toolkit::prelude::*;

#[get("/items")]
fn name_is_no_text(#[header(x_request_source)] source: String) {}

#[get("/items/pairs")]
fn name_as_a_pair(#[header = "X-Request-Source"] source: String) {}

#[post("/items")]
fn body_has_no_name(#[body("item")] item: String) {}

#[get("/items/mine")]
fn depends_on_nothing(#[depends] user: u64) {}

#[get("/items/yours")]
fn depends_on_a_text(#[depends("user")] user: u64) {}

fn main() {}
