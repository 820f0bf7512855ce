//! From the bytes of a file to a [`Graph`]: every length is checked against the bytes that are there, nothing panics,
//! and what is read takes at most a few dozen times the memory of the file.

use crate::tensor::{Elements, Strings};

use super::graph::{Attribute, Body, Constant, Content, DataType, Declared, Dim, Graph, Kind, Node};
use super::recognise::recognise;
use super::structure;
use super::wire::{Field, Malformed, Message, malformed};

/// Computations within computations, and types within types, that are read at most.
const DEPTH: usize = 12;

/// Why bytes are not a model.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The file is of another kind.
    #[error("not an ONNX model: {0}")]
    Other(String),
    /// The bytes are not those of a model, or not all of them.
    #[error("not an ONNX model, or a damaged one: {0}")]
    Damaged(String),
    /// The bytes are a model's, and what they say cannot be.
    #[error("not a valid ONNX model: {}", .0.join("; "))]
    Invalid(Vec<String>),
}

impl Graph {
    /// Reads a model from the bytes of its file.
    ///
    /// # Errors
    ///
    /// Tells what the file is when it is of another kind, where it is damaged, and all that is wrong in it: tensors whose
    /// size is not that of their bytes, values that nothing makes or that are made twice, nodes that wait for each other.
    pub fn read(bytes: &[u8]) -> Result<Self, ReadError> {
        let mut reader = Reader { faults: Vec::new() };
        let read = reader.model(Message::new(bytes));
        let (mut graph, found) = match read {
            Ok(read) => read,
            Err(error) => {
                return Err(recognise(bytes).map_or_else(|| ReadError::Damaged(error.to_string()), ReadError::Other));
            }
        };
        if !found {
            let nothing = || ReadError::Damaged("it has no graph".to_owned());
            return Err(recognise(bytes).map_or_else(nothing, ReadError::Other));
        }
        reader.faults.extend(structure::order(&mut graph.body));
        if reader.faults.is_empty() { Ok(graph) } else { Err(ReadError::Invalid(reader.faults)) }
    }
}

/// Reads messages, and gathers what is wrong in those whose bytes are right.
struct Reader {
    faults: Vec<String>,
}

impl Reader {
    /// The model, and whether it has a graph.
    fn model(&mut self, mut message: Message<'_>) -> Result<(Graph, bool), Malformed> {
        let mut graph = Graph {
            ir_version: 0,
            producer_name: String::new(),
            producer_version: String::new(),
            opsets: std::collections::BTreeMap::new(),
            functions: Vec::new(),
            body: Body::default(),
        };
        let mut found = false;
        while let Some(field) = message.next()? {
            match field.number {
                1 => graph.ir_version = field.int()?,
                2 => field.text()?.clone_into(&mut graph.producer_name),
                3 => field.text()?.clone_into(&mut graph.producer_version),
                7 => {
                    if found {
                        self.faults.push("the file has two graphs".to_owned());
                    }
                    graph.body = self.body(field.message()?, DEPTH)?;
                    found = true;
                }
                8 => {
                    let (domain, version) = opset(field.message()?)?;
                    if graph.opsets.insert(domain.clone(), version).is_some_and(|other| other != version) {
                        self.faults.push(format!("two versions of the operators of {domain} are named"));
                    }
                }
                25 => graph.functions.push(function(field.message()?)?),
                _ => {}
            }
        }
        Ok((graph, found))
    }

    fn body(&mut self, mut message: Message<'_>, depth: usize) -> Result<Body, Malformed> {
        let mut body = Body::default();
        while let Some(field) = message.next()? {
            match field.number {
                1 => body.nodes.push(self.node(field, depth)?),
                2 => field.text()?.clone_into(&mut body.name),
                5 => body.initializers.push(self.constant(field.message()?)?),
                11 => body.inputs.push(declared(field.message()?)?),
                12 => body.outputs.push(declared(field.message()?)?),
                15 => self.faults.push("an initializer is a sparse tensor: save the model with dense ones".to_owned()),
                _ => {}
            }
        }
        Ok(body)
    }

    fn node(&mut self, field: Field<'_>, depth: usize) -> Result<Node, Malformed> {
        let mut node = Node::default();
        let mut message = field.message()?;
        while let Some(field) = message.next()? {
            match field.number {
                1 => node.inputs.push(field.text()?.to_owned()),
                2 => node.outputs.push(field.text()?.to_owned()),
                3 => field.text()?.clone_into(&mut node.name),
                4 => field.text()?.clone_into(&mut node.operator),
                5 => {
                    let (name, attribute) = self.attribute(field, depth)?;
                    if let Some((name, _)) = node.attributes.remove_entry(&name) {
                        self.faults.push(format!("node {:?} has the attribute {name} twice", node.name));
                    }
                    node.attributes.insert(name, attribute);
                }
                7 => node.domain = domain(field.text()?),
                _ => {}
            }
        }
        if node.operator.is_empty() {
            return Err(missing(field, "a node without an operator"));
        }
        if node.domain.is_empty() {
            node.domain = domain("");
        }
        Ok(node)
    }

