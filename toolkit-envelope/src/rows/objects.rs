//! Reading objects whose keys are known: structs, and frames as rows or as columns.

use super::{
    fields::{FieldNode, Fields},
    node::Unknown,
    place::Place,
    read::Reader,
    scanner::Syntax,
};
use crate::table::Column;

impl Reader<'_, '_> {
    /// Reads an object into columns that have `base` values. With `row`, its members are columns of a frame.
    pub(super) fn object(
        &mut self,
        fields: &Fields,
        columns: &mut [Column],
        base: usize,
        place: &Place<'_>,
        row: bool,
    ) -> Result<(), Syntax> {
        self.scan.step();
        let (mut found, mut last) = (0, None);
        if !self.scan.is_empty(b'}')? {
            loop {
                match self.key(fields, &mut last, place, row)? {
                    Some(index) => {
                        let (field, column) = (&fields.list[index], &mut columns[index]);
                        let here = if row { place.column_named(&field.name) } else { place.field(&field.name) };
                        if column.len() == base {
                            self.value(&field.node, column, &here)?;
                            found += 1;
                        } else {
                            self.duplicate(&here);
                            self.skip()?;
                        }
                    }
                    None => self.skip()?,
                }
                if !self.scan.another(b'}')? {
                    break;
                }
            }
        }
        if found < fields.list.len() {
            for (field, column) in fields.list.iter().zip(columns) {
                if column.len() == base {
                    let here = if row { place.column_named(&field.name) } else { place.field(&field.name) };
                    self.missing(field, column, 1, &here);
                }
            }
        }
        Ok(())
    }

    /// Reads a key, and gives which of the fields it is; its value comes next.
    #[inline]
    pub(super) fn key(
        &mut self,
        fields: &Fields,
        last: &mut Option<usize>,
        place: &Place<'_>,
        column: bool,
    ) -> Result<Option<usize>, Syntax> {
        self.scan.peek()?;
        let guess = self.scratch.orders.get(fields.order).and_then(|order| order.guess(*last));
        if let Some(guess) = guess
            && let Some(field) = fields.list.get(guess)
            && self.scan.is_key(&field.key)?
        {
            *last = Some(guess);
            return Ok(Some(guess));
        }
        self.unexpected_key(fields, last, place, column)
    }

    fn unexpected_key(
        &mut self,
        fields: &Fields,
        last: &mut Option<usize>,
        place: &Place<'_>,
        column: bool,
    ) -> Result<Option<usize>, Syntax> {
        let Some(name) = self.scan.key(&mut self.scratch.memory)? else {
            self.half_surrogate(place);
            return Ok(None);
        };
        if let Some(index) = fields.names.get(name) {
            let index = index as usize;
            if let Some(order) = self.scratch.orders.get_mut(fields.order) {
                order.learn(*last, index);
            }
            *last = Some(index);
            return Ok(Some(index));
        }
        if self.unknown == Unknown::Refuse {
            let name = name.to_owned();
            let here = if column { place.column_named(&name) } else { place.field(&name) };
            self.note(&here, "unknown", || "is not known here".into());
        }
        Ok(None)
    }

    /// Adds what stands for `count` values of a field that is missing.
    fn missing(&mut self, field: &FieldNode, column: &mut Column, count: usize, place: &Place<'_>) {
        if field.default.is_none() && field.required {
            self.note(place, "required", || "is required".into());
        }
        field.push_missing(column, count);
    }

    /// Reads a frame, of which a bracket or brace is here, into columns that have `base` values; gives how many rows.
    pub(super) fn rows(
        &mut self,
        fields: &Fields,
        columns: &mut [Column],
        base: usize,
        place: &Place<'_>,
    ) -> Result<usize, Syntax> {
        if self.scan.peek()? == b'{' {
            return self.columns(fields, columns, base, place);
        }
        self.scan.step();
        if self.scan.is_empty(b']')? {
            return Ok(0);
        }
        let mut count = 0;
        loop {
            let row = place.in_row(count);
            if self.scan.peek()? == b'{' {
                self.object(fields, columns, base + count, &row, true)?;
            } else {
                self.wrong("an object", &row)?;
                columns.iter_mut().for_each(Column::push_null);
            }
            count += 1;
            if !self.scan.another(b']')? {
                return Ok(count);
            }
        }
    }

    /// Reads a frame that is an object of columns.
    fn columns(
        &mut self,
        fields: &Fields,
        columns: &mut [Column],
        base: usize,
        place: &Place<'_>,
    ) -> Result<usize, Syntax> {
        self.scan.step();
        // For each column whether it is there, and of how many values, if it is an array.
        let mut found: Vec<Option<Option<usize>>> = vec![None; fields.list.len()];
        let mut last = None;
        if !self.scan.is_empty(b'}')? {
            loop {
                match self.key(fields, &mut last, place, true)? {
                    Some(index) => {
                        let (field, column) = (&fields.list[index], &mut columns[index]);
                        let here = place.column_named(&field.name);
                        if found[index].is_some() {
                            self.duplicate(&here);
                            self.skip()?;
                        } else {
                            found[index] = Some(self.column(field, column, &here)?);
                        }
                    }
                    None => self.skip()?,
                }
                if !self.scan.another(b'}')? {
                    break;
                }
            }
        }
        let lengths = || found.iter().enumerate().filter_map(|(index, length)| Some((index, length.flatten()?)));
        let first = lengths().next();
        let count = lengths().map(|(_, length)| length).max().unwrap_or(0);
        for (index, (field, column)) in fields.list.iter().zip(columns).enumerate() {
            let here = place.column_named(&field.name);
            match (found[index], first) {
                (None, _) => self.missing(field, column, count, &here),
                (Some(Some(length)), Some((first, expected))) if length != expected => {
                    let first = &fields.list[first].name;
                    self.note(&here, "length", || {
                        format!("has {length} values, expected {expected}, as `{first}` has").into()
                    });
                }
                _ => {}
            }
            // After a violation, all columns are of one length all the same.
            column.push_nulls((base + count).saturating_sub(column.len()));
        }
        Ok(count)
    }

    /// Reads one column of a frame, and gives how many values it has, if it is an array.
    fn column(&mut self, field: &FieldNode, column: &mut Column, place: &Place<'_>) -> Result<Option<usize>, Syntax> {
        match self.scan.peek()? {
            b'[' => self.items(&field.node, column, place, true).map(Some),
            b'n' => {
                self.scan.word("null")?;
                self.note(place, "null", || "must not be null, expected an array".into());
                Ok(None)
            }
            _ => self.wrong("an array", place).map(|()| None),
        }
    }
}
