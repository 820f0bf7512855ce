//! The service under a program that starts, watches and replaces it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]
#![cfg(unix)]

mod process;

use std::{
    net::{TcpListener, TcpStream},
    os::{
        fd::OwnedFd,
        unix::net::{UnixDatagram, UnixListener},
    },
    time::Duration,
};

use process::{Connection, Service, command, command_with_socket};

const PATIENCE: Duration = Duration::from_secs(30);

/// A service on that socket.
fn start_on(socket: &TcpListener) -> Service {
    Service::spawn(command_with_socket(socket.try_clone().unwrap().into(), "$$", &["--bind=127.0.0.1:1"]))
}

/// The exit code, and what it says.
fn run(mut command: std::process::Command) -> (Option<i32>, String) {
    let output = command.output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(text).unwrap())
}

/// The exit code of `health` for what listens at the address, and what it says.
fn health(address: &str) -> (Option<i32>, String) {
    run(command(&["health", "--bind", address]))
}

#[test]
fn a_socket_that_is_handed_over_is_served_and_no_request_is_lost_between_two_services() {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut first = start_on(&socket);
    assert_eq!(first.address(), socket.local_addr().unwrap());
    first.wait_for_log("the setting `bind` is not used");
    assert_eq!(first.get("/fast").status, 200);
    first.signal("TERM");
    assert_eq!(first.wait(), Some(0));

    let mut waiting = Connection::to(socket.local_addr().unwrap());
    waiting.send("GET /fast HTTP/1.1\r\nhost: x\r\n\r\n");
    let second = start_on(&socket);
    assert_eq!(waiting.answer().status, 200);
    drop(second);
}

#[test]
fn a_socket_for_another_process_or_for_nobody_is_left_alone() {
    for pid in ["1", ""] {
        let socket = TcpListener::bind("127.0.0.1:0").unwrap();
        let handed = socket.try_clone().unwrap().into();
        let service = Service::spawn(command_with_socket(handed, pid, &["--bind=127.0.0.1:0"]));
        assert_ne!(service.address(), socket.local_addr().unwrap());
        assert_eq!(service.get("/fast").status, 200);
    }
}

#[test]
fn what_is_handed_over_must_be_a_tcp_socket_that_listens() {
    let folder = tempfile::tempdir().unwrap();
    let unix = UnixListener::bind(folder.path().join("socket")).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let connection = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let file = std::fs::File::open("/dev/null").unwrap();
    let cases: [(OwnedFd, &str); 3] = [
        (unix.into(), "fd 3 is not a valid tcp socket"),
        (connection.into(), "it is the connection of 127.0.0.1:"),
        (file.into(), "fd 3 is not a socket"),
    ];
    for (handed, why) in cases {
        let (code, told) = run(command_with_socket(handed, "$$", &[]));
        assert_eq!(code, Some(1), "{told}");
        assert!(
            told.contains(&format!("cannot listen on the socket that the process was started with: {why}")),
            "{told}"
        );
        assert!(told.contains("closed first\ndropped first"), "resources are ended: {told}");
    }
}

#[test]
fn of_several_sockets_the_first_is_served_and_the_log_says_so() {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut command = command_with_socket(socket.into(), "$$", &[]);
    command.env("LISTEN_FDS", "2");
    let service = Service::spawn(command);
    service.wait_for_log("was started with 2 sockets; only the first one is used");
    assert_eq!(service.get("/fast").status, 200);
}

#[test]
fn whoever_starts_it_is_told_when_it_listens_and_when_it_stops() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notify");
    let notified = UnixDatagram::bind(&path).unwrap();
    notified.set_read_timeout(Some(PATIENCE)).unwrap();
    let read = || {
        let mut text = [0; 64];
        let count = notified.recv(&mut text).expect("it tells in time");
        String::from_utf8(text[..count].to_vec()).unwrap()
    };
    let mut service = Service::start_with(&[], &[("NOTIFY_SOCKET", path.to_str().unwrap())]);
    assert_eq!(read(), "READY=1\n");
    assert_eq!(service.get("/fast").status, 200);
    service.signal("TERM");
    assert_eq!(read(), "STOPPING=1\n");
    assert_eq!(service.wait(), Some(0));
}

