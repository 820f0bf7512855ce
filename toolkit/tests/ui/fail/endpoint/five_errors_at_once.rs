#![allow(unused)]

use toolkit::prelude::*;

#[get("items/{item_id}", timout = "2s")]
fn list_items(#[qurey] limit: u32, name: &str, #[validate(rnage(min = 1))] page: u32, (from, to): (u32, u32)) {}

fn main() {
    let _ = toolkit::app!().route::<list_items>();
}
