//! Reads the spans of a call as the trace viewer hands them out: OTLP in JSON.

#![allow(dead_code, unreachable_pub, reason = "each test file uses a part of it")]

use std::collections::BTreeMap;

use serde_json::Value;
use toolkit::{Client, TestResponse};

pub const SERVER: i64 = 2;
pub const CLIENT: i64 = 3;
pub const INTERNAL: i64 = 1;
/// The code of a status that is an error.
pub const ERROR: i64 = 2;

#[derive(Clone, Debug)]
pub struct Span {
    pub name: String,
    pub kind: i64,
    pub trace_id: String,
    pub id: String,
    pub parent: String,
    pub attributes: BTreeMap<String, Value>,
    pub events: Vec<(String, BTreeMap<String, Value>)>,
    /// The ids of the traces and spans that it is linked to.
    pub links: Vec<(String, String)>,
    /// 0 when it is not set.
    pub status: i64,
    pub description: String,
    pub scope: String,
    pub nanoseconds: u64,
}

impl Span {
    pub fn text(&self, key: &str) -> Option<&str> {
        self.attributes.get(key)?.as_str()
    }

    pub fn integer(&self, key: &str) -> Option<i64> {
        self.attributes.get(key)?.as_i64()
    }

    pub fn has(&self, key: &str) -> bool {
        self.attributes.contains_key(key)
    }
}

/// The spans of a call, in no order.
pub async fn spans_of(client: &Client, reply: &TestResponse) -> Vec<Span> {
    spans(client, reply.header("x-trace-id").expect("a reply names its trace")).await
}

/// The server span of a call, of which there has to be one.
pub async fn server_span(client: &Client, reply: &TestResponse) -> Span {
    let spans = spans_of(client, reply).await;
    let mut servers = spans.iter().filter(|span| span.kind == SERVER);
    let server = servers.next().unwrap_or_else(|| panic!("no server span among {spans:?}")).clone();
    assert!(servers.next().is_none(), "two server spans: {spans:#?}");
    server
}

/// The span of that name, of which there has to be one.
pub fn named<'a>(spans: &'a [Span], name: &str) -> &'a Span {
    let found: Vec<_> = spans.iter().filter(|span| span.name == name).collect();
    assert_eq!(found.len(), 1, "spans called {name:?} among {spans:#?}");
    found[0]
}

/// The spans of a trace; none if it is not known.
pub async fn spans(client: &Client, trace_id: &str) -> Vec<Span> {
    let reply = client.get(&format!("/traces/{trace_id}/otlp.json")).await;
    if reply.status() == 404 {
        return Vec::new();
    }
    let document: Value = reply.assert_status(200).json();
    let mut spans = Vec::new();
    for scope in array(&document["resourceSpans"][0]["scopeSpans"]) {
        let name = scope["scope"]["name"].as_str().unwrap_or_default();
        spans.extend(array(&scope["spans"]).iter().map(|span| read(span, name)));
    }
    spans
}

fn read(span: &Value, scope: &str) -> Span {
    let text = |key: &str| span[key].as_str().unwrap_or_default().to_owned();
    let time = |key: &str| text(key).parse::<u64>().expect("nanoseconds");
    let event =
        |event: &Value| (event["name"].as_str().unwrap_or_default().to_owned(), attributes(&event["attributes"]));
    let link = |link: &Value| ["traceId", "spanId"].map(|key| link[key].as_str().unwrap_or_default().to_owned()).into();
    Span {
        name: text("name"),
        kind: span["kind"].as_i64().expect("a kind"),
        trace_id: text("traceId"),
        id: text("spanId"),
        parent: text("parentSpanId"),
        attributes: attributes(&span["attributes"]),
        events: array(&span["events"]).iter().map(event).collect(),
        links: array(&span["links"]).iter().map(link).collect(),
        status: span["status"]["code"].as_i64().unwrap_or_default(),
        description: span["status"]["message"].as_str().unwrap_or_default().to_owned(),
        scope: scope.to_owned(),
        nanoseconds: time("endTimeUnixNano") - time("startTimeUnixNano"),
    }
}

fn attributes(list: &Value) -> BTreeMap<String, Value> {
    let mut attributes = BTreeMap::new();
    for attribute in array(list) {
        let key = attribute["key"].as_str().expect("a key").to_owned();
        assert!(attributes.insert(key, value(&attribute["value"])).is_none(), "twice: {attribute}");
    }
    attributes
}

fn value(value: &Value) -> Value {
    let (kind, value) = value.as_object().and_then(|value| value.iter().next()).expect("one value");
    match (kind.as_str(), value.as_str()) {
        ("intValue", Some(integer)) => integer.parse::<i64>().expect("an integer").into(),
        ("arrayValue", _) => array(&value["values"]).iter().map(self::value).collect(),
        _ => value.clone(),
    }
}

fn array(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
