use serde_json::Value;

use super::kinds::{self, Relation};
use crate::{
    json::escape,
    schema::{
        Domain, Field, Kind, Schema,
        scalar::{self, Stored},
    },
};

/// One thing that differs, whichever way the data goes.
#[derive(Debug)]
pub(super) struct Difference {
    pub(super) pointer: String,
    pub(super) message: String,
    /// Whether the new schema takes what the old one did not.
    pub(super) takes_more: bool,
    /// Whether the new schema does not take what the old one did.
    pub(super) takes_less: bool,
    /// Whether all that more is taken is a field that was not there.
    pub(super) is_new_field: bool,
}

#[derive(Default)]
pub(super) struct Compare {
    differences: Vec<Difference>,
}

impl Compare {
    pub(super) fn schemas(old: &Schema, new: &Schema) -> Vec<Difference> {
        let mut compare = Self::default();
        compare.schema(old, new, "");
        compare.differences
    }

    fn differ(&mut self, at: &str, message: impl Into<String>, relation: Relation) {
        let Relation { takes_more, takes_less } = relation;
        let (pointer, message) = (at.to_owned(), message.into());
        self.differences.push(Difference { pointer, message, takes_more, takes_less, is_new_field: false });
    }

    fn more(&mut self, at: &str, message: impl Into<String>) {
        self.differ(at, message, Relation { takes_more: true, takes_less: false });
    }

    fn less(&mut self, at: &str, message: impl Into<String>) {
        self.differ(at, message, Relation { takes_more: false, takes_less: true });
    }

    fn same(&mut self, at: &str, message: impl Into<String>) {
        self.differ(at, message, Relation { takes_more: false, takes_less: false });
    }

    fn schema(&mut self, old: &Schema, new: &Schema, at: &str) {
        match (old.nullable, new.nullable) {
            (false, true) => self.more(at, "may be null, might not before"),
            (true, false) => self.less(at, "must not be null, might before"),
            _ => {}
        }
        if let (Kind::Union { .. }, kind) | (kind, Kind::Union { .. }) = (&old.kind, &new.kind)
            && *kind != Kind::Any
        {
            return self.members(&members(old), &members(new), at);
        }
        self.kind(&old.kind, &new.kind, at);
        if old.domain != new.domain {
            self.domain(old, new, at);
        }
        let rounding = Relation { takes_more: old.domain.is_some(), takes_less: new.domain.is_some() };
        let is_bounded = rounding.takes_more || rounding.takes_less;
        if is_bounded && new.kind.is_float() && old.kind.is_float() && old.kind != new.kind {
            self.differ(at, "rounds values otherwise before they meet its bounds", rounding);
        }
    }

