//! What whoever types `toolkit new …` relies on.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod files;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::files::files;

const TOOLKIT: &str = env!("CARGO_BIN_EXE_toolkit");

fn toolkit(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(TOOLKIT);
    command.current_dir(folder).arg("new").args(arguments).stdin(Stdio::null());
    command
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn succeeds(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", text(&output));
    text(&output)
}

/// The sentence, when nothing is made.
fn fails(command: &mut Command) -> String {
    let folder = command.get_current_dir().unwrap().to_owned();
    let before = names(&folder);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{command:?}: {}", text(&output));
    assert_eq!(names(&folder), before, "{command:?}");
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(error.lines().count(), 1, "{error}");
    error
}

/// What is in a folder, hidden or not.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// A folder of commands that do what the scripts say, found before all others.
#[cfg(unix)]
fn commands(scripts: &[(&str, &str)]) -> (TempDir, String) {
    use std::os::unix::fs::PermissionsExt;
    let folder = TempDir::new().unwrap();
    for (name, script) in scripts {
        let path = folder.path().join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let path = format!("{}:{}", folder.path().display(), std::env::var("PATH").unwrap());
    (folder, path)
}

#[test]
fn a_service_is_made_and_the_next_commands_are_told() {
    let folder = TempDir::new().unwrap();
    let said = succeeds(&mut toolkit(folder.path(), &["shop"]));
    for told in ["made the service `shop`", "cd shop", "toolkit dev", "cargo test", root().to_str().unwrap()] {
        assert!(said.contains(told), "{told}: {said}");
    }
    assert_eq!(names(folder.path()), ["shop"]);
    let shop = folder.path().join("shop");
    let manifest = fs::read_to_string(shop.join("Cargo.toml")).unwrap();
    assert!(manifest.contains("name = \"shop\""), "{manifest}");
    assert!(manifest.contains(&format!("path = \"{}/toolkit\"", root().display())), "{manifest}");
    assert!(shop.join("src/main.rs").is_file() && shop.join(".git").is_dir());
    for left in ["cargo-generate.toml", "hooks"] {
        assert!(!shop.join(left).exists(), "{left}");
    }
}

#[test]
fn the_answer_is_json_if_it_shall_be() {
    let folder = TempDir::new().unwrap();
    let output = toolkit(folder.path(), &["shop", "--json"]).output().unwrap();
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    let expected = json!({
        "folder": folder.path().canonicalize().unwrap().join("shop"),
        "template": "service",
        "toolkit": root(),
        "next": ["cd shop", "toolkit dev --open", "cargo test"],
    });
    assert_eq!(answer, expected);
    let output = toolkit(folder.path(), &["shop", "--json"]).output().unwrap();
    let failure: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(failure["error"].as_str().unwrap().contains("already"), "{failure}");
}

#[test]
fn what_is_there_is_left_alone() {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("empty")).unwrap();
    fs::write(folder.path().join("file"), "mine").unwrap();
    assert!(fails(&mut toolkit(folder.path(), &["empty"])).contains("there is a folder `empty`"));
    assert!(fails(&mut toolkit(folder.path(), &["file"])).contains("there is a file `file`"));
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("/nowhere/at/all", folder.path().join("link")).unwrap();
        assert!(fails(&mut toolkit(folder.path(), &["link"])).contains("there is a link `link`"));
    }
    assert_eq!(fs::read(folder.path().join("file")).unwrap(), b"mine");
}

#[test]
fn a_name_that_cannot_be_is_refused_with_one_that_can() {
    let folder = TempDir::new().unwrap();
    for (wrong, right) in [
        ("match", "match-service"),
        ("gen", "gen-service"),
        ("test", "test-service"),
        ("proc-macro", "proc-macro-service"),
        ("toolkit", "toolkit-service"),
        ("serde_json", "serde-json-service"),
        ("deps", "deps-service"),
        ("com1", "com1-service"),
        ("MyShop", "myshop"),
        ("my shop", "my-shop"),
        ("../shop", "shop"),
        ("2shop", "shop"),
        ("", "garments"),
        (&"long".repeat(20), &"long".repeat(10)),
    ] {
        let said = fails(&mut toolkit(folder.path(), &[wrong]));
        assert!(said.trim_end().ends_with(&format!("such as `{right}`")), "{said}");
        succeeds(&mut toolkit(folder.path(), &[right, "--defaults"]));
        fs::remove_dir_all(folder.path().join(right)).unwrap();
    }
}

