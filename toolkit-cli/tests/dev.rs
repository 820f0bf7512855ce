//! What whoever writes a service under `toolkit dev` relies on.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]
#![cfg(target_os = "linux")]

mod project;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use project::{Project, ended};
use tempfile::TempDir;

/// A build of the toolkit from nothing, on a machine that does other things too.
const PATIENCE: Duration = Duration::from_mins(10);

/// `toolkit dev` in a folder; when the test ends, it is ended and waited for, so that it ends its service.
struct Dev {
    process: Child,
    address: SocketAddr,
    log: Arc<Mutex<String>>,
    /// A command `xdg-open`, and what it was told to open.
    browser: TempDir,
}

impl Dev {
    fn start(project: &Project) -> Self {
        // Nobody listens there now; the setting is read out of the file.
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        project.write("toolkit.toml", &format!("bind = \"{address}\"\nlog = \"warn\"\n"));
        let browser = TempDir::new().unwrap();
        let open = browser.path().join("xdg-open");
        std::fs::write(&open, "#!/bin/sh\necho \"$1\" >>\"$(dirname \"$0\")/opened\"\n").unwrap();
        std::fs::set_permissions(&open, std::fs::Permissions::from_mode(0o755)).unwrap();
        let mut command = project.toolkit(&["dev", "--open", "--", "--log-format", "text"]);
        let path = std::env::var("PATH").unwrap();
        command.env("PATH", format!("{}:{path}", browser.path().display()));
        let mut process = command.stderr(Stdio::piped()).spawn().unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let errors = BufReader::new(process.stderr.take().unwrap());
        std::thread::spawn({
            let log = log.clone();
            move || {
                for line in errors.lines().map_while(Result::ok) {
                    let mut log = log.lock().unwrap();
                    log.push_str(&line);
                    log.push('\n');
                }
            }
        });
        Self { process, address, log, browser }
    }

    /// What the browser was told to open, a line each.
    fn opened(&self) -> String {
        std::fs::read_to_string(self.browser.path().join("opened")).unwrap_or_default()
    }

    fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// Waits until the log has `text` so many times.
    fn told(&self, text: &str, times: usize) {
        wait(
            || self.log().matches(text).count() >= times,
            || format!("no {text:?}, {times} times, in\n{}", self.log()),
        );
    }

    /// Waits until `/film` is answered so.
    fn answers(&self, film: &str) {
        let expected = format!("\"{film}\"");
        wait(
            || get(self.address, "/film").is_ok_and(|body| body == expected),
            || format!("no {film}:\n{}", self.log()),
        );
    }

    /// Waits until it has told all there is to tell.
    fn is_quiet(&self) {
        let is_quiet = || {
            let before = self.log();
            std::thread::sleep(Duration::from_secs(1));
            self.log() == before
        };
        wait(is_quiet, || format!("it does not end to tell:\n{}", self.log()));
    }

    fn signal(&self, signal: &str) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
    }

    /// Ends it as Ctrl-C does; it ends with 0, and leaves nobody who listens.
    fn end(self) {
        self.end_with("-INT");
    }

    fn end_with(mut self, signal: &str) {
        self.signal(signal);
        let log = self.log.clone();
        let otherwise = || format!("it does not end:\n{}", log.lock().unwrap());
        wait(|| self.process.try_wait().unwrap().is_some(), otherwise);
        assert_eq!(self.process.wait().unwrap().code(), Some(0), "{}", self.log());
        assert!(TcpStream::connect(self.address).is_err(), "somebody listens still");
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        if self.process.try_wait().unwrap().is_none() {
            self.signal("-TERM");
            let _ = self.process.wait();
        }
    }
}

