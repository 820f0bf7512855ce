use serde_json::Value;

use crate::{
    digest::Digest,
    json::{Decoder, Entries, named},
};

/// A file of the envelope. Its bytes are the blob named by its digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Where it is in the tree that the model sees: relative, in NFC, with `/` between the parts.
    pub path: String,
    /// The digest of its bytes.
    pub digest: Digest,
    /// How many bytes it has.
    pub size: u64,
    /// What its bytes are (RFC 6838): `application/json`.
    pub media_type: String,
    /// What it is for.
    pub role: Role,
}

named! {
    /// What a file of an envelope is for.
    pub enum Role {
        /// The model itself, which the runtime reads.
        Model = "model",
        /// Code that the model needs.
        Code = "code",
        /// What is needed to build the environment again: a lock, a freeze.
        Environment = "environment",
        /// The input or the output of an example.
        Example = "example",
        /// What the training data looked like, per column.
        Profile = "profile",
        /// Something to read.
        Doc = "doc",
    }
}

impl File {
    pub(super) fn decode(decoder: &Decoder) -> Option<Self> {
        let object = decoder.object()?;
        let path = object.text("path");
        let digest = object.field("digest", Decoder::parsed);
        let size = object.field("size", Decoder::unsigned);
        let media_type = object.text("media_type");
        let role = object.field("role", Role::decode);
        object.no_others();
        Some(Self { path: path?, digest: digest?, size: size?, media_type: media_type?, role: role? })
    }

    pub(super) fn to_value(&self) -> Value {
        Entries::default()
            .with("path", self.path.as_str())
            .with("digest", self.digest.to_string())
            .with("size", self.size)
            .with("media_type", self.media_type.as_str())
            .with("role", self.role.name())
            .finish()
    }
}
