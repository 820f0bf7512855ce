//! What functions return, and what clients get.

#![allow(clippy::unnecessary_wraps, clippy::zero_sized_map_values, clippy::unwrap_used, reason = "one of each reply")]

use std::collections::BTreeMap;

use toolkit::{
    anyhow::Context,
    axum::response::IntoResponse,
    prelude::*,
    serde,
    serde_json::{self, Value, json},
};

fn client() -> toolkit::Client {
    toolkit::app!().client()
}

/// A thing.
#[data]
struct Thing {
    name: String,
}

fn thing() -> Thing {
    Thing { name: "it".to_owned() }
}

/// Replies in many ways.
#[get("/one", inline)]
fn one() -> Thing {
    thing()
}

#[get("/many", inline)]
fn many() -> Vec<Thing> {
    vec![thing(), thing()]
}

#[get("/map", inline)]
fn map() -> BTreeMap<String, Thing> {
    BTreeMap::from([("a".to_owned(), thing())])
}

#[get("/tuple", inline)]
fn tuple() -> (i64, String, Option<bool>) {
    (1, "two".to_owned(), None)
}

#[get("/text/json", inline)]
fn text_as_json() -> String {
    "quoted".to_owned()
}

#[get("/nothing", inline)]
fn nothing() {}

#[get("/some", inline)]
fn some() -> Option<Thing> {
    Some(thing())
}

#[get("/none", inline)]
fn none() -> Option<Thing> {
    None
}

#[get("/created", inline)]
fn created() -> Created<Thing> {
    Created::new(thing()).at("/one")
}

#[get("/accepted", inline)]
fn accepted() -> Accepted<Thing> {
    Accepted(thing())
}

#[get("/status", inline)]
fn status() -> (StatusCode, Thing) {
    (StatusCode::PARTIAL_CONTENT, thing())
}

#[get("/headers", inline)]
fn headers() -> WithHeaders<Thing> {
    let name = toolkit::HeaderName::from_static("x-thing");
    WithHeaders::new(thing()).header(name, toolkit::HeaderValue::from_static("yes"))
}

#[get("/html", inline)]
fn html() -> Html {
    Html("<p>it".to_owned())
}

#[get("/text", inline)]
fn text() -> Text {
    Text("plain".to_owned())
}

#[get("/bytes", inline)]
fn bytes() -> Bytes {
    Bytes::from_static(&[0, 255])
}

#[get("/file")]
async fn file() -> toolkit::Result<File> {
    Ok(File::open(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/redoc/VERSION")).await?.download_as("the \"version\""))
}

#[get("/redirect", inline)]
fn redirect() -> Redirect {
    Redirect::permanent("/one")
}

#[get("/sse", inline)]
fn sse() -> Sse<Thing> {
    Sse::new(futures_util::stream::iter([thing(), thing()]))
}

#[get("/lines", inline)]
fn lines() -> JsonLines<Thing> {
    JsonLines::new(futures_util::stream::iter([thing(), thing()]))
}

#[get("/axum", inline)]
fn axum() -> impl IntoResponse {
    (StatusCode::IM_A_TEAPOT, "short and stout")
}

#[get("/axum/response", inline)]
fn axum_response() -> Result<toolkit::axum::response::Response, Refused> {
    Ok("as it is".into_response())
}

#[get("/borrowed", inline)]
fn borrowed(words: &Words) -> Option<&String> {
    words.0.first()
}

struct Words(Vec<String>);

#[resource]
fn words() -> Words {
    Words(vec!["lent".to_owned()])
}

/// Fails in declared ways.
#[problem]
enum Refused {
    /// No customer has this id.
    #[status(404)]
    UnknownCustomer { customer_id: i64 },
    /// The order was sent already.
    #[status(409)]
    #[type_uri("https://example.org/problems/sent")]
    Sent { detail: String, since: Option<String> },
    /// Too far away.
    #[status(403)]
    TooFar,
}

#[get("/refused/{how}", inline)]
fn refused(how: u8) -> Result<Thing, Refused> {
    Err(match how {
        0 => Refused::UnknownCustomer { customer_id: 7 },
        1 => Refused::Sent { detail: "on Monday".to_owned(), since: None },
        _ => Refused::TooFar,
    })
}

