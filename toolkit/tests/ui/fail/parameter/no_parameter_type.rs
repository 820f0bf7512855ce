#![allow(unused)]

use std::time::Duration;
use toolkit::prelude::*;

#[get("/items")]
fn unmarked(limit: Duration) {}

#[get("/items/named")]
fn marked(#[query] limit: Duration) {}

#[get("/items/in/{limit}")]
fn in_path(limit: Duration) {}

#[get("/items/optional")]
fn optional(limit: Option<Duration>) {}

#[get("/items/listed")]
fn listed(#[query] limits: Vec<Duration>) {}

fn main() {}
