//! Typed, documented functions become routed, validated, OpenAPI-documented HTTP endpoints.

#![warn(missing_debug_implementations)]

// The macros name this crate as a user does.
extern crate self as toolkit;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
mod app;
mod auth;
mod check;
mod endpoint;
mod limits;
mod openapi;
mod problem;
mod reply;
mod request;
mod resource;
mod settings;
mod telemetry;
mod testing;

pub mod prelude;

pub use app::{App, AppInfo, StartError};
pub use auth::{ApiKey, Basic, Bearer, Unauthorized};
pub use bytes::Bytes;
pub use check::{Location, Place, Validate, Violation, Violations};
pub use endpoint::{Data, Endpoint, Endpoints};
pub use http::{HeaderName, HeaderValue, StatusCode};
pub use openapi::{Document, Info};
pub use problem::{Error, Problem, ProblemReply, Result};
pub use reply::{Accepted, Created, File, Html, JsonLines, Redirect, Reply, Sse, Text, WithHeaders};
pub use request::{Scalar, Upload};
pub use testing::{Call, Client, TestResponse};
pub use toolkit_macros::{
    data, delete, dependency, get, head, main, options, patch, post, problem, put, resource, settings, test,
};
pub use validator::ValidationError;

pub use anyhow;
pub use axum;
pub use jiff;
pub use rust_decimal;
pub use schemars;
pub use serde;
pub use serde_json;
pub use uuid;

pub(crate) use __private::settings_fields;

/// The app of this crate: its endpoints, with title, version and description from its Cargo.toml.
#[macro_export]
macro_rules! app {
    () => {
        $crate::App::new($crate::AppInfo {
            package: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
            description: env!("CARGO_PKG_DESCRIPTION"),
            license: env!("CARGO_PKG_LICENSE"),
        })
    };
}

/// The endpoints of another crate, for [`App::include`]; of this one with `endpoints!(crate)`.
#[macro_export]
macro_rules! endpoints {
    (crate) => {
        $crate::Endpoints { name: env!("CARGO_PKG_NAME") }
    };
    ($name:ident) => {{
        // Naming the crate makes the linker keep it.
        use $name as _;
        $crate::Endpoints { name: stringify!($name) }
    }};
}
