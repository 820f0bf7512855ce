//! Schemas, made ready for reading and writing.

use std::collections::HashSet;

use serde_json::Value;

use super::{
    domain::{Domain, compare},
    fields::{FieldNode, Fields, KeyOrder},
    names::Names,
    place::Place,
    read::{Reader, Scratch},
};
use crate::{
    Fault,
    schema::{self, Field, Kind, Schema, TimeUnit, patterns::Patterns},
    table::{Column, Values},
};

/// What becomes of fields that the schema does not have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unknown {
    /// Each is a violation.
    #[default]
    Refuse,
    /// They are left out in silence.
    Drop,
}

/// A schema, ready for reading and writing.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) form: Form,
    pub(super) nullable: bool,
    pub(super) domain: Option<Box<Domain>>,
}

impl Node {
    /// Notes if the last value of `column` is outside of the domain.
    #[inline]
    #[cfg(any(feature = "arrow", feature = "csv"))]
    pub(super) fn check_domain(&self, column: &Column, place: &Place<'_>, violations: &mut super::Violations) {
        if let Some(domain) = &self.domain
            && let Err(outside) = domain.check(&column.values, column.len().saturating_sub(1))
        {
            let (code, message) = domain.told(outside);
            violations.note(place, code, || message);
        }
    }
}

/// What a value is, with what reading it needs.
#[derive(Clone, Debug)]
pub(super) enum Form {
    Bool,
    Int8,
    Int16,
    Int32,
    Int64,
    UInt8,
    UInt16,
    UInt32,
    UInt64,
    Float16,
    Float32,
    Float64,
    Decimal {
        precision: u8,
        scale: u8,
    },
    String,
    Binary,
    Date,
    Time(TimeUnit),
    Timestamp {
        unit: TimeUnit,
        zoned: bool,
    },
    Duration(TimeUnit),
    Uuid,
    Categorical(Box<Categories>),
    Any,
    /// The alternatives, and which of the scratch's columns are theirs.
    Union(Vec<Node>, usize),
    List {
        items: Box<Node>,
        min: Option<u64>,
        max: Option<u64>,
    },
    Map(Box<Node>),
    Struct(Fields),
    Tuple(Vec<Node>),
    Frame(Fields),
    Series(Box<Node>),
    Tensor(Box<TensorNode>),
}

/// The elements and the axes of a tensor.
#[derive(Clone, Debug)]
pub(super) struct TensorNode {
    pub(super) element: Node,
    /// The length of each axis, if the schema says it.
    pub(super) shape: Vec<Option<usize>>,
}

/// The values of a categorical column, and how they are found.
#[derive(Clone, Debug)]
pub(super) struct Categories {
    strings: Names,
    /// In ascending order.
    integers: Vec<(i128, u32)>,
    booleans: [Option<u32>; 2],
    /// Each as JSON text.
    pub(super) texts: Vec<String>,
}

impl Categories {
    pub(super) fn string(&self, value: &str) -> Option<u32> {
        self.strings.get(value)
    }

    pub(super) fn integer(&self, value: i128) -> Option<u32> {
        let found = self.integers.binary_search_by_key(&value, |(integer, _)| *integer);
        found.ok().map(|at| self.integers[at].1)
    }

    /// Whether there are strings alone.
    #[cfg(feature = "csv")]
    pub(super) fn are_strings(&self) -> bool {
        self.integers.is_empty() && self.booleans == [None; 2]
    }

    pub(super) fn boolean(&self, value: bool) -> Option<u32> {
        self.booleans[usize::from(value)]
    }
}

/// Makes nodes of schemas, and gathers what is wrong with the schemas.
#[derive(Default)]
pub(super) struct Compiler {
    pub(super) faults: Vec<Fault>,
    pub(super) scratch: Scratch,
    patterns: Patterns,
}

/// So deep may schemas be nested: values are as deep.
const DEEPEST: usize = 100;

impl Compiler {
    fn fault(&mut self, place: &Place<'_>, message: impl Into<String>) {
        self.faults.push(Fault { pointer: place.pointer(), message: message.into() });
    }

