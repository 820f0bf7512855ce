//! Reading what has parts: lists, maps, tuples, unions, tensors.

use super::{
    node::{Form, Node, TensorNode},
    place::Place,
    read::Reader,
    scanner::Syntax,
    words::wrong_length,
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
                self.fill(fields, columns, *count, place);
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
                self.wrong(&node.form.expected(), place)?;
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
        if let Some(message) = wrong_length(count, min, max) {
            self.note(place, "length", || message.into());
        }
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
        if !self.take_room(nodes.iter().map(Node::width).sum(), place) {
            return self.skip();
        }
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
            column.push_nulls((base + 1).saturating_sub(column.len()));
        }
        let length = Some(nodes.len() as u64);
        self.length(count, length, length, place);
        Ok(())
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
            let expected = tensor.expected(depth);
            return self.wrong(&expected, place);
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
