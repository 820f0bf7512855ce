//! A little service in a folder of its own, that takes the toolkit from this repository.

#![allow(dead_code, unreachable_pub, reason = "each test file uses a part of it")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The folder of a service. It stays at its place, so that what was built for it is used again.
pub struct Project {
    pub folder: PathBuf,
    name: &'static str,
}

impl Project {
    /// A service that answers `/film`. No two tests may use one name: their programs lie side by side.
    pub fn new(name: &'static str) -> Self {
        let project = Self { folder: Path::new(env!("CARGO_TARGET_TMPDIR")).join(name), name };
        let _ = fs::remove_dir_all(&project.folder);
        fs::create_dir_all(project.folder.join("src")).unwrap();
        project.write("Cargo.toml", &manifest(name));
        fs::copy(workspace().join("Cargo.lock"), project.folder.join("Cargo.lock")).unwrap();
        project.answer("first");
        project
    }

    /// The command `toolkit` in the folder; it builds where this test was built, without a network.
    pub fn toolkit(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_toolkit"));
        let of_test = |name: &str| {
            ["TOOLKIT_", "OTEL_", "RUST_LOG", "CARGO_PKG_", "NEXTEST"].iter().any(|prefix| name.starts_with(prefix))
        };
        for (name, _) in std::env::vars().filter(|(name, _)| of_test(name)) {
            command.env_remove(name);
        }
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
        command.env("CARGO_TARGET_DIR", target).env("CARGO_NET_OFFLINE", "true").env("CARGO_TERM_COLOR", "never");
        command.args(arguments).current_dir(&self.folder).stdin(Stdio::null());
        command
    }

    /// The exit code, what it prints, and what it tells.
    pub fn run(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        ended(&mut self.toolkit(arguments))
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Has the service answer `/film` with this, and end at `/end`.
    pub fn answer(&self, film: &str) {
        self.write("src/main.rs", &source(film));
    }

    /// The same as editors do it: another file takes the place of the one that was edited.
    pub fn answer_by_renaming(&self, film: &str) {
        self.write("src/main.rs~", &source(film));
        fs::rename(self.folder.join("src/main.rs~"), self.folder.join("src/main.rs")).unwrap();
    }
}

fn manifest(name: &str) -> String {
    let toolkit = workspace().join("toolkit");
    format!(
        "[workspace]\n\n[package]\nname = \"{name}\"\nedition = \"2024\"\n\n\
         [dependencies]\ntoolkit = {{ path = \"{}\" }}\n\n\
         [profile.dev]\ndebug = \"line-tables-only\"\n",
        toolkit.display()
    )
}

fn source(film: &str) -> String {
    format!(
        "//! Films.\nuse toolkit::prelude::*;\n\n/// The film.\n#[get(\"/film\", timeout = \"2s\")]\nfn get_film() -> &'static str {{\n    \
         \"{film}\"\n}}\n\n/// Ends the service.\n#[get(\"/end\")]\nfn get_end() {{\n    std::process::exit(3);\n}}\n\n\
         #[toolkit::main]\nasync fn main() -> toolkit::Result {{\n    toolkit::app!().serve().await\n}}\n"
    )
}

pub fn ended(command: &mut Command) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = command.output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

pub fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}
