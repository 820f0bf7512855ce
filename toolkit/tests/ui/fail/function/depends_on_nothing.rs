#![allow(unused)]

use toolkit::prelude::*;

#[dependency]
fn customer(#[header] customer_id: u64) -> u64 {
    customer_id
}

#[get("/1")]
fn no_function(#[depends(costumer)] customer_id: u64) {}

#[get("/2")]
fn no_module(#[depends(shop::customer)] customer_id: u64) {}

#[get("/4")]
fn no_effect(
    #[depends(customer)]
    #[default(7)]
    customer_id: u64,
) {
}

fn main() {}
