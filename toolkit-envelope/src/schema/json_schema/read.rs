use serde_json::{Map, Value, json};

use super::{
    OWN,
    natural::{self, ANNOTATIONS, UNDERSTOOD},
};
use crate::{
    Fault,
    json::escape,
    schema::{
        Schema,
        header::{self, Places},
    },
};

impl Schema {
    /// Reads a JSON Schema (2020-12) that says no more than the schema language can.
    ///
    /// # Errors
    ///
    /// Everything that has no word here, each with its path: keywords such as `multipleOf` and `$ref`, and objects that
    /// take properties of any type. Nothing is dropped in silence but what only describes.
    pub fn from_json_schema(value: &Value) -> Result<Self, Vec<Fault>> {
        let mut reader = Reader { faults: Vec::new(), places: Places::default() };
        let node = reader.node(value, "", "");
        if !reader.faults.is_empty() {
            return Err(reader.faults);
        }
        Self::from_json(&node).map_err(|faults| faults.into_iter().map(|fault| reader.places.placed(fault)).collect())
    }
}

struct Reader {
    faults: Vec<Fault>,
    places: Places,
}

impl Reader {
    fn fault(&mut self, pointer: &str, message: impl Into<String>) {
        self.faults.push(Fault { pointer: pointer.to_owned(), message: message.into() });
    }

    /// The node in the schema language's JSON form, which goes to `to`.
    fn node(&mut self, value: &Value, from: &str, to: &str) -> Value {
        self.places.note(to, from);
        let node = match value {
            Value::Object(node) => node,
            Value::Bool(true) => &Map::new(),
            _ => {
                self.fault(from, "is no schema, expected an object or `true`");
                return Value::Null;
            }
        };
        for key in node.keys().filter(|key| !UNDERSTOOD.contains(&key.as_str()) && !ANNOTATIONS.contains(&key.as_str()))
        {
            self.fault(&format!("{from}/{}", escape(key)), "has no word in the schema language, expected none such");
        }
        let own = node.get(OWN).map(|own| own.as_object());
        if own == Some(None) {
            self.fault(&format!("{from}/{OWN}"), "is no object, expected one");
        }
        let own = own.flatten();
        let natural = natural::header(node);
        if let (Err(why), None) = (&natural, own) {
            self.fault(from, why.clone());
        }
        let Some(mut header) = header::completed(natural.ok(), own) else { return Value::Null };
        self.parts(node, &mut header, from, to)
    }

    fn parts(&mut self, node: &Map<String, Value>, header: &mut Map<String, Value>, from: &str, to: &str) -> Value {
        let all = Value::Bool(true);
        match header.get("type").and_then(Value::as_str) {
            Some("list") => {
                let items =
                    self.node(node.get("items").unwrap_or(&all), &format!("{from}/items"), &format!("{to}/items"));
                header.insert("items".to_owned(), items);
            }
            Some("series") => {
                let values =
                    self.node(node.get("items").unwrap_or(&all), &format!("{from}/items"), &format!("{to}/values"));
                header.insert("values".to_owned(), values);
            }
            Some("map") => {
                let others = node.get("additionalProperties").unwrap_or(&all);
                let values = self.node(others, &format!("{from}/additionalProperties"), &format!("{to}/values"));
                header.insert("values".to_owned(), values);
            }
            Some("struct") => {
                let fields = self.fields(node, from, &format!("{to}/fields"));
                header.insert("fields".to_owned(), fields.into());
            }
            Some("tuple") => {
                if node.get("items") != Some(&Value::Bool(false)) {
                    self.fault(from, "takes more items than it names, expected `items: false`");
                }
                let schemas = node.get("prefixItems").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
                if node.get("minItems").and_then(Value::as_u64) != Some(schemas.len() as u64) {
                    self.fault(
                        from,
                        format!("takes fewer items than it names, expected `minItems: {}`", schemas.len()),
                    );
                }
                let items =
                    self.schemas(schemas.iter().enumerate(), &format!("{from}/prefixItems"), &format!("{to}/items"));
                header.insert("items".to_owned(), items);
            }
            Some("union") => return self.union(node, header, from, to),
            Some("frame") => self.frame(node, header, from, to),
            _ => {}
        }
        Value::Object(header.clone())
    }