    fn kind(&mut self, old: &Kind, new: &Kind, at: &str) {
        let item = || format!("{at}/*");
        match (old, new) {
            (Kind::Any, Kind::Any) => {}
            (Kind::Any, new) => self.less(at, kinds::message(old, new)),
            (old, Kind::Any) => self.more(at, kinds::message(old, new)),
            (Kind::List { items, min, max }, Kind::List { items: new_items, min: new_min, max: new_max }) => {
                self.schema(items, new_items, &item());
                let length = |length: &Option<u64>| length.map(Value::from);
                self.bound("length", &Kind::UInt64, length(min), length(new_min), Bound::Least, at);
                self.bound("length", &Kind::UInt64, length(max), length(new_max), Bound::Greatest, at);
            }
            (Kind::Map { values: old }, Kind::Map { values: new })
            | (Kind::Series { values: old }, Kind::Series { values: new }) => self.schema(old, new, &item()),
            (Kind::Struct { fields: old }, Kind::Struct { fields: new }) => {
                self.fields(&old.iter().collect::<Vec<_>>(), &new.iter().collect::<Vec<_>>(), at);
            }
            (Kind::Tuple { items: old }, Kind::Tuple { items: new }) if old.len() == new.len() => {
                for (index, (old, new)) in old.iter().zip(new).enumerate() {
                    self.schema(old, new, &format!("{at}/{index}"));
                }
            }
            (Kind::Frame { columns: old, index: old_index }, Kind::Frame { columns: new, index: new_index }) => {
                let all = |columns: &'_ [Field], index: &'_ Option<Vec<Field>>| {
                    columns.iter().chain(index.iter().flatten()).cloned().collect::<Vec<_>>()
                };
                let (old_fields, new_fields) = (all(old, old_index), all(new, new_index));
                self.fields(&old_fields.iter().collect::<Vec<_>>(), &new_fields.iter().collect::<Vec<_>>(), at);
                let levels = |index: &Option<Vec<Field>>| {
                    index.iter().flatten().map(|level| level.name.clone()).collect::<Vec<_>>()
                };
                if levels(old_index) != levels(new_index) {
                    self.same(at, "has another index than before");
                }
            }
            (Kind::Tensor { dtype, shape }, Kind::Tensor { dtype: new_dtype, shape: new_shape })
                if shape.len() == new_shape.len() =>
            {
                self.kind(dtype, new_dtype, at);
                for (axis, (old, new)) in shape.iter().zip(new_shape).enumerate().filter(|(_, (old, new))| old != new) {
                    match (old, new) {
                        (_, -1) => self.more(at, format!("may have any length on axis {axis}, had {old}")),
                        (-1, _) => {
                            self.less(at, format!("must have {new} on axis {axis}, might have any length before"));
                        }
                        _ => self.differ(at, format!("has {new} on axis {axis}, had {old}"), Relation::BOTH),
                    }
                }
            }
            (Kind::Categorical { values, ordered }, Kind::Categorical { values: new_values, ordered: new_ordered }) => {
                self.choices(values, new_values, at, Value::to_string);
                if ordered != new_ordered {
                    let order = if *new_ordered { "has an order" } else { "has no order" };
                    self.same(at, format!("{order}, other than before"));
                }
            }
            (old, new) if old == new => {}
            (
                Kind::Timestamp { timezone: Some(old), unit },
                Kind::Timestamp { timezone: Some(new), unit: new_unit },
            ) if unit == new_unit => {
                self.same(at, format!("is of the time zone {new}, was of {old}"));
            }
            (old, new) => self.differ(at, kinds::message(old, new), Relation::of(old, new)),
        }
    }

    fn fields(&mut self, old: &[&Field], new: &[&Field], at: &str) {
        let named = |fields: &[&Field], name: &str| fields.iter().position(|field| field.name == name);
        for field in old {
            let at = format!("{at}/{}", escape(&field.name));
            match named(new, &field.name) {
                None if field.required => self.differ(&at, "was removed", Relation::BOTH),
                None => self.less(&at, "was removed; it was not always there"),
                Some(place) => self.field(field, new[place], &at),
            }
        }
        for field in new.iter().filter(|field| named(old, &field.name).is_none()) {
            let (message, takes_less) = if field.required {
                ("is new, and has to be there", true)
            } else {
                ("is new, and need not be there", false)
            };
            let pointer = format!("{at}/{}", escape(&field.name));
            self.differences.push(Difference {
                pointer,
                message: message.to_owned(),
                takes_more: true,
                takes_less,
                is_new_field: true,
            });
        }
    }

    fn field(&mut self, old: &Field, new: &Field, at: &str) {
        match (old.required, new.required) {
            (true, false) => self.more(at, "need not be there, had to before"),
            (false, true) => self.less(at, "has to be there, had not to before"),
            _ => {}
        }
        if old.default != new.default {
            self.same(
                at,
                match (&old.default, &new.default) {
                    (None, _) => "has a default, had none",
                    (_, None) => "has no default, had one",
                    _ => "has another default than before",
                },
            );
        }
        self.schema(&old.schema, &new.schema, at);
    }

    /// Members whose values no member of the other union takes.
    fn members(&mut self, old: &[Schema], new: &[Schema], at: &str) {
        let fits = |narrow: &Schema, wide: &Schema| {
            Self::schemas(narrow, wide).iter().all(|difference| !difference.takes_less)
        };
        for schema in old.iter().filter(|old| !new.iter().any(|new| fits(old, new))) {
            self.less(at, format!("no longer takes all that was {}", schema.kind.name()));
        }
        for schema in new.iter().filter(|new| !old.iter().any(|old| fits(new, old))) {
            self.more(at, format!("takes {} too", schema.kind.name()));
        }
    }

