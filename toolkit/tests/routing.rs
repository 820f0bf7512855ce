//! Paths, methods, limits and probes.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use toolkit::{
    axum,
    prelude::*,
    serde_json::{Value, json},
};

fn client() -> toolkit::Client {
    toolkit::app!().with(Switch::default()).client()
}

#[get("/items", inline)]
fn list_items() -> &'static str {
    "list"
}

#[post("/items", inline)]
fn add_item() -> &'static str {
    "add"
}

#[get("/items/new", inline)]
fn new_item() -> &'static str {
    "new"
}

#[get("/items/{id}", inline)]
fn get_item(id: u64) -> u64 {
    id
}

#[delete("/items/{id}", inline)]
fn delete_item(id: u64) -> u64 {
    id
}

#[options("/asked", inline)]
fn asked() -> &'static str {
    "answered"
}

#[head("/heading", inline)]
fn heading() {}

#[patch("/patched", inline)]
fn patched() {}

#[get("/", inline)]
fn root() -> &'static str {
    "root"
}

#[derive(Clone, Default)]
struct Switch(Arc<AtomicBool>);

#[get("/once", concurrency = 1)]
async fn once(switch: &Switch) {
    while !switch.0.load(Ordering::Relaxed) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[get("/rated", rate_limit = "2/h", inline)]
fn rated() {}

#[toolkit::test]
async fn the_most_specific_path_answers() {
    let client = client();
    for (path, expected) in
        [("/items", json!("list")), ("/items/new", json!("new")), ("/items/7", json!(7)), ("/", json!("root"))]
    {
        assert_eq!(client.get(path).await.json::<Value>(), expected, "{path}");
    }
    assert_eq!(client.delete("/items/8").await.json::<u64>(), 8);
    assert_eq!(client.post("/items").await.json::<String>(), "add");
}

#[toolkit::test]
async fn an_unknown_path_is_a_404_problem() {
    for path in ["/nowhere", "/items/7/more", "//items", "/ITEMS", "/items/%2e%2e/7/8"] {
        let answer = client().get(path).await;
        answer.assert_status(404);
        assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{path}");
    }
}

#[toolkit::test]
async fn a_slash_at_the_end_is_another_path_and_the_problem_says_so() {
    let answer = client().get("/items/").await;
    answer.assert_status(404);
    assert_eq!(answer.json::<Value>()["detail"], "there is such a path without the slash at its end");
}

#[toolkit::test]
async fn another_method_is_405_with_those_that_are_allowed() {
    let client = client();
    for (path, allowed) in [
        ("/items", "GET, HEAD, OPTIONS, POST"),
        ("/items/7", "DELETE, GET, HEAD, OPTIONS"),
        ("/patched", "OPTIONS, PATCH"),
    ] {
        let answer = client.put(path).await;
        answer.assert_status(405);
        assert_eq!(answer.header("allow"), Some(allowed), "{path}");
        assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{path}");
        let options = client.options(path).await;
        assert_eq!((options.status().as_u16(), options.header("allow")), (204, Some(allowed)), "{path}");
    }
    let custom = client.call(http::Method::from_bytes(b"BREW").unwrap(), "/items").await;
    custom.assert_status(405);
}

#[toolkit::test]
async fn declared_head_and_options_are_kept() {
    let client = client();
    assert_eq!(client.options("/asked").await.json::<String>(), "answered");
    client.head("/heading").await.assert_status(204);
    client.get("/heading").await.assert_status(405);
    let head = client.head("/items").await;
    assert_eq!((head.status().as_u16(), head.bytes().len(), head.header("content-length")), (200, 0, Some("6")));
}

#[toolkit::test]
async fn more_at_once_than_allowed_is_503_with_a_time_to_come_again() {
    let switch = Switch::default();
    let client = toolkit::app!().with(switch.clone()).client();
    let first = tokio::spawn(client.get("/once").into_future());
    tokio::time::sleep(Duration::from_millis(50)).await;
    let second = client.get("/once").await;
    second.assert_status(503);
    assert_eq!(second.header("retry-after"), Some("1"));
    switch.0.store(true, Ordering::Relaxed);
    first.await.unwrap().assert_status(204);
    client.get("/once").await.assert_status(204);
}

#[toolkit::test]
async fn more_than_the_rate_is_429_with_a_time_to_come_again() {
    let client = client();
    client.get("/rated").await.assert_status(204);
    client.get("/rated").await.assert_status(204);
    let third = client.get("/rated").await;
    third.assert_status(429);
    let wait: u64 = third.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=1800).contains(&wait), "{wait}");
}

#[toolkit::test]
async fn probes_document_and_pages_answer() {
    let client = client();
    for (path, media_type) in [
        ("/health/live", "application/json"),
        ("/health/ready", "application/json"),
        ("/openapi.json", "application/json"),
        ("/openapi.yaml", "application/yaml"),
        ("/docs", "text/html; charset=utf-8"),
        ("/docs/swagger-ui.css", "text/css; charset=utf-8"),
        ("/docs/swagger-ui-bundle.js", "text/javascript; charset=utf-8"),
    ] {
        let answer = client.get(path).await;
        answer.assert_status(200);
        assert_eq!(answer.header("content-type"), Some(media_type), "{path}");
        assert!(!answer.bytes().is_empty(), "{path}");
    }
    client.post("/health/live").await.assert_status(405);
}

#[toolkit::test]
async fn an_app_is_a_router_and_takes_one_in() {
    let extra = axum::Router::new().route("/extra", axum::routing::get(async || "extra"));
    let router = toolkit::app!().with(Switch::default()).merge(extra).into_router().await.unwrap();
    let nested = axum::Router::new().nest("/prefix", router);
    let call = async |path: &str| {
        use tower::ServiceExt;
        let request = http::Request::get(path).body(axum::body::Body::empty()).unwrap();
        nested.clone().oneshot(request).await.unwrap().status().as_u16()
    };
    assert_eq!(call("/prefix/extra").await, 200);
    assert_eq!(call("/prefix/items/7").await, 200, "path parameters are found under a prefix");
    assert_eq!(call("/items/7").await, 404);
}

#[toolkit::test]
async fn a_layer_of_towers_stands_around_all_routes() {
    use toolkit::axum::{
        extract::Request,
        middleware::{Next, from_fn},
    };

    let marked = from_fn(async |request: Request, next: Next| {
        let mut response = next.run(request).await;
        response.headers_mut().insert("x-marked", toolkit::HeaderValue::from_static("yes"));
        response
    });
    let broken = from_fn(async |request: Request, next: Next| {
        assert_ne!(request.uri().path(), "/items/13", "unlucky");
        next.run(request).await
    });
    let client = toolkit::app!().with(Switch::default()).layer(broken).layer(marked).client();
    for (path, status) in [("/items", 200), ("/nowhere", 404), ("/health/live", 200)] {
        let answer = client.get(path).await;
        answer.assert_status(status);
        assert_eq!(answer.header("x-marked"), Some("yes"), "{path}");
    }
    let panicked = client.get("/items/13").await;
    panicked.assert_status(500);
    assert_eq!(panicked.header("content-type"), Some("application/problem+json"));
}