#[test]
fn an_answer_to_no_question_is_refused_with_the_questions() {
    let folder = TempDir::new().unwrap();
    let said = fails(&mut toolkit(folder.path(), &["shop", "--define", "prot=8080"]));
    assert!(said.contains("`prot`") && said.contains("`path`, `port`"), "{said}");
    for (answer, told) in [
        ("container=yes", "`true`, `false`"),
        ("licence=GPL", "`MIT OR Apache-2.0`"),
        ("port=80", "from 1024 to 65535"),
        ("port=", "from 1024 to 65535"),
        ("path=v0", "begin with `/`"),
        ("path=/health", "/health"),
        ("description=a \"b\"", "double quote"),
        ("description=a\nb", "line break"),
        ("toolkit=/srv/toolkit", "--toolkit /srv/toolkit"),
        ("model=iris", "--model ENVELOPE"),
        ("project-name=shop", "toolkit new shop"),
    ] {
        let said = fails(&mut toolkit(folder.path(), &["shop", "--define", answer]));
        assert!(said.contains(told), "{answer}: {said}");
        assert!(!said.contains("rhai") && !said.contains("remove"), "{answer}: {said}");
    }
}

#[test]
fn answers_are_written_into_the_files() {
    let folder = TempDir::new().unwrap();
    let answers =
        ["port=9001", "path=/v0/api/prices", "licence=MIT", "container=false", "kubernetes=false", "github=false"];
    let answers = answers.map(|answer| format!("--define={answer}"));
    let arguments = ["shop", "--define=port=9000"].into_iter().chain(answers.iter().map(String::as_str));
    succeeds(&mut toolkit(folder.path(), &arguments.collect::<Vec<_>>()));
    let made = files(&folder.path().join("shop"));
    let has = |file: &str, text: &str| String::from_utf8_lossy(&made[file]).contains(text);
    assert!(has("toolkit.toml", "127.0.0.1:9001"), "the last answer counts");
    assert!(has("src/endpoints.rs", "\"/v0/api/prices\"") && has("Cargo.toml", "license = \"MIT\""));
    for absent in
        ["Dockerfile", ".dockerignore", "compose.yaml", "kubernetes/deployment.yaml", ".github/workflows/ci.yml"]
    {
        assert!(!made.contains_key(absent), "{absent}");
    }
}

#[test]
fn the_machine_of_the_user_changes_nothing() {
    let (folder, home) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    succeeds(&mut toolkit(folder.path(), &["shop"]));
    let plain = files(&folder.path().join("shop"));
    fs::remove_dir_all(folder.path().join("shop")).unwrap();
    fs::write(home.path().join("cargo-generate.toml"), "[values]\nport = \"9999\"\ngithub = false\n").unwrap();
    let mut command = toolkit(folder.path(), &["shop"]);
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).env("HOME", home.path());
    command.env("CARGO_HOME", home.path()).env("CARGO_GENERATE_VALUE_PORT", "7777");
    command.env("CARGO_GENERATE_TEMPLATE_VALUES_FILE", "/nowhere/at/all");
    succeeds(&mut command);
    assert_eq!(files(&folder.path().join("shop")), plain);
}

