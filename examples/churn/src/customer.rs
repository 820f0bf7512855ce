//! What the model is asked about.

use toolkit::data;

/// A customer of a telecom: what was booked, and what it costs.
#[data]
#[example(Customer {
    female: 1,
    senior_citizen: 0,
    partner: 1,
    dependents: 0,
    tenure: 1,
    phone_service: 0,
    multiple_lines: Lines::NoPhone,
    internet_service: Internet::Dsl,
    online_security: Booked::No,
    online_backup: Booked::Yes,
    device_protection: Booked::No,
    tech_support: Booked::No,
    streaming_tv: Booked::No,
    streaming_movies: Booked::No,
    contract: Contract::Month,
    paperless_billing: 1,
    payment_method: Payment::ElectronicCheck,
    monthly_charges: 29.85,
    total_charges: Some(29.85),
})]
pub(crate) struct Customer {
    /// 1 for a woman.
    #[validate(range(max = 1))]
    female: u8,
    /// 1 for someone of 65 years or more.
    #[validate(range(max = 1))]
    senior_citizen: u8,
    /// 1 for someone with a partner.
    #[validate(range(max = 1))]
    partner: u8,
    /// 1 for someone with dependents.
    #[validate(range(max = 1))]
    dependents: u8,
    /// Months as a customer.
    #[validate(range(max = 1200))]
    tenure: u16,
    /// 1 for someone with a telephone.
    #[validate(range(max = 1))]
    phone_service: u8,
    /// Whether there are several lines.
    multiple_lines: Lines,
    /// How the customer gets into the internet.
    internet_service: Internet,
    /// Whether protection against attacks is booked.
    online_security: Booked,
    /// Whether backups are booked.
    online_backup: Booked,
    /// Whether insurance of the devices is booked.
    device_protection: Booked,
    /// Whether faster help is booked.
    tech_support: Booked,
    /// Whether television is watched over the internet.
    streaming_tv: Booked,
    /// Whether films are watched over the internet.
    streaming_movies: Booked,
    /// How long the customer is bound.
    contract: Contract,
    /// 1 for someone who gets bills by mail.
    #[validate(range(max = 1))]
    paperless_billing: u8,
    /// How the bills are paid.
    payment_method: Payment,
    /// What a month costs, in dollars.
    #[validate(range(min = 0.0))]
    monthly_charges: f32,
    /// What all months have cost, in dollars; null before the first bill.
    #[validate(range(min = 0.0))]
    total_charges: Option<f32>,
}

/// Telephone lines.
#[data]
pub(crate) enum Lines {
    No,
    Yes,
    #[serde(rename = "No phone service")]
    NoPhone,
}

/// A way into the internet.
#[data]
pub(crate) enum Internet {
    #[serde(rename = "DSL")]
    Dsl,
    #[serde(rename = "Fiber optic")]
    Fiber,
    No,
}

/// Something that can be booked with the internet.
#[data]
pub(crate) enum Booked {
    No,
    Yes,
    #[serde(rename = "No internet service")]
    NoInternet,
}

/// How long a customer is bound.
#[data]
pub(crate) enum Contract {
    #[serde(rename = "Month-to-month")]
    Month,
    #[serde(rename = "One year")]
    OneYear,
    #[serde(rename = "Two year")]
    TwoYears,
}

/// A way to pay.
#[data]
pub(crate) enum Payment {
    #[serde(rename = "Bank transfer (automatic)")]
    BankTransfer,
    #[serde(rename = "Credit card (automatic)")]
    CreditCard,
    #[serde(rename = "Electronic check")]
    ElectronicCheck,
    #[serde(rename = "Mailed check")]
    MailedCheck,
}
