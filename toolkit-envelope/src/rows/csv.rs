//! Rows of a CSV file: each cell is a text, and is read by the same rules as JSON.

use std::io::Read;

use csv::{ByteRecord, ReaderBuilder};

use super::{
    fields::Fields,
    node::{Form, Node},
    place::Place,
    plan::{Arguments, Plan},
    read::{Reader, Scratch},
    tabular::Mapping,
    violation::Violations,
};
use crate::table::{Column, Table};

/// How a CSV file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CsvForm {
    /// What stands between two cells.
    pub delimiter: u8,
    /// Whether an empty cell of a string column that may be null is null, and not a string without characters.
    pub empty_strings_are_null: bool,
}

impl Default for CsvForm {
    fn default() -> Self {
        Self { delimiter: b',', empty_strings_are_null: true }
    }
}

/// Why no rows could be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CsvError {
    /// The file could not be read.
    #[error("the CSV file could not be read: {0}")]
    Io(#[from] std::io::Error),
    /// The rows are not what the function takes.
    #[error(transparent)]
    Rows(#[from] Violations),
}

/// The rows of a CSV file, a batch at a time.
///
/// The first line names the columns, which may come in any order. A cell holds what would stand in JSON: a string or a
/// date without its quotes, a list or an object as JSON text. An empty cell is null, if the column may be null, and
/// missing, if it does not have to be there.
///
/// ```
/// use toolkit_envelope::{rows::{CsvForm, CsvRows, Plan}, schema::{Field, Kind, Schema}, table::Values};
///
/// let columns = vec![Field::new("age", Schema::new(Kind::Int64)), Field::new("city", Schema::new(Kind::String).nullable())];
/// let plan = Plan::new(&[Field::new("rows", Schema::new(Kind::Frame { columns, index: None }))]).expect("it is right");
/// let mut arguments = plan.arguments();
///
/// let mut rows = CsvRows::new(&plan, "city,age\nBonn,41\n,7\n".as_bytes(), CsvForm::default())?;
/// assert_eq!(rows.read(1000, &mut arguments)?, 2);
/// assert_eq!(arguments.tables()[0].columns[0].values, Values::Int64(vec![41, 7]));
/// assert_eq!(rows.read(1000, &mut arguments)?, 0);
///
/// let mut rows = CsvRows::new(&plan, "city,age\n,\n".as_bytes(), CsvForm::default())?;
/// let wrong = rows.read(1000, &mut arguments).unwrap_err();
/// assert_eq!(wrong.to_string(), "`/0/age` must not be null, found an empty cell (line 2)");
/// # Ok::<(), toolkit_envelope::rows::CsvError>(())
/// ```
pub struct CsvRows<'p, R> {
    plan: &'p Plan,
    parameter: usize,
    fields: &'p Fields,
    mapping: Mapping,
    form: CsvForm,
    reader: csv::Reader<R>,
    record: ByteRecord,
    width: usize,
    /// How many rows were read.
    row: usize,
    scratch: Scratch,
}

impl<'p, R: Read> CsvRows<'p, R> {
    /// Reads the first line.
    ///
    /// # Errors
    ///
    /// The file cannot be read; columns are missing, unknown or there twice; or the function does not take one frame.
    pub fn new(plan: &'p Plan, file: R, form: CsvForm) -> Result<Self, CsvError> {
        let (parameter, fields) = plan.frame()?;
        let mut reader = ReaderBuilder::new().delimiter(form.delimiter).flexible(true).from_reader(file);
        let header = reader.byte_headers().map_err(unreadable)?;
        let names: Vec<_> = header.iter().map(String::from_utf8_lossy).collect();
        // A mark of the byte order is no part of the first name.
        let names = names.iter().enumerate();
        let names = names.map(|(index, name)| if index == 0 { name.trim_start_matches('\u{feff}') } else { name });
        let mapping = Mapping::new(fields, names, plan.unknown, &Place::DOCUMENT)?;
        let width = header.len();
        let (record, scratch) = (ByteRecord::new(), plan.empty.scratch.clone());
        Ok(Self { plan, parameter, fields, mapping, form, reader, record, width, row: 0, scratch })
    }

