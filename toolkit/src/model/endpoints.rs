use std::sync::Arc;

use axum::{
    response::{IntoResponse, Response},
    routing::MethodRouter,
};
use http::{Method, StatusCode, header};
use serde_json::json;
use toolkit_envelope::Envelope;

use super::{
    ModelHandler,
    deployment::Deployment,
    described::Described,
    failure::Failure,
    protocol::{self, Catalogue},
    reload::{DOCS, LONGEST, Reload},
    telemetry,
};
use crate::{
    endpoint::{self, Declaration, Mount, Mounted, Mounting, Origin},
    limits::DeclaredLimits,
    openapi::OperationDoc,
    request::{Reading, Refusal},
    resource::Need,
};

/// A model at a path: described by its envelope, or ready to answer too.
#[derive(Clone, Debug)]
pub(super) enum Subject {
    Described(Arc<Described>),
    Deployed(Arc<Deployment>),
}

impl Subject {
    /// The model's name: the handler's, or that of its envelope when it was opened.
    pub(super) fn name(&self, handler: &ModelHandler) -> String {
        match self {
            Self::Described(described) => handler.name_of(&described.manifest).to_owned(),
            Self::Deployed(deployment) => deployment.name().to_owned(),
        }
    }

    pub(super) fn with<T>(&self, look: impl FnOnce(&Described) -> T) -> T {
        match self {
            Self::Described(described) => look(described),
            Self::Deployed(deployment) => look(&deployment.current().described),
        }
    }
}

/// Models that are loaded, and their endpoints.
#[derive(Debug, Default)]
pub(crate) struct Deployed {
    pub(crate) endpoints: Vec<Arc<dyn Mount>>,
    pub(crate) deployments: Vec<Arc<Deployment>>,
}

/// The endpoints of models that are not loaded, for the document; and a sentence for each that cannot be opened.
pub(crate) fn describe(models: &[(String, ModelHandler)]) -> (Vec<Arc<dyn Mount>>, Vec<String>) {
    let (mut opened, mut faults) = (Vec::new(), Vec::new());
    for (path, handler) in models {
        match Envelope::open(&handler.source) {
            Ok(envelope) => {
                let subject = Subject::Described(Arc::new(Described::of(&envelope)));
                opened.push((path.clone(), handler.clone(), subject));
            }
            Err(error) => faults.push(format!("the envelope {}: {error}", handler.source.display())),
        }
    }
    let endpoints = endpoints_of(&opened, false, &mut faults);
    (endpoints, faults)
}

/// Loads models; and a sentence for each that cannot be. With `reload`, each can be swapped on request.
pub(crate) async fn deploy(models: &[(String, ModelHandler)], reload: bool) -> (Deployed, Vec<String>) {
    let (mut opened, mut deployments, mut faults) = (Vec::new(), Vec::new(), Vec::new());
    for (path, handler) in models {
        let opening = handler.clone();
        let deployment = tokio::task::spawn_blocking(move || Deployment::open(&opening)).await;
        match deployment.unwrap_or_else(|error| Err(format!("the envelope {}: {error}", handler.source.display()))) {
            Ok(deployment) => {
                opened.push((path.clone(), handler.clone(), Subject::Deployed(deployment.clone())));
                deployments.push(deployment);
            }
            Err(fault) => faults.push(fault),
        }
    }
    let endpoints = endpoints_of(&opened, reload, &mut faults);
    (Deployed { endpoints, deployments }, faults)
}

/// The endpoints of all models, each below its path, and those of the inference protocol.
fn endpoints_of(
    opened: &[(String, ModelHandler, Subject)],
    reload: bool,
    faults: &mut Vec<String>,
) -> Vec<Arc<dyn Mount>> {
    match Catalogue::new(opened) {
        Ok(catalogue) => {
            let own = opened.iter().flat_map(|(path, handler, subject)| of_model(path, handler, subject, reload));
            let endpoints = own.chain(protocol::endpoints(&catalogue));
            #[cfg(feature = "grpc")]
            let endpoints = endpoints.chain(super::grpc::endpoints(&catalogue));
            endpoints.collect()
        }
        Err(more) => {
            faults.extend(more);
            Vec::new()
        }
    }
}

