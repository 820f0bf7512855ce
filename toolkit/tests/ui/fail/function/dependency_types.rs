#![allow(unused)]

use toolkit::prelude::*;

#[data]
struct Login {
    name: String,
}

#[dependency]
fn unmarked_body(login: Login) -> u64 {
    1
}

struct User;

#[dependency]
fn not_clone(#[header] name: String) -> User {
    User
}

#[dependency]
fn no_problem(#[header] name: String) -> Result<u64, String> {
    Err(name)
}

fn main() {}
