//! Writing columns as JSON, and finding what breaks their schema on the way.

use std::borrow::Cow;

use super::{
    domain::Domain,
    fields::{FieldNode, Fields},
    node::{Form, Node, TensorNode, Unknown},
    place::Place,
    plan::ValuePlan,
    read::{Reader, Scratch},
    violation::Violations,
};
use crate::table::{Column, Table, Values};

/// How a frame is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Layout {
    /// As an array of objects, one for each row.
    #[default]
    Rows,
    /// As an object of arrays, one for each column.
    Columns,
}

impl ValuePlan {
    /// Adds the value that `table` holds to `out`, as JSON.
    ///
    /// Floats are written with the fewest digits that say which one they are; those that are not finite as null, if null
    /// is a value. A decimal is written as a string.
    ///
    /// ```
    /// use toolkit_envelope::{rows::{Layout, ValuePlan}, schema::{Kind, Schema}, table::Values};
    ///
    /// let chances = Schema::new(Kind::Series { values: Box::new(Schema::new(Kind::Float32)) });
    /// let plan = ValuePlan::new(&chances).expect("the schema is right");
    /// let mut table = plan.table();
    /// table.columns[0].values = Values::Float32(vec![0.1, 1.0]);
    /// (table.rows, table.present) = (2, true);
    ///
    /// let mut out = Vec::new();
    /// plan.write(&table, Layout::Rows, &mut out)?;
    /// assert_eq!(out, b"[0.1,1.0]");
    ///
    /// table.columns[0].values = Values::Float32(vec![0.1, f32::NAN]);
    /// let broken = plan.write(&table, Layout::Rows, &mut out).unwrap_err();
    /// assert_eq!(broken.to_string(), "`/1` must be a finite number");
    /// # Ok::<(), toolkit_envelope::rows::Violations>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Everything in which the value breaks its schema; nothing is added to `out` then.
    pub fn write(&self, table: &Table, layout: Layout, out: &mut Vec<u8>) -> Result<(), Violations> {
        let start = out.len();
        let mut writer =
            Writer { out, layout, violations: Violations::default(), text: String::new(), scratch: None, plan: self };
        writer.table(table);
        let violations = writer.violations;
        if violations.is_empty() {
            return Ok(());
        }
        out.truncate(start);
        Err(violations)
    }
}

pub(super) struct Writer<'w> {
    pub(super) out: &'w mut Vec<u8>,
    layout: Layout,
    pub(super) violations: Violations,
    /// The last text of a date or the like.
    pub(super) text: String,
    /// What checking JSON text needs; made when there is some.
    scratch: Option<Scratch>,
    plan: &'w ValuePlan,
}