    /// The node of `schema`; [`Form::Any`] stands where something is wrong.
    pub(super) fn node(&mut self, schema: &Schema, place: &Place<'_>, depth: usize) -> Node {
        if depth >= DEEPEST {
            self.fault(place, format!("is nested deeper than {DEEPEST}"));
            return Node { form: Form::Any, nullable: true, domain: None };
        }
        let form = self.form(&schema.kind, place, depth + 1);
        let mut node = Node { form, nullable: schema.nullable, domain: None };
        if let Some(domain) = &schema.domain {
            node.domain = self.domain(domain, schema, &node, place).map(Box::new);
        }
        node
    }

    fn form(&mut self, kind: &Kind, place: &Place<'_>, depth: usize) -> Form {
        match kind {
            Kind::Bool => Form::Bool,
            Kind::Int8 => Form::Int8,
            Kind::Int16 => Form::Int16,
            Kind::Int32 => Form::Int32,
            Kind::Int64 => Form::Int64,
            Kind::UInt8 => Form::UInt8,
            Kind::UInt16 => Form::UInt16,
            Kind::UInt32 => Form::UInt32,
            Kind::UInt64 => Form::UInt64,
            Kind::Float16 => Form::Float16,
            Kind::Float32 => Form::Float32,
            Kind::Float64 => Form::Float64,
            Kind::Decimal { precision, scale } => Form::Decimal { precision: *precision, scale: *scale },
            Kind::String => Form::String,
            Kind::Binary => Form::Binary,
            Kind::Date => Form::Date,
            Kind::Time { unit } => Form::Time(*unit),
            Kind::Timestamp { unit, timezone } => Form::Timestamp { unit: *unit, zoned: timezone.is_some() },
            Kind::Duration { unit } => Form::Duration(*unit),
            Kind::Uuid => Form::Uuid,
            Kind::Categorical { values, .. } => Form::Categorical(Box::new(self.categories(values, place))),
            Kind::Any => Form::Any,
            Kind::List { items, min, max } => {
                Form::List { items: Box::new(self.node(items, &place.field("items"), depth)), min: *min, max: *max }
            }
            Kind::Series { values } => Form::Series(Box::new(self.node(values, &place.field("values"), depth))),
            Kind::Map { values } => Form::Map(Box::new(self.node(values, &place.field("values"), depth))),
            Kind::Struct { fields } => Form::Struct(self.fields(fields.iter(), &place.field("fields"), depth)),
            Kind::Frame { columns, index } => {
                let all = columns.iter().chain(index.iter().flatten());
                Form::Frame(self.fields(all, &place.field("columns"), depth))
            }
            Kind::Tuple { items } => Form::Tuple(self.nodes(items, &place.field("items"), depth)),
            Kind::Union { of } => {
                let nodes = self.nodes(of, &place.field("of"), depth);
                self.scratch.trials.push(of.iter().map(Column::of).collect());
                Form::Union(nodes, self.scratch.trials.len() - 1)
            }
            Kind::Tensor { dtype, shape } => {
                let element = self.node(&Schema::new((**dtype).clone()), &place.field("dtype"), depth);
                // −1 is any length.
                let shape = shape.iter().map(|length| usize::try_from(*length).ok()).collect();
                Form::Tensor(Box::new(TensorNode { element, shape }))
            }
        }
    }

    fn nodes(&mut self, schemas: &[Schema], place: &Place<'_>, depth: usize) -> Vec<Node> {
        let schemas = schemas.iter().enumerate();
        schemas.map(|(index, schema)| self.node(schema, &place.item(index), depth)).collect()
    }

