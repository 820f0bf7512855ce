//! What the model `houses` takes and answers: `toolkit envelope types houses.envelope`.

use toolkit::data;

/// A row that the model `houses` takes.
#[data]
#[example(HousesInput { value: vec![
    0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0, 13.0, 14.0,
    15.0, 16.0, 17.0, 18.0, 19.0, 20.0, 21.0, 22.0, 23.0, 24.0, 25.0, 26.0, 27.0,
    28.0, 29.0,
] })]
#[serde(transparent)]
pub(crate) struct HousesInput {
    #[validate(length(equal = 30))]
    pub(crate) value: Vec<f32>,
}

/// What the model `houses` answers for a row.
///
/// What the model predicts for each row.
#[data]
#[example(HousesOutput { value: -6.744_086 })]
#[serde(transparent)]
pub(crate) struct HousesOutput {
    pub(crate) value: f32,
}
