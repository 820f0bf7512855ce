//! Any schema, for property tests.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{Domain, Field, Kind, Observed, Schema, TimeUnit, document, scalar};

/// A quarter of the usual cases, for tests to which each case is a whole schema.
pub(crate) fn fewer_cases() -> ProptestConfig {
    let usual = ProptestConfig::default();
    ProptestConfig { cases: usual.cases / 4, ..usual }
}

/// A schema of any shape that does not contradict itself, in the form in which it is read.
pub(crate) fn any_schema() -> BoxedStrategy<Schema> {
    any_scalar()
        .prop_recursive(4, 24, 4, |inner| {
            let of = {
                let member = prop_oneof![any_scalar(), inner.clone()];
                let member = member.prop_map(|schema| Schema { nullable: false, ..schema });
                prop::collection::vec(member, 2..4)
            };
            let fields = || any_fields(inner.clone(), 4);
            let kind = prop_oneof![
                (inner.clone(), prop::option::of(0..5_u64), prop::option::of(5..9_u64))
                    .prop_map(|(items, min, max)| Kind::List { items: Box::new(items), min, max }),
                inner.clone().prop_map(|values| Kind::Map { values: Box::new(values) }),
                inner.clone().prop_map(|values| Kind::Series { values: Box::new(values) }),
                fields().prop_map(|fields| Kind::Struct { fields }),
                prop::collection::vec(inner.clone(), 1..4).prop_map(|items| Kind::Tuple { items }),
                of.prop_filter_map("a union has different members, none of them a union", union),
                (fields(), prop::option::of(any_fields(inner.clone(), 2)))
                    .prop_map(|(columns, index)| frame(columns, index)),
            ];
            (kind, any::<bool>(), prop::option::of((0..9_u64).prop_map(|n| Observed { n, ..Observed::default() })))
                .prop_map(|(kind, nullable, observed)| Schema { kind, nullable, domain: None, observed })
        })
        .boxed()
}

/// A schema without what was observed, as somebody writes it.
pub(crate) fn declared() -> impl Strategy<Value = Schema> + Clone {
    any_schema()
        .prop_map(unobserved)
        .prop_filter("members that differ only in what was observed", |schema| schema.check().is_ok())
}

/// Without what was observed, a union relies on nothing but the kinds.
pub(crate) fn unobserved(schema: Schema) -> Schema {
    let field = |field: Field| Field { schema: unobserved(field.schema), ..field };
    let fields = |fields: Vec<Field>| fields.into_iter().map(field).collect::<Vec<_>>();
    let boxed = |schema: Box<Schema>| Box::new(unobserved(*schema));
    let kind = match schema.kind {
        Kind::List { items, min, max } => Kind::List { items: boxed(items), min, max },
        Kind::Map { values } => Kind::Map { values: boxed(values) },
        Kind::Series { values } => Kind::Series { values: boxed(values) },
        Kind::Struct { fields: all } => Kind::Struct { fields: fields(all) },
        Kind::Tuple { items } => Kind::Tuple { items: items.into_iter().map(unobserved).collect() },
        Kind::Union { of } => Kind::Union { of: of.into_iter().map(unobserved).collect() },
        Kind::Frame { columns, index } => Kind::Frame { columns: fields(columns), index: index.map(fields) },
        other => other,
    };
    Schema { kind, observed: None, ..schema }
}

/// A schema without parts, or `any`, or a tensor.
pub(crate) fn any_scalar() -> BoxedStrategy<Schema> {
    let kind = prop_oneof![8 => scalar_kind(), 1 => Just(Kind::Any), 1 => tensor()];
    kind.prop_flat_map(|kind| {
        let domain = prop::option::of(any_domain(&kind));
        let observed = prop::option::of(any_observed(&kind));
        (Just(kind), any::<bool>(), domain, observed)
    })
    .prop_map(|(kind, nullable, domain, observed)| Schema {
        kind,
        nullable,
        domain: domain.filter(|domain| *domain != Domain::default()),
        observed,
    })
    .boxed()
}

