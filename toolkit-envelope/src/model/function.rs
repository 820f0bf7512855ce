use std::fmt;
use std::sync::Arc;

use super::bind::Bound;
use super::buffer::Buffer;
use super::{Call, CallError};
use crate::Fault;
use crate::manifest;
use crate::rows::{Arguments, Layout, Plan, ValuePlan, Violations};
use crate::runtime::{Execute, Pool, ROWS_KEPT, RunError};
use crate::schema::{Field, Kind, Schema};
use crate::table::{Column, Table, Values};

/// A query function of a loaded model; cheap to clone.
#[derive(Clone)]
pub struct Function(Arc<Inner>);

struct Inner {
    declared: manifest::Function,
    plan: Plan,
    /// What the plan fills, empty: the columns that a call must have.
    empty: Arguments,
    returns: ValuePlan,
    /// Whether a result fits its schema if all its numbers are finite.
    is_plain: bool,
    bound: Bound,
    execute: Arc<dyn Execute>,
    memories: Pool<Memory>,
}

/// What a call fills of more than this, in bytes, is given back to the system.
const BYTES_KEPT: usize = 1 << 20;

/// What one call writes to.
#[derive(Default)]
pub(super) struct Memory {
    pub(super) arguments: Arguments,
    pub(super) inputs: Vec<Buffer>,
    pub(super) result: Table,
}

impl Memory {
    /// How much it holds, in bytes, used or not.
    pub(super) fn reserved(&self) -> usize {
        let inputs: usize = self.inputs.iter().map(Buffer::reserved).sum();
        self.arguments.reserved() + inputs + self.result.reserved()
    }
}

impl Function {
    pub(super) fn new(
        declared: manifest::Function,
        bound: Bound,
        execute: Arc<dyn Execute>,
    ) -> Result<Self, Vec<String>> {
        let plan = plan(&declared)?;
        let returns = ValuePlan::new(&declared.returns).map_err(|faults| told(&declared, faults.as_slice()))?;
        Ok(Self(Arc::new(Inner {
            empty: plan.arguments(),
            is_plain: is_plain(&declared.returns),
            plan,
            returns,
            bound,
            execute,
            memories: Pool::default(),
            declared,
        })))
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.0.declared.name
    }

    /// What the manifest says of it.
    pub fn declaration(&self) -> &manifest::Function {
        &self.0.declared
    }

    /// How its result is read and written.
    pub fn returns(&self) -> &ValuePlan {
        &self.0.returns
    }

    /// How its arguments are read.
    pub fn plan(&self) -> &Plan {
        &self.0.plan
    }

    /// Answers a call: the arguments as JSON, an object by their names; or an array, if there is one parameter.
    ///
    /// # Errors
    ///
    /// [`CallError`] says whose fault it is. Everything that is wrong with the arguments is told, with its place.
    ///
    /// # Example
    ///
    /// ```no_run
    /// # let model = toolkit_envelope::Model::open("churn.envelope")?;
    /// let predict = model.function("predict").expect("the model has it");
    /// let labels = predict.call_json(br#"{"rows": [{"tenure": 3, "contract": "One year"}]}"#)?;
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn call_json(&self, arguments: &[u8]) -> Result<Vec<u8>, CallError> {
        let mut answer = Vec::new();
        self.call_json_into(arguments, &mut answer)?;
        Ok(answer)
    }

    /// The same, with the answer written at the end of `answer`.
    ///
    /// # Errors
    ///
    /// As [`call_json`](Self::call_json); nothing is written then.
    pub fn call_json_into(&self, arguments: &[u8], answer: &mut Vec<u8>) -> Result<(), CallError> {
        let mut call = self.begin();
        call.read(arguments).map_err(CallError::Arguments)?;
        call.run()?;
        call.write(Layout::Rows, answer).map_err(CallError::Result)
    }

    /// Begins a call that is made step by step: the arguments are read or filled in, the model is run, the result is
    /// written or looked at.
    pub fn begin(&self) -> Call {
        Call::new(self.clone(), self.memory())
    }

    /// Answers a call: the arguments in columns, one table for each parameter, as [`plan`](Self::plan) reads them.
    ///
    /// # Errors
    ///
    /// [`CallError::Run`] if they are not such tables, or the model cannot run on them, [`CallError::Result`] if its answer does not fit its schema.
    pub fn call(&self, arguments: &[Table]) -> Result<Table, CallError> {
        self.check(arguments)?;
        let mut result = self.result();
        let mut memory = self.memory();
        self.run(arguments, &mut memory.inputs, &mut result)?;
        self.keep(memory, result.rows);
        self.check_result(&result).map_err(CallError::Result)?;
        Ok(result)
    }

    /// What in a result does not fit the schema.
    pub(super) fn check_result(&self, result: &Table) -> Result<(), Violations> {
        if self.0.is_plain && is_whole(result) {
            return Ok(());
        }
        // What it would be as JSON is what is checked.
        self.0.returns.write(result, Layout::Rows, &mut Vec::new())
    }

