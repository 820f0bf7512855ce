use std::{sync::Arc, time::Duration};

use axum::{
    response::{IntoResponse, Response},
    routing::MethodRouter,
};
use http::{StatusCode, header};
use serde_json::{Value, json};

use super::{
    changes::ModelChange,
    deployment::Deployment,
    swap::{Refused, Swapped},
};
use crate::{
    Bearer,
    check::Location,
    endpoint::{self, Declaration, Mount, Mounted, Mounting},
    openapi::{OperationDoc, ParameterDoc},
    problem::{Problem, ProblemSchema},
    request::{Found, Named, Parameter, Reading, Refusal, Segment},
    resource::Need,
    settings::Token,
};

/// How long the answer may take; what takes longer is done all the same, and told in the log.
pub(super) const LONGEST: Duration = Duration::from_mins(10);

/// What the operation says of itself.
pub(super) const DOCS: &str = "Takes the model from where its envelope is again.\n\nThe envelope that is there now is \
    verified and loaded beside the version that serves, and then takes its place; calls in progress end with the version \
    that they began with. If it cannot, the version that serves goes on, and the answer has every reason.";

const TOKEN: Parameter = Parameter { name: "", location: Location::Header, description: "", segment: Segment::None };

const ALLOW_BREAKING: Parameter = Parameter {
    name: "allow_breaking",
    location: Location::Query,
    description: "Whether a version that callers of the one that serves may fail with may take its place.",
    segment: Segment::None,
};

/// Swaps a model on request.
#[derive(Debug)]
pub(super) struct Reload {
    pub(super) declaration: &'static Declaration,
    pub(super) deployment: Arc<Deployment>,
}

/// What the mounted endpoint holds.
#[derive(Debug)]
struct Reloading {
    deployment: Arc<Deployment>,
    token: Token,
}

impl Mount for Reload {
    fn declaration(&self) -> &'static Declaration {
        self.declaration
    }

    fn needs(&self, _: &mut Vec<Need>) {}

    fn document(&self, operation: &mut OperationDoc<'_>) {
        let documented = |parameter| ParameterDoc { parameter, refine: &|_| {}, default: None, example: None };
        <Bearer as Named<_>>::document(operation, &documented(&TOKEN));
        let allow = ParameterDoc { default: Some(json!(false)), ..documented(&ALLOW_BREAKING) };
        <bool as Named<_>>::document(operation, &allow);
        operation.reply_of("200", "application/json", Some(answer_schema()));
        let reasons = ("reasons", json!({ "type": "array", "items": { "type": "string" } }));
        let changes = ("changes", json!({ "type": "array", "items": change_schema() }));
        for (code, title, members) in [
            ("swap_in_progress", IN_PROGRESS, vec![]),
            ("envelope_not_loadable", UNLOADABLE, vec![reasons.clone()]),
            ("envelope_not_trusted", UNTRUSTED, vec![reasons.clone()]),
            ("envelope_incompatible", INCOMPATIBLE, vec![reasons, changes]),
        ] {
            let status = StatusCode::CONFLICT.as_u16();
            operation.declared_problem(ProblemSchema { status, title: title.to_owned(), code: Some(code), members });
        }
        operation.problem(StatusCode::INTERNAL_SERVER_ERROR);
    }

    fn mount(&self, mounting: &Mounting) -> MethodRouter {
        let Some(token) = mounting.settings.model_reload_token.clone() else { return MethodRouter::new() };
        let captures = Reloading { deployment: self.deployment.clone(), token };
        endpoint::mount(self.declaration, mounting, captures, reload)
    }
}

async fn reload(mut reading: Reading, mounted: Arc<Mounted<Reloading>>) -> Result<Response, Refusal> {
    let Reloading { deployment, token } = &mounted.captures;
    match Bearer::read(&mut reading, &TOKEN) {
        Found::Value(given) => given.verify(token.expose()).map_err(Refusal::declared)?,
        Found::Refused(refusal) => return Err(refusal),
        // Credentials that are none are refused.
        Found::Absent | Found::Invalid => return Err(Problem::new(StatusCode::UNAUTHORIZED).into()),
    }
    let allows_breaking = matches!(bool::read(&mut reading, &ALLOW_BREAKING), Found::Value(true));
    reading.finish()?;
    let swapped = deployment.swap(allows_breaking).await.map_err(into_problem)?;
    Ok(([(header::CONTENT_TYPE, "application/json")], answer(&swapped).to_string()).into_response())
}

