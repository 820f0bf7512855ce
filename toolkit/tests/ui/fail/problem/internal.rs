#![allow(unused)]

use toolkit::prelude::*;

#[problem]
enum NoCause {
    #[internal]
    Internal,
}

#[problem]
enum NamedCause {
    #[internal]
    Internal { cause: toolkit::Error },
}

#[problem]
enum Two {
    #[internal]
    First(toolkit::Error),
    #[internal]
    Second(toolkit::Error),
}

#[problem]
enum WithStatus {
    #[internal]
    #[status(503)]
    Internal(toolkit::Error),
}

fn main() {}
