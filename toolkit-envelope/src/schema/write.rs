use serde_json::{Value, json};

use super::{Field, Kind, Schema};

impl Schema {
    pub(crate) fn to_value(&self) -> Value {
        let mut value = match &self.kind {
            Kind::Bool => json!({"type": "bool"}),
            Kind::Int64 => json!({"type": "int64"}),
            Kind::Float32 => json!({"type": "float32"}),
            Kind::Float64 => json!({"type": "float64"}),
            Kind::String => json!({"type": "string"}),
            Kind::Frame { columns, .. } => {
                json!({"type": "frame", "columns": columns.iter().map(Field::to_value).collect::<Vec<_>>()})
            }
            Kind::Struct { fields } => {
                json!({"type": "struct", "fields": fields.iter().map(Field::to_value).collect::<Vec<_>>()})
            }
            Kind::Series { values } => json!({"type": "series", "values": values.to_value()}),
            Kind::Tensor { shape, .. } => json!({"type": "tensor", "dtype": "float32", "shape": shape}),
            _ => Value::Null,
        };
        if self.nullable {
            value["nullable"] = true.into();
        }
        value
    }
}

impl Field {
    pub(crate) fn to_value(&self) -> Value {
        let mut value = json!({"name": self.name, "schema": self.schema.to_value(), "required": self.required});
        if let Some(default) = &self.default {
            value["default"] = default.clone();
        }
        value
    }
}
