#![allow(unused)]

use toolkit::prelude::*;

#[get]
fn nothing() {}

#[get(path = "/named")]
fn named() {}

#[get("/unknown", tag("items"), time_out = "2s")]
fn unknown() {}

#[get("/values", timeout = 2, concurrency = "many", tags = "items", inline = true)]
fn values() {}

#[get("/twice", timeout = "2s", timeout = "3s")]
fn twice() {}

#[get("/zero", concurrency = 0)]
fn zero() {}

#[get("/missing" timeout = "2s")]
fn no_comma() {}

fn main() {}
