use std::io::ErrorKind;
use std::process::Command;

/// The oldest one that builds the toolkit: the templates say the same.
const OLDEST: &str = env!("CARGO_PKG_RUST_VERSION");

/// Why the user's cargo cannot build a service, and what to do.
pub(crate) fn fault(mut cargo: Command) -> Option<String> {
    let install = format!("install Rust {OLDEST} or later: https://rustup.rs");
    let told = match cargo.arg("--version").output() {
        Ok(told) => told,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Some(format!("there is no `cargo` on the PATH; {install}"));
        }
        Err(error) => return Some(format!("cargo does not run: {error}; {install}")),
    };
    match version(&String::from_utf8_lossy(&told.stdout)) {
        Some(found) if Some(found) >= version(&format!("cargo {OLDEST}")) => None,
        Some((major, minor)) => Some(format!(
            "cargo {major}.{minor} is too old: services need {OLDEST} or later; update it with `rustup update`"
        )),
        None => {
            let error = String::from_utf8_lossy(&told.stderr);
            let error = error.lines().next().unwrap_or("nothing").trim_start_matches("error: ").trim_end_matches('.');
            Some(format!("`cargo --version` says: {error}; {install}"))
        }
    }
}

/// The major and the minor number of `cargo 1.95.0 (…)`.
fn version(said: &str) -> Option<(u32, u32)> {
    let mut numbers = said.strip_prefix("cargo ")?.split(['.', ' ', '-']);
    Some((numbers.next()?.trim().parse().ok()?, numbers.next()?.trim().parse().ok()?))
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
