#![allow(unused)]

use toolkit::prelude::*;

#[data]
struct Order {
    id: u64,
}

#[data]
struct Note {
    text: String,
}

#[post("/orders")]
fn two_unmarked(order: Order, note: Note) {}

#[post("/notes")]
fn marked_and_unmarked(#[body] order: Order, note: Vec<Note>) {}

fn main() {}
