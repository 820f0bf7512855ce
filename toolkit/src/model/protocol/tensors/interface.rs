use std::collections::HashMap;

use serde_json::{Value, json};
use toolkit_envelope::{
    Fault,
    manifest::Function,
    rows::{Plan, ValuePlan},
    schema::{
        Field, Kind,
        inference_protocol::{TensorMetadata, Tensors},
    },
    table::Table,
};

use super::{Faults, Output, output, slot::Slot, take::Given};
use crate::check::bounded;

/// A tensor of a request.
#[derive(Clone, Debug)]
pub(crate) struct Input<'a> {
    /// Its name, as the client gave it.
    pub(crate) name: &'a str,
    /// The name of its datatype, as the client gave it.
    pub(crate) datatype: &'a str,
    /// The length of each axis, as the client gave them.
    pub(crate) shape: Vec<i64>,
    /// The elements.
    pub(crate) data: Data<'a>,
}

/// The elements of a tensor, as they travelled.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Data<'a> {
    /// JSON text: an array, flat or nested as the shape says. Whether it is JSON has been found out before.
    Json(&'a str),
    /// Little endian, row by row; each element of `BYTES` behind its length in 32 bits.
    Raw(&'a [u8]),
}

/// The tensors that a function takes and gives, with how they become the tables of a call and back.
#[derive(Debug)]
pub(crate) struct Interface {
    function: String,
    tensors: Tensors,
    parameters: Vec<Parameter>,
    /// For the name of each input: of which parameter and which of its slots, and whether it says which values there are.
    names: HashMap<String, (usize, usize, bool)>,
    result: Vec<Slot>,
}

/// A parameter of a function.
#[derive(Debug)]
pub(super) struct Parameter {
    pub(super) name: String,
    pub(super) slots: Vec<Slot>,
    pub(super) form: Form,
    pub(super) is_required: bool,
    pub(super) is_nullable: bool,
    /// What stands for it if it is not given.
    pub(super) default: Option<Table>,
}

/// What the tensors of a parameter stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// The columns of a frame.
    Frame,
    /// The fields of a struct.
    Struct,
    /// What has one tensor.
    Alone,
}

impl Form {
    fn of(kind: &Kind) -> Self {
        match kind {
            Kind::Frame { .. } => Self::Frame,
            Kind::Struct { .. } => Self::Struct,
            _ => Self::Alone,
        }
    }
}

impl Interface {
    /// The tensors of a function.
    ///
    /// # Errors
    ///
    /// Every part of the schemas that has no tensor, with its path from the parameter's name on.
    pub(crate) fn new(function: &Function) -> Result<Self, Vec<Fault>> {
        let fields: Vec<Field> = function.params.iter().map(toolkit_envelope::manifest::Parameter::to_field).collect();
        let tensors = Tensors::of_function(&function.name, &fields, &function.returns)?;
        let mut metadata = tensors.inputs.iter();
        let mut parameters = Vec::new();
        for field in &fields {
            parameters.push(Parameter::new(field, &mut metadata)?);
        }
        let result = slots(&Field::new(&function.name, function.returns.clone()), &mut tensors.outputs.iter())?;
        let mut names = HashMap::new();
        for (index, parameter) in parameters.iter().enumerate() {
            for (place, slot) in parameter.slots.iter().enumerate() {
                names.insert(slot.name.clone(), (index, place, false));
                if let Some(valid) = &slot.valid {
                    names.insert(valid.clone(), (index, place, true));
                }
            }
        }
        Ok(Self { function: function.name.clone(), tensors, parameters, names, result })
    }

    /// What the metadata say of the tensors.
    pub(crate) fn tensors(&self) -> &Tensors {
        &self.tensors
    }

