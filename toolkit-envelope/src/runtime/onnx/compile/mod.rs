//! From a graph to a program: every node is checked against the table, what does not depend on the inputs is computed
//! once, what nobody needs is left out, neighbours are fused, and every value gets its place in memory.

mod fuse;
mod places;
mod unsupported;

use std::collections::HashMap;
use std::sync::Arc;

use crate::tensor::Element;

pub use unsupported::{Gap, Unsupported};

use super::buffer::Buffer;
use super::dims::{AXES, Dims};
use super::graph::{Body, Constant, Content, Dim, Graph, Kind, Node};
use super::kernel::{Inputs, Kernel, Place, Problem, Spare};
use super::program::{Port, Program};
use super::spec::{Built, Known, Lengths, Refusal, Spec, unsupported};
use super::table::{self, Entry, IR_VERSIONS, NEWEST, NEWEST_ML};

/// Elements that all constants computed at compile time may have together, beyond [`AGAIN`] times those in the file.
const FOLDED: usize = 1 << 22;
/// How often the constants of a file may be computed into others: transposed, cast, joined.
const AGAIN: usize = 4;

impl Program {
    /// Compiles a model.
    ///
    /// # Errors
    ///
    /// Lists all that this runtime cannot run, by operator and node, and which runtime can.
    pub fn compile(graph: &Graph) -> Result<Self, Unsupported> {
        let mut compiler = Compiler::new(graph);
        compiler.versions();
        compiler.program(&graph.body, None)
    }

    /// Compiles a computation within a model, of which the inputs are known by who runs it.
    pub(super) fn within(graph: &Graph, body: &Body, inputs: &[(Element, Lengths)]) -> Result<Self, Unsupported> {
        Compiler::new(graph).program(body, Some(inputs))
    }
}

/// A value of the graph.
struct Value {
    /// What is known of it; nothing behind a node that cannot be compiled.
    known: Option<Known>,
    /// Which input of the program it is, if it is one.
    given: Option<usize>,
}

/// A node that was made, its values by their index.
struct Made {
    kernel: Box<dyn Kernel>,
    inputs: Vec<Option<usize>>,
    outputs: Vec<usize>,
    node: String,
    operator: String,
}

struct Compiler<'g> {
    graph: &'g Graph,
    values: Vec<Value>,
    names: HashMap<&'g str, usize>,
    nodes: Vec<Made>,
    gaps: Vec<Gap>,
    /// Elements that constants computed from now on may have.
    room: usize,
}

impl<'g> Compiler<'g> {
    fn new(graph: &'g Graph) -> Self {
        let held = graph.body.initializers.iter().map(|constant| match &constant.content {
            Content::Held(elements) => elements.len(),
            Content::External | Content::Unknown => 0,
        });
        let room = held.sum::<usize>().saturating_mul(AGAIN).saturating_add(FOLDED);
        Self { graph, values: Vec::new(), names: HashMap::new(), nodes: Vec::new(), gaps: Vec::new(), room }
    }

    fn program(mut self, body: &'g Body, kinds: Option<&[(Element, Lengths)]>) -> Result<Program, Unsupported> {
        let inputs = self.body(body, kinds);
        let outputs = self.outputs(body);
        if !self.gaps.is_empty() {
            return Err(Unsupported { gaps: self.gaps });
        }
        // A value that has no name here would have been a gap.
        let results: Vec<usize> =
            body.outputs.iter().filter_map(|output| self.names.get(output.name.as_str()).copied()).collect();
        let Self { values, mut nodes, .. } = self;
        fuse::without_unneeded(&mut nodes, &results);
        let nodes = fuse::fuse(nodes, &values, &results);
        Ok(places::place(values, nodes, &results, inputs, outputs))
    }

