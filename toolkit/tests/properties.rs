//! What holds for every request, whatever is in it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::LazyLock;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::prelude::*;
use toolkit::{
    Client, TestResponse,
    prelude::*,
    serde_json::{self, Value, json},
};

/// Repeats texts.
#[get("/repeat/{path}", inline)]
fn repeat(path: String, query: String, #[cookie] cookie: Option<String>, many: Vec<String>) -> Value {
    json!([path, query, cookie, many])
}

/// Repeats numbers.
#[get("/numbers", inline)]
fn numbers(integer: i64, small: u8, float: f64) -> Value {
    json!([integer, small, float])
}

/// How deep it goes.
#[data]
#[serde(rename_all = "camelCase")]
struct Node {
    #[validate(length(max = 3))]
    name: String,
    #[validate(range(min = -5, max = 5))]
    how_deep: Option<i8>,
    #[serde(default)]
    children: Vec<Node>,
    kind: Option<Kind>,
}

/// What it is.
#[data]
#[serde(untagged)]
enum Kind {
    Number(u8),
    Named {
        #[validate(length(min = 1))]
        is: String,
    },
}

/// Takes a tree.
#[post("/tree", inline)]
fn tree(node: Node) -> Node {
    node
}

static RUNTIME: LazyLock<tokio::runtime::Runtime> =
    LazyLock::new(|| tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap());
static CLIENT: LazyLock<Client> = LazyLock::new(|| toolkit::app!().client());

fn get(path: &str) -> TestResponse {
    RUNTIME.block_on(CLIENT.get(path).into_future())
}

fn post(body: Vec<u8>) -> TestResponse {
    RUNTIME.block_on(CLIENT.post("/tree").body("application/json", body).into_future())
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// JSON that is often nearly a `Node`.
fn nearly_a_node() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-10_i64..300).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[a-z]{0,5}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        let names = prop::sample::select(vec!["name", "howDeep", "children", "kind", "is", "other"]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((names, inner), 0..6)
                .prop_map(|pairs| pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_arrives_as_it_was_sent(path in "\\PC{1,20}", query in any::<String>(), many in any::<Vec<String>>()) {
        let list = many.iter().map(|text| format!("&many={}", encode(text))).collect::<Vec<_>>().concat();
        let answer = get(&format!("/repeat/{}?query={}{list}", encode(&path), encode(&query)));
        prop_assert_eq!(answer.json::<Value>(), json!([path, query, null, many]));
    }

    #[test]
    fn a_number_is_read_as_it_is_or_located(integer in any::<i64>(), small in -50_i32..300, float in any::<f64>()) {
        let answer = get(&format!("/numbers?integer={integer}&small={small}&float={float}"));
        let expected: Vec<_> = [("range", "query small", !(0..256).contains(&small)), ("type", "query float", !float.is_finite())]
            .into_iter()
            .filter(|(_, _, wrong)| *wrong)
            .map(|(code, place, _)| format!("{code} {place}"))
            .collect();
        if expected.is_empty() {
            prop_assert_eq!(answer.json::<Value>(), json!([integer, small, float]));
        } else {
            prop_assert_eq!(answer.violations(), expected);
        }
    }

    #[test]
    fn no_text_for_a_number_harms_the_service(text in any::<String>()) {
        let status = get(&format!("/numbers?integer={0}&small={0}&float={0}", encode(&text))).status();
        prop_assert!(status == 200 || status == 422, "{}", status);
    }

    #[test]
    fn no_query_harms_the_service(query in "[ -~&&[^#<>\"`{}|\\\\^]]{0,60}") {
        let query = query.replace(' ', "+");
        let status = get(&format!("/repeat/x?{query}")).status();
        prop_assert!(status == 200 || status == 422, "{}", status);
    }

    #[test]
    fn no_bytes_as_json_harm_the_service(bytes in any::<Vec<u8>>()) {
        let status = post(bytes).status();
        prop_assert!(status == 200 || status == 400 || status == 422, "{}", status);
    }

    #[test]
    fn a_body_is_taken_just_when_serde_reads_it_and_its_rules_hold(value in nearly_a_node()) {
        let body = serde_json::to_vec(&value).unwrap();
        let valid = serde_json::from_slice::<Node>(&body).is_ok_and(|node| node.validate().is_ok());
        let answer = post(body);
        prop_assert_eq!(answer.status().as_u16(), if valid { 200 } else { 422 }, "{} {}", value, answer.text());
        if !valid {
            let violations = answer.violations();
            prop_assert!(!violations.is_empty());
            prop_assert!(violations.iter().all(|told| leads_into(&value, told)), "{:?}", violations);
        }
    }
}

/// Whether the pointer leads to something in the value, or to a member that is missing there.
fn leads_into(value: &Value, told: &str) -> bool {
    let Some((_, pointer)) = told.split_once(" body /") else { return told.ends_with(" body") };
    let pointer = format!("/{pointer}");
    let parent = pointer.rsplit_once('/').map_or("", |(parent, _)| parent);
    value.pointer(&pointer).is_some() || value.pointer(parent).is_some_and(Value::is_object)
}
