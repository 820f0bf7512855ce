use std::collections::BTreeMap;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use toolkit_envelope::{
    manifest,
    rows::{Violation, Violations},
};

use crate::{Problem, model::failure::Failure};

/// Room for the arguments of most rows, in bytes.
const ROOM: usize = 1024;

/// Whether values are written as null in JSON, which infinite numbers are too.
pub(super) fn may_have_null(json: &[u8]) -> bool {
    json.windows(4).any(|word| word == b"null")
}

/// The arguments of a call, as JSON: the rows under the name of the parameter, or the columns of each parameter.
pub(super) fn arguments<In: Serialize>(function: &manifest::Function, rows: &[In]) -> serde_json::Result<Vec<u8>> {
    let mut json = Vec::with_capacity(ROOM);
    if let [only] = function.params.as_slice() {
        json.push(b'{');
        serde_json::to_writer(&mut json, &only.name)?;
        json.push(b':');
        serde_json::to_writer(&mut json, rows)?;
        json.push(b'}');
        return Ok(json);
    }
    let required = function.params.iter().filter(|parameter| parameter.required);
    let mut parameters: BTreeMap<String, Vec<Value>> =
        required.map(|parameter| (parameter.name.clone(), Vec::new())).collect();
    for (index, row) in rows.iter().enumerate() {
        // A struct, as was found out when the types were compared.
        let Value::Object(fields) = serde_json::to_value(row)? else { continue };
        for (name, value) in fields {
            let values = parameters.entry(name).or_default();
            // What rows before this one have left out is null: each has its own value.
            values.resize(index, Value::Null);
            values.push(value);
        }
    }
    for values in parameters.values_mut() {
        values.resize(rows.len(), Value::Null);
    }
    serde_json::to_writer(&mut json, &parameters)?;
    Ok(json)
}

/// What is no number in the rows, or an infinite one, which JSON would have as null: the first ones.
pub(super) fn infinite<In: Serialize>(rows: &[In]) -> Violations {
    let mut violations = Violations::default();
    for (index, row) in rows.iter().enumerate() {
        // What cannot be written in YAML either has been written as JSON, and is no number.
        if let Ok(row) = yaml_serde::to_value(row) {
            find(&row, &mut Vec::new(), &mut |path| {
                if violations.list.len() == Violations::MOST {
                    violations.more += 1;
                    return;
                }
                violations.list.push(Violation {
                    pointer: format!("/rows/{index}{}", path.concat()),
                    row: Some(index),
                    column: None,
                    code: "range",
                    message: "must be a finite number".into(),
                });
            });
        }
    }
    violations
}

fn find(value: &yaml_serde::Value, path: &mut Vec<String>, found: &mut impl FnMut(&[String])) {
    use yaml_serde::Value;
    match value {
        Value::Number(number) if number.as_f64().is_some_and(|number| !number.is_finite()) => found(path),
        Value::Sequence(items) => {
            for (index, item) in items.iter().enumerate() {
                path.push(format!("/{index}"));
                find(item, path, found);
                path.pop();
            }
        }
        Value::Mapping(fields) => {
            for (name, field) in fields {
                let name = name.as_str().unwrap_or_default();
                path.push(format!("/{}", name.replace('~', "~0").replace('/', "~1")));
                find(field, path, found);
                path.pop();
            }
        }
        Value::Tagged(tagged) => find(&tagged.value, path, found),
        _ => {}
    }
}

/// The rows of a result that was written as JSON; `field` is the one field that holds the whole of a row.
pub(super) fn results<Out: DeserializeOwned>(json: &[u8], field: Option<&str>) -> serde_json::Result<Vec<Out>> {
    let Some(field) = field else { return serde_json::from_slice(json) };
    let rows: Vec<Value> = serde_json::from_slice(json)?;
    rows.into_iter()
        .map(|row| serde_json::from_value(Value::Object(Map::from_iter([(field.to_owned(), row)]))))
        .collect()
}

/// The problem of a call; violations are placed in what the model was called with: `is_single` row, or the rows.
pub(super) fn problem(failure: Failure, parameters: usize, is_single: bool) -> Problem {
    match failure {
        Failure::Arguments(mut violations) => {
            place(&mut violations, parameters == 1, is_single);
            Failure::Arguments(violations).into_problem()
        }
        failure => failure.into_problem(),
    }
}

/// The problem of what the rows themselves have, as if they were those of one parameter.
pub(super) fn in_rows(mut violations: Violations, is_single: bool) -> Problem {
    place(&mut violations, true, is_single);
    Failure::Arguments(violations).into_problem()
}

/// `/rows/3/tenure` is `/3/tenure` of the rows, and `/tenure` of a single one. With several parameters, the name of one
/// is that of a field: `/x/3/0` is `/3/x/0`, or `/x/0`.
fn place(violations: &mut Violations, is_only: bool, is_single: bool) {
    for violation in &mut violations.list {
        let mut segments = violation.pointer.splitn(4, '/').skip(1);
        let (parameter, row, rest) = (segments.next(), segments.next(), segments.next());
        let segments = [row.filter(|_| !is_single), parameter.filter(|_| !is_only), rest];
        violation.pointer = segments.into_iter().flatten().flat_map(|segment| ["/", segment]).collect();
        violation.row = violation.row.filter(|_| !is_single);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed(pointer: &str, is_only: bool, is_single: bool) -> (String, Option<usize>) {
        let violation = Violation {
            pointer: pointer.to_owned(),
            row: Some(3),
            column: None,
            code: "type",
            message: "must be an integer".into(),
        };
        let mut violations = Violations { list: vec![violation], more: 0 };
        place(&mut violations, is_only, is_single);
        let violation = violations.list.remove(0);
        (violation.pointer, violation.row)
    }

    #[test]
    fn a_violation_is_placed_in_what_the_caller_gave() {
        assert_eq!(placed("/rows/3/tenure", true, true), ("/tenure".to_owned(), None));
        assert_eq!(placed("/rows/3/tenure", true, false), ("/3/tenure".to_owned(), Some(3)));
        assert_eq!(placed("/x/3/0/1", false, true), ("/x/0/1".to_owned(), None));
        assert_eq!(placed("/x/3/0/1", false, false), ("/3/x/0/1".to_owned(), Some(3)));
        assert_eq!(placed("/values/3", true, true), (String::new(), None));
    }
}
