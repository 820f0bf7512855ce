//! Models as resources: a function of an envelope, called with Rust values.
//!
//! `form` says what a Rust type is on the wire, `agreement` compares that with the function's schemas, and `wire` writes
//! the arguments and reads the result.

mod agreement;
mod form;
#[cfg(test)]
mod tests;
mod wire;

use std::{fmt, marker::PhantomData, sync::Arc};

use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};
use toolkit_envelope::manifest;

use self::form::RustType;
use super::{
    ModelHandler,
    deployment::{Deployment, Guard},
    failure::Failure,
    version::Version,
};

/// What a [`Model`] can be called with: a `#[data]` type whose fields are the model's columns.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be what a model takes",
    label = "neither a `#[data]` type nor another one that is serialised and has a schema",
    note = "write `#[data]` on `{Self}`: its fields are the columns of one row"
)]
pub trait ModelInput: Serialize + JsonSchema + Send + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Serialize + JsonSchema + Send + 'static> ModelInput for T {}

/// What a [`Model`] can answer with: a `#[data]` type whose fields are columns of the result; or a `String`, a number.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be what a model answers",
    label = "neither a `#[data]` type nor another one that is deserialised and has a schema",
    note = "write `#[data]` on `{Self}`: its fields are columns of the result, or one field holds the whole of it"
)]
pub trait ModelOutput: DeserializeOwned + JsonSchema + Send + 'static {}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned + JsonSchema + Send + 'static> ModelOutput for T {}

/// A function of a model, called with a row that is an `In` and answering with an `Out`: a resource of endpoints.
///
/// When it is opened, which is before the service listens, both types are compared with the function's schemas; all
/// differences are told at once. Calls go the same way as those of the model's own endpoints: with its bounds, batches
/// and telemetry. See the [guide](crate::guide::models#with-rust-types).
///
/// ```no_run
/// use toolkit::prelude::*;
/// use toolkit::Model;
///
/// /// What is known of a customer.
/// #[data]
/// struct Customer {
///     /// Months as a customer.
///     tenure: u32,
///     contract: String,
/// }
///
/// #[data]
/// struct Churn {
///     /// The chance that the customer leaves.
///     #[serde(rename = "Yes")]
///     leaves: f64,
/// }
///
/// #[resource]
/// fn churn() -> toolkit::Result<Model<Customer, Churn>> {
///     Model::open_function("envelopes/churn", "predict_proba")
/// }
///
/// /// Chance that a customer leaves within 30 days.
/// #[post("/v0/api/churn")]
/// async fn churn_risk(customer: Customer, churn: &Model<Customer, Churn>) -> toolkit::Result<Churn> {
///     churn.predict(customer).await
/// }
/// ```
pub struct Model<In, Out> {
    deployment: Arc<Deployment>,
    function: String,
    types: Arc<Types>,
    /// Keeps out versions that do not fit, as long as there is a model that would be called with them.
    _guard: Arc<Guard>,
    rows: PhantomData<fn(In) -> Out>,
}

/// Both types, as serde writes and reads them.
#[derive(Debug)]
struct Types {
    input: RustType,
    output: RustType,
}

impl<In: ModelInput, Out: ModelOutput> Model<In, Out> {
    /// Loads the model of an envelope, to call its function `predict`, or the only one that it has.
    ///
    /// # Errors
    ///
    /// Why the envelope cannot be served, or every difference between the types and the function's schemas.
    pub fn open(source: impl Into<ModelHandler>) -> crate::Result<Self> {
        Self::deploy(&source.into(), None)
    }

    /// Loads the model of an envelope, to call its function of this name.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open); or that there is no such function.
    pub fn open_function(source: impl Into<ModelHandler>, function: &str) -> crate::Result<Self> {
        Self::deploy(&source.into(), Some(function))
    }

