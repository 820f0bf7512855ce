//! The rules of `#[validate(…)]`. Each one checks a value and describes itself in the value's schema, so a
//! constraint that is enforced is always documented, and the other way round.

mod custom;
mod elements;
mod length;
mod pattern;
mod range;
mod text;

use schemars::Schema;
use serde_json::{Value, json};

pub use custom::{Custom, Worded};
pub use elements::Each;
pub use length::Length;
pub use pattern::Pattern;
pub use range::Range;
pub use text::{Contains, DoesNotContain, Email, Ip, NoControlCharacters, Required, Url};

use super::{Place, Violation};

/// One constraint on values of type `T`.
#[diagnostic::on_unimplemented(
    message = "this rule cannot check a `{T}`",
    label = "a rule for values of another type",
    note = "`length` is for texts, lists and maps, `range` for numbers, `inner` for lists and sets, `required` for an \
            `Option`, `custom` for what its function takes, and all others for texts",
    note = "a bound is written as the value's type is: `range(min = 0.0)` for a float"
)]
pub trait Rule<T: ?Sized> {
    /// Adds a violation when `value` breaks the rule.
    fn check(&self, value: &T, place: &Place<'_>, violations: &mut Vec<Violation>);

    /// Writes the rule into the schema of `T`, where JSON Schema has a word for it.
    fn describe(&self, schema: &mut Schema);
}

macro_rules! rules_in_a_row {
    ($($R:ident $index:tt),*) => {
        #[diagnostic::do_not_recommend]
        impl<T: ?Sized, $($R: Rule<T>),*> Rule<T> for ($($R,)*) {
            #[inline]
            #[allow(unused_variables)]
            fn check(&self, value: &T, place: &Place<'_>, violations: &mut Vec<Violation>) {
                $(self.$index.check(value, place, violations);)*
            }

            #[allow(unused_variables)]
            fn describe(&self, schema: &mut Schema) {
                $(self.$index.describe(schema);)*
            }
        }
    };
}

rules_in_a_row!();
rules_in_a_row!(A 0);
rules_in_a_row!(A 0, B 1);
rules_in_a_row!(A 0, B 1, C 2);
rules_in_a_row!(A 0, B 1, C 2, D 3);
rules_in_a_row!(A 0, B 1, C 2, D 3, E 4);
rules_in_a_row!(A 0, B 1, C 2, D 3, E 4, F 5);
rules_in_a_row!(A 0, B 1, C 2, D 3, E 4, F 5, G 6);
rules_in_a_row!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);

/// Where a rule notes in the schema how it tells of a violation: `{keyword: [code, message]}`. Taken out before anyone
/// sees the schema; it lets a check by schema say what a check by rule says.
pub(crate) const TOLD: &str = "x-toolkit-told";

/// Writes a rule into a schema as `keyword`, with the words for what breaks it.
///
/// A second pattern, or whatever else cannot stand twice in one schema, stands beside the first under `allOf`.
fn put(schema: &mut Schema, keyword: &str, value: impl Into<Value>, code: &str, message: &str) {
    let value = value.into();
    let object = schema.ensure_object();
    let told = json!([code, message]);
    if matches!(keyword, "pattern" | "not" | "anyOf") && object.contains_key(keyword) {
        let beside = json!({ keyword: value, TOLD: { keyword: told } });
        if let Value::Array(all) = object.entry("allOf").or_insert_with(|| json!([])) {
            all.push(beside);
        }
        return;
    }
    object.insert(keyword.to_owned(), value);
    if let Value::Object(words) = object.entry(TOLD).or_insert_with(|| json!({})) {
        words.insert(keyword.to_owned(), told);
    }
}
