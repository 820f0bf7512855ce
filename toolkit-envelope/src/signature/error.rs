use crate::{
    digest::Digest,
    json::{Fault, Shown},
    store::Lines,
};

/// Why an envelope's signatures do not vouch for it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// None of the trusted keys has signed.
    #[error(
        "the envelope {envelope} is signed by none of the trusted keys ({}), only by {}; sign it with one of them, or trust another key",
        list(trusted),
        list(signers)
    )]
    Unsigned {
        /// The envelope.
        envelope: Digest,
        /// The keys that would be trusted.
        trusted: Vec<Digest>,
        /// The keys that are said to have signed.
        signers: Vec<Digest>,
    },
    /// The signature file is not one.
    #[error("the signature by {key} is malformed:{}; sign the envelope again", Lines(faults))]
    Malformed {
        /// The key.
        key: Digest,
        /// Everything that is wrong with it.
        faults: Vec<Fault>,
    },
    /// The signature is over something else than a statement.
    #[error(
        "the signature by {key} is over `{found}`, expected `application/vnd.in-toto+json`; sign the envelope again",
        found = Shown(found)
    )]
    OtherPayload {
        /// The key.
        key: Digest,
        /// The payload's type.
        found: String,
    },
    /// The file named by one key holds a signature by another.
    #[error("the signature by {key} says that it is by {found}; name the file by its key, or sign the envelope again")]
    OtherKey {
        /// The key that the file is named by.
        key: Digest,
        /// The key that it names.
        found: Digest,
    },
    /// The key has not made this signature.
    #[error("the signature by {key} was not made by this key over this statement; do not use the envelope")]
    Wrong {
        /// The key.
        key: Digest,
    },
    /// The key has signed, but another envelope.
    #[error(
        "the signature by {key} is over another envelope: this one was changed, or the signature is from elsewhere; do not use the envelope"
    )]
    OtherEnvelope {
        /// The key.
        key: Digest,
    },
    /// With this signature, the envelope would have more than are read again.
    #[error("the signature by {key} {fault}")]
    NoRoom {
        /// The key.
        key: Digest,
        /// How many there may be.
        fault: String,
    },
    /// The statement cannot be written.
    #[error("the statement cannot be written:{}", Lines(.0))]
    Unwritable(Vec<Fault>),
}

impl From<Vec<Fault>> for SignatureError {
    fn from(faults: Vec<Fault>) -> Self {
        Self::Unwritable(faults)
    }
}

fn list(keys: &[Digest]) -> String {
    if keys.is_empty() {
        return "none".to_owned();
    }
    keys.iter().map(Digest::to_string).collect::<Vec<_>>().join(", ")
}
