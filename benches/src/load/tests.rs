use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use super::*;

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]";

/// Serves each connection in a thread of its own; the port is returned.
fn serve(answer: impl Fn(&mut TcpStream, usize) + Clone + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, answer) = (stream.unwrap(), answer.clone());
            stream.set_nodelay(true).unwrap();
            thread::spawn(move || {
                let mut requests = 0;
                while read_request(&mut stream) {
                    answer(&mut stream, requests);
                    requests += 1;
                }
            });
        }
    });
    port
}

/// False when there is none any more.
fn read_request(stream: &mut TcpStream) -> bool {
    let mut request = Vec::new();
    let mut byte = [0];
    while !request.ends_with(b"\r\n\r\n") {
        if !matches!(stream.read(&mut byte), Ok(1)) {
            return false;
        }
        request.push(byte[0]);
    }
    true
}

fn ask(port: u16, load: Load, millis: u64) -> anyhow::Result<Outcome> {
    let request = Request { method: "GET", path: "/".to_owned(), body: None };
    generate(port, &request, load, Duration::from_millis(millis))
}

#[test]
fn answers_in_single_bytes_are_received_whole() {
    for answer in [ANSWER, b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n[]\r\n0\r\n\r\n"] {
        let port = serve(move |stream, _| answer.iter().for_each(|byte| stream.write_all(&[*byte]).unwrap()));
        let outcome = ask(port, Load::Closed { connections: 2 }, 500).unwrap();
        assert!(outcome.requests >= 4);
        assert_eq!(outcome.latencies.len(), outcome.requests);
    }
}

#[test]
fn a_long_body_is_sent_whole() {
    let port = serve(|stream, _| {
        let mut body = vec![0; 4_000_000];
        stream.read_exact(&mut body).unwrap();
        assert!(body.iter().all(|byte| *byte == b'1'));
        stream.write_all(ANSWER).unwrap();
    });
    let request = Request { method: "POST", path: "/".to_owned(), body: Some(vec![b'1'; 4_000_000]) };
    let outcome = generate(port, &request, Load::Closed { connections: 1 }, Duration::from_secs(1)).unwrap();
    assert!(outcome.answered > 0);
}

#[test]
fn an_answer_of_500_is_an_error_that_shows_it() {
    let port = serve(|stream, _| {
        stream.write_all(b"HTTP/1.1 500 Oh\r\nContent-Length: 6\r\n\r\nbroken").unwrap();
    });
    let error = format!("{:#}", ask(port, Load::Closed { connections: 1 }, 100).unwrap_err());
    assert!(error.contains("500 Oh") && error.contains("broken"), "{error}");
}

#[test]
fn a_connection_that_was_closed_between_requests_is_opened_again() {
    let port = serve(|stream, requests| {
        stream.write_all(ANSWER).unwrap();
        if requests == 2 {
            stream.shutdown(std::net::Shutdown::Both).unwrap();
        }
    });
    for load in [Load::Closed { connections: 2 }, Load::Open { connections: 2, per_second: 200.0 }] {
        let outcome = ask(port, load, 1000).unwrap();
        assert!(outcome.requests > 10);
    }
}

#[test]
fn requests_that_are_sent_again_are_counted() {
    // The second request of each connection is received, and the connection closed without an answer.
    let port = serve(|stream, requests| match requests {
        0 => stream.write_all(ANSWER).unwrap(),
        _ => stream.shutdown(std::net::Shutdown::Both).unwrap(),
    });
    let outcome = ask(port, Load::Closed { connections: 1 }, 500).unwrap();
    assert!(outcome.resent.abs_diff(outcome.answered) <= 1, "{} of {}", outcome.resent, outcome.answered);
    let kept = serve(|stream, _| stream.write_all(ANSWER).unwrap());
    assert_eq!(ask(kept, Load::Closed { connections: 2 }, 100).unwrap().resent, 0);
}

#[test]
fn a_connection_that_is_announced_to_close_is_opened_again() {
    let port = serve(|stream, _| {
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n[]").unwrap();
        stream.shutdown(std::net::Shutdown::Both).unwrap();
    });
    assert!(ask(port, Load::Closed { connections: 2 }, 1000).unwrap().requests > 10);
}

#[test]
fn a_connection_closed_in_the_middle_of_an_answer_is_an_error_that_shows_it() {
    let port = serve(|stream, _| {
        stream.write_all(&ANSWER[..ANSWER.len() - 1]).unwrap();
        stream.shutdown(std::net::Shutdown::Both).unwrap();
    });
    let error = format!("{:#}", ask(port, Load::Closed { connections: 1 }, 100).unwrap_err());
    assert!(error.contains("middle of an answer") && error.contains("Content-Length"), "{error}");
}

#[test]
fn a_server_that_never_answers_is_an_error() {
    let port = serve(|stream, _| stream.shutdown(std::net::Shutdown::Both).unwrap());
    let error = format!("{:#}", ask(port, Load::Closed { connections: 1 }, 100).unwrap_err());
    assert!(error.contains("closed without an answer"), "{error}");
}

#[test]
fn a_stall_is_seen_by_all_requests_that_were_due_in_it() {
    let stalls = |stream: &mut TcpStream, requests| {
        if requests == 50 {
            thread::sleep(Duration::from_millis(200));
        }
        stream.write_all(ANSWER).unwrap();
    };
    let outcome = ask(serve(stalls), Load::Open { connections: 1, per_second: 500.0 }, 1000).unwrap();
    assert_eq!(outcome.latencies.len(), 500);
    // A fifth of the requests was due in the stall, of which a half waited for more than 100 ms; one was in flight.
    assert!(outcome.percentile(92.0) > Duration::from_millis(90));
    assert!(outcome.percentile(99.9) > Duration::from_millis(190));
}

#[test]
fn what_was_due_and_never_sent_is_counted_with_the_time_it_waited() {
    let port = serve(|stream, _| {
        thread::sleep(Duration::from_millis(300));
        stream.write_all(ANSWER).unwrap();
    });
    let outcome = ask(port, Load::Open { connections: 1, per_second: 100.0 }, 200).unwrap();
    assert_eq!((outcome.requests, outcome.answered, outcome.latencies.len()), (0, 1, 20));
    assert!(outcome.percentile(100.0) >= Duration::from_millis(300));
    assert!(outcome.percentile(50.0) >= Duration::from_millis(90));
}
