use std::{fs, sync::Arc};

use object_store::{ObjectStore, ObjectStoreExt, memory::InMemory, path::Path};
use tempfile::{TempDir, tempdir};

use super::{Remote, without_secrets};
use crate::{
    Digest, EnvelopeBuilder, Store,
    manifest::{Role, testing::sample},
    signature::SigningKey,
    store::{Envelope, Error, testing::envelope},
};

const NONE: [(&str, &str); 0] = [];

fn remote() -> Remote {
    Remote::at(Arc::new(InMemory::new()), "envelopes/churn")
}

fn store() -> (TempDir, Store) {
    let root = tempdir().unwrap();
    let store = Store::at(root.path());
    (root, store)
}

async fn pushed() -> Remote {
    let remote = remote();
    remote.push(&envelope()).await.unwrap();
    remote
}

async fn put(remote: &Remote, name: &str, bytes: &[u8]) {
    remote.objects.put(&remote.child(name), bytes.to_vec().into()).await.unwrap();
}

async fn refused(remote: &Remote) -> String {
    let (_root, store) = store();
    let error = remote.fetch(&store).await.unwrap_err().to_string();
    assert_eq!(store.ids().unwrap(), [], "what is refused is not in the store");
    error
}

fn model() -> String {
    format!("blobs/sha256/{}", Digest::of(b"not a graph, but bytes").hex())
}

#[tokio::test]
async fn an_envelope_is_fetched_as_it_was_pushed() {
    let remote = remote();
    let mut signed = envelope();
    let key = SigningKey::generate().unwrap();
    signed.sign(&key).unwrap();
    remote.push(&signed).await.unwrap();
    let (_root, store) = store();
    let fetched = remote.fetch(&store).await.unwrap();
    assert_eq!(fetched.id(), envelope().id());
    assert_eq!(fetched.read("model.onnx").unwrap(), b"not a graph, but bytes");
    assert_eq!(fetched.verify_signatures(&[key.public()]).unwrap().len(), 1);
    assert_eq!(store.open(envelope().id()).unwrap().signers().len(), 1);
    // All of it is there: fetching again reads no blob.
    remote.objects.delete(&remote.child(&model())).await.unwrap();
    put(&remote, &model(), b"not a graph, but byteS").await;
    remote.fetch(&store).await.unwrap();
}

#[tokio::test]
async fn a_signature_is_never_replaced_by_another_of_the_same_key() {
    let remote = remote();
    let key = Digest::of(b"key");
    let with = |bytes: &[u8]| {
        let mut signed = envelope();
        signed.add_signature(key, bytes.to_vec());
        signed
    };
    for _ in 0..2 {
        remote.push(&with(b"good")).await.unwrap();
    }
    let error = remote.push(&with(b"baad")).await.unwrap_err();
    assert!(matches!(error, Error::Signatures { .. }), "{error}");
    let (_root, store) = store();
    assert_eq!(remote.fetch(&store).await.unwrap().signatures()[&key], b"good");
}

#[tokio::test]
async fn a_file_address_is_a_directory_like_any_other() {
    let root = tempdir().unwrap();
    let place = root.path().join("churn");
    let address = format!("file://{}", place.display());
    let remote = Remote::parse(&address, NONE).unwrap();
    remote.push(&envelope()).await.unwrap();
    assert_eq!(Envelope::open(&place).unwrap().id(), envelope().id());
    let (_root, store) = store();
    assert_eq!(remote.fetch(&store).await.unwrap().id(), envelope().id());
}

#[tokio::test]
async fn an_archive_is_fetched_too() {
    let root = tempdir().unwrap();
    let path = root.path().join("churn.envelope");
    envelope().save_archive(&path).unwrap();
    let bytes = fs::read(&path).unwrap();
    let objects: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
    let remote = Remote::at(Arc::clone(&objects), "churn.envelope");
    let place = Path::from("churn.envelope");
    objects.put(&place, bytes.clone().into()).await.unwrap();
    let (_root, store) = store();
    let fetched = remote.fetch(&store).await.unwrap();
    assert_eq!(fetched.id(), envelope().id());
    assert_eq!(fetched.read("profile.json").unwrap(), b"{}");
    for at in (0..bytes.len()).step_by(97) {
        let mut changed = bytes.clone();
        changed[at] ^= 4;
        objects.put(&place, changed.into()).await.unwrap();
        refused(&remote).await;
    }
    for length in [0, 100, 512, 600, 3000, bytes.len() - 1] {
        objects.put(&place, bytes[..length].to_vec().into()).await.unwrap();
        refused(&remote).await;
    }
    objects.put(&place, [&bytes[..], &vec![0; 129 << 20]].concat().into()).await.unwrap();
    assert!(refused(&remote).await.contains("expected at most"));
}

