use std::fmt;
use std::ops::Range;

use super::Function;
use super::function::Memory;
use crate::rows::{Layout, Violations};
use crate::runtime::RunError;
use crate::table::{DifferentKinds, Table};

/// One call of a function, step by step, in memory that later calls use again.
///
/// ```no_run
/// use toolkit_envelope::{Model, rows::Layout};
///
/// let model = Model::open("churn.envelope")?;
/// let mut call = model.function("predict").expect("the model has it").begin();
/// call.read(br#"{"rows": [{"tenure": 3, "contract": "One year"}]}"#)?;
/// call.run()?;
/// let mut answer = Vec::new();
/// call.write(Layout::Columns, &mut answer)?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
pub struct Call {
    function: Function,
    memory: Memory,
    /// Whether the plan itself has filled the arguments.
    is_read: bool,
}

impl Call {
    pub(super) fn new(function: Function, memory: Memory) -> Self {
        Self { function, memory, is_read: false }
    }

    /// The function that is called.
    pub fn function(&self) -> &Function {
        &self.function
    }

    /// Reads the arguments from JSON, as [`Function::call_json`] does.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with them; there are no arguments then.
    pub fn read(&mut self, json: &[u8]) -> Result<(), Violations> {
        let Self { function, memory, .. } = self;
        memory.result.clear();
        let read = function.plan().read(json, &mut memory.arguments);
        self.is_read = read.is_ok();
        read
    }

    /// The arguments, a table for each parameter.
    pub fn arguments(&self) -> &[Table] {
        self.memory.arguments.tables()
    }

    /// The arguments, emptied, to be filled by other means than JSON.
    pub fn arguments_mut(&mut self) -> &mut [Table] {
        self.is_read = false;
        self.memory.result.clear();
        self.memory.arguments.clear();
        self.memory.arguments.tables_mut()
    }

    /// Adds the rows `range` of another call's arguments behind those that are there, as when calls are run as one.
    ///
    /// # Errors
    ///
    /// [`DifferentKinds`] if they cannot be joined, as tensors of other axes; there are no arguments then.
    pub fn add_arguments(&mut self, other: &Self, range: Range<usize>) -> Result<(), DifferentKinds> {
        self.is_read = false;
        self.memory.result.clear();
        let tables = self.memory.arguments.tables_mut();
        let others = other.arguments();
        let added = if tables.len() == others.len() {
            tables.iter_mut().zip(others).try_for_each(|(table, other)| table.append(other, range.clone()))
        } else {
            Err(DifferentKinds)
        };
        if added.is_err() {
            self.memory.arguments.clear();
        }
        added
    }

    /// How many rows the arguments are.
    pub fn rows(&self) -> usize {
        self.function.rows(self.arguments())
    }

    /// Runs the model on the arguments.
    ///
    /// # Errors
    ///
    /// If the arguments are not as the function's plan would have read them, or the model cannot run on them.
    pub fn run(&mut self) -> Result<(), RunError> {
        let Self { function, memory, is_read } = self;
        let run = match *is_read {
            true => Ok(()),
            false => function.check(memory.arguments.tables()),
        };
        let run = run.and_then(|()| function.run(memory.arguments.tables(), &mut memory.inputs, &mut memory.result));
        if run.is_err() {
            // What was written before it failed is no result.
            memory.result.clear();
        }
        run
    }

    /// The result, once the model has run; without a value before. Whether it fits its schema is found out when it is
    /// [written](Self::write).
    pub fn result(&self) -> &Table {
        &self.memory.result
    }

    /// Forgets the result of an earlier run.
    pub fn clear_result(&mut self) {
        self.memory.result.clear();
    }

    /// Adds the rows `range` of another call's result behind those that are there: the part of this call in that of a
    /// batch, or the answer to a part of its rows.
    ///
    /// # Errors
    ///
    /// [`RunError`] if there are not so many rows, or they cannot be joined; the result is without a value then.
    pub fn add_result(&mut self, other: &Self, range: Range<usize>) -> Result<(), RunError> {
        let found = other.memory.result.rows;
        let added = if range.end > found {
            Err(RunError::new(format!("the model answered {found} rows, expected {} or more", range.end)))
        } else {
            let added = self.memory.result.append(&other.memory.result, range);
            added.map_err(|_| RunError::new("the model's answers have different axes, so that they cannot be joined"))
        };
        if added.is_err() {
            self.memory.result.clear();
        }
        added
    }

    /// Looks whether the result fits the function's schema, for whoever gives it out by other means than
    /// [`write`](Self::write).
    ///
    /// # Errors
    ///
    /// What does not fit: a model may answer what its author never saw.
    pub fn check(&self) -> Result<(), Violations> {
        self.function.check_result(self.result())
    }

    /// Writes the result at the end of `out`.
    ///
    /// # Errors
    ///
    /// What does not fit the function's schema: a model may answer what its author never saw. Nothing is written then.
    pub fn write(&self, layout: Layout, out: &mut Vec<u8>) -> Result<(), Violations> {
        self.function.returns().write(self.result(), layout, out)
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        // What a panic has left half done is not used again.
        if !std::thread::panicking() {
            let mut memory = std::mem::take(&mut self.memory);
            let rows = self.function.rows(memory.arguments.tables()).max(memory.result.rows);
            // Nobody's arguments and answers are seen by the next call.
            memory.arguments.clear();
            memory.result.clear();
            self.function.keep(memory, rows);
        }
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("function", &self.function.name()).finish_non_exhaustive()
    }
}
