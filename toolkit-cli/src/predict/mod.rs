//! `toolkit predict`: a model's function over the rows of a file, a batch at a time.

mod format;
mod input;
mod output;
mod parquet;
mod progress;

use std::process::ExitCode;
use std::time::Instant;

use anyhow::anyhow;
use serde_json::json;
use toolkit_envelope::rows::{Unknown, Violations};
use toolkit_envelope::{Function, Model};

use self::input::{Input, InputError};
use self::output::Output;
use self::progress::Progress;
use crate::arguments::Predict;
use crate::report::Reporter;

/// So many rows are read, run and written at once: enough for the model to be quick, few enough to stay in the caches.
const BATCH: usize = 4096;

/// Reads, runs and writes; nothing is written where a row is wrong, and every row that is wrong is told.
pub(crate) fn predict(arguments: &Predict, report: &Reporter) -> anyhow::Result<ExitCode> {
    let start = Instant::now();
    let model = Model::open(&arguments.envelope)?;
    let function = function(&model, &arguments.function)?;
    let unknown = if arguments.drop_unknown { Unknown::Drop } else { Unknown::Refuse };
    // Whoever gives a file knows how large it is.
    let plan = function.plan().clone().with_unknown(unknown).with_most_cells(usize::MAX);
    let mut input = Input::open(&arguments.input, &plan, function, unknown)?;
    let mut output = Output::create(arguments.output.as_deref(), function)?;
    let progress = Progress::of(input.total());
    let (mut tables, mut rows, mut wrong) = (plan.arguments(), 0, Violations::default());
    loop {
        match input.read(BATCH, &mut tables) {
            Ok(0) => break,
            // The rest is read for what else is wrong with it.
            Ok(_) if !wrong.is_empty() => {}
            Ok(count) => {
                output.write(&function.call(tables.tables())?)?;
                rows += count;
            }
            Err(InputError::Rows(violations)) => wrong.extend(violations),
            Err(InputError::Ends(error)) => return Err(error),
        }
        progress.at(input.done());
    }
    progress.finish();
    if !wrong.is_empty() {
        return Err(told(&wrong));
    }
    output.finish()?;
    let seconds = start.elapsed().as_secs_f64();
    if let Some(path) = &arguments.output {
        let answer = json!({ "envelope_id": model.id().to_string(), "rows": rows, "output": path, "seconds": seconds });
        report.answer(&answer, || format!("{}: {rows} rows in {seconds:.2} s", path.display()))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn function<'m>(model: &'m Model, name: &str) -> anyhow::Result<&'m Function> {
    model.function(name).ok_or_else(|| {
        let names: Vec<&str> = model.functions().iter().map(Function::name).collect();
        anyhow!("the model has no function `{name}`; it has {}", names.join(", "))
    })
}

/// One line for each violation.
fn told(wrong: &Violations) -> anyhow::Error {
    let lines: Vec<String> = wrong.list.iter().map(|violation| format!("\n{violation}")).collect();
    let more = if wrong.more == 0 { String::new() } else { format!("\nand {} more", wrong.more) };
    anyhow!("the rows are not what the function takes; nothing is written{}{more}", lines.concat())
}
