#![allow(unused)]

use toolkit::prelude::*;

#[problem]
struct NotFound;

#[problem]
enum Generic<T> {
    /// No order has this id.
    #[status(404)]
    UnknownOrder { order_id: T },
}

#[problem(status = 404)]
enum WithArguments {
    /// No order has this id.
    #[status(404)]
    UnknownOrder { order_id: u64 },
}

#[problem]
enum None {}

fn main() {}
