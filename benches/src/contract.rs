//! What every peer answers: the same to good requests, and a refusal with a reason to broken ones.

use anyhow::Context;
use serde_json::{Value, json};

use crate::load::Request;
use crate::peer::Peer;
use crate::service::{Service, agent};

/// The most ratings that a request may have.
const MOST: usize = 10_000;

/// A request, and what has to come back.
struct Case {
    what: &'static str,
    request: Request,
    expected: Expected,
}

enum Expected {
    /// 200, and exactly this JSON.
    Json(Value),
    /// 4xx with a reason, from a peer that checks.
    Refused,
    /// 4xx with a reason, from all.
    Unreadable,
    NotFound,
}

struct Answered {
    status: u16,
    content_type: String,
    body: String,
}

/// Recommendations for customer 7.
pub(crate) fn recommendations(limit: usize) -> Request {
    get(&format!("/v0/api/recommendations?customer_id=7&limit={limit}"))
}

/// Item 7.
pub(crate) fn item() -> Request {
    get("/items/7")
}

/// So many ratings of customer 7.
pub(crate) fn ratings(count: usize) -> Request {
    post(&ratings_body(count).to_string())
}

fn ratings_body(count: usize) -> Value {
    json!({"customer_id": 7, "ratings": (0..count).map(rating).collect::<Vec<_>>()})
}

fn rating(at: usize) -> Value {
    let mut rating = json!({
        "item": {"id": at + 1, "size": (["S", "M", "L", "XL"][at % 4])},
        "stars": at % 5 + 1,
        "tags": (&["soft", "warm", "light"][..at % 4]),
    });
    match at % 3 {
        0 => rating["note"] = Value::Null,
        1 => rating["note"] = format!("Fits well, the colour is as shown. {at}").into(),
        _ => {}
    }
    rating
}

fn get(path: &str) -> Request {
    Request { method: "GET", path: path.to_owned(), body: None }
}

fn post(body: &str) -> Request {
    Request { method: "POST", path: "/v0/api/ratings".to_owned(), body: Some(body.as_bytes().to_vec()) }
}

/// What `peer`, which runs as `service`, answers otherwise than it should.
pub(crate) fn faults(peer: &Peer, service: &Service) -> Vec<String> {
    let cases = good().into_iter().chain(broken());
    let asked = cases.filter(|case| peer.checks || !matches!(case.expected, Expected::Refused));
    // After what is broken, it still answers.
    asked.chain(good()).filter_map(|case| fault(peer, service, case)).collect()
}

fn fault(peer: &Peer, service: &Service, case: Case) -> Option<String> {
    let wanted = match &case.expected {
        Expected::Json(json) => format!("200, application/json, {}", shortened(&json.to_string())),
        Expected::Refused | Expected::Unreadable => "4xx and a reason".to_owned(),
        Expected::NotFound => "404".to_owned(),
    };
    let found = match ask(service, &case.request) {
        Ok(answered) if answered.is(&case.expected) => return None,
        Ok(Answered { status, content_type, body }) => format!("{status}, {content_type}, {}", shortened(&body)),
        Err(error) => format!("{error:#}"),
    };
    Some(format!("{}, {}: expected {wanted}; found {found}", peer.name, case.what))
}

impl Answered {
    fn is(&self, expected: &Expected) -> bool {
        match expected {
            Expected::Json(json) => {
                self.status == 200
                    && self.content_type.split(';').next() == Some("application/json")
                    && serde_json::from_str::<Value>(&self.body).is_ok_and(|found| found == *json)
            }
            Expected::Refused | Expected::Unreadable => (400..500).contains(&self.status) && !self.body.is_empty(),
            Expected::NotFound => self.status == 404,
        }
    }
}

fn ask(service: &Service, request: &Request) -> anyhow::Result<Answered> {
    let agent = agent();
    let url = service.url(&request.path);
    let mut response = match &request.body {
        Some(body) => agent.post(url).content_type("application/json").send(&body[..]),
        None => agent.get(url).call(),
    }
    .with_context(|| format!("no answer to {} {}", request.method, request.path))?;
    let content_type = response.headers().get("content-type").and_then(|value| value.to_str().ok());
    Ok(Answered {
        status: response.status().as_u16(),
        content_type: content_type.unwrap_or("no content type").to_owned(),
        body: response.body_mut().read_to_string()?,
    })
}

