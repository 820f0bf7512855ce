#![allow(unused)]

use toolkit::prelude::*;

#[get("/1")]
fn of_a_type<T: ToString>(value: T) {}

#[get("/2")]
fn of_a_lifetime<'a>(names: &'a Vec<String>) -> &'a str {
    &names[0]
}

#[get("/3")]
fn of_a_constant<const N: usize>(values: Vec<u8>) {}

#[get("/4")]
fn with_a_clause(value: String)
where
    String: ToString,
{
}

fn main() {}
