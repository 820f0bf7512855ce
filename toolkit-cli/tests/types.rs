//! What whoever types `toolkit envelope types …` relies on; what is printed is tested beside the code that prints it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// The command, in the folder of the scaffold of a model.
fn types(arguments: &[&str]) -> Output {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/iris");
    let mut command = Command::new(env!("CARGO_BIN_EXE_toolkit"));
    command.current_dir(folder).args(["envelope", "types"]).args(arguments).output().unwrap()
}

#[test]
fn the_types_of_the_scaffold_are_those_that_are_printed() {
    let printed = types(&["iris.envelope"]);
    assert!(printed.status.success());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/iris");
    assert_eq!(String::from_utf8(printed.stdout).unwrap(), fs::read_to_string(folder.join("src/model.rs")).unwrap());
}

#[test]
fn the_answer_is_json_if_it_shall_be() {
    let printed: Value = serde_json::from_slice(&types(&["iris.envelope", "--json"]).stdout).unwrap();
    assert_eq!(
        (&printed["function"], &printed["prefix"], &printed["input"], &printed["output"]),
        (&"predict".into(), &"Iris".into(), &"IrisInput".into(), &"IrisOutput".into())
    );
    assert!(printed["source"].as_str().unwrap().contains("pub(crate) struct IrisInput {"));
}

#[test]
fn a_function_that_is_not_there_is_told_with_those_that_are() {
    let failed = types(&["iris.envelope", "--function", "explain"]);
    assert_eq!(failed.status.code(), Some(2));
    assert_eq!(
        String::from_utf8(failed.stderr).unwrap(),
        "error: the model `iris` has no function `explain`; it has `predict`, `predict_proba`: say which with --function\n"
    );
}
