//! The tensors of a request, as the columns of a table.

use std::borrow::Cow;

use toolkit_envelope::{
    rows::MOST_CELLS,
    schema::inference_protocol::Datatype,
    table::{Column, Table, Tensors, Validity, Values},
};

use super::{
    Data, Faults, Input,
    interface::{Form, Parameter},
    json, raw,
    slot::{Part, Slot, Way},
};
use crate::check::bounded;

/// What a request has for a slot.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Given<'i, 'a> {
    pub(super) values: Option<&'i Input<'a>>,
    pub(super) valid: Option<&'i Input<'a>>,
}

impl Parameter {
    /// Fills the parameter's table, which is empty.
    pub(super) fn fill(&self, given: &[Given<'_, '_>], table: &mut Table, faults: &mut Faults) {
        let mut rows = None;
        for (slot, given) in self.slots.iter().zip(given) {
            match given {
                Given { values: Some(values), .. } if self.form == Form::Frame && rows.is_none() => {
                    rows = slot.shape_of(values).ok().and_then(|shape| Some((shape.first().copied()?, &slot.name)));
                }
                Given { values: None, valid: Some(valid) } => {
                    faults.of(valid.name, format_args!("stands alone; send `{}` too", slot.name));
                }
                _ => {}
            }
        }
        if given.iter().all(|given| given.values.is_none()) {
            return self.leave_out(table, faults);
        }
        table.present = true;
        table.rows = rows.map_or(1, |(rows, _)| rows);
        if table.rows.saturating_mul(self.slots.len()) > MOST_CELLS {
            return faults.note(|| format!("`{}` may have at most {MOST_CELLS} cells (rows times columns)", self.name));
        }
        for (index, (slot, given)) in self.slots.iter().zip(given).enumerate() {
            let Some(values) = given.values else {
                slot.leave_out(&mut table.columns[index], table.rows, faults);
                continue;
            };
            let shape = match slot.shape_of(values) {
                Ok(shape) => shape,
                Err(fault) => {
                    faults.of(&slot.name, fault);
                    continue;
                }
            };
            if let (Some((rows, first)), Some(found)) = (rows, shape.first())
                && rows != *found
            {
                faults.of(&slot.name, format_args!("has {found} rows, expected {rows} as `{first}`"));
                continue;
            }
            self.place(slot, index, (values, given.valid), &shape, table, faults);
        }
    }

    /// Reads the elements, and puts them where the table has them.
    fn place(
        &self,
        slot: &Slot,
        index: usize,
        (values, valid): (&Input<'_>, Option<&Input<'_>>),
        shape: &[usize],
        table: &mut Table,
        faults: &mut Faults,
    ) {
        let before = faults.count();
        let count = shape.iter().product();
        let is_whole = slot.part == Part::Tensor;
        let valid = slot.valid(valid, if is_whole { 1 } else { count }, faults);
        let column = &mut table.columns[index];
        if is_whole && valid.as_deref() == Some(&[false]) {
            match column.values {
                _ if !slot.may_lack => faults.of(&slot.name, "must not be null"),
                Values::Tensor(_) => column.push_null(),
                _ => (table.present, table.rows) = (false, 0),
            }
            return;
        }
        let valid = valid.filter(|_| !is_whole);
        match &mut column.values {
            Values::List(offsets, items) => {
                slot.read(values, shape, valid, items, faults);
                offsets.push(items.len());
            }
            Values::Tensor(tensors) => {
                let Tensors { axes, offsets, elements, .. } = &mut **tensors;
                slot.read(values, shape, valid, elements, faults);
                axes.extend_from_slice(shape);
                offsets.push(elements.len());
            }
            _ => slot.read(values, shape, valid, column, faults),
        }
        if faults.count() > before || self.form != Form::Alone {
            return;
        }
        match slot.part {
            Part::Series => table.rows = count,
            Part::Tensor => {
                table.shape.copy_from_slice(shape);
                table.rows = if slot.shape.first() == Some(&-1) { shape[0] } else { 1 };
            }
            // A value that is missing, where null is none.
            Part::Value if !self.is_nullable && !table.columns[0].is_valid(0) => table.clear(),
            _ => {}
        }
    }

    /// None of the tensors is given.
    fn leave_out(&self, table: &mut Table, faults: &mut Faults) {
        match &self.default {
            Some(default) => table.clone_from(default),
            None if !self.is_required => {}
            // Of what has more than one value, no other tensor says that there is none.
            None if self.is_nullable && (self.form != Form::Alone || !self.slots[0].is_needed) => {}
            None => {
                let needed: Vec<_> = self.slots.iter().filter(|slot| slot.is_needed).collect();
                for slot in &needed {
                    faults.of(&slot.name, "is required");
                }
                if needed.is_empty() {
                    let names: Vec<_> = self.slots.iter().map(|slot| format!("`{}`", slot.name)).collect();
                    faults.note(|| format!("at least one of {} is required", names.join(", ")));
                }
            }
        }
    }
}

