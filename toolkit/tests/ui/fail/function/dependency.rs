#![allow(unused)]

use toolkit::prelude::*;

#[data]
struct Login {
    name: String,
}

#[dependency]
fn marked_body(#[body] login: Login) -> u64 {
    1
}

#[dependency]
fn form(#[form] name: String) -> u64 {
    1
}

#[dependency]
fn path(#[path] name: String) -> u64 {
    1
}

#[dependency(cached)]
fn arguments() -> u64 {
    1
}

#[dependency]
fn generic<T>(value: T) -> u64 {
    1
}

fn main() {}