impl Writer<'_> {
    #[cold]
    pub(super) fn note(&mut self, place: &Place<'_>, code: &'static str, message: impl Into<Cow<'static, str>>) {
        self.violations.note(place, code, || message.into());
    }

    fn table(&mut self, table: &Table) {
        let (place, node) = (Place::DOCUMENT, &self.plan.node);
        if !self.plan.fits(table) {
            return self.note(&place, "type", format!("must be {}, found other columns", node.form.expected()));
        }
        if !table.present {
            return self.null(node, &place);
        }
        let shape: usize = table.shape.iter().product();
        let rows = if matches!(node.form, Form::Tensor(_)) { shape } else { table.rows };
        if let Some(column) = table.columns.iter().find(|column| column.len() != rows) {
            let found = column.len();
            return self.note(&place, "length", format!("has a column of {found} values, expected {rows}"));
        }
        match (&node.form, table.columns.as_slice()) {
            (Form::Frame(fields), columns) => self.frame(fields, columns, 0..rows, &place),
            (Form::Series(items), [column]) => self.items(items, column, 0..rows, &place, true),
            (Form::Tensor(tensor), [elements]) => self.tensor(tensor, elements, 0, &table.shape, &place),
            (_, _) if rows != 1 => self.note(&place, "length", format!("has {rows} rows, expected 1")),
            (Form::Struct(fields), columns) => self.object(fields, columns, 0, &place, true),
            (_, [column]) => self.value(node, column, 0, &place),
            _ => {}
        }
    }

    fn null(&mut self, node: &Node, place: &Place<'_>) {
        if !node.nullable {
            self.note(place, "null", "must not be null");
        }
        self.out.extend_from_slice(b"null");
    }

    /// Writes the value at `index`.
    pub(super) fn value(&mut self, node: &Node, column: &Column, index: usize, place: &Place<'_>) {
        if !column.is_valid(index) {
            return self.null(node, place);
        }
        if let Some(domain) = &node.domain {
            self.domain(domain, &column.values, index, place);
        }
        let written = self.scalar(node, &column.values, index, place);
        if written.is_none() {
            self.note(place, "type", "has no value here: the column is broken");
        }
    }

    #[inline]
    fn domain(&mut self, domain: &Domain, values: &Values, index: usize, place: &Place<'_>) {
        if let Err(outside) = domain.check(values, index) {
            let (code, message) = domain.told(outside);
            self.note(place, code, message);
        }
    }

    /// Writes a value with parts; nothing if the column does not have it.
    pub(super) fn parts(&mut self, node: &Node, values: &Values, index: usize, place: &Place<'_>) -> Option<()> {
        match (&node.form, values) {
            (Form::Any | Form::Union(..), Values::Json(texts)) => self.json(node, texts.get(index)?, place),
            (Form::List { items, min, max }, Values::List(offsets, column)) => {
                let range = *offsets.get(index)?..*offsets.get(index + 1)?;
                if let Some(message) = super::words::wrong_length(range.len(), *min, *max) {
                    self.note(place, "length", message);
                }
                self.items(items, column, range, place, false);
            }
            (Form::Series(items), Values::List(offsets, column)) => {
                self.items(items, column, *offsets.get(index)?..*offsets.get(index + 1)?, place, true);
            }
            (Form::Map(items), Values::List(offsets, entries)) => {
                let range = *offsets.get(index)?..*offsets.get(index + 1)?;
                let Values::Struct(_, columns) = &entries.values else { return None };
                let [Column { values: Values::String(names), .. }, column] = columns.as_slice() else { return None };
                let mut sorted: Vec<&str> = range.clone().filter_map(|entry| names.get(entry)).collect();
                sorted.sort_unstable();
                for pair in sorted.windows(2).filter(|pair| pair[0] == pair[1]) {
                    self.note(&place.field(pair[0]), "duplicate", "is there twice");
                }
                self.out.push(b'{');
                for (count, entry) in range.enumerate() {
                    self.comma(count);
                    let name = names.get(entry)?;
                    self.string(name);
                    self.out.push(b':');
                    self.value(items, column, entry, &place.field(name));
                }
                self.out.push(b'}');
            }
            (Form::Struct(fields), Values::Struct(_, columns)) => self.object(fields, columns, index, place, false),
            (Form::Tuple(nodes), Values::Struct(_, columns)) => {
                self.out.push(b'[');
                for (count, (node, column)) in nodes.iter().zip(columns).enumerate() {
                    self.comma(count);
                    self.value(node, column, index, &place.item(count));
                }
                self.out.push(b']');
            }
            (Form::Frame(fields), Values::List(offsets, rows)) => {
                let Values::Struct(_, columns) = &rows.values else { return None };
                self.frame(fields, columns, *offsets.get(index)?..*offsets.get(index + 1)?, place);
            }
            (Form::Tensor(tensor), Values::Tensor(tensors)) => {
                let axes = tensors.axes.get(index * tensors.rank..(index + 1) * tensors.rank)?;
                self.tensor(tensor, &tensors.elements, *tensors.offsets.get(index)?, axes, place);
            }
            _ => return None,
        }
        Some(())
    }

    fn comma(&mut self, count: usize) {
        if count > 0 {
            self.out.push(b',');
        }
    }

    fn items(&mut self, node: &Node, column: &Column, range: std::ops::Range<usize>, place: &Place<'_>, rows: bool) {
        self.out.push(b'[');
        for (count, index) in range.enumerate() {
            self.comma(count);
            let here = if rows { place.in_row(count) } else { place.item(count) };
            self.value(node, column, index, &here);
        }
        self.out.push(b']');
    }

    /// Writes JSON text as it is, if it is what the schema takes.
    fn json(&mut self, node: &Node, text: &str, place: &Place<'_>) {
        let scratch = self.scratch.get_or_insert_with(|| self.plan.scratch.clone());
        let mut reader = Reader::new(text, scratch, Unknown::Refuse);
        let mut column = Column::new(Values::Json(crate::tensor::Strings::default()));
        let read = reader.value(node, &mut column, place).and_then(|()| reader.scan.end());
        let violations = reader.violations;
        if read.is_err() {
            self.note(place, "type", "must be JSON text");
        }
        self.violations.extend(violations);
        self.out.extend_from_slice(text.as_bytes());
    }

    fn object(&mut self, fields: &Fields, columns: &[Column], index: usize, place: &Place<'_>, row: bool) {
        self.out.push(b'{');
        let mut count = 0;
        for (field, column) in fields.list.iter().zip(columns) {
            if is_absent(field, column, index) {
                continue;
            }
            self.comma(count);
            count += 1;
            self.out.extend_from_slice(&field.key);
            self.out.push(b':');
            let here = if row { place.column_named(&field.name) } else { place.field(&field.name) };
            self.value(&field.node, column, index, &here);
        }
        self.out.push(b'}');
    }

    fn frame(&mut self, fields: &Fields, columns: &[Column], range: std::ops::Range<usize>, place: &Place<'_>) {
        if self.layout == Layout::Columns {
            return self.columns(fields, columns, range, place);
        }
        self.out.push(b'[');
        for (count, index) in range.enumerate() {
            self.comma(count);
            self.object(fields, columns, index, &place.in_row(count), true);
        }
        self.out.push(b']');
    }

    fn columns(&mut self, fields: &Fields, columns: &[Column], range: std::ops::Range<usize>, place: &Place<'_>) {
        self.out.push(b'{');
        let mut count = 0;
        for (field, column) in fields.list.iter().zip(columns) {
            // A column that no row has is left out; one that some rows have cannot be said in columns.
            if !range.is_empty() && range.clone().all(|index| is_absent(field, column, index)) {
                continue;
            }
            self.comma(count);
            count += 1;
            self.out.extend_from_slice(&field.key);
            self.out.push(b':');
            self.items(&field.node, column, range.clone(), &place.column_named(&field.name), true);
        }
        if count == 0 && !range.is_empty() {
            self.note(place, "length", format!("has {} rows and no column that could say so", range.len()));
        }
        self.out.push(b'}');
    }

    fn tensor(&mut self, tensor: &TensorNode, elements: &Column, start: usize, axes: &[usize], place: &Place<'_>) {
        for (axis, (length, expected)) in axes.iter().zip(&tensor.shape).enumerate() {
            if let Some(expected) = expected.filter(|expected| expected != length) {
                self.note(place, "shape", format!("axis {axis} must have length {expected}, found {length}"));
            }
        }
        self.axis(tensor, elements, start, axes, place);
    }

    fn axis(&mut self, tensor: &TensorNode, elements: &Column, start: usize, axes: &[usize], place: &Place<'_>) {
        let Some((length, inner)) = axes.split_first() else {
            return self.value(&tensor.element, elements, start, place);
        };
        let batch = axes.len() == tensor.shape.len() && tensor.shape.first() == Some(&None);
        let each: usize = inner.iter().product();
        self.out.push(b'[');
        for index in 0..*length {
            self.comma(index);
            let here = if batch { place.in_row(index) } else { place.item(index) };
            self.axis(tensor, elements, start + index * each, inner, &here);
        }
        self.out.push(b']');
    }
}

/// Whether a null says that the field is not there.
fn is_absent(field: &FieldNode, column: &Column, index: usize) -> bool {
    !field.required && !field.node.nullable && !column.is_valid(index)
}
