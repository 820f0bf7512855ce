//! Request bodies: JSON, forms, files and bytes.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use toolkit::{
    prelude::*,
    serde_json::{Value, json},
};

fn client() -> toolkit::Client {
    toolkit::app!().client()
}

/// A line of an order.
#[data]
#[serde(rename_all = "camelCase")]
struct Line {
    #[validate(range(min = 1, max = 9))]
    quantity: u32,
    #[validate(range(min = 1))]
    price_cents: i64,
}

/// How an order is paid.
#[data]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Payment {
    Cash,
    Card {
        #[validate(length(equal = 4))]
        last_digits: String,
    },
}

/// Where an order goes.
#[data]
#[serde(rename_all = "camelCase")]
struct Address {
    #[validate(length(min = 1))]
    post_code: String,
}

fn not_too_much(order: &Order) -> Result<(), ValidationError> {
    let sum: i64 = order.items.iter().map(|line| line.price_cents * i64::from(line.quantity)).sum();
    if sum <= 1000 {
        Ok(())
    } else {
        Err(ValidationError::new("too_much").with_message("must cost at most 1000".into()))
    }
}

/// An order.
#[data]
#[serde(rename_all = "camelCase")]
#[validate(schema(function = not_too_much))]
struct Order {
    /// Who ordered.
    #[validate(length(min = 2, max = 20))]
    first_name: String,
    #[validate(email)]
    mail: Option<String>,
    #[validate(length(min = 1))]
    items: Vec<Line>,
    payment: Payment,
    #[serde(flatten)]
    address: Address,
    #[default(1)]
    urgency: u8,
    notes: Option<BTreeMap<String, Line>>,
    #[validate(must_match(other = mail))]
    mail_again: Option<String>,
}

/// Takes an order.
#[post("/orders", inline)]
fn order(#[validate(range(max = 5))] priority: Option<u8>, order: Order) -> Value {
    json!([priority, order])
}

fn good() -> Value {
    json!({
        "firstName": "Ada", "mail": "ada@example.org", "mailAgain": "ada@example.org",
        "items": [{"quantity": 1, "priceCents": 100}], "payment": {"kind": "card", "last_digits": "1234"},
        "postCode": "10115"
    })
}

#[toolkit::test]
async fn a_good_body_is_read() {
    let answer = client().post("/orders?priority=1").json(&good()).await;
    answer.assert_status(200);
    assert_eq!(answer.json::<Value>()[1]["urgency"], 1);
    let suffixed =
        client().post("/orders").body("application/merge-patch+json; charset=utf-8", good().to_string()).await;
    suffixed.assert_status(200);
}

#[toolkit::test]
async fn every_type_error_and_every_broken_rule_of_a_body_is_found_at_once() {
    let body = json!({
        "firstName": 3, "mail": "nobody",
        "items": [{"quantity": "x"}, {"quantity": 10, "priceCents": 1}, 7],
        "payment": {"kind": "card", "last_digits": 1234}, "urgency": 256
    });
    let answer = client().post("/orders?priority=9").json(&body).await;
    answer.assert_status(422);
    let mut violations = answer.violations();
    violations.sort();
    let expected = [
        "email body /mail",
        "range body /items/1/quantity",
        "range body /urgency",
        "range query priority",
        "required body /items/0/priceCents",
        "required body /postCode",
        "type body /firstName",
        "type body /items/0/quantity",
        "type body /items/2",
        "type body /payment/last_digits",
    ];
    assert_eq!(violations, expected);
}

#[toolkit::test]
async fn rules_of_nested_types_are_found_with_the_names_on_the_wire() {
    let body = json!({
        "firstName": "A", "mail": "ada@example.org", "mailAgain": "other@example.org",
        "items": [{"quantity": 0, "priceCents": 2000}, {"quantity": 9, "priceCents": 500}],
        "payment": {"kind": "card", "last_digits": "123"}, "postCode": "",
        "notes": {"a/b": {"quantity": 0, "priceCents": 1}}
    });
    let answer = client().post("/orders").json(&body).await;
    let mut violations = answer.violations();
    violations.sort();
    let expected = [
        "length body /firstName",
        "length body /payment/last_digits",
        "length body /postCode",
        "must_match body /mailAgain",
        "range body /items/0/quantity",
        "range body /notes/a~1b/quantity",
        "too_much body",
    ];
    assert_eq!(violations, expected);
    assert!(!answer.text().contains("other@example.org"));
}