    fn deploy(handler: &ModelHandler, function: Option<&str>) -> crate::Result<Self> {
        let deployment = Deployment::share(handler).map_err(anyhow::Error::msg)?;
        let told = |fault: String| anyhow::anyhow!("the envelope {}: {fault}", handler.source.display());
        let types = Arc::new(Types { input: RustType::written::<In>(), output: RustType::read::<Out>() });
        let function = chosen(&deployment.current(), function).map_err(told)?.name.clone();
        let guard: Arc<Guard> = {
            let (types, function) = (types.clone(), function.clone());
            Arc::new(move |version: &Version| match chosen(version, Some(&function)) {
                Ok(function) => types.differences(function),
                Err(fault) => vec![fault],
            })
        };
        let differences = deployment.guard(&guard);
        if differences.is_empty() {
            return Ok(Self { deployment, function, types, _guard: guard, rows: PhantomData });
        }
        Err(told(types.told(&function, &differences)))
    }

    /// Asks the model about one row.
    ///
    /// # Errors
    ///
    /// A [`Problem`](crate::Problem), which an endpoint that returns a `toolkit::Result` answers with: 422 with all violations if the row
    /// breaks what no Rust type says, such as the domain of a column; 503 if too many calls wait already; 500 with the
    /// cause in the log if the model fails.
    pub async fn predict(&self, row: In) -> crate::Result<Out> {
        let mut answers = self.answers(vec![row], true).await?;
        answers.pop().ok_or_else(|| anyhow::anyhow!("the model answered nothing for a row"))
    }

    /// Asks the model about several rows at once; the answers are in their order.
    ///
    /// # Errors
    ///
    /// As [`predict`](Self::predict), with the violations of all rows; and 413 if there are more rows than
    /// [`ModelHandler::max_rows`] says.
    pub async fn predict_all(&self, rows: Vec<In>) -> crate::Result<Vec<Out>> {
        self.answers(rows, false).await
    }

    async fn answers(&self, rows: Vec<In>, is_single: bool) -> crate::Result<Vec<Out>> {
        let version = self.deployment.current();
        let runner = version.runner(&self.function).map_err(Failure::into_problem)?;
        let function = runner.function().declaration();
        let json = wire::arguments(function, &rows)?;
        if wire::may_have_null(&json) {
            let violations = wire::infinite(&rows);
            if !violations.is_empty() {
                return Err(wire::in_rows(violations, is_single).into());
            }
        }
        let count = rows.len();
        drop(rows);
        let answered = runner.answer(json.into()).await;
        let answer = answered.map_err(|failure| wire::problem(failure, function.params.len(), is_single))?;
        let field = agreement::only_field(&self.types.output, &function.returns).map(|(name, _)| name);
        let answers = wire::results::<Out>(&answer, field)
            .map_err(|error| anyhow::anyhow!("no `{}` is in the model's answer: {error}", self.types.output.name))?;
        if answers.len() != count {
            anyhow::bail!("the model answered {} rows for {count}", answers.len());
        }
        Ok(answers)
    }
}

impl<In, Out> fmt::Debug for Model<In, Out> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { function, types, .. } = self;
        write!(f, "Model<{}, {}>({function})", types.input.name, types.output.name)
    }
}

/// The function of that name; or `predict`, or the only one.
fn chosen<'v>(version: &'v Version, function: Option<&str>) -> Result<&'v manifest::Function, String> {
    let manifest = &version.described.manifest;
    let found = match (function, manifest.functions.as_slice()) {
        (Some(name), _) => manifest.function(name),
        (None, [only]) => Some(only),
        (None, _) => manifest.function("predict"),
    };
    found.ok_or_else(|| {
        let names: Vec<_> = manifest.functions.iter().map(|function| format!("`{}`", function.name)).collect();
        let name = function.unwrap_or("predict");
        format!("the model `{}` has no function `{name}`; it has {}", manifest.name, names.join(", "))
    })
}

impl Types {
    /// All differences between the types and what the function takes and gives.
    fn differences(&self, function: &manifest::Function) -> Vec<String> {
        if function.batch.is_none() {
            return vec!["it takes no rows, and a `Model` is called with one; serve it with `app.model`".to_owned()];
        }
        let mut differences = agreement::of_input(&self.input, function);
        differences.extend(agreement::of_output(&self.output, function));
        differences
    }

    fn told(&self, function: &str, differences: &[String]) -> String {
        let (input, output) = (&self.input.name, &self.output.name);
        format!("its function `{function}` is no `Model<{input}, {output}>`:\n     - {}", differences.join("\n     - "))
    }
}
