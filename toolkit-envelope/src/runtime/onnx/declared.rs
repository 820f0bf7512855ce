use super::graph::{Attribute, Body, Declared, Dim, Graph, Kind};
use super::program::{Keys, Port};

/// The inputs and outputs of a model as its file declares them: what is known without compiling it.
///
/// # Errors
///
/// Each that is of a type which no model here takes or gives.
pub(crate) fn declared(graph: &Graph) -> Result<(Vec<Port>, Vec<Port>), Vec<String>> {
    let mut faults = Vec::new();
    let is_constant = |name: &str| graph.body.initializers.iter().any(|constant| constant.name == name);
    let inputs = graph.body.inputs.iter().filter(|input| !is_constant(&input.name));
    let mut ports = |declared: &Declared| {
        let port = port(&graph.body, declared);
        if port.is_none() {
            faults.push(format!("`{}` is of a type that is not supported: {:?}", declared.name, declared.kind));
        }
        port
    };
    let inputs = inputs.filter_map(&mut ports).collect();
    let outputs = graph.body.outputs.iter().filter_map(&mut ports).collect();
    if faults.is_empty() { Ok((inputs, outputs)) } else { Err(faults) }
}

fn port(graph: &Body, declared: &Declared) -> Option<Port> {
    let port = |element, dims, keys| Port { name: declared.name.clone(), element, dims, keys };
    match &declared.kind {
        Kind::Tensor(data_type, dims) => {
            let fixed = |dim: &Dim| match dim {
                Dim::Fixed(length) => Some(*length),
                Dim::Named(_) | Dim::Unknown => None,
            };
            let dims = dims.as_ref().map(|dims| dims.iter().map(fixed).collect());
            Some(port(data_type.element()?, dims, None))
        }
        Kind::Sequence(item) => {
            let Kind::Map(_, value) = &**item else { return None };
            let Kind::Tensor(data_type, _) = &**value else { return None };
            let keys = keys(graph, &declared.name)?;
            Some(port(data_type.element()?, Some(vec![None, Some(keys.len())]), Some(keys)))
        }
        _ => None,
    }
}

/// The keys of the maps that `ZipMap` gives.
fn keys(graph: &Body, output: &str) -> Option<Keys> {
    let node = graph.nodes.iter().find(|node| node.outputs.iter().any(|name| name == output))?;
    match (node.attributes.get("classlabels_int64s"), node.attributes.get("classlabels_strings")) {
        (Some(Attribute::Ints(keys)), _) => Some(Keys::Integers(keys.clone())),
        (_, Some(Attribute::Strings(keys))) => Some(Keys::Strings(keys.iter().map(str::to_owned).collect())),
        _ => None,
    }
}
