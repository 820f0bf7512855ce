//! What the model `kinds` takes and answers: `toolkit envelope types some.envelope`.

use toolkit::data;

/// A row that the model `kinds` takes.
///
/// All that there is.
#[data]
pub(crate) struct KindsInput {
    pub(crate) rows: KindsInputRows,
    pub(crate) weights: f64,
}

/// The fields of `rows`.
#[data]
pub(crate) struct KindsInputRows {
    pub(crate) plan: KindsInputRowsPlan,
    #[serde(rename = "type")]
    pub(crate) type_: KindsInputRowsType,
    pub(crate) alike: KindsInputRowsAlike,
    pub(crate) std: KindsInputRowsStd,
    /// One of 1000 words that the model knows.
    pub(crate) word: String,
    /// One of 3, 1, 2.
    #[validate(range(min = 1, max = 3))]
    pub(crate) grade: i64,
    pub(crate) yes: bool,
    #[validate(regex("^[A-Z]{2}\"$"))]
    pub(crate) code: String,
    pub(crate) unit: Option<KindsInputRowsUnit>,
    #[validate(range(max = 18_446_744_073_709_551_615))]
    pub(crate) count: u64,
    pub(crate) half: f32,
    /// A decimal number of 38 digits, 2 of them after the point.
    pub(crate) price: String,
    /// From 2020-01-01 on.
    pub(crate) day: toolkit::jiff::civil::Date,
    pub(crate) at: toolkit::jiff::civil::Time,
    pub(crate) wall: toolkit::jiff::civil::DateTime,
    pub(crate) moment: toolkit::jiff::Timestamp,
    pub(crate) took: toolkit::jiff::SignedDuration,
    pub(crate) id: toolkit::uuid::Uuid,
    /// Bytes, in base64.
    pub(crate) picture: String,
    /// A value of the kind any, which the model checks.
    pub(crate) any: toolkit::serde_json::Value,
    /// A value of the kind union, which the model checks.
    pub(crate) either: toolkit::serde_json::Value,
    /// A value of the kind frame, which the model checks.
    pub(crate) table: toolkit::serde_json::Value,
    /// A value of the kind tuple, which the model checks.
    pub(crate) both: toolkit::serde_json::Value,
    #[validate(length(min = 1, max = 3))]
    pub(crate) tags: Vec<KindsInputRowsTags>,
    pub(crate) shares: std::collections::BTreeMap<String, f64>,
    pub(crate) place: KindsInputRowsPlace,
    #[validate(length(equal = 2))]
    #[validate(inner(length(equal = 2)))]
    #[serde(rename = "box")]
    pub(crate) box_: Vec<Vec<i32>>,
    #[validate(inner(range(min = 0.0)))]
    pub(crate) path: Vec<f64>,
}

/// What `plan` can be.
#[data]
pub(crate) enum KindsInputRowsPlan {
    #[serde(rename = "Month-to-month")]
    MonthToMonth,
    #[serde(rename = "One year")]
    OneYear,
    #[serde(rename = "Two year")]
    TwoYear,
}

/// What `type` can be.
#[data]
pub(crate) enum KindsInputRowsType {
    #[serde(rename = "type a")]
    TypeA,
    #[serde(rename = "type b")]
    TypeB,
    #[serde(rename = "type c")]
    TypeC,
    #[serde(rename = "<=50K")]
    LessEqual50k,
    #[serde(rename = ">50K")]
    More50k,
    #[serde(rename = "18-24")]
    Value18_24,
    #[serde(rename = "1824")]
    Value1824,
    #[serde(rename = "")]
    Value,
    #[serde(rename = "-")]
    Value2,
    #[serde(rename = "self")]
    Self_,
}

/// What `alike` can be.
#[data]
#[allow(clippy::enum_variant_names, reason = "words of the model")]
pub(crate) enum KindsInputRowsAlike {
    #[serde(rename = "Red wine")]
    RedWine,
    #[serde(rename = "Rosé wine")]
    RoséWine,
    #[serde(rename = "White wine")]
    WhiteWine,
}

/// What `std` can be.
#[data]
pub(crate) enum KindsInputRowsStd {
    None,
    Some,
    Ok,
    Err,
    String,
    #[serde(rename = "Self")]
    Self_,
    Default,
    Debug,
}

/// What `unit` can be.
#[data]
pub(crate) enum KindsInputRowsUnit {
    #[serde(rename = "°C")]
    C,
    #[serde(rename = "°F")]
    F,
}

/// What `tags` can be.
#[data]
pub(crate) enum KindsInputRowsTags {
    #[serde(rename = "new")]
    New,
    #[serde(rename = "old")]
    Old,
}

/// The fields of `place`.
#[data]
pub(crate) struct KindsInputRowsPlace {
    #[serde(rename = "Lat")]
    pub(crate) lat: f64,
    #[serde(rename = "Lon")]
    pub(crate) lon: f64,
}

/// What the model `kinds` answers for a row.
///
/// All that there is.
#[data]
#[example(KindsOutput {
    class: KindsOutputClass::Bad,
    unit: "°C".to_owned(),
    note: None,
    field_0: Some(0.981_579_4),
})]
pub(crate) struct KindsOutput {
    pub(crate) class: KindsOutputClass,
    /// One of "°C", "°F".
    pub(crate) unit: String,
    pub(crate) note: Option<String>,
    #[serde(rename = "0")]
    pub(crate) field_0: Option<f32>,
}

/// What `class` can be.
#[data]
pub(crate) enum KindsOutputClass {
    #[serde(rename = "good")]
    Good,
    #[serde(rename = "bad")]
    Bad,
}
