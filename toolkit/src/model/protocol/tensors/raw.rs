//! The elements of a tensor in bytes: little endian, row by row; text behind its length in 32 bits.

use toolkit_envelope::{schema::inference_protocol::Datatype, table::Values};

use super::half;

/// How many bytes an element has; nothing for text.
pub(super) fn size(datatype: Datatype) -> Option<usize> {
    Some(match datatype {
        Datatype::Bool | Datatype::UInt8 | Datatype::Int8 => 1,
        Datatype::UInt16 | Datatype::Int16 | Datatype::Fp16 => 2,
        Datatype::UInt32 | Datatype::Int32 | Datatype::Fp32 => 4,
        Datatype::UInt64 | Datatype::Int64 | Datatype::Fp64 => 8,
        Datatype::Bytes => return None,
    })
}

/// Whether an element is one that the datatype has, and in JSON too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unfit {
    Boolean,
    NotFinite,
}

impl Unfit {
    pub(super) fn expected(self) -> &'static str {
        match self {
            Self::Boolean => "must be 0 or 1, for false or true",
            Self::NotFinite => "must be a finite number",
        }
    }
}

/// Adds the elements to values of the same numbers, and tells of each that is none, if it is valid.
pub(super) fn read(raw: &[u8], values: &mut Values, mut unfit: impl FnMut(usize, Unfit)) {
    macro_rules! numbers {
        ($vec:expr, $type:ty) => {
            $vec.extend(raw.as_chunks().0.iter().map(|bytes| <$type>::from_le_bytes(*bytes)))
        };
    }
    macro_rules! finite {
        ($vec:expr) => {
            for (index, _) in $vec.iter().enumerate().filter(|(_, value)| !value.is_finite()) {
                unfit(index, Unfit::NotFinite);
            }
        };
    }
    match values {
        Values::Bool(vec) => {
            vec.extend(raw.iter().map(|byte| *byte != 0));
            for (index, _) in raw.iter().enumerate().filter(|(_, byte)| **byte > 1) {
                unfit(index, Unfit::Boolean);
            }
        }
        Values::Int8(vec) => numbers!(vec, i8),
        Values::Int16(vec) => numbers!(vec, i16),
        Values::Int32(vec) => numbers!(vec, i32),
        Values::Int64(vec) => numbers!(vec, i64),
        Values::UInt8(vec) => numbers!(vec, u8),
        Values::UInt16(vec) => numbers!(vec, u16),
        Values::UInt32(vec) => numbers!(vec, u32),
        Values::UInt64(vec) => numbers!(vec, u64),
        Values::Float16(vec) => {
            vec.extend(raw.as_chunks().0.iter().map(|bytes| half::decode(u16::from_le_bytes(*bytes))));
            finite!(vec);
        }
        Values::Float32(vec) => {
            numbers!(vec, f32);
            finite!(vec);
        }
        Values::Float64(vec) => {
            numbers!(vec, f64);
            finite!(vec);
        }
        _ => {}
    }
}

/// Adds the values as raw elements, with zeros for those that are not valid; whether they are numbers at all.
pub(super) fn write(values: &Values, valid: Option<&[bool]>, out: &mut Vec<u8>) -> bool {
    macro_rules! numbers {
        ($vec:expr, $value:ident => $bytes:expr) => {{
            let bytes = |$value| $bytes;
            match valid {
                None => $vec.iter().for_each(|value| out.extend_from_slice(&bytes(*value))),
                Some(valid) => $vec.iter().zip(valid).for_each(|(value, is_valid)| {
                    out.extend_from_slice(&bytes(if *is_valid { *value } else { Default::default() }));
                }),
            }
        }};
    }
    match values {
        Values::Bool(vec) => numbers!(vec, value => [u8::from(value)]),
        Values::Int8(vec) => numbers!(vec, value => i8::to_le_bytes(value)),
        Values::Int16(vec) => numbers!(vec, value => i16::to_le_bytes(value)),
        Values::Int32(vec) => numbers!(vec, value => i32::to_le_bytes(value)),
        Values::Int64(vec) => numbers!(vec, value => i64::to_le_bytes(value)),
        Values::UInt8(vec) => numbers!(vec, value => u8::to_le_bytes(value)),
        Values::UInt16(vec) => numbers!(vec, value => u16::to_le_bytes(value)),
        Values::UInt32(vec) => numbers!(vec, value => u32::to_le_bytes(value)),
        Values::UInt64(vec) => numbers!(vec, value => u64::to_le_bytes(value)),
        Values::Float16(vec) => numbers!(vec, value => half::encode(value).to_le_bytes()),
        Values::Float32(vec) => numbers!(vec, value => f32::to_le_bytes(value)),
        Values::Float64(vec) => numbers!(vec, value => f64::to_le_bytes(value)),
        _ => return false,
    }
    true
}

/// The elements of `BYTES`, or how many of them there are when the bytes end within the next.
pub(super) fn texts(raw: &[u8]) -> Result<Vec<&[u8]>, usize> {
    let (mut texts, mut rest) = (Vec::new(), raw);
    while !rest.is_empty() {
        let (length, behind) = rest.split_first_chunk().ok_or(texts.len())?;
        // What does not fit into the machine's memory is not in it.
        let length = usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX);
        let (text, behind) = behind.split_at_checked(length).ok_or(texts.len())?;
        texts.push(text);
        rest = behind;
    }
    Ok(texts)
}

/// Adds one element of `BYTES`; of one whose length 32 bits do not hold, the first 4 GiB.
pub(super) fn write_text(text: &str, out: &mut Vec<u8>) {
    let end = text.floor_char_boundary(u32::MAX as usize);
    out.extend_from_slice(&(end as u32).to_le_bytes());
    out.extend_from_slice(&text.as_bytes()[..end]);
}
