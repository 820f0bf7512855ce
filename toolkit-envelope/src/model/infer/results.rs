use serde_json::Value;

use super::{Answer, kind, row_shape};
use crate::manifest::Output;
use crate::runtime::onnx::{Keys, Port};
use crate::schema::{Field, Kind, Schema};
use crate::tensor::Element;

/// What the model answers: a classifier the label and the probability of each class, others each output as it is.
pub(in crate::model) fn results(outputs: &[Port], classes: Option<&Keys>) -> Result<Vec<Answer>, Vec<String>> {
    let label = outputs.iter().position(is_label);
    let Some(label) = label.filter(|_| classes.is_some() || outputs.len() > 1) else {
        return others(outputs, Vec::new());
    };
    let mut answers = vec![predict(&outputs[label], classes)];
    let rest: Vec<Port> =
        outputs.iter().enumerate().filter(|(at, _)| *at != label).map(|(_, port)| port.clone()).collect();
    let Some(classes) = classes else { return others(&rest, answers) };
    if let Some(at) = rest.iter().position(|port| is_probabilities(port, classes)) {
        answers.push(probabilities(&rest[at], classes));
        let rest: Vec<Port> =
            rest.into_iter().enumerate().filter(|(other, _)| *other != at).map(|(_, port)| port).collect();
        return others(&rest, answers);
    }
    if rest.len() == classes.len() && rest.iter().all(|port| is_float(port) && is_column(port)) {
        answers.push(probability_columns(&rest, classes));
        return Ok(answers);
    }
    others(&rest, answers)
}

fn is_label(port: &Port) -> bool {
    matches!(port.element, Element::Int64 | Element::Int32 | Element::String) && port.keys.is_none() && is_column(port)
}

fn is_float(port: &Port) -> bool {
    matches!(port.element, Element::Float32 | Element::Float64)
}

/// Whether there is one value for each row.
fn is_column(port: &Port) -> bool {
    row_shape(port).is_some_and(|shape| shape.iter().product::<usize>() == 1)
}

fn is_probabilities(port: &Port, classes: &Keys) -> bool {
    is_float(port)
        && (port.keys.is_some() || row_shape(port).is_some_and(|shape| shape.len() == 1 && shape[0] == classes.len()))
}

fn predict(label: &Port, classes: Option<&Keys>) -> Answer {
    let (values, labels) = match (label.element, classes) {
        // The model gives integers, and was trained with names.
        (Element::Int64, Some(Keys::Strings(names))) => {
            let names: Vec<Value> = names.iter().map(|name| Value::from(name.as_str())).collect();
            (Kind::Categorical { values: names.clone(), ordered: false }, Some(names))
        }
        (Element::Int64, Some(Keys::Integers(classes))) => {
            let values = classes.iter().map(|class| Value::from(*class)).collect();
            (Kind::Categorical { values, ordered: false }, None)
        }
        (Element::String, Some(Keys::Strings(classes))) => {
            let values = classes.iter().map(|class| Value::from(class.as_str())).collect();
            (Kind::Categorical { values, ordered: false }, None)
        }
        (element, _) => (kind(element), None),
    };
    Answer {
        function: "predict".to_owned(),
        doc: "The class of each row.".to_owned(),
        returns: series(values),
        outputs: vec![Output { field: None, tensor: label.name.clone(), index: None, labels }],
    }
}

const PROBABILITIES: &str = "The probability of each class, for each row.";

fn probabilities(port: &Port, classes: &Keys) -> Answer {
    let outputs = (0..).zip(names(classes)).map(|(index, field)| Output {
        field: Some(field),
        tensor: port.name.clone(),
        index: Some(index),
        labels: None,
    });
    proba(port.element, classes, outputs.collect())
}

fn probability_columns(ports: &[Port], classes: &Keys) -> Answer {
    let outputs = ports.iter().zip(names(classes)).map(|(port, field)| Output {
        field: Some(field),
        tensor: port.name.clone(),
        index: None,
        labels: None,
    });
    proba(ports[0].element, classes, outputs.collect())
}

fn proba(element: Element, classes: &Keys, outputs: Vec<Output>) -> Answer {
    let columns = names(classes).map(|name| Field::new(name, Schema::new(kind(element)))).collect();
    Answer {
        function: "predict_proba".to_owned(),
        doc: PROBABILITIES.to_owned(),
        returns: Schema::new(Kind::Frame { columns, index: None }),
        outputs,
    }
}

fn names(classes: &Keys) -> Box<dyn Iterator<Item = String> + '_> {
    match classes {
        Keys::Integers(classes) => Box::new(classes.iter().map(ToString::to_string)),
        Keys::Strings(classes) => Box::new(classes.iter().cloned()),
    }
}

/// Each output as a function of its own: the first is `predict`, if there is none, and the others have its name.
fn others(outputs: &[Port], mut answers: Vec<Answer>) -> Result<Vec<Answer>, Vec<String>> {
    let mut faults = Vec::new();
    for port in outputs {
        let Some(shape) = row_shape(port) else {
            faults.push(format!(
                "the output `{}` does not say its shape; give an example, so that it can be seen",
                port.name
            ));
            continue;
        };
        let returns = if shape.iter().product::<usize>() == 1 {
            series(kind(port.element))
        } else {
            let shape =
                std::iter::once(-1).chain(shape.iter().map(|length| i64::try_from(*length).unwrap_or(i64::MAX)));
            Schema::new(Kind::Tensor { dtype: Box::new(kind(port.element)), shape: shape.collect() })
        };
        let is_first = answers.is_empty();
        answers.push(Answer {
            function: if is_first { "predict".to_owned() } else { identifier(&port.name) },
            doc: if is_first {
                "What the model predicts for each row.".to_owned()
            } else {
                format!("The output `{}`.", port.name)
            },
            returns,
            outputs: vec![Output { field: None, tensor: port.name.clone(), index: None, labels: None }],
        });
    }
    if faults.is_empty() { Ok(answers) } else { Err(faults) }
}

fn series(values: Kind) -> Schema {
    Schema::new(Kind::Series { values: Box::new(Schema::new(values)) })
}

/// A name that can be a function's and a part of a path: letters, digits and `_`.
fn identifier(name: &str) -> String {
    let name: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    if name.starts_with(|c: char| c.is_ascii_digit()) || name.is_empty() { format!("output_{name}") } else { name }
}
