#![allow(unused)]

use toolkit::prelude::*;

struct Pool;

#[resource]
fn by_value(size: u32) -> Pool {
    Pool
}

#[resource]
fn marked(#[query] size: u32) -> Pool {
    Pool
}

#[resource(raedy = check)]
fn unknown_argument() -> Pool {
    Pool
}

#[resource(ready = check, stop = check)]
fn another_unknown_argument() -> Pool {
    Pool
}

#[resource]
fn generic<T>() -> Pool {
    Pool
}

#[resource]
fn no_value() {}

#[resource]
fn opaque() -> impl Send {
    Pool
}

fn main() {}
