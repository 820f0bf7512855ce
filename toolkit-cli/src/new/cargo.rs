use std::path::Path;
use std::process::{Command, Output, Stdio};

/// What a service needs: the templates say the same.
const NEEDED: &str = env!("CARGO_PKG_RUST_VERSION");

/// What to do about a cargo that cannot build the service, or is not there.
///
/// It is told, and the service is made all the same: it can be built in its container, which brings its own cargo.
pub(super) fn too_old(folder: &Path) -> Option<String> {
    let install = format!("install Rust {NEEDED} or later (https://rustup.rs) to build the service");
    let update = format!("say `rustup update` to build the service, which needs {NEEDED}");
    match run(folder, &["--version"]) {
        None => Some(format!("there is no `cargo`; {install}")),
        Some(output) => {
            let said = String::from_utf8_lossy(&output.stdout);
            match version(&said) {
                Some(found) if Some(found) >= version(&format!("cargo {NEEDED}")) => None,
                Some((major, minor)) => Some(format!("your cargo is {major}.{minor}; {update}")),
                None => {
                    let error = String::from_utf8_lossy(&output.stderr);
                    let error =
                        error.lines().next().unwrap_or("nothing").trim_start_matches("error: ").trim_end_matches('.');
                    Some(format!("`cargo --version` says: {error}; {install}"))
                }
            }
        }
    }
}

/// What to do about a workspace that the service is in, but no member of.
pub(super) fn not_a_member(folder: &Path) -> Option<String> {
    let output = run(folder, &["locate-project", "--workspace", "--offline"])?;
    let error = String::from_utf8_lossy(&output.stderr);
    if output.status.success() || !error.contains("believes it's in a workspace") {
        return None;
    }
    let workspace = error.lines().find_map(|line| line.trim().strip_prefix("workspace:")).unwrap_or_default().trim();
    Some(format!(
        "the service is in the folder of the workspace {workspace}, and no member of it; add it to `members` there, or to \
         `exclude`"
    ))
}

/// The major and the minor number of `cargo 1.95.0 (…)`.
fn version(said: &str) -> Option<(u32, u32)> {
    let mut numbers = said.strip_prefix("cargo ")?.split(['.', ' ', '-']);
    Some((numbers.next()?.trim().parse().ok()?, numbers.next()?.trim().parse().ok()?))
}

/// What the user's cargo says in a folder. It loads nothing over the network.
fn run(folder: &Path, arguments: &[&str]) -> Option<Output> {
    let mut command = Command::new("cargo");
    command.current_dir(folder).args(arguments).env("RUSTUP_AUTO_INSTALL", "0").stdin(Stdio::null());
    command.output().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_numbers() {
        assert_eq!(version("cargo 1.95.0 (f2d3ce0bd 2026-03-21)"), Some((1, 95)));
        assert_eq!(version("cargo 1.100.0-nightly (f2d3ce0bd 2026-03-21)"), Some((1, 100)));
        assert_eq!(version("cargo 1.95"), Some((1, 95)));
        assert!(version("cargo 1.100.0") > version("cargo 1.95.0"));
        assert_eq!(version("oh no"), None);
    }
}
