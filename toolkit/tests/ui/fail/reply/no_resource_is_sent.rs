#![allow(unused)]

use std::rc::Rc;
use toolkit::prelude::*;

#[get("/1")]
async fn not_send() -> u64 {
    let count = Rc::new(1);
    std::future::ready(()).await;
    *count
}

fn main() {}
