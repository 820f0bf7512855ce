use std::any::TypeId;

use super::{Need, Resources};
use crate::{
    openapi::OperationDoc,
    request::{Reading, Refusal},
};

/// What stands beside a `#[dependency]` function, under the same name, as a type.
pub trait Dependency: 'static {
    /// What it computes. It is cloned when several parts of one request depend on it.
    type Value: Clone + Send + 'static;
    /// The resources it borrows, and those of the dependencies it has itself.
    type Captures: Send + Sync + 'static;

    /// Lists the resources.
    fn needs(needs: &mut Vec<Need>);

    /// Takes hold of the resources.
    fn capture(resources: &Resources) -> Self::Captures;

    /// Adds what it reads, and the problems it answers with, to an operation's document.
    fn document(operation: &mut OperationDoc<'_>);

    /// Computes the value. `None` means that something was wrong, and has been noted.
    fn call(
        reading: &mut Reading,
        captures: &std::sync::Arc<Self::Captures>,
        pool: &crate::limits::Pool,
    ) -> impl Future<Output = Result<Option<Self::Value>, Refusal>> + Send;
}

/// A dependency that is one: all but [`NoDependency`].
#[diagnostic::on_unimplemented(
    message = "`#[depends(…)]` names no dependency",
    label = "not a `#[dependency]` function",
    note = "write `#[dependency]` on the function"
)]
pub trait DependencyFunction: Dependency {}

/// A dependency whose value a parameter of type `T` can take.
#[diagnostic::on_unimplemented(
    message = "the dependency does not compute a `{T}`",
    label = "another type than the one that the `#[dependency]` function returns",
    note = "the parameter has the type of the function's value, without its `Result`"
)]
pub trait Gives<T>: Dependency {
    /// The value, as what it is.
    fn give(value: Self::Value) -> T;
}

impl<D: DependencyFunction> Gives<D::Value> for D {
    fn give(value: D::Value) -> D::Value {
        value
    }
}

/// Stands in for a function that is no dependency, so that rustc says so once, and nothing else.
#[derive(Debug)]
pub struct NoDependency;

const NONE: &str = "what stands in for a missing dependency does not compile";

impl Dependency for NoDependency {
    type Value = ();
    type Captures = ();

    fn needs(_: &mut Vec<Need>) {}

    fn capture(_: &Resources) {}

    fn document(_: &mut OperationDoc<'_>) {}

    async fn call(_: &mut Reading, _: &std::sync::Arc<()>, _: &crate::limits::Pool) -> Result<Option<()>, Refusal> {
        unreachable!("{NONE}")
    }
}

#[diagnostic::do_not_recommend]
impl<T> Gives<T> for NoDependency {
    fn give((): ()) -> T {
        unreachable!("{NONE}")
    }
}

/// Compiles if `D` is a dependency.
pub fn is_dependency<D: DependencyFunction>() {}

/// The value of a dependency, computed at most once for a request.
///
/// # Errors
///
/// The answer that ends the request.
pub async fn depend<D: Gives<T>, T>(
    reading: &mut Reading,
    captures: &std::sync::Arc<D::Captures>,
    pool: &crate::limits::Pool,
) -> Result<Option<T>, Refusal> {
    let id = TypeId::of::<D>();
    if let Some(known) = reading.cached::<Option<D::Value>>(id) {
        return Ok(known.map(D::give));
    }
    let value = D::call(reading, captures, pool).await?;
    reading.cache(id, value.clone());
    Ok(value.map(D::give))
}

/// Documents a dependency.
pub fn document_dependency<D: Dependency>(operation: &mut OperationDoc<'_>) {
    if operation.first_time::<D>() {
        D::document(operation);
    }
}