fn shortened(text: &str) -> String {
    const MOST: usize = 300;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn good() -> Vec<Case> {
    let recommended = |customer: usize, limit: usize| {
        let record = |at: usize| json!({"item_id": customer % 1000 + at, "score": 1.0 - at as f64 / 128.0});
        Expected::Json((0..limit).map(record).collect())
    };
    let accepted = |count: usize| {
        let mean = (0..count).map(|at| (at % 5 + 1) as f64).sum::<f64>() / count as f64;
        Expected::Json(json!({"accepted": count, "mean_stars": mean}))
    };
    let case = |what, request, expected| Case { what, request, expected };
    vec![
        case("recommendations", recommendations(10), recommended(7, 10)),
        case("the most recommendations", recommendations(100), recommended(7, 100)),
        case("without a limit", get("/v0/api/recommendations?customer_id=1234567"), recommended(1_234_567, 10)),
        case("one rating", ratings(1), accepted(1)),
        case("50 ratings", ratings(50), accepted(50)),
        case("10,000 ratings", ratings(MOST), accepted(MOST)),
        case("an item", item(), Expected::Json(json!({"id": 7, "name": "item 7"}))),
    ]
}

fn broken() -> Vec<Case> {
    let refused = |what, request| Case { what, request, expected: Expected::Refused };
    let unreadable = |what, request| Case { what, request, expected: Expected::Unreadable };
    let edited = |edit: fn(&mut Value)| {
        let mut body = ratings_body(50);
        edit(&mut body);
        post(&body.to_string())
    };
    let whole = ratings_body(50).to_string();
    vec![
        refused("customer 0", get("/v0/api/recommendations?customer_id=0&limit=10")),
        refused("a limit of 0", get("/v0/api/recommendations?customer_id=7&limit=0")),
        refused("a limit of 1,000", get("/v0/api/recommendations?customer_id=7&limit=1000")),
        refused("9 stars in the last rating", edited(|body| body["ratings"][49]["stars"] = 9.into())),
        refused("an empty size", edited(|body| body["ratings"][49]["item"]["size"] = "".into())),
        refused("six tags", edited(|body| body["ratings"][49]["tags"] = json!(["a", "b", "c", "d", "e", "f"]))),
        refused("a note of 201 characters", edited(|body| body["ratings"][49]["note"] = "é".repeat(201).into())),
        refused("ratings of customer 0", edited(|body| body["customer_id"] = 0.into())),
        refused("no ratings", post(&ratings_body(0).to_string())),
        refused("10,001 ratings", ratings(MOST + 1)),
        unreadable("customer x", get("/v0/api/recommendations?customer_id=x&limit=10")),
        unreadable("no customer", get("/v0/api/recommendations?limit=10")),
        unreadable("a body that is cut off", post(&whole[..whole.len() / 2])),
        unreadable(
            "a rating without stars",
            edited(|body| drop(body["ratings"][49].as_object_mut().and_then(|rating| rating.remove("stars")))),
        ),
        unreadable("item abc", get("/items/abc")),
        Case { what: "an unknown path", request: get("/v0/api/nothing"), expected: Expected::NotFound },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratings_are_those_of_the_readme() {
        let readme = include_str!("../peers/README.md");
        let example = readme.split("```json").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
        assert_eq!(serde_json::from_str::<Value>(example).unwrap(), ratings_body(2));
    }

    #[test]
    fn an_answer_has_to_be_exact() {
        let answered = |status, content_type: &str, body: &str| Answered {
            status,
            content_type: content_type.to_owned(),
            body: body.to_owned(),
        };
        let expected = Expected::Json(json!({"id": 7}));
        assert!(answered(200, "application/json; charset=utf-8", "{\"id\": 7}").is(&expected));
        assert!(!answered(200, "text/plain", "{\"id\":7}").is(&expected));
        assert!(!answered(201, "application/json", "{\"id\":7}").is(&expected));
        assert!(!answered(200, "application/json", "{\"id\":8}").is(&expected));
        assert!(answered(422, "text/plain", "why").is(&Expected::Refused));
        assert!(!answered(422, "text/plain", "").is(&Expected::Refused));
        assert!(!answered(500, "text/plain", "why").is(&Expected::Refused));
    }
}
