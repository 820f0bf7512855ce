use super::failure::Failure;

/// What is told of one call of a model's function: its span, and what is measured of it.
#[derive(Debug)]
pub(crate) struct Prediction;

impl Prediction {
    /// A call has come in.
    pub(crate) fn begin() -> Self {
        Self
    }

    /// Its arguments are read.
    pub(crate) fn read(&mut self, _rows: usize) {}

    /// It waits: for a thread, or for others to be run with.
    pub(crate) fn queued(&mut self) {}

    /// The model is run on it, alone or with others.
    pub(crate) fn running(&mut self, _batch: Option<&BatchRun>) {}

    /// The model has run.
    pub(crate) fn ran(&mut self) {}

    /// It is answered.
    pub(crate) fn end(self, _outcome: Result<(), &Failure>) {}
}

/// Several calls that are run as one.
#[derive(Debug)]
pub(crate) struct BatchRun;

impl BatchRun {
    /// The calls are about to be run.
    pub(crate) fn begin<'a>(_calls: impl Iterator<Item = &'a Prediction>, _rows: usize) -> Self {
        Self
    }

    /// They have run.
    pub(crate) fn end(self, _outcome: Result<(), &Failure>) {}
}