    fn versions(&mut self) {
        let version = self.graph.ir_version;
        if !IR_VERSIONS.contains(&version) {
            let (first, last) = (IR_VERSIONS.start(), IR_VERSIONS.end());
            self.gaps.push(Gap::file(format!("the file format is version {version}, known are {first} to {last}")));
        }
        for (domain, newest) in [("ai.onnx", NEWEST), ("ai.onnx.ml", NEWEST_ML)] {
            if let Some(version) = self.graph.opsets.get(domain).filter(|version| !(1..=newest).contains(version)) {
                self.gaps.push(Gap::file(format!("version {version} of {domain} is named, known are 1 to {newest}")));
            }
        }
    }

    /// Takes in a computation, and gives the ports of its inputs.
    fn body(&mut self, body: &'g Body, kinds: Option<&[(Element, Lengths)]>) -> Vec<Port> {
        let initial: HashMap<&str, &Constant> = body.initializers.iter().map(|all| (all.name.as_str(), all)).collect();
        let mut ports = Vec::new();
        for input in body.inputs.iter().filter(|input| !initial.contains_key(input.name.as_str())) {
            let kind = match kinds {
                Some(kinds) => {
                    kinds.get(ports.len()).cloned().ok_or_else(|| Refusal::Invalid("nothing is given".to_owned()))
                }
                None => input_kind(&input.kind),
            };
            let known = match kind {
                Ok((element, dims)) => {
                    ports.push(Port { name: input.name.clone(), element, dims: dims.clone(), keys: None });
                    Some(Known::new(element, dims))
                }
                Err(refusal) => {
                    self.gaps.push(Gap::value("input", &input.name, refusal));
                    None
                }
            };
            let index = self.value(known);
            self.values[index].given = ports.len().checked_sub(1);
            self.names.insert(&input.name, index);
        }
        for initializer in &body.initializers {
            let known = match constant(initializer) {
                Ok(known) => Some(known),
                Err(refusal) => {
                    if taken(body, &initializer.name) {
                        self.gaps.push(Gap::value("initializer", &initializer.name, refusal));
                    }
                    None
                }
            };
            let index = self.value(known);
            self.names.insert(&initializer.name, index);
        }
        for node in &body.nodes {
            self.node(node);
        }
        ports
    }

    fn value(&mut self, known: Option<Known>) -> usize {
        self.values.push(Value { known, given: None });
        self.values.len() - 1
    }

    fn node(&mut self, node: &'g Node) {
        let places: Vec<Option<usize>> = node.inputs.iter().map(|name| self.place(name)).collect();
        let checked = self.check(node);
        let known: Vec<Option<Known>> = places.iter().map(|place| self.values[(*place)?].known.clone()).collect();
        // Behind a node that cannot be compiled, types are not known: nothing but the table is checked.
        let complete = places.iter().zip(&known).all(|(place, known)| place.is_none() || known.is_some());
        let built = match checked {
            Ok(row) if complete => {
                let inputs: Vec<Option<&Known>> = known.iter().map(Option::as_ref).collect();
                let opset = self.opset(&node.domain);
                let spec = Spec { node, opset, inputs: &inputs, graph: self.graph };
                make(row, &spec).and_then(|built| folded(built, &known, node.outputs.len(), &mut self.room))
            }
            Ok(_) => return self.unknown(node),
            Err(refusal) => Err(refusal),
        };
        match built {
            Ok(Folded::Same) => {
                // Nothing is done: the output is another name of the input.
                if let (Some(Some(input)), Some(output)) = (places.first(), node.outputs.first()) {
                    self.names.insert(output, *input);
                }
                self.names_of_rest(node, 1);
            }
            Ok(Folded::Constants(constants)) => {
                for (name, known) in node.outputs.iter().zip(constants) {
                    self.name(name, Some(known));
                }
            }
            Ok(Folded::Runs(built)) => {
                let mut outputs = Vec::new();
                let kernel = built.kernel;
                for (name, known) in node.outputs.iter().zip(built.outputs) {
                    outputs.push(self.name(name, Some(known)));
                }
                let made =
                    Made { kernel, inputs: places, outputs, node: node.name.clone(), operator: node.full_operator() };
                self.nodes.push(made);
            }
            Err(refusal) => {
                self.gaps.push(Gap::node(node, refusal));
                self.unknown(node);
            }
        }
    }

