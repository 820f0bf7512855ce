use toolkit_envelope::{
    Fault,
    rows::ValuePlan,
    schema::{Field, Kind, Schema, inference_protocol::Datatype},
    table::{Column, Table, Values},
};

/// What a tensor stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// A column of a frame.
    Column,
    /// A single value.
    Value,
    /// The values of a series.
    Series,
    /// A tensor.
    Tensor,
}

/// How the elements of a tensor become values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// Raw elements are the values.
    Plain,
    /// They are too, and then compared with the schema's domain.
    Checked,
    /// They are written as JSON, and read as such.
    Text,
}

/// One tensor, and the one beside it that says which values there are.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) name: String,
    /// The name of the tensor beside it, if there is one.
    pub(super) valid: Option<String>,
    pub(super) datatype: Datatype,
    /// The length of each axis; −1 for any.
    pub(super) shape: Vec<i64>,
    pub(super) part: Part,
    pub(super) way: Way,
    /// How an array of the elements is read and written.
    pub(super) plan: ValuePlan,
    /// Whether the tensor beside it may say that there is no value.
    pub(super) may_lack: bool,
    /// Whether it has to be given.
    pub(super) is_needed: bool,
    /// One value for where it is not given.
    pub(super) default: Option<Column>,
}

impl Slot {
    /// The tensor of a part of a parameter or a result, which is a `shape` of `datatype`.
    pub(super) fn new(
        field: &Field,
        is_column: bool,
        valid: Option<String>,
        datatype: Datatype,
        shape: Vec<i64>,
    ) -> Result<Self, Vec<Fault>> {
        let may_lack = field.schema.nullable || (!field.required && field.default.is_none());
        let (part, element) = match &field.schema.kind {
            _ if is_column => (Part::Column, Schema { nullable: may_lack, ..field.schema.clone() }),
            Kind::Series { values } => (Part::Series, (**values).clone()),
            Kind::Tensor { dtype, .. } => (Part::Tensor, Schema::new((**dtype).clone())),
            _ => (Part::Value, Schema { nullable: may_lack, ..field.schema.clone() }),
        };
        let way = match &element.kind {
            kind if !is_number(kind) => Way::Text,
            _ if element.domain.is_some() => Way::Checked,
            _ => Way::Plain,
        };
        let may_lack = if part == Part::Tensor { may_lack } else { element.nullable };
        let plan = ValuePlan::new(&Schema::new(Kind::Series { values: Box::new(element) }))?;
        Ok(Self {
            name: field.name.clone(),
            valid,
            datatype,
            shape,
            part,
            way,
            plan,
            may_lack,
            // That there is no series at all, no tensor beside it says.
            is_needed: field.required && field.default.is_none() && !(part == Part::Series && field.schema.nullable),
            default: default(field)?,
        })
    }
}

/// Whether raw elements are the values themselves.
fn is_number(kind: &Kind) -> bool {
    matches!(
        Values::of(kind),
        Values::Bool(_)
            | Values::Int8(_)
            | Values::Int16(_)
            | Values::Int32(_)
            | Values::Int64(_)
            | Values::UInt8(_)
            | Values::UInt16(_)
            | Values::UInt32(_)
            | Values::UInt64(_)
            | Values::Float16(_)
            | Values::Float32(_)
            | Values::Float64(_)
    )
}

/// The field's default, as a column of one value.
fn default(field: &Field) -> Result<Option<Column>, Vec<Fault>> {
    let Some(value) = &field.default else { return Ok(None) };
    let one = Kind::Tuple { items: vec![field.schema.clone()] };
    let plan = ValuePlan::new(&Schema::new(one))?;
    let mut table = Table::default();
    let text = serde_json::Value::from(vec![value.clone()]).to_string();
    let told = |violations: toolkit_envelope::rows::Violations| {
        vec![Fault { pointer: format!("/{}/default", field.name), message: violations.to_string() }]
    };
    plan.read(text.as_bytes(), &mut table).map_err(told)?;
    match table.columns.pop().map(|column| column.values) {
        Some(Values::Struct(_, mut columns)) => Ok(columns.pop()),
        _ => Ok(None),
    }
}