    fn choices<T: PartialEq>(&mut self, old: &[T], new: &[T], at: &str, text: impl Fn(&T) -> String) {
        let missing = |all: &[T], of: &[T]| {
            let missing = all.iter().filter(|value| !of.contains(value)).map(&text).collect::<Vec<_>>();
            if missing.is_empty() { None } else { Some(missing.join(", ")) }
        };
        if let Some(removed) = missing(old, new) {
            self.less(at, format!("no longer takes {removed}"));
        }
        if let Some(added) = missing(new, old) {
            self.more(at, format!("takes {added} too"));
        }
    }

    fn domain(&mut self, old: &Schema, new: &Schema, at: &str) {
        let none = Domain::default();
        let (old_domain, new_domain) = (old.domain.as_ref().unwrap_or(&none), new.domain.as_ref().unwrap_or(&none));
        // Only the wider kind reads what both schemas say.
        let kind = if Relation::of(&old.kind, &new.kind).takes_less { &old.kind } else { &new.kind };
        self.bound("value", kind, old_domain.min.clone(), new_domain.min.clone(), Bound::Least, at);
        self.bound("value", kind, old_domain.max.clone(), new_domain.max.clone(), Bound::Greatest, at);
        match (&old_domain.values, &new_domain.values) {
            (None, Some(_)) => self.less(at, "takes only some values, took all before"),
            (Some(_), None) => self.more(at, "takes all values, took only some before"),
            (Some(old), Some(new)) => {
                let (old, new) = (Choice::all(kind, old), Choice::all(kind, new));
                self.choices(&old, &new, at, |choice| choice.text.clone());
            }
            (None, None) => {}
        }
        match (&old_domain.pattern, &new_domain.pattern) {
            (None, Some(_)) => self.less(at, "must match a pattern, had not to before"),
            (Some(_), None) => self.more(at, "need not match a pattern, had to before"),
            (Some(old), Some(new)) if old != new => {
                self.differ(at, format!("must match `{new}`, had to match `{old}`"), Relation::BOTH);
            }
            _ => {}
        }
    }

    fn bound(&mut self, of: &str, kind: &Kind, old: Option<Value>, new: Option<Value>, bound: Bound, at: &str) {
        let word = bound.word();
        match (&old, &new) {
            (None, Some(new)) => self.less(at, format!("has a {word} {of} of {new}, had none")),
            (Some(old), None) => self.more(at, format!("has no {word} {of}, had {old}")),
            (Some(old_value), Some(new_value)) => {
                let (old, new) = (scalar::read(kind, old_value).ok(), scalar::read(kind, new_value).ok());
                let message = format!("has a {word} {of} of {new_value}, had {old_value}");
                match (old.partial_cmp(&new), bound) {
                    _ if old.is_none() || new.is_none() => self.differ(at, message, Relation::BOTH),
                    (Some(std::cmp::Ordering::Equal), _) => {}
                    (Some(std::cmp::Ordering::Less), Bound::Least)
                    | (Some(std::cmp::Ordering::Greater), Bound::Greatest) => {
                        self.less(at, message);
                    }
                    _ => self.more(at, message),
                }
            }
            (None, None) => {}
        }
    }
}

/// The schemas of which a value satisfies one.
fn members(schema: &Schema) -> Vec<Schema> {
    match &schema.kind {
        Kind::Union { of } => of.clone(),
        _ => vec![Schema { nullable: false, ..schema.clone() }],
    }
}

#[derive(Clone, Copy)]
enum Bound {
    Least,
    Greatest,
}

impl Bound {
    fn word(self) -> &'static str {
        match self {
            Self::Least => "least",
            Self::Greatest => "greatest",
        }
    }
}

/// A value of a domain, which is the same as another however it is written.
struct Choice<'v> {
    stored: Option<Stored<'v>>,
    text: String,
}

impl<'v> Choice<'v> {
    fn all(kind: &Kind, values: &'v [Value]) -> Vec<Self> {
        let choice = |value: &'v Value| Self { stored: scalar::read(kind, value).ok(), text: value.to_string() };
        values.iter().map(choice).collect()
    }
}

impl PartialEq for Choice<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (&self.stored, &other.stored) {
            (Some(stored), Some(other)) => stored == other,
            _ => self.text == other.text,
        }
    }
}
