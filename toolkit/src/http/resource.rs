use std::any::{TypeId, type_name};

use super::Client;
use crate::{
    endpoint::Origin,
    resource::{ResourceEntry, built},
};

/// Makes the client of a service that makes none of its own.
pub(crate) const DEFAULT_CLIENT: ResourceEntry = ResourceEntry {
    name: "http::Client::new",
    origin: Origin { package: env!("CARGO_PKG_NAME"), module: module_path!(), file: file!(), line: line!() },
    provides: || (TypeId::of::<Client>(), type_name::<Client>()),
    needs: |_| {},
    build: |_, _| Box::pin(async { built::<true, _>(Client::new()) }),
    ready: None,
    shutdown: None,
};
