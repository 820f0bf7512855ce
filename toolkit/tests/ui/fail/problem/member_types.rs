#![allow(unused)]

use toolkit::prelude::*;

struct Money {
    cents: u64,
}

#[problem]
enum OrderError {
    /// Too expensive.
    #[status(409)]
    TooExpensive { price: Money },
}

fn main() {}
