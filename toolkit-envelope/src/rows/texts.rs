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
        match (&node.form, values) {
            (Form::Date, Values::Date(vec)) => self.text(node, vec, first, place, date::read),
            (Form::Time(unit), Values::Time(vec)) => self.text(node, vec, first, place, |text| time::read(text, *unit)),
            (Form::Timestamp { unit, zoned }, Values::Timestamp(vec)) => {
                self.text(node, vec, first, place, |text| timestamp::read(text, *unit, *zoned))
            }
            (Form::Duration(unit), Values::Duration(vec)) => {
                self.text(node, vec, first, place, |text| duration::read(text, *unit))
            }
            (Form::Uuid, Values::Uuid(vec)) => self.text(node, vec, first, place, uuid::read),
            (Form::Decimal { precision, scale }, Values::Decimal(vec)) => {
                let read = |text: &str| decimal::read(text, *precision, *scale);
                if first != b'-' && !first.is_ascii_digit() {
                    return self.text(node, vec, first, place, read);
                }
                let number = self.scan.number()?;
                Ok(self.taken(read(number.text), place).map(|units| vec.push(units)).is_some())
            }
            (Form::Binary, Values::Binary(offsets, bytes)) => {
                let mut added = Vec::new();
                let taken = self.text(node, &mut added, first, place, |text| binary::read(text, bytes))?;
                if taken {
                    offsets.push(bytes.len());
                }
                Ok(taken)
            }
            (_, values) => self.parts(node, values, first, place),
        }
    }

    /// Reads a string, and what it says; whether it was added.
    fn text<T>(
        &mut self,
        node: &Node,
        vec: &mut Vec<T>,
        first: u8,
        place: &Place<'_>,
        read: impl FnOnce(&str) -> Result<T, Refused>,
    ) -> Result<bool, Syntax> {
        if first != b'"' {
            self.wrong(&node.form.expected(), place)?;
            return Ok(false);
        }
        let Some(text) = self.scan.string(&mut self.scratch.memory)? else {
            self.half_surrogate(place);
            return Ok(false);
        };
        let value = read(text);
        Ok(self.taken(value, place).map(|value| vec.push(value)).is_some())
    }

    /// The value, or the violation that there is none.
    fn taken<T>(&mut self, value: Result<T, Refused>, place: &Place<'_>) -> Option<T> {
        value.map_err(|refused| self.note(place, refused.code, || refused.message)).ok()
    }
}