fn wait(mut is_so: impl FnMut() -> bool, otherwise: impl Fn() -> String) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < PATIENCE, "{}", otherwise());
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The body of an answer with 200, over a connection of its own.
fn get(address: SocketAddr, path: &str) -> Result<String, String> {
    let exchange = || {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        write!(stream, "GET {path} HTTP/1.1\r\nHost: service\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    let answer = exchange().map_err(|error: std::io::Error| error.to_string())?;
    let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(|| format!("no answer: {answer:?}"))?;
    if head.starts_with("HTTP/1.1 200") { Ok(body.to_owned()) } else { Err(answer) }
}

/// A connection that is kept until an answer says that it is closed, as clients do that keep a pool of them.
struct Kept {
    address: SocketAddr,
    stream: Option<BufReader<TcpStream>>,
}

impl Kept {
    fn to(address: SocketAddr) -> Self {
        Self { address, stream: None }
    }

    /// The body of an answer with 200.
    fn get(&mut self, path: &str) -> Result<String, String> {
        let is_fresh = self.stream.is_none();
        self.exchange(path).map_err(|error| format!("{error}, fresh: {is_fresh}"))
    }

    fn exchange(&mut self, path: &str) -> std::io::Result<String> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => BufReader::new(TcpStream::connect(self.address)?),
        };
        stream.get_ref().set_read_timeout(Some(PATIENCE))?;
        write!(stream.get_mut(), "GET {path} HTTP/1.1\r\nHost: service\r\n\r\n")?;
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if stream.read_line(&mut head)? == 0 {
                return Err(std::io::Error::other(format!("the connection ended: {head:?}")));
            }
        }
        let head = head.to_lowercase();
        let length = head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()?.parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        stream.read_exact(&mut body)?;
        if !head.contains("connection: close") {
            self.stream = Some(stream);
        }
        let body = String::from_utf8(body).map_err(std::io::Error::other)?;
        if head.starts_with("http/1.1 200") { Ok(body) } else { Err(std::io::Error::other(format!("{head}{body}"))) }
    }
}

/// Calls again and again.
struct Caller {
    stop: Arc<AtomicBool>,
    calls: JoinHandle<(usize, Vec<String>)>,
}

impl Caller {
    /// With a connection for each call.
    fn start(address: SocketAddr) -> Self {
        Self::calling(move || get(address, "/film"))
    }

    /// With one connection for as many calls as the service allows.
    fn keeping(address: SocketAddr) -> Self {
        let mut kept = Kept::to(address);
        Self::calling(move || kept.get("/film"))
    }

    fn calling(mut call: impl FnMut() -> Result<String, String> + Send + 'static) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let calls = std::thread::spawn(move || {
            let (mut answered, mut failures) = (0, Vec::new());
            while !stopped.load(Ordering::Relaxed) {
                match call() {
                    Ok(_) => answered += 1,
                    Err(failure) => failures.push(failure),
                }
                std::thread::sleep(Duration::from_millis(1));
            }
            (answered, failures)
        });
        Self { stop, calls }
    }

    /// How many calls were answered, and why others were not.
    fn end(self) -> (usize, Vec<String>) {
        self.stop.store(true, Ordering::Relaxed);
        self.calls.join().unwrap()
    }
}