/// A kind without parts.
pub(crate) fn scalar_kind() -> BoxedStrategy<Kind> {
    let plain = [
        "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32",
        "float64", "string", "binary", "date", "uuid",
    ];
    let unit = || prop::sample::select(&TimeUnit::ALL);
    let timezone = prop::sample::select(vec![None, Some("UTC"), Some("+02:00"), Some("Europe/Berlin")]);
    prop_oneof![
        4 => prop::sample::select(plain.to_vec()).prop_map(|name| Kind::plain(name).unwrap()),
        1 => (1..=38_u8).prop_flat_map(|precision| (Just(precision), 0..=precision)).prop_map(|(precision, scale)| Kind::Decimal { precision, scale }),
        1 => unit().prop_map(|unit| Kind::Time { unit }),
        1 => unit().prop_map(|unit| Kind::Duration { unit }),
        1 => (unit(), timezone).prop_map(|(unit, timezone)| Kind::Timestamp { unit, timezone: timezone.map(str::to_owned) }),
        1 => (categories(), any::<bool>()).prop_map(|(values, ordered)| Kind::Categorical { values, ordered }),
    ]
    .boxed()
}

/// A value that a schema takes.
pub(crate) fn value_of(schema: &Schema) -> BoxedStrategy<Value> {
    let value = match &schema.kind {
        Kind::Any => {
            crate::json::testing::any_json().prop_filter("null is for nullable", |value| !value.is_null()).boxed()
        }
        Kind::List { items, min, max } => {
            let (min, max) = (min.unwrap_or(0) as usize, max.unwrap_or(6) as usize);
            prop::collection::vec(value_of(items), min..=max).prop_map(Value::from).boxed()
        }
        Kind::Series { values } => prop::collection::vec(value_of(values), 0..4).prop_map(Value::from).boxed(),
        Kind::Map { values } => prop::collection::btree_map("[a-c/~]{0,2}", value_of(values), 0..4)
            .prop_map(|entries| Value::Object(entries.into_iter().collect()))
            .boxed(),
        Kind::Struct { fields } => object_of(fields.iter()),
        Kind::Tuple { items } => items.iter().map(value_of).collect::<Vec<_>>().prop_map(Value::from).boxed(),
        Kind::Union { of } => prop::strategy::Union::new(of.iter().map(value_of)).boxed(),
        Kind::Frame { columns, index } => {
            let row = object_of(columns.iter().chain(index.iter().flatten()));
            prop::collection::vec(row, 0..4).prop_map(Value::from).boxed()
        }
        Kind::Tensor { dtype, shape } => elements_of(dtype, shape),
        kind => scalar_of(kind, schema.domain.as_ref()),
    };
    if schema.nullable { prop_oneof![1 => Just(Value::Null), 4 => value].boxed() } else { value }
}

fn object_of<'f>(fields: impl Iterator<Item = &'f Field>) -> BoxedStrategy<Value> {
    let entries = fields.map(|field| {
        let value = value_of(&field.schema);
        let there = if field.required { value.prop_map(Some).boxed() } else { prop::option::of(value).boxed() };
        (Just(field.name.clone()), there)
    });
    let entries = entries.collect::<Vec<_>>();
    entries
        .prop_map(|entries| {
            entries.into_iter().filter_map(|(name, value)| Some((name, value?))).collect::<Map<_, _>>().into()
        })
        .boxed()
}

fn elements_of(dtype: &Kind, shape: &[i64]) -> BoxedStrategy<Value> {
    let Some((length, inner)) = shape.split_first() else { return scalar_of(dtype, None) };
    let length = usize::try_from(*length).unwrap_or(2);
    prop::collection::vec(elements_of(dtype, inner), length).prop_map(Value::from).boxed()
}

