#![allow(unused)]

use toolkit::prelude::*;

#[settings]
enum Mode {
    Fast,
}

#[settings]
struct Pair(u32, u32);

#[settings(prefix = "SHOP")]
struct Settings {
    port: u16,
}

#[settings]
struct Generic<T> {
    value: T,
}

fn main() {}
