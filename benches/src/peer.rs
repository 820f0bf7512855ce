//! What is measured, how it is built and how it is started.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};

use crate::arguments::Effort;
use crate::report::progress;

/// The core that a service has to itself.
pub(crate) const SERVER_CORE: usize = 0;
/// The core that the load has to itself.
pub(crate) const LOAD_CORE: usize = 1;

/// The same endpoints, written with something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Peer {
    /// As tables call it.
    pub(crate) name: &'static str,
    pub(crate) program: Program,
    pub(crate) arguments: &'static [&'static str],
    pub(crate) variables: &'static [(&'static str, &'static str)],
    /// Whether it refuses what breaks a constraint.
    pub(crate) checks: bool,
}

/// What a peer is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Program {
    /// A package of the workspace `peers`, with a binary of its name.
    Rust { package: &'static str },
    /// A folder below `peers/python` with a `requirements.txt`, and a command of its environment.
    Python { folder: &'static str, command: &'static str },
}

/// How the Rust ones are compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Profile {
    /// To be measured.
    Release,
    /// To see that all of it works.
    Quick,
}

/// The packages that are made of the toolkit.
const OWN: [&str; 7] =
    ["in-process", "peer-many", "peer-minimal", "peer-model", "peer-toolkit", "runtime", "telemetry"];

/// The exported model that every model server runs; the part `model` takes it out of its envelope.
pub(crate) const MODEL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/peers/target/churn/model.onnx");

/// No telemetry, as no peer keeps any.
pub(crate) const QUIET: [(&str, &str); 3] =
    [("OTEL_SDK_DISABLED", "true"), ("RUST_LOG", "off"), ("TOOLKIT_TRACE_VIEWER", "false")];

pub(crate) const TOOLKIT: Peer = Peer { variables: &QUIET, ..rust("toolkit", "peer-toolkit") };
pub(crate) const TOOLKIT_TELEMETRY: Peer =
    Peer { variables: &[("RUST_LOG", "warn")], ..rust("toolkit, telemetry on", "peer-toolkit") };
pub(crate) const AXUM: Peer = rust("axum", "peer-axum");
pub(crate) const AXUM_LIMITED: Peer = Peer { arguments: &["limited"], ..rust("axum, limited", "peer-axum") };
/// The floor: what the requests cost where nothing is checked.
pub(crate) const AXUM_UNCHECKED: Peer =
    Peer { arguments: &["unchecked"], checks: false, ..rust("axum, unchecked", "peer-axum") };
pub(crate) const ACTIX: Peer = rust("actix-web", "peer-actix");
pub(crate) const FASTAPI_ASYNC: Peer =
    Peer { arguments: &["serve.py", "async"], ..python("FastAPI async def", "fastapi") };
pub(crate) const FASTAPI_DEF: Peer = Peer { arguments: &["serve.py", "def"], ..python("FastAPI def", "fastapi") };

/// What serves the endpoints that the README of the peers lists.
const HTTP: [Peer; 13] = [
    TOOLKIT,
    TOOLKIT_TELEMETRY,
    AXUM,
    AXUM_LIMITED,
    AXUM_UNCHECKED,
    ACTIX,
    FASTAPI_ASYNC,
    FASTAPI_DEF,
    python("Litestar", "litestar"),
    rust("poem-openapi", "peer-poem"),
    rust("dropshot", "peer-dropshot"),
    rust("salvo", "peer-salvo"),
    rust("Rocket", "peer-rocket"),
];
/// How many of them are enough to see that all of it works: the others take minutes to compile.
const ENOUGH: usize = 9;

/// What serves the model of `examples/churn`; all but the toolkit run it in ONNX Runtime.
pub(crate) const MODELS: [Peer; 7] = [
    Peer { variables: ENVELOPE, ..rust("toolkit", "peer-model") },
    Peer { variables: ONNX, ..python("mosec", "mosec") },
    Peer { variables: ONNX, arguments: &["serve.py", "batched"], ..python("mosec, batched", "mosec") },
    Peer { variables: ONNX, ..python("LitServe", "litserve") },
    Peer { variables: ONNX, ..python("BentoML", "bentoml") },
    Peer { variables: ONNX, ..python("MLServer", "mlserver") },
    Peer { variables: ONNX, ..python("MLflow", "mlflow") },
];
/// How many of them are installed soon.
const SMALL: usize = 4;
const ENVELOPE: &[(&str, &str)] = &[
    QUIET[0],
    QUIET[1],
    QUIET[2],
    ("CHURN_ENVELOPE", concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/churn/churn.envelope")),
];
const ONNX: &[(&str, &str)] = &[("MODEL", MODEL)];

/// What serves the endpoints, of which a quick run takes those that are enough.
pub(crate) fn http(effort: &Effort) -> &'static [Peer] {
    if effort.quick { &HTTP[..ENOUGH] } else { &HTTP }
}

/// What serves the model, of which a quick run leaves out those with a large environment.
pub(crate) fn models(effort: &Effort) -> &'static [Peer] {
    if effort.quick { &MODELS[..SMALL] } else { &MODELS }
}

