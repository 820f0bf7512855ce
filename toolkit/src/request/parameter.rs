use crate::check::{Location, Place};

/// What an endpoint's declaration says of one parameter.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// Its name on the wire.
    pub name: &'static str,
    /// Where it is read from.
    pub location: Location,
    /// Its doc comment.
    pub description: &'static str,
    /// Which part of the path it is, for a path parameter.
    pub segment: Segment,
}

/// Which part of the path a variable stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Segment {
    /// None: not a path parameter.
    None,
    /// The segment with this index, from 0.
    At(usize),
    /// All from the segment with this index on.
    From(usize),
}

impl Parameter {
    /// Where the parameter stands in a request.
    #[must_use]
    pub const fn place(&self) -> Place<'static> {
        match self.location {
            Location::Body => Place::body(),
            location => Place::parameter(location, self.name),
        }
    }
}