    fn unknown(&mut self, node: &'g Node) {
        self.names_of_rest(node, 0);
    }

    fn names_of_rest(&mut self, node: &'g Node, from: usize) {
        for name in node.outputs.iter().skip(from) {
            self.name(name, None);
        }
    }

    /// Where the value of an input is; nowhere when the input is left out.
    fn place(&self, name: &str) -> Option<usize> {
        if name.is_empty() { None } else { self.names.get(name).copied() }
    }

    /// Adds a value under its name.
    fn name(&mut self, name: &'g str, known: Option<Known>) -> usize {
        let index = self.value(known);
        self.names.insert(name, index);
        index
    }

    fn opset(&self, domain: &str) -> i64 {
        // A file that names no version of ai.onnx.ml is from before there was a second one.
        self.graph.opsets.get(domain).copied().unwrap_or(1)
    }

    /// The row of the table that a node is checked against.
    fn check(&self, node: &Node) -> Result<&'static table::Operator, Refusal> {
        if self.graph.functions.contains(&node.full_operator()) {
            return unsupported("the operator is a function that the file defines");
        }
        let opset = self.opset(&node.domain);
        let row = match table::find(&node.domain, &node.operator, opset) {
            Entry::Found(row) => row,
            Entry::OtherVersion(first, last) => {
                let versions = format!("known are versions {first} to {last}");
                return unsupported(format!("the operator is from version {opset} of {}, {versions}", node.domain));
            }
            Entry::Unknown => return unsupported("the operator is not known"),
        };
        let strange = |name: &&String| !row.attributes.contains(&name.as_str());
        let strange: Vec<&str> = node.attributes.keys().filter(strange).map(String::as_str).collect();
        if !strange.is_empty() {
            return unsupported(format!("unknown attributes: {}", strange.join(", ")));
        }
        let (inputs, outputs) = (node.inputs.len(), node.outputs.len());
        let (fewest, most) = row.inputs;
        if !(fewest..=most).contains(&inputs) {
            return Err(Refusal::Invalid(format!("found {inputs} inputs, expected {fewest} to {most}")));
        }
        if !(1..=row.outputs).contains(&outputs) {
            return unsupported(format!("found {outputs} outputs, known are 1 to {}", row.outputs));
        }
        Ok(row)
    }

    fn outputs(&mut self, body: &Body) -> Vec<Port> {
        let mut ports = Vec::new();
        for output in &body.outputs {
            let index = self.names.get(output.name.as_str()).copied();
            let Some(known) = index.and_then(|index| self.values[index].known.clone()) else {
                continue;
            };
            match output_dims(&output.kind, &known) {
                Ok(dims) => {
                    ports.push(Port { name: output.name.clone(), element: known.element, dims, keys: known.keys });
                }
                Err(refusal) => self.gaps.push(Gap::value("output", &output.name, refusal)),
            }
        }
        ports
    }
}

/// Whether any node or output takes a value.
fn taken(body: &Body, name: &str) -> bool {
    body.outputs.iter().any(|output| output.name == name)
        || body.nodes.iter().any(|node| node.inputs.iter().any(|input| input == name))
}

fn input_kind(kind: &Kind) -> Result<(Element, Lengths), Refusal> {
    match kind {
        Kind::Tensor(data_type, dims) => {
            let Some(element) = data_type.element() else {
                return unsupported(format!("its elements are {data_type}"));
            };
            let dims = dims.as_deref().map(lengths);
            match &dims {
                Some(dims) if dims.len() > AXES => unsupported(format!("it has {} axes, over {AXES}", dims.len())),
                _ => Ok((element, dims)),
            }
        }
        other => unsupported(format!("it is of the type {other}, expected a tensor")),
    }
}

