//! Serves the endpoint on `TOOLKIT_BIND`.

#[toolkit::main]
async fn main() -> toolkit::Result {
    service_toolkit::app().serve().await
}
