#![allow(unused)]

use toolkit::prelude::*;

/// An error in one place leaves everything that names it alone.
#[data]
struct Order {
    #[validate(rnage(min = 1))]
    amount: u32,
}

#[problem]
enum OrderError {
    /// No order has this id.
    UnknownOrder { order_id: u64 },
}

#[dependency]
fn customer(#[haeder] customer_id: u64) -> u64 {
    customer_id
}

#[post("/orders", timout = "2s")]
fn order(
    /// Who orders.
    #[depends(customer)]
    customer_id: u64,
    order: Order,
) -> Result<Order, OrderError> {
    if customer_id == 0 { Err(OrderError::UnknownOrder { order_id: 1 }) } else { Ok(order) }
}

#[put("/orders")]
fn replace_order(order: Order, #[depends(customer)] customer_id: u64) -> Result<Order, OrderError> {
    let _ = customer_id;
    Ok(order)
}

fn main() {
    let _ = toolkit::app!().route::<order>();
}