fn lengths(dims: &[Dim]) -> Vec<Option<usize>> {
    dims.iter()
        .map(|dim| match dim {
            Dim::Fixed(length) => Some(*length),
            Dim::Named(_) | Dim::Unknown => None,
        })
        .collect()
}

/// The lengths that an output has, as declared or, where that says less, as found.
fn output_dims(kind: &Kind, known: &Known) -> Result<Lengths, Refusal> {
    match kind {
        Kind::Tensor(data_type, dims) => {
            if data_type.element() != Some(known.element) {
                let message = format!("it is declared as {data_type}, and is {}", known.element);
                return Err(Refusal::Invalid(message));
            }
            Ok(dims.as_deref().map(lengths).or_else(|| known.dims.clone()))
        }
        Kind::Sequence(_) | Kind::Unknown if known.keys.is_some() => Ok(known.dims.clone()),
        Kind::Unknown => Ok(known.dims.clone()),
        other => unsupported(format!("it is of the type {other}, expected a tensor")),
    }
}

fn constant(constant: &Constant) -> Result<Known, Refusal> {
    let elements = match &constant.content {
        Content::Held(elements) => elements.clone(),
        Content::External => {
            return unsupported("it is in another file (external data): save the model as one file");
        }
        Content::Unknown => return unsupported(format!("its elements are {}", constant.data_type)),
    };
    let dims = Dims::new(&constant.dims).map_err(|problem| Refusal::Unsupported(problem.to_string()))?;
    Ok(known_constant(Buffer::new(dims, elements)))
}

fn known_constant(buffer: Buffer) -> Known {
    let element = buffer.tensor().elements.element();
    let dims = Some(buffer.dims().iter().copied().map(Some).collect());
    Known { element, dims, constant: Some(Arc::new(buffer)), keys: None }
}

fn make(row: &table::Operator, spec: &Spec<'_>) -> Result<Built, Refusal> {
    if let Some(element) = spec.optional(0).map(|first| first.element).filter(|first| !row.elements.contains(first)) {
        return unsupported(format!("the first input is {element}, known are {:?}", row.elements));
    }
    (row.build)(spec)
}

/// A node that was made, as far as it can be run before there are inputs.
enum Folded {
    Runs(Built),
    Constants(Vec<Known>),
    Same,
}

fn folded(built: Built, inputs: &[Option<Known>], outputs: usize, room: &mut usize) -> Result<Folded, Refusal> {
    if built.same {
        return Ok(Folded::Same);
    }
    if built.outputs.len() < outputs {
        return unsupported(format!("{outputs} outputs are wanted, known are {}", built.outputs.len()));
    }
    if !inputs.iter().flatten().all(|input| input.constant.is_some()) {
        return Ok(Folded::Runs(built));
    }
    let constants: Vec<Arc<Buffer>> = inputs
        .iter()
        .map(|input| input.as_ref().and_then(|input| input.constant.clone()).unwrap_or_default())
        .collect();
    let places: Vec<Option<Place>> =
        inputs.iter().enumerate().map(|(index, input)| input.as_ref().map(|_| Place::Constant(index))).collect();
    let mut results = vec![Buffer::of_at_most(*room); outputs];
    let inputs = Inputs { places: &places, given: &[], constants: &constants, buffers: &[] };
    let fails = |problem: Problem| Refusal::Invalid(format!("it fails whatever the inputs are: {problem}"));
    built.kernel.run(&inputs, &mut results, &mut Spare::default()).map_err(fails)?;
    let made = results.iter().map(|result| result.tensor().elements.len()).sum();
    *room = room.saturating_sub(made);
    let keyed = results
        .into_iter()
        .zip(built.outputs)
        .map(|(buffer, known)| Known { keys: known.keys, ..known_constant(buffer) });
    Ok(Folded::Constants(keyed.collect()))
}
