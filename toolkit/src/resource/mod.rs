//! What a service owns and lends by reference, and what a request computes once for those who depend on it.

mod dependency;
mod entry;
mod graph;
mod resources;

pub use dependency::{Dependency, Outcome, depend, document_dependency};
pub use entry::Shared;
pub(crate) use entry::linked;
pub use entry::{Boxed, Build, Need, Produced, ResourceEntry, built, shared};
pub(crate) use graph::plan;
pub use resources::Resources;
