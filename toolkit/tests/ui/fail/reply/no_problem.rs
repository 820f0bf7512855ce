#![allow(unused)]

use toolkit::prelude::*;

#[data]
struct Order {
    id: u64,
}

enum OrderError {
    Unknown,
}

#[get("/1")]
fn order() -> Result<Order, OrderError> {
    Err(OrderError::Unknown)
}

#[get("/2")]
async fn text() -> Result<Order, String> {
    Err(String::new())
}

#[get("/3", inline)]
fn of_the_system() -> std::io::Result<Order> {
    Ok(Order { id: 1 })
}

fn main() {}
