//! The least service: one endpoint, no resources.

use toolkit::prelude::*;

/// Greets.
#[get("/greeting")]
async fn get_greeting(
    /// Who is greeted.
    #[validate(length(min = 1, max = 50))]
    name: String,
) -> String {
    format!("Hello, {name}")
}

#[toolkit::main]
async fn main() -> toolkit::Result {
    toolkit::app!().serve().await
}
