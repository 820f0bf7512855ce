use serde_json::Value;

use super::{Domain, Field, Kind, Observed, Schema, TimeUnit, document, sound};
use crate::{
    Fault,
    json::{Decoder, Faults, Object, nearest},
};

impl Schema {
    /// Reads a schema from its JSON form.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, each with its path: unknown keys and types, and what contradicts itself, as a
    /// domain that its kind does not hold.
    pub fn from_json(value: &Value) -> Result<Self, Vec<Fault>> {
        all_faults(value, Self::decode, |schema, faults| schema.check_patterns("", faults))
    }

    /// The patterns in it are not checked yet: how many there may be is a matter of the whole.
    pub(crate) fn decode(at: &Decoder<'_>) -> Option<Self> {
        let node = at.object()?;
        let kind = kind(&node);
        let nullable = node.optional("nullable").map_or(Some(false), |nullable| nullable.boolean());
        let domain = node.optional("domain").map(|domain| decode_domain(&domain, kind.as_ref()));
        let observed = node.optional("observed").map(|observed| decode_observed(&observed, kind.as_ref()));
        if kind.is_some() {
            // Which keys a kind has is not known without it.
            node.no_others();
        }
        let schema = Self { kind: kind?, nullable: nullable?, domain: flipped(domain)?, observed: flipped(observed)? };
        sound::check_node(&schema, &mut |below, message| at.fault_at(below, message));
        Some(schema)
    }
}

impl Field {
    /// Reads a field from its JSON form.
    ///
    /// # Errors
    ///
    /// As [`Schema::from_json`], and a default that the schema does not take.
    pub fn from_json(value: &Value) -> Result<Self, Vec<Fault>> {
        all_faults(value, Self::decode, |field, faults| field.schema.check_patterns("/schema", faults))
    }

    pub(crate) fn decode(at: &Decoder<'_>) -> Option<Self> {
        let node = at.object()?;
        let field = Self::decode_parts(&node);
        node.no_others();
        let field = field?;
        sound::check_field(&field, &mut |below, message| at.fault_at(below, message));
        Some(field)
    }

    /// Reads the keys that a field has; the object may have others.
    pub(crate) fn decode_parts(node: &Object<'_>) -> Option<Self> {
        let name = node.required("name").and_then(|name| name.string());
        let schema = node.required("schema").and_then(|schema| Schema::decode(&schema));
        let required = node.required("required").and_then(|required| required.boolean());
        let default = node.optional("default");
        let schema = schema?;
        let default = default.map(|default| document::from_document(&schema, default.value));
        Some(Self { name: name?.to_owned(), schema, required: required?, default })
    }

    /// Reads fields whose names differ.
    pub(crate) fn decode_all(at: &Decoder<'_>) -> Option<Vec<Self>> {
        let fields = all(at.items()?.iter().map(Self::decode))?;
        sound::check_names(&fields, &mut |below, message| at.fault_at(below, message));
        Some(fields)
    }
}

impl Domain {
    /// Values that are beyond what all readers of JSON hold exactly are read by the kind, so it must be known.
    fn of(node: &Object<'_>, kind: &Kind) -> Option<Self> {
        let value = |at: Decoder<'_>| document::leaf_from_document(kind, at.value);
        let min = node.optional("min").map(value);
        let max = node.optional("max").map(value);
        let values = node.optional("values").map(|values| values.items());
        let pattern = node.optional("pattern").map(|pattern| pattern.string().map(str::to_owned));
        node.no_others();
        let values = flipped(values)?.map(|items| items.into_iter().map(value).collect());
        Some(Self { min, max, values, pattern: flipped(pattern)? })
    }
}

fn decode_domain(at: &Decoder<'_>, kind: Option<&Kind>) -> Option<Domain> {
    Domain::of(&at.object()?, kind?)
}

fn decode_observed(at: &Decoder<'_>, kind: Option<&Kind>) -> Option<Observed> {
    let (node, kind) = (at.object()?, kind?);
    let value = |at: Decoder<'_>| document::leaf_from_document(kind, at.value);
    let min = node.optional("min").map(value);
    let max = node.optional("max").map(value);
    let null_fraction = node.optional("null_fraction").map(|fraction| fraction.number());
    let distinct = node.optional("distinct").map(|distinct| distinct.unsigned());
    let n = node.required("n").and_then(|n| n.unsigned());
    node.no_others();
    Some(Observed { min, max, null_fraction: flipped(null_fraction)?, distinct: flipped(distinct)?, n: n? })
}