    /// How many rows a request has by the names and the shapes of its tensors: the most that one of its arguments has.
    pub(crate) fn rows<'i>(&self, inputs: impl Iterator<Item = (&'i str, &'i [i64])>) -> usize {
        let rows = inputs.filter_map(|(name, shape)| {
            let (parameter, slot, is_valid) = self.names.get(name)?;
            let Parameter { form, slots, .. } = &self.parameters[*parameter];
            let has_rows = !is_valid && *form != Form::Struct && slots[*slot].shape.first() == Some(&-1);
            usize::try_from(*shape.first().filter(|_| has_rows)?).ok()
        });
        rows.max().unwrap_or_default()
    }

    /// Fills the tables of a call, which are empty, from the tensors of a request.
    ///
    /// # Errors
    ///
    /// All that is wrong with the tensors; what is in the tables then is of no use.
    pub(crate) fn fill(&self, inputs: &[Input<'_>], tables: &mut [Table]) -> Result<(), Faults> {
        let mut faults = Faults::default();
        let mut given: Vec<Vec<Given<'_, '_>>> =
            self.parameters.iter().map(|parameter| vec![Given::default(); parameter.slots.len()]).collect();
        for input in inputs {
            let Some((parameter, slot, is_valid)) = self.names.get(input.name) else {
                // What was meant is looked for only if it is told.
                faults.note(|| self.unknown(&bounded(input.name.to_owned())));
                continue;
            };
            let given = &mut given[*parameter][*slot];
            let place = if *is_valid { &mut given.valid } else { &mut given.values };
            match place {
                Some(_) => faults.of(input.name, "is there twice"),
                None => *place = Some(input),
            }
        }
        for ((parameter, given), table) in self.parameters.iter().zip(&given).zip(tables) {
            parameter.fill(given, table, &mut faults);
        }
        faults.into_result()
    }

    /// The tensors of a result, in the order of the metadata.
    pub(crate) fn outputs<'t>(&'t self, result: &'t Table) -> Vec<Output<'t>> {
        output::outputs(&self.result, result)
    }

    /// The tensors of arguments that were recorded, as they stand in a request; nothing if they are none.
    pub(crate) fn example(&self, function: &Function, arguments: &Value) -> Option<Vec<Value>> {
        let fields: Vec<Field> = function.params.iter().map(toolkit_envelope::manifest::Parameter::to_field).collect();
        let plan = Plan::new(&fields).ok()?;
        let mut tables = plan.arguments();
        plan.read(arguments.to_string().as_bytes(), &mut tables).ok()?;
        let mut inputs = Vec::new();
        for (parameter, table) in self.parameters.iter().zip(tables.tables()).filter(|(_, table)| table.present) {
            for output in output::outputs(&parameter.slots, table) {
                let mut data = Vec::new();
                output.write_json(&mut data).ok()?;
                let data: Value = serde_json::from_slice(&data).ok()?;
                let datatype = output.datatype.name();
                inputs.push(json!({ "name": output.name, "datatype": datatype, "shape": output.shape, "data": data }));
            }
        }
        Some(inputs)
    }

    /// That there is no such input, with the one that was meant, or all there are.
    fn unknown(&self, name: &str) -> String {
        let known = self.names.keys().map(|known| (strsim::damerau_levenshtein(known, name), known));
        let instead = match known.min() {
            Some((distance, known)) if distance <= 2 => format!("; did you mean `{known}`?"),
            _ => {
                let names: Vec<_> = self.tensors.inputs.iter().map(|tensor| format!("`{}`", tensor.name)).collect();
                format!(", which takes {}", names.join(", "))
            }
        };
        format!("`{name}`: is no input of `{}`{instead}", self.function)
    }
}

impl Parameter {
    fn new<'m>(field: &Field, metadata: &mut impl Iterator<Item = &'m TensorMetadata>) -> Result<Self, Vec<Fault>> {
        let default = field.default.as_ref().map(|value| default(field, &value.to_string())).transpose()?;
        Ok(Self {
            name: field.name.clone(),
            slots: slots(field, metadata)?,
            form: Form::of(&field.schema.kind),
            is_required: field.required,
            is_nullable: field.schema.nullable,
            default,
        })
    }
}

/// The table of a parameter's default.
fn default(field: &Field, text: &str) -> Result<Table, Vec<Fault>> {
    let mut table = Table::default();
    match ValuePlan::new(&field.schema)?.read(text.as_bytes(), &mut table) {
        Ok(()) => Ok(table),
        Err(violations) => {
            Err(vec![Fault { pointer: format!("/{}/default", field.name), message: violations.to_string() }])
        }
    }
}

/// The slots of a parameter or a result, whose tensors come next.
fn slots<'m>(field: &Field, metadata: &mut impl Iterator<Item = &'m TensorMetadata>) -> Result<Vec<Slot>, Vec<Fault>> {
    let may_lack = |field: &Field| field.schema.nullable || (!field.required && field.default.is_none());
    let form = Form::of(&field.schema.kind);
    let parts: Vec<&Field> = match &field.schema.kind {
        Kind::Frame { columns, index } => columns.iter().chain(index.iter().flatten()).collect(),
        Kind::Struct { fields } => fields.iter().collect(),
        _ => vec![field],
    };
    let outer_lacks = form != Form::Alone && may_lack(field);
    let is_frame = form == Form::Frame;
    let mut slots = Vec::new();
    for part in parts {
        let of_values = matches!(&part.schema.kind, Kind::Series { values } if !is_frame && values.nullable);
        let Some(tensor) = metadata.next() else { break };
        let valid = (outer_lacks || of_values || may_lack(part)).then(|| metadata.next()).flatten();
        let valid = valid.map(|valid| valid.name.clone());
        slots.push(Slot::new(part, is_frame, valid, tensor.datatype, tensor.shape.clone())?);
    }
    Ok(slots)
}