#[tokio::test]
async fn what_is_missing_changed_or_too_much_is_named() {
    let remote = pushed().await;
    put(&remote, &model(), b"not a graph, but byteS").await;
    assert!(refused(&remote).await.contains("has the digest sha256:"));
    put(&remote, &model(), b"short").await;
    assert!(refused(&remote).await.contains("has 5 bytes, expected 22"));
    remote.objects.delete(&remote.child(&model())).await.unwrap();
    put(&remote, "notes.txt", b"hello").await;
    put(&remote, "blobs/sha256/x", b"hello").await;
    let told = refused(&remote).await;
    for part in ["model.onnx (blobs/", "is missing; push", "notes.txt: is not part", "blobs/sha256/x: is not part"] {
        assert!(told.contains(part), "{part}\n{told}");
    }
}

#[tokio::test]
async fn an_interrupted_push_is_no_envelope_and_is_taken_up_again() {
    let remote = pushed().await;
    remote.objects.delete(&remote.child("envelope.sha256")).await.unwrap();
    assert!(refused(&remote).await.contains("envelope.sha256: is missing"));
    remote.push(&envelope()).await.unwrap();
    remote.objects.delete(&remote.child("envelope.sha256")).await.unwrap();
    remote.objects.delete(&remote.child("envelope.json")).await.unwrap();
    assert!(refused(&remote).await.contains("envelope.json: is missing"));
    remote.push(&envelope()).await.unwrap();
    remote.push(&envelope()).await.unwrap();
    let (_root, store) = store();
    remote.fetch(&store).await.unwrap();
}

#[tokio::test]
async fn every_byte_of_a_pushed_manifest_that_is_flipped_is_refused() {
    let remote = pushed().await;
    let json = envelope().json().to_vec();
    for at in (0..json.len()).step_by(11) {
        let mut changed = json.clone();
        changed[at] ^= 1;
        put(&remote, "envelope.json", &changed).await;
        refused(&remote).await;
    }
}

#[tokio::test]
async fn another_envelope_is_never_replaced() {
    let remote = pushed().await;
    let mut manifest = sample();
    manifest.name = "charm".to_owned();
    let other = Envelope::of(manifest, std::collections::BTreeMap::new()).unwrap();
    let error = remote.push(&other).await.unwrap_err();
    assert!(matches!(error, Error::Occupied { found, .. } if found == envelope().id()), "{error}");
}

#[tokio::test]
async fn a_large_file_is_sent_in_parts_and_only_when_it_is_right() {
    let root = tempdir().unwrap();
    let model = root.path().join("model");
    let bytes: Vec<u8> = (0..20_000_000_u32).map(|number| (number ^ (number >> 9)) as u8).collect();
    fs::write(&model, &bytes).unwrap();
    let sample = sample();
    let mut builder = EnvelopeBuilder::new("large").runtime(sample.runtime).provenance(sample.provenance);
    builder = builder.function(sample.functions[0].clone()).file_at("model.onnx", Role::Model, &model);
    let envelope = builder.build().unwrap();
    let place = remote();
    place.push(&envelope).await.unwrap();
    let (_root, store) = store();
    assert!(place.fetch(&store).await.unwrap().read("model.onnx").unwrap() == bytes);

    fs::write(&model, &bytes[1..]).unwrap();
    let place = remote();
    let error = place.push(&envelope).await.unwrap_err().to_string();
    assert!(error.contains("model.onnx ("), "{error}");
    assert!(place.objects.head(&place.child("envelope.json")).await.is_err());
}

#[test]
fn addresses_that_are_none_are_told_without_their_secrets() {
    for address in ["churn", "gopher://example.org/churn", "https://me:secret@"] {
        let error = Remote::parse(address, NONE).unwrap_err().to_string();
        assert!(error.starts_with("cannot understand the address") && !error.contains("secret"), "{error}");
    }
    assert_eq!(without_secrets("s3://me:secret@bucket/a?X-Signature=1#x"), "s3://bucket/a");
}
