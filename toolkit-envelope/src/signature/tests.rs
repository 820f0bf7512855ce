use std::{collections::BTreeMap, fs};

use base64::{Engine, engine::general_purpose::STANDARD};
use tempfile::tempdir;

use super::{PublicKey, SignatureError, SigningKey, dsse};
use crate::{
    Digest, Envelope, Store,
    manifest::{File, LONGEST},
    store::{LONGEST_SIGNATURE, testing::envelope},
};

/// RFC 8410 §10.3 and §10.1: a private key, and the public key that belongs to it.
const SECRET: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
-----END PRIVATE KEY-----
";
const PUBLIC: &str = "-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
-----END PUBLIC KEY-----
";

fn key() -> SigningKey {
    SigningKey::from_pem(SECRET).unwrap()
}

fn signed() -> Envelope {
    let mut envelope = envelope();
    envelope.sign(&key()).unwrap();
    envelope
}

/// What is told when the signature file of the sample is `change`d.
fn told(change: impl FnOnce(&mut Vec<u8>)) -> SignatureError {
    let mut envelope = signed();
    let id = key().public().id();
    let mut bytes = envelope.signatures()[&id].clone();
    change(&mut bytes);
    envelope.add_signature(id, bytes);
    envelope.verify_signatures(&[key().public()]).unwrap_err()
}

#[test]
fn keys_are_those_of_rfc_8410() {
    assert_eq!(key().public(), PublicKey::from_pem(PUBLIC).unwrap());
    assert_eq!(key().to_pem().unwrap(), SECRET);
    assert_eq!(key().public().to_pem().unwrap(), PUBLIC);
    let der = STANDARD.decode(PUBLIC.lines().nth(1).unwrap()).unwrap();
    assert_eq!(key().public().id(), Digest::of(&der));
}

#[test]
fn a_key_file_that_is_something_else_is_refused() {
    for pem in ["", "hello", PUBLIC, &SECRET.replace("MC4CAQ", "MC4CAA"), &SECRET[..80]] {
        let error = SigningKey::from_pem(pem).unwrap_err().to_string();
        assert!(error.contains("expected an Ed25519 key in PKCS#8"), "{error}");
    }
    for pem in ["", SECRET, &PUBLIC[..60]] {
        let error = PublicKey::from_pem(pem).unwrap_err().to_string();
        assert!(error.contains("expected an Ed25519 key in SubjectPublicKeyInfo"), "{error}");
    }
    // The neutral element of the curve: under it, one signature fits many messages.
    let weak = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAAQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n-----END PUBLIC KEY-----\n";
    assert!(PublicKey::from_pem(weak).unwrap_err().to_string().contains("weak"));
}

#[test]
fn a_secret_key_is_not_shown() {
    let shown = format!("{:?}", key());
    assert_eq!(shown, format!("SigningKey {{ id: {}, .. }}", key().public().id()));
}

#[test]
fn each_key_is_a_new_one() {
    assert_ne!(SigningKey::generate().unwrap().public().id(), SigningKey::generate().unwrap().public().id());
}

#[test]
fn a_signature_goes_with_the_envelope_wherever_it_is_kept() {
    let root = tempdir().unwrap();
    let (directory, archive) = (root.path().join("churn"), root.path().join("churn.envelope"));
    let trusted = [key().public()];
    // What was saved before gets the signature, and the envelope stays the same.
    envelope().save(&directory).unwrap();
    envelope().save_archive(&archive).unwrap();
    let store = Store::at(root.path().join("store"));
    store.put(&envelope()).unwrap();
    signed().save(&directory).unwrap();
    signed().save_archive(&archive).unwrap();
    store.put(&signed()).unwrap();
    for opened in
        [Envelope::open(&directory).unwrap(), Envelope::open(&archive).unwrap(), store.open(envelope().id()).unwrap()]
    {
        assert_eq!(opened.id(), envelope().id());
        assert_eq!(opened.verify_signatures(&trusted).unwrap(), [key().public().id()]);
    }
    // One without the signature does not take it away.
    envelope().save_archive(&archive).unwrap();
    envelope().save(&directory).unwrap();
    assert_eq!(Envelope::open(&archive).unwrap().signers().len(), 1);
    assert_eq!(Envelope::open(&directory).unwrap().signers().len(), 1);
    assert!(directory.join("signatures").join(format!("{}.dsse", key().public().id().hex())).is_file());
}

#[test]
fn several_keys_sign_and_any_trusted_one_is_enough() {
    let other = SigningKey::generate().unwrap();
    let mut envelope = signed();
    envelope.sign(&other).unwrap();
    assert_eq!(envelope.verify_signatures(&[other.public(), key().public()]).unwrap().len(), 2);
    let third = SigningKey::generate().unwrap().public();
    assert_eq!(envelope.verify_signatures(&[third, other.public()]).unwrap(), [other.public().id()]);
}

#[test]
fn an_envelope_that_no_trusted_key_has_signed_is_told_so() {
    let other = SigningKey::generate().unwrap().public();
    let error = signed().verify_signatures(std::slice::from_ref(&other)).unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, SignatureError::Unsigned { .. }));
    assert!(text.contains(&other.id().to_string()) && text.contains(&key().public().id().to_string()), "{text}");
    assert!(envelope().verify_signatures(&[other]).unwrap_err().to_string().contains("only by none"));
    assert!(signed().verify_signatures(&[]).is_err());
}