    /// The fields, and how their names are found.
    pub(super) fn fields<'s>(
        &mut self,
        fields: impl Iterator<Item = &'s Field>,
        place: &Place<'_>,
        depth: usize,
    ) -> Fields {
        let mut names = Names::default();
        let mut list = Vec::new();
        for (index, field) in fields.enumerate() {
            let place = place.field(&field.name);
            if names.insert(&field.name, index) {
                self.fault(&place, "this name is there twice; each needs a name of its own");
            }
            let node = self.node(&field.schema, &place, depth);
            let default = field.default.as_ref().and_then(|value| {
                let place = place.field("default");
                self.read(value, &field.schema, &node, &place)
            });
            let key = Value::from(field.name.as_str()).to_string().into_bytes().into();
            list.push(FieldNode { name: field.name.clone(), key, node, required: field.required, default });
        }
        self.scratch.orders.push(KeyOrder::declared(list.len()));
        let needed = list.iter().filter(|field: &&FieldNode| field.is_needed()).count();
        Fields { list, names, order: self.scratch.orders.len() - 1, needed }
    }

    /// A column of one value, which stands in a schema.
    fn read(&mut self, value: &Value, schema: &Schema, node: &Node, place: &Place<'_>) -> Option<Column> {
        let mut column = Column::of(schema);
        let text = value.to_string();
        let mut reader = Reader::new(&text, &mut self.scratch, Unknown::Refuse);
        // What serde_json writes is JSON.
        let _ = reader.value(node, &mut column, place);
        let violations = reader.violations;
        let good = violations.is_empty();
        self.faults.extend(
            violations
                .list
                .into_iter()
                .map(|violation| Fault { pointer: violation.pointer, message: violation.message.into_owned() }),
        );
        good.then_some(column)
    }

    fn domain(&mut self, domain: &schema::Domain, schema: &Schema, node: &Node, place: &Place<'_>) -> Option<Domain> {
        let place = place.field("domain");
        let empty = Values::of(&schema.kind);
        let orders = compare(&one_of(&empty), 0, &one_of(&empty), 0).is_some();
        if !orders {
            self.fault(&place, "only values without parts have a domain");
            return None;
        }
        let mut bound = |bound: &Option<Value>, name| {
            let place = place.field(name);
            bound.as_ref().and_then(|bound| self.read(bound, schema, node, &place))
        };
        let (min, max) = (bound(&domain.min, "min"), bound(&domain.max, "max"));
        let values = domain.values.as_ref().and_then(|values| {
            let list = Schema::new(Kind::List { items: Box::new(without_domain(schema)), min: None, max: None });
            let node = self.node(&list, &place.field("values"), 0);
            self.read(&Value::from(values.clone()), &list, &node, &place.field("values"))
        });
        let pattern = domain.pattern.as_ref().and_then(|pattern| {
            let wrong = match self.patterns.get(pattern) {
                Ok(regex) if matches!(empty, Values::String(_)) => return Some(regex.clone()),
                Ok(_) => "only strings have a pattern".to_owned(),
                Err(why) => why.to_owned(),
            };
            self.fault(&place.field("pattern"), wrong);
            None
        });
        let bounds = [("at least", &domain.min), ("at most", &domain.max)];
        let bounds = bounds.iter().filter_map(|(word, bound)| Some(format!("{word} {}", bound.as_ref()?)));
        let bounds = bounds.collect::<Vec<_>>().join(" and ");
        let values = values.and_then(|values| values.items().map(ascending));
        Some(Domain { min, max, values, pattern, bounds })
    }

    fn categories(&mut self, values: &[Value], place: &Place<'_>) -> Categories {
        let mut categories = Categories {
            strings: Names::default(),
            integers: Vec::new(),
            booleans: [None; 2],
            texts: values.iter().map(Value::to_string).collect(),
        };
        let mut seen = HashSet::new();
        for (index, value) in values.iter().enumerate() {
            // A schema has fewer values than 32 bits count.
            let code = index as u32;
            let twice = match value {
                Value::String(string) => categories.strings.insert(string, index),
                Value::Bool(value) => categories.booleans[usize::from(*value)].replace(code).is_some(),
                other => match other.as_i64().map(i128::from).or_else(|| other.as_u64().map(i128::from)) {
                    Some(integer) => {
                        categories.integers.push((integer, code));
                        !seen.insert(integer)
                    }
                    None => {
                        self.fault(&place.field("values").item(index), "expected a string, an integer or a boolean");
                        false
                    }
                },
            };
            if twice {
                self.fault(&place.field("values").item(index), "is there twice");
            }
        }
        categories.integers.sort_unstable();
        categories
    }
}

/// A column with one value.
fn one_of(empty: &Values) -> Values {
    let mut column = Column::new(empty.clone());
    column.push_null();
    column.values
}

fn without_domain(schema: &Schema) -> Schema {
    Schema { domain: None, observed: None, ..schema.clone() }
}

/// The same values in ascending order.
fn ascending(column: &Column) -> Column {
    let mut order: Vec<usize> = (0..column.len()).collect();
    order.sort_by(|left, right| {
        compare(&column.values, *left, &column.values, *right).unwrap_or(std::cmp::Ordering::Equal)
    });
    let mut sorted = column.without_values();
    for index in order {
        // The column is like itself.
        let _ = sorted.append(column, index..index + 1);
    }
    sorted
}
