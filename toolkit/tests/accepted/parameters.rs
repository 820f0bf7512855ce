//! Every place that a parameter can come from.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use toolkit::{
    axum::{extract::Path, http::Method},
    jiff::civil::Date,
    prelude::*,
};

#[data]
#[derive(Default)]
enum Sort {
    #[default]
    Title,
    Newest,
}

#[data]
struct CustomerId(#[validate(range(min = 1))] i64);

type Count = u8;

#[data]
struct Filter {
    /// Part of the title.
    title: Option<String>,
    #[default(10)]
    limit: u32,
}

#[data]
struct Order {
    amount: u32,
}

#[data]
struct Orders(Vec<Order>);

#[data]
struct Page<T> {
    items: Vec<T>,
}

#[data]
struct Wrapped<T>(T);

#[get("/path/{id}/{*rest}")]
fn path(id: CustomerId, rest: String) -> String {
    let _ = id;
    rest
}

#[get("/by/{customer}")]
fn renamed(#[path("customer")] _id: CustomerId, #[query("q")] _text: String, #[header("X-Source")] _source: String) {}

#[get("/query")]
#[allow(clippy::too_many_arguments)]
fn query(
    #[default(Sort::Title)] sort: Sort,
    #[default("anything")] text: String,
    #[default(1)] count: Count,
    genre: Vec<String>,
    ids: BTreeSet<u64>,
    more: Option<HashSet<u64>>,
    #[query] filter: Filter,
    since: Option<Date>,
    wrapped: Wrapped<u32>,
) {
    let _ = (sort, text, count, genre, ids, more, filter, since, wrapped);
}

#[get("/head")]
async fn head(#[header] x_request_id: Option<String>, #[cookie] session: Option<String>, #[header] filter: Filter) {
    let _ = (x_request_id, session, filter);
}

#[get("/axum/{id}")]
async fn extractors(
    method: Method,
    path: Path<u64>,
    #[header("X-Api-Key")] key: Option<ApiKey>,
    token: Option<Bearer>,
) -> u64 {
    let _ = (method, key, token);
    path.0
}

#[post("/body/one")]
fn body(order: Order) -> Order {
    order
}

#[post("/body/many")]
fn bodies(orders: Vec<Order>) {
    let _ = orders;
}

#[post("/body/named")]
fn named_bodies(orders: BTreeMap<String, Order>) {
    let _ = orders;
}

#[post("/body/newtype")]
fn newtype(orders: Orders) {
    let _ = orders;
}

#[post("/body/generic")]
fn generic(page: Page<Order>) {
    let _ = page;
}

#[post("/body/wrapped")]
fn wrapped(order: Wrapped<Order>) {
    let _ = order;
}

#[post("/body/marked")]
fn marked(#[body] texts: Vec<String>) {
    let _ = texts;
}

#[post("/body/bytes")]
async fn bytes(#[body] bytes: Bytes) -> usize {
    bytes.len()
}

#[post("/form")]
fn form(#[form] name: String, #[form] age: Option<u8>) {
    let _ = (name, age);
}

#[post("/upload")]
async fn upload(#[multipart] name: String, #[multipart] file: Upload, #[multipart] more: Vec<Upload>) {
    let _ = (name, file, more);
}

#[dependency]
async fn customer(#[header] customer_id: CustomerId) -> toolkit::Result<i64> {
    Ok(customer_id.0)
}

mod nested {
    use toolkit::prelude::*;

    #[dependency(inline)]
    pub(super) fn doubled(#[depends(super::customer)] customer: i64) -> i64 {
        2 * customer
    }
}

#[get("/depends")]
fn depends(
    #[depends(customer)] one: i64,
    #[depends(nested::doubled)] two: i64,
    #[depends(crate::parameters::customer)] three: i64,
) -> i64 {
    one + two + three
}

#[test]
fn every_parameter_is_documented() {
    assert_eq!(body(Order { amount: 1 }).amount, 1);
    let document = toolkit::app!().openapi();
    assert!(document.is_ok(), "{document:?}");
}
