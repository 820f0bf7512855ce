//! On request, with a token.

use std::{
    fs,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use serde_json::{Value, json};
use toolkit::{Client, Model, TestResponse, data, model::PublicKey};
use toolkit_envelope::{Envelope, signature::SigningKey};

use super::{Source, client, factor, incompatible, of_most, version};

const TOKEN: &str = "t0ken-of-the-tests";

async fn reload(client: &Client) -> TestResponse {
    client.post("/scale/reload").bearer(TOKEN).await
}

/// Whether this is a process with a token; if not, the test `name` has been run in one.
fn has_token(name: &str) -> bool {
    if std::env::var("TOOLKIT_MODEL_RELOAD_TOKEN").is_ok_and(|token| token == TOKEN) {
        return true;
    }
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([&format!("swap::reload::{name}"), "--exact", "--nocapture"]).env("TOOLKIT_MODEL_RELOAD_TOKEN", TOKEN);
    let output = command.output().unwrap();
    let told = [output.stdout, output.stderr].concat();
    let told = String::from_utf8_lossy(&told);
    assert!(output.status.success() && told.contains("1 passed"), "{told}");
    false
}

#[toolkit::test]
async fn another_version_serves_after_a_reload_and_its_changes_are_told() {
    if !has_token("another_version_serves_after_a_reload_and_its_changes_are_told") {
        return;
    }
    let (one, two) = (of_most(2.0, 1000), of_most(3.0, 2000));
    let source = Source::of(&one);
    let client = client(source.handler());
    assert_eq!(factor(&client).await, 2.0);
    source.put(&two);
    assert_eq!(factor(&client).await, 2.0);
    let answer = reload(&client).await.assert_status(200).json::<Value>();
    let change = |column| {
        let message = "has a greatest value of 2000.0, had 1000.0";
        let pointer = format!("/params/rows/{column}");
        json!({ "function": "predict", "pointer": pointer, "breaking": false, "message": message })
    };
    let (from, to) = (one.id().to_string(), two.id().to_string());
    let changes = [change("a"), change("b")];
    assert_eq!(answer, json!({ "changed": true, "from": from, "to": to, "changes": changes, "not_routed": [] }));
    assert_eq!(factor(&client).await, 3.0);
    assert_eq!(client.get("/scale").await.json::<Value>()["id"], to);
}

#[toolkit::test]
async fn the_same_envelope_again_changes_nothing() {
    if !has_token("the_same_envelope_again_changes_nothing") {
        return;
    }
    let one = version(2.0);
    let source = Source::of(&one);
    let client = client(source.handler());
    let answer = reload(&client).await.assert_status(200).json::<Value>();
    let id = one.id().to_string();
    assert_eq!(answer, json!({ "changed": false, "from": id, "to": id, "changes": [], "not_routed": [] }));
}

/// Ends the others when the test ends, however it does.
struct Ending(Arc<AtomicBool>);

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn no_request_fails_while_a_hundred_swaps_are_made_under_load() {
    if !has_token("no_request_fails_while_a_hundred_swaps_are_made_under_load") {
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
    runtime.block_on(async {
        let versions = [version(2.0), version(3.0)];
        let source = Source::of(&versions[0]);
        let client = client(source.handler());
        assert_eq!(factor(&client).await, 2.0);
        let (ended, answered) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let ending = Ending(ended.clone());
        let asking: Vec<_> = (0..8)
            .map(|_| {
                let (client, ended, answered) = (client.clone(), ended.clone(), answered.clone());
                tokio::spawn(async move {
                    let mut seen = [0, 0];
                    while !ended.load(Ordering::Relaxed) {
                        let factor = factor(&client).await;
                        assert!(factor == 2.0 || factor == 3.0, "{factor}");
                        seen[usize::from(factor == 3.0)] += 1;
                        answered.fetch_add(1, Ordering::Relaxed);
                        tokio::task::yield_now().await;
                    }
                    seen
                })
            })
            .collect();
        for swap in 1..=100 {
            let before = answered.load(Ordering::Relaxed);
            source.put(&versions[swap % 2]);
            let answer = reload(&client).await.assert_status(200).json::<Value>();
            assert_eq!(answer["changed"], true, "{answer}");
            // The next swap waits for answers in between.
            while answered.load(Ordering::Relaxed) < before + 8 && asking.iter().all(|task| !task.is_finished()) {
                tokio::task::yield_now().await;
            }
        }
        drop(ending);
        for task in asking {
            let seen = task.await.unwrap();
            assert!(seen.iter().all(|count| *count > 0), "{seen:?}");
        }
    });
}

/// What a refused reload answers; the version with the factor 2 serves on, and is ready.
async fn refused(client: &Client, code: &str) -> Value {
    let problem = reload(client).await.assert_status(409).json::<Value>();
    assert_eq!(problem["code"], code, "{problem}");
    assert_eq!(factor(client).await, 2.0);
    client.get("/health/ready").await.assert_status(200);
    problem
}

#[toolkit::test]
async fn what_cannot_be_loaded_leaves_the_old_version_serving_and_names_every_reason() {
    if !has_token("what_cannot_be_loaded_leaves_the_old_version_serving_and_names_every_reason") {
        return;
    }
    let source = Source::of(&version(2.0));
    let client = client(source.handler());
    assert_eq!(factor(&client).await, 2.0);
    let whole = fs::read(source.path()).unwrap();

    // Cut off at many places: never served, never a panic.
    for length in (0..whole.len()).step_by(whole.len() / 20) {
        fs::write(source.path(), &whole[..length]).unwrap();
        let problem = refused(&client, "envelope_not_loadable").await;
        assert!(!problem["reasons"].as_array().unwrap().is_empty(), "{problem}");
        assert!(!problem.to_string().contains(source.folder.path().to_str().unwrap()), "{problem}");
    }

    fs::remove_file(source.path()).unwrap();
    let problem = refused(&client, "envelope_not_loadable").await;
    assert!(problem["reasons"][0].as_str().unwrap().contains("cannot be opened"), "{problem}");
    assert!(!problem.to_string().contains(source.folder.path().to_str().unwrap()), "{problem}");

    // As a directory, with two of its files damaged: both are named.
    let next = version(3.0);
    next.save(source.path()).unwrap();
    for blob in fs::read_dir(source.path().join("blobs/sha256")).unwrap().take(2) {
        fs::write(blob.unwrap().path(), "other").unwrap();
    }
    let problem = refused(&client, "envelope_not_loadable").await;
    assert_eq!(problem["reasons"].as_array().unwrap().len(), 2, "{problem}");

    fs::remove_dir_all(source.path()).unwrap();
    source.put(&next);
    reload(&client).await.assert_status(200);
    assert_eq!(factor(&client).await, 3.0);
}

#[toolkit::test]
async fn an_incompatible_version_is_refused_change_by_change_unless_that_is_allowed() {
    if !has_token("an_incompatible_version_is_refused_change_by_change_unless_that_is_allowed") {
        return;
    }
    let source = Source::of(&version(2.0));
    let client = client(source.handler());
    assert_eq!(factor(&client).await, 2.0);
    let next = incompatible(3.0);
    source.put(&next);
    let problem = refused(&client, "envelope_incompatible").await;
    let changes = problem["changes"].as_array().unwrap();
    let told: Vec<_> = changes.iter().map(|change| (change["pointer"].as_str().unwrap(), &change["message"])).collect();
    assert_eq!(told[0], ("/params/rows/c", &json!("is new, and has to be there")), "{problem}");
    assert!(told.iter().any(|(pointer, _)| pointer.starts_with("/returns")), "{problem}");
    assert!(changes.iter().all(|change| change["breaking"] == true), "{problem}");

    let asked = client.post("/scale/reload?allow_breaking=maybe").bearer(TOKEN).await;
    asked.assert_status(422);
    let asked = client.post("/scale/reload?allow_breaking=true").bearer(TOKEN).await;
    assert_eq!(asked.assert_status(200).json::<Value>()["to"], next.id().to_string());
    let rows = json!({ "rows": [{ "a": 1, "b": 2, "c": 3 }] });
    let reply = client.post("/scale/predict").json(&rows).await;
    assert_eq!(reply.assert_status(200).json::<Value>(), json!([[3.0, 6.0, 9.0]]));
}

/// The two columns.
#[data]
struct Pair {
    a: f32,
    b: f32,
}

#[toolkit::test]
async fn a_version_that_compiled_types_do_not_fit_is_refused_whatever_is_allowed() {
    if !has_token("a_version_that_compiled_types_do_not_fit_is_refused_whatever_is_allowed") {
        return;
    }
    let source = Source::of(&version(2.0));
    let client = client(source.handler());
    assert_eq!(factor(&client).await, 2.0);
    let model = Model::<Pair, Vec<f64>>::open(source.handler()).unwrap();
    source.put(&incompatible(3.0));
    let reason = "`c`, float32, is required by the model, and `Pair` does not have it";
    let asked = client.post("/scale/reload?allow_breaking=true").bearer(TOKEN).await;
    let problem = asked.assert_status(409).json::<Value>();
    assert_eq!((&problem["code"], &problem["changes"]), (&json!("envelope_incompatible"), &json!([])));
    assert_eq!(problem["reasons"], json!([reason]));
    // Nobody is told to allow what is refused all the same.
    let problem = refused(&client, "envelope_incompatible").await;
    assert!(problem["reasons"].as_array().unwrap().contains(&json!(reason)), "{problem}");
    assert!(!problem["detail"].as_str().unwrap().contains("allow_breaking"), "{problem}");
    assert_eq!(model.predict(Pair { a: 1.0, b: 2.0 }).await.unwrap(), [2.0, 4.0]);
    drop(model);
    let asked = client.post("/scale/reload?allow_breaking=true").bearer(TOKEN).await;
    asked.assert_status(200);
}

fn signed(mut envelope: Envelope, key: &SigningKey) -> Envelope {
    envelope.sign(key).unwrap();
    envelope
}

#[toolkit::test]
async fn only_what_a_trusted_key_has_signed_comes_to_serve() {
    if !has_token("only_what_a_trusted_key_has_signed_comes_to_serve") {
        return;
    }
    let (key, other) = (SigningKey::generate().unwrap(), SigningKey::generate().unwrap());
    let source = Source::of(&signed(version(2.0), &key));
    let client = client(source.handler().trust(key.public()));
    assert_eq!(factor(&client).await, 2.0);
    source.put(&version(3.0));
    refused(&client, "envelope_not_trusted").await;
    source.put(&signed(version(3.0), &other));
    let problem = refused(&client, "envelope_not_trusted").await;
    assert!(problem["detail"].as_str().unwrap().contains("none of the trusted keys"), "{problem}");
    // A signature by the right key, over something else.
    let right = Source::of(&signed(version(4.0), &key));
    let (moved, whole) = (right.at("moved"), right.at("whole"));
    Envelope::open(right.path()).unwrap().save(&moved).unwrap();
    version(3.0).save(&whole).unwrap();
    fs::rename(moved.join("signatures"), whole.join("signatures")).unwrap();
    fs::remove_file(source.path()).unwrap();
    fs::rename(&whole, source.path()).unwrap();
    let problem = refused(&client, "envelope_not_trusted").await;
    assert!(problem["detail"].as_str().unwrap().contains("another envelope"), "{problem}");
    fs::remove_dir_all(source.path()).unwrap();
    source.put(&signed(version(3.0), &key));
    reload(&client).await.assert_status(200);
    assert_eq!(factor(&client).await, 3.0);
}

#[toolkit::test]
async fn an_envelope_without_a_trusted_signature_does_not_even_start() {
    let source = Source::of(&version(2.0));
    let key: PublicKey = SigningKey::generate().unwrap().public();
    let app = toolkit::app!().model("/scale", source.handler().trust(key));
    let error = app.into_router().await.expect_err("nothing vouches for it").to_string();
    assert!(error.contains("is signed by none of the trusted keys"), "{error}");
}

#[toolkit::test]
async fn without_a_token_in_the_settings_there_is_nothing_to_reload_with() {
    let source = Source::of(&version(2.0));
    let client = client(source.handler());
    client.post("/scale/reload").bearer(TOKEN).await.assert_status(404);
    let document = client.get("/openapi.json").await.json::<Value>();
    let paths = document["paths"].as_object().unwrap().keys();
    assert_eq!(paths.filter(|path| path.starts_with("/scale")).collect::<Vec<_>>(), ["/scale", "/scale/predict"]);
}

#[toolkit::test]
async fn who_has_not_the_token_is_told_how_to_ask_and_nothing_else() {
    if !has_token("who_has_not_the_token_is_told_how_to_ask_and_nothing_else") {
        return;
    }
    let source = Source::of(&version(2.0));
    let client = client(source.handler());
    assert_eq!(factor(&client).await, 2.0);
    source.put(&version(3.0));
    let longer = format!("{TOKEN}x");
    for wrong in ["", "x", &TOKEN[1..], &TOKEN[..TOKEN.len() - 1], &longer, "T0ken-of-the-tests"] {
        let reply = client.post("/scale/reload?allow_breaking=maybe").bearer(wrong).await;
        assert_eq!(reply.assert_status(401).header("www-authenticate"), Some("Bearer"), "{wrong}");
    }
    client.post("/scale/reload").await.assert_status(401);
    client.post("/scale/reload").header("authorization", TOKEN).await.assert_status(401);
    client.get("/scale/reload").bearer(TOKEN).await.assert_status(405);
    assert_eq!(factor(&client).await, 2.0);
    reload(&client).await.assert_status(200);
    assert_eq!(factor(&client).await, 3.0);
    let document = client.get("/openapi.json").await.json::<Value>();
    let operation = &document["paths"]["/scale/reload"]["post"];
    assert_eq!(operation["security"], json!([{ "bearer": [] }]));
    let statuses: Vec<_> = operation["responses"].as_object().unwrap().keys().collect();
    assert_eq!(statuses, ["200", "401", "409", "422", "500", "504"]);
}

#[toolkit::test]
async fn the_document_follows_the_version_that_serves() {
    if !has_token("the_document_follows_the_version_that_serves") {
        return;
    }
    let source = Source::of(&of_most(2.0, 1000));
    let client = client(source.handler());
    let before = client.get("/openapi.yaml").await.text();
    source.put(&of_most(3.0, 2000));
    reload(&client).await.assert_status(200);
    let document = client.get("/openapi.json").await.json::<Value>();
    let arguments = &document["components"]["schemas"]["scale.predict.arguments"];
    assert!(arguments.to_string().contains("2000"), "{arguments}");
    assert_eq!(arguments["examples"][0]["rows"][0]["b"], 3.0);
    assert_eq!(document["paths"]["/scale/predict"]["post"]["description"], "Multiplies with 3.");
    let after = client.get("/openapi.yaml").await.text();
    assert!(before.contains("Multiplies with 2.") && after.contains("Multiplies with 3."), "{after}");
}
