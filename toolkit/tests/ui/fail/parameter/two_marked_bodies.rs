#![allow(unused)]

use toolkit::prelude::*;

#[post("/orders")]
fn order(#[body] order: String, #[body] note: String) {}

#[post("/forms")]
fn body_and_form(#[body] order: String, #[form] note: String) {}

#[post("/mixed")]
fn two_forms(#[form] order: String, #[multipart] file: Upload) {}

fn main() {}
