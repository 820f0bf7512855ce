//! The forms of data types.

use std::{
    collections::{BTreeMap, HashMap},
    sync::LazyLock,
};
use toolkit::{prelude::*, serde_json};

/// A node.
#[data]
struct Node {
    #[validate(length(max = 2))]
    name: String,
    parent: Option<Box<Self>>,
    children: Vec<Node>,
}

#[data]
struct Unit;

#[data]
struct Empty {}

#[data]
enum Never {}

#[data]
struct Pair(#[validate(range(min = 1))] u32, #[default("b")] String);

#[data]
#[serde(transparent)]
struct Transparent {
    #[validate(length(min = 1))]
    text: String,
}

#[data]
#[serde(rename_all(serialize = "camelCase", deserialize = "SCREAMING_SNAKE_CASE"))]
struct Renamed {
    #[validate(range(min = 1))]
    price_cents: u32,
    #[serde(rename = "t")]
    title: String,
    r#type: String,
    #[serde(flatten)]
    more: BTreeMap<String, u32>,
    #[serde(skip)]
    cache: Option<u32>,
    #[serde(alias = "n", skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

#[data]
struct Flat {
    #[serde(flatten)]
    pair: Inner,
    other: u32,
}

#[data]
struct Inner {
    #[validate(range(max = 9))]
    digit: u32,
}

#[data]
struct Page<T> {
    #[validate(length(max = 3))]
    items: Vec<T>,
    #[default(1)]
    #[validate(range(min = 1))]
    page: u32,
    #[default(Vec::new())]
    rest: Vec<T>,
}

#[data]
struct Bounded<K: Ord, V>
where
    V: PartialEq,
{
    #[default(BTreeMap::new())]
    by_key: BTreeMap<K, V>,
}

#[data]
struct Fixed<const N: usize> {
    #[validate(length(min = 1))]
    names: Vec<String>,
}

#[data]
#[allow(non_camel_case_types)]
enum External {
    Unit,
    Newtype(#[validate(range(min = 1))] u32),
    Tuple(#[validate(range(min = 1))] u32, u32),
    Struct {
        #[validate(length(min = 1))]
        #[default("x")]
        text: String,
    },
    A_b {
        #[validate(range(min = 1))]
        c: u32,
    },
    A {
        #[validate(range(min = 1))]
        b_c: u32,
    },
}

#[data]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
enum Internal {
    Unit,
    Newtype(Inner),
    Struct {
        #[validate(range(min = 1))]
        price_cents: u32,
    },
}

#[data]
#[serde(tag = "kind")]
enum OnlyNames {
    One,
    Two,
}

#[data]
#[serde(tag = "kind", content = "value")]
enum Adjacent {
    Unit,
    Newtype(#[validate(range(min = 1))] u32),
    Tuple(u32, #[validate(range(min = 1))] u32),
    Struct {
        #[validate(range(min = 1))]
        amount: u32,
    },
}

#[data]
#[serde(untagged)]
enum Untagged {
    Number(#[validate(range(min = 1))] u32),
    Struct {
        #[validate(length(min = 2))]
        text: String,
    },
}

static CODE: LazyLock<regex::Regex> = LazyLock::new(|| regex::Regex::new("^[A-Z]+$").expect("it is a pattern"));
use toolkit::__private::regex;

fn even(number: &u32) -> Result<(), ValidationError> {
    if number.is_multiple_of(2) { Ok(()) } else { Err(ValidationError::new("even")) }
}

fn polite(text: &str) -> Result<(), ValidationError> {
    if text.starts_with("please") { Ok(()) } else { Err(ValidationError::new("polite")) }
}

fn in_order(range: &Rules) -> Result<(), ValidationError> {
    if range.from <= range.to { Ok(()) } else { Err(ValidationError::new("in_order")) }
}

#[data]
#[validate(schema(function = in_order))]
#[example(serde_json::json!({ "from": 1 }))]
struct Rules {
    #[validate(length(min = 1, max = 5, message = "is too long", code = "size"))]
    text: String,
    #[validate(length(equal = 2))]
    list: Vec<String>,
    #[validate(range(min = 0, exclusive_max = 1))]
    score: f64,
    #[validate(range(exclusive_min = -1.5))]
    float: f32,
    #[validate(range(min = -1, max = 1))]
    maybe: Option<f64>,
    #[validate(email)]
    email: String,
    #[validate(url)]
    url: Option<String>,
    #[validate(ip)]
    ip: String,
    #[validate(regex("^[a-z]+$"), non_control_character)]
    lower: String,
    #[validate(regex(path = *CODE))]
    code: String,
    #[validate(contains("a"), does_not_contain(pattern = "b"))]
    letters: String,
    #[validate(required)]
    needed: Option<u32>,
    #[validate(custom(function = even))]
    even: u32,
    #[validate(custom(function = even))]
    maybe_even: Option<u32>,
    #[validate(custom(function = "polite"))]
    polite: String,
    #[validate(custom(function = polite))]
    maybe_polite: Option<String>,
    #[validate(inner(length(min = 1), custom(function = polite)), length(max = 3))]
    politely: Vec<String>,
    #[validate(inner(range(min = 0)))]
    scores: Option<Vec<f64>>,
    #[validate(nested)]
    inner: Inner,
    password: String,
    #[validate(must_match(other = password, message = "must be the same"))]
    again: String,
    from: u32,
    to: u32,
    by_name: HashMap<String, Inner>,
}

fn pointers(value: &impl Validate) -> Vec<String> {
    let violations = value.validate().map_or_else(|violations| violations.0, |()| Vec::new());
    violations.into_iter().map(|violation| violation.pointer.unwrap_or_default()).collect()
}

#[test]
fn a_violation_is_where_its_value_is_in_the_data() {
    assert_eq!(pointers(&External::Struct { text: String::new() }), ["/Struct/text"]);
    assert_eq!(pointers(&External::Newtype(0)), ["/Newtype"]);
    assert_eq!(pointers(&External::Tuple(0, 0)), ["/Tuple/0"]);
    assert_eq!(pointers(&External::A_b { c: 0 }), ["/A_b/c"]);
    assert_eq!(pointers(&Internal::Newtype(Inner { digit: 10 })), ["/digit"]);
    assert_eq!(pointers(&Internal::Struct { price_cents: 0 }), ["/priceCents"]);
    assert_eq!(pointers(&Adjacent::Tuple(1, 0)), ["/value/1"]);
    assert_eq!(pointers(&Adjacent::Struct { amount: 0 }), ["/value/amount"]);
    assert_eq!(pointers(&Untagged::Number(0)), [""]);
    assert_eq!(pointers(&Untagged::Struct { text: String::new() }), ["/text"]);
    assert_eq!(pointers(&Flat { pair: Inner { digit: 10 }, other: 1 }), ["/digit"]);
    assert_eq!(pointers(&Transparent { text: String::new() }), [""]);
    let child = Node { name: "abc".into(), parent: None, children: Vec::new() };
    assert_eq!(pointers(&Node { name: "a".into(), parent: None, children: vec![child] }), ["/children/0/name"]);
    let page: Page<Inner> = serde_json::from_str(r#"{"items": []}"#).expect("the rest has defaults");
    assert_eq!(page.page, 1);
    let _ = (Unit, Empty {}, Pair(1, String::new()), OnlyNames::One);
}