    /// Whether the tables are as the plan fills them: who fills them by other means may have left something out.
    pub(super) fn check(&self, arguments: &[Table]) -> Result<(), RunError> {
        let (expected, params) = (self.0.empty.tables(), &self.0.declared.params);
        let fits = arguments.len() == expected.len()
            && arguments.iter().zip(expected).all(|(table, expected)| table.is_like(expected))
            && arguments.iter().zip(params).all(|(table, parameter)| table.is_of(&parameter.schema));
        if fits {
            return Ok(());
        }
        let name = &self.0.declared.name;
        Err(RunError::new(format!(
            "these are not arguments as the plan of `{name}` reads them: columns of its kinds, all of one length, tensors \
             of its axes, nulls and categories as its schema has them"
        )))
    }

    /// How many rows the arguments are.
    pub(super) fn rows(&self, arguments: &[Table]) -> usize {
        self.0.bound.rows(arguments)
    }

    pub(super) fn run(
        &self,
        arguments: &[Table],
        buffers: &mut Vec<Buffer>,
        result: &mut Table,
    ) -> Result<(), RunError> {
        let rows = self.0.bound.rows(arguments);
        (result.rows, result.present) = (rows, true);
        let inputs = self.0.bound.inputs(arguments, buffers);
        self.0.execute.run(&inputs, &mut |index, tensor| self.0.bound.take(index, tensor, rows, result))
    }

    /// The name of the result's column `index`, if it has names.
    pub(super) fn result_column(&self, index: usize) -> Option<&str> {
        match &self.0.declared.returns.kind {
            Kind::Frame { columns, .. } => columns.get(index).map(|field| field.name.as_str()),
            _ => None,
        }
    }

    /// A row of a result, as JSON; for messages.
    pub(super) fn shown(&self, result: &Table, row: usize) -> String {
        let mut text = Vec::new();
        let row = result.slice(row..row + 1);
        // What breaks the schema is shown as it is in memory.
        match self.0.returns.write(&row, Layout::Rows, &mut text) {
            Ok(()) => String::from_utf8_lossy(&text).trim_start_matches('[').trim_end_matches(']').to_owned(),
            Err(_) => format!("{:?}", row.columns),
        }
    }

    pub(super) fn keep(&self, memory: Memory, rows: usize) {
        // What could not be read may have filled much on its way, and has no rows; and rows of tensors may be of any size.
        if rows <= ROWS_KEPT && memory.reserved() <= BYTES_KEPT {
            self.0.memories.give_back(memory);
        }
    }

    fn memory(&self) -> Memory {
        let new = || Memory { arguments: self.0.plan.arguments(), inputs: Vec::new(), result: self.result() };
        self.0.memories.take().unwrap_or_else(new)
    }

    fn result(&self) -> Table {
        Table::of(&self.0.declared.returns)
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Function").field("name", &self.0.declared.name).finish_non_exhaustive()
    }
}

/// Whether the schema refuses nothing of the types that it names, but nulls and numbers that are not finite.
fn is_plain(returns: &Schema) -> bool {
    let takes_all = |schema: &Schema| schema.domain.is_none() && is_taken_whole(&schema.kind);
    let has_no_domain = returns.domain.is_none();
    has_no_domain
        && match &returns.kind {
            Kind::Series { values } => takes_all(values),
            Kind::Frame { columns, index } => {
                columns.iter().chain(index.iter().flatten()).all(|field| takes_all(&field.schema))
            }
            _ => false,
        }
}

/// Whether all that a column of the kind can hold is in JSON too, but for numbers that are not finite.
fn is_taken_whole(kind: &Kind) -> bool {
    matches!(
        Values::of(kind),
        Values::Bool(_)
            | Values::Int8(_)
            | Values::Int16(_)
            | Values::Int32(_)
            | Values::Int64(_)
            | Values::UInt8(_)
            | Values::UInt16(_)
            | Values::UInt32(_)
            | Values::UInt64(_)
            | Values::Float32(_)
            | Values::Float64(_)
            | Values::String(_)
    )
}

/// Whether every value is there, and each number is finite.
fn is_whole(result: &Table) -> bool {
    let is_finite = |values: &Values| match values {
        Values::Float32(values) => values.iter().all(|value| value.is_finite()),
        Values::Float64(values) => values.iter().all(|value| value.is_finite()),
        _ => true,
    };
    let is_whole = |column: &Column| column.len() == result.rows && column.validity.all() && is_finite(&column.values);
    result.present && result.columns.iter().all(is_whole)
}

/// How the arguments of a function are read.
pub(super) fn plan(declared: &manifest::Function) -> Result<Plan, Vec<String>> {
    let parameters: Vec<Field> = declared.params.iter().map(manifest::Parameter::to_field).collect();
    Plan::new(&parameters).map_err(|faults| told(declared, &faults))
}

fn told(declared: &manifest::Function, faults: &[Fault]) -> Vec<String> {
    faults.iter().map(|fault| format!("function `{}`: {fault}", declared.name)).collect()
}
