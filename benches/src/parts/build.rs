//! Build times of a service with one endpoint: from nothing, and after an edit until the edited answer is served.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, bail};
use tempfile::TempDir;

use crate::arguments::Effort;
use crate::compare::{Figure, Target};
use crate::peer::{self, Program, folder, run, target, workspace};
use crate::report::{Section, Table, judged, number, progress};
use crate::service::Service;

/// The package, and its folder.
const MINIMAL: [&str; 2] = ["peer-minimal", "minimal"];
/// The package of the copy that is edited: another name, as both are built in the same place.
const EDITED: &str = "peer-minimal-edited";
const GREETING: &str = "format!(\"Hello, {name}\")";
const EDITS: usize = 5;

pub(crate) fn measure(effort: &Effort) -> anyhow::Result<Vec<Section>> {
    run(Command::new("cargo").args(["fetch", "--quiet", "--locked"]).current_dir(workspace()))?;
    let mut table = Table::new(&["build", "service", "figure", "target", "verdict"]);
    let mut row = |build: &str, service: &str, figure: f64, unit: &str, target: Option<Target>| {
        let [target, verdict] = judged(target, figure, unit);
        table.row([build.to_owned(), service.to_owned(), format!("{} {unit}", number(figure)), target, verdict]);
    };
    let [minimal, _] = MINIMAL;
    let edits = if effort.quick { 1 } else { EDITS };
    if effort.quick {
        Program::Rust { package: minimal }.prepare(effort.profile())?;
        row("edit to served, quick profile", "toolkit", edit_to_served(&[], &target(), "quick", edits)?, "s", None);
    } else {
        let place = nothing()?;
        let clean = build(minimal, place.path())?;
        row("clean, dev profile", "toolkit", clean, "s", Some(Target::Below(180.0)));
        let edited = edit_to_served(&[EDITED], place.path(), "dev", edits)?;
        row("edit to served, dev profile", "toolkit", edited, "s", Some(Target::Below(6.0)));
        for (name, package) in [("axum", "peer-axum"), ("actix-web", "peer-actix")] {
            row("clean, dev profile", name, build(package, nothing()?.path())?, "s", None);
        }
    }
    let how = format!(
        "On both cores, with all packages downloaded before. The service of the toolkit has one endpoint, and Swagger \
         UI in it; those beside it have the endpoints of all peers. After an edit: one function edited, `cargo build`, \
         start, and the new answer, {}.",
        if edits == 1 { "once".to_owned() } else { format!("the median of {edits}") }
    );
    Ok(vec![Section { title: "Build times".to_owned(), how, tables: vec![table], plots: Vec::new() }])
}

/// A new folder to build in.
fn nothing() -> anyhow::Result<TempDir> {
    fs::create_dir_all(target())?;
    Ok(tempfile::Builder::new().prefix("build-").tempdir_in(target())?)
}

/// Builds a package from nothing, and tells how many seconds that took.
fn build(package: &str, place: &Path) -> anyhow::Result<f64> {
    build_in(&workspace(), &[package], place, "dev")
}

fn build_in(workspace: &Path, packages: &[&str], place: &Path, profile: &str) -> anyhow::Result<f64> {
    progress(&format!("building what is timed, profile {profile}"));
    let begun = Instant::now();
    run(peer::build(packages, profile).current_dir(workspace).arg("--target-dir").arg(place))?;
    Ok(begun.elapsed().as_secs_f64())
}

/// The median of the seconds between an edit and its answer; `place` is where the dependencies were built, with
/// `packages`.
fn edit_to_served(packages: &[&str], place: &Path, profile: &str, edits: usize) -> anyhow::Result<f64> {
    let folder = if profile == "dev" { "debug" } else { profile };
    let edited = Edited::new()?;
    // An edit is of something that was built before.
    build_in(edited.place.path(), packages, place, profile)?;
    let edit = |number: usize| {
        let begun = Instant::now();
        edited.edit(&format!("format!(\"Hello {number}, {{name}}\")"))?;
        build_in(edited.place.path(), packages, place, profile)?;
        let path = "/greeting?name=you";
        let service = Service::start(&Command::new(place.join(folder).join(EDITED)), path)?;
        let answer = ureq::get(service.url(path)).call()?.body_mut().read_to_string()?;
        if !answer.contains(&format!("Hello {number}, you")) {
            bail!("{EDITED} answered {answer}: `Hello {number}, you` was expected, as it was edited to");
        }
        Ok(begun.elapsed().as_secs_f64())
    };
    Ok(Figure::new((0..edits).map(edit).collect::<anyhow::Result<_>>()?).median())
}

/// A copy of the workspace, in which the least service can be edited.
///
/// The other packages are links to the originals: cargo finds the same packages at the same places in the workspace,
/// and so does not build again what is built.
struct Edited {
    place: TempDir,
    source: PathBuf,
    original: String,
}

impl Edited {
    fn new() -> anyhow::Result<Self> {
        let (from, [package, minimal]) = (workspace(), MINIMAL);
        let place = nothing()?;
        let to = place.path();
        for entry in fs::read_dir(&from)? {
            let entry = entry?;
            if entry.path().join("Cargo.toml").exists() && entry.file_name() != minimal {
                symlink(entry.path(), to.join(entry.file_name()))?;
            }
        }
        let root = folder().parent().context("the folder of the benchmark is in no workspace")?;
        let [manifest, source] = ["Cargo.toml", "src/main.rs"].map(|file| Path::new(minimal).join(file));
        fs::create_dir_all(to.join(minimal).join("src"))?;
        // What is outside of the workspace is where it was, and the package has its own name.
        copy(&from, to, Path::new("Cargo.toml"), "\"../../", &format!("\"{}/", root.display()))?;
        for file in [Path::new("Cargo.lock"), &manifest] {
            copy(&from, to, file, &format!("name = \"{package}\""), &format!("name = \"{EDITED}\""))?;
        }
        let original = copy(&from, to, &source, GREETING, GREETING)?;
        Ok(Self { source: to.join(source), place, original })
    }

    fn edit(&self, greeting: &str) -> anyhow::Result<()> {
        Ok(fs::write(&self.source, self.original.replace(GREETING, greeting))?)
    }
}

/// Copies a file with another text in it, and returns what it has then.
fn copy(from: &Path, to: &Path, file: &Path, text: &str, other: &str) -> anyhow::Result<String> {
    let path = from.join(file);
    let original = fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    if !original.contains(text) {
        bail!("{} does not contain `{text}`, which is to be edited: put it back", path.display());
    }
    let copied = original.replace(text, other);
    fs::write(to.join(file), &copied)?;
    Ok(copied)
}
