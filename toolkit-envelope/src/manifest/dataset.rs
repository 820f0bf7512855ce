use serde_json::Value;

use crate::{
    digest::Digest,
    json::{Decoder, Entries},
    schema::Schema,
};

/// Data that the model was made with. Only named here: an envelope does not hold it.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    /// What it is called.
    pub name: String,
    /// What it was for: `training`, `validation`, `test`.
    pub role: String,
    /// Where it is kept.
    pub uri: String,
    /// The digest of its bytes.
    pub digest: Option<Digest>,
    /// How many rows it has.
    pub rows: Option<u64>,
    /// What a row is.
    pub schema: Option<Schema>,
}

impl Dataset {
    pub(super) fn decode(decoder: &Decoder) -> Option<Self> {
        let object = decoder.object()?;
        let (name, role, uri) = (object.text("name"), object.text("role"), object.text("uri"));
        let digest = object.maybe("digest", Decoder::parsed);
        let rows = object.maybe("rows", Decoder::unsigned);
        let schema = object.maybe("schema", Schema::decode);
        object.no_others();
        Some(Self { name: name?, role: role?, uri: uri?, digest: digest?, rows: rows?, schema: schema? })
    }

    pub(super) fn to_value(&self) -> Value {
        Entries::default()
            .with("name", self.name.as_str())
            .with("role", self.role.as_str())
            .with("uri", self.uri.as_str())
            .with_some("digest", self.digest.map(|digest| digest.to_string()))
            .with_some("rows", self.rows)
            .with_some("schema", self.schema.as_ref().map(Schema::to_value))
            .finish()
    }
}