/// A value of a kind without parts; one of a domain is one of its values, or its least.
pub(crate) fn scalar_of(kind: &Kind, domain: Option<&Domain>) -> BoxedStrategy<Value> {
    if let Some(domain) = domain {
        if let Some(values) = &domain.values {
            let fits = |value: &Value| {
                let bounds = Domain { values: None, ..domain.clone() };
                Schema { domain: Some(bounds), ..Schema::new(kind.clone()) }.accepts(value).is_ok()
            };
            let values = values.iter().filter(|value| fits(value)).cloned().collect::<Vec<_>>();
            return prop::sample::select(values).boxed();
        }
        if let Some(bound) = domain.min.as_ref().or(domain.max.as_ref()) {
            return Just(bound.clone()).boxed();
        }
    }
    let text = |write: &dyn Fn(&mut String) -> Option<()>| {
        let mut text = String::new();
        write(&mut text).unwrap();
        Value::String(text)
    };
    match kind.clone() {
        Kind::Bool => any::<bool>().prop_map(Value::from).boxed(),
        Kind::Float16 => any::<u16>().prop_map(|bits| json!(f64::from(bits) / 4.0)).boxed(),
        Kind::Float32 => any::<f32>().prop_filter("finite", |value| value.is_finite()).prop_map(Value::from).boxed(),
        Kind::Float64 => any::<f64>().prop_filter("finite", |value| value.is_finite()).prop_map(Value::from).boxed(),
        Kind::Decimal { precision, scale } => {
            let limit = 10_i128.pow(precision.into());
            (1 - limit..limit).prop_map(move |units| text(&|out| scalar::decimal::write(units, scale, out))).boxed()
        }
        Kind::String => match domain {
            Some(_) => "[ab]a".prop_map(Value::from).boxed(),
            None => any::<String>().prop_map(Value::from).boxed(),
        },
        Kind::Binary => any::<Vec<u8>>()
            .prop_map(move |bytes| {
                text(&|out| {
                    scalar::binary::write(&bytes, out);
                    Some(())
                })
            })
            .boxed(),
        Kind::Date => (-700_000..2_900_000).prop_map(move |days| text(&|out| scalar::date::write(days, out))).boxed(),
        Kind::Time { unit } => (0..86_400 * unit.per_second())
            .prop_map(move |time| text(&|out| scalar::time::write(time, unit, out)))
            .boxed(),
        Kind::Timestamp { unit, timezone } => (-9_000_000_000..9_000_000_000_i64)
            .prop_map(move |seconds| {
                let moment = seconds * unit.per_second();
                text(&|out| scalar::timestamp::write(moment, unit, timezone.is_some(), out))
            })
            .boxed(),
        Kind::Duration { unit } => {
            any::<i64>().prop_map(move |length| text(&|out| scalar::duration::write(length, unit, out))).boxed()
        }
        Kind::Uuid => any::<[u8; 16]>()
            .prop_map(move |bytes| {
                text(&|out| {
                    scalar::uuid::write(bytes, out);
                    Some(())
                })
            })
            .boxed(),
        Kind::Categorical { values, .. } => prop::sample::select(values).boxed(),
        integer => {
            let (least, greatest) = integer.integer_range().unwrap();
            let number = |integer: i128| {
                i64::try_from(integer).map_or_else(|_| json!(u64::try_from(integer).unwrap()), Value::from)
            };
            prop_oneof![(least..=greatest).prop_map(number), (least.max(-9)..=9).prop_map(number)].boxed()
        }
    }
}

fn any_fields(schema: impl Strategy<Value = Schema> + Clone, most: usize) -> impl Strategy<Value = Vec<Field>> {
    let field = schema.prop_flat_map(|schema| {
        let default = value_of(&schema).prop_map(Some).boxed();
        let default = prop_oneof![Just(None), default].prop_filter("can be written", {
            let schema = schema.clone();
            move |default| {
                let default = default.as_ref().map(|value| document::from_document(&schema, value));
                let field = Field { default, required: false, ..Field::new("", schema.clone()) };
                let mut faults = 0;
                super::sound::check_field(&field, &mut |_, _| faults += 1);
                faults == 0
            }
        });
        let name = prop_oneof!["[a-e]", "[a-c~/é \u{1F600}x-]{0,3}"];
        (name, Just(schema), any::<bool>(), default)
    });
    let field = field.prop_map(|(name, schema, required, default)| {
        let default = default.filter(|_| !required).map(|value| document::from_document(&schema, &value));
        Field { name, schema, required, default }
    });
    prop::collection::vec(field, 0..=most).prop_map(|mut fields| {
        let mut names = std::collections::HashSet::new();
        fields.retain(|field: &Field| names.insert(field.name.clone()));
        fields
    })
}