#[test]
fn every_request_is_answered_while_the_service_is_edited() {
    let project = Project::new("toolkit-edited-service");
    let dev = Dev::start(&project);
    dev.answers("first");
    let page = format!("http://{}/docs\n", dev.address);
    wait(|| dev.opened() == page, || format!("the browser was told to open {:?}", dev.opened()));
    let callers = [Caller::start(dev.address), Caller::keeping(dev.address), Caller::keeping(dev.address)];
    let mut times = Vec::new();
    for (film, edit) in [
        ("second", Project::answer as fn(&Project, &str)),
        ("third", Project::answer_by_renaming),
        ("fourth", Project::answer),
    ] {
        let edited = Instant::now();
        edit(&project, film);
        dev.answers(film);
        times.push(format!("{:.1} s", edited.elapsed().as_secs_f64()));
    }
    println!("edited to served: {}", times.join(", "));
    dev.told("toolkit dev: served anew in ", 3);
    assert_eq!(dev.opened(), page, "the page is opened once");

    // What does not compile is told as cargo tells it, and changes nothing.
    project.write("src/main.rs", "fn main() { let it; }");
    dev.told("error[E0282]", 1);
    dev.told("toolkit dev: the build failed; the service of before still serves", 1);
    assert_eq!(get(dev.address, "/film").as_deref(), Ok("\"fourth\""));
    project.answer("fifth");
    dev.answers("fifth");

    // Settings that are wrong are told by the service that does not start with them.
    let settings = std::fs::read_to_string(project.folder.join("toolkit.toml")).unwrap();
    project.write("toolkit.toml", &format!("{settings}wrong = 1\n"));
    dev.told("toolkit.toml sets `wrong`, which is no setting", 1);
    dev.told("the service ended before it listened (exit status: 1); the service of before still serves", 1);
    project.write("toolkit.toml", &settings);
    dev.told("toolkit dev: served anew in ", 5);

    // Much at once is one change, or two.
    let before = dev.log().matches("Compiling").count();
    for number in 0..20 {
        project.write(&format!("src/more/file_{number}.rs"), "");
        project.answer(&format!("sixth {number}"));
    }
    dev.answers("sixth 19");
    assert!(dev.log().matches("Compiling").count() <= before + 2, "{}", dev.log());

    // A package beside it that it takes words from is watched from then on.
    let words = |film: &str| format!("//! Words.\n\n/// The film.\npub const FILM: &str = \"{film}\";\n");
    project.write("../toolkit-edited-words/Cargo.toml", "[package]\nname = \"words\"\nedition = \"2024\"\n");
    project.write("../toolkit-edited-words/src/lib.rs", &words("seventh"));
    let manifest = std::fs::read_to_string(project.folder.join("Cargo.toml")).unwrap();
    let with_words = "[dependencies]\nwords = { path = \"../toolkit-edited-words\" }\n";
    project.write("Cargo.toml", &manifest.replace("[dependencies]\n", with_words));
    let source = std::fs::read_to_string(project.folder.join("src/main.rs")).unwrap();
    project.write("src/main.rs", &source.replace("\"sixth 19\"", "words::FILM"));
    dev.answers("seventh");
    project.write("../toolkit-edited-words/src/lib.rs", &words("eighth"));
    dev.answers("eighth");

    // What is of no service is not looked at.
    dev.is_quiet();
    let before = dev.log();
    project.write(".gitignore", "ignored\n");
    for path in ["src/.main.rs.swp", "src/main.rs~", "target/debug/a", "ignored/b", ".git/index"] {
        project.write(path, "");
    }
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!(dev.log(), before);

    for caller in callers {
        let (answered, failures) = caller.end();
        assert!(failures.is_empty(), "{failures:?} in\n{}", dev.log());
        assert!(answered > 100, "{answered}");
    }
    dev.end();
}

#[test]
fn a_service_that_cannot_be_built_or_ends_waits_for_the_next_change_and_requests_with_it() {
    let project = Project::new("toolkit-ending-service");
    project.write("src/main.rs", "fn main() { let it; }");
    let dev = Dev::start(&project);
    dev.told("the build failed; nothing is served, and requests wait; the next change is built", 1);
    let waiting = std::thread::spawn({
        let address = dev.address;
        move || get(address, "/film")
    });
    project.write("src/main.rs", "use toolkit as _;\nfn main() {}");
    dev.told("the service ended before it listened (exit status: 0); nothing is served", 1);
    project.answer("first");
    assert_eq!(waiting.join().unwrap().as_deref(), Ok("\"first\""));

    assert!(get(dev.address, "/end").is_err());
    dev.told("the service ended (exit status: 3); nothing is served", 1);
    // Even if the program is the same.
    project.write("toolkit.toml", &format!("bind = \"{}\"\n", dev.address));
    dev.answers("first");

    // Another address is listened on, once the settings say so.
    let other = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    project.write("toolkit.toml", &format!("bind = \"{other}\"\n"));
    dev.told(&format!("serving at http://{other}"), 1);
    assert_eq!(get(other, "/film").as_deref(), Ok("\"first\""));
    dev.end();
    assert!(TcpStream::connect(other).is_err());
}

/// A service that says what was in `word.txt` when it started, and takes its time at `/slow`.
fn with_words(rest: &str) -> String {
    format!(
        "//! Words.\nuse toolkit::prelude::*;\n\n/// Slow.\n#[get(\"/slow\")]\nfn get_slow() -> &'static str {{\n    \
         std::thread::sleep(std::time::Duration::from_secs(5));\n    \"at last\"\n}}\n\n\
         /// The word.\n#[get(\"/film\")]\nfn get_film(word: &Word) -> String {{\n    word.0.clone()\n}}\n\n\
         struct Word(String);\n\n#[resource]\nfn word() -> Word {{\n    \
         Word(std::fs::read_to_string(\"word.txt\").unwrap_or_default())\n}}\n\n\
         #[toolkit::main]\nasync fn main() -> toolkit::Result {{\n{rest}    toolkit::app!().serve().await\n}}\n"
    )
}

