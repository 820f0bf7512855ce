//! Resources, dependencies and credentials.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::atomic::{AtomicUsize, Ordering};

use toolkit::{
    prelude::*,
    serde_json::{Value, json},
};

struct Base(&'static str);
struct Derived(String);
struct Late(usize);

#[resource]
fn base() -> Base {
    Base("made")
}

#[resource]
async fn derived(base: &Base, late: &Late) -> toolkit::Result<Derived> {
    Ok(Derived(format!("{} {}", base.0, late.0)))
}

#[resource]
fn late() -> Late {
    Late(3)
}

/// Lends.
#[get("/lent")]
async fn lent(derived: &Derived, base: &Base) -> String {
    format!("{} from {}", derived.0, base.0)
}

#[toolkit::test]
async fn resources_are_made_in_the_order_of_what_they_borrow() {
    let answer = toolkit::app!().with(Users::default()).client().get("/lent").await;
    assert_eq!(answer.json::<String>(), "made 3 from made");
}

#[toolkit::test]
async fn a_value_put_in_stands_for_the_made_one() {
    let client = toolkit::app!().with(Users::default()).with(Derived("put in".to_owned())).client();
    assert_eq!(client.get("/lent").await.json::<String>(), "put in from made");
}

/// Knows the tokens.
#[derive(Default)]
struct Users {
    asked: AtomicUsize,
}

/// A user.
#[data]
struct User {
    name: String,
}

/// Finds out who asks.
#[dependency]
async fn current_user(
    token: Bearer,
    /// Whose rights to take.
    #[header("X-On-Behalf-Of")]
    #[validate(length(min = 2))]
    on_behalf_of: Option<String>,
    users: &Users,
) -> Result<User, Unauthorized> {
    users.asked.fetch_add(1, Ordering::Relaxed);
    token.verify("right")?;
    Ok(User { name: on_behalf_of.unwrap_or_else(|| "ada".to_owned()) })
}

/// Finds out what the one who asks may do.
#[dependency]
fn rights(#[depends(current_user)] user: User, #[validate(range(max = 9))] level: Option<u8>) -> Vec<String> {
    vec![format!("{}-{}", user.name, level.unwrap_or(0))]
}

/// Shows who asks.
#[get("/me")]
async fn me(
    #[depends(current_user)] user: User,
    #[depends(rights)] rights: Vec<String>,
    users: &Users,
    #[validate(range(min = 1))] page: Option<u32>,
) -> Value {
    json!([user, rights, users.asked.load(Ordering::Relaxed), page])
}

fn client() -> toolkit::Client {
    toolkit::app!().with(Users::default()).client()
}

#[toolkit::test]
async fn a_dependency_used_twice_is_called_once_for_a_request() {
    let client = client();
    let answer = client.get("/me?level=2").bearer("right").await;
    answer.assert_status(200);
    assert_eq!(answer.json::<Value>(), json!([{"name": "ada"}, ["ada-2"], 1, null]));
    let again = client.get("/me").bearer("right").header("x-on-behalf-of", "bob").await;
    assert_eq!(again.json::<Value>(), json!([{"name": "bob"}, ["bob-0"], 2, null]));
}

#[toolkit::test]
async fn a_dependency_refuses_before_anything_else_is_told() {
    for call in [client().get("/me?page=0"), client().get("/me?page=0").bearer("wrong")] {
        let answer = call.await;
        answer.assert_status(401);
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    }
}

#[toolkit::test]
async fn what_is_wrong_in_dependencies_and_endpoint_is_told_together() {
    let answer = client().get("/me?page=0&level=10").bearer("right").header("x-on-behalf-of", "x").await;
    let expected = ["length header X-On-Behalf-Of", "range query level", "range query page"];
    assert_eq!(answer.violations(), expected);
}

#[toolkit::test]
async fn what_a_dependency_reads_is_documented_on_the_endpoint() {
    let document = toolkit::app!().openapi().unwrap();
    let operation = &document.as_value()["paths"]["/me"]["get"];
    let names: Vec<_> = operation["parameters"]
        .as_array()
        .unwrap()
        .iter()
        .map(|parameter| parameter["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["X-On-Behalf-Of", "level", "page"]);
    assert_eq!(operation["security"], json!([{"bearer": []}]));
    assert!(operation["responses"]["401"].is_object());
    assert!(operation["responses"]["503"].is_object(), "a dependency that is not async waits for the pool");
    assert_eq!(
        document.as_value()["components"]["securitySchemes"]["bearer"],
        json!({"type": "http", "scheme": "bearer"})
    );
}

/// Opens with every kind of credentials.
#[get("/door", inline)]
fn door(
    basic: Option<Basic>,
    #[header("X-Api-Key")] header: Option<ApiKey>,
    #[query] key: Option<ApiKey>,
    #[cookie("session")] cookie: Option<ApiKey>,
) -> Value {
    json!([
        basic.map(|basic| (basic.user().to_owned(), basic.verify("ada", "pass:word").is_ok())),
        header.map(|key| key.verify("h").is_ok()),
        key.map(|key| key.verify("q").is_ok()),
        cookie.map(|key| key.verify("c").is_ok()),
    ])
}

#[get("/vault", inline)]
fn vault(#[header("X-Api-Key")] key: ApiKey, basic: Basic) -> Result<(), Unauthorized> {
    key.verify("open")?;
    basic.verify("ada", "pass")
}

#[toolkit::test]
async fn credentials_are_read_from_their_place_and_compared() {
    let client = client();
    assert_eq!(client.get("/door").await.json::<Value>(), json!([null, null, null, null]));
    let answer = client
        .get("/door?key=q")
        .header("authorization", "basic YWRhOnBhc3M6d29yZA==")
        .header("x-api-key", "wrong")
        .header("cookie", "session=c")
        .await;
    assert_eq!(answer.json::<Value>(), json!([["ada", true], false, true, true]));
}

#[toolkit::test]
async fn missing_broken_and_wrong_credentials_are_all_401() {
    let client = client();
    let good = "Basic YWRhOnBhc3M=";
    client.get("/vault").header("x-api-key", "open").header("authorization", good).await.assert_status(204);
    for (key, basic) in [
        ("", good),
        ("shut", good),
        ("open", ""),
        ("open", "Basic"),
        ("open", "Basic ???"),
        ("open", "Basic YWRh"),
        ("open", "Basic YWRhOng="),
        ("open", "Bearer YWRhOnBhc3M="),
        ("open", "BasicYWRhOnBhc3M="),
    ] {
        let answer = client.get("/vault").header("x-api-key", key).header("authorization", basic).await;
        answer.assert_status(401);
        assert!(answer.header("www-authenticate").is_some(), "{key} {basic}");
    }
}

#[toolkit::test]
async fn credentials_are_never_shown_by_debug() {
    #[get("/shown", inline)]
    fn shown(token: Bearer, #[query] key: ApiKey) -> String {
        format!("{token:?} {key:?}")
    }
    let answer = client().get("/shown?key=sEcReT").bearer("sEcReT").await;
    answer.assert_status(200);
    assert!(!answer.text().contains("sEcReT"));
}

#[cfg(feature = "http-client")]
mod client {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use toolkit::{http::Client, prelude::*};

    static MADE: AtomicUsize = AtomicUsize::new(0);

    #[resource]
    fn own_client() -> toolkit::Result<Client> {
        MADE.fetch_add(1, Ordering::Relaxed);
        Ok(Client::new()?)
    }

    #[get("/client")]
    async fn lent_client(client: &Client) -> Text {
        Text(format!("{client:?}"))
    }

    #[toolkit::test]
    async fn a_resource_function_stands_for_a_default() {
        super::client().get("/client").await.assert_status(200);
        assert!(MADE.load(Ordering::Relaxed) > 0);
    }
}
