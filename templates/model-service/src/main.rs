//! {{description}}

mod endpoints;
mod model;
mod settings;
#[cfg(test)]
mod tests;

/// The model as it is, with an endpoint for each of its functions, beside the endpoints of `endpoints.rs`.
fn app() -> toolkit::App {
    toolkit::app!().model_from_settings("/v0/models/{{model}}", endpoints::envelope)
}

#[toolkit::main]
async fn main() -> toolkit::Result {
    app().serve().await
}