fn kind(node: &Object<'_>) -> Option<Kind> {
    let name = node.required("type")?;
    let name_text = name.string()?;
    if let Some(plain) = Kind::plain(name_text) {
        return Some(plain);
    }
    let schema = |key| node.required(key).and_then(|schema| Schema::decode(&schema)).map(Box::new);
    let schemas = |key| all(node.required(key)?.items()?.iter().map(Schema::decode));
    Some(match name_text {
        "decimal" => {
            let digits = |key| node.required(key).and_then(|digits| small(&digits));
            let (precision, scale) = (digits("precision"), digits("scale"));
            Kind::Decimal { precision: precision?, scale: scale? }
        }
        "time" => Kind::Time { unit: unit(node)? },
        "duration" => Kind::Duration { unit: unit(node)? },
        "timestamp" => {
            let timezone = node.optional("timezone").map(|timezone| timezone.string().map(str::to_owned));
            Kind::Timestamp { unit: unit(node)?, timezone: flipped(timezone)? }
        }
        "categorical" => {
            let ordered = node.optional("ordered").map_or(Some(false), |ordered| ordered.boolean());
            let values = node.required("values").and_then(|values| values.items());
            let values = values?.iter().map(|value| crate::json::normal(value.value)).collect();
            Kind::Categorical { values, ordered: ordered? }
        }
        "list" => {
            let min = node.optional("min").map(|min| min.unsigned());
            let max = node.optional("max").map(|max| max.unsigned());
            let items = schema("items");
            Kind::List { items: items?, min: flipped(min)?, max: flipped(max)? }
        }
        "map" => Kind::Map { values: schema("values")? },
        "struct" => Kind::Struct { fields: node.required("fields").and_then(|fields| Field::decode_all(&fields))? },
        "tuple" => Kind::Tuple { items: schemas("items")? },
        "union" => Kind::Union { of: schemas("of")? },
        "frame" => {
            let index = node.optional("index").map(|index| Field::decode_all(&index));
            let columns = node.required("columns").and_then(|columns| Field::decode_all(&columns));
            Kind::Frame { columns: columns?, index: flipped(index)? }
        }
        "series" => Kind::Series { values: schema("values")? },
        "tensor" => {
            let shape = node.required("shape").and_then(|shape| all(shape.items()?.iter().map(Decoder::integer)));
            let dtype = node.required("dtype").and_then(|dtype| decode_dtype(&dtype)).map(Box::new);
            Kind::Tensor { dtype: dtype?, shape: shape? }
        }
        unknown => {
            match nearest(unknown, &Kind::NAMES) {
                Some(meant) => name.fault(format!("`{unknown}` is no type; did you mean `{meant}`?")),
                None => name.fault(format!("`{unknown}` is no type, expected one of {}", Kind::NAMES.join(", "))),
            }
            return None;
        }
    })
}

/// A type's name, or an object for one with parameters.
fn decode_dtype(at: &Decoder<'_>) -> Option<Kind> {
    if at.value.is_object() {
        let node = at.object()?;
        let kind = kind(&node);
        if kind.is_some() {
            node.no_others();
        }
        return kind;
    }
    let name = at.string()?;
    let plain = Kind::plain(name);
    if plain.is_none() {
        let mut names = Kind::NAMES.to_vec();
        names.retain(|name| Kind::plain(name).is_some_and(|kind| kind.is_scalar()));
        match nearest(name, &names) {
            Some(meant) => at.fault(format!("`{name}` is no type of elements; did you mean `{meant}`?")),
            None => at.fault(format!("`{name}` is no type of elements, expected one of {}", names.join(", "))),
        }
    }
    plain
}

fn unit(node: &Object<'_>) -> Option<TimeUnit> {
    let at = node.required("unit")?;
    let name = at.string()?;
    let unit = TimeUnit::ALL.into_iter().find(|unit| unit.name() == name);
    if unit.is_none() {
        at.fault("is no unit of time, expected one of `s`, `ms`, `us`, `ns`");
    }
    unit
}

fn small(at: &Decoder<'_>) -> Option<u8> {
    let number = at.unsigned()?;
    let small = u8::try_from(number).ok();
    if small.is_none() {
        at.fault("is too large, expected a number of digits");
    }
    small
}

/// All values, or nothing if one is missing; every one is asked for, so that each tells its faults.
fn all<T>(values: impl Iterator<Item = Option<T>>) -> Option<Vec<T>> {
    values.collect::<Vec<_>>().into_iter().collect()
}