    /// Reads up to `rows` rows into the frame of `into`, which is emptied first, and gives how many there were; at the
    /// end of the file none. All other parameters have their defaults.
    ///
    /// # Errors
    ///
    /// The file cannot be read; or all that is wrong with these rows, each with its row, counted from the file's first
    /// one, its column and its line. `into` is empty then, and the next call goes on behind them.
    pub fn read(&mut self, rows: usize, into: &mut Arguments) -> Result<usize, CsvError> {
        let (plan, parameter) = (self.plan, self.parameter);
        let mut count = Ok(0);
        plan.fill(into, parameter, |table, violations| {
            count = self.read_rows(rows, table, violations);
        })?;
        count.map_err(unreadable)
    }

    fn read_rows(&mut self, rows: usize, table: &mut Table, violations: &mut Violations) -> Result<usize, csv::Error> {
        while table.rows < rows && self.reader.read_byte_record(&mut self.record)? {
            let line = self.record.position().map_or(0, csv::Position::line);
            let document = Place::DOCUMENT;
            let place = document.in_row(self.row);
            if self.record.len() != self.width {
                let (found, expected) = (self.record.len(), self.width);
                violations
                    .note(&place, "length", || format!("has {found} cells, expected {expected} (line {line})").into());
            }
            for ((field, source), column) in self.fields.list.iter().zip(&self.mapping.0).zip(&mut table.columns) {
                let here = place.column_named(&field.name);
                let Some(cell) = source.map(|source| self.record.get(source)) else {
                    // That it is required was told with the first line.
                    field.push_missing(column, 1);
                    continue;
                };
                // That the row is too short was told already.
                let Some(cell) = cell else {
                    column.push_null();
                    continue;
                };
                if cell.is_empty() && field.null_is_missing() && !matches!(field.node.form, Form::String) {
                    field.push_missing(column, 1);
                    continue;
                }
                let found = read_cell(&field.node, cell, column, self.form, &mut self.scratch, &here);
                for mut violation in found.list {
                    violation.message = format!("{} (line {line})", violation.message).into();
                    violations.extend(Violations { list: vec![violation], more: 0 });
                }
                violations.more += found.more;
            }
            table.rows += 1;
            self.row += 1;
            if !violations.is_empty() {
                // Nobody gets them.
                table.columns.iter_mut().for_each(Column::clear);
            }
        }
        Ok(table.rows)
    }
}

/// Reads one cell, and adds its value, or a null if it breaks a rule, to the column.
fn read_cell(
    node: &Node,
    cell: &[u8],
    column: &mut Column,
    form: CsvForm,
    scratch: &mut Scratch,
    place: &Place<'_>,
) -> Violations {
    let before = column.len();
    let mut violations = Violations::default();
    let is_string = matches!(node.form, Form::String);
    match str::from_utf8(cell) {
        Err(_) => violations.note(place, "type", || "must be text in UTF-8".into()),
        Ok("") if node.nullable && (!is_string || form.empty_strings_are_null) => column.push_null(),
        Ok("") if !is_string => {
            violations.note(place, "null", || "must not be null, found an empty cell".into());
        }
        Ok(text) if node.form.is_text_cell() => match node.form.push_text(&mut column.values, text) {
            Ok(()) => {
                column.validity.push();
                node.check_domain(column, place, &mut violations);
            }
            Err(refused) => violations.note(place, refused.code, || refused.message),
        },
        Ok(text) => {
            // As Python and R write them.
            let text = match (&node.form, text) {
                (Form::Bool, "True" | "TRUE") => "true",
                (Form::Bool, "False" | "FALSE") => "false",
                (_, text) => text,
            };
            let mut reader = Reader::new(text, scratch, super::Unknown::Refuse);
            let start = reader.scan;
            // A text that ends within a tuple or an object would leave its columns behind one another.
            let read = reader.skip().and_then(|()| reader.scan.end()).and_then(|()| {
                reader.scan = start;
                reader.value(node, column, place)
            });
            violations = reader.violations;
            if read.is_err() {
                violations.note(place, "type", || format!("must be {}", node.form.expected()).into());
            }
        }
    }
    if !violations.is_empty() {
        column.push_nulls((before + 1).saturating_sub(column.len()));
    }
    violations
}

impl Form {
    /// Whether a cell holds the text itself; all others hold JSON.
    fn is_text_cell(&self) -> bool {
        match self {
            Self::Categorical(categories) => categories.are_strings(),
            form => form.is_text(),
        }
    }
}

fn unreadable(error: csv::Error) -> CsvError {
    CsvError::Io(error.into())
}
