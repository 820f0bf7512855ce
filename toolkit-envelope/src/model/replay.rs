use std::fmt;

use super::{CallError, Function, LoadError, Model};
use crate::manifest::{Example, Tolerance};
use crate::rows::{ValuePlan, Violations};
use crate::store::OpenError;
use crate::table::{Column, Table, Values};

/// The row of an example that is answered most differently from when the model was saved.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// The function that was called.
    pub function: String,
    /// Whether the rows were given one at a time or all at once.
    pub one_at_a_time: bool,
    /// The row, counted from 0.
    pub row: usize,
    /// The column of the result, if it has names.
    pub column: Option<String>,
    /// What the model answers now.
    pub found: String,
    /// What it answered when it was saved.
    pub expected: String,
    /// How many rows differ by more than the tolerance.
    pub rows: usize,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { function, row, found, expected, rows, .. } = self;
        let column = self.column.as_deref().map(|name| format!(", column `{name}`")).unwrap_or_default();
        let how = if self.one_at_a_time { "one row at a time" } else { "all rows at once" };
        write!(f, "`{function}`, row {row}{column}: found {found}, expected {expected} ({how}; rows that differ: {rows})")
    }
}

/// Runs every example of the manifest, its rows all at once and one at a time, and compares the answers.
pub(super) fn all(model: &Model, file: impl Fn(&str) -> Result<Vec<u8>, OpenError>) -> Result<(), LoadError> {
    for example in &model.manifest().examples {
        // The manifest was checked: the function is there.
        let Some(function) = model.function(&example.function) else { continue };
        one(function, example, &file(&example.input)?, &file(&example.output)?)?;
    }
    Ok(())
}

fn one(function: &Function, example: &Example, input: &[u8], output: &[u8]) -> Result<(), LoadError> {
    let fault = |path: &str, message: String| LoadError::Example(path.to_owned(), example.function.clone(), message);
    let mut arguments = function.plan().arguments();
    let violations = |violations: Violations| violations.to_string();
    function.plan().read(input, &mut arguments).map_err(|wrong| fault(&example.input, violations(wrong)))?;
    let plan = ValuePlan::new(&function.declaration().returns);
    let plan = plan.map_err(|faults| fault(&example.output, format!("{faults:?}")))?;
    let mut expected = plan.table();
    plan.read(output, &mut expected).map_err(|wrong| fault(&example.output, violations(wrong)))?;
    let failed = |error: CallError| fault(&example.input, error.to_string());

    let found = function.call(arguments.tables()).map_err(failed)?;
    if found.rows != expected.rows {
        let message = format!("it answers {} rows, {} were recorded", found.rows, expected.rows);
        return Err(fault(&example.output, message));
    }
    compare(function, example.tolerance, &found, &expected, false)?;
    if function.declaration().batch.is_none() {
        return Ok(());
    }
    let mut singly = found.slice(0..0);
    for row in 0..found.rows {
        let arguments: Vec<Table> = arguments.tables().iter().map(|table| table.slice(row..row + 1)).collect();
        let found = function.call(&arguments).map_err(failed)?;
        // Both are results of the same function.
        let _ = singly.append(&found, 0..found.rows);
    }
    compare(function, example.tolerance, &singly, &expected, true)
}

fn compare(
    function: &Function,
    tolerance: Tolerance,
    found: &Table,
    expected: &Table,
    one_at_a_time: bool,
) -> Result<(), LoadError> {
    let mut worst: Option<(f64, usize, usize)> = None;
    let mut rows = Vec::new();
    for (at, (found, expected)) in found.columns.iter().zip(&expected.columns).enumerate() {
        let width = if found.len() == 0 { 1 } else { (found.len() / rows_of(found, expected)).max(1) };
        for place in 0..found.len().max(expected.len()) {
            let excess = excess(found, expected, place, tolerance);
            if excess > 1.0 {
                rows.push(place / width);
                if worst.is_none_or(|(most, ..)| excess > most) {
                    worst = Some((excess, at, place));
                }
            }
        }
    }
    let Some((_, at, place)) = worst else { return Ok(()) };
    rows.sort_unstable();
    rows.dedup();
    Err(LoadError::Differs(Box::new(Difference {
        function: function.name().to_owned(),
        one_at_a_time,
        row: place,
        column: function.result_column(at).map(str::to_owned),
        found: function.shown(&found.columns[at], place),
        expected: function.shown(&expected.columns[at], place),
        rows: rows.len(),
    })))
}

fn rows_of(found: &Column, _expected: &Column) -> usize {
    found.len()
}

/// How far two values are from each other, where 1 is what is tolerated.
fn excess(found: &Column, expected: &Column, place: usize, tolerance: Tolerance) -> f64 {
    let far = |is_equal: bool| if is_equal { 0.0 } else { f64::INFINITY };
    if found.is_valid(place) != expected.is_valid(place) {
        return f64::INFINITY;
    }
    match (&found.values, &expected.values) {
        (Values::Float32(found), Values::Float32(expected)) => {
            distance(found[place].into(), expected[place].into(), tolerance)
        }
        (Values::Float64(found), Values::Float64(expected)) => distance(found[place], expected[place], tolerance),
        _ => far(found.slice(place..place + 1) == expected.slice(place..place + 1)),
    }
}

fn distance(found: f64, expected: f64, tolerance: Tolerance) -> f64 {
    if found.to_bits() == expected.to_bits() || (found.is_nan() && expected.is_nan()) {
        return 0.0;
    }
    let distance = (found - expected).abs() / (tolerance.absolute + tolerance.relative * expected.abs());
    if distance.is_nan() { f64::INFINITY } else { distance }
}
