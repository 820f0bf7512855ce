//! The in-process client: tests call the service through every layer, without a socket.

mod client;
mod response;

pub use client::{Call, Client};
pub use response::TestResponse;
