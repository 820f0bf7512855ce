use toolkit_envelope::{
    rows::{Layout, Violations},
    schema::inference_protocol::Datatype,
    table::{Column, Table, Values},
};

use super::{
    json, raw,
    slot::{Part, Slot},
};

/// A tensor of a result.
#[derive(Debug)]
pub(crate) struct Output<'t> {
    /// Its name.
    pub(crate) name: &'t str,
    /// What its elements are.
    pub(crate) datatype: Datatype,
    /// The length of each axis.
    pub(crate) shape: Vec<usize>,
    elements: Elements<'t>,
}

#[derive(Debug)]
enum Elements<'t> {
    /// Values, and for each whether there is one; nothing if there are all.
    Values(&'t Slot, &'t Column, Option<Vec<bool>>),
    /// So many elements that stand for what is not there.
    Placeholders(usize),
    /// Which values there are.
    Flags(Vec<bool>),
}

impl Output<'_> {
    /// Adds the elements to `out` as a flat array of JSON.
    ///
    /// # Errors
    ///
    /// What has no place in the schema.
    pub(crate) fn write_json(&self, out: &mut Vec<u8>) -> Result<(), Violations> {
        match &self.elements {
            Elements::Placeholders(count) => {
                let elements = vec![placeholder(self.datatype); *count];
                out.extend_from_slice(json::array(&elements, None, "").as_bytes());
            }
            Elements::Flags(flags) => {
                let flags: Vec<&str> = flags.iter().map(|flag| if *flag { "true" } else { "false" }).collect();
                out.extend_from_slice(json::array(&flags, None, "").as_bytes());
            }
            Elements::Values(slot, column, None) => written(slot, column, out)?,
            Elements::Values(slot, column, Some(valid)) => {
                let text = text(slot, column)?;
                let elements = json::elements(&text, &[column.len()]).unwrap_or_default();
                out.extend_from_slice(json::array(&elements, Some(valid), placeholder(self.datatype)).as_bytes());
            }
        }
        Ok(())
    }

    /// Adds the elements to `out` as raw bytes.
    ///
    /// # Errors
    ///
    /// What has no place in the schema.
    pub(crate) fn write_raw(&self, out: &mut Vec<u8>) -> Result<(), Violations> {
        match &self.elements {
            // An empty text is its length alone.
            Elements::Placeholders(count) => out.resize(out.len() + count * raw::size(self.datatype).unwrap_or(4), 0),
            Elements::Flags(flags) => out.extend(flags.iter().map(|flag| u8::from(*flag))),
            Elements::Values(slot, column, valid) => match (&column.values, valid) {
                (Values::String(strings), None) => strings.iter().for_each(|text| raw::write_text(text, out)),
                (values, valid) if raw::write(values, valid.as_deref(), out) => {}
                _ => {
                    let text = text(slot, column)?;
                    for element in json::elements(&text, &[column.len()]).unwrap_or_default() {
                        write_element(self.datatype, element, out);
                    }
                }
            },
        }
        Ok(())
    }
}

/// The tensors of a result's slots.
pub(super) fn outputs<'t>(slots: &'t [Slot], result: &'t Table) -> Vec<Output<'t>> {
    let mut outputs = Vec::new();
    for (slot, column) in slots.iter().zip(&result.columns) {
        let is_there = match (&column.values, slot.part) {
            (Values::Tensor(_), _) => column.is_valid(0),
            (_, Part::Tensor) => result.present,
            (_, Part::Value) => !column.is_empty(),
            _ => true,
        };
        let (elements, shape, mut flags) = if is_there {
            let (elements, shape) = elements(slot, column, result);
            let flags = valid(elements);
            (Elements::Values(slot, elements, flags.clone()), shape, flags)
        } else {
            let shape: Vec<usize> = slot.shape.iter().map(|axis| usize::try_from(*axis).unwrap_or(0)).collect();
            (Elements::Placeholders(shape.iter().product()), shape, Some(vec![false]))
        };
        if slot.part == Part::Tensor {
            flags = Some(vec![is_there]);
        }
        let count = shape.iter().product();
        outputs.push(Output { name: &slot.name, datatype: slot.datatype, shape, elements });
        if let Some(name) = &slot.valid {
            let flags = flags.unwrap_or_else(|| vec![true; count]);
            let shape = vec![flags.len()];
            outputs.push(Output { name, datatype: Datatype::Bool, shape, elements: Elements::Flags(flags) });
        }
    }
    outputs
}

/// The column of a slot's elements, and their shape.
fn elements<'t>(slot: &Slot, column: &'t Column, result: &Table) -> (&'t Column, Vec<usize>) {
    match &column.values {
        Values::List(_, items) if slot.part == Part::Series => (items, vec![items.len()]),
        Values::Tensor(tensors) => (&tensors.elements, tensors.axes.clone()),
        _ if slot.part == Part::Tensor => (column, result.shape.clone()),
        _ if slot.part == Part::Value => (column, vec![1]),
        _ => (column, vec![column.len()]),
    }
}

/// Which values there are: what is null is not, and no number that is not finite, which JSON does not have.
fn valid(column: &Column) -> Option<Vec<bool>> {
    let mut flags = column.validity.flags().map(<[bool]>::to_vec);
    macro_rules! finite {
        ($vec:expr) => {
            if $vec.iter().any(|value| !value.is_finite()) {
                let flags = flags.get_or_insert_with(|| vec![true; $vec.len()]);
                flags.iter_mut().zip($vec).for_each(|(flag, value)| *flag &= value.is_finite());
            }
        };
    }
    match &column.values {
        Values::Float16(vec) | Values::Float32(vec) => finite!(vec),
        Values::Float64(vec) => finite!(vec),
        _ => {}
    }
    flags
}

/// What stands in JSON where there is no value.
fn placeholder(datatype: Datatype) -> &'static str {
    match datatype {
        Datatype::Bool => "false",
        Datatype::Bytes => "\"\"",
        _ => "0",
    }
}

fn text(slot: &Slot, column: &Column) -> Result<String, Violations> {
    let mut text = Vec::new();
    written(slot, column, &mut text)?;
    // What is written is JSON, which is UTF-8.
    Ok(String::from_utf8(text).unwrap_or_default())
}

fn written(slot: &Slot, column: &Column, out: &mut Vec<u8>) -> Result<(), Violations> {
    let table = Table { columns: vec![column.clone()], rows: column.len(), shape: Vec::new(), present: true };
    slot.plan.write(&table, Layout::Rows, out)
}

/// Adds an element that stands in JSON.
fn write_element(datatype: Datatype, element: &str, out: &mut Vec<u8>) {
    match datatype {
        Datatype::Bool => out.push(u8::from(element == "true")),
        Datatype::Bytes => {
            let text: Option<String> = serde_json::from_str(element).unwrap_or_default();
            raw::write_text(&text.unwrap_or_default(), out);
        }
        // Categories are integers that 64 bits hold; null is 0.
        _ => out.extend_from_slice(&element.parse::<i64>().unwrap_or_default().to_le_bytes()),
    }
}
