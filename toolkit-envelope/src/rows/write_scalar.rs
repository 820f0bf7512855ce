//! Writing values without parts as JSON.

use super::{
    node::{Form, Node},
    place::Place,
    scanner,
    write::Writer,
};
use crate::{
    schema::scalar::{binary, date, decimal, duration, number, time, timestamp, uuid},
    table::Values,
};

impl Writer<'_> {
    /// Writes the value at `index`; nothing if the column does not have it.
    pub(super) fn scalar(&mut self, node: &Node, values: &Values, index: usize, place: &Place<'_>) -> Option<()> {
        match (&node.form, values) {
            (Form::Float64, Values::Float64(vec)) => self.float(*vec.get(index)?, node, place),
            (Form::Float32, Values::Float32(vec)) => self.float(*vec.get(index)?, node, place),
            (Form::Float16, Values::Float16(vec)) => {
                let value = *vec.get(index)?;
                if value.is_finite() && number::half(value.into()) != Some(value) {
                    self.note(place, "range", "must be a number that float16 holds");
                }
                self.float(value, node, place);
            }
            (Form::Categorical(categories), Values::Categorical(vec)) => {
                match categories.texts.get(*vec.get(index)? as usize) {
                    Some(text) => self.out.extend_from_slice(text.as_bytes()),
                    None => self.note(place, "enum", format!("must be {}", categories.expected())),
                }
            }
            (Form::String, Values::String(strings)) => self.string(strings.get(index)?),
            (Form::Bool, Values::Bool(vec)) => {
                self.out.extend_from_slice(if *vec.get(index)? { b"true" } else { b"false" });
            }
            (Form::Int64, Values::Int64(vec)) => self.integer(*vec.get(index)?),
            (Form::Int32, Values::Int32(vec)) => self.integer(*vec.get(index)?),
            (Form::Int16, Values::Int16(vec)) => self.integer(*vec.get(index)?),
            (Form::Int8, Values::Int8(vec)) => self.integer(*vec.get(index)?),
            (Form::UInt64, Values::UInt64(vec)) => self.integer(*vec.get(index)?),
            (Form::UInt32, Values::UInt32(vec)) => self.integer(*vec.get(index)?),
            (Form::UInt16, Values::UInt16(vec)) => self.integer(*vec.get(index)?),
            (Form::UInt8, Values::UInt8(vec)) => self.integer(*vec.get(index)?),
            (Form::Decimal { precision, scale }, Values::Decimal(vec)) => {
                let value = *vec.get(index)?;
                if value.unsigned_abs() >= 10_u128.saturating_pow((*precision).into()) {
                    self.note(place, "range", format!("must have at most {precision} digits"));
                }
                self.text(place, |text| decimal::write(value, *scale, text));
            }
            (Form::Date, Values::Date(vec)) => {
                let value = *vec.get(index)?;
                self.text(place, |text| date::write(value, text));
            }
            (Form::Time(unit), Values::Time(vec)) => {
                let value = *vec.get(index)?;
                self.text(place, |text| time::write(value, *unit, text));
            }
            (Form::Timestamp { unit, zoned }, Values::Timestamp(vec)) => {
                let value = *vec.get(index)?;
                self.text(place, |text| timestamp::write(value, *unit, *zoned, text));
            }
            (Form::Duration(unit), Values::Duration(vec)) => {
                let value = *vec.get(index)?;
                self.text(place, |text| duration::write(value, *unit, text));
            }
            (Form::Uuid, Values::Uuid(vec)) => {
                let value = *vec.get(index)?;
                self.text(place, |text| {
                    uuid::write(value, text);
                    Some(())
                });
            }
            (Form::Binary, Values::Binary(offsets, bytes)) => {
                let value = bytes.get(*offsets.get(index)?..*offsets.get(index + 1)?)?;
                self.text(place, |text| {
                    binary::write(value, text);
                    Some(())
                });
            }
            (_, values) => return self.parts(node, values, index, place),
        }
        Some(())
    }

    #[inline]
    fn integer(&mut self, value: impl itoa::Integer) {
        self.out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
    }

    #[inline]
    fn float<F: zmij::Float + Into<f64> + Copy>(&mut self, value: F, node: &Node, place: &Place<'_>) {
        if value.into().is_finite() {
            self.out.extend_from_slice(zmij::Buffer::new().format_finite(value).as_bytes());
            return;
        }
        if !node.nullable {
            self.note(place, "range", "must be a finite number");
        }
        self.out.extend_from_slice(b"null");
    }

    /// Writes what stands in JSON as a text without anything to escape.
    fn text(&mut self, place: &Place<'_>, write: impl FnOnce(&mut String) -> Option<()>) {
        self.text.clear();
        if write(&mut self.text).is_none() {
            self.note(place, "range", "must be one that has a text: a year from 0000 to 9999, a time of a day");
        }
        self.out.push(b'"');
        self.out.extend_from_slice(self.text.as_bytes());
        self.out.push(b'"');
    }

    /// Writes a string with all that JSON wants escaped (RFC 8259 §7).
    pub(super) fn string(&mut self, string: &str) {
        let bytes = string.as_bytes();
        self.out.push(b'"');
        let mut start = 0;
        loop {
            let end = scanner::plain_until(bytes, start);
            self.out.extend_from_slice(&bytes[start..end]);
            let Some(byte) = bytes.get(end) else { break };
            let short = match byte {
                b'"' | b'\\' => *byte,
                b'\n' => b'n',
                b'\r' => b'r',
                b'\t' => b't',
                8 => b'b',
                12 => b'f',
                _ => {
                    let digit = |value: u8| b"0123456789abcdef"[usize::from(value)];
                    self.out.extend_from_slice(&[b'\\', b'u', b'0', b'0', digit(byte >> 4), digit(byte & 15)]);
                    start = end + 1;
                    continue;
                }
            };
            self.out.extend_from_slice(&[b'\\', short]);
            start = end + 1;
        }
        self.out.push(b'"');
    }
}
