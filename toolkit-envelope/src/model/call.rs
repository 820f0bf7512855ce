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
        let checked = if *is_read { Ok(()) } else { function.check(memory.arguments.tables()) };
        let run =
            checked.and_then(|()| function.run(memory.arguments.tables(), &mut memory.inputs, &mut memory.result));
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
            let rows = memory.arguments.tables().iter().map(|table| table.rows).max().unwrap_or(0);
            let rows = rows.max(memory.result.rows);
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

#[cfg(test)]
mod tests {
    use super::super::{Model, OnnxModel};
    use super::*;
    use crate::{table::Values, tensor::Elements};
    use serde_json::json;

    const ROW: &str = "[5.1, 3.5, 1.4, 0.2]";
    const OTHERS: &str = "[[6.7, 3.0, 5.2, 2.3], [5.9, 3.0, 4.2, 1.5]]";

    /// What says which iris it is, and what says how likely each is.
    fn functions() -> Vec<Function> {
        let model = include_bytes!("../../tests/models/iris_lr_nozipmap/model.onnx").to_vec();
        let model = OnnxModel::new("iris", model).example(vec![json!([5.1, 3.5, 1.4, 0.2])]);
        Model::load(&model.into_builder().unwrap().build().unwrap()).unwrap().functions().to_vec()
    }

    fn read(function: &Function, rows: &str) -> Call {
        let mut call = function.begin();
        call.read(rows.as_bytes()).unwrap();
        call
    }

    fn run(mut call: Call) -> Call {
        call.run().unwrap();
        call
    }

    fn written(call: &Call) -> String {
        let mut answer = Vec::new();
        call.write(Layout::Rows, &mut answer).unwrap();
        String::from_utf8(answer).unwrap()
    }

    #[test]
    fn a_call_begins_without_what_an_earlier_one_was_given_and_answered() {
        let function = &functions()[1];
        drop(run(read(function, OTHERS)));
        let call = function.begin();
        assert_eq!((call.rows(), call.result()), (0, &function.returns().table()));
        assert!(call.write(Layout::Rows, &mut Vec::new()).is_err());
    }

    #[test]
    fn new_arguments_have_no_result_yet() {
        let function = &functions()[1];
        for forget in [
            |call: &mut Call| call.read(OTHERS.as_bytes()).is_ok(),
            |call: &mut Call| call.read(b"[1]").is_err(),
            |call: &mut Call| call.arguments_mut().len() == 1,
            |call: &mut Call| call.add_arguments(&read(call.function(), OTHERS), 0..2).is_ok(),
        ] {
            let mut call = run(read(function, OTHERS));
            assert!(forget(&mut call));
            assert!(!call.result().present);
        }
    }

    #[test]
    fn arguments_that_are_filled_by_hand_are_checked_and_a_failed_run_has_no_result() {
        let mut call = run(read(&functions()[1], OTHERS));
        let table = &mut call.arguments_mut()[0];
        (table.rows, table.present) = (5, true);
        assert!(call.run().unwrap_err().to_string().contains("are not arguments as the plan of `predict_proba`"));
        assert!(!call.result().present);
    }

    #[test]
    fn calls_that_are_joined_answer_as_each_does_alone() {
        for function in functions() {
            let mut parts = [read(&function, &format!("[{ROW}]")), read(&function, OTHERS)];
            let mut joined = function.begin();
            joined.add_arguments(&parts[0], 0..1).unwrap();
            joined.add_arguments(&parts[1], 0..2).unwrap();
            let joined = run(joined);
            assert_eq!(joined.rows(), 3);
            for (part, range) in parts.iter_mut().zip([0..1, 1..3]) {
                part.add_result(&joined, range).unwrap();
                let found = written(part);
                part.run().unwrap();
                assert_eq!(found, written(part));
            }
        }
    }

    #[test]
    fn a_call_is_made_of_parts_of_its_rows() {
        let function = &functions()[1];
        let whole = run(read(function, OTHERS));
        let mut made = read(function, OTHERS);
        for row in 0..2 {
            let mut part = function.begin();
            part.add_arguments(&whole, row..row + 1).unwrap();
            made.add_result(&run(part), 0..1).unwrap();
        }
        assert_eq!(written(&made), written(&whole));
        made.clear_result();
        assert!(!made.result().present);
    }

    #[test]
    fn rows_that_were_not_answered_are_given_to_nobody() {
        let function = &functions()[0];
        let joined = run(read(function, OTHERS));
        let mut call = read(function, OTHERS);
        let error = call.add_result(&joined, 1..3).unwrap_err();
        assert_eq!(error.to_string(), "the model answered 2 rows, expected 3 or more");
        assert!(!call.result().present);
    }

    #[test]
    fn results_of_other_functions_are_not_joined() {
        let functions = functions();
        let chances = run(read(&functions[1], OTHERS));
        let mut call = read(&functions[0], OTHERS);
        assert!(call.add_result(&chances, 0..2).unwrap_err().to_string().contains("cannot be joined"));
        assert!(!call.result().present);
    }

    #[test]
    fn what_bad_arguments_filled_is_given_back() {
        let function = &functions()[0];
        let rows = vec![ROW; 100_000].join(",");
        let mut call = function.begin();
        assert!(call.read(format!("[{rows}, 1]").as_bytes()).is_err());
        assert_eq!(call.rows(), 0);
        drop(call);
        assert!(function.begin().memory.arguments.reserved() < 1000);
    }

    #[test]
    fn memory_that_a_result_or_the_model_s_inputs_filled_is_given_back() {
        let function = &functions()[1];
        let large: Vec<f32> = vec![0.0; 1 << 20];
        for fill in [
            |call: &mut Call, large: Vec<f32>| call.memory.result.columns[0].values = Values::Float32(large),
            |call: &mut Call, large: Vec<f32>| call.memory.inputs[0].elements = Elements::Float32(large),
        ] {
            let mut call = run(read(function, OTHERS));
            fill(&mut call, large.clone());
            drop(call);
            assert!(function.begin().memory.reserved() < 10_000);
        }
        drop(run(read(function, OTHERS)));
        assert!(!function.begin().memory.inputs.is_empty());
    }
}
