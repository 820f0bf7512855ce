//! Serves as many of a thousand endpoints as `ENDPOINTS` says.

use std::env;

use toolkit::{App, AppInfo, prelude::*};

/// What an endpoint replies with.
#[data]
struct Entry {
    /// Which endpoint it was.
    number: u32,
    /// How many there may be.
    limit: u32,
}

include!(concat!(env!("OUT_DIR"), "/endpoints.rs"));

/// How many are wanted.
fn count() -> Result<usize, String> {
    let most = ROUTES.len();
    let found = env::var("ENDPOINTS").map_err(|error| format!("ENDPOINTS: {error}; set it to 1 to {most}"))?;
    match found.parse() {
        Ok(count) if (1..=most).contains(&count) => Ok(count),
        _ => Err(format!("ENDPOINTS is {found:?}; set it to 1 to {most}")),
    }
}

#[toolkit::main]
async fn main() -> toolkit::Result {
    // Not `app!()`, which would take all endpoints of this package.
    let info = AppInfo { package: "chosen", version: "0.1.0", description: "", license: "" };
    let routes = ROUTES.iter().take(count().map_err(std::io::Error::other)?);
    routes.fold(App::new(info), |app, route| route(app)).serve().await
}
