use std::{fmt, sync::Arc};

use serde_json::Value;

use crate::endpoint::Mount;

/// The endpoints, a row each.
pub(super) struct Table(Vec<[String; 5]>);

const HEADER: [&str; 5] = ["METHOD", "PATH", "FUNCTION", "WHERE", "LIMITS"];

impl Table {
    pub(super) fn new(endpoints: &[Arc<dyn Mount>]) -> Self {
        let row = |endpoint: &Arc<dyn Mount>| {
            let declared = endpoint.declaration();
            let (method, path, function) =
                (declared.method.to_string(), declared.path.to_owned(), declared.function.to_owned());
            [method, path, function, declared.origin.to_string(), declared.limits.to_string()]
        };
        let header = HEADER.map(str::to_owned);
        Self(std::iter::once(header).chain(endpoints.iter().map(row)).collect())
    }

    /// The lines of the endpoints, in columns.
    pub(super) fn rows(&self) -> impl Iterator<Item = String> {
        self.lines().skip(1)
    }

    /// An object for each endpoint, by the names of the header.
    pub(super) fn to_json(&self) -> Value {
        let names = HEADER.map(str::to_lowercase);
        let object =
            |row: &[String; 5]| names.iter().zip(row).map(|(name, cell)| (name.clone(), cell.clone().into())).collect();
        self.0[1..].iter().map(object).map(Value::Object).collect()
    }

    /// All lines, with that of the header first.
    fn lines(&self) -> impl Iterator<Item = String> {
        let width = |column: usize| self.0.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let widths: [usize; 5] = std::array::from_fn(width);
        self.0.iter().map(move |row| {
            let cells: Vec<_> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
            cells.join("  ").trim_end().to_owned()
        })
    }
}

/// The whole table, with its header.
impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines().try_for_each(|line| writeln!(f, "{line}"))
    }
}
