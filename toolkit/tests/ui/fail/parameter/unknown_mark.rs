#![allow(unused)]

use toolkit::prelude::*;

#[get("/items")]
fn near(#[qurey] limit: u32) {}

#[get("/items/all")]
fn far(#[serde(default)] limit: u32) {}

fn main() {}