#[test]
fn a_change_is_kept_until_it_is_served_and_a_slow_request_is_finished() {
    let project = Project::new("toolkit-kept-changes");
    project.write("src/main.rs", &with_words(""));
    project.write("word.txt", "first");
    let dev = Dev::start(&project);
    dev.answers("first");
    let slow = std::thread::spawn({
        let address = dev.address;
        move || get(address, "/slow")
    });
    std::thread::sleep(Duration::from_millis(300));
    project.write("word.txt", "second");
    dev.answers("second");
    assert_eq!(slow.join().unwrap().as_deref(), Ok("\"at last\""), "{}", dev.log());

    // Data that changed with a source that does not compile.
    project.write("word.txt", "third");
    project.write("src/main.rs", "fn main() { let it; }");
    dev.told("the build failed; the service of before still serves", 1);
    project.write("src/main.rs", &with_words(""));
    dev.answers("third");

    // An address that came with a fault, and was undone.
    let settings = std::fs::read_to_string(project.folder.join("toolkit.toml")).unwrap();
    let other = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    project.write("toolkit.toml", &format!("bind = \"{other}\"\nwrong = 1\n"));
    dev.told("the service ended before it listened (exit status: 1); the service of before still serves", 1);
    let before = dev.log().matches("served anew in ").count();
    project.write("toolkit.toml", &settings);
    dev.told("served anew in ", before + 1);
    assert_eq!(get(dev.address, "/film").as_deref(), Ok("\"third\""));
    assert!(!dev.log().contains("cannot listen on"), "{}", dev.log());

    // The same port of all addresses.
    let everywhere = format!("0.0.0.0:{}", dev.address.port());
    project.write("toolkit.toml", &settings.replace(&dev.address.to_string(), &everywhere));
    dev.told(&format!("cannot listen on {everywhere} beside {}; restart `toolkit dev`", dev.address), 1);
    dev.told(&format!("serving at http://{} as before", dev.address), 1);
    assert_eq!(dev.log().matches("served anew in ").count(), before + 1, "{}", dev.log());
    project.write("toolkit.toml", &settings);
    dev.told("served anew in ", before + 2);

    // A folder that comes and goes ends nothing.
    for number in 0..200 {
        let path = project.folder.join(format!("folder_{}", number % 3));
        std::fs::create_dir(&path).unwrap();
        std::fs::remove_dir(&path).unwrap();
    }

    // A service that writes in its own folder serves, and its changes are told.
    let writing = "    if !std::fs::exists(\"written\")? {\n        std::fs::write(\"written\", \"\")?;\n        \
                   std::thread::sleep(std::time::Duration::from_secs(1));\n    }\n";
    let before = dev.log().matches("served anew in ").count();
    project.write("src/main.rs", &with_words(writing));
    dev.told("toolkit dev: written changed", 1);
    dev.told("served anew in ", before + 2);
    dev.is_quiet();
    assert_eq!(get(dev.address, "/film").as_deref(), Ok("\"third\""));
    dev.end();
}

#[test]
fn what_is_being_built_ends_with_the_command() {
    let project = Project::new("toolkit-slow-build");
    let build = "fn main() {\n    std::fs::write(\"builds\", std::process::id().to_string()).unwrap();\n    \
                 std::thread::sleep(std::time::Duration::from_secs(300));\n}";
    project.write("build.rs", build);
    let dev = Dev::start(&project);
    let builds = || std::fs::read_to_string(project.folder.join("builds")).unwrap_or_default();
    wait(|| !builds().is_empty(), || format!("nothing is built:\n{}", dev.log()));
    dev.end_with("-QUIT");
    let is_gone = || !Path::new("/proc").join(builds()).join("exe").exists();
    wait(is_gone, || "the build goes on".to_owned());
}

#[test]
fn an_address_that_is_taken_is_a_sentence_that_says_what_to_do() {
    let project = Project::new("toolkit-taken-address");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let bind = format!("--bind={}", taken.local_addr().unwrap());
    let (code, _, told) = ended(&mut project.toolkit(&["dev", "--", &bind]));
    assert_eq!(code, Some(2));
    assert!(told.contains("error: cannot listen on 127.0.0.1:"), "{told}");
    assert!(told.contains("another program listens there; stop it"), "{told}");

    let (code, printed, _) = ended(&mut project.toolkit(&["dev", "--json"]));
    assert_eq!(code, Some(2));
    assert!(printed.contains("`--json` says how an answer is printed"), "{printed}");
}
