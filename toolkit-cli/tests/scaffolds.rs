//! What holds between the templates, the examples and the toolkit: they never drift apart.
//!
//! The examples `garments` and `iris` are what the templates make. `UPDATE_GOLDENS=1` makes them anew.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod files;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::files::files;

/// The templates.
const TEMPLATES: [&str; 2] = ["service", "model-service"];

/// What both templates have, with the same bytes: files, and folders with all that is in them.
const SHARED: [&str; 10] = [
    ".cargo",
    ".dockerignore",
    ".github",
    ".gitignore",
    "Dockerfile",
    "compose.yaml",
    "hooks/name.rhai",
    "hooks/rules.rhai",
    "kubernetes",
    "rustfmt.toml",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn template(name: &str) -> PathBuf {
    root().join("templates").join(name)
}

/// `cargo generate` without questions, as the command carries it. It formats nothing: templates are as they shall be.
fn cargo_generate(template_: &str, name: &str, folder: &Path, answers: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_toolkit"));
    command.arg("cargo-generate").arg("--path").arg(template(template_)).args(["--name", name, "--silent"]);
    command.arg("--destination").arg(folder).args(["--no-workspace", "--no-fmt"]);
    command.args(answers.iter().map(|answer| format!("--define={answer}")));
    // Nobody's settings: there is no such folder.
    command.env("CARGO_HOME", folder.join("nobody")).env("CARGO_NAME", "nobody").output().unwrap()
}

/// What a template makes.
fn rendered(template: &str, name: &str, answers: &[&str]) -> TempDir {
    let folder = TempDir::new().unwrap();
    let output = cargo_generate(template, name, folder.path(), answers);
    let said = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{template}: {}", String::from_utf8_lossy(&said));
    folder
}

/// Compares two folders file by file.
fn assert_same(left: &Path, right: &Path, what: &str) {
    let (left, right) = (files(left), files(right));
    let names: BTreeSet<_> = left.keys().chain(right.keys()).collect();
    for name in names {
        match (left.get(name), right.get(name)) {
            (Some(left), Some(right)) if left == right => {}
            (Some(left), Some(right)) => {
                let (left, right) = (String::from_utf8_lossy(left), String::from_utf8_lossy(right));
                let differ = left.lines().zip(right.lines()).enumerate().find(|(_, (left, right))| left != right);
                panic!("{name} differs, first at {differ:?}; {what}")
            }
            (None, _) => panic!("{name} is in the second only; {what}"),
            (_, None) => panic!("{name} is in the first only; {what}"),
        }
    }
}

/// Compares an example with what its template makes of the defaults. It is not deployed.
fn is_made_of(example: &str, template: &str) {
    let answers = ["toolkit=../..", "container=false", "kubernetes=false", "github=false"];
    let made = rendered(template, example, &answers);
    let (made, golden) = (made.path().join(example), root().join("examples").join(example));
    if std::env::var_os("UPDATE_GOLDENS").is_some() {
        _ = fs::remove_dir_all(&golden);
        for (name, bytes) in files(&made) {
            let file = golden.join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, bytes).unwrap();
        }
    }
    assert!(golden.is_dir(), "there is no examples/{example}; make it with UPDATE_GOLDENS=1");
    let what = format!(
        "examples/{example} is what templates/{template} makes: change the template, and make the example anew with \
         `UPDATE_GOLDENS=1 cargo test -p toolkit-cli --test scaffolds`"
    );
    assert_same(&golden, &made, &what);
}

#[test]
fn the_example_garments_is_made_of_the_service_template() {
    is_made_of("garments", "service");
}

#[test]
fn the_example_iris_is_made_of_the_model_service_template() {
    is_made_of("iris", "model-service");
}

#[test]
fn what_both_templates_have_is_the_same() {
    let [service, model] = TEMPLATES.map(|name| files(&template(name)));
    let shared = |name: &str| SHARED.iter().any(|shared| name == *shared || name.starts_with(&format!("{shared}/")));
    let names: BTreeSet<_> = service.keys().chain(model.keys()).filter(|name| shared(name)).collect();
    assert!(names.len() > 5, "{names:?}");
    for name in names {
        assert!(
            service.get(name) == model.get(name),
            "templates/{{service,model-service}}/{name} differ: copy one over"
        );
    }
}

#[test]
fn a_service_takes_the_toolkit_that_its_template_came_with() {
    let (version, rust) = (env!("CARGO_PKG_VERSION"), env!("CARGO_PKG_RUST_VERSION"));
    for name in TEMPLATES {
        let files = files(&template(name));
        let text = |file: &str| String::from_utf8(files[file].clone()).unwrap();
        let manifest = text("Cargo.toml.liquid");
        let dependency = manifest.lines().find(|line| line.starts_with("toolkit = ")).unwrap();
        assert!(dependency.contains(&format!("version = \"={version}\"")), "templates/{name}/Cargo.toml: {dependency}");
        assert!(manifest.contains(&format!("\nrust-version = \"{rust}\"\n")), "templates/{name}/Cargo.toml");
        assert!(text("Dockerfile").contains(&format!("rust:{rust}-")), "templates/{name}/Dockerfile");
    }
}

#[test]
fn nothing_of_the_template_is_left_in_a_service() {
    for name in TEMPLATES {
        let made = rendered(name, "shop", &["toolkit=https://example.com/a/toolkit", "toolkit_rev=0a1b2c"]);
        for (file, bytes) in files(&made.path().join("shop")) {
            let text = String::from_utf8_lossy(&bytes);
            for left in ["{%", "{{project-name", "{{ project-name", "{{toolkit", ".rhai"] {
                assert!(!text.contains(left), "{name}: {left} in {file}");
            }
            assert!(!file.contains("{{") && !file.starts_with("hooks"), "{name}: {file}");
        }
    }
}

#[test]
fn a_name_that_the_command_refuses_the_templates_refuse() {
    let folder = TempDir::new().unwrap();
    for name in TEMPLATES {
        for wrong in
            ["match", "gen", "test", "proc-macro", "toolkit", "serde-json", "deps", "build", "nul", "2shop", "Größe"]
        {
            let output = cargo_generate(name, wrong, folder.path(), &["toolkit=../.."]);
            assert!(!output.status.success(), "{name}: {wrong}");
            assert!(files(folder.path()).is_empty(), "{name}: {wrong}");
        }
    }
}

#[test]
fn the_templates_own_model_makes_what_the_template_makes() {
    let model = template("model-service").join("{{model}}.envelope");
    let folder = TempDir::new().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_toolkit"));
    // The default is what the envelope says.
    let description = "description=Names irises.";
    command
        .current_dir(folder.path())
        .args(["new", "shop", "--defaults", "--define", description, "--model"])
        .arg(&model);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    // What the command finds out about a model, the template knows of its own: also the row in the README.
    let made = rendered("model-service", "shop", &[&format!("toolkit={}", root().display()), description]);
    assert_same(&folder.path().join("shop"), &made.path().join("shop"), "`toolkit new --model` and the template");
}

#[test]
fn the_command_makes_what_the_template_makes() {
    let folder = TempDir::new().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_toolkit"));
    command.current_dir(folder.path()).args(["new", "shop", "--defaults"]);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let made = rendered("service", "shop", &[&format!("toolkit={}", root().display())]);
    assert_same(&folder.path().join("shop"), &made.path().join("shop"), "`toolkit new` and the template");
}
