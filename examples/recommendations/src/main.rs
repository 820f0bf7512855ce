//! Serves the recommendations: `cargo run -p recommendations`.

use recommendations as _;

#[toolkit::main]
async fn main() -> toolkit::Result {
    toolkit::app!().serve().await
}
