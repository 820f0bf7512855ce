//! The Open Inference Protocol over gRPC: the service `inference.GRPCInferenceService`, beside HTTP on the same port.
//!
//! [`endpoints`] mounts its methods as the endpoints of models are. `bounded` keeps a call within its time and makes a
//! status of whatever refuses it; `service` answers; `unread` is a request that is read there. The messages and the service's frame are `generated` from
//! `toolkit/proto`; what is in the tensors is the business of [`protocol`](super::protocol), as it is over HTTP.

mod bounded;
mod contents;
mod endpoints;
#[rustfmt::skip]
#[allow(
    missing_docs,
    unreachable_pub,
    unused_qualifications,
    clippy::all,
    clippy::pedantic,
    clippy::unwrap_used,
    reason = "it is generated"
)]
mod generated;
mod infer;
mod refused;
mod service;
mod timeout;
mod told;
mod unread;

pub(super) use endpoints::endpoints;