    fn attribute(&mut self, field: Field<'_>, depth: usize) -> Result<(String, Attribute), Malformed> {
        let mut name = String::new();
        let mut kind = 0;
        let (mut float, mut int, mut text) = (None, None, None);
        let (mut tensor, mut graph, mut other) = (None, None, None);
        let (mut floats, mut ints, mut strings) = (Vec::new(), Vec::new(), Strings::default());
        let mut message = field.message()?;
        while let Some(field) = message.next()? {
            match field.number {
                1 => field.text()?.clone_into(&mut name),
                2 => float = Some(field.float()?),
                3 => int = Some(field.int()?),
                4 => text = Some(field.text()?.to_owned()),
                5 => tensor = Some(self.constant(field.message()?)?),
                6 if depth == 0 => return Err(missing(field, "computations within computations, too deep")),
                6 => graph = Some(self.body(field.message()?, depth - 1)?),
                7 => field.floats(&mut floats)?,
                8 => field.ints(&mut ints)?,
                9 => strings.push(field.text()?),
                10 => other = Some("a list of tensors"),
                11 => other = Some("a list of computations"),
                14 | 15 => other = Some("a type"),
                20 => kind = field.int()?,
                21 => other = Some("a reference to an attribute"),
                22 | 23 => other = Some("a sparse tensor"),
                _ => {}
            }
        }
        if name.is_empty() {
            return Err(missing(field, "an attribute without a name"));
        }
        // A writer may leave out what is 0 or empty, as long as it says the type.
        let attribute = match kind {
            _ if other.is_some() => Attribute::Other(other.unwrap_or_default()),
            1 => Attribute::Float(float.unwrap_or_default()),
            2 => Attribute::Int(int.unwrap_or_default()),
            3 => Attribute::String(text.unwrap_or_default()),
            6 => Attribute::Floats(floats),
            7 => Attribute::Ints(ints),
            8 => Attribute::Strings(strings),
            0 | 4 | 5 => match (tensor, graph, float, int, text) {
                (Some(tensor), ..) => Attribute::Tensor(tensor),
                (_, Some(graph), ..) => Attribute::Graph(Box::new(graph)),
                (_, _, Some(float), ..) => Attribute::Float(float),
                (_, _, _, Some(int), _) => Attribute::Int(int),
                (.., Some(text)) => Attribute::String(text),
                _ if !floats.is_empty() => Attribute::Floats(floats),
                _ if !strings.is_empty() => Attribute::Strings(strings),
                _ => Attribute::Ints(ints),
            },
            _ => Attribute::Other("a value of a type that is not known"),
        };
        Ok((name, attribute))
    }

    fn constant(&mut self, mut message: Message<'_>) -> Result<Constant, Malformed> {
        let mut name = String::new();
        let (mut dims, mut data_type) = (Vec::new(), DataType(0));
        let (mut floats, mut doubles, mut ints, mut longs) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (mut strings, mut raw, mut external, mut segment) = (Strings::default(), None, false, false);
        while let Some(field) = message.next()? {
            match field.number {
                1 => field.ints(&mut dims)?,
                2 => data_type = DataType(field.int()?),
                3 => segment = true,
                4 => field.floats(&mut floats)?,
                5 => field.ints(&mut ints)?,
                6 => strings.push(field.text()?),
                7 => field.ints(&mut longs)?,
                8 => field.text()?.clone_into(&mut name),
                9 => raw = Some(field.bytes()?),
                10 => field.doubles(&mut doubles)?,
                13 => external = true,
                14 => external |= field.int()? == 1,
                _ => {}
            }
        }
        let content = match data_type.0 {
            _ if external => Content::External,
            _ if segment => {
                self.faults.push(format!("tensor {name:?} is in segments, which is not supported"));
                Content::Unknown
            }
            1 => Content::Held(Elements::Float32(raw_or(raw, floats, f32::from_le_bytes))),
            11 => Content::Held(Elements::Float64(raw_or(raw, doubles, f64::from_le_bytes))),
            6 => Content::Held(Elements::Int32(raw_or(raw, narrowed(ints), i32::from_le_bytes))),
            7 => Content::Held(Elements::Int64(raw_or(raw, longs, i64::from_le_bytes))),
            8 => Content::Held(Elements::String(strings)),
            9 => Content::Held(Elements::Bool(match raw {
                Some(bytes) => bytes.iter().map(|byte| *byte != 0).collect(),
                None => ints.iter().map(|int| *int != 0).collect(),
            })),
            _ => Content::Unknown,
        };
        let dims = self.dims(&name, &dims, &content);
        Ok(Constant { name, data_type, dims, content })
    }

