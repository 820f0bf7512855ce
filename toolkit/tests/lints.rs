//! What is generated causes no lint in a crate that denies nearly all of them.
#![deny(
    missing_docs,
    missing_debug_implementations,
    unreachable_pub,
    unused,
    unused_qualifications,
    unused_lifetimes,
    single_use_lifetimes,
    elided_lifetimes_in_paths,
    trivial_casts,
    trivial_numeric_casts,
    private_interfaces,
    private_bounds,
    unnameable_types,
    future_incompatible,
    rust_2018_idioms,
    unsafe_code,
    non_ascii_idents,
    variant_size_differences,
    let_underscore_drop,
    warnings
)]
#![forbid(unsafe_op_in_unsafe_fn)]

use toolkit::prelude::*;

/// A product.
#[data]
pub struct Product {
    /// Its name.
    #[validate(length(min = 1))]
    #[default("nothing")]
    pub name: String,
    /// Its price.
    #[validate(range(min = 0.0))]
    pub price: f64,
}

/// A number.
#[data]
pub struct Number(pub u32);

/// An order.
#[data]
#[serde(tag = "kind")]
pub enum Order {
    /// Of one.
    One {
        /// Which.
        #[validate(range(min = 1))]
        number: u32,
    },
    /// Of none.
    None,
}

/// An order of a list.
#[data]
pub enum Sort {
    /// Upwards.
    Up,
    /// Downwards.
    Down,
}

/// Why there is no product.
#[problem]
pub enum ProductError {
    /// No product has this number.
    #[status(404)]
    Unknown {
        /// The number.
        number: u32,
    },
    /// Something else.
    #[internal]
    Internal(toolkit::Error),
}

/// What the service can be told.
#[settings]
pub struct Settings {
    /// How many.
    #[default(3)]
    pub many: u32,
}

/// The shop.
#[derive(Debug)]
pub struct Shop;

/// Opens the shop.
///
/// # Errors
///
/// Never.
#[resource]
pub fn shop(settings: &Settings) -> toolkit::Result<Shop> {
    let _ = settings.many;
    Ok(Shop)
}

/// The customer.
#[dependency]
pub fn customer(
    /// Who asks.
    #[header]
    x_customer: Option<Number>,
    _shop: &Shop,
) -> Option<u32> {
    x_customer.map(|number| number.0)
}

/// Lists products.
#[get("/products")]
pub fn list_products(
    /// How many.
    #[default(10)]
    #[validate(range(min = 1))]
    limit: usize,
    #[default(Sort::Up)] sort: Sort,
    names: Vec<String>,
    #[depends(customer)] customer: Option<u32>,
    shop: &Shop,
) -> Result<Vec<Product>, ProductError> {
    drop((limit, sort, names, customer, shop));
    Ok(Vec::new())
}

/// Orders a product.
#[post("/products/{number}")]
pub async fn order_product(number: u32, order: Order) -> Result<Created<Order>, ProductError> {
    match order {
        Order::One { number: other } if other == number => Ok(Created::new(order)),
        _ => Err(ProductError::Unknown { number }),
    }
}

mod private {
    use toolkit::prelude::*;

    #[get("/private", inline)]
    fn hidden(#[cookie] session: Option<String>) -> Option<u32> {
        session.map(|_| 7)
    }
}

#[toolkit::test]
async fn it_is_documented() {
    let document = toolkit::app!().openapi();
    assert!(document.is_ok(), "{document:?}");
}

#[toolkit::main]
async fn main() -> toolkit::Result {
    toolkit::app!().serve().await
}
