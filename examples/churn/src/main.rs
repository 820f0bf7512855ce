//! Serves the model: `cargo run -p churn`.

#[toolkit::main]
async fn main() -> toolkit::Result {
    toolkit::app!().model("/v0/models/churn", concat!(env!("CARGO_MANIFEST_DIR"), "/churn.envelope")).serve().await
}