/// The endpoints of one model: one that tells of it, and one for each of its functions; with `reload`, the one that
/// swaps it.
fn of_model(path: &str, handler: &ModelHandler, subject: &Subject, reload: bool) -> Vec<Arc<dyn Mount>> {
    let path = path.trim_end_matches('/');
    let name = &subject.name(handler);
    subject.with(|described| {
        if matches!(subject, Subject::Deployed(_)) {
            telemetry::deployed(name, path);
        }
        let limits =
            DeclaredLimits { timeout: handler.timeout, body_limit: Some(handler.body_limit), ..DeclaredLimits::NONE };
        let declare = |method, path: String, function: &str, docs: String, limits| -> &'static Declaration {
            Box::leak(Box::new(Declaration {
                method,
                path: kept(path),
                operation_id: kept(format!("{}_{function}", identifier(name))),
                function: kept(function.to_owned()),
                docs: kept(docs),
                tags: vec![kept(name.clone())].leak(),
                deprecated: None,
                limits,
                pooled: false,
                origin: Origin { package: "", module: "", file: kept(handler.source.display().to_string()), line: 1 },
            }))
        };
        let about = format!("What the model `{name}` is, what can be asked of it, and where it comes from.");
        let declaration = declare(Method::GET, path.to_owned(), "about", about, limits);
        let about = Arc::new(About { declaration, subject: subject.clone() }) as Arc<dyn Mount>;
        let functions = described.manifest.functions.iter().map(|function| {
            let path = format!("{path}/{}", function.name);
            let docs = described.docs(function);
            let declaration = declare(Method::POST, path, &function.name, docs, limits);
            Arc::new(Predict { declaration, name: name.clone(), subject: subject.clone() }) as Arc<dyn Mount>
        });
        let reload = match subject {
            Subject::Deployed(deployment) if reload => {
                let (path, limits) =
                    (format!("{path}/reload"), DeclaredLimits { timeout: Some(LONGEST), ..DeclaredLimits::NONE });
                let declaration = declare(Method::POST, path, "reload", DOCS.to_owned(), limits);
                Some(Arc::new(Reload { declaration, deployment: deployment.clone() }) as Arc<dyn Mount>)
            }
            _ => None,
        };
        std::iter::once(about).chain(functions).chain(reload).collect()
    })
}

/// What a model's endpoints declare lives as long as what functions declare: until the process ends.
fn kept(text: String) -> &'static str {
    text.leak()
}

/// The name with `_` for what a client's identifiers cannot have.
fn identifier(name: &str) -> String {
    name.chars().map(|character| if character.is_ascii_alphanumeric() { character } else { '_' }).collect()
}

/// Tells what the model is.
#[derive(Debug)]
struct About {
    declaration: &'static Declaration,
    subject: Subject,
}

impl Mount for About {
    fn declaration(&self) -> &'static Declaration {
        self.declaration
    }

    fn needs(&self, _: &mut Vec<Need>) {}

    fn document(&self, operation: &mut OperationDoc<'_>) {
        let schema = json!({
            "type": "object",
            "properties": {
                "id": { "type": "string", "description": "The envelope's id: the SHA-256 digest of its manifest." },
                "name": { "type": "string" },
                "description": { "type": "string" },
                "functions": { "type": "array", "items": { "type": "object" } },
                "environment": { "type": "object" },
                "provenance": { "type": "object" },
                "hyperparameters": { "type": "object" },
                "initial": { "type": "object" },
            },
            "required": ["id", "name", "description", "functions", "environment", "provenance"],
        });
        operation.reply_of("200", "application/json", Some(schema));
    }

    fn mount(&self, mounting: &Mounting) -> MethodRouter {
        let Subject::Deployed(deployment) = &self.subject else { return MethodRouter::new() };
        endpoint::mount(self.declaration, mounting, deployment.clone(), about)
    }
}

async fn about(_: Reading, mounted: Arc<Mounted<Arc<Deployment>>>) -> Result<Response, Refusal> {
    let public = mounted.captures.current().described.public();
    Ok(([(header::CONTENT_TYPE, "application/json")], public.to_string()).into_response())
}

/// Answers calls of one query function.
#[derive(Debug)]
struct Predict {
    declaration: &'static Declaration,
    /// The model's.
    name: String,
    subject: Subject,
}

/// What a mounted function holds.
#[derive(Debug)]
struct Predicting {
    deployment: Arc<Deployment>,
    function: &'static str,
}

impl Mount for Predict {
    fn declaration(&self) -> &'static Declaration {
        self.declaration
    }

    fn needs(&self, _: &mut Vec<Need>) {}

    fn document(&self, operation: &mut OperationDoc<'_>) {
        self.subject.with(|described| {
            let Some(function) = described.manifest.function(self.declaration.function) else { return };
            operation.docs(described.docs(function));
            let name = format!("{}.{}", self.name, function.name);
            operation.json_body_of(&format!("{name}.arguments"), described.arguments_schema(function));
            operation.reply_of("200", "application/json", Some(described.result_schema(function)));
            operation.problem(StatusCode::INTERNAL_SERVER_ERROR);
            operation.problem(StatusCode::SERVICE_UNAVAILABLE);
            operation.problem(StatusCode::GATEWAY_TIMEOUT);
        });
    }

    fn mount(&self, mounting: &Mounting) -> MethodRouter {
        let Subject::Deployed(deployment) = &self.subject else { return MethodRouter::new() };
        let captures = Predicting { deployment: deployment.clone(), function: self.declaration.function };
        endpoint::mount(self.declaration, mounting, captures, predict)
    }
}

async fn predict(mut reading: Reading, mounted: Arc<Mounted<Predicting>>) -> Result<Response, Refusal> {
    let Predicting { deployment, function } = &mounted.captures;
    let arguments = reading.json_bytes().await?;
    let version = deployment.current();
    let answer = version
        .runner(function)
        .map_err(Failure::into_refusal)?
        .answer(arguments)
        .await
        .map_err(Failure::into_refusal)?;
    Ok(([(header::CONTENT_TYPE, "application/json")], answer).into_response())
}
