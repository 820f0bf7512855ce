use arrow_array::RecordBatch;

use super::source::{Cells, columns};
use crate::{
    rows::{
        place::Place,
        plan::{Arguments, Plan},
        violation::Violations,
    },
    table::{Column, Values},
};

impl Plan {
    /// Takes the rows of a batch of Arrow for the frame of a function; all other parameters have their defaults.
    ///
    /// Columns are found by name. Integers of all widths, floats and decimals become those of the schema by the rules of
    /// JSON: an integer must be exact, a float is rounded to the nearest; so do strings of all forms, dictionaries, times
    /// of other units, lists, maps and structs. A float that is no number is null, as pandas means it.
    ///
    /// `first_row` is the number of the batch's first row, for the violations. `into` is emptied first.
    ///
    /// # Errors
    ///
    /// Columns that are missing, unknown, or of a type that the schema does not take, once each; else everything that is
    /// wrong with the values, column by column. `into` is empty then.
    pub fn read_batch(&self, batch: &RecordBatch, first_row: usize, into: &mut Arguments) -> Result<(), Violations> {
        let (parameter, fields) = self.frame()?;
        self.fill(into, parameter, |table, violations| {
            let rows = batch.num_rows();
            let Some(sources) = columns(fields, batch, self.unknown, violations) else { return };
            let document = Place::DOCUMENT;
            for ((field, source), column) in fields.list.iter().zip(&sources).zip(&mut table.columns) {
                let Some(source) = source else {
                    field.push_missing(column, rows);
                    continue;
                };
                if field.node.domain.is_none() && !source.has_nulls() && copy(&source.cells, column) {
                    continue;
                }
                for index in 0..rows {
                    let row = document.in_row(first_row + index);
                    source.push_field(index, field, column, &row.column_named(&field.name), violations);
                }
            }
            table.rows = rows;
        })
    }
}

/// Adds the values of a column that is of the same type as the array; whether it is.
fn copy(cells: &Cells<'_>, column: &mut Column) -> bool {
    match (cells, &mut column.values) {
        (Cells::Int64(array), Values::Int64(vec)) => vec.extend_from_slice(array),
        (Cells::Int32(array), Values::Int32(vec)) => vec.extend_from_slice(array),
        (Cells::Float64(array), Values::Float64(vec)) if array.iter().all(|value| value.is_finite()) => {
            vec.extend_from_slice(array);
        }
        (Cells::Float32(array), Values::Float32(vec)) if array.iter().all(|value| value.is_finite()) => {
            vec.extend_from_slice(array);
        }
        _ => return false,
    }
    true
}
