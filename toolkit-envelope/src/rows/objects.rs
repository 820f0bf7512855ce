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
    /// Reads an object into columns that have at most `base` values; those of fields that were missing until now have
    /// fewer, and [`fill`](Self::fill) adds them in the end. With `row`, its members are columns of a frame.
    pub(super) fn object(
        &mut self,
        fields: &Fields,
        columns: &mut [Column],
        base: usize,
        place: &Place<'_>,
        row: bool,
    ) -> Result<(), Syntax> {
        if !self.take_room(fields.list.len(), place) {
            return self.skip();
        }
        self.scan.step();
        let (mut found, mut last) = (0, None);
        if !self.scan.is_empty(b'}')? {
            loop {
                match self.key(fields, &mut last, place, row)? {
                    Some(index) => {
                        let (field, column) = (&fields.list[index], &mut columns[index]);
                        let here = if row { place.column_named(&field.name) } else { place.field(&field.name) };
                        if let Some(behind) = base.checked_sub(column.len()) {
                            self.fill_one(field, column, behind, &here);
                            self.value(&field.node, column, &here)?;
                            found += usize::from(field.is_needed());
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
        if found < fields.needed {
            for (field, column) in fields.list.iter().zip(columns) {
                if field.is_needed() && column.len() <= base {
                    let here = if row { place.column_named(&field.name) } else { place.field(&field.name) };
                    self.note(&here, "required", || "is required".into());
                }
            }
        }
        Ok(())
    }

    /// Adds what stands for missing values, until all columns have `length` values.
    pub(super) fn fill(&mut self, fields: &Fields, columns: &mut [Column], length: usize, place: &Place<'_>) {
        for (field, column) in fields.list.iter().zip(columns) {
            let behind = length.saturating_sub(column.len());
            self.fill_one(field, column, behind, place);
        }
    }

    /// Adds what stands for `count` values of a field that is missing.
    #[inline]
    fn fill_one(&mut self, field: &FieldNode, column: &mut Column, count: usize, place: &Place<'_>) {
        // Nobody gets the values of a text in which something is wrong.
        if count > 0 && self.violations.is_empty() {
            let width = field.node.width();
            if width <= 1 || self.take_room(width.saturating_mul(count), place) {
                field.push_missing(column, count);
            }
        }
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

    /// Reads a frame, of which a bracket or brace is here, into columns that have `base` values; gives how many rows.
    pub(super) fn rows(
        &mut self,
        fields: &Fields,
        columns: &mut [Column],
        base: usize,
        place: &Place<'_>,
    ) -> Result<usize, Syntax> {
        if self.scan.peek()? == b'{' {
            return self.columns(fields, columns, place);
        }
        self.scan.step();
        if self.scan.is_empty(b']')? {
            return Ok(0);
        }
        let (mut index, mut kept) = (0, base);
        loop {
            let row = place.in_row(index);
            if self.scan.peek()? == b'{' {
                self.object(fields, columns, kept, &row, true)?;
                kept += 1;
            } else {
                self.wrong("an object", &row)?;
            }
            index += 1;
            if base == 0 && !self.violations.is_empty() {
                // Nobody gets them.
                columns.iter_mut().for_each(Column::clear);
                kept = 0;
            }
            if !self.scan.another(b']')? {
                self.fill(fields, columns, kept, place);
                return Ok(kept - base);
            }
        }
    }

    /// Reads a frame that is an object of columns.
    fn columns(&mut self, fields: &Fields, columns: &mut [Column], place: &Place<'_>) -> Result<usize, Syntax> {
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
        let room = self.take_room(count.saturating_mul(fields.list.len()), place);
        for (index, (field, column)) in fields.list.iter().zip(columns).enumerate() {
            let here = place.column_named(&field.name);
            match (found[index], first) {
                (None, _) if field.is_needed() => self.note(&here, "required", || "is required".into()),
                (None, _) if room => self.fill_one(field, column, count, &here),
                (Some(Some(length)), Some((first, expected))) if length != expected => {
                    let first = &fields.list[first].name;
                    self.note(&here, "length", || {
                        format!("has {length} values, expected {expected}, as `{first}` has").into()
                    });
                }
                _ => {}
            }
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
