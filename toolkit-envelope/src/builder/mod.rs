//! stub
use crate::manifest::*;
/// stub
pub struct EnvelopeBuilder;
#[allow(missing_docs, clippy::all, clippy::pedantic)]
impl EnvelopeBuilder {
    pub fn new(_: impl Into<String>) -> Self { Self }
    pub fn file(self, _: impl Into<String>, _: Role, _: &str, _: Vec<u8>) -> Self { self }
    pub fn example(self, _: Example) -> Self { self }
    pub fn runtime(self, _: Runtime) -> Self { self }
    pub fn function(self, _: Function) -> Self { self }
}
