//! Calls to other services, each with a client span, a measurement, and the trace carried on.
//!
//! See the [guide](crate::guide::calling_services).

mod client;
mod conventions;
mod exchange;
mod request;
mod resource;

pub use client::Client;
pub use request::RequestBuilder;
pub use reqwest::{self, Body, Error, Method, Response, Url, Version};
pub(crate) use resource::DEFAULT_CLIENT;
