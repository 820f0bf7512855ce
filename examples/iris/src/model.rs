//! What the model `iris` takes and answers: `toolkit envelope types iris.envelope`.

use toolkit::data;

/// A row that the model `iris` takes.
///
/// Names the species of an iris by the size of its sepals and petals.
#[data]
#[example(IrisInput {
    sepal_length_cm: 5.1,
    sepal_width_cm: 3.5,
    petal_length_cm: 1.4,
    petal_width_cm: 0.2,
})]
pub(crate) struct IrisInput {
    /// Seen from 4.3 to 7.9 when the model was made.
    #[validate(range(min = 0.0))]
    pub(crate) sepal_length_cm: f32,
    /// Seen from 2 to 4.4 when the model was made.
    #[validate(range(min = 0.0))]
    pub(crate) sepal_width_cm: f32,
    /// Seen from 1 to 6.9 when the model was made.
    #[validate(range(min = 0.0))]
    pub(crate) petal_length_cm: f32,
    /// Seen from 0.1 to 2.5 when the model was made.
    #[validate(range(min = 0.0))]
    pub(crate) petal_width_cm: f32,
}

/// What the model `iris` answers for a row.
///
/// The class of each row.
#[data]
#[example(IrisOutput::Setosa)]
pub(crate) enum IrisOutput {
    #[serde(rename = "setosa")]
    Setosa,
    #[serde(rename = "versicolor")]
    Versicolor,
    #[serde(rename = "virginica")]
    Virginica,
}
