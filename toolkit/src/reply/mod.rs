//! Return values to responses, and into the document.

mod content;
mod json;
mod kind;
mod redirect;
mod reply;
mod status;
mod stream;

pub use content::{File, Html, Text};
pub(crate) use json::json_response;
pub use kind::{Axum, Probe, ProbeAxum, ProbeDeclared, ProbeInner, ProbeJson, ProbeUnknown, Replying, Wrapping, reply};
pub use redirect::Redirect;
pub use reply::Reply;
pub use status::{Accepted, Created, WithHeaders};
pub use stream::{JsonLines, Sse};
