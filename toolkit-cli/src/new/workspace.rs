use std::path::Path;
use std::process::{Command, Stdio};

/// What to do about a workspace that the service is in, but no member of.
pub(super) fn not_a_member(folder: &Path) -> Option<String> {
    let output = cargo(folder).args(["locate-project", "--workspace", "--offline"]).output().ok()?;
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

/// The user's cargo in a folder. It loads nothing over the network.
pub(super) fn cargo(folder: &Path) -> Command {
    let mut cargo = Command::new("cargo");
    cargo.current_dir(folder).env("RUSTUP_AUTO_INSTALL", "0").stdin(Stdio::null());
    cargo
}
