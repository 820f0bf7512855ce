//! Everything that an endpoint can return.

use std::collections::BTreeMap;
use toolkit::{
    axum::response::{IntoResponse, Response},
    prelude::*,
};

#[data]
struct Item {
    title: String,
}

#[problem]
enum ItemError {
    /// No item has this id.
    #[status(404)]
    UnknownItem {
        /// The id.
        item_id: u64,
        r#match: String,
    },
    /// Too many requests.
    #[status(429)]
    #[title("Slow down")]
    #[type_uri("https://example.com/slow-down")]
    TooMany { detail: String },
    #[internal]
    Internal(toolkit::Error),
}

#[problem]
enum Taken {
    /// The name is taken.
    #[status(409)]
    Taken,
}

type Found<T> = Result<T, ItemError>;

struct Catalogue {
    items: Vec<Item>,
}

#[resource]
fn catalogue() -> Catalogue {
    Catalogue { items: Vec::new() }
}

#[get("/1")]
fn lent(catalogue: &Catalogue) -> Vec<&Item> {
    catalogue.items.iter().collect()
}

#[get("/2")]
fn maybe(catalogue: &Catalogue) -> Option<&Item> {
    catalogue.items.first()
}

#[get("/3")]
async fn title(catalogue: &Catalogue) -> &str {
    &catalogue.items[0].title
}

#[get("/4")]
fn any_error() -> Found<Item> {
    let number: u64 = "7".parse()?;
    Err(ItemError::UnknownItem { item_id: number, r#match: String::new() })
}

#[get("/5")]
fn std_result() -> Result<Item, Taken> {
    Err(Taken::Taken)
}

#[get("/6")]
fn with_status() -> (StatusCode, Item) {
    (StatusCode::ACCEPTED, Item { title: String::new() })
}

#[get("/7")]
fn opaque() -> impl IntoResponse {
    "text"
}

#[get("/8")]
async fn opaque_and_async() -> impl IntoResponse {
    StatusCode::IM_A_TEAPOT
}

#[get("/9")]
fn response() -> Response {
    "text".into_response()
}

#[post("/10")]
fn created() -> Result<Created<Item>, Taken> {
    Ok(Created::new(Item { title: String::new() }).at("/items/1"))
}

#[get("/11")]
fn map() -> BTreeMap<String, (u64, Item)> {
    BTreeMap::new()
}

#[get("/12")]
fn nothing() {}

#[get("/13")]
fn nothing_or_a_problem() -> Result<(), Problem> {
    Ok(())
}

#[get("/14")]
fn maybe_or_a_problem() -> toolkit::Result<Option<Item>> {
    Ok(None)
}

#[get("/15")]
fn html() -> Html {
    Html("<p>text</p>".into())
}

#[get("/16")]
fn text() -> String {
    String::new()
}

#[test]
fn every_reply_is_documented() {
    assert_eq!(Taken::Taken.to_string(), "The name is taken");
    let document = toolkit::app!().openapi();
    assert!(document.is_ok(), "{document:?}");
}
