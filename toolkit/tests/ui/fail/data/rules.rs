#![allow(unused)]

use toolkit::prelude::*;

#[data]
struct Order {
    #[validate(rnage(min = 1))]
    amount: u32,
    #[validate(length(mni = 1))]
    text: String,
    #[validate(must_match(other = passwrd))]
    again: String,
    #[default]
    limit: u32,
    #[default(10)]
    #[serde(default)]
    page: u32,
}

#[data]
#[validate(range(min = 1))]
enum Payment {
    Card {
        #[validate(legnth(equal = 16))]
        number: String,
    },
    Transfer(#[validate(length)] String),
}

#[data]
#[validate(schema)]
struct Login {
    name: String,
}

fn main() {}