#[get("/failed", inline)]
fn failed() -> toolkit::Result<Thing> {
    let number: i32 = "secret".parse()?;
    unreachable!("{number}")
}

/// Refuses by an error that somebody else made of a problem.
#[get("/passed/{how}", inline)]
fn passed(how: u8) -> toolkit::Result<Thing> {
    let refused = || Err(Problem::new(StatusCode::CONFLICT).title("Sent already").with("order", 7));
    if how == 0 {
        refused()?;
    }
    let number: i32 = refused().context("the secret could not be sent")?;
    unreachable!("{number}")
}

/// Fails, or something inside does.
#[problem]
enum Mixed {
    /// Not today.
    #[status(503)]
    NotToday,
    #[internal]
    Internal(toolkit::Error),
}

fn broken() -> toolkit::Result<i32> {
    toolkit::anyhow::bail!("the secret broke")
}

#[get("/mixed/{how}", inline)]
fn mixed(how: u8) -> Result<Thing, Mixed> {
    if how == 0 {
        return Err(Mixed::NotToday);
    }
    let number: i32 = match how {
        1 => "x".parse()?,
        2 => broken()?,
        _ => Err(Problem::new(StatusCode::CONFLICT).title("Sent already").with("order", 7))?,
    };
    unreachable!("{number}")
}

#[get("/free", inline)]
fn free() -> Result<Thing, Problem> {
    Err(Problem::new(StatusCode::PAYMENT_REQUIRED).title("Pay first").with("price", 3))
}

#[deprecated(since = "0.1.0", note = "since 2026-05-01; use /one")]
#[get("/old", inline)]
fn old() -> Thing {
    thing()
}

#[get("/unserialisable", inline)]
fn unserialisable() -> BTreeMap<String, Odd> {
    BTreeMap::from([("a".to_owned(), Odd)])
}

#[derive(toolkit::schemars::JsonSchema)]
#[schemars(crate = "toolkit::schemars")]
struct Odd;

impl serde::Serialize for Odd {
    fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom("secret"))
    }
}

#[toolkit::test]
async fn a_problem_that_was_made_an_error_is_answered_as_itself() {
    for path in ["/passed/0", "/passed/1", "/mixed/3"] {
        let problem: Value = serde_json::from_str(&body(path, 409, "application/problem+json").await).unwrap();
        assert_eq!((&problem["title"], &problem["order"]), (&json!("Sent already"), &json!(7)), "{path}");
        assert!(!problem.to_string().contains("secret"), "{path}");
    }
}

async fn body(path: &str, status: u16, media_type: &str) -> String {
    let answer = client().get(path).await;
    answer.assert_status(status);
    assert_eq!(answer.header("content-type"), Some(media_type), "{path}");
    answer.text()
}

#[toolkit::test]
async fn serialisable_values_are_json() {
    let thing = r#"{"name":"it"}"#;
    for (path, expected) in [
        ("/one", thing.to_owned()),
        ("/many", format!("[{thing},{thing}]")),
        ("/map", format!("{{\"a\":{thing}}}")),
        ("/tuple", "[1,\"two\",null]".to_owned()),
        ("/text/json", "\"quoted\"".to_owned()),
        ("/some", thing.to_owned()),
        ("/headers", thing.to_owned()),
        ("/borrowed", "\"lent\"".to_owned()),
    ] {
        assert_eq!(body(path, 200, "application/json").await, expected, "{path}");
    }
    assert_eq!(body("/created", 201, "application/json").await, thing);
    assert_eq!(body("/accepted", 202, "application/json").await, thing);
    assert_eq!(body("/status", 206, "application/json").await, thing);
}