#[toolkit::test]
async fn an_unknown_tag_names_the_known_ones() {
    let mut body = good();
    body["payment"] = json!({"kind": "sEcReT"});
    let answer = client().post("/orders").json(&body).await;
    answer.assert_status(422);
    assert!(!answer.text().contains("sEcReT"), "{}", answer.text());
    assert!(answer.violations().iter().all(|told| told.contains(" body /payment")), "{:?}", answer.violations());
}

#[toolkit::test]
async fn what_is_no_json_is_400_with_line_and_column() {
    for body in ["{\"firstName\": \n tru}", "{", "", "[1,]", "\u{feff}{}", "{} {}", "nan", "{\"a\": \"\u{1}\"}"] {
        let answer = client().post("/orders").body("application/json", body).await;
        answer.assert_status(400);
        let problem: Value = answer.json();
        assert!(problem["line"].is_u64() && problem["column"].is_u64(), "{problem}");
    }
    let broken = client().post("/orders").body("application/json", vec![0x7b, 0x22, 0xff, 0x22, 0x7d]).await;
    broken.assert_status(400);
}

#[toolkit::test]
async fn ten_thousand_levels_are_refused_without_harm() {
    let client = client();
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let body = format!("{}1{}", open.repeat(10_000), close.repeat(10_000));
        client.post("/orders").body("application/json", body).await.assert_status(400);
    }
    client.post("/orders").json(&good()).await.assert_status(200);
}

#[toolkit::test]
async fn a_member_given_twice_is_a_violation() {
    let body = good().to_string().replacen('{', "{\"firstName\": \"Eve\", ", 1);
    let answer = client().post("/orders").body("application/json", body).await;
    answer.assert_status(422);
    assert!(answer.violations()[0].starts_with("duplicate body"));
}

#[toolkit::test]
async fn a_fraction_for_an_integer_is_located() {
    let mut body = good();
    body["items"][0]["quantity"] = json!(1.0);
    let answer = client().post("/orders").json(&body).await;
    assert_eq!(answer.violations(), ["type body /items/0/quantity"]);
}

#[toolkit::test]
async fn another_media_type_is_415() {
    for media_type in ["text/plain", "application/xml", "application/jsonx", "json", "multipart/form-data; boundary=x"]
    {
        let answer = client().post("/orders").body(media_type, good().to_string()).await;
        answer.assert_status(415);
        assert_eq!(answer.header("accept"), Some("application/json"));
    }
    client().post("/orders").await.assert_status(415);
}

/// Takes a small body.
#[put("/small", body_limit = "20 B", inline)]
fn small(#[body] numbers: Vec<u8>) -> usize {
    numbers.len()
}

#[toolkit::test]
async fn an_endpoints_own_limit_is_kept() {
    client().put("/small").json(&[1, 2, 3]).await.assert_status(200);
    let large = client().put("/small").json(&[100; 20]).await;
    large.assert_status(413);
    assert!(large.text().contains("at most 20 bytes"), "{}", large.text());
}

#[toolkit::test]
async fn the_default_limit_is_two_mebibytes() {
    let body = format!("\"{}\"", "x".repeat(10 << 20));
    client().post("/orders").body("application/json", body).await.assert_status(413);
}

/// Takes a form.
#[post("/form", inline)]
fn form(
    #[form]
    #[validate(length(min = 1))]
    name: String,
    #[form] tags: Vec<String>,
    #[form("how many")] count: Option<u8>,
) -> Value {
    json!([name, tags, count])
}

/// Takes a form as a struct.
#[post("/form/struct", inline)]
fn form_struct(#[form] line: Line) -> Line {
    line
}

