#![allow(unused)]

use toolkit::prelude::*;

#[get("/1")]
struct Items;

#[get("/2")]
mod items {}

#[resource]
struct Pool;

#[dependency]
const USER: u64 = 7;

fn main() {}
