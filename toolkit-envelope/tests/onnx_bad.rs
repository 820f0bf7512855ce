//! Files that are no models, models that cannot be, and models that this runtime cannot run: each is told, none panics.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod onnx_writer;

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use onnx_writer::{Message, Parts, integers, node, tensor, value};
use proptest::prelude::*;
use toolkit_envelope::runtime::onnx::{Graph, Program};
use toolkit_envelope::tensor::{Element, Elements, Strings, Tensor, View};

fn bad(name: &str) -> Vec<u8> {
    fs::read(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/models/bad").join(name)).unwrap()
}

/// What is told of bytes that are not read.
fn unread(bytes: &[u8]) -> String {
    Graph::read(bytes).unwrap_err().to_string()
}

/// What is told of a model that is read and not compiled.
fn uncompiled(bytes: &[u8]) -> String {
    Program::compile(&Graph::read(bytes).unwrap()).unwrap_err().to_string()
}

fn compiled(parts: &Parts) -> Program {
    Program::compile(&Graph::read(&parts.model(10, 21)).unwrap()).unwrap()
}

/// One input `X` of three columns, one output `Y`, and what is between.
fn around(nodes: Vec<Message>, initializers: Vec<Message>) -> Parts {
    let (inputs, outputs) = (vec![value("X", 1, &[3])], vec![value("Y", 1, &[3])]);
    Parts { nodes, initializers, inputs, outputs }
}

#[test]
fn an_empty_file_is_told() {
    assert_eq!(unread(&bad("empty.onnx")), "not an ONNX model: the file is empty");
}

#[test]
fn a_text_a_pickle_and_other_models_are_named() {
    assert!(unread(b"# a model\nsee below\n").contains("the file is a text file: export the model to ONNX first"));
    assert!(unread(b"\x80\x04\x95\x1c\0\0\0\0\0\0\0\x8c\x07sklearn").contains("a Python pickle"));
    assert!(unread(b"PK\x03\x04\x14\0\0\0\x08\0").contains("a zip archive"));
}

#[test]
fn a_file_that_ends_too_early_is_told_with_the_place() {
    let message = unread(&bad("truncated.onnx"));
    assert!(message.contains("a damaged one: byte ") && message.contains("are left"), "{message}");
}

#[test]
fn every_beginning_of_a_model_is_refused_or_read_without_a_panic() {
    let whole = around(vec![node("Add", &["X", "w"], &["Y"])], vec![tensor("w", &[3], &[1.0, 2.0, 3.0])]).model(10, 21);
    for length in 0..whole.len() {
        if let Ok(graph) = Graph::read(&whole[..length]) {
            let _ = Program::compile(&graph);
        }
    }
}

#[test]
fn nodes_that_wait_for_each_other_are_named() {
    let nodes = vec![node("Add", &["X", "b"], &["a"]), node("Relu", &["a"], &["b"]), node("Abs", &["a"], &["Y"])];
    let message = unread(&around(nodes, vec![]).model(10, 21));
    assert!(message.contains("nodes wait for each other in a circle: node \"the Add\" (ai.onnx.Add)"), "{message}");
}

#[test]
fn nodes_in_another_order_are_put_in_order() {
    let nodes = vec![node("Relu", &["a"], &["Y"]), node("Neg", &["X"], &["a"])];
    let program = compiled(&around(nodes, vec![]));
    let mut scratch = program.scratch();
    let input = Tensor { shape: &[1, 3], elements: View::Float32(&[1.0, -2.0, 3.0]) };
    program.run(&[input], &mut scratch).unwrap();
    let View::Float32(found) = scratch.output(0).unwrap().elements else { panic!("no numbers") };
    assert_eq!(found, [0.0, 2.0, 0.0]);
}

#[test]
fn values_that_nothing_makes_or_that_are_made_twice_are_all_told() {
    let nodes = vec![node("Add", &["X", "weights"], &["Y"]), node("Relu", &["X"], &["Y"])];
    let message = unread(&around(nodes, vec![]).model(10, 21));
    assert!(message.contains("takes \"weights\", which nothing makes"), "{message}");
    assert!(message.contains("the value \"Y\" is made twice"), "{message}");
}

#[test]
fn dimensions_are_checked_against_the_bytes_that_are_there() {
    let of = |dims: &[i64]| {
        let parts = around(vec![node("Add", &["X", "w"], &["Y"])], vec![tensor("w", dims, &[1.0, 2.0, 3.0])]);
        unread(&parts.model(10, 21))
    };
    let message = of(&[4]);
    assert!(message.contains("tensor \"w\" says its shape is [4], which is 4 elements, and has 3"), "{message}");
    assert!(of(&[1 << 40, 1 << 40]).contains("which cannot be"));
    assert!(of(&[-3]).contains("which cannot be"));
    assert!(of(&[i64::MAX]).contains("and has 3 elements"));
}

#[test]
fn shapes_that_do_not_go_together_are_told_at_once_or_by_the_node() {
    let parts = around(vec![node("Add", &["X", "w"], &["Y"])], vec![tensor("w", &[2], &[1.0, 2.0])]);
    let message = uncompiled(&parts.model(10, 21));
    assert!(
        message.contains("ai.onnx.Add (node \"the Add\")") && message.contains("no runtime can have it"),
        "{message}"
    );

    let mut parts = around(vec![node("Add", &["X", "Z"], &["Y"])], vec![]);
    parts.inputs.push(value("Z", 1, &[3]));
    let program = compiled(&parts);
    let (two, four) = ([0.0_f32; 6], [0.0_f32; 12]);
    let inputs = [
        Tensor { shape: &[2, 3], elements: View::Float32(&two) },
        Tensor { shape: &[4, 3], elements: View::Float32(&four) },
    ];
    let error = program.run(&inputs, &mut program.scratch()).unwrap_err();
    let message = "node \"the Add\" (ai.onnx.Add): the shapes [2, 3] and [4, 3] do not go together";
    assert_eq!(error.to_string(), message);
}

#[test]
fn an_output_of_another_type_than_declared_is_refused() {
    let mut parts = around(vec![node("Abs", &["X"], &["Y"])], vec![]);
    parts.outputs = vec![value("Y", 7, &[3])];
    let message = uncompiled(&parts.model(10, 21));
    assert!(message.contains("output \"Y\": it is declared as int64, and is float32"), "{message}");
}

#[test]
fn weights_in_another_file_are_told() {
    let message = uncompiled(&bad("external_data.onnx"));
    assert!(message.contains("external data"), "{message}");
}

#[test]
fn all_operators_that_are_missing_are_told_with_their_nodes() {
    let nodes = vec![
        node("Frobnicate", &["X"], &["a"]),
        node("Abs", &["a"], &["b"]).message(5, &Message::default().text(1, "speed").int(3, 9).int(20, 2)),
        node("Tokenizer", &["b"], &["Y"]).text(7, "com.microsoft"),
    ];
    let message = uncompiled(&around(nodes, vec![]).model(10, 21));
    for expected in [
        "ai.onnx.Frobnicate (node \"the Frobnicate\"): the operator is not known (the runtime onnxruntime may have it)",
        "ai.onnx.Abs (node \"the Abs\"): unknown attributes: speed",
        "com.microsoft.Tokenizer (node \"the Tokenizer\"): the operator is not known",
    ] {
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn versions_from_the_future_and_the_far_past_are_refused() {
    let message = uncompiled(&bad("opset_future.onnx"));
    assert!(message.contains("version 999 of ai.onnx is named, known are 1 to"), "{message}");
    let parts = around(vec![node("Abs", &["X"], &["Y"])], vec![]);
    assert!(uncompiled(&parts.model(99, 21)).contains("the file format is version 99"));
    assert!(uncompiled(&parts.model(10, 5)).contains("the operator is from version 5 of ai.onnx"));
}

#[test]
fn indices_outside_of_a_tensor_are_told() {
    let mut parts = around(vec![node("Gather", &["X", "at"], &["Y"])], vec![]);
    parts.initializers = vec![integers("at", &[1], &[7])];
    let program = compiled(&parts);
    let input = Tensor { shape: &[1, 3], elements: View::Float32(&[1.0, 2.0, 3.0]) };
    let error = program.run(&[input], &mut program.scratch()).unwrap_err().to_string();
    assert!(error.ends_with("index 7 is outside of an axis of length 1"), "{error}");
}

#[test]
fn a_constant_that_would_fill_the_memory_is_refused() {
    let nodes = vec![node("ConstantOfShape", &["shape"], &["a"]), node("Add", &["X", "a"], &["Y"])];
    let message = uncompiled(&around(nodes, vec![integers("shape", &[2], &[1 << 20, 1 << 20])]).model(10, 21));
    assert!(message.contains("is too large"), "{message}");
}

#[test]
fn no_row_of_a_length_that_would_fill_the_memory_is_an_error_at_most() {
    for row in [&[1_i64 << 40][..], &[1 << 40, 1 << 40]] {
        let (inputs, outputs) = (vec![value("X", 1, row)], vec![value("Y", 1, row)]);
        // There is no first row: it is tried with one.
        let nodes = vec![node("Gather", &["X", "first"], &["Y"])];
        let initializers = vec![integers("first", &[1], &[0])];
        let program = compiled(&Parts { nodes, initializers, inputs, outputs });
        let shape: Vec<usize> =
            [0].into_iter().chain(row.iter().map(|length| usize::try_from(*length).unwrap())).collect();
        let empty = Tensor { shape: &shape, elements: View::Float32(&[]) };
        // Whether it is answered or not: nothing is made of that length.
        let _ = program.run(&[empty], &mut program.scratch());
    }
}

#[test]
fn constants_that_would_fill_the_memory_together_are_refused() {
    let names: Vec<String> = (0..100).map(|number| format!("a{number}")).collect();
    let mut nodes: Vec<Message> = names.iter().map(|name| node("ConstantOfShape", &["shape"], &[name])).collect();
    let all: Vec<&str> = names.iter().map(String::as_str).chain(["X"]).collect();
    nodes.push(node("Sum", &all, &["Y"]));
    let message = uncompiled(&around(nodes, vec![integers("shape", &[2], &[1 << 10, 1 << 10])]).model(10, 21));
    assert!(message.contains("is too large"), "{message}");
}

#[test]
fn computations_within_computations_without_end_are_refused() {
    let mut body = Message::default();
    for _ in 0..1000 {
        let attribute = Message::default().text(1, "body").message(6, &body).int(20, 5);
        body = Message::default().message(1, &Message::default().text(4, "If").message(5, &attribute));
    }
    let message = unread(&Message::default().int(1, 10).message(7, &body).finish());
    assert!(message.contains("too deep"), "{message}");
}

static MODELS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let models = ["iris_lr_zipmap", "x_poly_lr", "x_knn", "x_imputer_pca_ridge", "lgb_reg_20", "mlp_clf_sklearn"];
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/models");
    models.iter().map(|model| fs::read(folder.join(model).join("model.onnx")).unwrap()).collect()
});

/// Elements for an input of any type.
fn some(element: Element, count: usize) -> Elements {
    match element {
        Element::Float32 => Elements::Float32(vec![0.5; count]),
        Element::Float64 => Elements::Float64(vec![0.5; count]),
        Element::Int32 => Elements::Int32(vec![1; count]),
        Element::Int64 => Elements::Int64(vec![1; count]),
        Element::Bool => Elements::Bool(vec![true; count]),
        Element::String => Elements::String(std::iter::repeat_n("a", count).collect::<Strings>()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_damaged_model_is_refused_or_runs_without_a_panic(
        model in 0_usize..6,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        rows in 0_usize..3,
    ) {
        let mut bytes = MODELS[model].clone();
        for (place, byte) in changes {
            let at = place.index(bytes.len());
            bytes[at] = byte;
        }
        let Ok(graph) = Graph::read(&bytes) else { return Ok(()) };
        let Ok(program) = Program::compile(&graph) else { return Ok(()) };
        let owned: Vec<(Vec<usize>, Elements)> = program
            .inputs()
            .iter()
            .map(|port| {
                let shape: Vec<usize> = port.dims.iter().flatten().map(|dim| dim.unwrap_or(rows).min(1 << 12)).collect();
                let count = shape.iter().product::<usize>().min(1 << 16);
                (shape, some(port.element, count))
            })
            .collect();
        let inputs: Vec<Tensor<'_>> =
            owned.iter().map(|(shape, elements)| Tensor { shape, elements: elements.view() }).collect();
        let _ = program.run(&inputs, &mut program.scratch());
    }

    #[test]
    fn any_bytes_are_refused_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = Graph::read(&bytes);
    }
}
