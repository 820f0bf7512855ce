//! Build times of a service with one endpoint: from nothing, and after an edit until the edited answer is served.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, bail};
use tempfile::TempDir;

use crate::arguments::Effort;
use crate::compare::Figure;
use crate::peer::{self, Program, run, target, workspace};
use crate::report::{Section, Table, number, progress};
use crate::service::Service;

const PORT: u16 = 18080;
const MINIMAL: &str = "peer-minimal";
const GREETING: &str = "format!(\"Hello, {name}\")";
const EDITS: usize = 5;

pub(crate) fn measure(effort: &Effort) -> anyhow::Result<Vec<Section>> {
    run(Command::new("cargo").args(["fetch", "--quiet", "--locked"]).current_dir(workspace()))?;
    let mut table = Table::new(&["build", "service", "figure", "target"]);
    if effort.quick {
        Program::Rust { package: MINIMAL }.prepare(effort.profile())?;
        row(
            &mut table,
            ["edit to served, quick profile", "toolkit"],
            seconds(edit_to_served(&target(), "quick", 1)?),
            "",
        );
    } else {
        let place = nothing()?;
        row(&mut table, ["clean, dev profile", "toolkit"], seconds(build(MINIMAL, place.path(), "dev")?), "< 180 s");
        let edited = edit_to_served(place.path(), "dev", EDITS)?;
        row(&mut table, ["edit to served, dev profile", "toolkit"], seconds(edited), "< 6 s");
        for (name, package) in [("axum", "peer-axum"), ("actix-web", "peer-actix")] {
            row(&mut table, ["clean, dev profile", name], seconds(build(package, nothing()?.path(), "dev")?), "");
        }
        let place = nothing()?;
        let shipped = build(MINIMAL, place.path(), "shipped")?;
        row(&mut table, ["clean, cargo's release profile, stripped", "toolkit"], seconds(shipped), "");
        let size = std::fs::metadata(place.path().join("shipped").join(MINIMAL))?.len() as f64 / f64::from(1 << 20);
        row(&mut table, ["binary of that", "toolkit"], format!("{} MiB", number(size)), "< 12 MiB");
    }
    let how = format!(
        "On both cores, with all packages downloaded before. The service of the toolkit has one endpoint, and Swagger \
         UI in it; those beside it have the endpoints of all peers. After an edit: one function edited, `cargo build`, \
         start, and the new answer, the median of {EDITS}."
    );
    Ok(vec![Section { title: "Build times".to_owned(), how, tables: vec![table], plots: Vec::new() }])
}

fn row(table: &mut Table, [build, service]: [&str; 2], figure: String, target: &str) {
    table.row([build.to_owned(), service.to_owned(), figure, target.to_owned()]);
}

fn seconds(taken: f64) -> String {
    format!("{} s", number(taken))
}

/// A new folder to build in.
fn nothing() -> anyhow::Result<TempDir> {
    std::fs::create_dir_all(target())?;
    Ok(tempfile::Builder::new().prefix("build-").tempdir_in(target())?)
}

/// Builds a package, and tells how many seconds that took.
fn build(package: &str, place: &Path, profile: &str) -> anyhow::Result<f64> {
    progress(&format!("building {package}, profile {profile}"));
    let begun = Instant::now();
    run(peer::build(package, profile).arg("--target-dir").arg(place))?;
    Ok(begun.elapsed().as_secs_f64())
}

/// The median of the seconds between an edit and its answer.
fn edit_to_served(place: &Path, profile: &str, edits: usize) -> anyhow::Result<f64> {
    let folder = if profile == "dev" { "debug" } else { profile };
    let source = Source::open(workspace().join("minimal").join("src").join("main.rs"))?;
    let edit = |number: usize| {
        let begun = Instant::now();
        source.edit(&format!("format!(\"Hello {number}, {{name}}\")"))?;
        build(MINIMAL, place, profile)?;
        let path = "/greeting?name=you";
        let service = Service::start(&Command::new(place.join(folder).join(MINIMAL)), PORT, path)?;
        let answer = ureq::get(service.url(path)).call()?.body_mut().read_to_string()?;
        if !answer.contains(&format!("Hello {number}, you")) {
            bail!("{MINIMAL} answered {answer}: `Hello {number}, you` was expected, as it was edited to");
        }
        Ok(begun.elapsed().as_secs_f64())
    };
    Ok(Figure::new((0..edits).map(edit).collect::<anyhow::Result<_>>()?).median())
}

/// A source file; dropped, it is as it was.
struct Source {
    path: PathBuf,
    original: String,
}

impl Source {
    fn open(path: PathBuf) -> anyhow::Result<Self> {
        let original = std::fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
        if !original.contains(GREETING) {
            bail!("{} does not contain `{GREETING}`, which is to be edited: put it back", path.display());
        }
        Ok(Self { path, original })
    }

    fn edit(&self, greeting: &str) -> anyhow::Result<()> {
        Ok(std::fs::write(&self.path, self.original.replace(GREETING, greeting))?)
    }
}

impl Drop for Source {
    fn drop(&mut self) {
        if let Err(error) = std::fs::write(&self.path, &self.original) {
            eprintln!("{} is still edited, for it cannot be written: {error}", self.path.display());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edited_source_is_put_back() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), GREETING).unwrap();
        let source = Source::open(file.path().to_owned()).unwrap();
        source.edit("edited").unwrap();
        assert_eq!(std::fs::read_to_string(file.path()).unwrap(), "edited");
        drop(source);
        assert_eq!(std::fs::read_to_string(file.path()).unwrap(), GREETING);
    }
}
