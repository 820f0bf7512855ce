//! The service on its real data, called in process.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{collections::BTreeSet, sync::LazyLock};

use recommendations::{
    catalogue::Item,
    endpoints::{RatingsTaken, Recommendation},
    ratings::Rating,
};
use serde_json::{Value, json};
use toolkit::Client;

/// One service for all tests: its ranker takes a second or two to fit without optimisation.
static CLIENT: LazyLock<Client> = LazyLock::new(|| toolkit::app!().client());

/// All tests in one, since tests run in threads of one process or in a process each.
#[toolkit::test]
async fn the_service_recommends_lists_and_learns() {
    recommends_best_first().await;
    an_unknown_customer_is_404().await;
    describes_and_lists_films().await;
    rated_films_are_never_recommended_again().await;
    wrong_requests_are_told_all_that_is_wrong().await;
}

async fn recommends_best_first() {
    let answer = CLIENT.get("/v0/api/recommendations?customer_id=7").await;
    answer.assert_status(200);
    let recommendations: Vec<Recommendation> = answer.json();
    assert_eq!(recommendations.len(), 10);
    assert!(recommendations.is_sorted_by(|a, b| a.score >= b.score));
    assert!(recommendations.iter().all(|film| (0.0..=1.0).contains(&film.score) && !film.title.is_empty()));
}

async fn an_unknown_customer_is_404() {
    let answer = CLIENT.get("/v0/api/recommendations?customer_id=100000").await;
    answer.assert_status(404);
    let problem: Value = answer.json();
    assert_eq!((&problem["code"], &problem["customer_id"]), (&json!("unknown_customer"), &json!(100_000)));
}

async fn describes_and_lists_films() {
    let toy_story: Item = CLIENT.get("/v0/api/items/1").await.json();
    assert_eq!((toy_story.title.as_str(), toy_story.year), ("Toy Story", Some(1995)));
    CLIENT.get("/v0/api/items/4242424242").await.assert_status(404);

    let newest: Vec<Item> = CLIENT.get("/v0/api/items?genre=Comedy&genre=Crime&sort=newest&limit=5").await.json();
    assert_eq!(newest.len(), 5);
    assert!(newest.is_sorted_by(|a, b| a.year >= b.year));
    assert!(newest.iter().all(|film| ["Comedy", "Crime"].iter().all(|genre| film.genres.iter().any(|g| g == genre))));
}

async fn rated_films_are_never_recommended_again() {
    let recommended = async |customer: i64| -> BTreeSet<u64> {
        let path = format!("/v0/api/recommendations?customer_id={customer}&limit=100");
        let films: Vec<Recommendation> = CLIENT.get(&path).await.json();
        films.into_iter().map(|film| film.item_id).collect()
    };
    let before = recommended(9).await;
    let ratings: Vec<_> = before.iter().map(|&item_id| Rating { customer_id: 9, item_id, rating: 4.0 }).collect();
    let answer = CLIENT.post("/v0/api/ratings").json(&ratings).await;
    answer.assert_status(201);
    let taken: RatingsTaken = answer.json();
    assert_eq!((taken.added, taken.replaced), (100, 0));
    assert!(recommended(9).await.is_disjoint(&before));

    let newcomer = [Rating { customer_id: 5000, item_id: 1, rating: 5.0 }];
    CLIENT.get("/v0/api/recommendations?customer_id=5000").await.assert_status(404);
    CLIENT.post("/v0/api/ratings").json(&newcomer).await.assert_status(201);
    assert!(!recommended(5000).await.is_empty());
}

async fn wrong_requests_are_told_all_that_is_wrong() {
    let answer = CLIENT.get("/v0/api/recommendations?customer_id=x&limit=0").await;
    let expected = ["type query customer_id", "range query limit"];
    assert_eq!(answer.violations(), expected);

    let ratings = json!([{"customer_id": 7, "item_id": 1, "rating": 9.5}, {"customer_id": 0, "item_id": "one"}]);
    let answer = CLIENT.post("/v0/api/ratings").json(&ratings).await;
    let places: BTreeSet<_> =
        answer.violations().iter().map(|told| told.split_once(' ').unwrap().1.to_owned()).collect();
    let expected = ["/0/rating", "/1/customer_id", "/1/item_id", "/1/rating"];
    assert_eq!(places, expected.map(|pointer| format!("body {pointer}")).into());

    let unknown = [Rating { customer_id: 7, item_id: 4_242_424_242, rating: 3.0 }];
    let answer = CLIENT.post("/v0/api/ratings").json(&unknown).await;
    answer.assert_status(404);
    assert_eq!(answer.json::<Value>()["item_ids"], json!([4_242_424_242_u64]));
}

#[test]
fn the_document_is_as_published() {
    let published = include_str!("../openapi.json");
    let differences = toolkit::app!().openapi().unwrap().differences_from(published).unwrap();
    assert!(differences.is_empty(), "run `cargo run -p recommendations -- openapi`:\n{}", differences.join("\n"));
}
