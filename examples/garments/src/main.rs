//! Recommends garments that go together.

mod catalogue;
mod endpoints;
mod settings;
#[cfg(test)]
mod tests;

#[toolkit::main]
async fn main() -> toolkit::Result {
    toolkit::app!().serve().await
}