    fn schemas<'v>(&mut self, schemas: impl Iterator<Item = (usize, &'v Value)>, from: &str, to: &str) -> Value {
        let place = |(place, (index, schema)): (usize, (usize, &Value))| {
            self.node(schema, &format!("{from}/{index}"), &format!("{to}/{place}"))
        };
        schemas.enumerate().map(place).collect()
    }

    /// One schema beside null is that schema with null.
    fn union(&mut self, node: &Map<String, Value>, header: &mut Map<String, Value>, from: &str, to: &str) -> Value {
        let members =
            natural::any_of(node).enumerate().filter(|(_, schema)| !natural::is_null(schema)).collect::<Vec<_>>();
        if let [(index, member)] = members[..]
            && !node.contains_key(OWN)
        {
            let mut member = self.node(member, &format!("{from}/anyOf/{index}"), to);
            if header.contains_key("nullable") && member.is_object() {
                member["nullable"] = true.into();
            }
            return member;
        }
        let of = self.schemas(members.into_iter(), &format!("{from}/anyOf"), &format!("{to}/of"));
        header.insert("of".to_owned(), of);
        Value::Object(header.clone())
    }

    /// The rows say what the columns are; which of them are levels of the index stands beside.
    fn frame(&mut self, node: &Map<String, Value>, header: &mut Map<String, Value>, from: &str, to: &str) {
        let rows = natural::any_of(node).next().and_then(|rows| rows.get("items")).and_then(Value::as_object);
        let Some(rows) = rows else { return self.fault(from, "is a frame, expected its rows first under `anyOf`") };
        let rows_at = format!("{from}/anyOf/0/items");
        let levels = header.remove("index");
        let levels = levels.as_ref().and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        // Where a column will stand is known only when the levels are taken out.
        let fields = self.fields(rows, &rows_at, &format!("{to}/columns"));
        let (index, columns): (Vec<_>, Vec<_>) = fields.into_iter().partition(|field| levels.contains(&field["name"]));
        if !index.is_empty() {
            header.insert("index".to_owned(), index.into());
        }
        header.insert("columns".to_owned(), columns.into());
    }

    fn fields(&mut self, node: &Map<String, Value>, from: &str, to: &str) -> Vec<Value> {
        let empty = Map::new();
        let properties = node.get("properties").and_then(Value::as_object).unwrap_or(&empty);
        let required = node.get("required").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        for (index, name) in required.iter().enumerate() {
            if !name.as_str().is_some_and(|name| properties.contains_key(name)) {
                self.fault(&format!("{from}/required/{index}"), "is no property, expected the name of one");
            }
        }
        let mut fields = Vec::with_capacity(properties.len());
        for (index, (name, property)) in properties.iter().enumerate() {
            let schema =
                self.node(property, &format!("{from}/properties/{}", escape(name)), &format!("{to}/{index}/schema"));
            let is_required = required.iter().any(|required| required == name);
            let mut field = json!({ "name": name, "schema": schema, "required": is_required });
            // The property of a required field may have a default too; it says nothing then.
            if let Some(default) = property.get("default").filter(|_| !is_required) {
                field["default"] = default.clone();
            }
            fields.push(field);
        }
        fields
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::schema::testing::{any_schema, fewer_cases, value_of};

    #[test]
    fn each_type_has_its_own_words() {
        for (schema, words) in [
            (json!({ "type": "bool" }), json!({ "type": "boolean" })),
            (json!({ "type": "int64" }), json!({ "type": "integer", "format": "int64" })),
            (json!({ "type": "uint8" }), json!({ "type": "integer", "format": "uint8", "minimum": 0, "maximum": 255 })),
            (
                json!({ "type": "int32", "domain": { "min": 1 } }),
                json!({ "type": "integer", "format": "int32", "minimum": 1, "maximum": 2_147_483_647 }),
            ),
            (json!({ "type": "uint64" }), json!({ "type": "integer", "format": "uint64", "minimum": 0 })),
            (json!({ "type": "float64", "nullable": true }), json!({ "type": ["number", "null"], "format": "double" })),
            (json!({ "type": "float16" }), json!({ "type": "number", "x-envelope": { "type": "float16" } })),
            (json!({ "type": "string", "domain": { "pattern": "^a" } }), json!({ "type": "string", "pattern": "^a" })),
            (json!({ "type": "binary" }), json!({ "type": "string", "contentEncoding": "base64" })),
            (json!({ "type": "time", "unit": "us" }), json!({ "type": "string", "format": "time-local" })),
            (
                json!({ "type": "time", "unit": "s" }),
                json!({ "type": "string", "format": "time-local", "x-envelope": { "unit": "s" } }),
            ),
            (
                json!({ "type": "timestamp", "unit": "us", "timezone": "UTC" }),
                json!({ "type": "string", "format": "date-time" }),
            ),
            (
                json!({ "type": "decimal", "precision": 9, "scale": 2 }),
                json!({ "type": ["string", "number"], "format": "decimal", "x-envelope": { "precision": 9, "scale": 2 } }),
            ),
            (
                json!({ "type": "categorical", "values": ["a", "b"], "ordered": false, "nullable": true }),
                json!({ "type": ["string", "null"], "enum": ["a", "b", null] }),
            ),
            (json!({ "type": "any" }), json!({ "not": { "type": "null" } })),
            (json!({ "type": "any", "nullable": true }), json!({})),
            (
                json!({ "type": "map", "values": { "type": "uuid" } }),
                json!({ "type": "object", "additionalProperties": { "type": "string", "format": "uuid" } }),
            ),
            (
                json!({ "type": "tuple", "items": [{ "type": "date" }] }),
                json!({ "type": "array", "prefixItems": [{ "type": "string", "format": "date" }], "items": false, "minItems": 1 }),
            ),
            (
                json!({ "type": "union", "of": [{ "type": "bool" }, { "type": "string" }], "nullable": true }),
                json!({ "anyOf": [{ "type": "boolean" }, { "type": "string" }, { "type": "null" }] }),
            ),
            (
                json!({ "type": "int64", "observed": { "min": 1, "max": 5, "n": 3 } }),
                json!({ "type": "integer", "format": "int64", "x-envelope": { "observed": { "min": 1, "max": 5, "n": 3 } } }),
            ),
            (
                json!({ "type": "struct", "fields": [
                    { "name": "a", "schema": { "type": "bool" }, "required": true },
                    { "name": "b", "schema": { "type": "list", "items": { "type": "bool" }, "max": 2 }, "required": false, "default": [true] },
                ] }),
                json!({
                    "type": "object",
                    "properties": { "a": { "type": "boolean" }, "b": { "type": "array", "items": { "type": "boolean" }, "maxItems": 2, "default": [true] } },
                    "required": ["a"],
                    "additionalProperties": false,
                }),
            ),
            (
                json!({ "type": "tensor", "dtype": "float32", "shape": [-1, 3] }),
                json!({
                    "type": "array",
                    "items": { "type": "array", "items": { "type": "number", "format": "float" }, "minItems": 3, "maxItems": 3 },
                    "x-envelope": { "type": "tensor", "dtype": "float32", "shape": [-1, 3] },
                }),
            ),
        ] {
            let read = Schema::from_json(&schema).unwrap();
            assert_eq!(read.to_json_schema(), words);
            assert_eq!(Schema::from_json_schema(&words), Ok(read));
        }
    }

    #[test]
    fn what_has_no_word_here_is_told_with_its_path() {
        let schema = json!({
            "type": "object",
            "title": "ignored",
            "properties": {
                "a": { "type": "integer", "multipleOf": 2 },
                "b": { "type": "string", "format": "email" },
                "c": { "type": "array", "items": { "type": "object" } },
                "d": { "$ref": "#/$defs/d" },
                "e": { "type": "string", "format": "time-local", "x-envelope": { "unit": "h" } },
                "f": { "type": ["string", "integer"] },
                "g": { "type": "array", "prefixItems": [true] },
            },
            "required": ["z"],
            "additionalProperties": false,
        });
        let faults = Schema::from_json_schema(&schema).unwrap_err();
        assert_eq!(
            faults.iter().map(Fault::to_string).collect::<Vec<_>>(),
            [
                "/required/0: is no property, expected the name of one",
                "/properties/a/multipleOf: has no word in the schema language, expected none such",
                "/properties/b: has the format `email`, which has no type here",
                "/properties/c/items: takes other properties of any type, expected `additionalProperties` with a schema, or `false`",
                "/properties/d/$ref: has no word in the schema language, expected none such",
                "/properties/f: takes string or integer, which has no type here",
                "/properties/g: takes more items than it names, expected `items: false`",
                "/properties/g: takes fewer items than it names, expected `minItems: 1`",
            ]
        );
        let own = json!({ "type": "array", "items": { "type": "string", "format": "time-local", "x-envelope": { "unit": "h" } } });
        let faults = Schema::from_json_schema(&own).unwrap_err();
        assert_eq!(faults[0].to_string(), "/items: `unit` is no unit of time, expected one of `s`, `ms`, `us`, `ns`");
    }

    #[test]
    fn an_option_of_another_tool_is_nullable() {
        let option = json!({ "anyOf": [{ "type": "integer", "format": "int64" }, { "type": "null" }] });
        assert_eq!(Schema::from_json_schema(&option).unwrap().to_value(), json!({ "type": "int64", "nullable": true }));
    }

    proptest! {
        #![proptest_config(fewer_cases())]

        #[test]
        fn a_schema_comes_back_from_json_schema(schema in any_schema()) {
            let read = Schema::from_json_schema(&schema.to_json_schema());
            prop_assert_eq!(read.as_ref(), Ok(&schema));
        }

        #[test]
        fn a_validator_takes_what_the_schema_takes((schema, value) in any_schema().prop_flat_map(|schema| { let value = value_of(&schema); (Just(schema), value) })) {
            let validator = jsonschema::draft202012::new(&schema.to_json_schema()).unwrap();
            prop_assert!(validator.is_valid(&value), "{} by {}", value, schema.to_json_schema());
        }

        #[test]
        fn no_document_makes_the_reader_panic(value in crate::json::testing::any_json()) {
            let _ = Schema::from_json_schema(&value);
        }
    }
}
