//! What changed between two schemas, and whether callers notice.
//!
//! A change lets a schema take more, take less, or both. Who sends data breaks when less is taken; who receives data,
//! when more comes than was promised. One exception: a field more in what is received breaks nobody who reads JSON by
//! name.

mod compare;
mod kinds;

use std::fmt;

use serde_json::{Value, json};

use super::{Field, Kind, Schema};
use compare::{Compare, Difference};

/// Which way the data goes, seen from the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Callers send it.
    Input,
    /// Callers receive it.
    Output,
}

/// One thing that changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Where, by the names of fields, with `*` for every item.
    pub pointer: String,
    /// Whether callers that kept to the old schema may fail with the new one.
    pub breaking: bool,
    /// What changed, in one sentence.
    pub message: String,
}

impl Change {
    /// The JSON form, for machines.
    pub fn to_value(&self) -> Value {
        json!({ "pointer": self.pointer, "breaking": self.breaking, "message": self.message })
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.breaking { "breaking" } else { "compatible" };
        let place = if self.pointer.is_empty() { "/" } else { &self.pointer };
        write!(f, "{kind}: {place} {}", self.message)
    }
}

impl Schema {
    /// What `new` changes, for data that goes one way. What was observed does not count.
    ///
    /// ```
    /// use toolkit_envelope::schema::{Kind, Schema, diff::Direction};
    ///
    /// let (old, new) = (Schema::new(Kind::Int32), Schema::new(Kind::Int64));
    /// let changes = old.changes(&new, Direction::Output);
    /// assert_eq!(changes[0].to_string(), "breaking: / is int64, was int32");
    /// assert!(!old.changes(&new, Direction::Input)[0].breaking);
    /// ```
    pub fn changes(&self, new: &Self, direction: Direction) -> Vec<Change> {
        changes(Compare::schemas(self, new), "", direction)
    }
}

/// What a new version of a function changes: its parameters, below `/params`, and what it returns, below `/returns`.
pub fn of_function(old: (&[Field], &Schema), new: (&[Field], &Schema)) -> Vec<Change> {
    let params = |fields: &[Field]| Schema::new(Kind::Struct { fields: fields.to_vec() });
    let taken = changes(Compare::schemas(&params(old.0), &params(new.0)), "/params", Direction::Input);
    let given = changes(Compare::schemas(old.1, new.1), "/returns", Direction::Output);
    taken.into_iter().chain(given).collect()
}