const IN_PROGRESS: &str = "Another swap of this model is in progress";
const UNLOADABLE: &str = "The envelope cannot be loaded";
const UNTRUSTED: &str = "The envelope is not signed by a trusted key";
const INCOMPATIBLE: &str = "The envelope is not compatible with what serves";

/// 409 for what whoever asks can resolve: what is where the envelope is, or what serves, is not as it has to be for the
/// swap (RFC 9110 §15.5.10). Only a panic is the service's own fault.
fn into_problem(refused: Refused) -> Problem {
    let (code, reasons) = (refused.code(), refused.reasons());
    let conflict = |title: &'static str| Problem::new(StatusCode::CONFLICT).title(title).with("code", code);
    match refused {
        Refused::InProgress => conflict(IN_PROGRESS).detail("ask again when it has ended"),
        Refused::Unloadable(_) => conflict(UNLOADABLE).detail(reasons.join("\n")).with("reasons", reasons),
        Refused::Untrusted(reason) => conflict(UNTRUSTED).detail(reason).with("reasons", reasons),
        Refused::Incompatible { changes, problems } => {
            let detail = if problems.is_empty() {
                "callers may fail with it; if that is meant, ask again with `?allow_breaking=true`"
            } else {
                "code of this service does not fit the envelope; change the code, or pack the model otherwise"
            };
            let changes: Vec<_> = changes.iter().map(ModelChange::to_value).collect();
            conflict(INCOMPATIBLE).detail(detail).with("reasons", reasons).with("changes", changes)
        }
        Refused::Panicked(words) => Problem::internal(anyhow::anyhow!("loading the envelope panicked: {words}")),
    }
}

fn answer(swapped: &Swapped) -> Value {
    json!({
        "changed": swapped.from != swapped.to,
        "from": swapped.from.to_string(),
        "to": swapped.to.to_string(),
        "changes": swapped.changes.iter().map(ModelChange::to_value).collect::<Vec<_>>(),
        "not_routed": swapped.not_routed,
    })
}

fn answer_schema() -> Value {
    let id = |description| json!({ "type": "string", "description": description });
    json!({
        "type": "object",
        "properties": {
            "changed": { "type": "boolean", "description": "Whether another version serves now." },
            "from": id("The id of the envelope that served before."),
            "to": id("The id of the envelope that serves now."),
            "changes": {
                "type": "array",
                "items": change_schema(),
                "description": "What callers may notice.",
            },
            "not_routed": {
                "type": "array",
                "items": { "type": "string" },
                "description": "Functions that have no endpoint before the service is started again.",
            },
        },
        "required": ["changed", "from", "to", "changes", "not_routed"],
    })
}

fn change_schema() -> Value {
    json!({
        "type": "object",
        "properties": {
            "function": { "type": ["string", "null"], "description": "The function; null for the model as a whole." },
            "pointer": { "type": "string", "description": "Where, below `/params` or `/returns`; `*` for every item." },
            "breaking": { "type": "boolean", "description": "Whether callers may fail with it." },
            "message": { "type": "string" },
        },
        "required": ["function", "pointer", "breaking", "message"],
    })
}

#[cfg(test)]
mod tests {
    use super::{super::tests, *};

    #[tokio::test]
    async fn a_swap_while_another_one_is_made_is_refused_with_409() {
        let (_folder, handler) = tests::folder();
        let deployment = Deployment::open(&handler).unwrap();
        let turn = deployment.turn.clone().try_lock_owned().unwrap();
        let problem = into_problem(deployment.swap(false).await.unwrap_err());
        let document = serde_json::from_slice::<Value>(&problem.document("/scale/reload")).unwrap();
        assert_eq!((&document["status"], &document["code"]), (&json!(409), &json!("swap_in_progress")));
        drop(turn);
        assert_eq!(answer(&deployment.swap(false).await.unwrap())["changed"], false);
    }
}
