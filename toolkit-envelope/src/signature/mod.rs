//! Signatures over an envelope: who vouches for it.
//!
//! A signature is a file of its own, `signatures/<key's id>.dsse`: a DSSE envelope (secure-systems-lab/dsse, version 1)
//! around an in-toto Statement (version 1) whose subjects are the envelope, by its id, and each of its files. It is made
//! with Ed25519 (RFC 8032), and written as canonical JSON, so that there is one form of it.

mod dsse;
mod error;
mod key;
mod statement;

pub use error::SignatureError;
pub use key::{KeyError, PublicKey, SigningKey};

use crate::{
    digest::Digest,
    store::{Envelope, Room},
};

impl Envelope {
    /// Signs the envelope; save it again to keep the signature. Gives the key's id.
    ///
    /// # Errors
    ///
    /// [`SignatureError::Unwritable`] when the statement is beyond canonical JSON, which a verified manifest is not;
    /// [`SignatureError::NoRoom`] when the envelope has as many signatures as are read again.
    ///
    /// # Example
    ///
    /// ```no_run
    /// use toolkit_envelope::{Envelope, signature::SigningKey};
    ///
    /// let key = SigningKey::from_pem(&std::fs::read_to_string("release.key")?)?;
    /// let mut envelope = Envelope::open("churn.envelope")?;
    /// envelope.sign(&key)?;
    /// envelope.save_archive("churn.envelope")?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn sign(&mut self, key: &SigningKey) -> Result<Digest, SignatureError> {
        let payload = statement::of(self)?;
        let id = key.public().id();
        let signature = key.sign(&dsse::encoded(dsse::PAYLOAD_TYPE, &payload));
        let file = dsse::Signed { payload_type: dsse::PAYLOAD_TYPE.to_owned(), payload, key: id, signature };
        let bytes = file.to_json()?;
        let mut room = Room::new();
        let others = self.signatures().iter().filter(|(key, _)| **key != id).map(|(_, bytes)| bytes.len());
        let taken = others.chain([bytes.len()]).try_for_each(|length| room.take(length as u64));
        taken.map_err(|fault| SignatureError::NoRoom { key: id, fault })?;
        self.add_signature(id, bytes);
        Ok(id)
    }

    /// Checks the signatures by the keys that are trusted, and gives the ids of those that have signed. Signatures by
    /// other keys say nothing, and are left aside.
    ///
    /// # Errors
    ///
    /// When none of the keys has signed, or when a signature by one of them is wrong: malformed, of something else, or
    /// not made by the key.
    pub fn verify_signatures(&self, trusted: &[PublicKey]) -> Result<Vec<Digest>, SignatureError> {
        let expected = statement::of(self)?;
        let mut signers = Vec::new();
        for key in trusted {
            let Some(bytes) = self.signatures().get(&key.id()) else { continue };
            verify(key, bytes, &expected)?;
            signers.push(key.id());
        }
        if signers.is_empty() {
            return Err(SignatureError::Unsigned {
                envelope: self.id(),
                trusted: trusted.iter().map(PublicKey::id).collect(),
                signers: self.signers(),
            });
        }
        Ok(signers)
    }

    /// The ids of the keys that are said to have signed. Nothing of it is verified here.
    pub fn signers(&self) -> Vec<Digest> {
        self.signatures().keys().copied().collect()
    }
}

fn verify(key: &PublicKey, bytes: &[u8], expected: &[u8]) -> Result<(), SignatureError> {
    let id = key.id();
    let signed = dsse::Signed::read(bytes).map_err(|faults| SignatureError::Malformed { key: id, faults })?;
    if signed.payload_type != dsse::PAYLOAD_TYPE {
        return Err(SignatureError::OtherPayload { key: id, found: signed.payload_type });
    }
    if signed.key != id {
        return Err(SignatureError::OtherKey { key: id, found: signed.key });
    }
    if !key.verify(&dsse::encoded(&signed.payload_type, &signed.payload), &signed.signature) {
        return Err(SignatureError::Wrong { key: id });
    }
    if signed.payload == expected { Ok(()) } else { Err(SignatureError::OtherEnvelope { key: id }) }
}

#[cfg(test)]
mod tests;
