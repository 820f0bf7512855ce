#![allow(unused)]

use std::{cell::Cell, rc::Rc};
use toolkit::prelude::*;

#[resource]
fn not_sync() -> Rc<u64> {
    Rc::new(1)
}

#[resource]
fn fallible() -> toolkit::Result<Cell<u64>> {
    Ok(Cell::new(1))
}

#[resource]
fn no_error() -> Result<u64, u64> {
    Ok(1)
}

struct Pool;

async fn check(_: &String) -> toolkit::Result {
    Ok(())
}

#[resource(ready = check)]
fn another_hook() -> Pool {
    Pool
}

fn main() {}
