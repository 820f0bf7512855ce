//! What a service owns and lends by reference, and what a request computes once for those who depend on it.

mod dependency;
mod entry;
mod graph;
mod readiness;
mod resources;
mod returned;

pub use dependency::{Dependency, DependencyFunction, Gives, NoDependency, depend, document_dependency, is_dependency};
pub use entry::Shared;
pub(crate) use entry::linked;
pub use entry::{Boxed, Build, Need, ResourceEntry, shared};
pub(crate) use graph::plan;
pub(crate) use readiness::Readiness;
pub use resources::Resources;
pub use returned::{
    MakesDependency, MakesResource, Returned, Returns, ReturnsValue, Settling, ValueIn, built, settling,
};
