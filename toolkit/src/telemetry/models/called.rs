use std::time::Duration;

/// One call of a model's function that has ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Called {
    pub(crate) outcome: Outcome,
    pub(crate) duration: Duration,
    /// Unknown when its arguments could not be read.
    pub(crate) rows: Option<usize>,
    /// How long it waited in all, if it did.
    pub(crate) waited: Option<Duration>,
}

/// How large a batch was.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BatchSize {
    pub(crate) calls: usize,
    pub(crate) rows: usize,
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Answered,
    Arguments,
    TooManyRows,
    Run,
    Result,
    Panic,
    Busy,
    Cancelled,
}

impl Outcome {
    pub(crate) const ALL: [Self; 8] = [
        Self::Answered,
        Self::Arguments,
        Self::TooManyRows,
        Self::Run,
        Self::Result,
        Self::Panic,
        Self::Busy,
        Self::Cancelled,
    ];

    /// The value of `error.type`, for what is one.
    pub(crate) fn error_type(self) -> Option<&'static str> {
        Some(match self {
            Self::Answered => return None,
            Self::Arguments => "arguments",
            Self::TooManyRows => "too_many_rows",
            Self::Run => "run",
            Self::Result => "result",
            Self::Panic => "panic",
            Self::Busy => "busy",
            Self::Cancelled => "cancelled",
        })
    }

    /// Whether it was the caller's fault.
    pub(crate) fn is_refusal(self) -> bool {
        matches!(self, Self::Arguments | Self::TooManyRows)
    }
}
