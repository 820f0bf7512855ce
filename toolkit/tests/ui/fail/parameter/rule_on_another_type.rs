#![allow(unused)]

use toolkit::prelude::*;

#[get("/1")]
fn length_of_a_number(#[validate(length(min = 1))] limit: u32) {}

#[get("/2")]
fn range_of_a_text(#[validate(range(min = 1))] name: String) {}

#[get("/3")]
fn integer_bound_of_a_float(#[validate(range(min = 1))] score: f64) {}

#[get("/4")]
fn inner_of_a_scalar(#[validate(inner(range(min = 1)))] limit: u32) {}

#[get("/5")]
fn email_of_a_number(#[validate(email)] limit: u32) {}

fn main() {}
