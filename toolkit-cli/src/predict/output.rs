use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use tempfile::NamedTempFile;
use toolkit_envelope::Function;
use toolkit_envelope::rows::Layout;
use toolkit_envelope::table::Table;

use super::format::Format;
use super::parquet;

/// Where results go. A file is there when it is whole, and not before.
pub(super) struct Output<'f> {
    function: &'f Function,
    kind: Kind,
    file: Option<(PathBuf, NamedTempFile)>,
    text: Vec<u8>,
}

enum Kind {
    /// The items of one array, so far whether there is one.
    Json(BufWriter<Box<dyn Write>>, bool),
    JsonLines(BufWriter<Box<dyn Write>>),
    Csv(arrow_csv::Writer<File>),
    Parquet(parquet::Results),
}

impl<'f> Output<'f> {
    /// As the path's extension says; without a path, JSON on the standard output.
    pub(super) fn create(path: Option<&Path>, function: &'f Function) -> anyhow::Result<Self> {
        let Some(path) = path else {
            let kind = Kind::Json(BufWriter::new(Box::new(io::stdout())), false);
            return Ok(Self { function, kind, file: None, text: Vec::new() });
        };
        let format = Format::of(path)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let temporary = NamedTempFile::new_in(folder).with_context(|| folder.display().to_string())?;
        let file: File = temporary.reopen()?;
        let kind = match format {
            Format::Json => Kind::Json(BufWriter::new(Box::new(file)), false),
            Format::JsonLines => Kind::JsonLines(BufWriter::new(Box::new(file))),
            Format::Csv => Kind::Csv(arrow_csv::Writer::new(file)),
            Format::Parquet => Kind::Parquet(parquet::Results::new(file, function)?),
        };
        Ok(Self { function, kind, file: Some((path.to_owned(), temporary)), text: Vec::new() })
    }

    /// Adds the results of a batch.
    pub(super) fn write(&mut self, results: &Table) -> anyhow::Result<()> {
        match &mut self.kind {
            Kind::Json(to, is_begun) => {
                let items = items(self.function, results, &mut self.text)?;
                to.write_all(match (*is_begun, items.is_empty()) {
                    (false, _) => b"[",
                    (true, false) => b",",
                    (true, true) => b"",
                })?;
                to.write_all(items)?;
                *is_begun = true;
            }
            Kind::JsonLines(to) => {
                for row in 0..results.rows {
                    to.write_all(items(self.function, &results.slice(row..row + 1), &mut self.text)?)?;
                    to.write_all(b"\n")?;
                }
            }
            Kind::Csv(to) => to.write(&self.function.returns().to_batch(results, self.function.name())?)?,
            Kind::Parquet(to) => to.write(results, self.function)?,
        }
        Ok(())
    }

    /// Ends the file, and gives it its name.
    pub(super) fn finish(self) -> anyhow::Result<()> {
        match self.kind {
            Kind::Json(mut to, is_begun) => {
                to.write_all(if is_begun { b"]\n" } else { b"[]\n" })?;
                to.flush()?;
            }
            Kind::JsonLines(mut to) => to.flush()?,
            Kind::Csv(to) => to.into_inner().flush()?,
            Kind::Parquet(to) => to.finish()?,
        }
        if let Some((path, temporary)) = self.file {
            temporary.as_file().sync_all()?;
            readable(temporary.as_file())?;
            temporary.persist(&path).with_context(|| path.display().to_string())?;
        }
        Ok(())
    }
}

/// The results as JSON, without the brackets around them.
fn items<'t>(function: &Function, results: &Table, text: &'t mut Vec<u8>) -> anyhow::Result<&'t [u8]> {
    text.clear();
    function.returns().write(results, Layout::Rows, text)?;
    Ok(text.get(1..text.len() - 1).unwrap_or_default())
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
