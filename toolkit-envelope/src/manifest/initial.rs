use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::json::{Decoder, Entries};

/// The tags and metrics at saving; those of today are the registry's.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Initial {
    /// Tags with their values.
    pub tags: BTreeMap<String, String>,
    /// Metrics, in the order in which they were given.
    pub metrics: Vec<Metric>,
}

/// A number that tells how good the model is.
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    /// `auc`
    pub name: String,
    /// Its value, which is finite.
    pub value: f64,
    /// The name of the dataset that it was measured on, one of the manifest's.
    pub dataset: Option<String>,
}

impl Initial {
    pub(super) fn decode(decoder: &Decoder) -> Option<Self> {
        let object = decoder.object()?;
        let tags = object.field("tags", tags);
        let metrics = object.field("metrics", |decoder| decoder.list(Metric::decode));
        object.no_others();
        Some(Self { tags: tags?, metrics: metrics? })
    }

    pub(super) fn to_value(&self) -> Value {
        let tags: Map<_, _> = self.tags.iter().map(|(key, value)| (key.clone(), Value::from(value.as_str()))).collect();
        Entries::default().with("tags", tags).with_all("metrics", &self.metrics, Metric::to_value).finish()
    }
}

fn tags(decoder: &Decoder) -> Option<BTreeMap<String, String>> {
    let object = decoder.object()?;
    let tags: Vec<_> =
        object.entries().map(|(key, decoder)| Some((key.to_owned(), decoder.string()?.to_owned()))).collect();
    tags.into_iter().collect()
}

impl Metric {
    fn decode(decoder: &Decoder) -> Option<Self> {
        let object = decoder.object()?;
        let (name, value) = (object.text("name"), object.field("value", Decoder::number));
        let dataset = object.maybe_text("dataset");
        object.no_others();
        Some(Self { name: name?, value: value?, dataset: dataset? })
    }

    fn to_value(&self) -> Value {
        Entries::default()
            .with("name", self.name.as_str())
            .with("value", self.value)
            .with_some("dataset", self.dataset.as_deref())
            .finish()
    }
}
