//! The protocol's paths, as endpoints of the service.

use std::{sync::Arc, time::Duration};

use axum::{response::Response, routing::MethodRouter};
use http::{Method, StatusCode};

use super::{Catalogue, answers, document, infer};
use crate::{
    endpoint::{Declaration, Mount, Mounted, Mounting, Origin, mount_telling},
    limits::DeclaredLimits,
    openapi::OperationDoc,
    problem::ProblemForm,
    request::{Reading, Refusal, decoding},
    resource::Need,
};

/// What can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    Server,
    Live,
    Ready,
    Model,
    ModelReady,
    Infer,
    Index,
    Load,
    Unload,
}

/// For each path below `/v2`: its method, what clients call it, what it answers, and what is told of it.
const ROUTES: &[(&str, Method, &str, Operation, &str)] = &[
    ("", Method::GET, "server_metadata", Operation::Server, "What the server is, and which extensions it has."),
    ("/health/live", Method::GET, "server_live", Operation::Live, "Whether the server runs."),
    ("/health/ready", Method::GET, "server_ready", Operation::Ready, "Whether the server answers inference requests."),
    ("/models/{model}", Method::GET, "model_metadata", Operation::Model, "The tensors that a model takes and gives."),
    (
        "/models/{model}/versions/{version}",
        Method::GET,
        "model_version_metadata",
        Operation::Model,
        "The tensors that a version of a model takes and gives.",
    ),
    (
        "/models/{model}/ready",
        Method::GET,
        "model_ready",
        Operation::ModelReady,
        "Whether a model answers inference requests.",
    ),
    (
        "/models/{model}/versions/{version}/ready",
        Method::GET,
        "model_version_ready",
        Operation::ModelReady,
        "Whether a version of a model answers inference requests.",
    ),
    ("/models/{model}/infer", Method::POST, "model_infer", Operation::Infer, "Calls a model with tensors."),
    (
        "/models/{model}/versions/{version}/infer",
        Method::POST,
        "model_version_infer",
        Operation::Infer,
        "Calls a version of a model with tensors.",
    ),
    ("/repository/index", Method::POST, "repository_index", Operation::Index, "The models and their state."),
    (
        "/repository/models/{model}/load",
        Method::POST,
        "repository_load",
        Operation::Load,
        "Is refused: the service says which models it serves.",
    ),
    (
        "/repository/models/{model}/unload",
        Method::POST,
        "repository_unload",
        Operation::Unload,
        "Is refused: the service says which models it serves.",
    ),
];

/// A declared timeout that none comes near: each model has its own, which is looked at within.
const LONG: Duration = Duration::from_hours(24);

/// The endpoints of the protocol for these models; none if there are no models.
pub(crate) fn endpoints(catalogue: &Catalogue) -> Vec<Arc<dyn Mount>> {
    let Some(first) = catalogue.entries().first() else { return Vec::new() };
    let source: &'static str = first.source.clone().leak();
    let route = |(path, method, id, operation, docs): &(&str, Method, &'static str, Operation, &'static str)| {
        let declaration: &'static Declaration = Box::leak(Box::new(Declaration {
            method: method.clone(),
            path: format!("/v2{path}").leak(),
            operation_id: format!("v2_{id}").leak(),
            function: id,
            docs,
            tags: &["Open Inference Protocol"],
            deprecated: None,
            limits: limits(catalogue, *operation),
            pooled: false,
            origin: Origin { package: "", module: "", file: source, line: 1 },
        }));
        Arc::new(Route { declaration, operation: *operation, catalogue: catalogue.clone() }) as Arc<dyn Mount>
    };
    ROUTES.iter().map(route).collect()
}

fn limits(catalogue: &Catalogue, operation: Operation) -> DeclaredLimits {
    if operation != Operation::Infer {
        return DeclaredLimits::NONE;
    }
    let body_limit = catalogue.entries().iter().map(|entry| entry.body_limit).max();
    let has_own = catalogue.entries().iter().any(|entry| entry.timeout.is_some());
    DeclaredLimits { timeout: has_own.then_some(LONG), body_limit, ..DeclaredLimits::NONE }
}

