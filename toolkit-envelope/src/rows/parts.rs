//! Reading what has parts: lists, objects, rows, tensors.

use super::{
    fields::{FieldNode, Fields},
    node::{Form, Node, TensorNode, Unknown},
    place::Place,
    read::Reader,
    scanner::Syntax,
};
use crate::{
    table::{Column, Values},
    tensor::Strings,
};

impl Reader<'_, '_> {
    /// Reads a value with parts, which is not null; whether it was added to the values.
    pub(super) fn parts(
        &mut self,
        node: &Node,
        values: &mut Values,
        first: u8,
        place: &Place<'_>,
    ) -> Result<bool, Syntax> {
        match (&node.form, values) {
            (Form::Any, Values::Json(texts)) => return self.any(texts, place),
            (Form::Union(nodes, trial), Values::Json(texts)) => return self.union(node, nodes, *trial, texts, place),
            (Form::List { items, min, max }, Values::List(offsets, column)) if first == b'[' => {
                let count = self.items(items, column, place, false)?;
                offsets.push(column.len());
                self.length(count, *min, *max, place);
            }
            (Form::Series(items), Values::List(offsets, column)) if first == b'[' => {
                self.items(items, column, place, true)?;
                offsets.push(column.len());
            }
            (Form::Map(items), Values::List(offsets, entries)) if first == b'{' => {
                if let Values::Struct(count, columns) = &mut entries.values
                    && let [keys, values] = columns.as_mut_slice()
                    && let Values::String(names) = &mut keys.values
                {
                    *count += self.entries(items, names, values, place)?;
                    offsets.push(*count);
                }
            }
            (Form::Struct(fields), Values::Struct(count, columns)) if first == b'{' => {
                self.object(fields, columns, *count, place, false)?;
                *count += 1;
            }
            (Form::Tuple(nodes), Values::Struct(count, columns)) if first == b'[' => {
                self.tuple(nodes, columns, *count, place)?;
                *count += 1;
            }
            (Form::Frame(fields), Values::List(offsets, rows)) if first == b'[' || first == b'{' => {
                if let Values::Struct(count, columns) = &mut rows.values {
                    *count += self.rows(fields, columns, *count, place)?;
                    offsets.push(*count);
                }
            }
            (Form::Tensor(tensor), Values::Tensor(tensors)) => {
                let start = tensors.axes.len();
                tensors.axes.resize(start + tensor.shape.len(), 0);
                self.tensor(tensor, &mut tensors.elements, &mut tensors.axes[start..], place)?;
                tensors.offsets.push(tensors.elements.len());
            }
            _ => {
                self.wrong(&node.form, place)?;
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Reads the items of an array, and gives how many there are. With `rows`, each is a row.
    pub(super) fn items(
        &mut self,
        node: &Node,
        column: &mut Column,
        place: &Place<'_>,
        rows: bool,
    ) -> Result<usize, Syntax> {
        self.scan.step();
        if self.scan.is_empty(b']')? {
            return Ok(0);
        }
        let mut count = 0;
        loop {
            let here = if rows { place.in_row(count) } else { place.item(count) };
            self.value(node, column, &here)?;
            count += 1;
            if !self.scan.another(b']')? {
                return Ok(count);
            }
        }
    }

    fn length(&mut self, count: usize, min: Option<u64>, max: Option<u64>, place: &Place<'_>) {
        let length = count as u64;
        if min.is_none_or(|min| length >= min) && max.is_none_or(|max| length <= max) {
            return;
        }
        let expected = match (min, max) {
            (Some(min), Some(max)) if min == max => min.to_string(),
            (Some(min), Some(max)) => format!("between {min} and {max}"),
            (Some(min), None) => format!("at least {min}"),
            (_, max) => format!("at most {}", max.unwrap_or_default()),
        };
        self.note(place, "length", || format!("length must be {expected}, found {count}").into());
    }

    fn any(&mut self, texts: &mut Strings, place: &Place<'_>) -> Result<bool, Syntax> {
        let mut whole = true;
        let text = self.scan.skip(&mut self.scratch.memory, &mut whole)?;
        if whole {
            texts.push(text);
        } else {
            self.half_surrogate(place);
        }
        Ok(whole)
    }

    /// Tries one alternative after the other.
    fn union(
        &mut self,
        node: &Node,
        nodes: &[Node],
        trial: usize,
        texts: &mut Strings,
        place: &Place<'_>,
    ) -> Result<bool, Syntax> {
        let start = self.scan;
        let mut whole = true;
        let text = self.scan.skip(&mut self.scratch.memory, &mut whole)?;
        let end = self.scan;
        let outer = self.trial;
        // While they are in use, an inner union must not find them: it has its own.
        let mut columns = self.scratch.trials.get_mut(trial).map(std::mem::take).unwrap_or_default();
        let mut taken = false;
        for (alternative, column) in nodes.iter().zip(&mut columns) {
            self.scan = start;
            self.trial = Some(true);
            column.clear();
            self.value(alternative, column, place)?;
            taken = self.trial == Some(true);
            if taken {
                break;
            }
        }
        if let Some(place) = self.scratch.trials.get_mut(trial) {
            *place = columns;
        }
        (self.scan, self.trial) = (end, outer);
        if taken {
            texts.push(text);
        } else {
            self.note(place, "type", || format!("must be {}", node.form.expected()).into());
        }
        Ok(taken)
    }

    /// Reads the entries of a map, and gives how many there are.
    fn entries(
        &mut self,
        node: &Node,
        names: &mut Strings,
        values: &mut Column,
        place: &Place<'_>,
    ) -> Result<usize, Syntax> {
        let begin = names.len();
        self.scan.step();
        if self.scan.is_empty(b'}')? {
            return Ok(0);
        }
        loop {
            match self.scan.key(&mut self.scratch.memory)? {
                Some(name) => {
                    names.push(name);
                    // The columns of a text are never so long that a name is not there.
                    let name = names.get(names.len() - 1).unwrap_or_default();
                    self.value(node, values, &place.field(name))?;
                }
                None => {
                    self.half_surrogate(place);
                    self.skip()?;
                }
            }
            if !self.scan.another(b'}')? {
                break;
            }
        }
        let mut sorted: Vec<&str> = (begin..names.len()).filter_map(|index| names.get(index)).collect();
        sorted.sort_unstable();
        for name in sorted.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]) {
            self.duplicate(&place.field(name));
        }
        Ok(names.len() - begin)
    }

    #[cold]
    pub(super) fn duplicate(&mut self, place: &Place<'_>) {
        self.note(place, "duplicate", || "is there twice".into());
    }

    fn tuple(&mut self, nodes: &[Node], columns: &mut [Column], base: usize, place: &Place<'_>) -> Result<(), Syntax> {
        self.scan.step();
        let mut count = 0;
        if !self.scan.is_empty(b']')? {
            loop {
                match nodes.get(count).zip(columns.get_mut(count)) {
                    Some((node, column)) => self.value(node, column, &place.item(count))?,
                    None => self.skip()?,
                }
                count += 1;
                if !self.scan.another(b']')? {
                    break;
                }
            }
        }
        for column in columns.iter_mut().skip(count) {
            column.push_nulls(base + 1 - column.len());
        }
        let length = Some(nodes.len() as u64);
        self.length(count, length, length, place);
        Ok(())
    }

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
        if let Some(default) = &field.default {
            for _ in 0..count {
                // The default was read into a column of the same schema.
                let _ = column.append(default, 0..1);
            }
            return;
        }
        if field.required {
            self.note(place, "required", || "is required".into());
        }
        column.push_nulls(count);
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
                self.wrong(&Form::Map(Box::new(Node { form: Form::Any, nullable: true, domain: None })), &row)?;
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
        let mut found: Vec<Option<usize>> = vec![None; fields.list.len()];
        let (mut last, mut first) = (None, None);
        if !self.scan.is_empty(b'}')? {
            loop {
                match self.key(fields, &mut last, place, true)? {
                    Some(index) => {
                        let (field, column) = (&fields.list[index], &mut columns[index]);
                        let here = place.column_named(&field.name);
                        if found[index].is_some() {
                            self.duplicate(&here);
                            self.skip()?;
                        } else if self.scan.peek()? == b'[' {
                            found[index] = Some(self.items(&field.node, column, &here, true)?);
                            first = first.or(Some(index));
                        } else {
                            let form = Form::Series(Box::new(Node { form: Form::Any, nullable: true, domain: None }));
                            self.wrong(&form, &here)?;
                            found[index] = Some(0);
                        }
                    }
                    None => self.skip()?,
                }
                if !self.scan.another(b'}')? {
                    break;
                }
            }
        }
        let count = found.iter().flatten().copied().max().unwrap_or(0);
        for (index, (field, column)) in fields.list.iter().zip(columns).enumerate() {
            let here = place.column_named(&field.name);
            let Some(length) = found[index] else {
                self.missing(field, column, count, &here);
                continue;
            };
            if let Some(first) = first
                && found[first] != Some(length)
            {
                let expected = found[first].unwrap_or_default();
                let other = &fields.list[first].name;
                self.note(&here, "length", || {
                    format!("has {length} values, expected {expected}, as `{other}` has").into()
                });
            }
            column.push_nulls(base + count - column.len());
        }
        Ok(count)
    }