fn changes(differences: Vec<Difference>, at: &str, direction: Direction) -> Vec<Change> {
    let change = |difference: Difference| Change {
        pointer: format!("{at}{}", difference.pointer),
        breaking: match direction {
            Direction::Input => difference.takes_less,
            Direction::Output => difference.takes_more && !difference.is_new_field,
        },
        message: difference.message,
    };
    differences.into_iter().map(change).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::schema::testing::{any_scalar, any_schema, declared, fewer_cases, value_of};

    fn told(old: Value, new: Value) -> [Vec<String>; 2] {
        let (old, new) = (Schema::from_json(&old).unwrap(), Schema::from_json(&new).unwrap());
        let told = |direction| old.changes(&new, direction).iter().map(Change::to_string).collect();
        [told(Direction::Input), told(Direction::Output)]
    }

    /// Each with its words, and whether it breaks who sends and who receives.
    #[test]
    fn a_change_breaks_senders_when_less_is_taken_and_receivers_when_more_comes() {
        let field =
            |name: &str, required: bool| json!({ "name": name, "schema": { "type": "bool" }, "required": required });
        let row = |fields: &[Value]| json!({ "type": "frame", "columns": fields });
        for (old, new, words, input, output) in [
            (json!({ "type": "int32" }), json!({ "type": "int64" }), "/ is int64, was int32", false, true),
            (json!({ "type": "int64" }), json!({ "type": "int32" }), "/ is int32, was int64", true, false),
            (json!({ "type": "int32" }), json!({ "type": "float64" }), "/ is float64, was int32", false, true),
            (json!({ "type": "int64" }), json!({ "type": "string" }), "/ is string, was int64", true, true),
            (
                json!({ "type": "bool" }),
                json!({ "type": "bool", "nullable": true }),
                "/ may be null, might not before",
                false,
                true,
            ),
            (
                json!({ "type": "bool", "nullable": true }),
                json!({ "type": "bool" }),
                "/ must not be null, might before",
                true,
                false,
            ),
            (
                row(&[field("a", true)]),
                row(&[field("a", true), field("b", false)]),
                "/b is new, and need not be there",
                false,
                false,
            ),
            (
                row(&[field("a", true)]),
                row(&[field("a", true), field("b", true)]),
                "/b is new, and has to be there",
                true,
                false,
            ),
            (row(&[field("a", true), field("b", true)]), row(&[field("a", true)]), "/b was removed", true, true),
            (row(&[field("a", true)]), row(&[field("a", false)]), "/a need not be there, had to before", false, true),
            (row(&[field("a", false)]), row(&[field("a", true)]), "/a has to be there, had not to before", true, false),
            (
                json!({ "type": "categorical", "values": ["a", "b"] }),
                json!({ "type": "categorical", "values": ["b", "a", "c"] }),
                "/ takes \"c\" too",
                false,
                true,
            ),
            (
                json!({ "type": "list", "items": { "type": "int8", "domain": { "min": 0 } } }),
                json!({ "type": "list", "items": { "type": "int8", "domain": { "min": 1 } } }),
                "/* has a least value of 1, had 0",
                true,
                false,
            ),
            (
                json!({ "type": "date" }),
                json!({ "type": "date", "domain": { "max": "2024-01-01" } }),
                "/ has a greatest value of \"2024-01-01\", had none",
                true,
                false,
            ),
            (
                json!({ "type": "tensor", "dtype": "int8", "shape": [-1, 4] }),
                json!({ "type": "tensor", "dtype": "int8", "shape": [-1, 5] }),
                "/ has 5 on axis 1, had 4",
                true,
                true,
            ),
            (
                json!({ "type": "int8" }),
                json!({ "type": "union", "of": [{ "type": "string" }, { "type": "int16" }] }),
                "/ takes string too",
                false,
                true,
            ),
            (
                json!({ "type": "timestamp", "unit": "us", "timezone": "UTC" }),
                json!({ "type": "timestamp", "unit": "us", "timezone": "Europe/Berlin" }),
                "/ is of the time zone Europe/Berlin, was of UTC",
                false,
                false,
            ),
        ] {
            let word = |breaking| if breaking { "breaking" } else { "compatible" };
            let [sent, received] = told(old, new);
            assert_eq!(sent[0], format!("{}: {words}", word(input)));
            assert_eq!(received[0], format!("{}: {words}", word(output)));
        }
    }

    #[test]
    fn a_bound_that_only_the_wider_kind_can_hold_is_compared() {
        let (narrow, wide) = (
            json!({ "type": "int16", "domain": { "max": 0 } }),
            json!({ "type": "int64", "domain": { "max": 32768 } }),
        );
        let [sent, received] = told(narrow.clone(), wide.clone());
        assert_eq!(sent, ["compatible: / is int64, was int16", "compatible: / has a greatest value of 32768, had 0"]);
        assert_eq!(received, ["breaking: / is int64, was int16", "breaking: / has a greatest value of 32768, had 0"]);
        let [sent, received] = told(wide, narrow);
        assert_eq!(sent, ["breaking: / is int16, was int64", "breaking: / has a greatest value of 0, had 32768"]);
        assert_eq!(
            received,
            ["compatible: / is int16, was int64", "compatible: / has a greatest value of 0, had 32768"]
        );
    }

    #[test]
    fn a_function_changes_in_what_it_takes_and_in_what_it_returns() {
        let params = [Field::new("age", Schema::new(Kind::Int32))];
        let new = [Field::new("age", Schema::new(Kind::Int64)), Field::new("city", Schema::new(Kind::String))];
        let changes = of_function((&params, &Schema::new(Kind::Int64)), (&new, &Schema::new(Kind::Int32).nullable()));
        assert_eq!(
            changes.iter().map(Change::to_string).collect::<Vec<_>>(),
            [
                "compatible: /params/age is int64, was int32",
                "breaking: /params/city is new, and has to be there",
                "breaking: /returns may be null, might not before",
                "compatible: /returns is int32, was int64",
            ]
        );
        assert_eq!(
            changes[1].to_value(),
            json!({ "pointer": "/params/city", "breaking": true, "message": "is new, and has to be there" })
        );
    }

    #[test]
    fn what_was_observed_is_no_change() {
        let [sent, received] =
            told(json!({ "type": "int8" }), json!({ "type": "int8", "observed": { "n": 3, "min": 1 } }));
        assert!(sent.is_empty() && received.is_empty());
    }

    /// A schema and one that came from it, as versions of a model do.
    fn versions() -> impl Strategy<Value = (Schema, Schema)> {
        let pair = prop_oneof![
            (any_schema(), any_schema()),
            (any_scalar(), any_scalar()),
            (any_scalar(), any_scalar())
                .prop_filter_map("have a union", |(old, other)| Some((old.clone(), old.union(&other).ok()?))),
            any_schema().prop_map(|old| (old.clone(), Schema { nullable: !old.nullable, ..old })),
            any_schema().prop_map(|old| (Schema { domain: None, ..old.clone() }, old)),
        ];
        let wrapped = pair.prop_flat_map(|(old, new)| {
            let (listed, other) = (|schema: &Schema| Box::new(schema.clone()), (old.clone(), new.clone()));
            let list = |schema: &Schema, max| Schema::new(Kind::List { items: listed(schema), min: None, max });
            let row = |schema: &Schema, required| {
                Schema::new(Kind::Struct { fields: vec![Field { required, ..Field::new("a", schema.clone()) }] })
            };
            prop_oneof![
                Just(other),
                Just((list(&old, Some(2)), list(&new, None))),
                Just((row(&old, true), row(&new, false))),
            ]
        });
        (wrapped, any::<bool>()).prop_map(|((old, new), turned)| if turned { (new, old) } else { (old, new) })
    }

    proptest! {
        #![proptest_config(fewer_cases())]

        #[test]
        fn a_schema_does_not_differ_from_itself(schema in any_schema()) {
            prop_assert_eq!(schema.changes(&schema, Direction::Input), vec![]);
        }

        #[test]
        fn what_no_change_breaks_still_works(((old, sent), (new, received)) in versions().prop_flat_map(|(old, new)| {
            let (sent, received) = (value_of(&old), value_of(&new));
            ((Just(old), sent), (Just(new), received))
        })) {
            if !old.changes(&new, Direction::Input).iter().any(|change| change.breaking) {
                prop_assert_eq!(new.accepts(&sent), Ok(()));
            }
            let takes_more = Compare::schemas(&old, &new).iter().any(|difference| difference.takes_more);
            if !takes_more {
                prop_assert_eq!(old.accepts(&received), Ok(()));
            }
        }

        #[test]
        fn the_way_back_is_the_reverse((old, new) in versions()) {
            let count = |differences: Vec<Difference>| {
                let [more, less] = [|d: &&Difference| d.takes_more, |d: &&Difference| d.takes_less].map(|is| differences.iter().filter(is).count());
                (more, less)
            };
            let (more, less) = count(Compare::schemas(&old, &new));
            let (back_more, back_less) = count(Compare::schemas(&new, &old));
            prop_assert_eq!((more == 0, less == 0), (back_less == 0, back_more == 0));
        }

        #[test]
        fn a_union_breaks_no_sender(old in declared(), other in declared()) {
            if let Ok(union) = old.union(&other) {
                let breaking = old.changes(&union, Direction::Input).into_iter().filter(|change| change.breaking);
                prop_assert_eq!(breaking.collect::<Vec<_>>(), vec![]);
            }
        }
    }
}
