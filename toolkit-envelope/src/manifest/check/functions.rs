//! What must be true of the query functions.

use super::{
    Found,
    depth::{self, DEEPEST},
};
use crate::{
    manifest::{Function, Parameter},
    schema::{Kind, Schema},
};

pub(super) fn check(functions: &[Function], found: &mut Found) {
    if functions.is_empty() {
        found.push("/functions", "is empty, expected at least one query function");
    }
    for (index, function) in functions.iter().enumerate() {
        let place = format!("/functions/{index}");
        if !is_identifier(&function.name) {
            found.push(
                format!("{place}/name"),
                format!("found `{}`, expected ASCII letters, digits and `_`, not a digit first", function.name),
            );
        }
        if function.batch.is_some_and(|batch| batch.max == Some(0)) {
            found.push(format!("{place}/batch/max"), "is 0, expected at least 1; leave it out for no limit");
        }
        for (number, parameter) in function.params.iter().enumerate() {
            found.name(format!("{place}/params/{number}/name"), &parameter.name);
        }
        if !function.params.is_empty() {
            // Parameters are the fields of the arguments; what is wrong with fields is wrong with them.
            let fields = function.params.iter().map(Parameter::to_field).collect();
            for fault in Schema::new(Kind::Struct { fields }).check().err().unwrap_or_default() {
                found.push(fault.pointer.replacen("/fields", &format!("{place}/params"), 1), fault.message);
            }
        }
        for (number, parameter) in function.params.iter().enumerate() {
            if !depth::is_at_most(DEEPEST, &parameter.schema.kind) {
                let place = format!("{place}/params/{number}/schema");
                found.push(place, format!("lies more than {DEEPEST} levels deep; make it flatter"));
            }
        }
        found.schema(&format!("{place}/returns"), &function.returns);
    }
    let names = functions.iter().enumerate();
    found.once(names.map(|(index, function)| (format!("/functions/{index}/name"), function.name.as_str())));
}

/// The name becomes a part of a URL and of code in several languages.
fn is_identifier(name: &str) -> bool {
    let mut bytes = name.bytes();
    name.len() <= 64
        && bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
