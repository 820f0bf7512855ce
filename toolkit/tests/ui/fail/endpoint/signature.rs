#![allow(unused)]

use toolkit::prelude::*;

#[get("/1")]
extern "C" fn of_another_language() {}

#[get("/2")]
unsafe fn not_safe() {}

struct Shop;

impl Shop {
    #[get("/3")]
    fn method(&self, limit: u32) {}
}

fn main() {}
