#![allow(unused)]

use toolkit::prelude::*;

#[get("/items")]
fn list_items(#[cfg(debug_assertions)] limit: u32) {}

#[get("/items/all")]
fn list_all_items(#[cfg_attr(debug_assertions, query)] limit: u32) {}

fn main() {}
