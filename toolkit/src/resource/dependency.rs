use std::any::TypeId;

use super::{Need, Resources};
use crate::{
    openapi::OperationDoc,
    problem::ProblemReply,
    request::{Reading, Refusal},
};

/// What stands beside a `#[dependency]` function, under the same name, as a type.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no dependency",
    label = "not a `#[dependency]` function",
    note = "write `#[dependency]` on the function that `#[depends(…)]` names"
)]
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

/// The value of a dependency, computed at most once for a request.
///
/// # Errors
///
/// The answer that ends the request.
pub async fn depend<D: Dependency<Value = T>, T: Clone + Send + 'static>(
    reading: &mut Reading,
    captures: &std::sync::Arc<D::Captures>,
    pool: &crate::limits::Pool,
) -> Result<Option<T>, Refusal> {
    let id = TypeId::of::<D>();
    if let Some(known) = reading.cached::<Option<T>>(id) {
        return Ok(known);
    }
    let value = D::call(reading, captures, pool).await?;
    reading.cache(id, value.clone());
    Ok(value)
}

/// Documents a dependency.
pub fn document_dependency<D: Dependency>(operation: &mut OperationDoc<'_>) {
    if operation.first_time::<D>() {
        D::document(operation);
    }
}

/// The return type of a fallible `#[dependency]` function.
pub trait Outcome {
    /// What it computes.
    type Value: Clone + Send + 'static;

    /// The value.
    ///
    /// # Errors
    ///
    /// The problem to answer with.
    fn settle(self) -> Result<Self::Value, Refusal>;

    /// Adds the problems to an operation's document.
    fn document(operation: &mut OperationDoc<'_>);
}

impl<T: Clone + Send + 'static, E: ProblemReply> Outcome for Result<T, E> {
    type Value = T;

    fn settle(self) -> Result<T, Refusal> {
        self.map_err(Refusal::declared)
    }

    fn document(operation: &mut OperationDoc<'_>) {
        E::document(operation);
    }
}
