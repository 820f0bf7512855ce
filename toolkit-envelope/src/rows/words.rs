//! What a value must be, for a person.

use std::borrow::Cow;

use super::{
    domain::{Domain, Outside},
    node::{Categories, Form, TensorNode},
    number::Unfit,
};

impl Form {
    /// The range of numbers that a kind holds, for a person.
    #[cold]
    fn range(&self) -> &'static str {
        match self {
            Self::Int8 => "between -128 and 127",
            Self::Int16 => "between -32768 and 32767",
            Self::Int32 => "between -2147483648 and 2147483647",
            Self::Int64 => "between -9223372036854775808 and 9223372036854775807",
            Self::UInt8 => "between 0 and 255",
            Self::UInt16 => "between 0 and 65535",
            Self::UInt32 => "between 0 and 4294967295",
            Self::UInt64 => "between 0 and 18446744073709551615",
            Self::Float16 => "a number that float16 holds, at most 65504",
            Self::Float32 => "a number that float32 holds, at most 3.4028235e38",
            _ => "a number that float64 holds, at most 1.7976931348623157e308",
        }
    }

    /// What a number must be that is none of this kind.
    #[cold]
    pub(super) fn unfit(&self, unfit: Unfit) -> Cow<'static, str> {
        let float = match self {
            Self::Float16 => "float16",
            Self::Float32 => "float32",
            _ => "float64",
        };
        match unfit {
            Unfit::Range => format!("must be {}", self.range()).into(),
            Unfit::Fraction => format!("must be {}, found a number with a fraction", self.expected()).into(),
            Unfit::Inexact => format!("must be an integer that {float} holds exactly").into(),
        }
    }

    /// What a value must be, for a person.
    pub(super) fn expected(&self) -> Cow<'static, str> {
        let words = match self {
            Self::Bool => "true or false",
            Self::Int8 | Self::Int16 | Self::Int32 | Self::Int64 => "an integer",
            Self::UInt8 | Self::UInt16 | Self::UInt32 | Self::UInt64 => "an integer from 0 on",
            Self::Float16 | Self::Float32 | Self::Float64 => "a number",
            Self::Decimal { .. } => "a decimal number, as a string or a number",
            Self::String | Self::Binary => "a string",
            Self::Date => "a date as a string",
            Self::Time(_) => "a time as a string",
            Self::Timestamp { .. } => "a date and time as a string",
            Self::Duration(_) => "a duration as a string",
            Self::Uuid => "a UUID as a string",
            Self::Categorical(categories) => return categories.expected(),
            Self::Any => "a value",
            Self::Union(nodes, _) => {
                let words: Vec<_> = nodes.iter().map(|node| node.form.expected()).collect();
                return words.join(" or ").into();
            }
            Self::List { .. } | Self::Series(_) | Self::Tuple(_) => "an array",
            Self::Map(_) | Self::Struct(_) => "an object",
            Self::Frame(_) => "an array of rows or an object of columns",
            Self::Tensor(tensor) => return tensor.expected(0),
        };
        words.into()
    }
}

/// What the length of a list must be, if it is not that.
pub(super) fn wrong_length(found: usize, min: Option<u64>, max: Option<u64>) -> Option<String> {
    let length = found as u64;
    if min.is_none_or(|min| length >= min) && max.is_none_or(|max| length <= max) {
        return None;
    }
    let expected = match (min, max) {
        (Some(min), Some(max)) if min == max => min.to_string(),
        (Some(min), Some(max)) => format!("between {min} and {max}"),
        (Some(min), None) => format!("at least {min}"),
        (_, max) => format!("at most {}", max.unwrap_or_default()),
    };
    Some(format!("length must be {expected}, found {found}"))
}

impl Domain {
    /// The code of what is broken, and what the value must be.
    #[cold]
    pub(super) fn told(&self, outside: Outside) -> (&'static str, Cow<'static, str>) {
        match outside {
            Outside::Range => ("range", format!("must be {}", self.bounds).into()),
            Outside::Values => ("enum", "must be one of the values of its domain".into()),
            Outside::Pattern => {
                let pattern = self.pattern.as_ref().map_or("", |pattern| pattern.as_str());
                ("regex", format!("must match the pattern `{pattern}`").into())
            }
        }
    }
}

impl TensorNode {
    /// What must stand where `depth` axes are left behind.
    pub(super) fn expected(&self, depth: usize) -> Cow<'static, str> {
        match self.shape.len() - depth {
            0 => self.element.form.expected(),
            1 => "an array".into(),
            rank => format!("arrays nested {rank} deep").into(),
        }
    }
}

impl Categories {
    /// The first few values: a column may have thousands.
    pub(super) fn expected(&self) -> Cow<'static, str> {
        const SHOWN: usize = 10;
        let shown = &self.texts[..self.texts.len().min(SHOWN)];
        let more = self.texts.len().saturating_sub(SHOWN);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("one of {}{more}", shown.join(", ")).into()
    }
}