/// One path of the protocol.
#[derive(Debug)]
struct Route {
    declaration: &'static Declaration,
    operation: Operation,
    catalogue: Catalogue,
}

/// What a mounted path holds.
#[derive(Debug)]
pub(super) struct Serving {
    operation: Operation,
    pub(super) catalogue: Catalogue,
    pub(super) mounting: Mounting,
}

impl Mount for Route {
    fn declaration(&self) -> &'static Declaration {
        self.declaration
    }

    fn needs(&self, _: &mut Vec<Need>) {}

    fn document(&self, operation: &mut OperationDoc<'_>) {
        operation.tell_errors();
        if self.declaration.path.contains("{model}") {
            let names: Vec<String> = self.catalogue.entries().iter().flat_map(super::catalogue::Entry::names).collect();
            document::path(operation, names, self.declaration.path.contains("{version}"));
            // A name that is no percent-encoded UTF-8.
            operation.problem(StatusCode::BAD_REQUEST);
        }
        if matches!(self.operation, Operation::Model | Operation::ModelReady | Operation::Infer) {
            operation.problem(StatusCode::NOT_FOUND);
        }
        let example = self.catalogue.entries().first().and_then(super::catalogue::Entry::example);
        document::operation(operation, self.operation, example);
    }

    fn problem_form(&self) -> ProblemForm {
        ProblemForm::Error
    }

    fn is_documented(&self) -> bool {
        // What is always refused is nothing to call.
        !matches!(self.operation, Operation::Load | Operation::Unload)
    }

    fn mount(&self, mounting: &Mounting) -> MethodRouter {
        let (operation, catalogue) = (self.operation, self.catalogue.clone());
        let captures = Serving { operation, catalogue, mounting: mounting.clone() };
        mount_telling(ProblemForm::Error, self.declaration, mounting, captures, answer)
    }
}

async fn answer(mut reading: Reading, mounted: Arc<Mounted<Serving>>) -> Result<Response, Refusal> {
    let Serving { operation, catalogue, mounting } = &mounted.captures;
    let asked = Asked::of(&reading)?;
    let body = match operation {
        Operation::Server => answers::server(),
        Operation::Live => answers::live(),
        Operation::Ready => answers::ready(mounting).await?,
        Operation::Model => answers::model(&asked.model, &catalogue.find(&asked.model, asked.version.as_deref())?),
        Operation::ModelReady => {
            catalogue.find(&asked.model, asked.version.as_deref())?;
            answers::model_ready(&asked.model)
        }
        Operation::Index => answers::index(catalogue, &reading.body_bytes().await?)?,
        Operation::Load | Operation::Unload => {
            return Err(answers::no_load(&catalogue.find(&asked.model, None)?).into());
        }
        Operation::Infer => return infer::infer(reading, mounted).await,
    };
    Ok(answers::json(&body))
}

/// The model and the version in the path.
#[derive(Debug, Default)]
pub(super) struct Asked {
    pub(super) model: String,
    pub(super) version: Option<String>,
}

impl Asked {
    pub(super) fn of(reading: &Reading) -> Result<Self, Refusal> {
        let mut asked = Self::default();
        let mut segments = reading.parts.uri.path().split('/').skip_while(|segment| *segment != "models").skip(1);
        let decoded = |segment: Option<&str>| {
            let undecodable = |_| super::bad_request("the path is not percent-encoded UTF-8".to_owned());
            segment.map(|segment| decoding::path(segment).map(String::from).map_err(undecodable)).transpose()
        };
        asked.model = decoded(segments.next())?.unwrap_or_default();
        if segments.next() == Some("versions") {
            asked.version = decoded(segments.next())?;
        }
        Ok(asked)
    }
}