    /// Reads a tensor, and fills in the lengths of its axes.
    pub(super) fn tensor(
        &mut self,
        tensor: &TensorNode,
        elements: &mut Column,
        axes: &mut [usize],
        place: &Place<'_>,
    ) -> Result<(), Syntax> {
        const NOT_YET: usize = usize::MAX;
        for (axis, length) in axes.iter_mut().zip(&tensor.shape) {
            *axis = length.unwrap_or(NOT_YET);
        }
        self.axis(tensor, 0, elements, axes, place)?;
        axes.iter_mut().filter(|axis| **axis == NOT_YET).for_each(|axis| *axis = 0);
        Ok(())
    }

    fn axis(
        &mut self,
        tensor: &TensorNode,
        depth: usize,
        elements: &mut Column,
        axes: &mut [usize],
        place: &Place<'_>,
    ) -> Result<(), Syntax> {
        if depth == tensor.shape.len() {
            return self.value(&tensor.element, elements, place);
        }
        if self.scan.peek()? != b'[' {
            let rest = TensorNode { element: tensor.element.clone(), shape: tensor.shape[depth..].to_vec() };
            return self.wrong(&Form::Tensor(Box::new(rest)), place);
        }
        self.scan.step();
        let mut count = 0;
        if !self.scan.is_empty(b']')? {
            loop {
                let batch = depth == 0 && tensor.shape[0].is_none();
                let here = if batch { place.in_row(count) } else { place.item(count) };
                self.axis(tensor, depth + 1, elements, axes, &here)?;
                count += 1;
                if !self.scan.another(b']')? {
                    break;
                }
            }
        }
        let expected = &mut axes[depth];
        if *expected == usize::MAX {
            *expected = count;
        } else if *expected != count {
            let expected = *expected;
            self.note(place, "shape", || format!("axis {depth} must have length {expected}, found {count}").into());
        }
        Ok(())
    }
}
