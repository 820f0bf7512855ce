use super::{Field, Kind, Schema};
use crate::json::Decoder;

impl Schema {
    pub(crate) fn decode(decoder: &Decoder) -> Option<Self> {
        let object = decoder.object()?;
        let name = object.required("type").and_then(|decoder| decoder.string());
        let nullable = object.optional("nullable").is_some_and(|decoder| decoder.boolean() == Some(true));
        let kind = match name? {
            "bool" => Kind::Bool,
            "int64" => Kind::Int64,
            "float32" => Kind::Float32,
            "float64" => Kind::Float64,
            "string" => Kind::String,
            "frame" => {
                let items = object.required("columns")?.items()?;
                let columns = items.iter().map(Field::decode).collect::<Option<_>>();
                Kind::Frame { columns: columns?, index: None }
            }
            "struct" => {
                let items = object.required("fields")?.items()?;
                let fields = items.iter().map(Field::decode).collect::<Option<_>>();
                Kind::Struct { fields: fields? }
            }
            "series" => Kind::Series { values: Box::new(Self::decode(&object.required("values")?)?) },
            "tensor" => {
                object.optional("dtype");
                let items = object.required("shape")?.items()?;
                let shape = items.iter().map(Decoder::integer).collect::<Option<_>>()?;
                Kind::Tensor { dtype: Box::new(Kind::Float32), shape }
            }
            other => {
                decoder.fault(format!("`{other}` is not read yet"));
                return None;
            }
        };
        object.no_others();
        Some(Self { nullable, ..Self::new(kind) })
    }
}

impl Field {
    pub(crate) fn decode(decoder: &Decoder) -> Option<Self> {
        let object = decoder.object()?;
        let name = object.required("name").and_then(|decoder| decoder.string());
        let schema = object.required("schema").and_then(|decoder| Schema::decode(&decoder));
        let required = object.required("required").and_then(|decoder| decoder.boolean());
        let default = object.optional("default").map(|decoder| decoder.value.clone());
        object.no_others();
        Some(Self { name: name?.to_owned(), schema: schema?, required: required?, default })
    }
}
