//! Starts the service as a process, and speaks HTTP/1.1 to it byte by byte.

#![allow(dead_code, unreachable_pub, reason = "each test file uses a part of it")]

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    os::fd::OwnedFd,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

const PATIENCE: Duration = Duration::from_secs(20);

/// The running service; it is killed when the test ends.
pub struct Service {
    process: Child,
    address: SocketAddr,
    log: Arc<Mutex<String>>,
}

const PROGRAM: &str = env!("CARGO_BIN_EXE_toolkit-test-service");

/// The command that starts the service, without settings of the machine that tests it.
pub fn command(arguments: &[&str]) -> Command {
    of_service(Command::new(PROGRAM), arguments)
}

/// The same, with `socket` handed over as file descriptors 3 and 4 to the process that `pid` says, which is `$$` for the
/// service.
pub fn command_with_socket(socket: OwnedFd, pid: &str, arguments: &[&str]) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("export LISTEN_PID={pid}; exec \"$@\" 3<&0 4<&0 </dev/null"), "sh", PROGRAM]);
    let mut command = of_service(shell, arguments);
    command.env("LISTEN_FDS", "1").stdin(socket);
    command
}

fn of_service(mut command: Command, arguments: &[&str]) -> Command {
    let of_machine = |name: &str| ["TOOLKIT_", "OTEL_", "RUST_LOG"].iter().any(|prefix| name.starts_with(prefix));
    for (name, _) in std::env::vars().filter(|(name, _)| of_machine(name)) {
        command.env_remove(name);
    }
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

impl Service {
    pub fn start(arguments: &[&str]) -> Self {
        Self::start_with(arguments, &[])
    }

    pub fn start_with(arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut command = command(arguments);
        command.arg("--bind=127.0.0.1:0").envs(environment.iter().copied());
        Self::spawn(command)
    }

    /// Starts the service with a command of its own.
    pub fn spawn(mut command: Command) -> Self {
        let mut process = command.spawn().unwrap();
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
        let mut service = Self { process, address: SocketAddr::from(([127, 0, 0, 1], 0)), log };
        let line = service.wait_for_log("listening on http://");
        let address = line.split("listening on http://").nth(1).unwrap();
        let end = address.find(|c: char| !c.is_ascii_digit() && c != '.' && c != ':').unwrap_or(address.len());
        service.address = address[..end].parse().unwrap();
        service
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn id(&self) -> u32 {
        self.process.id()
    }

    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// The first line of the log that holds `text`.
    pub fn wait_for_log(&self, text: &str) -> String {
        let start = Instant::now();
        loop {
            let log = self.log();
            if let Some(line) = log.lines().find(|line| line.contains(text)) {
                return line.to_owned();
            }
            assert!(start.elapsed() < PATIENCE, "no {text:?} in the log:\n{log}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    pub fn connect(&self) -> Connection {
        Connection::to(self.address)
    }

    pub fn get(&self, path: &str) -> Answer {
        self.connect().get(path)
    }

    pub fn request(&self, request: &str) -> Answer {
        let mut connection = self.connect();
        connection.head = request.starts_with("HEAD ");
        connection.send(request);
        connection.answer()
    }

    pub fn signal(&self, signal: &str) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args([&format!("-{signal}"), &id]).status().unwrap().success());
    }

    /// The exit code, once the process has ended and its log is complete.
    pub fn wait(&mut self) -> Option<i32> {
        let code = self.process.wait().unwrap().code();
        std::thread::sleep(Duration::from_millis(100));
        code
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// One connection, kept alive.
pub struct Connection {
    stream: BufReader<TcpStream>,
    head: bool,
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }
}

impl Connection {
    pub fn to(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Self { stream: BufReader::new(stream), head: false }
    }

    pub fn get(&mut self, path: &str) -> Answer {
        self.send(&format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n"));
        self.answer()
    }

    pub fn send(&mut self, text: &str) {
        // A service that has answered already may have closed its side.
        let _ = self.stream.get_mut().write_all(text.as_bytes());
    }

    pub fn answer(&mut self) -> Answer {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            let count = self.stream.read_line(&mut line).unwrap();
            assert!(count > 0, "the connection ended within {lines:?}");
            match line.trim_end() {
                "" => break,
                line => lines.push(line.to_owned()),
            }
        }
        let status = lines[0].split(' ').nth(1).unwrap().parse().unwrap();
        let headers = lines[1..].iter().filter_map(|line| line.split_once(':'));
        let headers: Vec<_> = headers.map(|(name, value)| (name.to_lowercase(), value.trim().to_owned())).collect();
        let mut answer = Answer { status, headers, body: String::new() };
        let length: usize = answer.header("content-length").parse().unwrap_or(0);
        if !self.head {
            let mut body = vec![0; length];
            self.stream.read_exact(&mut body).unwrap();
            answer.body = String::from_utf8(body).unwrap();
        }
        answer
    }

    pub fn read_to_end(&mut self) -> String {
        let mut text = Vec::new();
        let _ = self.stream.read_to_end(&mut text);
        String::from_utf8_lossy(&text).into_owned()
    }

    pub fn is_silent_for(&mut self, time: Duration) -> bool {
        self.stream.get_ref().set_read_timeout(Some(time)).unwrap();
        let silent = self.stream.fill_buf().is_err();
        self.stream.get_ref().set_read_timeout(Some(PATIENCE)).unwrap();
        silent
    }
}
