#![allow(unused)]

use toolkit::prelude::*;

#[get("/1", timeout = "2 parsecs")]
fn timeout() {}

#[get("/2", body_limit = "1 MB?")]
fn body_limit() {}

#[get("/3", rate_limit = "100")]
fn rate_limit() {}

fn main() {}
