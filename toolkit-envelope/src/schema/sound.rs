//! What contradicts itself in a schema that can be read otherwise.

use std::collections::HashSet;

use serde_json::Value;

use super::{
    Domain, Field, Kind, Observed, Schema,
    document::is_beyond_doubles,
    patterns::Patterns,
    scalar::{self, decimal, number::EXACT},
};
use crate::{
    Fault,
    json::{Faults, escape},
};

/// Takes a fault: where, as a JSON Pointer from the node, and what is wrong.
type Tell<'t> = &'t mut dyn FnMut(&str, String);

/// The most axes of a tensor: more than any framework has.
const MOST_AXES: usize = 64;

impl Schema {
    /// Checks that a schema which was put together in a program does not contradict itself, as [`Schema::from_json`] does
    /// for one that was read.
    ///
    /// # Errors
    ///
    /// Everything that does, with its path in the JSON form.
    pub fn check(&self) -> Result<(), Vec<Fault>> {
        let faults = Faults::default();
        let mut patterns = Patterns::default();
        visit(self, "", &mut |schema, pointer| {
            let tell: Tell<'_> = &mut |below, message| faults.push(format!("{pointer}{below}"), message);
            check_node(schema, tell);
            check_pattern(schema, &mut patterns, tell);
            for (key, fields) in lists_of_fields(&schema.kind) {
                check_names(fields, &mut |below, message| tell(&format!("/{key}{below}"), message));
                for (index, field) in fields.iter().enumerate() {
                    check_field(field, &mut |below, message| tell(&format!("/{key}/{index}{below}"), message));
                }
            }
        });
        let faults = faults.into_vec();
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    /// Checks the patterns in it, of which each is compiled once; `pointer` is where it stands.
    pub(super) fn check_patterns(&self, pointer: &str, faults: &Faults) {
        let mut patterns = Patterns::default();
        visit(self, pointer, &mut |schema, pointer| {
            check_pattern(schema, &mut patterns, &mut |below, message| {
                faults.push(format!("{pointer}{below}"), message);
            });
        });
    }
}

/// Goes to a schema and all its parts, each with its path.
fn visit(schema: &Schema, pointer: &str, see: &mut dyn FnMut(&Schema, &str)) {
    see(schema, pointer);
    match &schema.kind {
        Kind::List { items, .. } => visit(items, &format!("{pointer}/items"), see),
        Kind::Map { values } | Kind::Series { values } => visit(values, &format!("{pointer}/values"), see),
        Kind::Tuple { items: schemas } | Kind::Union { of: schemas } => {
            let key = if matches!(schema.kind, Kind::Tuple { .. }) { "items" } else { "of" };
            for (index, schema) in schemas.iter().enumerate() {
                visit(schema, &format!("{pointer}/{key}/{index}"), see);
            }
        }
        kind => {
            for (key, fields) in lists_of_fields(kind) {
                for (index, field) in fields.iter().enumerate() {
                    visit(&field.schema, &format!("{pointer}/{key}/{index}/schema"), see);
                }
            }
        }
    }
}

fn lists_of_fields(kind: &Kind) -> impl Iterator<Item = (&'static str, &[Field])> {
    let lists: [Option<(&'static str, &[Field])>; 2] = match kind {
        Kind::Struct { fields } => [Some(("fields", fields)), None],
        Kind::Frame { columns, index } => [Some(("columns", columns)), index.as_deref().map(|index| ("index", index))],
        _ => [None, None],
    };
    lists.into_iter().flatten()
}

/// Checks that a pattern is one.
fn check_pattern(schema: &Schema, patterns: &mut Patterns, tell: Tell<'_>) {
    if schema.kind == Kind::String
        && let Some(pattern) = schema.domain.as_ref().and_then(|domain| domain.pattern.as_ref())
        && let Err(why) = patterns.get(pattern)
    {
        tell("/domain/pattern", why.to_owned());
    }
}

/// Checks a schema, but not its parts and not its pattern.
pub(super) fn check_node(schema: &Schema, tell: Tell<'_>) {
    check_kind(&schema.kind, tell);
    if let Some(domain) = &schema.domain {
        check_domain(domain, &schema.kind, tell);
    }
    if let Some(observed) = &schema.observed {
        check_observed(observed, &schema.kind, tell);
    }
}

/// Checks that a field's default fits.
pub(super) fn check_field(field: &Field, tell: Tell<'_>) {
    let Some(default) = &field.default else { return };
    if field.required {
        tell("/required", "is true, but there is a default; expected false, or no default".to_owned());
    }
    for refusal in field.schema.refusals(default) {
        tell(&format!("/default{}", refusal.pointer), format!("does not fit the schema: {}", refusal.message));
    }
    if let Some(pointer) = unwritable(&super::document::to_document(&field.schema, default)) {
        tell(
            &format!("/default{pointer}"),
            "is an integer beyond ±(2^53 − 1), which only an integer type keeps".to_owned(),
        );
    }
}

/// Checks that no two fields have one name.
pub(super) fn check_names(fields: &[Field], tell: Tell<'_>) {
    let mut seen = HashSet::new();
    for (index, field) in fields.iter().enumerate() {
        if !seen.insert(&field.name) {
            tell(&format!("/{index}/name"), format!("`{}` is there already, expected names that differ", field.name));
        }
    }
}

fn check_kind(kind: &Kind, tell: Tell<'_>) {
    match kind {
        Kind::Decimal { precision, scale } => {
            if !(1..=decimal::DIGITS).contains(precision) {
                tell("/precision", format!("is {precision}, expected 1 to {} digits", decimal::DIGITS));
            }
            if scale > precision {
                tell("/scale", format!("is {scale}, expected at most the precision, {precision}"));
            }
        }
        Kind::Timestamp { timezone: Some(timezone), .. } if !is_timezone(timezone) => {
            tell(
                "/timezone",
                "is no time zone, expected a name of the IANA database, such as `Europe/Berlin`, or an offset such as \
                 `+02:00`"
                    .to_owned(),
            );
        }
        Kind::Categorical { values, .. } => check_categories(values, tell),
        Kind::List { min: Some(min), max: Some(max), .. } if min > max => {
            tell("/min", format!("is {min}, expected at most `max`, {max}"));
        }
        Kind::Tuple { items } if items.is_empty() => {
            tell("/items", "is empty, expected at least one schema".to_owned());
        }
        Kind::Union { of } => check_union(of, tell),
        Kind::Frame { columns, index: Some(index) } => {
            if index.is_empty() {
                tell("/index", "is empty, expected at least one level, or no `index`".to_owned());
            }
            let names = columns.iter().map(|column| &column.name).collect::<HashSet<_>>();
            for (level, field) in index.iter().enumerate() {
                if names.contains(&field.name) {
                    tell(
                        &format!("/index/{level}/name"),
                        format!("`{}` is a column too, expected another name", field.name),
                    );
                }
            }
        }
        Kind::Tensor { dtype, shape } => check_tensor(dtype, shape, tell),
        _ => {}
    }
}

fn check_categories(values: &[Value], tell: Tell<'_>) {
    let Some(first) = values.first() else {
        return tell("/values", "is empty, expected at least one category".to_owned());
    };
    let same_type = |value: &Value| match value {
        Value::String(_) => first.is_string(),
        Value::Bool(_) => first.is_boolean(),
        Value::Number(_) => first.is_number(),
        _ => false,
    };
    let mut seen = HashSet::new();
    for (index, value) in values.iter().enumerate() {
        let place = format!("/values/{index}");
        if !same_type(value) {
            tell(&place, "is of another type, expected only strings, only integers or only booleans".to_owned());
        } else if value.is_number()
            && value.as_i64().is_none_or(|integer| integer.unsigned_abs() > EXACT.unsigned_abs())
        {
            tell(&place, "is no integer within ±(2^53 − 1), expected such a one".to_owned());
        } else if !seen.insert(value) {
            tell(&place, format!("{value} is there already, expected values that differ"));
        }
    }
}

fn check_union(of: &[Schema], tell: Tell<'_>) {
    if of.len() < 2 {
        tell("/of", format!("holds {}, expected at least two schemas", of.len()));
    }
    let mut seen = HashSet::new();
    for (index, schema) in of.iter().enumerate() {
        if schema.nullable {
            tell(&format!("/of/{index}/nullable"), "is true, expected it at the union itself".to_owned());
        }
        match &schema.kind {
            Kind::Any => {
                tell(&format!("/of/{index}"), "takes everything, expected `any` in place of the union".to_owned());
            }
            Kind::Union { .. } => tell(&format!("/of/{index}"), "is a union, expected its schemas here".to_owned()),
            _ if !seen.insert(schema.to_value().to_string()) => {
                tell(&format!("/of/{index}"), "is there already, expected schemas that differ".to_owned());
            }
            _ => {}
        }
    }
}

fn check_tensor(dtype: &Kind, shape: &[i64], tell: Tell<'_>) {
    if !dtype.is_scalar() || matches!(dtype, Kind::Categorical { .. }) {
        tell("/dtype", format!("is {}, expected a type without parts or categories", dtype.name()));
    }
    check_kind(dtype, &mut |below, message| tell(&format!("/dtype{below}"), message));
    if shape.len() > MOST_AXES {
        tell("/shape", format!("has {} axes, expected at most {MOST_AXES}", shape.len()));
    }
    for (axis, length) in shape.iter().enumerate().filter(|(_, length)| **length < -1) {
        tell(&format!("/shape/{axis}"), format!("is {length}, expected a length, or −1 for any"));
    }
    let elements = shape.iter().filter(|length| **length > 0).try_fold(1_i64, |all, length| all.checked_mul(*length));
    if elements.is_none_or(|elements| elements > EXACT) {
        tell("/shape", "has more elements than a computer holds, expected fewer".to_owned());
    }
}

fn check_domain(domain: &Domain, kind: &Kind, tell: Tell<'_>) {
    let Domain { min, max, values, pattern } = domain;
    if *domain == Domain::default() {
        tell("/domain", "is empty, expected `min`, `max`, `values` or `pattern`, or no domain".to_owned());
    }
    if !kind.is_scalar() || matches!(kind, Kind::Categorical { .. }) {
        return tell("/domain", format!("has no meaning for {}, expected none", kind.name()));
    }
    check_bounds("/domain", min.as_ref(), max.as_ref(), kind, tell);
    if let Some(values) = values {
        if values.is_empty() {
            tell("/domain/values", "is empty, expected at least one value".to_owned());
        }
        let mut seen = HashSet::new();
        for (index, value) in values.iter().enumerate() {
            let place = format!("/domain/values/{index}");
            match scalar::read(kind, value) {
                Err(refused) => tell(&place, refused.message.to_string()),
                Ok(stored) if !seen.insert(stored.key()) => {
                    tell(&place, "is there already, expected values that differ".to_owned());
                }
                Ok(_) => {}
            }
        }
    }
    if pattern.is_some() && *kind != Kind::String {
        tell("/domain/pattern", format!("has no meaning for {}, expected it for a string", kind.name()));
    }
}

fn check_observed(observed: &Observed, kind: &Kind, tell: Tell<'_>) {
    check_bounds("/observed", observed.min.as_ref(), observed.max.as_ref(), kind, tell);
    if let Some(fraction) = observed.null_fraction
        && !(0.0..=1.0).contains(&fraction)
    {
        tell("/observed/null_fraction", format!("is {fraction}, expected 0 to 1"));
    }
    if let Some(distinct) = observed.distinct
        && distinct > observed.n
    {
        tell("/observed/distinct", format!("is {distinct}, expected at most `n`, {}", observed.n));
    }
}

fn check_bounds(place: &str, min: Option<&Value>, max: Option<&Value>, kind: &Kind, tell: Tell<'_>) {
    if !kind.is_ordered() {
        for (name, _) in [("min", min), ("max", max)].iter().filter(|(_, bound)| bound.is_some()) {
            tell(&format!("{place}/{name}"), format!("has no meaning for {}, expected none", kind.name()));
        }
        return;
    }
    let bounds = [("min", min), ("max", max)].map(|(name, bound)| {
        let stored = scalar::read(kind, bound?);
        if let Err(refused) = &stored {
            tell(&format!("{place}/{name}"), refused.message.to_string());
        }
        stored.ok()
    });
    if let [Some(least), Some(greatest)] = bounds
        && least > greatest
    {
        tell(&format!("{place}/min"), "is greater than `max`, expected at most that".to_owned());
    }
}

/// Whether a name is an offset, or of the form that the names of the IANA database have: parts that begin with a capital
/// letter, so that `localtime` and `posixrules`, which are another zone on each machine, are none.
///
/// Whether the database has it depends on the machine, and on the year; a schema means the same everywhere.
fn is_timezone(name: &str) -> bool {
    if let Some([b'0'..=b'9', b'0'..=b'9', b':', b'0'..=b'9', b'0'..=b'9']) =
        name.strip_prefix(['+', '-']).map(str::as_bytes)
    {
        return name[1..3] < *"24" && name[4..6] < *"60" && name != "-00:00";
    }
    let is_part = |part: &str| {
        part.starts_with(|first: char| first.is_ascii_uppercase())
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+-".contains(&byte))
    };
    name.len() <= 64 && name.split('/').all(is_part)
}

/// The first integer of a document that a double does not hold.
fn unwritable(value: &Value) -> Option<String> {
    match value {
        Value::Number(_) => is_beyond_doubles(value).then(String::new),
        Value::Array(items) => {
            items.iter().enumerate().find_map(|(index, item)| Some(format!("/{index}{}", unwritable(item)?)))
        }
        Value::Object(entries) => {
            entries.iter().find_map(|(key, value)| Some(format!("/{}{}", escape(key), unwritable(value)?)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn whether_a_time_zone_is_one_does_not_depend_on_the_machine() {
        let read = |zone: &str| Schema::from_json(&json!({ "type": "timestamp", "unit": "s", "timezone": zone }));
        for zone in [
            "UTC",
            "Europe/Berlin",
            "America/Argentina/Buenos_Aires",
            "America/Port-au-Prince",
            "Etc/GMT+5",
            "EST5EDT",
            "+02:00",
            "-11:30",
            "Mars/Of_the_next_edition",
        ] {
            assert!(read(zone).is_ok(), "{zone}");
        }
        let long = "A".repeat(65);
        for zone in [
            "",
            "/",
            "utc",
            "europe/BERLIN",
            "localtime",
            "posixrules",
            "Europe/",
            "../Etc",
            "-00:00",
            "+2",
            "Ä",
            &long,
        ] {
            assert!(read(zone).is_err(), "{zone}");
        }
    }

    #[test]
    fn long_lists_are_read_in_time_that_grows_with_them() {
        let integers = (0..50_000).collect::<Vec<_>>();
        let lists = [
            json!({ "type": "categorical", "values": integers }),
            json!({ "type": "int64", "domain": { "values": integers } }),
            json!({ "type": "struct", "fields": [{ "name": "a", "required": false, "default": integers, "schema":
                { "type": "list", "items": { "type": "int64", "domain": { "values": integers } } } }] }),
            json!({ "type": "struct", "fields": [{ "name": "a", "required": false, "default": integers, "schema":
                { "type": "list", "items": { "type": "categorical", "values": integers } } }] }),
        ];
        // By comparing each with each, this takes minutes.
        for list in lists {
            assert!(Schema::from_json(&list).is_ok());
        }
    }

    #[test]
    fn a_pattern_is_compiled_once_for_all_values() {
        let string = json!({ "type": "string", "domain": { "pattern": "\\w{4}" } });
        let default = vec!["word"; 100_000];
        let schema = json!({ "type": "struct", "fields": [{ "name": "a", "required": false, "default": default,
            "schema": { "type": "list", "items": string } }] });
        assert!(Schema::from_json(&schema).is_ok());
        let string = |pattern: String| json!({ "type": "string", "domain": { "pattern": pattern } });
        let many = (0..101).map(|index| string(index.to_string())).collect::<Vec<_>>();
        let faults = Schema::from_json(&json!({ "type": "tuple", "items": many })).unwrap_err();
        assert_eq!(
            faults.iter().map(Fault::to_string).collect::<Vec<_>>(),
            ["/items/100/domain/pattern: is one pattern too many, expected at most 100 that differ"]
        );
    }
}
