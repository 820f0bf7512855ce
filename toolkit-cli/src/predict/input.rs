use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, anyhow};
use serde::de::IgnoredAny;
use toolkit_envelope::Function;
use toolkit_envelope::rows::{Arguments, CsvError, CsvForm, CsvRows, Plan, Unknown, Violations};

use super::format::Format;

/// The rows of a file, a batch at a time.
pub(super) enum Input<'p> {
    Json(Json<'p>),
    JsonLines(JsonLines<'p>),
    Csv(CsvRows<'p, Counted<File>>, Counter, u64),
    Parquet(super::parquet::Rows<'p>),
}

/// Why a batch could not be read.
pub(super) enum InputError {
    /// Rows of it are wrong; those after it can be read.
    Rows(Violations),
    /// It goes no further.
    Ends(anyhow::Error),
}

type Batch = Result<usize, InputError>;

impl<'p> Input<'p> {
    /// Opens a file by what its extension says; `-` is JSON on the standard input.
    pub(super) fn open(path: &Path, plan: &'p Plan, function: &Function, unknown: Unknown) -> anyhow::Result<Self> {
        if path == Path::new("-") {
            let mut text = Vec::new();
            io::stdin().read_to_end(&mut text)?;
            return Ok(Self::Json(Json { plan, text: Some(text) }));
        }
        let format = Format::of(path)?;
        let file = File::open(path).with_context(|| path.display().to_string())?;
        let size = file.metadata()?.len();
        let counter = Counter::default();
        let counted = Counted { file, counter: Arc::clone(&counter) };
        Ok(match format {
            Format::Json => Self::Json(Json { plan, text: Some(fs::read(path)?) }),
            Format::JsonLines => {
                Self::JsonLines(JsonLines { plan, lines: BufReader::new(counted), row: 0, counter, size })
            }
            Format::Csv => Self::Csv(CsvRows::new(plan, counted, CsvForm::default())?, counter, size),
            Format::Parquet => Self::Parquet(super::parquet::Rows::open(counted.file, plan, function, unknown)?),
        })
    }

    /// Reads up to `rows` rows into `into`, and gives how many there were; none at the end.
    pub(super) fn read(&mut self, rows: usize, into: &mut Arguments) -> Batch {
        match self {
            Self::Json(json) => json.read(into),
            Self::JsonLines(lines) => lines.read(rows, into),
            Self::Csv(csv, ..) => csv.read(rows, into).map_err(|error| match error {
                CsvError::Rows(violations) => InputError::Rows(violations),
                error => InputError::Ends(error.into()),
            }),
            Self::Parquet(parquet) => parquet.read(into),
        }
    }

    /// How much there is, in the units of [`done`](Self::done), if it is known.
    pub(super) fn total(&self) -> Option<u64> {
        match self {
            Self::Json(_) => None,
            Self::JsonLines(JsonLines { size, .. }) | Self::Csv(_, _, size) => Some(*size),
            Self::Parquet(parquet) => Some(parquet.total()),
        }
    }

    /// How much of it was read.
    pub(super) fn done(&self) -> u64 {
        match self {
            Self::Json(_) => 0,
            Self::JsonLines(JsonLines { counter, .. }) | Self::Csv(_, counter, _) => counter.load(Ordering::Relaxed),
            Self::Parquet(parquet) => parquet.done(),
        }
    }
}

type Counter = Arc<AtomicU64>;

/// A file that counts what was read of it.
pub(super) struct Counted<R> {
    file: R,
    counter: Counter,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.counter.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// One JSON document, read at once.
pub(super) struct Json<'p> {
    plan: &'p Plan,
    text: Option<Vec<u8>>,
}

impl Json<'_> {
    fn read(&mut self, into: &mut Arguments) -> Batch {
        let Some(text) = self.text.take() else { return Ok(0) };
        self.plan.read(&text, into).map_err(InputError::Rows)?;
        Ok(into.tables().first().map_or(0, |table| table.rows))
    }
}

/// One JSON document a line; lines with nothing on them are left out.
pub(super) struct JsonLines<'p> {
    plan: &'p Plan,
    lines: BufReader<Counted<File>>,
    /// How many rows were read.
    row: usize,
    counter: Counter,
    size: u64,
}

impl JsonLines<'_> {
    fn read(&mut self, rows: usize, into: &mut Arguments) -> Batch {
        let lines = self.lines(rows).map_err(|error| InputError::Ends(error.into()))?;
        let first = self.row;
        self.row += lines.len();
        // What stands between the lines must not make two half ones a whole one.
        if lines.iter().all(|line| serde_json::from_str::<IgnoredAny>(line).is_ok()) {
            let text = format!("[{}]", lines.join(","));
            let read = self.plan.read(text.as_bytes(), into);
            return read.map(|()| lines.len()).map_err(|wrong| InputError::Rows(moved(wrong, first)));
        }
        // A line that is no JSON must not hide what is wrong with the others.
        let mut wrong = Violations::default();
        for (row, line) in (first..).zip(&lines) {
            let one = self.plan.read(format!("[{line}\n]").as_bytes(), into);
            wrong.extend(one.err().map(|violations| moved(violations, row)).unwrap_or_default());
        }
        Err(if wrong.is_empty() {
            InputError::Ends(anyhow!("a line holds more than one row"))
        } else {
            InputError::Rows(wrong)
        })
    }

    fn lines(&mut self, rows: usize) -> io::Result<Vec<String>> {
        let mut lines = Vec::new();
        while lines.len() < rows {
            let mut line = String::new();
            if self.lines.read_line(&mut line)? == 0 {
                break;
            }
            let line = line.trim();
            if !line.is_empty() {
                lines.push(line.to_owned());
            }
        }
        Ok(lines)
    }
}

/// The same violations, with the rows before these counted too.
fn moved(mut violations: Violations, before: usize) -> Violations {
    for violation in &mut violations.list {
        let (row, rest) =
            match violation.pointer.strip_prefix('/').map(|rest| rest.split_once('/').unwrap_or((rest, ""))) {
                Some((row, rest)) => (row.parse().unwrap_or(0), rest.to_owned()),
                None => (0, String::new()),
            };
        let row: usize = row;
        let rest = if rest.is_empty() { rest } else { format!("/{rest}") };
        violation.pointer = format!("/{}{rest}", before + row);
        violation.row = Some(before + row);
    }
    violations
}
