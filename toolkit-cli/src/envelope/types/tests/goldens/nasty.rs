//! What the model `7 nasty 'models' */` takes and answers: `toolkit envelope types nasty.envelope`.

#![allow(clippy::approx_constant, reason = "numbers of the model")]

use toolkit::data;

/// A row that the model `7 nasty 'models' */` takes.
///
/// */ # [link] `code` second line
#[data]
#[example(Model7NastyModelsInput {
    sepal_length_cm: -1.5,
    type_: 3.14,
    field_1st_petal: None,
    größe_x: 1.414,
    größe_x_2: None,
    grösse: -1000,
    größe: 2,
    field: 60000,
    field_2: true,
    xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx: 1e-8,
})]
pub(crate) struct Model7NastyModelsInput {
    #[validate(range(min = -1_234_567.5, max = 0.3))]
    #[serde(rename = "sepal length (cm)")]
    pub(crate) sepal_length_cm: f32,
    #[default(3.14)]
    #[serde(rename = "type")]
    pub(crate) type_: f32,
    /// Seen from 1 to 3 when the model was made.
    #[serde(rename = "1st \"petal\"")]
    pub(crate) field_1st_petal: Option<f32>,
    #[serde(rename = "Größe\u{202e}\n*/ #[x]")]
    pub(crate) größe_x: f32,
    /// Seen from 1 to 3 when the model was made.
    #[serde(rename = "größe x")]
    pub(crate) größe_x_2: Option<f32>,
    #[validate(range(min = -30000))]
    #[serde(rename = "GRÖSSE")]
    pub(crate) grösse: i16,
    /// One of 1, 2, 4.
    #[default(2)]
    pub(crate) größe: u8,
    #[validate(range(min = 1, max = 60000))]
    #[serde(rename = "模型")]
    pub(crate) field: u16,
    #[serde(rename = "模")]
    pub(crate) field_2: bool,
    #[serde(
        rename = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
    )]
    pub(crate) xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx: f32,
}

/// What the model `7 nasty 'models' */` answers for a row.
///
/// What the model predicts for each row.
#[data]
#[example(Model7NastyModelsOutput { value: -3.587_207_6 })]
#[serde(transparent)]
pub(crate) struct Model7NastyModelsOutput {
    pub(crate) value: f32,
}
