#![allow(unused)]

use toolkit::prelude::*;

#[problem]
enum OrderError {
    /// No status.
    NoStatus,
    #[status(404)]
    NoSentence,
    /// Out of range.
    #[status(200)]
    OutOfRange,
    /// No number.
    #[status(NOT_FOUND)]
    NoNumber,
    /// Reserved members.
    #[status(409)]
    Reserved { status: u16, r#type: String },
    /// No names.
    #[status(409)]
    NoNames(u64),
    /// Empty.
    #[status]
    Empty,
    #[status(404)]
    #[title(7)]
    NoTitle,
    /// Unknown attribute.
    #[status(404)]
    #[typ_uri("https://example.com")]
    UnknownAttribute,
}

fn main() {}
