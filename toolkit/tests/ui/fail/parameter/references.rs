#![allow(unused)]

use toolkit::prelude::*;

struct Ranker;

#[get("/text")]
fn text(name: &str) {}

#[get("/slice")]
fn slice(ids: &[u64]) {}

#[get("/mutable")]
fn mutable(ranker: &mut Ranker) {}

#[get("/static")]
fn for_ever(ranker: &'static Ranker) {}

#[get("/marked")]
fn marked(#[query] ranker: &Ranker) {}

#[get("/object")]
fn object(ranker: &dyn ToString) {}

#[get("/validated")]
fn validated(#[validate(range(min = 1))] ranker: &Ranker) {}

#[get("/defaulted")]
fn defaulted(#[default(Ranker)] ranker: &Ranker) {}

fn main() {}
