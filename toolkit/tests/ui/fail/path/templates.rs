#![allow(unused)]

use toolkit::prelude::*;

#[get("items")]
fn no_slash() {}

#[get("/items/:id")]
fn colon(id: u64) {}

#[get("/items/*rest")]
fn star(rest: String) {}

#[get("/items/{id}.json")]
fn part_of_a_segment(id: u64) {}

#[get("/files/{*path}/size")]
fn rest_inside(path: String) {}

#[get("/{id}/{id}")]
fn twice(id: u64) {}

#[get("/items/{item id}")]
fn no_name(id: u64) {}

#[get("/items/{}")]
fn empty_name(id: u64) {}

#[get("/items?limit=10")]
fn with_a_query(limit: u64) {}

#[get("/bücher")]
fn not_ascii() {}

fn main() {}
