use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use toolkit_envelope::Call;

use super::{
    bad_request,
    catalogue::Served,
    request::Request,
    response::{Body, Choice, HEADER_LENGTH},
    routes::{self, Serving},
    tensors::Interface,
};
use crate::{
    endpoint::Mounted,
    model::{failure::Failure, runner::Runner, version::Version},
    problem::Problem,
    request::{Reading, Refusal, is_json},
};

/// Answers an inference request.
pub(super) async fn infer(mut reading: Reading, mounted: Arc<Mounted<Serving>>) -> Result<Response, Refusal> {
    let Serving { catalogue, mounting, .. } = &mounted.captures;
    let asked = routes::Asked::of(&reading)?;
    let served = catalogue.find(&asked.model, asked.version.as_deref())?;
    let timeout = served.entry.timeout.unwrap_or(mounting.settings.request_timeout);
    reading.body_limit = served.entry.body_limit;
    let answer = answer(&mut reading, &asked.model, &served);
    match tokio::time::timeout(timeout, answer).await {
        Ok(answer) => answer,
        Err(_) => Err(Problem::new(StatusCode::GATEWAY_TIMEOUT)
            .detail(format!("the request took longer than {timeout:?}"))
            .into()),
    }
}

async fn answer(reading: &mut Reading, model: &str, served: &Served<'_>) -> Result<Response, Refusal> {
    let header = header_length(reading.headers())?;
    check_type(reading, header.is_some())?;
    let body = reading.body_bytes().await?;
    let (version, function, model, id) =
        (served.version.clone(), served.function.clone(), model.to_owned(), served.id());
    version.interface(&function).map_err(|why| bad_request(why.to_owned()))?;
    let runner = served.version.runner(&function).map_err(Failure::into_refusal)?;
    let bytes = body.len();
    let fill = {
        let (version, function) = (version.clone(), function.clone());
        move |call: &mut Call| fill(interface(&version, &function)?, version.runner(&function)?, (&body, header), call)
    };
    let write = move |call: &Call, Asked { choice, request_id }| {
        let interface = interface(&version, &function)?;
        let names = (&*model, &*id, request_id.as_deref());
        Body::write(names, interface, &choice, call.result()).map_err(Failure::Result)
    };
    let answer = runner.answer_with(bytes, fill, write).await;
    Ok(answer.map_err(Failure::into_refusal)?.into_response())
}

/// What a request says of its answer.
struct Asked {
    choice: Choice,
    request_id: Option<String>,
}

fn interface<'v>(version: &'v Version, function: &str) -> Result<&'v Interface, Failure> {
    version.interface(function).map_err(|_| Failure::NoFunction(function.to_owned()))
}

/// Fills the arguments of a call from a body.
fn fill(
    interface: &Interface,
    runner: &Runner,
    (body, header): (&Bytes, Option<usize>),
    call: &mut Call,
) -> Result<Asked, Failure> {
    let unfit = |problem| Failure::Tensors { problem, faults: 1 };
    let request = Request::read(body, header).map_err(unfit)?;
    let inputs = request.inputs();
    let shapes = inputs.iter().map(|input| (input.name, &*input.shape));
    runner.bound(interface.rows(shapes))?;
    let choice = Choice::new(interface, request.outputs.as_deref(), request.is_binary).map_err(unfit)?;
    interface
        .fill(&inputs, call.arguments_mut())
        .map_err(|faults| Failure::Tensors { faults: faults.count(), problem: bad_request(faults.to_string()) })?;
    Ok(Asked { choice, request_id: request.id })
}

fn header_length(headers: &HeaderMap) -> Result<Option<usize>, Problem> {
    let mut all = headers.get_all(HEADER_LENGTH).iter();
    let Some(length) = all.next() else { return Ok(None) };
    if all.next().is_some() {
        return Err(bad_request("`Inference-Header-Content-Length` is there twice".to_owned()));
    }
    let length = length.to_str().ok().filter(|length| length.bytes().all(|byte| byte.is_ascii_digit()));
    match length.and_then(|length| length.parse().ok()) {
        Some(length) => Ok(Some(length)),
        None => Err(bad_request("`Inference-Header-Content-Length` must be an integer from 0 on".to_owned())),
    }
}

/// Clients of the protocol need not say what they send: the header of the binary extension does.
fn check_type(reading: &Reading, is_binary: bool) -> Result<(), Problem> {
    let unsupported = |detail: &str| Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE).detail(detail.to_owned());
    let encoding = reading.headers().get(header::CONTENT_ENCODING);
    if encoding.is_some_and(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        return Err(unsupported("the body must not be compressed").header(header::ACCEPT_ENCODING, "identity"));
    }
    match reading.media_type().as_deref() {
        None | Some("application/octet-stream") => Ok(()),
        Some(_) if is_binary => Ok(()),
        Some(media_type) if is_json(media_type) => Ok(()),
        Some(_) => {
            Err(unsupported("the body must be application/json, or application/octet-stream with tensors in binary")
                .header(header::ACCEPT, "application/json, application/octet-stream"))
        }
    }
}