impl Peer {
    /// Starts it; it learns its port from `PORT`.
    pub(crate) fn command(&self, profile: Profile) -> Command {
        let mut command = self.program.command(profile);
        command.args(self.arguments).envs(self.variables.iter().copied());
        command
    }
}

impl Program {
    /// Builds it, or makes its Python environment, where that was not done before.
    pub(crate) fn prepare(self, profile: Profile) -> anyhow::Result<()> {
        match self {
            Self::Rust { package } => {
                let packages = built_with(package, profile);
                run(build(&packages, profile.name()).arg("--target-dir").arg(target()))
            }
            Self::Python { folder, .. } => {
                let (place, wanted) = (environment(folder), workspace().join("python").join(folder));
                let wanted = wanted.join("requirements.txt");
                let made = place.join("requirements.txt");
                if std::fs::read(&made).is_ok_and(|made| std::fs::read(&wanted).is_ok_and(|wanted| made == wanted)) {
                    return Ok(());
                }
                run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&place))?;
                let mut pip = Command::new(place.join("bin").join("pip"));
                run(pip.args(["install", "--quiet", "--disable-pip-version-check", "--requirement"]).arg(&wanted))?;
                // Only what was made to its end is not made again.
                std::fs::copy(&wanted, &made).map(drop).context("the environment cannot be marked as made")
            }
        }
    }

    /// Runs it, without arguments.
    fn command(self, profile: Profile) -> Command {
        match self {
            Self::Rust { package } => Command::new(binary(package, profile)),
            Self::Python { folder, command } => {
                let place = environment(folder).join("bin");
                let path = format!("{}:{}", place.display(), std::env::var("PATH").unwrap_or_default());
                let mut program = Command::new(place.join(command));
                program.current_dir(workspace().join("python").join(folder)).env("PATH", path);
                program.env("PYTHONDONTWRITEBYTECODE", "1");
                program
            }
        }
    }
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Rust { package: name } | Self::Python { folder: name, .. }) = self;
        f.write_str(name)
    }
}

impl Profile {
    fn name(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Quick => "quick",
        }
    }
}

/// A package that checks what it takes.
const fn rust(name: &'static str, package: &'static str) -> Peer {
    Peer { name, program: Program::Rust { package }, arguments: &[], variables: &[], checks: true }
}

/// A folder whose `serve.py` checks what it takes.
const fn python(name: &'static str, folder: &'static str) -> Peer {
    let program = Program::Python { folder, command: "python" };
    Peer { name, program, arguments: &["serve.py"], variables: &[], checks: true }
}

/// Builds packages of the workspace `peers`.
pub(crate) fn build(packages: &[&str], profile: &str) -> Command {
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--quiet", "--locked", "--profile", profile]).current_dir(workspace());
    cargo.args(packages.iter().flat_map(|package| ["--package", package]));
    cargo
}

/// What is built at once with a package.
///
/// Together, packages get the features that any of them wants of a dependency: what is measured is built with nothing
/// of another framework. To see that all of it works, the default members are built at once.
fn built_with(package: &'static str, profile: Profile) -> Vec<&'static str> {
    match profile {
        Profile::Quick => Vec::new(),
        Profile::Release if OWN.contains(&package) => OWN.to_vec(),
        Profile::Release => vec![package],
    }
}

/// Builds and installs all that is measured: what cannot be is told when it is to be measured.
pub(crate) fn prepare_all(effort: &Effort) {
    let mut programs = http(effort).iter().chain(models(effort)).map(|peer| peer.program).collect::<Vec<_>>();
    programs.dedup();
    let (python, rust): (Vec<_>, Vec<_>) =
        programs.into_iter().partition(|program| matches!(program, Program::Python { .. }));
    let prepare = |program: Program| {
        progress(&format!("building {program}"));
        drop(program.prepare(effort.profile()));
    };
    std::thread::scope(|scope| {
        // Packages are downloaded while others are compiled.
        scope.spawn(|| python.into_iter().for_each(prepare));
        rust.into_iter().for_each(prepare);
    });
}

/// The binary of a package of the workspace `peers`.
pub(crate) fn binary(package: &str, profile: Profile) -> PathBuf {
    target().join(profile.name()).join(package)
}

/// The folder of a Python environment.
pub(crate) fn environment(folder: &str) -> PathBuf {
    target().join("python").join(folder)
}

/// Runs a command to its end, which has to be good.
pub(crate) fn run(command: &mut Command) -> anyhow::Result<()> {
    let status = command.status().with_context(|| format!("{command:?} does not start"))?;
    if !status.success() {
        bail!("{command:?} ended with {status}");
    }
    Ok(())
}

/// The folder of this package.
pub(crate) fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The workspace of the Rust peers.
pub(crate) fn workspace() -> PathBuf {
    folder().join("peers")
}

/// What the peers are built in.
pub(crate) fn target() -> PathBuf {
    workspace().join("target")
}
