#![allow(unused)]

use toolkit::prelude::*;

#[data]
struct Borrowed<'a> {
    text: &'a str,
}

#[data]
union Either {
    integer: u32,
    float: f32,
}

#[data(rename_all = "camelCase")]
struct Order {
    id: u64,
}

#[data]
fn function() {}

fn main() {}