#[test]
fn a_signature_of_another_envelope_is_refused() {
    let mut manifest = crate::manifest::testing::sample();
    manifest.name = "charm".to_owned();
    let json = manifest.to_json().unwrap();
    let mut other = Envelope::verified(manifest, json, "memory".as_ref(), BTreeMap::new(), BTreeMap::new()).unwrap();
    let id = key().public().id();
    other.add_signature(id, signed().signatures()[&id].clone());
    let error = other.verify_signatures(&[key().public()]).unwrap_err();
    assert_eq!(error, SignatureError::OtherEnvelope { key: id });
}

#[test]
fn a_signature_by_another_key_is_refused() {
    let other = SigningKey::generate().unwrap();
    let mut envelope = signed();
    envelope.sign(&other).unwrap();
    let (id, other_id) = (key().public().id(), other.public().id());
    let others = envelope.signatures()[&other_id].clone();
    // Under our key's name, as it is.
    envelope.add_signature(id, others.clone());
    let error = envelope.verify_signatures(&[key().public()]).unwrap_err();
    assert_eq!(error, SignatureError::OtherKey { key: id, found: other_id });
    // And made to look like ours.
    let mut signed = dsse::Signed::read(&others).unwrap();
    signed.key = id;
    envelope.add_signature(id, signed.to_json().unwrap());
    let error = envelope.verify_signatures(&[key().public()]).unwrap_err();
    assert_eq!(error, SignatureError::Wrong { key: id });
}

#[test]
fn a_signature_over_another_type_is_refused() {
    let id = key().public().id();
    let mut envelope = envelope();
    let payload = super::statement::of(&envelope).unwrap();
    let signature = key().sign(&dsse::encoded("text/plain", &payload));
    let file = dsse::Signed { payload_type: "text/plain".to_owned(), payload, key: id, signature };
    envelope.add_signature(id, file.to_json().unwrap());
    let error = envelope.verify_signatures(&[key().public()]).unwrap_err();
    assert_eq!(error, SignatureError::OtherPayload { key: id, found: "text/plain".to_owned() });
}

#[test]
fn a_payloads_type_is_shown_escaped() {
    let error = SignatureError::OtherPayload { key: key().public().id(), found: "\u{1b}[31m".to_owned() };
    assert!(error.to_string().contains("over `\\u{1b}[31m`"), "{error}");
}

#[test]
fn a_signature_is_at_most_one_and_a_half_times_as_long_as_the_manifest() {
    let mut manifest = crate::manifest::testing::sample();
    let file = manifest.files.remove(0);
    for index in 0..1000 {
        let path = if index % 2 == 0 { format!("{index:04}") } else { format!("{index:04}{}", "é/\"".repeat(200)) };
        manifest.files.push(File { path, media_type: "a/b".to_owned(), size: 0, ..file.clone() });
    }
    let json = manifest.to_json().unwrap();
    let mut envelope = Envelope::verified(manifest, json, "memory".as_ref(), BTreeMap::new(), BTreeMap::new()).unwrap();
    let id = envelope.sign(&key()).unwrap();
    let ratio = envelope.signatures()[&id].len() as f64 / envelope.json().len() as f64;
    assert!(ratio < LONGEST_SIGNATURE as f64 / LONGEST as f64, "{ratio}");
}

#[test]
fn one_signature_more_than_are_read_again_is_refused() {
    let mut envelope = envelope();
    for key in 0..1000_u64 {
        envelope.add_signature(Digest::of(&key.to_be_bytes()), Vec::new());
    }
    let error = envelope.sign(&key()).unwrap_err();
    assert!(matches!(error, SignatureError::NoRoom { .. }), "{error}");
    assert_eq!(envelope.signers().len(), 1000);
    // Signing again replaces.
    let mut envelope = signed();
    envelope.sign(&key()).unwrap();
    assert_eq!(envelope.signers().len(), 1);
}

#[test]
fn a_malformed_signature_is_told_with_its_faults() {
    let error = told(|bytes| bytes.truncate(20)).to_string();
    assert!(error.contains("is malformed:\n  /payload: line 1, column 21"), "{error}");
    assert!(matches!(told(|bytes| bytes.push(b'\n')), SignatureError::Malformed { .. }));
    assert!(matches!(told(Vec::clear), SignatureError::Malformed { .. }));
}

#[test]
fn every_byte_of_a_signature_that_is_flipped_is_refused() {
    let length = signed().signatures()[&key().public().id()].len();
    // Reading is the same for each byte of the payload; the others are all tried.
    for place in (0..length).filter(|place| place % 7 == 0 || length - place < 300 || *place < 20) {
        told(|bytes| bytes[place] ^= 1 << (place % 8));
    }
}

#[test]
fn every_byte_of_a_signed_archive_that_is_flipped_is_refused() {
    let root = tempdir().unwrap();
    let path = root.path().join("churn.envelope");
    signed().save_archive(&path).unwrap();
    let bytes = fs::read(&path).unwrap();
    let trusted = [key().public()];
    for place in (0..bytes.len()).filter(|place| place % 5 == 0 || bytes.len() - place < 2048) {
        let mut changed = bytes.clone();
        changed[place] ^= 1 << (place % 8);
        fs::write(&path, changed).unwrap();
        let opened = Envelope::open(&path);
        assert!(
            opened.is_err() || opened.is_ok_and(|envelope| envelope.verify_signatures(&trusted).is_err()),
            "{place}"
        );
    }
}
