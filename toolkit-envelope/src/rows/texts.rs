//! Reading what stands in JSON as a text of its own form: dates, decimals, bytes.

use super::{
    node::{Form, Node},
    place::Place,
    read::Reader,
    scanner::Syntax,
};
use crate::{
    schema::scalar::{Refused, binary, date, decimal, duration, time, timestamp, uuid},
    table::Values,
};

impl Reader<'_, '_> {
    /// Reads a value that is not null; whether it was added to the values.
    pub(super) fn texts(
        &mut self,
        node: &Node,
        values: &mut Values,
        first: u8,
        place: &Place<'_>,
    ) -> Result<bool, Syntax> {
        let pushed = match (&node.form, first) {
            (Form::Decimal { .. }, b'-' | b'0'..=b'9') => {
                let number = self.scan.number()?;
                node.form.push_text(values, number.text)
            }
            (form, b'"') if form.is_text() => {
                let Some(text) = self.scan.string(&mut self.scratch.memory)? else {
                    self.half_surrogate(place);
                    return Ok(false);
                };
                form.push_text(values, text)
            }
            (form, _) if form.is_text() => {
                self.wrong(&form.expected(), place)?;
                return Ok(false);
            }
            _ => return self.parts(node, values, first, place),
        };
        Ok(pushed.map_err(|refused| self.note(place, refused.code, || refused.message)).is_ok())
    }
}

impl Form {
    /// Whether values stand in JSON as texts.
    pub(super) fn is_text(&self) -> bool {
        matches!(
            self,
            Self::Decimal { .. }
                | Self::String
                | Self::Binary
                | Self::Date
                | Self::Time(_)
                | Self::Timestamp { .. }
                | Self::Duration(_)
                | Self::Uuid
        )
    }

    /// Adds the value that a text says.
    ///
    /// # Errors
    ///
    /// What the text must be, if it is not that; nothing is added then.
    pub(super) fn push_text(&self, values: &mut Values, text: &str) -> Result<(), Refused> {
        match (self, values) {
            (Self::String, Values::String(strings)) => strings.push(text),
            (Self::Categorical(categories), Values::Categorical(codes)) => {
                let refused = || Refused::enum_(format!("must be {}", categories.expected()));
                codes.push(categories.string(text).ok_or_else(refused)?);
            }
            (Self::Date, Values::Date(days)) => days.push(date::read(text)?),
            (Self::Time(unit), Values::Time(times)) => times.push(time::read(text, *unit)?),
            (Self::Timestamp { unit, zoned }, Values::Timestamp(moments)) => {
                moments.push(timestamp::read(text, *unit, *zoned)?);
            }
            (Self::Duration(unit), Values::Duration(lengths)) => lengths.push(duration::read(text, *unit)?),
            (Self::Uuid, Values::Uuid(uuids)) => uuids.push(uuid::read(text)?),
            (Self::Decimal { precision, scale }, Values::Decimal(units)) => {
                units.push(decimal::read(text, *precision, *scale)?);
            }
            (Self::Binary, Values::Binary(offsets, bytes)) => {
                binary::read(text, bytes)?;
                offsets.push(bytes.len());
            }
            _ => return Err(Refused::type_(format!("must be {}, found a string", self.expected()))),
        }
        Ok(())
    }
}
