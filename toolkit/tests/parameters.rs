//! Where parameters come from, and what is said of those that are wrong.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeSet, HashSet};

use toolkit::{
    axum::http::Uri,
    jiff::{self, Timestamp, civil::Date},
    prelude::*,
    rust_decimal::Decimal,
    serde_json::{Value, json},
    uuid::Uuid,
};

fn client() -> toolkit::Client {
    toolkit::app!().client()
}

/// A colour.
#[data]
#[serde(rename_all = "kebab-case")]
enum Colour {
    DarkRed,
    #[serde(rename = "sky")]
    Blue,
}

/// A number of a customer.
#[data]
struct CustomerId(#[validate(range(min = 1))] i64);

type Count = u8;

/// Reads one of each scalar.
#[get("/scalars", inline)]
fn scalars(
    integer: i64,
    count: Count,
    float: f64,
    flag: bool,
    letter: char,
    text: String,
    date: Date,
    time: Timestamp,
    id: Uuid,
    price: Decimal,
    colour: Colour,
    customer: CustomerId,
) -> Value {
    json!([integer, count, float, flag, letter, text, date, time, id, price, colour, customer])
}

const GOOD: [(&str, &str); 12] = [
    ("integer", "-5"),
    ("count", "255"),
    ("float", "1.5e3"),
    ("flag", "true"),
    ("letter", "%C3%A9"),
    ("text", "a+b%26c"),
    ("date", "2026-01-31"),
    ("time", "2026-01-31T12:00:00Z"),
    ("id", "67e55044-10b1-426f-9247-bb680e5fe0c8"),
    ("price", "10.50"),
    ("colour", "dark-red"),
    ("customer", "7"),
];

fn query(pairs: &[(&str, &str)]) -> String {
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

#[toolkit::test]
async fn every_scalar_is_read() {
    let answer = client().get(&format!("/scalars?{}", query(&GOOD))).await;
    answer.assert_status(200);
    assert_eq!(
        answer.json::<Value>(),
        json!([
            -5,
            255,
            1500.0,
            true,
            "é",
            "a b&c",
            "2026-01-31",
            "2026-01-31T12:00:00Z",
            "67e55044-10b1-426f-9247-bb680e5fe0c8",
            "10.50",
            "dark-red",
            7
        ])
    );
}

#[toolkit::test]
async fn every_scalar_that_is_wrong_is_located_and_its_value_not_repeated() {
    let wrong: Vec<_> = GOOD.iter().map(|(name, _)| (*name, "sEcReT")).filter(|(name, _)| *name != "text").collect();
    let answer = client().get(&format!("/scalars?text=x&{}", query(&wrong))).await;
    answer.assert_status(422);
    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    assert!(!answer.text().contains("sEcReT"), "{}", answer.text());
    let expected: Vec<_> = wrong
        .iter()
        .map(|(name, _)| format!("{} query {name}", if *name == "colour" { "enum" } else { "type" }))
        .collect();
    assert_eq!(answer.violations(), expected);
}

#[toolkit::test]
async fn every_missing_scalar_is_located() {
    let answer = client().get("/scalars").await;
    answer.assert_status(422);
    assert_eq!(answer.violations().len(), 12);
    assert!(answer.violations().iter().all(|told| told.starts_with("required query ")));
}

async fn one_wrong(name: &str, value: &str) -> String {
    let pairs: Vec<_> = GOOD.iter().map(|(n, v)| (*n, if *n == name { value } else { *v })).collect();
    let answer = client().get(&format!("/scalars?{}", query(&pairs))).await;
    answer.assert_status(422);
    let violations = answer.violations();
    assert_eq!(violations.len(), 1, "{violations:?}");
    violations[0].clone()
}

#[toolkit::test]
async fn integers_beyond_their_type_are_out_of_range() {
    for (name, value) in [("count", "256"), ("count", "-1"), ("integer", "9223372036854775808")] {
        assert_eq!(one_wrong(name, value).await, format!("range query {name}"));
    }
    assert_eq!(one_wrong("customer", "0").await, "range query customer");
}

#[toolkit::test]
async fn nan_infinity_and_empty_numbers_are_refused() {
    for value in ["NaN", "inf", "-Infinity", "", "0x1p3", "1_000"] {
        assert_eq!(one_wrong("float", value).await, "type query float", "{value}");
    }
    assert_eq!(one_wrong("integer", "").await, "type query integer");
    assert_eq!(one_wrong("flag", "").await, "type query flag");
    assert_eq!(one_wrong("letter", "").await, "type query letter");
}

#[toolkit::test]
async fn broken_escapes_and_bytes_that_are_no_utf_8_are_refused() {
    for value in ["%", "%4", "%zz", "%ff", "%c3%28"] {
        assert_eq!(one_wrong("text", value).await, "encoding query text", "{value}");
    }
}

#[toolkit::test]
async fn a_scalar_given_twice_is_refused() {
    let answer = client().get(&format!("/scalars?{}&text=again", query(&GOOD))).await;
    assert_eq!(answer.violations(), ["repeated query text"]);
}

#[toolkit::test]
async fn an_overlong_parameter_is_read_and_checked_like_any_other() {
    let answer = client().get(&format!("/scalars?{}", query(&GOOD).replace("-5", &"9".repeat(10_000)))).await;
    assert_eq!(answer.violations(), ["range query integer"]);
}

/// Reads what may be missing.
#[get("/optional", inline)]
fn optional(
    maybe: Option<i64>,
    #[validate(length(max = 3), inner(length(max = 2)))] many: Vec<String>,
    unique: BTreeSet<i64>,
    loose: HashSet<Colour>,
    perhaps: Option<Vec<u8>>,
    #[default(10)]
    #[validate(range(min = 1, max = 100))]
    limit: u32,
    #[default("best")] order: String,
    #[default(Colour::Blue)] colour: Colour,
) -> Value {
    json!([maybe, many, unique, loose, perhaps, limit, order, colour])
}

#[toolkit::test]
async fn what_is_optional_may_be_missing_and_defaults_stand_in() {
    let answer = client().get("/optional").await;
    answer.assert_status(200);
    assert_eq!(answer.json::<Value>(), json!([null, [], [], [], null, 10, "best", "sky"]));
}

#[toolkit::test]
async fn lists_and_sets_are_gathered_from_repeated_names() {
    let answer = client().get("/optional?many=b&unique=2&many=a&unique=1&unique=2&perhaps=1&loose=sky&loose=sky").await;
    assert_eq!(answer.json::<Value>(), json!([null, ["b", "a"], [1, 2], ["sky"], [1], 10, "best", "sky"]));
}

#[toolkit::test]
async fn elements_and_lists_are_both_checked() {
    let answer = client().get("/optional?many=a&many=long&many=b&many=c&unique=x&unique=1&maybe=&limit=0").await;
    let mut violations = answer.violations();
    violations.sort();
    let expected =
        ["length query many", "length query many /1", "range query limit", "type query maybe", "type query unique /0"];
    assert_eq!(violations, expected);
}

/// Reads from everywhere.
#[get("/places/{a}/{b}/{*rest}", inline)]
fn places(
    a: i64,
    #[path("b")] second: String,
    rest: String,
    #[header] user_agent: Option<String>,
    #[header("X-Tags")] tags: Vec<String>,
    #[cookie] session: Option<String>,
    #[query("page[size]")] size: Option<u32>,
    r#type: Option<String>,
    uri: Uri,
) -> Value {
    json!([a, second, rest, user_agent, tags, session, size, r#type, uri.path()])
}

#[toolkit::test]
async fn each_place_is_read() {
    let answer = client()
        .get("/places/1/x%2Fy/c/d%20e?page%5Bsize%5D=5&type=t")
        .header("user-agent", "test")
        .header("x-tags", "red, blue")
        .header("x-tags", "green")
        .header("cookie", "other=1; session=a%20b")
        .await;
    answer.assert_status(200);
    assert_eq!(
        answer.json::<Value>(),
        json!([1, "x/y", "c/d e", "test", ["red", "blue", "green"], "a b", 5, "t", "/places/1/x%2Fy/c/d%20e"])
    );
}

#[toolkit::test]
async fn a_path_variable_of_the_wrong_type_is_located_in_the_path() {
    let answer = client().get("/places/one/b/c").await;
    assert_eq!(answer.violations(), ["type path a"]);
}

/// How a list is cut into pages.
#[data]
struct Page {
    /// From which.
    #[default(0)]
    offset: u32,
    /// How many.
    #[default(10)]
    #[validate(range(min = 1, max = 50))]
    limit: u32,
    genres: Option<Vec<String>>,
    after: Option<Date>,
    colour: Option<Colour>,
}

/// The one who asks.
#[data]
struct Caller {
    x_request_source: String,
    x_attempt: Option<u8>,
}

/// Reads parameters that stand in structs.
#[get("/spread", inline)]
fn spread(#[query] page: Page, #[header] caller: Caller) -> Value {
    json!([page, caller])
}

#[toolkit::test]
async fn a_struct_spreads_into_one_parameter_for_each_field() {
    let answer = client()
        .get("/spread?limit=5&genres=a&genres=b&after=2026-01-31&colour=sky")
        .header("x-request-source", "app")
        .await;
    answer.assert_status(200);
    assert_eq!(
        answer.json::<Value>(),
        json!([
            {"offset": 0, "limit": 5, "genres": ["a", "b"], "after": "2026-01-31", "colour": "sky"},
            {"x_request_source": "app", "x_attempt": null}
        ])
    );
}

#[toolkit::test]
async fn every_wrong_field_of_a_struct_is_told_by_its_parameter() {
    let answer =
        client().get("/spread?limit=51&offset=-1&after=tomorrow&colour=green").header("x-attempt", "300").await;
    let mut violations = answer.violations();
    violations.sort();
    let expected = [
        "enum query colour",
        "range header x-attempt",
        "range query limit",
        "range query offset",
        "required header x-request-source",
        "type query after",
    ];
    assert_eq!(violations, expected);
}

#[toolkit::test]
async fn a_field_that_is_read_and_breaks_a_rule_is_told_by_its_parameter() {
    let answer = client().get("/spread?limit=51").header("x-request-source", "app").await;
    assert_eq!(answer.violations(), ["range query limit"]);
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "validator's functions take references")]
fn is_even(value: &i64) -> Result<(), ValidationError> {
    if value % 2 == 0 { Ok(()) } else { Err(ValidationError::new("even").with_message("must be even".into())) }
}

/// Checks by every rule.
#[get("/rules", inline)]
fn rules(
    #[validate(length(min = 2, max = 4))] length: String,
    #[validate(range(exclusive_min = 0.0, max = 1.0))] range: f64,
    #[validate(email)] email: String,
    #[validate(url)] url: String,
    #[validate(ip)] ip: String,
    #[validate(regex("^[a-z]+$"))] regex: String,
    #[validate(contains("-"))] contains: String,
    #[validate(does_not_contain("!"))] clean: String,
    #[validate(non_control_character)] plain: String,
    #[validate(custom(function = is_even))] custom: i64,
    #[validate(range(min = 18, message = "must be of age", code = "age"))] worded: u8,
) -> Value {
    json!([length, range, email, url, ip, regex, contains, clean, plain, custom, worded])
}

#[toolkit::test]
async fn every_rule_finds_what_breaks_it_and_lets_the_rest_pass() {
    let good = [
        ("length", "abc"),
        ("range", "0.5"),
        ("email", "a@b.de"),
        ("url", "https%3A//x.de/"),
        ("ip", "::1"),
        ("regex", "abc"),
        ("contains", "a-b"),
        ("clean", "ab"),
        ("plain", "ab"),
        ("custom", "4"),
        ("worded", "18"),
    ];
    client().get(&format!("/rules?{}", query(&good))).await.assert_status(200);
    let bad = [
        ("length", "%C3%A9"),
        ("range", "0"),
        ("email", "a.de"),
        ("url", "x"),
        ("ip", "1.2.3"),
        ("regex", "Abc"),
        ("contains", "ab"),
        ("clean", "a!"),
        ("plain", "a%07"),
        ("custom", "3"),
        ("worded", "17"),
    ];
    let answer = client().get(&format!("/rules?{}", query(&bad))).await;
    let codes: Vec<_> = answer.violations().iter().map(|told| told.split(' ').next().unwrap().to_owned()).collect();
    assert_eq!(
        codes,
        [
            "length",
            "range",
            "email",
            "url",
            "ip",
            "regex",
            "contains",
            "does_not_contain",
            "non_control_character",
            "even",
            "age"
        ]
    );
    let problem: Value = answer.json();
    assert_eq!(problem["violations"][9]["message"], "must be even");
    assert_eq!(problem["violations"][10]["message"], "must be of age");
    assert_eq!(problem["violations"][1]["message"], "must be greater than 0 and at most 1");
}

/// Numbers that must not lose a digit, and times that need a time zone.
#[data]
struct Exact {
    price: Decimal,
    count: Option<u64>,
    at: Option<jiff::Zoned>,
}

/// Reads exactly.
#[get("/exact", inline)]
fn exact(#[query] exact: Exact) -> Value {
    json!([exact.price, exact.count, exact.at])
}

#[toolkit::test]
async fn a_struct_reads_its_fields_as_exactly_as_parameters_are_read() {
    let price = "0.1234567890123456789012345678";
    let at = "2026-01-31T12:00:00%2B01:00[Europe/Berlin]";
    let answer = client().get(&format!("/exact?price={price}&count=007&at={at}")).await;
    answer.assert_status(200);
    assert_eq!(answer.json::<Value>(), json!([price, 7, "2026-01-31T12:00:00+01:00[Europe/Berlin]"]));
    let answer = client().get("/exact?price=1&count=+5").await;
    assert_eq!(answer.violations(), ["type query count"]);
    assert!(answer.text().contains("\"must be an integer\""), "{}", answer.text());
}
