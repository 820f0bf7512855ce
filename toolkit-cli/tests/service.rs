//! What `toolkit openapi` and `toolkit routes` say of the service of a folder, and of a folder without one.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![cfg(unix)]

mod project;

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use project::{Project, ended};
use serde_json::Value;
use tempfile::TempDir;

/// What `toolkit routes` tells in a folder when it fails.
fn told(folder: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_toolkit"));
    failed(command.arg("routes").args(arguments).current_dir(folder).env("CARGO_NET_OFFLINE", "true"))
}

fn failed(command: &mut Command) -> String {
    let (code, out, told) = ended(command);
    assert_eq!((code, out.as_str()), (Some(2), ""), "{told}");
    told
}

/// A folder with packages of that name that do nothing.
fn packages(manifests: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (path, manifest) in manifests {
        let package = folder.path().join(path);
        std::fs::create_dir_all(package.join("src")).unwrap();
        std::fs::write(package.join("src/main.rs"), "fn main() {}").unwrap();
        std::fs::write(package.join("Cargo.toml"), manifest).unwrap();
    }
    folder
}

#[test]
fn the_service_of_the_folder_is_built_and_asked() {
    let project = Project::new("toolkit-asked-service");
    let (code, routes, told) = project.run(&["routes"]);
    assert_eq!(code, Some(0), "{told}");
    assert!(routes.starts_with("METHOD  PATH"), "{routes}");
    let film = routes.lines().find(|line| line.contains("/film")).unwrap();
    assert!(film.contains("src/main.rs:6") && film.ends_with("timeout 2s"), "{film}");
    assert_eq!(told, "", "it is built quietly");

    let (code, routes, _) = project.run(&["routes", "--json"]);
    let routes: Value = serde_json::from_str(&routes).unwrap();
    assert_eq!((code, &routes[1]["limits"]), (Some(0), &"timeout 2s".into()), "{routes}");

    // Wherever in the package somebody stands, a file is meant from there.
    let (code, document, _) = ended(project.toolkit(&["openapi"]).current_dir(project.folder.join("src")));
    assert_eq!(code, Some(0));
    project.write("src/openapi.json", &document);
    let (code, _, told) =
        ended(project.toolkit(&["openapi", "--check", "openapi.json"]).current_dir(project.folder.join("src")));
    assert_eq!((code, told.as_str()), (Some(0), ""));

    project.write("src/openapi.json", &document.replace("The film", "The music"));
    let (code, _, told) = project.run(&["openapi", "--check", "src/openapi.json"]);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("The music") && told.contains("The film"), "{told}");

    assert!(told.contains("write the file again: `cargo run -- openapi > "), "{told}");

    let (code, _, told) = project.run(&["openapi", "--check", "nonexistent.json"]);
    assert_eq!(code, Some(2), "it is no difference: {told}");
    assert!(told.contains("the file nonexistent.json cannot be read") && told.lines().count() == 1, "{told}");

    project.write("src/main.rs", "fn main() { let it; }");
    let (code, _, told) = project.run(&["openapi"]);
    assert_eq!(code, Some(2));
    assert!(told.contains("error[E0282]"), "cargo tells it: {told}");
}

#[test]
fn a_folder_without_a_service_is_a_sentence_that_says_what_to_do() {
    let folder = TempDir::new().unwrap();
    let text = told(folder.path(), &[]);
    assert!(text.contains("error: there is no package in ") && text.contains("`toolkit new`"), "{text}");

    let other = packages(&[(".", "[package]\nname = \"other\"\nedition = \"2024\"\n")]);
    let text = told(other.path(), &[]);
    assert!(text.contains("the package `other` does not depend on `toolkit`"), "{text}");
    let text = told(other.path(), &["-p", "films"]);
    assert!(text.contains("the workspace has no package `films`; it has other"), "{text}");

    let empty = packages(&[("one", "[package]\nname = \"one\"\n"), ("two", "[package]\nname = \"two\"\n")]);
    std::fs::write(empty.path().join("Cargo.toml"), "[workspace]\nmembers = [\"one\", \"two\"]\nresolver = \"3\"\n")
        .unwrap();
    let text = told(empty.path(), &[]);
    assert!(text.contains("no package of the workspace is a service"), "{text}");

    let broken = packages(&[(".", "[package]\nname = \"broken\"\nsize = \n")]);
    let text = told(broken.path(), &[]);
    assert!(text.contains("cargo cannot read the package of this folder") && text.contains("size ="), "{text}");
}