    /// The length of each axis, when their product is the number of elements that are there.
    fn dims(&mut self, name: &str, dims: &[i64], content: &Content) -> Vec<usize> {
        let lengths: Option<Vec<usize>> = dims.iter().map(|dim| usize::try_from(*dim).ok()).collect();
        let size = lengths.as_ref().and_then(|dims| dims.iter().try_fold(1_usize, |size, dim| size.checked_mul(*dim)));
        let (Some(lengths), Some(size)) = (lengths, size) else {
            self.faults.push(format!("tensor {name:?} says its shape is {dims:?}, which cannot be"));
            return Vec::new();
        };
        if let Content::Held(elements) = content
            && elements.len() != size
        {
            let found = elements.len();
            self.faults.push(format!(
                "tensor {name:?} says its shape is {dims:?}, which is {size} elements, and has {found} elements"
            ));
        }
        lengths
    }
}

/// The elements from raw bytes where there are such; a rest that is no whole element makes their number differ.
fn raw_or<T, const N: usize>(raw: Option<&[u8]>, typed: Vec<T>, read: fn([u8; N]) -> T) -> Vec<T> {
    let Some(bytes) = raw else { return typed };
    let (chunks, rest) = bytes.as_chunks::<N>();
    let elements = chunks.iter().map(|chunk| read(*chunk));
    if rest.is_empty() { elements.collect() } else { elements.chain([read([0; N])]).collect() }
}

fn narrowed(ints: Vec<i64>) -> Vec<i32> {
    ints.into_iter().map(|int| int as i32).collect()
}

fn declared(mut message: Message<'_>) -> Result<Declared, Malformed> {
    let mut declared = Declared { name: String::new(), kind: Kind::Unknown };
    while let Some(field) = message.next()? {
        match field.number {
            1 => field.text()?.clone_into(&mut declared.name),
            2 => declared.kind = kind(field, DEPTH)?,
            _ => {}
        }
    }
    Ok(declared)
}

fn kind(field: Field<'_>, depth: usize) -> Result<Kind, Malformed> {
    if depth == 0 {
        return Err(missing(field, "types within types, too deep"));
    }
    let mut found = Kind::Unknown;
    let mut message = field.message()?;
    while let Some(field) = message.next()? {
        match field.number {
            1 => found = tensor_kind(field.message()?)?,
            4 => found = Kind::Sequence(Box::new(inner_kind(field.message()?, 1, depth)?.1)),
            5 => {
                let (key, value) = inner_kind(field.message()?, 2, depth)?;
                found = Kind::Map(key, Box::new(value));
            }
            8 => found = Kind::Sparse,
            9 => found = Kind::Optional(Box::new(inner_kind(field.message()?, 1, depth)?.1)),
            _ => {}
        }
    }
    Ok(found)
}

/// The type within a sequence, a map (and then the type of its keys) or an optional.
fn inner_kind(mut message: Message<'_>, number: u64, depth: usize) -> Result<(DataType, Kind), Malformed> {
    let (mut key, mut value) = (DataType(0), Kind::Unknown);
    while let Some(field) = message.next()? {
        if field.number == number {
            value = kind(field, depth - 1)?;
        } else if field.number == 1 {
            key = DataType(field.int()?);
        }
    }
    Ok((key, value))
}

fn tensor_kind(mut message: Message<'_>) -> Result<Kind, Malformed> {
    let (mut data_type, mut dims) = (DataType(0), None);
    while let Some(field) = message.next()? {
        match field.number {
            1 => data_type = DataType(field.int()?),
            2 => {
                let dims = dims.insert(Vec::new());
                let mut shape = field.message()?;
                while let Some(field) = shape.next()? {
                    if field.number == 1 {
                        dims.push(dim(field.message()?)?);
                    }
                }
            }
            _ => {}
        }
    }
    Ok(Kind::Tensor(data_type, dims))
}

fn dim(mut message: Message<'_>) -> Result<Dim, Malformed> {
    let mut dim = Dim::Unknown;
    while let Some(field) = message.next()? {
        match field.number {
            1 => dim = usize::try_from(field.int()?).map_or(Dim::Unknown, Dim::Fixed),
            2 => dim = Dim::Named(field.text()?.to_owned()),
            _ => {}
        }
    }
    Ok(match dim {
        Dim::Named(name) if name.is_empty() => Dim::Unknown,
        dim => dim,
    })
}

fn opset(mut message: Message<'_>) -> Result<(String, i64), Malformed> {
    let (mut name, mut version) = (domain(""), 0);
    while let Some(field) = message.next()? {
        match field.number {
            1 => name = domain(field.text()?),
            2 => version = field.int()?,
            _ => {}
        }
    }
    Ok((name, version))
}

fn function(mut message: Message<'_>) -> Result<String, Malformed> {
    let (mut name, mut of) = (String::new(), domain(""));
    while let Some(field) = message.next()? {
        match field.number {
            1 => field.text()?.clone_into(&mut name),
            10 => of = domain(field.text()?),
            _ => {}
        }
    }
    Ok(format!("{of}.{name}"))
}

/// The name of a set of operators: the default one is written as nothing, or as `ai.onnx`.
fn domain(name: &str) -> String {
    if name.is_empty() { "ai.onnx".to_owned() } else { name.to_owned() }
}

fn missing(field: Field<'_>, what: &str) -> Malformed {
    malformed(field.offset(), format!("found {what}"))
}
