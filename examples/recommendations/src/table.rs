//! Reads the rows of a CSV file, so that every fault names the file and the line.

use std::path::Path;

use anyhow::{Context, Result};
use csv::{Position, StringRecord};
use serde::de::DeserializeOwned;

/// Reads a CSV file with a header and hands every row to `take`, in the file's order.
///
/// # Errors
///
/// The file cannot be read, a row does not have the form of `R`, or `take` refuses it.
pub(crate) fn for_each_row<R: DeserializeOwned>(path: &Path, mut take: impl FnMut(R) -> Result<()>) -> Result<()> {
    let unreadable = || format!("cannot read {}", path.display());
    let mut table = csv::Reader::from_path(path).with_context(unreadable)?;
    let header = table.headers().with_context(unreadable)?.clone();
    let mut record = StringRecord::new();
    while table.read_record(&mut record).with_context(unreadable)? {
        let line = record.position().map_or(0, Position::line);
        read_row(&record, &header).and_then(&mut take).with_context(|| format!("{}, line {line}", path.display()))?;
    }
    Ok(())
}

fn read_row<R: DeserializeOwned>(record: &StringRecord, header: &StringRecord) -> Result<R> {
    Ok(record.deserialize(Some(header))?)
}
