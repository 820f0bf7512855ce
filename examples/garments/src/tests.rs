//! Calls the service as its clients do: through every layer, but without a socket.

use toolkit::{TestResponse, serde_json::Value};

use crate::{
    catalogue::{Catalogue, Item},
    endpoints::Recommendation,
};

const PATH: &str = "/v0/api/recommendations";

async fn ask(query: &str) -> TestResponse {
    toolkit::app!().client().get(&format!("{PATH}?{query}")).await
}

#[toolkit::test]
async fn recommendations_come_best_first() {
    let reply = ask("item_id=1&limit=5").await;
    let recommended: Vec<Recommendation> = reply.assert_status(200).json();
    assert_eq!(recommended.len(), 5);
    assert!(recommended.is_sorted_by(|a, b| a.score >= b.score));
    assert!(recommended.iter().all(|recommendation| recommendation.item.id != 1));
}

#[toolkit::test]
async fn all_that_is_wrong_with_a_request_is_told() {
    let reply = ask("item_id=0&limit=many").await;
    let mut violations = reply.assert_status(422).violations();
    violations.sort();
    assert_eq!(violations, ["range query item_id", "type query limit"]);
}

#[toolkit::test]
async fn an_unknown_garment_is_a_declared_problem() {
    let problem: Value = ask("item_id=999").await.assert_status(404).json();
    assert_eq!(problem["code"], "unknown_item");
    assert_eq!(problem["item_id"], 999);
}

#[toolkit::test]
async fn a_resource_can_be_replaced_in_a_test() {
    let garment = |id, tag: &str| Item { id, name: format!("Garment {id}"), tags: [tag.to_owned()].into() };
    let catalogue = Catalogue { items: vec![garment(1, "red"), garment(2, "blue"), garment(3, "red")] };
    let client = toolkit::app!().with(catalogue).client();
    let recommended: Vec<Recommendation> = client.get(&format!("{PATH}?item_id=1")).await.json();
    assert_eq!(recommended.len(), 1);
    assert_eq!(recommended[0].item.id, 3);
}
