//! What the model `churn` takes and answers: `toolkit envelope types churn.envelope`.

use toolkit::data;

/// A row that the model `churn` takes.
///
/// Which customers of a telecom leave
#[data]
#[example(ChurnInput {
    female: 1,
    senior_citizen: 0,
    partner: 1,
    dependents: 0,
    tenure: 1,
    phone_service: 0,
    multiple_lines: "No phone service".to_owned(),
    internet_service: "DSL".to_owned(),
    online_security: "No".to_owned(),
    online_backup: "Yes".to_owned(),
    device_protection: "No".to_owned(),
    tech_support: "No".to_owned(),
    streaming_tv: "No".to_owned(),
    streaming_movies: "No".to_owned(),
    contract: "Month-to-month".to_owned(),
    paperless_billing: 1,
    payment_method: "Electronic check".to_owned(),
    monthly_charges: 29.85,
    total_charges: Some(29.85),
})]
pub(crate) struct ChurnInput {
    /// Seen from 0 to 1 when the model was made.
    pub(crate) female: i64,
    /// Seen from 0 to 1 when the model was made.
    pub(crate) senior_citizen: i64,
    /// Seen from 0 to 1 when the model was made.
    pub(crate) partner: i64,
    /// Seen from 0 to 1 when the model was made.
    pub(crate) dependents: i64,
    /// Seen from 0 to 72 when the model was made.
    pub(crate) tenure: i64,
    /// Seen from 0 to 1 when the model was made.
    pub(crate) phone_service: i64,
    pub(crate) multiple_lines: String,
    pub(crate) internet_service: String,
    pub(crate) online_security: String,
    pub(crate) online_backup: String,
    pub(crate) device_protection: String,
    pub(crate) tech_support: String,
    pub(crate) streaming_tv: String,
    pub(crate) streaming_movies: String,
    pub(crate) contract: String,
    /// Seen from 0 to 1 when the model was made.
    pub(crate) paperless_billing: i64,
    pub(crate) payment_method: String,
    /// Seen from 18.25 to 118.75 when the model was made.
    pub(crate) monthly_charges: f32,
    /// Seen from 18.8 to 8684.8 when the model was made.
    pub(crate) total_charges: Option<f32>,
}

/// What the model `churn` answers for a row.
///
/// The class of each row.
#[data]
#[example(ChurnOutput::Yes)]
pub(crate) enum ChurnOutput {
    No,
    Yes,
}
