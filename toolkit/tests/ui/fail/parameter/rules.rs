#![allow(unused)]

use toolkit::prelude::*;

#[get("/1")]
fn unknown_rule(#[validate(rnage(min = 1))] limit: u32) {}

#[get("/2")]
fn unknown_option(#[validate(range(mni = 1))] limit: u32) {}

#[get("/3")]
fn which_bound(#[validate(range(1))] limit: u32) {}

#[get("/4")]
fn no_bound(#[validate(length)] name: String) {}

#[get("/5")]
fn no_text(#[validate(contains(7))] name: String) {}

#[get("/6")]
fn no_pattern(#[validate(regex)] name: String) {}

#[get("/7")]
fn no_function(#[validate(custom)] name: String) {}

#[get("/8")]
fn nothing_inner(#[validate(inner)] names: Vec<String>) {}

#[get("/9")]
fn no_field(#[validate(must_match)] name: String) {}

#[get("/10")]
fn other_parameter(name: String, #[validate(must_match(other = name))] again: String) {}

#[get("/11")]
fn no_rules(#[validate] name: String) {}

#[get("/12")]
fn message_is_no_text(#[validate(range(min = 1, message = 7))] limit: u32) {}

#[get("/13")]
fn takes_nothing(#[validate(email(domain = "example.com"))] address: String) {}

#[get("/14")]
fn not_a_pattern(#[validate(regex("[a-z"))] name: String) {}

fn main() {}