fn frame(columns: Vec<Field>, index: Option<Vec<Field>>) -> Kind {
    let index = index.map(|mut index| {
        index.retain(|level| columns.iter().all(|column| column.name != level.name));
        index
    });
    Kind::Frame { columns, index: index.filter(|index| !index.is_empty()) }
}

fn union(mut of: Vec<Schema>) -> Option<Kind> {
    of.retain(|schema| !matches!(schema.kind, Kind::Any | Kind::Union { .. }));
    let kind = Kind::Union { of };
    Schema::new(kind.clone()).check().is_ok().then_some(kind)
}

fn tensor() -> impl Strategy<Value = Kind> {
    let dtype =
        scalar_kind().prop_filter("elements have no categories", |kind| !matches!(kind, Kind::Categorical { .. }));
    (dtype, prop::collection::vec(-1..4_i64, 0..4))
        .prop_map(|(dtype, shape)| Kind::Tensor { dtype: Box::new(dtype), shape })
}

fn categories() -> impl Strategy<Value = Vec<Value>> {
    prop_oneof![
        prop::collection::btree_set(any::<String>(), 1..5)
            .prop_map(|values| values.into_iter().map(Value::from).collect()),
        prop::collection::btree_set(-9_007_199_254_740_991..=9_007_199_254_740_991_i64, 1..5)
            .prop_map(|values| values.into_iter().map(Value::from).collect()),
        Just(vec![json!(true), json!(false)]),
    ]
}

fn any_domain(kind: &Kind) -> BoxedStrategy<Domain> {
    if !kind.is_scalar() || matches!(kind, Kind::Categorical { .. }) {
        return Just(Domain::default()).boxed();
    }
    let bounds = any_bounds(kind);
    let pattern =
        if *kind == Kind::String { prop::option::of(Just("^[ab]a".to_owned())).boxed() } else { Just(None).boxed() };
    let values = prop::option::of(prop::collection::vec(scalar_of(kind, None), 1..4));
    let kind = kind.clone();
    (bounds, values, pattern)
        .prop_map(move |((min, max), values, pattern)| {
            let values = values.map(|values| {
                values.iter().map(|value| document::leaf_from_document(&kind, value)).collect::<Vec<_>>()
            });
            // Either bounds and a pattern, or values, so that a value can be found that is in the domain.
            match values {
                Some(values) => {
                    let same = |a: &Value, b: &Value| scalar::read(&kind, a) == scalar::read(&kind, b);
                    let mut differ = Vec::new();
                    for value in values {
                        if !differ.iter().any(|other| same(other, &value)) {
                            differ.push(value);
                        }
                    }
                    Domain { values: Some(differ), ..Domain::default() }
                }
                None => Domain { min, max, values: None, pattern },
            }
        })
        .boxed()
}

fn any_observed(kind: &Kind) -> BoxedStrategy<Observed> {
    let fraction = prop::option::of((0..=8_u8).prop_map(|eighths| f64::from(eighths) / 8.0));
    (any_bounds(kind), fraction, prop::option::of(0..9_u64), 9..99_u64)
        .prop_map(|((min, max), null_fraction, distinct, n)| Observed { min, max, null_fraction, distinct, n })
        .boxed()
}

fn any_bounds(kind: &Kind) -> BoxedStrategy<(Option<Value>, Option<Value>)> {
    if !kind.is_ordered() {
        return Just((None, None)).boxed();
    }
    let bound = || prop::option::of(scalar_of(kind, None));
    let kind = kind.clone();
    (bound(), bound())
        .prop_map(move |(min, max)| {
            let stored = |bound: &Option<Value>| {
                bound.as_ref().and_then(|bound| scalar::read(&kind, bound).ok().map(|stored| format_key(&stored)))
            };
            let normal = |bound: Option<Value>| bound.map(|bound| document::leaf_from_document(&kind, &bound));
            match (stored(&min), stored(&max)) {
                (Some(least), Some(greatest)) if least > greatest => (normal(max), normal(min)),
                _ => (normal(min), normal(max)),
            }
        })
        .boxed()
}

fn format_key(stored: &scalar::Stored<'_>) -> (i128, f64) {
    match stored {
        scalar::Stored::Integer(integer) => (*integer, 0.0),
        scalar::Stored::Float(float) => (0, *float),
        _ => (0, 0.0),
    }
}
