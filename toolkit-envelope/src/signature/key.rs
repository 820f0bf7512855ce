use std::fmt;

use ed25519_dalek::{
    Signature, Signer, VerifyingKey,
    pkcs8::{
        DecodePrivateKey, DecodePublicKey, EncodePrivateKey, EncodePublicKey, KeypairBytes, spki::der::pem::LineEnding,
    },
};

use crate::digest::Digest;

/// A key file cannot be read, or a key cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct KeyError(String);

/// The secret key that signs. It is not shown, and is overwritten when it is dropped.
pub struct SigningKey(ed25519_dalek::SigningKey);

/// The public key that tells what the secret one has signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    key: VerifyingKey,
    id: Digest,
}

impl SigningKey {
    /// A new key, from the system's source of randomness.
    ///
    /// # Errors
    ///
    /// When the system has none.
    pub fn generate() -> Result<Self, KeyError> {
        let mut secret = [0; 32];
        getrandom::fill(&mut secret).map_err(|error| KeyError(format!("the system has no randomness: {error}")))?;
        Ok(Self(ed25519_dalek::SigningKey::from_bytes(&secret)))
    }

    /// Reads a key file: PKCS#8 as PEM, as `openssl genpkey -algorithm ed25519` writes it.
    ///
    /// # Errors
    ///
    /// When it is something else: a public key, a key of another kind, an encrypted one.
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        let key = ed25519_dalek::SigningKey::from_pkcs8_pem(pem);
        key.map(Self).map_err(|error| {
            KeyError(format!(
                "the signing key is not read ({error}), expected an Ed25519 key in PKCS#8 as PEM, not encrypted"
            ))
        })
    }

    /// The key as a file, which only its owner may read.
    ///
    /// # Errors
    ///
    /// When the key cannot be written, which is not known to happen.
    pub fn to_pem(&self) -> Result<String, KeyError> {
        // Version 1, without the public key: OpenSSL does not read the other in all of its versions.
        let pem = KeypairBytes { secret_key: self.0.to_bytes(), public_key: None }.to_pkcs8_pem(LineEnding::LF);
        pem.map(|pem| pem.to_string()).map_err(|error| KeyError(format!("the key cannot be written: {error}")))
    }

    /// The key that tells what this one has signed.
    pub fn public(&self) -> PublicKey {
        PublicKey::new(self.0.verifying_key())
    }

    pub(super) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("id", &self.public().id()).finish_non_exhaustive()
    }
}

impl PublicKey {
    fn new(key: VerifyingKey) -> Self {
        // SubjectPublicKeyInfo (RFC 8410) of an Ed25519 key is these bytes and the key.
        const HEAD: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
        let id = Digest::of(&[&HEAD[..], key.as_bytes()].concat());
        Self { key, id }
    }

    /// Reads a key file: `SubjectPublicKeyInfo` as PEM, as `openssl pkey -pubout` writes it.
    ///
    /// # Errors
    ///
    /// When it is something else: a secret key, a key of another kind, a key for which anybody could sign.
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        let key = VerifyingKey::from_public_key_pem(pem);
        let key = key.map_err(|error| {
            KeyError(format!(
                "the public key is not read ({error}), expected an Ed25519 key in SubjectPublicKeyInfo as PEM"
            ))
        })?;
        if key.is_weak() {
            return Err(KeyError("the public key is weak: signatures by it say nothing; use another key".to_owned()));
        }
        Ok(Self::new(key))
    }

    /// The key as a file.
    ///
    /// # Errors
    ///
    /// When the key cannot be written, which is not known to happen.
    pub fn to_pem(&self) -> Result<String, KeyError> {
        let pem = self.key.to_public_key_pem(LineEnding::LF);
        pem.map_err(|error| KeyError(format!("the key cannot be written: {error}")))
    }

    /// The key's id: the digest of its `SubjectPublicKeyInfo` in DER, as `openssl pkey -pubin -outform der | sha256sum` says.
    pub fn id(&self) -> Digest {
        self.id
    }

    pub(super) fn verify(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        self.key.verify_strict(message, &Signature::from_bytes(signature)).is_ok()
    }
}
