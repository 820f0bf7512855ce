use http::{StatusCode, header};
use toolkit_envelope::{rows, runtime::RunError};

use crate::{
    check::{Location, Violation, bounded},
    problem::Problem,
    request::Refusal,
};

/// Why a call of a model was not answered.
#[derive(Clone, Debug)]
pub(crate) enum Failure {
    /// The arguments do not fit the function's schema.
    Arguments(rows::Violations),
    /// The request cannot be read as the function's tensors: what its client is told, and how many faults that is.
    Tensors { problem: Problem, faults: usize },
    /// There are more rows than one request may have.
    TooManyRows { found: usize, most: usize },
    /// The model could not be run on them.
    Run(RunError),
    /// The model's answer does not fit the function's schema; it is never given out.
    Result(rows::Violations),
    /// The model panicked, with these words.
    Panicked(String),
    /// Too many calls wait already.
    Busy,
    /// The version that serves now has no function of this name.
    NoFunction(String),
}

impl Failure {
    /// The answer to a request in JSON.
    pub(crate) fn into_refusal(self) -> Refusal {
        self.into_problem().into()
    }

    /// The problem that it is.
    pub(crate) fn into_problem(self) -> Problem {
        match self {
            Self::Arguments(violations) => invalid(violations),
            Self::Tensors { problem, .. } => problem,
            Self::TooManyRows { found, most } => Problem::new(StatusCode::PAYLOAD_TOO_LARGE)
                .detail(format!("the request has {found} rows, and may have {most}; send the others in another one")),
            Self::Run(error) => Problem::internal(anyhow::anyhow!("the model could not be run: {error}")),
            Self::Result(violations) => {
                Problem::internal(anyhow::anyhow!("the model's answer does not fit its schema: {violations}"))
                    .with("code", "output_schema_violation")
            }
            Self::Panicked(words) => Problem::internal(anyhow::anyhow!("the model panicked: {words}")),
            Self::Busy => Problem::new(StatusCode::SERVICE_UNAVAILABLE)
                .detail("too many requests are waiting for the model")
                .header(header::RETRY_AFTER, "1"),
            Self::NoFunction(name) => Problem::new(StatusCode::GONE)
                .detail(format!("the envelope that is served now has no function `{name}`")),
        }
    }
}

/// 422 with every violation, its row and its column; 400 for what is no JSON.
fn invalid(violations: rows::Violations) -> Problem {
    if let Some(syntax) = violations.syntax() {
        return Problem::new(StatusCode::BAD_REQUEST)
            .title("The body cannot be read as JSON")
            .detail(syntax.message.clone());
    }
    let more = violations.more > 0;
    let problem = Problem::invalid(violations.list.into_iter().map(violation).collect());
    if more { problem.with("more", true) } else { problem }
}

fn violation(of_rows: rows::Violation) -> Violation {
    Violation {
        location: Location::Body,
        name: None,
        pointer: Some(bounded(of_rows.pointer)),
        row: of_rows.row,
        column: of_rows.column.map(bounded),
        code: of_rows.code.into(),
        message: of_rows.message,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_answer_that_breaks_its_schema_has_a_code_of_its_own() {
        let problem = Failure::Result(rows::Violations::default()).into_problem();
        let document = serde_json::from_slice::<serde_json::Value>(&problem.document("/churn/predict")).unwrap();
        assert_eq!((problem.status().as_u16(), &document["code"]), (500, &json!("output_schema_violation")));
    }
}