#[toolkit::test]
async fn other_replies_have_their_media_type() {
    assert_eq!(body("/html", 200, "text/html; charset=utf-8").await, "<p>it");
    assert_eq!(body("/text", 200, "text/plain; charset=utf-8").await, "plain");
    body("/bytes", 200, "application/octet-stream").await;
    let thing = r#"{"name":"it"}"#;
    assert_eq!(body("/sse", 200, "text/event-stream").await, format!("data: {thing}\n\ndata: {thing}\n\n"));
    assert_eq!(body("/lines", 200, "application/jsonl").await, format!("{thing}\n{thing}\n"));
    assert_eq!(body("/axum", 418, "text/plain; charset=utf-8").await, "short and stout");
    assert_eq!(body("/axum/response", 200, "text/plain; charset=utf-8").await, "as it is");
}

#[toolkit::test]
async fn headers_go_along() {
    let client = client();
    assert_eq!(client.get("/created").await.header("location"), Some("/one"));
    assert_eq!(client.get("/headers").await.header("x-thing"), Some("yes"));
    let file = client.get("/file").await;
    assert_eq!(file.header("content-disposition"), Some("attachment; filename=\"the version\""));
    assert_eq!(file.header("content-length"), Some(file.bytes().len().to_string().as_str()));
    let redirect = client.get("/redirect").await;
    assert_eq!((redirect.status().as_u16(), redirect.header("location")), (308, Some("/one")));
    assert_eq!(client.get("/old").await.header("deprecation"), Some("@1777593600"));
}

#[toolkit::test]
async fn nothing_is_204_and_none_is_404() {
    let nothing = client().get("/nothing").await;
    assert_eq!((nothing.status().as_u16(), nothing.bytes().len()), (204, 0));
    let none = body("/none", 404, "application/problem+json").await;
    assert!(none.contains("\"instance\":\"/none\""), "{none}");
}

async fn problem(path: &str, status: u16) -> Value {
    let mut problem: Value = serde_json::from_str(&body(path, status, "application/problem+json").await).unwrap();
    let members = problem.as_object_mut().unwrap();
    assert_eq!(members.remove("instance"), Some(json!(path)));
    assert!(members.remove("trace_id").is_some());
    problem
}

#[toolkit::test]
async fn a_declared_problem_is_an_rfc_9457_document_with_its_members() {
    assert_eq!(
        problem("/refused/0", 404).await,
        json!({"type": "about:blank", "title": "No customer has this id", "status": 404,
               "code": "unknown_customer", "customer_id": 7})
    );
    assert_eq!(
        problem("/refused/1", 409).await,
        json!({"type": "https://example.org/problems/sent", "title": "The order was sent already", "status": 409,
               "code": "sent", "detail": "on Monday", "since": null})
    );
    assert_eq!(
        problem("/refused/2", 403).await,
        json!({"type": "about:blank", "title": "Too far away", "status": 403, "code": "too_far"})
    );
    assert_eq!(
        problem("/free", 402).await,
        json!({"type": "about:blank", "title": "Pay first", "status": 402, "price": 3})
    );
}

#[toolkit::test]
async fn any_other_error_is_500_without_its_cause() {
    let nothing_told = json!({"type": "about:blank", "title": "Internal Server Error", "status": 500});
    for path in ["/failed", "/mixed/1", "/mixed/2", "/unserialisable"] {
        assert_eq!(problem(path, 500).await, nothing_told, "{path}");
    }
    assert_eq!(problem("/mixed/0", 503).await["code"], "not_today");
}

#[toolkit::test]
async fn the_trace_id_of_the_request_is_taken_over() {
    let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let answer = client().get("/none").header("traceparent", parent).await;
    assert_eq!(answer.json::<Value>()["trace_id"], "4bf92f3577b34da6a3ce929d0e0e4736");
    let malformed = client().get("/none").header("traceparent", "rubbish").await;
    assert_eq!(malformed.json::<Value>()["trace_id"].as_str().map(str::len), Some(32));
}

#[toolkit::test]
async fn functions_stay_callable() {
    assert_eq!(one().name, "it");
    assert!(matches!(refused(2), Err(Refused::TooFar)));
    assert_eq!(Refused::TooFar.to_string(), "Too far away");
    let words = Words(vec!["x".to_owned()]);
    assert_eq!(borrowed(&words).map(String::as_str), Some("x"));
}