impl Slot {
    /// The tensor is not given, and others of its parameter are.
    fn leave_out(&self, column: &mut Column, rows: usize, faults: &mut Faults) {
        match &self.default {
            Some(default) => {
                for _ in 0..rows {
                    // The default was read by the same schema.
                    let _ = column.append(default, 0..1);
                }
            }
            None if self.is_needed => faults.of(&self.name, "is required"),
            None => column.push_nulls(rows),
        }
    }

    /// The shape, as the elements lie; what is wrong with it, in words.
    fn shape_of(&self, input: &Input<'_>) -> Result<Vec<usize>, String> {
        let found = input.shape.iter().map(|length| usize::try_from(*length)).collect::<Result<Vec<_>, _>>();
        let found = found.ok();
        let is_like = |shape: &[usize]| {
            let fits = |(expected, found): (&i64, &usize)| *expected == -1 || usize::try_from(*expected) == Ok(*found);
            shape.len() == self.shape.len() && self.shape.iter().zip(shape).all(fits)
        };
        let is_taken = |shape: &[usize]| match shape {
            _ if is_like(shape) => true,
            // A column of a matrix: what clients send that know only matrices.
            [count, 1] if self.part != Part::Tensor => is_like(&[*count]),
            [] => self.part == Part::Value,
            _ => false,
        };
        let told = || bounded(format!("{:?}", input.shape));
        let Some(shape) = found.filter(|shape| is_taken(shape)) else {
            let any = if self.shape.contains(&-1) { " (-1 for any length)" } else { "" };
            return Err(format!("has shape {}, expected {:?}{any}", told(), self.shape));
        };
        // An axis of no length does not make the others small: a model may make a tensor of those.
        let cells = shape.iter().try_fold(1_usize, |all, length| all.checked_mul((*length).max(1)));
        if cells.is_none_or(|cells| cells > MOST_CELLS) {
            return Err(format!("has shape {}, of more than the {MOST_CELLS} elements that are taken", told()));
        }
        Ok(shape)
    }

    /// Which values there are; nothing if all are.
    fn valid(&self, input: Option<&Input<'_>>, count: usize, faults: &mut Faults) -> Option<Vec<bool>> {
        let input = input?;
        let before = faults.count();
        if input.datatype != Datatype::Bool.name() {
            faults.of(input.name, wrong_datatype(input.datatype, Datatype::Bool));
        }
        let found = input.shape.iter().try_fold(1_i64, |all, one| all.checked_mul(*one).filter(|_| *one >= 0));
        if found.and_then(|found| usize::try_from(found).ok()) != Some(count) {
            let found = bounded(format!("{:?}", input.shape));
            faults.of(
                input.name,
                format_args!("has shape {found}, expected one value for each of `{}`: {count}", self.name),
            );
        }
        if faults.count() > before {
            return None;
        }
        let flags = match input.data {
            Data::Raw(bytes) => {
                for (index, _) in bytes.iter().enumerate().filter(|(_, byte)| **byte > 1) {
                    faults.at(input.name, index, raw::Unfit::Boolean.expected());
                }
                bytes.iter().map(|byte| *byte == 1).collect()
            }
            Data::Json(text) => {
                let shape: Vec<usize> = input.shape.iter().filter_map(|length| usize::try_from(*length).ok()).collect();
                let elements = json::elements(text, &shape).unwrap_or_else(|fault| {
                    faults.of(input.name, fault);
                    Vec::new()
                });
                for (index, _) in elements.iter().enumerate().filter(|(_, text)| !matches!(**text, "true" | "false")) {
                    faults.at(input.name, index, "must be true or false");
                }
                elements.iter().map(|element| *element == "true").collect::<Vec<_>>()
            }
        };
        if faults.count() == before && flags.len() != count {
            faults.of(input.name, wrong_count(flags.len(), count, &input.shape));
        }
        (faults.count() == before).then_some(flags)
    }

    /// Reads the elements into an empty column.
    fn read(
        &self,
        input: &Input<'_>,
        shape: &[usize],
        valid: Option<Vec<bool>>,
        column: &mut Column,
        faults: &mut Faults,
    ) {
        if input.datatype != self.datatype.name() {
            return faults.of(&self.name, wrong_datatype(input.datatype, self.datatype));
        }
        let count = shape.iter().product();
        match (input.data, self.way) {
            (Data::Raw(bytes), Way::Plain | Way::Checked) => {
                self.read_raw(bytes, (count, input), valid, column, faults);
            }
            (Data::Raw(bytes), Way::Text) => {
                if let Some(text) = self.json_of_raw(bytes, (count, input), valid.as_deref(), faults) {
                    self.read_json(&text, (count, input), column, faults);
                }
            }
            (Data::Json(text), _) => match flat(text, shape, valid.as_deref()) {
                Ok(text) => self.read_json(&text, (count, input), column, faults),
                Err(fault) => faults.of(&self.name, fault),
            },
        }
    }