#[toolkit::test]
async fn forms_are_read_by_name_and_as_structs() {
    let answer =
        client().post("/form").form(&[("name", "a b"), ("tags", "x"), ("tags", "y&z"), ("how many", "3")]).await;
    assert_eq!(answer.json::<Value>(), json!(["a b", ["x", "y&z"], 3]));
    let answer = client().post("/form").form(&[("name", ""), ("how many", "x")]).await;
    assert_eq!(answer.violations(), ["length form name", "type form how many"]);
    let answer = client().post("/form/struct").form(&[("quantity", "3"), ("priceCents", "5")]).await;
    assert_eq!(answer.json::<Value>(), json!({"quantity": 3, "priceCents": 5}));
    let answer = client().post("/form/struct").form(&[("quantity", "30")]).await;
    let mut violations = answer.violations();
    violations.sort();
    let expected = ["range form quantity", "required form priceCents"];
    assert_eq!(violations, expected);
    client().post("/form").json(&good()).await.assert_status(415);
}

/// Takes files.
#[post("/upload", body_limit = "4 MiB")]
async fn upload(
    #[multipart] caption: String,
    #[multipart] photo: Upload,
    #[multipart] more: Vec<Upload>,
    #[multipart] thumbnail: Option<Upload>,
) -> toolkit::Result<Value> {
    let (name, kind, size) =
        (photo.file_name().map(str::to_owned), photo.content_type().map(str::to_owned), photo.size());
    let sum: u64 = photo.bytes().await?.iter().map(|byte| u64::from(*byte)).sum();
    Ok(json!([caption, name, kind, size, sum, more.len(), thumbnail.is_some()]))
}

fn part(name: &str, file: Option<&str>, content: &[u8]) -> Vec<u8> {
    let file = file.map(|file| format!("; filename=\"{file}\"\r\ncontent-type: image/png")).unwrap_or_default();
    let mut part = format!("--X\r\ncontent-disposition: form-data; name=\"{name}\"{file}\r\n\r\n").into_bytes();
    part.extend(content);
    part.extend(b"\r\n");
    part
}

async fn send(parts: &[Vec<u8>]) -> toolkit::TestResponse {
    let body = [parts.concat(), b"--X--\r\n".to_vec()].concat();
    client().post("/upload").body("multipart/form-data; boundary=X", body).await
}

#[toolkit::test]
async fn files_are_streamed_in_whatever_their_size_and_order() {
    for size in [10, 300 << 10, 3 << 20] {
        let answer = send(&[
            part("photo", Some("a.png"), &vec![1; size]),
            part("more", Some("b"), b"x"),
            part("more", Some("c"), b"y"),
            part("thumbnail", Some(""), b""),
            part("caption", None, b"hi"),
        ])
        .await;
        answer.assert_status(200);
        assert_eq!(answer.json::<Value>(), json!(["hi", "a.png", "image/png", size, size, 2, false]));
    }
}

#[toolkit::test]
async fn a_missing_file_is_located_and_a_large_one_is_413() {
    let answer = send(&[part("more", Some("b"), b"x")]).await;
    assert_eq!(answer.violations(), ["required form caption", "required form photo"]);
    send(&[part("photo", Some("a"), &vec![0; 5 << 20])]).await.assert_status(413);
    let cut = client().post("/upload").body("multipart/form-data; boundary=X", part("photo", Some("a"), b"x")).await;
    cut.assert_status(400);
    client().post("/upload").body("multipart/form-data", "x").await.assert_status(415);
}

#[toolkit::test]
async fn a_form_of_too_many_parts_or_too_long_texts_is_413() {
    let parts: Vec<_> = (0..1001).map(|_| part("more", Some("a"), b"")).collect();
    send(&parts).await.assert_status(413);
    send(&[part("caption", None, &vec![b'x'; 2 << 20])]).await.assert_status(413);
}

/// Takes bytes as they are.
#[post("/raw", inline)]
fn raw(#[body] bytes: Bytes) -> usize {
    bytes.len()
}

#[toolkit::test]
async fn bytes_are_taken_as_they_are() {
    assert_eq!(client().post("/raw").body("image/png", vec![0, 255]).await.json::<usize>(), 2);
}

/// By every rule that a schema tells in other words.
#[data]
struct Told {
    #[validate(contains("-"), regex("^[a-z-]+$"))]
    contains: Option<String>,
    #[validate(does_not_contain("!"))]
    clean: Option<String>,
    #[validate(non_control_character)]
    plain: Option<String>,
    #[validate(ip)]
    ip: Option<String>,
    #[validate(range(min = 18, code = "age", message = "must be of age"))]
    age: Option<u8>,
    #[validate(range(min = 0.0, max = 1.0))]
    share: Option<f64>,
    number: Option<u8>,
}

