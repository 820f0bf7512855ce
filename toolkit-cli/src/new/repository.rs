use std::path::Path;
use std::process::{Command, Stdio};

use super::interruption::Interruption;
use super::place::Place;

/// What a git hook or another tool says of its own repository.
const OF_ANOTHER: [&str; 5] = ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY"];

/// What GitHub is to run.
const WORKFLOW: &str = ".github/workflows/ci.yml";

/// Puts the service in `made` under version control, unless the place where it goes is already; or tells why it is not, or
/// what is left to do.
pub(super) fn init(made: &Path, place: &Place, interruption: &Interruption) -> Option<String> {
    let mut init = git(made);
    init.args(["init", "--quiet"]);
    if is_in_one(place, interruption) {
        return made.join(WORKFLOW).is_file().then(|| {
            format!(
                "the service is in a git repository, and GitHub runs workflows at the root of one only: move {WORKFLOW} \
                 there, and let it work in the service's folder"
            )
        });
    }
    match interruption.output(&mut init, true) {
        Ok(output) if output.status.success() => None,
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            let said = said.lines().find(|line| !line.starts_with("hint")).unwrap_or_default();
            Some(format!("the service is in no git repository: `git init` says: {said}"))
        }
        Err(_) => Some(
            "the service is in no git repository, because there is no `git`; once there is, say `git init` in it"
                .to_owned(),
        ),
    }
}

/// Whether the place is in a repository that does not ignore it.
fn is_in_one(place: &Place, interruption: &Interruption) -> bool {
    let answer = |command: &mut Command| interruption.output(command, true).ok().filter(|said| said.status.success());
    let in_work_tree = answer(git(place.parent()).args(["rev-parse", "--is-inside-work-tree"]))
        .is_some_and(|said| said.stdout.starts_with(b"true"));
    in_work_tree && answer(git(place.parent()).args(["check-ignore", "--quiet", "--"]).arg(place.folder())).is_none()
}

fn git(folder: &Path) -> Command {
    let mut command = Command::new("git");
    command.current_dir(folder).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    for variable in OF_ANOTHER {
        command.env_remove(variable);
    }
    command
}
