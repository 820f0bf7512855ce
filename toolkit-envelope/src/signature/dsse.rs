//! DSSE (secure-systems-lab/dsse, version 1): a payload, its type, and a signature over both.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::{
    digest::Digest,
    json::{Decoder, Fault, Faults, canonical, difference, parse},
    store::LONGEST_SIGNATURE,
};

/// An in-toto statement as JSON.
pub(super) const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

/// A payload that was signed by one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Signed {
    pub(super) payload_type: String,
    pub(super) payload: Vec<u8>,
    pub(super) key: Digest,
    pub(super) signature: [u8; 64],
}

/// What is signed: the type and the payload, each with its length, so that neither can pass for a part of the other
/// (DSSE's "pre-authentication encoding").
pub(super) fn encoded(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len());
    [head.as_bytes(), payload].concat()
}

impl Signed {
    /// Reads a signature file, whose form is the one that [`Signed::to_json`] writes.
    ///
    /// # Errors
    ///
    /// All faults with their places.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Vec<Fault>> {
        let value = parse(bytes, LONGEST_SIGNATURE as usize)?;
        let faults = Faults::default();
        let signed = Self::decode(&Decoder::new(&value, &faults));
        let mut faults = faults.into_vec();
        let Some(signed) = signed.filter(|_| faults.is_empty()) else { return Err(faults) };
        if let Some(difference) = difference(bytes, &signed.to_json()?) {
            let message = format!("is not canonical JSON (RFC 8785), {difference}");
            faults.push(Fault { pointer: String::new(), message });
            return Err(faults);
        }
        Ok(signed)
    }

    pub(super) fn to_json(&self) -> Result<Vec<u8>, Vec<Fault>> {
        canonical(&self.to_value())
    }

    fn to_value(&self) -> Value {
        json!({
            "payload": STANDARD.encode(&self.payload),
            "payloadType": self.payload_type,
            "signatures": [{"keyid": self.key.to_string(), "sig": STANDARD.encode(self.signature)}],
        })
    }

    fn decode(decoder: &Decoder) -> Option<Self> {
        let object = decoder.object()?;
        let payload = object.field("payload", base64);
        let payload_type = object.text("payloadType");
        let signatures = object.field("signatures", |decoder| decoder.list(decode_signature));
        object.no_others();
        let mut signatures = signatures?;
        let (Some((key, signature)), true) = (signatures.pop(), signatures.is_empty()) else {
            object.fault("has not exactly one signature, expected a file for each key");
            return None;
        };
        Some(Self { payload_type: payload_type?, payload: payload?, key, signature })
    }
}

fn decode_signature(decoder: &Decoder) -> Option<(Digest, [u8; 64])> {
    let object = decoder.object()?;
    let key = object.field("keyid", Decoder::parsed);
    let signature = object.field("sig", |decoder| {
        let bytes = base64(decoder)?;
        let length = bytes.len();
        let fault = |_| decoder.fault(format!("has {length} bytes, expected the 64 of an Ed25519 signature"));
        <[u8; 64]>::try_from(bytes).map_err(fault).ok()
    });
    object.no_others();
    Some((key?, signature?))
}

fn base64(decoder: &Decoder) -> Option<Vec<u8>> {
    STANDARD.decode(decoder.string()?).map_err(|error| decoder.fault(format!("is not base64: {error}"))).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_signed_is_encoded_as_in_the_protocols_example() {
        // https://github.com/secure-systems-lab/dsse/blob/master/protocol.md#test-vectors
        let encoded = encoded("http://example.com/HelloWorld", b"hello world");
        assert_eq!(encoded, b"DSSEv1 29 http://example.com/HelloWorld 11 hello world");
    }

    #[test]
    fn faults_of_a_signature_file_are_all_told() {
        let text = br#"{"payload":"*","payloadtype":"","signatures":[{"keyid":"sha256:1","sig":"AA=="}]}"#;
        let faults: Vec<_> = Signed::read(text).unwrap_err().iter().map(ToString::to_string).collect();
        assert_eq!(faults.len(), 5, "{faults:?}");
        assert!(faults[0].starts_with("/payload: is not base64"));
        assert_eq!(faults[1], "/: `payloadType` is missing");
        assert_eq!(faults[3], "/signatures/0/sig: has 1 bytes, expected the 64 of an Ed25519 signature");
        assert_eq!(faults[4], "/payloadtype: is unknown; did you mean `payloadType`?");
    }

    #[test]
    fn a_file_without_or_with_several_signatures_is_refused() {
        let none = br#"{"payload":"","payloadType":"","signatures":[]}"#;
        assert!(Signed::read(none).unwrap_err()[0].message.contains("not exactly one"));
    }
}