/// Takes what is told.
#[post("/told", inline)]
fn told(_told: Told) {}

#[toolkit::test]
async fn a_rule_says_the_same_whether_types_are_wrong_or_not() {
    let mut body = json!({
        "contains": "aB", "clean": "a!", "plain": "a\u{7}", "ip": "1.2.3", "age": 17, "share": 2.0
    });
    let alone: Value = client().post("/told").json(&body).await.json();
    body["number"] = json!("x");
    let beside: Value = client().post("/told").json(&body).await.json();
    let told = |problem: &Value| {
        let violations = problem["violations"].as_array().unwrap();
        let mut told: Vec<_> = violations.iter().map(ToString::to_string).collect();
        told.retain(|told| !told.contains("/number"));
        told.sort();
        told
    };
    assert_eq!(told(&alone), told(&beside));
    assert_eq!(told(&alone).len(), 7, "{alone}");
}

/// A formula.
#[data]
#[serde(tag = "op", rename_all = "snake_case")]
enum Formula {
    Not { of: Box<Formula> },
    Minus { of: Box<Formula> },
    Value { is: i64 },
}

/// Takes a formula.
#[post("/formula", inline)]
fn formula(_formula: Formula) {}

#[toolkit::test]
async fn a_deep_formula_is_searched_in_no_time() {
    let (mut body, depth) = (json!({"op": "value", "is": "x"}), 60);
    for _ in 0..depth {
        body = json!({"op": "not", "of": body});
    }
    let answer = client().post("/formula").json(&body).await;
    assert_eq!(answer.violations(), [format!("type body {}/is", "/of".repeat(depth))]);
}

#[toolkit::test]
async fn a_wrong_tag_is_told_with_all_that_are_known() {
    let answer = client().post("/formula").json(&json!({"op": "plus"})).await;
    assert_eq!(answer.violations(), ["enum body /op"]);
    assert!(answer.text().contains("must be one of not, minus, value"), "{}", answer.text());
}

/// Takes few lines.
#[post("/few", inline)]
fn few(#[validate(length(max = 2))] lines: Vec<Line>, #[validate(range(min = 1))] page: Option<u8>) -> String {
    format!("{} {page:?}", lines.len())
}

#[toolkit::test]
async fn the_rules_of_the_body_itself_are_told_beside_its_wrong_types() {
    let answer =
        client().post("/few?page=0").json(&json!([1, {"quantity": 1, "priceCents": 1}, {"quantity": 0}])).await;
    let mut violations = answer.violations();
    violations.sort();
    let expected =
        ["length body", "range body /2/quantity", "range query page", "required body /2/priceCents", "type body /0"];
    assert_eq!(violations, expected);
}

/// Takes numbers.
#[post("/numbers", inline)]
fn numbers(_numbers: Vec<Line>) {}

#[toolkit::test]
async fn the_answer_to_many_faults_stays_small() {
    let client = client();
    for count in [10_000, 100_000] {
        let answer = client.post("/numbers").json(&vec![0; count]).await;
        answer.assert_status(422);
        assert!(answer.bytes().len() < 200_000, "{}", answer.bytes().len());
    }
    let rows = vec![json!({"quantity": 0, "priceCents": 1}); 5000];
    let answer = client.post("/numbers").json(&rows).await;
    assert_eq!(answer.violations().len(), 1000);
    assert_eq!(answer.json::<Value>()["more"], true);
}

/// What maps and sets hold is checked too.
#[data]
struct Held {
    by_number: BTreeMap<u64, Line>,
    #[validate(inner(length(max = 3)))]
    names: std::collections::BTreeSet<String>,
}

/// Takes what is held.
#[post("/held", inline)]
fn held(_held: Held) {}

#[toolkit::test]
async fn members_of_maps_with_any_key_and_elements_of_sets_are_checked() {
    let body = json!({"by_number": {"7": {"quantity": 0, "priceCents": 1}}, "names": ["long name", "a"]});
    let answer = client().post("/held").json(&body).await;
    assert_eq!(answer.violations(), ["range body /by_number/7/quantity", "length body /names"]);
}
