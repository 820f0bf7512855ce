use std::ffi::OsStr;
use std::io::{self, Write};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, bail};
use clap::Parser;

use super::interruption::Interruption;
use super::place::{CONFIGURATION, TEMPLATE, Workshop};

/// The first argument of a process of this executable that is `cargo generate`.
const CARGO_GENERATE: &str = "cargo-generate";

/// Makes the files of a service in a workshop.
///
/// That is another process's work: `cargo-generate` reads its environment, which this one cannot change, and leaves what
/// it has begun when it is interrupted.
///
/// # Errors
///
/// What the template finds wrong.
pub(super) fn generate(
    workshop: &Workshop,
    name: &str,
    defined: &[(String, String)],
    silent: bool,
    interruption: &Interruption,
) -> anyhow::Result<()> {
    let mut command = Command::new(std::env::current_exe().context("this command's executable cannot be found")?);
    command.current_dir(workshop.scratch()).args([CARGO_GENERATE, "--path", TEMPLATE, "--destination"]);
    command.arg(workshop.beside());
    // As it was checked, not in the form that `cargo-generate` prefers.
    command.args(["--name", name, "--force", "--no-workspace", "--config", CONFIGURATION]);
    command.args(defined.iter().map(|(name, value)| format!("--define={name}={value}")));
    for (variable, value) in std::env::vars_os() {
        // It panics at a variable that is no text, whatever that one is for.
        let is_text = variable.to_str().is_some() && value.to_str().is_some();
        if !is_text || variable.as_encoded_bytes().starts_with(b"CARGO_GENERATE_") {
            command.env_remove(variable);
        }
    }
    // It asks who the author is, and fails where nobody says so. The templates name none.
    command.env("CARGO_NAME", name).env("TMPDIR", workshop.scratch()).stdout(Stdio::piped());
    // It calls rustfmt, for which rustup would load a toolchain from the network.
    command.env("RUSTUP_AUTO_INSTALL", "0");
    if silent {
        command.arg("--silent").stdin(Stdio::null()).stderr(Stdio::piped());
    }
    let output = interruption.output(&mut command, silent).context("the template cannot be read")?;
    if output.status.success() {
        return Ok(());
    }
    if !silent {
        // A question may have hidden the cursor.
        _ = io::stderr().write_all(b"\x1b[?25h");
    }
    match String::from_utf8_lossy(&output.stdout).trim() {
        "" => {
            let error = String::from_utf8_lossy(&output.stderr);
            let panic: Vec<_> = error.lines().skip_while(|line| !line.contains(" panicked at ")).take(2).collect();
            bail!("the template cannot be read: {}", panic.join(" "))
        }
        said => bail!(sentence(said)),
    }
}

/// Runs `cargo generate` if this process was started for that, and tells on the standard output why it failed.
pub(crate) fn as_cargo_generate() -> Option<ExitCode> {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    if arguments.first().map(AsRef::as_ref) != Some(OsStr::new(CARGO_GENERATE)) {
        return None;
    }
    let words = ["cargo".into(), "generate".into()].into_iter().chain(arguments.into_iter().skip(1));
    let cargo_generate::Cli::Generate(mut arguments) = cargo_generate::Cli::parse_from(words);
    // No line per file.
    arguments.quiet = true;
    Some(match cargo_generate::generate(arguments) {
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => {
            println!("{error:#}");
            ExitCode::FAILURE
        }
    })
}

/// What went wrong, without what `cargo-generate` and its scripts put around it.
fn sentence(said: &str) -> String {
    let said = match said.split_once("Runtime error: ") {
        Some((_, thrown)) => thrown.split_once(" (line ").map_or(thrown, |(thrown, _)| thrown),
        None => said,
    };
    // What was begun is in the workshop, which is removed.
    let said = said.split_once("; and remove the empty folder").map_or(said, |(said, _)| said);
    said.trim_start_matches(|c: char| !c.is_ascii() || c.is_whitespace())
        .trim()
        .trim_start_matches("Sorry, ")
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_script_throws_is_told_without_the_script() {
        let said =
            "⛔  Failed executing script: /tmp/x/init.rhai: Runtime error: no (never) (line 3, position 5)\nin call";
        assert_eq!(sentence(said), "no (never)");
        assert_eq!(sentence("⚠️  Sorry, \"8\" is not a valid value for port\n"), "\"8\" is not a valid value for port");
    }
}
