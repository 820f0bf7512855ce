use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use arrow_array::RecordBatch;
use tempfile::NamedTempFile;
use toolkit_envelope::rows::Layout;
use toolkit_envelope::table::Table;
use toolkit_envelope::{Function, schema};

use super::format::Format;
use super::parquet;

/// Where results go. A file is there when it is whole, and not before.
pub(super) struct Output<'f> {
    function: &'f Function,
    kind: Kind,
    path: Option<PathBuf>,
    temporary: NamedTempFile,
    text: Vec<u8>,
    /// Whether anything was written.
    is_begun: bool,
}

enum Kind {
    /// The items of one array.
    Json(BufWriter<File>),
    JsonLines(BufWriter<File>),
    Csv(arrow_csv::Writer<File>),
    Parquet(parquet::Results),
}

impl<'f> Output<'f> {
    /// As the path's extension says; without a path, JSON on the standard output.
    pub(super) fn create(path: Option<&Path>, function: &'f Function) -> anyhow::Result<Self> {
        let format = path.map_or(Ok(Format::Json), Format::of)?;
        let folder =
            path.map(|path| path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")));
        // What goes to the standard output waits too: a row that is wrong may be the last.
        let temporary = match folder {
            Some(folder) => NamedTempFile::new_in(folder).with_context(|| folder.display().to_string())?,
            None => NamedTempFile::new()?,
        };
        let file: File = temporary.reopen()?;
        let kind = match format {
            Format::Json => Kind::Json(BufWriter::new(file)),
            Format::JsonLines => Kind::JsonLines(BufWriter::new(file)),
            Format::Csv => Kind::Csv(arrow_csv::Writer::new(file)),
            Format::Parquet => Kind::Parquet(parquet::Results::new(file)),
        };
        Ok(Self { function, kind, path: path.map(Path::to_owned), temporary, text: Vec::new(), is_begun: false })
    }

    /// Adds the results of a batch.
    pub(super) fn write(&mut self, results: &Table) -> anyhow::Result<()> {
        let is_first = !std::mem::replace(&mut self.is_begun, true);
        match &mut self.kind {
            Kind::Json(to) => {
                let items = items(self.function, results, &mut self.text)?;
                to.write_all(match (is_first, items.is_empty()) {
                    (true, _) => b"[",
                    (false, false) => b",",
                    (false, true) => b"",
                })?;
                to.write_all(items)?;
            }
            Kind::JsonLines(to) => {
                for row in 0..results.rows {
                    to.write_all(items(self.function, &results.slice(row..row + 1), &mut self.text)?)?;
                    to.write_all(b"\n")?;
                }
            }
            Kind::Csv(to) => to.write(&batch(self.function, results)?).context("as CSV")?,
            Kind::Parquet(to) => to.write(&batch(self.function, results)?)?,
        }
        Ok(())
    }

    /// Ends the file, and gives it its name.
    pub(super) fn finish(mut self) -> anyhow::Result<()> {
        if !self.is_begun {
            // The names of the columns are told also where there is no row.
            let none = nothing(self.function);
            self.write(&none)?;
        }
        match self.kind {
            Kind::Json(mut to) => {
                to.write_all(b"]\n")?;
                to.flush()?;
            }
            Kind::JsonLines(mut to) => to.flush()?,
            Kind::Csv(to) => to.into_inner().flush()?,
            Kind::Parquet(to) => to.finish()?,
        }
        let Some(path) = self.path else {
            io::copy(&mut self.temporary.reopen()?, &mut io::stdout().lock())?;
            return Ok(());
        };
        self.temporary.as_file().sync_all()?;
        readable(self.temporary.as_file())?;
        self.temporary.persist(&path).with_context(|| path.display().to_string())?;
        Ok(())
    }
}

/// The results as JSON, without the brackets around them.
fn items<'t>(function: &Function, results: &Table, text: &'t mut Vec<u8>) -> anyhow::Result<&'t [u8]> {
    text.clear();
    function.returns().write(results, Layout::Rows, text)?;
    Ok(text.get(1..text.len() - 1).unwrap_or_default())
}

fn batch(function: &Function, results: &Table) -> anyhow::Result<RecordBatch> {
    Ok(function.returns().to_batch(results, function.name())?)
}

/// The result for no row.
fn nothing(function: &Function) -> Table {
    let returns = &function.declaration().returns;
    let mut none = Table { present: true, ..Table::of(returns) };
    if let schema::Kind::Tensor { shape, .. } = &returns.kind {
        // The batch has no length, and neither has what is of any.
        none.shape = shape.iter().map(|length| usize::try_from(*length).unwrap_or(0)).collect();
    }
    none
}

/// A temporary file is its owner's alone; a result is as any other file.
#[cfg(unix)]
fn readable(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable(_file: &File) -> io::Result<()> {
    Ok(())
}
