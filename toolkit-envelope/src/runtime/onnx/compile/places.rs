//! A place for every value: buffers are used again as soon as nobody needs what is in them.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::tensor::Element;

use super::super::buffer::Buffer;
use super::super::kernel::{Inputs, Kernel, Place, Problem, Spare};
use super::super::program::{Port, Program, Step};
use super::{Made, Value};

/// Makes the program of nodes that are in order.
pub(super) fn place(
    values: Vec<Value>,
    mut nodes: Vec<Made>,
    results: &[usize],
    inputs: Vec<Port>,
    outputs: Vec<Port>,
) -> Program {
    let mut values = values;
    let results = computed(&mut values, &mut nodes, results);
    let mut last: HashMap<usize, usize> = HashMap::new();
    for (step, node) in nodes.iter().enumerate() {
        last.extend(node.outputs.iter().chain(node.inputs.iter().flatten()).map(|value| (*value, step)));
    }
    last.extend(results.iter().map(|value| (*value, usize::MAX)));

    let mut places =
        Places { values: &values, constants: Vec::new(), places: HashMap::new(), free: HashMap::new(), buffers: 0 };
    let mut steps = Vec::new();
    for (index, node) in nodes.into_iter().enumerate() {
        let inputs: Vec<Option<Place>> = node.inputs.iter().map(|input| input.map(|value| places.of(value))).collect();
        let outputs: Vec<usize> = node.outputs.iter().map(|value| places.buffer(*value)).collect();
        let ends = |value: &usize| last.get(value) == Some(&index);
        let free = over(&node, &values, ends);
        let mut ended: Vec<usize> = node.inputs.iter().flatten().chain(&node.outputs).copied().filter(ends).collect();
        ended.sort_unstable();
        ended.dedup();
        for value in ended {
            places.release(value);
        }
        steps.push(Step { kernel: node.kernel, inputs, outputs, free, node: node.node, operator: node.operator });
    }
    let results = results.iter().map(|value| places.buffer(*value)).collect();
    let Places { constants, buffers, .. } = places;
    Program { inputs, outputs, steps, constants, buffers, results }
}

/// The results, each one that no node makes (an input, a constant) copied by one.
fn computed(values: &mut Vec<Value>, nodes: &mut Vec<Made>, results: &[usize]) -> Vec<usize> {
    let made: HashSet<usize> = nodes.iter().flat_map(|node| node.outputs.iter().copied()).collect();
    let mut computed = Vec::new();
    for result in results {
        if made.contains(result) {
            computed.push(*result);
            continue;
        }
        values.push(Value {
            known: values[*result].known.clone().map(|known| super::Known { constant: None, ..known }),
            given: None,
        });
        let (inputs, outputs) = (vec![Some(*result)], vec![values.len() - 1]);
        let (node, operator) = (String::new(), "a copy".to_owned());
        nodes.push(Made { kernel: Box::new(Copy), inputs, outputs, node, operator });
        computed.push(values.len() - 1);
    }
    computed
}

/// The inputs over which a node's first output may be written: nobody needs them any more, and they are of its type.
fn over(node: &Made, values: &[Value], ends: impl Fn(&usize) -> bool) -> Vec<usize> {
    let element = |value: usize| values[value].known.as_ref().map(|known| known.element);
    let [output] = node.outputs[..] else { return Vec::new() };
    let once = |value: usize| node.inputs.iter().flatten().filter(|other| **other == value).count() == 1;
    let inputs = node.inputs.iter().enumerate().filter_map(|(index, value)| Some((index, (*value)?)));
    inputs
        .filter(|(_, value)| {
            let known = &values[*value];
            let buffered = known.given.is_none() && known.known.as_ref().is_none_or(|known| known.constant.is_none());
            buffered && ends(value) && once(*value) && element(*value) == element(output)
        })
        .map(|(index, _)| index)
        .collect()
}

struct Places<'v> {
    values: &'v [Value],
    constants: Vec<Arc<Buffer>>,
    places: HashMap<usize, Place>,
    /// The buffers that hold nothing that is needed.
    free: HashMap<Element, Vec<usize>>,
    buffers: usize,
}

impl Places<'_> {
    fn of(&mut self, value: usize) -> Place {
        if let Some(place) = self.places.get(&value) {
            return *place;
        }
        let known = &self.values[value];
        let place = match (known.given, known.known.as_ref().and_then(|known| known.constant.as_ref())) {
            (Some(input), _) => Place::Given(input),
            (None, Some(constant)) => {
                self.constants.push(Arc::clone(constant));
                Place::Constant(self.constants.len() - 1)
            }
            (None, None) => Place::Buffer(self.buffer(value)),
        };
        self.places.insert(value, place);
        place
    }

    fn buffer(&mut self, value: usize) -> usize {
        if let Some(Place::Buffer(buffer)) = self.places.get(&value) {
            return *buffer;
        }
        let free = self.element(value).and_then(|element| self.free.get_mut(&element)?.pop());
        let buffer = free.unwrap_or_else(|| {
            self.buffers += 1;
            self.buffers - 1
        });
        self.places.insert(value, Place::Buffer(buffer));
        buffer
    }

    fn release(&mut self, value: usize) {
        if let (Some(Place::Buffer(buffer)), Some(element)) = (self.places.get(&value).copied(), self.element(value)) {
            self.free.entry(element).or_default().push(buffer);
        }
    }

    fn element(&self, value: usize) -> Option<Element> {
        self.values[value].known.as_ref().map(|known| known.element)
    }
}

/// Gives what it is given.
struct Copy;

impl Kernel for Copy {
    fn run(&self, inputs: &Inputs<'_>, outputs: &mut [Buffer], _: &mut Spare) -> Result<(), Problem> {
        outputs[0].copy(inputs.tensor(0)?)
    }
}