#[test]
fn a_service_that_cannot_tell_anybody_serves_all_the_same() {
    let service = Service::start_with(&[], &[("NOTIFY_SOCKET", "/nowhere/notify")]);
    service.wait_for_log("whoever listens at NOTIFY_SOCKET could not be told READY=1");
    assert_eq!(service.get("/fast").status, 200);
}

#[test]
fn a_client_that_connected_before_the_end_is_answered() {
    let mut service = Service::start(&[]);
    let mut early = service.connect();
    // The connection is taken before the one that is answered here.
    assert_eq!(service.get("/fast").status, 200);
    service.signal("TERM");
    service.wait_for_log("told to stop");
    early.send("GET /fast HTTP/1.1\r\nhost: x\r\n\r\n");
    assert_eq!(early.answer().status, 200);
    assert_eq!(service.wait(), Some(0));
}

#[test]
fn a_client_that_keeps_its_connection_is_answered_once_more_and_told_to_close_it() {
    let mut service = Service::start(&[]);
    let [mut kept, mut idle] = [service.connect(), service.connect()];
    for connection in [&mut kept, &mut idle] {
        assert_eq!(connection.get("/fast").header("connection"), "");
    }
    service.signal("TERM");
    service.wait_for_log("told to stop");
    std::thread::sleep(Duration::from_millis(100));
    let answer = kept.get("/fast");
    assert_eq!((answer.status, answer.header("connection")), (200, "close"));
    assert_eq!(kept.read_to_end(), "");
    assert_eq!(service.wait(), Some(0));
    assert_eq!(idle.read_to_end(), "");
}

#[test]
fn while_it_drains_answers_tell_clients_to_close_their_connections() {
    let service = Service::start(&["--drain-delay=30s"]);
    let mut kept = service.connect();
    assert_eq!(kept.get("/fast").header("connection"), "");
    service.signal("TERM");
    service.wait_for_log("told to stop");
    for connection in [&mut kept, &mut service.connect()] {
        let answer = connection.get("/fast");
        assert_eq!((answer.status, answer.header("connection")), (200, "close"));
        assert_eq!(connection.read_to_end(), "");
    }
}

#[test]
fn health_says_whether_the_service_with_these_settings_is_ready() {
    let service = Service::start(&["--drain-delay=30s"]);
    let address = service.address().to_string();
    let (code, told) = health(&address);
    assert_eq!((code, told), (Some(0), format!("the service at http://{address} is ready\n")));
    let everywhere = format!("0.0.0.0:{}", service.address().port());
    assert_eq!(health(&everywhere).0, Some(0));
    let mut by_environment = command(&["health"]);
    by_environment.env("TOOLKIT_BIND", &everywhere);
    assert_eq!(run(by_environment).0, Some(0));
    assert_eq!(run(command(&["--bind", &address, "health"])).0, Some(0));

    service.signal("TERM");
    service.wait_for_log("told to stop");
    let (code, told) = health(&address);
    assert_eq!(code, Some(1));
    assert!(told.contains("is not ready: /health/ready answers 503: "), "{told}");
}

#[test]
fn health_of_a_service_that_is_not_there_is_a_sentence_that_says_what_to_do() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (code, told) = health(&nobody.to_string());
    assert_eq!(code, Some(1));
    assert!(told.starts_with(&format!("the service at http://{nobody} does not answer: ")), "{told}");
    assert!(told.contains("is its setting `bind` the same here?"), "{told}");

    let (code, told) = health("127.0.0.1:0");
    assert_eq!(code, Some(1));
    assert!(told.contains("name the port that it listens on"), "{told}");

    let (code, told) = health("nowhere");
    assert_eq!(code, Some(1));
    assert!(told.contains("the setting `bind`"), "{told}");
}