    /// Reads an array of the elements.
    fn read_json(&self, text: &str, (count, input): (usize, &Input<'_>), column: &mut Column, faults: &mut Faults) {
        let found = self.with_table(column, |slot, table| match slot.plan.read(text.as_bytes(), table) {
            Ok(()) => Some(table.rows),
            Err(violations) => {
                faults.violations(&slot.name, &violations);
                None
            }
        });
        if let Some(found) = found.filter(|found| *found != count) {
            faults.of(&self.name, wrong_count(found, count, &input.shape));
        }
    }

    fn read_raw(
        &self,
        bytes: &[u8],
        (count, input): (usize, &Input<'_>),
        valid: Option<Vec<bool>>,
        column: &mut Column,
        faults: &mut Faults,
    ) {
        if !self.has_length(bytes, count, input, faults) {
            return;
        }
        let before = faults.count();
        raw::read(bytes, &mut column.values, |index, unfit| {
            if valid.as_ref().is_none_or(|valid| valid[index]) {
                faults.at(&self.name, index, unfit.expected());
            }
        });
        column.validity = valid.map(Validity::from).unwrap_or_default();
        let is_plain = self.way == Way::Plain && (self.may_lack || column.validity.all());
        if is_plain || faults.count() > before {
            return;
        }
        // Writing finds all that reading would have.
        self.with_table(column, |slot, table| {
            (table.rows, table.present) = (count, true);
            if let Err(violations) = slot.plan.write(table, toolkit_envelope::rows::Layout::Rows, &mut Vec::new()) {
                faults.violations(&slot.name, &violations);
            }
        });
    }

    /// An array of the elements as JSON.
    fn json_of_raw(
        &self,
        bytes: &[u8],
        (count, input): (usize, &Input<'_>),
        valid: Option<&[bool]>,
        faults: &mut Faults,
    ) -> Option<String> {
        let before = faults.count();
        let texts: Vec<Cow<'_, str>> = match self.datatype {
            Datatype::Bytes => match raw::texts(bytes) {
                Ok(texts) => {
                    let texts = texts.into_iter().enumerate();
                    texts
                        .map(|(index, text)| match str::from_utf8(text) {
                            Ok(text) => serde_json::Value::from(text).to_string().into(),
                            Err(_) if valid.is_some_and(|valid| valid.get(index) == Some(&false)) => "null".into(),
                            Err(_) => {
                                faults.at(&self.name, index, "must be text in UTF-8, found other bytes");
                                "null".into()
                            }
                        })
                        .collect()
                }
                Err(index) => {
                    faults.at(
                        &self.name,
                        index,
                        "must be a length of 4 bytes and as many bytes as it says, found less",
                    );
                    return None;
                }
            },
            Datatype::Bool if self.has_length(bytes, count, input, faults) => {
                for (index, _) in bytes.iter().enumerate().filter(|(_, byte)| **byte > 1) {
                    faults.at(&self.name, index, raw::Unfit::Boolean.expected());
                }
                bytes.iter().map(|byte| (if *byte == 0 { "false" } else { "true" }).into()).collect()
            }
            Datatype::Int64 if self.has_length(bytes, count, input, faults) => {
                bytes.as_chunks().0.iter().map(|bytes| i64::from_le_bytes(*bytes).to_string().into()).collect()
            }
            _ => return None,
        };
        if faults.count() > before {
            return None;
        }
        let texts: Vec<&str> = texts.iter().map(|text| &**text).collect();
        Some(json::array(&texts, valid, "null"))
    }

    fn has_length(&self, bytes: &[u8], count: usize, input: &Input<'_>, faults: &mut Faults) -> bool {
        let expected = raw::size(self.datatype).and_then(|size| size.checked_mul(count));
        let has = expected == Some(bytes.len());
        if !has {
            let (found, shape) = (bytes.len(), bounded(format!("{:?}", input.shape)));
            let expected = expected.map_or_else(|| "less".to_owned(), |expected| expected.to_string());
            let datatype = self.datatype;
            faults.of(
                &self.name,
                format_args!("has {found} bytes of data, expected {expected} for shape {shape} of `{datatype}`"),
            );
        }
        has
    }

    /// Lends the column to a table of the plan.
    fn with_table<T>(&self, column: &mut Column, look: impl FnOnce(&Self, &mut Table) -> T) -> T {
        let lent = std::mem::replace(column, Column::new(Values::Bool(Vec::new())));
        let mut table = Table { columns: vec![lent], rows: 0, shape: Vec::new(), present: true };
        let result = look(self, &mut table);
        if let Some(lent) = table.columns.pop() {
            *column = lent;
        }
        result
    }
}

fn wrong_datatype(found: &str, expected: Datatype) -> String {
    format!("has datatype `{}`, expected `{expected}`", bounded(found.to_owned()))
}

fn wrong_count(found: usize, expected: usize, shape: &[i64]) -> String {
    format!("has {found} values, expected {expected} for shape {}", bounded(format!("{shape:?}")))
}

/// One flat array of the elements, with null for those that are not valid.
fn flat<'t>(text: &'t str, shape: &[usize], valid: Option<&[bool]>) -> Result<Cow<'t, str>, String> {
    let has_one_array = text.rfind('[') == Some(0);
    if valid.is_none() && has_one_array {
        return Ok(text.into());
    }
    let elements = json::elements(text, shape)?;
    Ok(json::array(&elements, valid, "null").into())
}
