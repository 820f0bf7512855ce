//! What a signature states: that these are the envelope and its files (in-toto Statement, version 1).

use serde_json::{Value, json};

use crate::{
    digest::Digest,
    json::{Fault, canonical},
    store::Envelope,
};

const TYPE: &str = "https://in-toto.io/Statement/v1";
const PREDICATE: &str = "urn:toolkit:envelope:v1";

/// The name of the envelope as a whole among the subjects; no file has it.
const WHOLE: &str = ".";

/// The statement for `envelope`, as canonical JSON: the same for the same envelope.
pub(super) fn of(envelope: &Envelope) -> Result<Vec<u8>, Vec<Fault>> {
    let subject = |name: &str, digest: Digest| json!({"name": name, "digest": {"sha256": digest.hex()}});
    let manifest = envelope.manifest();
    let mut subjects = vec![subject(WHOLE, envelope.id())];
    subjects.extend(manifest.files.iter().map(|file| subject(&file.path, file.digest)));
    let statement: Value = json!({
        "_type": TYPE,
        "subject": subjects,
        "predicateType": PREDICATE,
        "predicate": {"name": manifest.name, "payload_id": envelope.payload_id().to_string()},
    });
    canonical(&statement)
}
