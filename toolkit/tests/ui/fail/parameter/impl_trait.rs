#![allow(unused)]

use toolkit::prelude::*;

#[get("/items")]
fn by_value(name: impl ToString) {}

#[get("/items/inside")]
fn inside(name: Option<impl ToString>) {}

#[get("/items/reference")]
fn behind_a_reference(name: &impl ToString) {}

fn main() {}
