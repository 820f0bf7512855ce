use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
};

use toolkit_envelope::{
    Call, Function,
    manifest::{self, Parameter},
    rows::Layout,
    runtime::RunError,
    schema::{Kind, Schema},
    table::{Column, Table, Values},
};

use crate::{model::failure::Failure, problem::panic_message};

/// A text of more bytes counts as several values.
const TEXT: usize = 64;

/// What is done with the calls of one function, on whichever thread.
pub(super) struct Work {
    function: Function,
    /// How many rows one request may have.
    max_rows: usize,
    /// How many rows are run at once: as many as the manifest allows.
    at_once: usize,
    run: Run,
}

/// How a call is run: by the model, or by what a test puts in its place.
pub(super) type Run = Box<dyn Fn(&mut Call) -> Result<(), RunError> + Send + Sync>;

impl Work {
    pub(super) fn new(function: Function, max_rows: usize) -> Self {
        Self::of(function, max_rows, Box::new(Call::run))
    }

    pub(super) fn of(function: Function, max_rows: usize, run: Run) -> Self {
        let most = function.declaration().batch.and_then(|batch| batch.max);
        let at_once = most.map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX).max(1));
        Self { function, max_rows, at_once, run }
    }

    #[cfg(test)]
    pub(super) fn with_at_once(self, at_once: usize) -> Self {
        Self { at_once, ..self }
    }

    pub(super) fn function(&self) -> &Function {
        &self.function
    }

    /// How many rows are run at once at most.
    pub(super) fn at_once(&self) -> usize {
        self.at_once
    }

    /// Begins a call whose arguments `fill` gives it.
    pub(super) fn fill<A>(&self, fill: impl FnOnce(&mut Call) -> Result<A, Failure>) -> Result<(Call, A), Failure> {
        guarded(|| {
            let mut call = self.function.begin();
            let asked = fill(&mut call)?;
            Ok((call, asked))
        })
    }

    /// Reads the arguments of a call.
    pub(super) fn read(&self, arguments: &[u8]) -> Result<Call, Failure> {
        self.fill(|call| call.read(arguments).map_err(Failure::Arguments)).map(|(call, ())| call)
    }

    /// Whether the call has no more rows than it may.
    pub(super) fn bound(&self, call: &Call) -> Result<(), Failure> {
        self.bound_rows(rows(call))
    }

    /// Whether so many rows are no more than a request may have.
    pub(super) fn bound_rows(&self, found: usize) -> Result<(), Failure> {
        let most = self.max_rows;
        if found > most { Err(Failure::TooManyRows { found, most }) } else { Ok(()) }
    }

    /// Runs a call, in parts if it has more rows than can be run at once.
    pub(super) fn run(&self, call: Call) -> Result<Call, Failure> {
        let rows = rows(&call);
        if rows <= self.at_once {
            return self.run_whole(call);
        }
        if !has_one_length(&call) || joins(self.function.declaration()).is_err() {
            return Err(Failure::TooManyRows { found: rows, most: self.at_once });
        }
        guarded(move || {
            let mut whole = call;
            whole.clear_result();
            for start in (0..rows).step_by(self.at_once) {
                let end = rows.min(start + self.at_once);
                let mut part = self.function.begin();
                part.add_arguments(&whole, start..end).map_err(|error| failed(&error))?;
                let part = self.run_whole(part)?;
                whole.add_result(&part, 0..end - start).map_err(Failure::Run)?;
            }
            Ok(whole)
        })
    }

    /// Runs the calls as one, whose result is that of the calls one behind the other.
    pub(super) fn run_joined<'a>(&self, calls: impl Iterator<Item = &'a Call>) -> Result<Call, Failure> {
        guarded(move || {
            let mut joined = self.function.begin();
            for call in calls {
                joined.add_arguments(call, 0..call.rows()).map_err(|error| failed(&error))?;
            }
            self.run_whole(joined)
        })
    }

    /// Runs a call once, and looks whether every row was answered.
    fn run_whole(&self, mut call: Call) -> Result<Call, Failure> {
        guarded(move || {
            let expected = call.rows();
            (self.run)(&mut call).map_err(Failure::Run)?;
            let found = call.result().rows;
            if found == expected { Ok(call) } else { Err(wrong_count(found, expected)) }
        })
    }
}

impl fmt::Debug for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { function, max_rows, at_once, .. } = self;
        f.debug_struct("Work")
            .field("function", function)
            .field("max_rows", max_rows)
            .field("at_once", at_once)
            .finish()
    }
}

/// The call's result, as JSON.
pub(super) fn write(call: &Call) -> Result<Vec<u8>, Failure> {
    let mut answer = Vec::new();
    call.write(Layout::Rows, &mut answer).map_err(Failure::Result)?;
    Ok(answer)
}

/// What a panic ends is one call, whose memory is not used again: it is moved into `work`, and ends with it.
pub(super) fn guarded<T>(work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|panic| Err(Failure::Panicked(panic_message(&*panic).to_owned())))
}

fn failed(error: &dyn fmt::Display) -> Failure {
    Failure::Run(RunError::new(error.to_string()))
}

fn wrong_count(found: usize, expected: usize) -> Failure {
    Failure::Run(RunError::new(format!(
        "it answered {found} rows where {expected} were asked, so that nobody knows which answer is whose"
    )))
}

/// How many rows a call has: the most that one of its arguments has.
pub(super) fn rows(call: &Call) -> usize {
    call.arguments().iter().map(|table| table.rows).fold(call.rows(), usize::max)
}

/// How much the arguments of a call are: their values, where a long text counts as several.
pub(super) fn cells(call: &Call) -> usize {
    call.arguments().iter().flat_map(|table| &table.columns).map(cells_of).sum()
}

fn cells_of(column: &Column) -> usize {
    let pieces = |bytes: usize| bytes.div_ceil(TEXT).max(1);
    match &column.values {
        Values::String(texts) | Values::Json(texts) => texts.iter().map(|text| pieces(text.len())).sum(),
        Values::Binary(_, bytes) => column.len() + bytes.len() / TEXT,
        Values::List(_, items) => column.len() + cells_of(items),
        Values::Struct(_, fields) => fields.iter().map(cells_of).sum(),
        Values::Tensor(tensors) => column.len() + cells_of(&tensors.elements),
        values => values.len(),
    }
}

/// Whether all arguments have the rows of the call, so that they can be taken apart and joined row by row.
pub(super) fn has_one_length(call: &Call) -> bool {
    let rows = call.rows();
    call.arguments().iter().all(|table: &Table| table.present && table.rows == rows)
}

/// Why calls of the function cannot be joined, if they cannot.
pub(super) fn joins(function: &manifest::Function) -> Result<(), &'static str> {
    match function.batch {
        None => Err("its manifest does not say that calls can be joined"),
        Some(batch) if batch.axis != 0 => Err("its calls are joined along another axis than the rows"),
        Some(_) if !function.params.iter().all(|Parameter { schema, .. }| has_rows(schema)) => {
            Err("one of its parameters has no rows")
        }
        Some(_) if !has_rows(&function.returns) => Err("its result has no rows"),
        Some(_) => Ok(()),
    }
}

/// Whether what has the schema is as many as the rows of a call.
pub(in crate::model) fn has_rows(schema: &Schema) -> bool {
    match &schema.kind {
        Kind::Frame { .. } | Kind::Series { .. } => true,
        Kind::Tensor { shape, .. } => shape.first() == Some(&-1),
        _ => false,
    }
}
