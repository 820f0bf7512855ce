use std::fmt;

use super::{Function, LoadError, Model};
use crate::manifest::Tolerance;
use crate::store;
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
    /// What the model answers now for the row, as JSON.
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
        write!(
            f,
            "`{function}`, row {row}{column}: found {found}, expected {expected} ({how}; rows that differ: {rows})"
        )
    }
}

/// Runs every example of the manifest, and compares the answers.
pub(super) fn all(model: &Model, file: impl Fn(&str) -> Result<Vec<u8>, store::Error>) -> Result<(), LoadError> {
    for example in &model.manifest().examples {
        // The manifest was checked: the function is there.
        let Some(function) = model.function(&example.function) else { continue };
        let (input, output) = (file(&example.input)?, file(&example.output)?);
        replay(function, example.tolerance, &input, &output).map_err(|failed| match failed {
            Failed::Differs(difference) => LoadError::Differs(difference),
            Failed::Cannot(message) => {
                LoadError::Example { path: example.input.clone(), function: example.function.clone(), message }
            }
        })?;
    }
    Ok(())
}

/// Why an example was not answered as it is recorded.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failed {
    #[error("the model answers otherwise than expected: {0}")]
    Differs(Box<Difference>),
    #[error("{0}")]
    Cannot(String),
}

/// Calls a function with its rows all at once and one at a time, and compares the answers with the recorded one.
pub(super) fn replay(function: &Function, tolerance: Tolerance, input: &[u8], output: &[u8]) -> Result<(), Failed> {
    let mut arguments = function.plan().arguments();
    let cannot = |error: &dyn fmt::Display| Failed::Cannot(error.to_string());
    function.plan().read(input, &mut arguments).map_err(|wrong| cannot(&wrong))?;
    let expected = recorded(function, output)?;
    let found = function.call(arguments.tables()).map_err(|error| cannot(&error))?;
    if (found.rows, &found.shape) != (expected.rows, &expected.shape) {
        return Err(Failed::Cannot(format!("it answers {} rows, {} were recorded", found.rows, expected.rows)));
    }
    compare(function, tolerance, &found, &expected, false)?;
    if function.declaration().batch.is_none() {
        return Ok(());
    }
    let mut singly = found.slice(0..0);
    for row in 0..found.rows {
        let arguments: Vec<Table> = arguments.tables().iter().map(|table| table.slice(row..row + 1)).collect();
        let one = function.call(&arguments).map_err(|error| cannot(&error))?;
        singly.append(&one, 0..one.rows).map_err(|error| cannot(&error))?;
    }
    compare(function, tolerance, &singly, &expected, true)
}

fn recorded(function: &Function, output: &[u8]) -> Result<Table, Failed> {
    let told = |error: &dyn fmt::Display| Failed::Cannot(format!("what is recorded is not an answer of it: {error}"));
    let mut expected = function.returns().table();
    function.returns().read(output, &mut expected).map_err(|wrong| told(&wrong))?;
    Ok(expected)
}

fn compare(
    function: &Function,
    tolerance: Tolerance,
    found: &Table,
    expected: &Table,
    one_at_a_time: bool,
) -> Result<(), Failed> {
    let mut worst: Option<(f64, usize, usize)> = None;
    let mut rows = Vec::new();
    let mut width = 1;
    for (at, (found_column, expected_column)) in found.columns.iter().zip(&expected.columns).enumerate() {
        // The elements of a tensor are one column.
        width = (found_column.len() / found.rows.max(1)).max(1);
        for place in 0..found_column.len() {
            let excess = excess(found_column, expected_column, place, tolerance);
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
    Err(Failed::Differs(Box::new(Difference {
        function: function.name().to_owned(),
        one_at_a_time,
        row: place / width,
        column: function.result_column(at).map(str::to_owned),
        found: function.shown(found, place / width),
        expected: function.shown(expected, place / width),
        rows: rows.len(),
    })))
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