#[test]
fn a_folder_that_cannot_be_written_to_is_told() {
    if cfg!(target_os = "linux") {
        let output = toolkit(Path::new("/proc"), &["shop"]).output().unwrap();
        assert!(text(&output).contains("nothing can be made in /proc; change to a folder"), "{}", text(&output));
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_folder_may_have_any_name() {
    use std::os::unix::ffi::OsStrExt;
    let folder = TempDir::new().unwrap();
    for name in [&b"a b"[..], b"{{x}} {% if %}", b"$(x) `y` 'z' \"", b"-x", "größe".as_bytes(), b"\xff\n"] {
        let parent = folder.path().join(std::ffi::OsStr::from_bytes(name));
        fs::create_dir(&parent).unwrap();
        succeeds(toolkit(&parent, &["shop"]).env("PWD", &parent));
        assert_eq!(names(&parent), ["shop"]);
        assert!(parent.join("shop/src/main.rs").is_file());
    }
}

#[test]
#[cfg(unix)]
fn without_git_the_service_is_made_all_the_same() {
    let (folder, nothing) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let said = succeeds(toolkit(folder.path(), &["shop"]).env("PATH", nothing.path()));
    assert!(said.contains("there is no `git`"), "{said}");
    assert!(said.contains("there is no `cargo` on the PATH; install Rust"), "{said}");
    assert!(folder.path().join("shop/Cargo.toml").is_file() && !folder.path().join("shop/.git").exists());
}

#[test]
fn a_repository_gets_no_other_one_inside() {
    let folder = TempDir::new().unwrap();
    let git = Command::new("git").args(["init", "--quiet"]).current_dir(folder.path()).status().unwrap();
    assert!(git.success());
    let said = succeeds(&mut toolkit(folder.path(), &["shop"]));
    assert!(said.contains("note: ") && said.contains("move .github/workflows/ci.yml there"), "{said}");
    assert!(!folder.path().join("shop/.git").exists());
    let said = succeeds(&mut toolkit(folder.path(), &["plain", "--define", "github=false"]));
    assert!(!said.contains(".github"), "{said}");
    fs::write(folder.path().join(".gitignore"), "other\n").unwrap();
    succeeds(&mut toolkit(folder.path(), &["other"]));
    assert!(folder.path().join("other/.git").is_dir(), "what a repository ignores is not in it");
}

#[test]
#[cfg(unix)]
fn an_old_cargo_is_told() {
    let folder = TempDir::new().unwrap();
    let (_commands, path) = commands(&[("cargo", "echo 'cargo 1.94.1 (0123abc 2026-01-01)'")]);
    let said = succeeds(toolkit(folder.path(), &["shop"]).env("PATH", &path));
    assert!(said.contains("cargo 1.94 is too old: services need"), "{said}");
    let (_commands, path) = commands(&[("cargo", "echo 'error: no default is configured' >&2; exit 1")]);
    let said = succeeds(toolkit(folder.path(), &["other"]).env("PATH", &path));
    assert!(said.contains("`cargo --version` says: no default is configured"), "{said}");
}

#[test]
fn a_workspace_around_the_service_is_told() {
    let folder = TempDir::new().unwrap();
    let workspace = "# mine\n[workspace]\nmembers = []\n";
    fs::write(folder.path().join("Cargo.toml"), workspace).unwrap();
    let said = succeeds(&mut toolkit(folder.path(), &["shop"]));
    assert!(said.contains("add it to `members`"), "{said}");
    assert_eq!(fs::read_to_string(folder.path().join("Cargo.toml")).unwrap(), workspace);
    fs::write(folder.path().join("Cargo.toml"), "[workspace]\nmembers = [\"*\"]\nexclude = [\"shop\"]\n").unwrap();
    let said = succeeds(&mut toolkit(folder.path(), &["other"]));
    assert!(!said.contains("members"), "{said}");
}

#[test]
fn the_toolkit_is_where_the_user_says() {
    let folder = TempDir::new().unwrap();
    let dependency = |arguments: &[&str]| {
        succeeds(&mut toolkit(folder.path(), arguments));
        let manifest = fs::read_to_string(folder.path().join(arguments[0]).join("Cargo.toml")).unwrap();
        manifest.lines().find(|line| line.starts_with("toolkit = ")).unwrap().to_owned()
    };
    let url = "https://example.com/a/toolkit";
    assert!(dependency(&["one", "--toolkit", url]).contains("git = \"https://example.com/a/toolkit\""));
    let at = dependency(&["two", "--toolkit", url, "--define", "toolkit_rev=0a1b2c"]);
    assert!(at.contains("git = \"https://example.com/a/toolkit\", rev = \"0a1b2c\""), "{at}");
    let secret = dependency(&["three", "--toolkit", "https://me:secret@example.com/a/toolkit"]);
    assert!(!secret.contains("secret"), "{secret}");
    let secret = dependency(&["ssh", "--toolkit", "SSH://git:secret@example.com/a/toolkit"]);
    assert!(secret.contains("git = \"ssh://git@example.com/a/toolkit\""), "{secret}");
    let absolute = format!("path = \"{}/toolkit\"", root().display());
    assert!(dependency(&["four", "--toolkit", root().to_str().unwrap()]).contains(&absolute));
    assert!(dependency(&["five", "--toolkit", &format!("{}/toolkit/..", root().display())]).contains(&absolute));
}

#[test]
fn a_toolkit_that_cannot_be_taken_is_refused() {
    let folder = TempDir::new().unwrap();
    let clone = folder.path().join("clone");
    let refused = |toolkit_: &str| fails(&mut toolkit(folder.path(), &["shop", "--toolkit", toolkit_]));
    assert!(refused("clone").contains("there is no folder clone"));
    fs::create_dir_all(clone.join("toolkit")).unwrap();
    assert!(refused("clone").contains("has no package `toolkit`"));
    fs::write(clone.join("toolkit/Cargo.toml"), "[package]\nname = \"other\"\nversion = \"0.1.0\"").unwrap();
    assert!(refused("clone").contains("has no package `toolkit`"));
    fs::write(clone.join("toolkit/Cargo.toml"), "[package]\nname = \"toolkit\"\nversion = \"9.9.9\"").unwrap();
    assert!(refused("clone").contains("is of version 9.9.9"));
    fs::write(clone.join("toolkit/Cargo.toml"), "[package]\nname = \"toolkit\"\nversion.workspace = true").unwrap();
    fs::write(clone.join("Cargo.toml"), "[workspace.package]\nversion = \"9.9.8\"").unwrap();
    assert!(refused("clone").contains("is of version 9.9.8"));
    assert!(refused("git@example.com:a/toolkit").contains("write ssh://"));
    assert!(refused("https://example.com/a b").contains("leave out spaces"));
    assert!(refused("https://example.com/a#0a1b2c").contains("--define toolkit_rev=COMMIT"));
    for url in ["git+https://me:secret@example.com/a", "https://example.com/a?token=secret", "me:secret@example.com:a"]
    {
        assert!(!refused(url).contains("secret"), "{url}");
    }
    assert!(refused("git+https://example.com/a").contains("https, http, ssh, git, file"));
    assert!(refused("https://").contains("https://HOST/PATH") && refused("x://y").contains("https, http"));
    let defined = ["shop", "--define", "toolkit=https://me:secret@example.com/a"];
    assert!(!fails(&mut toolkit(folder.path(), &defined)).contains("secret"));
    let both = ["shop", "--define", "toolkit_rev=0a1b2c", "--toolkit", root().to_str().unwrap()];
    assert!(fails(&mut toolkit(folder.path(), &both)).contains("is a commit of a git repository"));
}

/// This command, as `cargo install` leaves it.
fn installed(record: &Value) -> (TempDir, PathBuf) {
    let cargo = TempDir::new_in(Path::new(TOOLKIT).parent().unwrap()).unwrap();
    fs::create_dir(cargo.path().join("bin")).unwrap();
    let executable = cargo.path().join("bin").join(Path::new(TOOLKIT).file_name().unwrap());
    fs::hard_link(TOOLKIT, &executable).unwrap();
    fs::write(cargo.path().join(".crates2.json"), json!({ "installs": record }).to_string()).unwrap();
    (cargo, executable)
}

#[test]
fn an_installed_command_takes_the_toolkit_from_where_it_came() {
    let folder = TempDir::new().unwrap();
    let bin = Path::new(TOOLKIT).file_name().unwrap().to_str().unwrap();
    let made = |package: String| {
        let other = json!({ "bins": ["other"] });
        let record = json!({ "other 1.0.0 (registry+https://example.com)": other, package: { "bins": [bin] } });
        let (_cargo, executable) = installed(&record);
        let output = Command::new(executable).args(["new", "shop"]).current_dir(folder.path()).output().unwrap();
        let manifest = fs::read_to_string(folder.path().join("shop/Cargo.toml")).unwrap_or_default();
        _ = fs::remove_dir_all(folder.path().join("shop"));
        format!("{}{manifest}", text(&output))
    };
    let git = made("toolkit-cli 0.1.0 (git+https://example.com/a/toolkit?branch=main#0a1b2c3d)".to_owned());
    assert!(git.contains("git = \"https://example.com/a/toolkit\", rev = \"0a1b2c3d\""), "{git}");
    let path = made(format!("toolkit-cli 0.1.0 (path+file://{}/toolkit-cli)", root().display()));
    assert!(path.contains(&format!("path = \"{}/toolkit\"", root().display())), "{path}");
    let gone = made("toolkit-cli 0.1.0 (path+file:///nowhere/at%20all/toolkit-cli)".to_owned());
    assert!(gone.contains("`--toolkit URL`") && gone.contains("/nowhere/at all"), "{gone}");
    let registry = made("toolkit-cli 0.1.0 (registry+https://github.com/rust-lang/crates.io-index)".to_owned());
    assert!(registry.contains("`--toolkit URL`") && registry.contains("in no registry"), "{registry}");
}

#[test]
#[cfg(unix)]
fn an_interrupted_making_leaves_nothing() {
    // The last step of `cargo-generate`, and the last one of this command.
    for step in ["rustfmt", "git"] {
        for (signal, code) in [("-INT", 130), ("-TERM", 143), ("-HUP", 129)] {
            let [folder, marks, temporary] = [(); 3].map(|()| TempDir::new().unwrap());
            let begun = marks.path().join("begun");
            let (_commands, path) = commands(&[(step, &format!("touch {}; sleep 60", begun.display()))]);
            let mut command = toolkit(folder.path(), &["shop"]);
            command.env("PATH", path).env("TMPDIR", temporary.path()).stdout(Stdio::piped()).stderr(Stdio::piped());
            let begins = std::time::Instant::now();
            let making = command.spawn().unwrap();
            while !begun.exists() {
                assert!(begins.elapsed().as_secs() < 30, "{step} was not called");
                std::thread::sleep(std::time::Duration::from_millis(5));
            }
            assert!(!names(folder.path()).is_empty(), "it is half-made");
            let killed = Command::new("kill").args([signal, &making.id().to_string()]).status().unwrap();
            assert!(killed.success());
            let output = making.wait_with_output().unwrap();
            assert!(begins.elapsed().as_secs() < 30, "it waited for {step}");
            assert_eq!(output.status.code(), Some(code), "{}", text(&output));
            assert!(text(&output).contains("interrupted: nothing was made"), "{}", text(&output));
            for folder in [&folder, &temporary] {
                assert!(names(folder.path()).is_empty(), "{step} {signal}: {:?}", names(folder.path()));
            }
        }
    }
}

/// Runs the command in a terminal, where keys are pressed once the text before them is shown.
#[cfg(target_os = "linux")]
fn in_a_terminal(folder: &Path, command: &str, pressed: &[(&str, &str)]) -> (Option<i32>, String) {
    use std::io::{Read, Write};
    let mut terminal = Command::new("script");
    terminal.args(["--quiet", "--return", "--command", &format!("{TOOLKIT} {command}"), "/dev/null"]);
    terminal.current_dir(folder).env("SHELL", "/bin/sh").stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut terminal = terminal.spawn().unwrap();
    let (mut keyboard, mut screen) = (terminal.stdin.take().unwrap(), terminal.stdout.take().unwrap());
    let mut shown = Vec::new();
    for (text, keys) in pressed {
        while !String::from_utf8_lossy(&shown).contains(text) {
            let mut next = [0];
            assert_eq!(screen.read(&mut next).unwrap(), 1, "{text}: {}", String::from_utf8_lossy(&shown));
            shown.push(next[0]);
        }
        keyboard.write_all(keys.as_bytes()).unwrap();
    }
    screen.read_to_end(&mut shown).unwrap();
    (terminal.wait().unwrap().code(), String::from_utf8(shown).unwrap())
}

#[test]
#[cfg(target_os = "linux")]
fn what_is_not_defined_is_asked_in_a_terminal() {
    let folder = TempDir::new().unwrap();
    let command =
        "new shop -d description=Sells. -d licence=none -d container=false -d kubernetes=false -d github=false";
    let (code, shown) = in_a_terminal(
        folder.path(),
        command,
        &[("/v0/api/recommendations]:", "/v0/api/prices\r"), ("8000]:", "8123\r")],
    );
    assert_eq!(code, Some(0), "{shown}");
    let settings = fs::read_to_string(folder.path().join("shop/toolkit.toml")).unwrap();
    assert!(settings.contains("127.0.0.1:8123"), "{settings}");
    let (code, shown) = in_a_terminal(folder.path(), "new other --defaults", &[]);
    assert!(code == Some(0) && !shown.contains("Port"), "{shown}");
}

#[test]
#[cfg(target_os = "linux")]
fn an_interrupted_question_leaves_nothing() {
    let folder = TempDir::new().unwrap();
    let (code, shown) = in_a_terminal(folder.path(), "new shop", &[("/v0/api/recommendations]:", "\x03")]);
    assert_eq!(code, Some(130), "{shown}");
    assert!(shown.contains("interrupted: nothing was made"), "{shown}");
    assert!(names(folder.path()).is_empty());
}

#[test]
#[cfg(target_os = "linux")]
fn what_comes_to_be_meanwhile_is_not_replaced() {
    let folder = TempDir::new().unwrap();
    let (_commands, path) = commands(&[("git", &format!("mkdir {}/shop", folder.path().display()))]);
    let output = toolkit(folder.path(), &["shop"]).env("PATH", path).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", text(&output));
    assert!(text(&output).contains("cannot be moved to `shop`"), "{}", text(&output));
    assert!(text(&output).contains("take another name"), "{}", text(&output));
    assert_eq!(names(folder.path()), ["shop"]);
    assert!(names(&folder.path().join("shop")).is_empty());
}

#[test]
fn a_broken_model_is_refused_before_anything_is_made() {
    let folder = TempDir::new().unwrap();
    let missing = fails(&mut toolkit(folder.path(), &["shop", "--model", "missing.envelope"]));
    assert!(missing.contains("missing.envelope cannot be served"), "{missing}");
    let other = TempDir::new().unwrap();
    fs::write(other.path().join("mine.txt"), "mine").unwrap();
    let said = fails(&mut toolkit(folder.path(), &["shop", "--model", other.path().to_str().unwrap()]));
    assert!(said.contains("is no envelope: ") && !said.contains("remove"), "{said}");
    fs::write(folder.path().join("broken.envelope"), "no envelope").unwrap();
    let output = toolkit(folder.path(), &["shop", "--model", "broken.envelope"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output).contains("broken.envelope cannot be served"), "{}", text(&output));
    assert_eq!(names(folder.path()), ["broken.envelope"]);
}

#[test]
fn a_service_serves_the_model_of_the_user() {
    let folder = TempDir::new().unwrap();
    let churn = root().join("examples/churn/churn.envelope");
    let said = succeeds(&mut toolkit(folder.path(), &["shop", "--model", churn.to_str().unwrap()]));
    assert!(said.contains("around the model `churn`"), "{said}");
    let made = files(&folder.path().join("shop"));
    assert_eq!(made["churn.envelope"], fs::read(&churn).unwrap());
    assert!(!made.contains_key("iris.envelope"));
    for (file, bytes) in made.iter().filter(|(file, _)| !file.ends_with(".envelope")) {
        assert!(!String::from_utf8_lossy(bytes).to_lowercase().contains("iris"), "{file}");
    }
    let mut types = Command::new(TOOLKIT);
    types.current_dir(folder.path().join("shop")).args(["envelope", "types", "churn.envelope"]);
    assert_eq!(String::from_utf8_lossy(&made["src/model.rs"]), succeeds(&mut types));
    assert!(
        String::from_utf8_lossy(&made["Cargo.toml"]).contains("description = \"Which customers of a telecom leave.\"")
    );

    let read_me = String::from_utf8_lossy(&made["README.md"]);
    assert!(read_me.contains("\n  -d '{\"female\":"), "{read_me}");

    toolkit_envelope::Envelope::open(&churn).unwrap().save(folder.path().join("directory")).unwrap();
    succeeds(&mut toolkit(folder.path(), &["other", "--model", "directory"]));
    assert_eq!(files(&folder.path().join("other"))["churn.envelope"], made["churn.envelope"]);
    assert_eq!(names(folder.path()), ["directory", "other", "shop"]);
}
