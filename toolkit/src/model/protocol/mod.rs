//! The Open Inference Protocol, version 2: models as named tensors, over HTTP.
//!
//! [`tensors`] is what the protocol's transports share: tensors into the tables of a call, and a result into tensors. The
//! `catalogue` knows the models by the protocol's names, `routes` are its paths, `request` and `response` its bodies.

mod answers;
mod catalogue;
mod document;
mod infer;
mod request;
mod response;
mod routes;
pub(crate) mod tensors;

pub(crate) use catalogue::Catalogue;
#[cfg(feature = "grpc")]
pub(crate) use catalogue::Served;
#[cfg(feature = "grpc")]
pub(crate) use request::{UNSUPPORTED, Wanted};
#[cfg(feature = "grpc")]
pub(crate) use response::Choice;
pub(crate) use routes::endpoints;

use crate::problem::Problem;

pub(crate) fn bad_request(detail: String) -> Problem {
    Problem::new(http::StatusCode::BAD_REQUEST).detail(detail)
}