/// Nothing for a part that is there and wrong.
#[expect(clippy::option_option, reason = "whether a part is there, and whether it could be read")]
fn flipped<T>(part: Option<Option<T>>) -> Option<Option<T>> {
    match part {
        Some(None) => None,
        Some(Some(part)) => Some(Some(part)),
        None => Some(None),
    }
}

fn all_faults<T>(
    value: &Value,
    decode: impl FnOnce(&Decoder<'_>) -> Option<T>,
    check: impl FnOnce(&T, &Faults),
) -> Result<T, Vec<Fault>> {
    let faults = Faults::default();
    let decoded = decode(&Decoder::new(value, &faults));
    if let Some(decoded) = &decoded {
        check(decoded, &faults);
    }
    let faults = faults.into_vec();
    decoded.filter(|_| faults.is_empty()).ok_or(faults)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::{
        json,
        schema::testing::{any_schema, fewer_cases},
    };

    fn faults(value: &Value) -> Vec<String> {
        Schema::from_json(value).unwrap_err().iter().map(Fault::to_string).collect()
    }

    #[test]
    fn every_fault_is_told_with_its_path() {
        let schema = json!({ "type": "frame", "columns": [
            { "name": "age", "schema": { "type": "strng" }, "required": true },
            { "name": "price", "schema": { "type": "decimal", "precision": 39, "scale": 40, "nulable": true }, "required": true },
            { "name": "at", "schema": { "type": "timestamp", "unit": "min", "timezone": 2 }, "required": "yes" },
            { "schema": { "type": "list", "items": { "type": "tensor", "dtype": "flaot32", "shape": [-1] } }, "required": false },
        ] });
        assert_eq!(
            faults(&schema),
            [
                "/columns/0/schema/type: `strng` is no type; did you mean `string`?",
                "/columns/1/schema/nulable: is unknown; did you mean `nullable`?",
                "/columns/1/schema/precision: is 39, expected 1 to 38 digits",
                "/columns/1/schema/scale: is 40, expected at most the precision, 39",
                "/columns/2/schema/timezone: found a number, expected a string",
                "/columns/2/schema/unit: is no unit of time, expected one of `s`, `ms`, `us`, `ns`",
                "/columns/2/required: found a string, expected a boolean",
                "/columns/3: `name` is missing",
                "/columns/3/schema/items/dtype: `flaot32` is no type of elements; did you mean `float32`?",
            ]
        );
    }

    #[test]
    fn what_contradicts_itself_is_refused() {
        for (schema, fault) in [
            (
                json!({ "type": "int8", "domain": { "min": 5, "max": 4 } }),
                "/domain/min: is greater than `max`, expected at most that",
            ),
            (json!({ "type": "int8", "domain": { "max": 128 } }), "/domain/max: must be between -128 and 127"),
            (
                json!({ "type": "date", "domain": { "min": "2024-02-30" } }),
                "/domain/min: must be a date such as 2024-02-29",
            ),
            (
                json!({ "type": "bool", "domain": { "min": false } }),
                "/domain/min: has no meaning for bool, expected none",
            ),
            (
                json!({ "type": "int8", "domain": { "values": [1, 1.0] } }),
                "/domain/values/1: is there already, expected values that differ",
            ),
            (
                json!({ "type": "int8", "domain": { "values": [] } }),
                "/domain/values: is empty, expected at least one value",
            ),
            (
                json!({ "type": "int8", "domain": {} }),
                "/domain: is empty, expected `min`, `max`, `values` or `pattern`, or no domain",
            ),
            (
                json!({ "type": "int8", "domain": { "pattern": "a" } }),
                "/domain/pattern: has no meaning for int8, expected it for a string",
            ),
            (
                json!({ "type": "string", "domain": { "pattern": "(" } }),
                "/domain/pattern: is no regular expression: unclosed group",
            ),
            (json!({ "type": "any", "domain": { "values": [1] } }), "/domain: has no meaning for any, expected none"),
            (json!({ "type": "categorical", "values": [] }), "/values: is empty, expected at least one category"),
            (
                json!({ "type": "categorical", "values": ["a", 1] }),
                "/values/1: is of another type, expected only strings, only integers or only booleans",
            ),
            (
                json!({ "type": "categorical", "values": ["a", "a"] }),
                "/values/1: \"a\" is there already, expected values that differ",
            ),
            (
                json!({ "type": "categorical", "values": [1.5] }),
                "/values/0: is no integer within ±(2^53 − 1), expected such a one",
            ),
            (
                json!({ "type": "list", "items": { "type": "bool" }, "min": 2, "max": 1 }),
                "/min: is 2, expected at most `max`, 1",
            ),
            (json!({ "type": "union", "of": [{ "type": "bool" }] }), "/of: holds 1, expected at least two schemas"),
            (
                json!({ "type": "union", "of": [{ "type": "bool" }, { "type": "int8", "nullable": true }] }),
                "/of/1/nullable: is true, expected it at the union itself",
            ),
            (json!({ "type": "tuple", "items": [] }), "/items: is empty, expected at least one schema"),
            (
                json!({ "type": "tensor", "dtype": "float32", "shape": [-2] }),
                "/shape/0: is -2, expected a length, or −1 for any",
            ),
            (
                json!({ "type": "tensor", "dtype": "any", "shape": [] }),
                "/dtype: is any, expected a type without parts or categories",
            ),
            (
                json!({ "type": "tensor", "dtype": "bool", "shape": [1_000_000_000, 1_000_000_000] }),
                "/shape: has more elements than a computer holds, expected fewer",
            ),
            (
                json!({ "type": "timestamp", "unit": "s", "timezone": "localtime" }),
                "/timezone: is no time zone, expected a name of the IANA database, such as `Europe/Berlin`, or an offset such as `+02:00`",
            ),
            (
                json!({ "type": "int8", "observed": { "n": 1, "null_fraction": 1.5 } }),
                "/observed/null_fraction: is 1.5, expected 0 to 1",
            ),
            (
                json!({ "type": "int8", "observed": { "n": 1, "distinct": 2 } }),
                "/observed/distinct: is 2, expected at most `n`, 1",
            ),
            (json!({ "type": "int8", "observed": {} }), "/observed: `n` is missing"),
            (
                json!({ "type": "int8", "x-own": 1 }),
                "/x-own: is unknown, expected one of `type`, `nullable`, `domain`, `observed`",
            ),
            (json!([]), "/: found an array, expected an object"),
        ] {
            assert_eq!(faults(&schema), [fault], "{schema}");
        }
    }

    #[test]
    fn fields_are_named_once_and_defaults_fit() {
        let schema = json!({ "type": "struct", "fields": [
            { "name": "a", "schema": { "type": "int8" }, "required": true, "default": 1 },
            { "name": "a", "schema": { "type": "list", "items": { "type": "int8" } }, "required": false, "default": [1, "x"] },
            { "name": "b", "schema": { "type": "any" }, "required": false, "default": { "deep": [9_007_199_254_740_992_u64] } },
        ] });
        assert_eq!(
            faults(&schema),
            [
                "/fields/0/required: is true, but there is a default; expected false, or no default",
                "/fields/1/default/1: does not fit the schema: must be an integer",
                "/fields/2/default/deep/0: is an integer beyond ±(2^53 − 1), which only an integer type keeps",
                "/fields/1/name: `a` is there already, expected names that differ",
            ]
        );
    }

    #[test]
    fn a_null_default_is_a_default() {
        let field =
            json!({ "name": "a", "schema": { "type": "int8", "nullable": true }, "required": false, "default": null });
        let field = Field::from_json(&field).unwrap();
        assert_eq!(field.default, Some(Value::Null));
        assert_eq!(Field::from_json(&field.to_value()), Ok(field));
    }

    #[test]
    fn large_integers_are_written_as_digits() {
        let schema = json!({ "type": "uint64", "domain": { "min": 1, "max": "18446744073709551615" } });
        let read = Schema::from_json(&schema).unwrap();
        assert_eq!(read.domain.as_ref().unwrap().max, Some(json!(u64::MAX)));
        assert_eq!(read.to_value(), schema);
        assert_eq!(faults(&json!({ "type": "int64", "domain": { "min": "5" } })), ["/domain/min: must be an integer"]);
    }

    proptest! {
        #![proptest_config(fewer_cases())]

        #[test]
        fn a_schema_is_read_as_it_was_written(schema in any_schema()) {
            prop_assert_eq!(schema.check(), Ok(()));
            let canonical = json::canonical(&schema.to_value()).unwrap();
            let read = Schema::from_json(&json::parse(&canonical, usize::MAX).unwrap());
            prop_assert_eq!(read.as_ref(), Ok(&schema));
        }

        #[test]
        fn no_document_makes_the_reader_panic(value in json::testing::any_json()) {
            let _ = Schema::from_json(&value);
        }
    }
}
