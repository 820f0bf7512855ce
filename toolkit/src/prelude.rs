//! What `use toolkit::prelude::*` brings.

pub use crate::{
    Accepted, ApiKey, Basic, Bearer, Bytes, Created, File, Html, JsonLines, Problem, Redirect, Sse, StatusCode, Text,
    Unauthorized, Upload, Validate, ValidationError, WithHeaders, data, delete, dependency, get, head, options, patch,
    post, problem, put, resource, settings,
};
