//! What the runtime makes of a case.

use std::panic::{AssertUnwindSafe, catch_unwind};

use toolkit_envelope::runtime::onnx::{Gap, Graph, Program, Scratch};
use toolkit_envelope::tensor::Tensor;

use crate::case::{Case, Set};
use crate::compare::Tolerance;
use crate::tensors::Owned;

/// What became of a case.
pub(crate) enum Verdict {
    /// The outputs are right.
    Passed,
    /// It was refused, and what it needs is not claimed: what that is.
    Unclaimed(String),
    /// It was refused, and should not have been.
    Refused(String),
    /// It was said to be invalid, and is not.
    CalledInvalid(String),
    /// It did not run.
    Broke(String),
    /// The outputs are wrong.
    Differs(String),
    /// The runtime panicked.
    Panicked(String),
}

/// Forms of operators that are claimed otherwise: the operator, and words of the refusal.
const UNCLAIMED_FORMS: &[(&str, &str)] = &[
    // Nothing is trained here.
    ("ai.onnx.BatchNormalization", "found 3 outputs"),
    ("ai.onnx.Dropout", "in training"),
    // Exporters of the models that are claimed hand a body all that it takes.
    ("ai.onnx.Scan", "takes values from around it"),
    // ONNX Runtime answers them in a way that nobody can mean.
    ("ai.onnx.ml.LinearClassifier", "a single score without a second class"),
    ("ai.onnx.ml.SVMClassifier", "ONNX Runtime leaves one score unset"),
    ("ai.onnx.ml.SVMRegressor", "ONNX Runtime does not apply one here"),
];

/// How often the rows are repeated to make a long batch, which goes beyond all blocks that rows are taken in.
const REPEATED: usize = 23;

pub(crate) fn judge(case: &Case) -> Verdict {
    // What is broken off is thrown away.
    match catch_unwind(AssertUnwindSafe(|| verdict(case))) {
        Ok(verdict) => verdict,
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            Verdict::Panicked(text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("?").to_owned())
        }
    }
}

fn verdict(case: &Case) -> Verdict {
    let graph = match Graph::read(&case.model) {
        Ok(graph) => graph,
        Err(fault) => return Verdict::CalledInvalid(fault.to_string()),
    };
    let program = match Program::compile(&graph) {
        Ok(program) => program,
        Err(unsupported) => return refused(case, &unsupported.gaps),
    };
    let sets = match case.sets() {
        Ok(sets) if sets.is_empty() => return Verdict::Broke("the case has no inputs and outputs".to_owned()),
        Ok(sets) => sets,
        Err(fault) => return Verdict::Broke(format!("the case cannot be read: {fault}")),
    };
    let mut scratch = program.scratch();
    for set in &sets {
        let mut result = compare(case, &program, &mut scratch, set, None);
        if let (Ok(()), Some(rows)) = (&result, case.rows) {
            result = in_parts(case, &program, &mut scratch, set, rows);
        }
        if let Err(verdict) = result {
            return verdict;
        }
    }
    Verdict::Passed
}

fn refused(case: &Case, gaps: &[Gap]) -> Verdict {
    let all = gaps.iter().map(|gap| format!("{}: {}", gap.place, gap.reason)).collect::<Vec<_>>().join("; ");
    if gaps.iter().any(|gap| gap.runtime.is_none()) {
        return Verdict::CalledInvalid(all);
    }
    let forms: Option<Vec<String>> = gaps.iter().map(unclaimed_form).collect();
    match case.unclaimed().or_else(|| forms?.into_iter().next()) {
        Some(why) => Verdict::Unclaimed(why),
        None => Verdict::Refused(all),
    }
}

fn unclaimed_form(gap: &Gap) -> Option<String> {
    let operator = gap.operator.as_deref()?;
    let (_, words) = UNCLAIMED_FORMS.iter().find(|(name, words)| *name == operator && gap.reason.contains(words))?;
    Some(format!("{operator}: {words}"))
}

/// Runs each row alone, none at all, and many, with the same scratch: what one run leaves behind is none of the next's.
fn in_parts(case: &Case, program: &Program, scratch: &mut Scratch, set: &Set, rows: usize) -> Result<(), Verdict> {
    let many: Vec<usize> = (0..rows * REPEATED).map(|row| row % rows).collect();
    let stable = (0..rows).filter(|row| !case.unstable.contains(row));
    let parts = stable.map(|row| vec![row]).chain([many]);
    parts.into_iter().try_for_each(|part| compare(case, program, scratch, set, Some(&part)))?;
    // Where ONNX Runtime does not take none at all, it is enough that nothing panics.
    match compare(case, program, scratch, set, Some(&[])) {
        Err(Verdict::Broke(_)) if !case.empty => Ok(()),
        verdict => verdict,
    }
}

fn compare(
    case: &Case,
    program: &Program,
    scratch: &mut Scratch,
    set: &Set,
    part: Option<&[usize]>,
) -> Result<(), Verdict> {
    let told = |what: String| match part {
        None => what,
        Some([row]) => format!("with row {row} alone: {what}"),
        Some(rows) => format!("with {} rows: {what}", rows.len()),
    };
    let cut = |tensor: &Owned| part.map_or_else(|| tensor.clone(), |rows| tensor.rows(rows));
    let mut inputs = Vec::new();
    for port in program.inputs() {
        match set.inputs.iter().find(|(name, _)| *name == port.name) {
            Some((_, Some(tensor))) => inputs.push(cut(tensor)),
            _ => return Err(Verdict::Broke(format!("the case has no tensor for the input {:?}", port.name))),
        }
    }
    let tensors: Vec<Tensor<'_>> = inputs.iter().map(Owned::tensor).collect();
    program.run(&tensors, scratch).map_err(|fault| Verdict::Broke(told(fault.to_string())))?;
    let unstable: Vec<usize> = match part {
        None => case.unstable.clone(),
        Some(rows) => (0..rows.len()).filter(|index| case.unstable.contains(&rows[*index])).collect(),
    };
    let tolerance = Tolerance { relative: case.relative, absolute: case.absolute, unstable: &unstable };
    for (name, expected) in &set.outputs {
        let index = program.outputs().iter().position(|port| port.name == *name);
        let given = index.and_then(|index| scratch.output(index)).map(Owned::copied);
        let difference = match (expected, given) {
            (Some(expected), Some(given)) => tolerance.difference(&cut(expected), &given),
            (Some(_), None) => Some("it is not given".to_owned()),
            (None, _) => Some("the case has no tensor".to_owned()),
        };
        if let Some(difference) = difference {
            return Err(Verdict::Differs(told(format!("output {name:?}: {difference}"))));
        }
    }
    Ok(())
}