#[test]
fn which_of_several_is_meant_is_asked_for() {
    let text = told(project::workspace(), &[]);
    assert!(text.contains("the workspace has several services; name one with `--package`: "), "{text}");
    assert!(text.contains("recommendations"), "{text}");

    let project = Project::new("toolkit-of-several");
    project.write("src/bin/other.rs", "fn main() {}");
    let text = failed(&mut project.toolkit(&["openapi"]));
    assert!(text.contains("has several binaries; name one with `--bin`"), "{text}");
    assert!(text.contains("other, toolkit-of-several") || text.contains("toolkit-of-several, other"), "{text}");
    let text = failed(&mut project.toolkit(&["openapi", "--bin", "third"]));
    assert!(text.contains("has no binary `third`"), "{text}");
}

#[test]
fn a_missing_and_an_old_cargo_are_sentences_that_say_what_to_do() {
    let folder = TempDir::new().unwrap();
    let routes = |path: &Path| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_toolkit"));
        failed(command.arg("routes").current_dir(folder.path()).env("PATH", path))
    };
    let text = routes(folder.path());
    assert!(text.contains("there is no `cargo` on the PATH; install Rust"), "{text}");

    let cargo = folder.path().join("cargo");
    std::fs::write(&cargo, "#!/bin/sh\necho cargo 1.80.1 '(376290515 2024-07-16)'\n").unwrap();
    std::fs::set_permissions(&cargo, std::fs::Permissions::from_mode(0o755)).unwrap();
    let text = routes(folder.path());
    let oldest = env!("CARGO_PKG_RUST_VERSION");
    assert!(text.contains(&format!("cargo 1.80 is too old: services need {oldest} or later")), "{text}");
    assert!(text.contains("`rustup update`"), "{text}");
}

#[test]
fn completions_and_help_are_printed() {
    let run = |arguments: &[&str]| ended(Command::new(env!("CARGO_BIN_EXE_toolkit")).args(arguments));
    for (shell, says) in [("bash", "complete -F"), ("zsh", "#compdef toolkit"), ("fish", "complete -c toolkit")] {
        let (code, script, _) = run(&["completions", shell]);
        assert_eq!(code, Some(0));
        assert!(script.contains(says) && script.contains("openapi"), "{shell}");
    }
    let (_, help, _) = run(&["--help"]);
    assert!(help.contains("Exit status:\n  0  done\n"), "{help}");
    for command in ["dev", "openapi", "routes", "completions"] {
        let (_, help, _) = run(&[command, "--help"]);
        assert!(help.contains(&format!("Examples:\n  toolkit {command}")), "{help}");
    }
}

#[test]
fn a_reader_that_leaves_is_no_failure() {
    let folder = TempDir::new().unwrap();
    let churn = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/churn/churn.envelope");
    let churn = churn.to_str().unwrap();
    for arguments in [
        &["new", "shop", "--defaults"][..],
        &["completions", "bash"],
        &["envelope", "types", churn],
        &["routes", "--json"],
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_toolkit"));
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        command.args(arguments).current_dir(folder.path()).env("CARGO_NET_OFFLINE", "true");
        let output = command.stdout(writer).stderr(std::process::Stdio::piped()).output().unwrap();
        // There is no service.
        let code = if arguments[0] == "routes" { 2 } else { 0 };
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {told}");
        assert!(!told.contains("Broken pipe") && !told.contains("panicked"), "{arguments:?}: {told}");
    }
}
