//! Serves the endpoints on `TOOLKIT_BIND`.

#[toolkit::main]
async fn main() -> toolkit::Result {
    peer_toolkit::app().serve().await
}
