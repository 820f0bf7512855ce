//! The service as a process, over real sockets.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod process;

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use process::Service;

#[test]
fn a_panic_is_a_500_problem_that_leaks_nothing_and_the_connection_lives_on() {
    let service = Service::start(&[]);
    let mut connection = service.connect();
    for path in ["/panic", "/panic/async"] {
        let answer = connection.get(path);
        assert_eq!(answer.status, 500, "{answer:?}");
        assert_eq!(answer.header("content-type"), "application/problem+json");
        assert!(!answer.body.contains("secret"), "{answer:?}");
        let problem: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(problem["instance"], path);
        let trace_id = problem["trace_id"].as_str().unwrap().to_owned();
        let log = service.wait_for_log(&trace_id);
        assert!(log.contains("secret of the house"), "{log}");
    }
    assert_eq!(connection.get("/fast").body, "\"second\"");
}

#[test]
fn a_body_over_the_limit_is_refused_without_being_read() {
    let service = Service::start(&[]);
    let mut connection = service.connect();
    // Only the head is sent: the answer must not wait for the ten mebibytes.
    connection.send("POST /count HTTP/1.1\r\nhost: x\r\ncontent-length: 10485760\r\n\r\n");
    let answer = connection.answer();
    assert_eq!(answer.status, 413, "{answer:?}");
    assert!(answer.body.contains("2097152"), "{answer:?}");
    assert_eq!(service.get("/fast").status, 200);
}

#[test]
fn a_chunked_body_over_the_limit_is_cut_off() {
    let service = Service::start(&["--body-limit=1 kB"]);
    let mut connection = service.connect();
    connection.send("POST /count HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n");
    let chunk = format!("190\r\n{}\r\n", "x".repeat(400));
    for _ in 0..3 {
        connection.send(&chunk);
    }
    let answer = connection.answer();
    assert_eq!(answer.status, 413, "{answer:?}");
}

#[test]
fn a_client_that_expects_100_continue_gets_it_only_when_its_body_is_wanted() {
    let service = Service::start(&[]);
    let mut connection = service.connect();
    connection.send("POST /count HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\nexpect: 100-continue\r\n\r\n");
    assert_eq!(connection.answer().status, 100);
    connection.send("12345");
    assert_eq!(connection.answer().body, "5");

    let mut refused = service.connect();
    refused.send("POST /count HTTP/1.1\r\nhost: x\r\ncontent-length: 10485760\r\nexpect: 100-continue\r\n\r\n");
    assert_eq!(refused.answer().status, 413);
}

#[test]
fn a_slow_sender_of_headers_is_let_go_and_others_are_served() {
    let service = Service::start(&["--header-timeout=300ms"]);
    for begun in ["", "P", "PRI * HTTP/2.0\r\n", "GET /fast HTTP/1.1\r\nhost: x\r\n"] {
        let mut slow = service.connect();
        slow.send(begun);
        let start = Instant::now();
        let ended = slow.read_to_end();
        assert!(start.elapsed() < Duration::from_secs(5), "{begun:?} was kept");
        assert!(!ended.contains("200 OK"), "{ended}");
        assert_eq!(service.get("/fast").status, 200);
    }
}

#[test]
fn the_next_head_may_take_as_long_as_the_first_and_an_answer_longer() {
    let service = Service::start(&["--header-timeout=1s", "--slow-ms=1500"]);
    let streamed = {
        let mut connection = service.connect();
        connection.send("GET /streaming/slow HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        connection.read_to_end()
    };
    assert!(streamed.ends_with("2\r\n1\n\r\n0\r\n\r\n"), "{streamed}");
    let mut kept = service.connect();
    for path in ["/slow", "/fast"] {
        assert_eq!(kept.get(path).status, 200, "{path}");
        std::thread::sleep(Duration::from_millis(100));
    }
    kept.send("GET /fast HTTP/1.1\r\nhost: x\r\n");
    let start = Instant::now();
    assert_eq!(kept.read_to_end(), "");
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}

#[test]
fn a_head_over_the_limit_is_431() {
    let service = Service::start(&[]);
    let mut connection = service.connect();
    connection.send(&format!("GET /fast HTTP/1.1\r\nhost: x\r\nx-long: {}\r\n\r\n", "y".repeat(64 << 10)));
    let answer = connection.read_to_end();
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
    assert_eq!(service.get("/fast").status, 200);
}

#[test]
fn head_and_options_are_answered_on_every_path() {
    let service = Service::start(&[]);
    for path in ["/fast", "/repeat/x", "/count"] {
        let options = service.request(&format!("OPTIONS {path} HTTP/1.1\r\nhost: x\r\n\r\n"));
        assert_eq!(options.status, 204, "{path}: {options:?}");
        assert!(options.header("allow").contains("OPTIONS"), "{path}: {options:?}");
    }
    let head = service.request("HEAD /fast HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    assert_eq!((head.status, head.header("content-length"), head.body.as_str()), (200, "8", ""));
    let head = service.request("HEAD /count HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    assert_eq!((head.status, head.header("allow")), (405, "OPTIONS, POST"));
}

#[test]
fn an_escaped_slash_stays_in_its_segment() {
    let service = Service::start(&[]);
    assert_eq!(service.get("/repeat/a%2Fb").body, "\"a/b\"");
    assert_eq!(service.get("/repeat/a/b").status, 404);
    assert_eq!(service.get("/repeat/%zz").status, 422);
    assert_eq!(service.get("/repeat/%ff").status, 422);
}

#[test]
fn an_answer_that_takes_too_long_is_504() {
    let service = Service::start(&[]);
    let answer = service.get("/late");
    assert_eq!(answer.status, 504, "{answer:?}");
    assert!(answer.body.contains("took longer than 50ms"), "{answer:?}");
}

#[test]
fn requests_in_progress_are_finished_when_the_service_is_told_to_stop() {
    let mut service = Service::start(&["--slow-ms=800", "--drain-delay=300ms"]);
    let mut slow = service.connect();
    slow.send("GET /slow HTTP/1.1\r\nhost: x\r\n\r\n");
    std::thread::sleep(Duration::from_millis(200));
    service.signal("TERM");
    std::thread::sleep(Duration::from_millis(100));
    let ready = service.get("/health/ready");
    assert_eq!(ready.status, 503, "readiness fails first: {ready:?}");
    assert_eq!(service.get("/health/live").status, 200);

    assert_eq!(slow.answer().body, "\"at last\"");
    assert_eq!(service.wait(), Some(0));
    let log = service.log();
    let order: Vec<_> = ["dropped second", "closed first", "dropped first", "stopped"]
        .map(|line| log.find(line).unwrap_or_else(|| panic!("no {line:?} in {log}")))
        .into();
    assert!(order.is_sorted(), "resources end in reverse order: {log}");
}

#[test]
fn a_request_that_never_ends_does_not_keep_the_service_from_stopping() {
    let mut service = Service::start(&["--slow-ms=60000", "--request-timeout=2m", "--shutdown-timeout=300ms"]);
    let mut slow = service.connect();
    slow.send("GET /slow HTTP/1.1\r\nhost: x\r\n\r\n");
    std::thread::sleep(Duration::from_millis(200));
    let start = Instant::now();
    service.signal("INT");
    assert_eq!(service.wait(), Some(0));
    assert!(start.elapsed() < Duration::from_secs(10));
    assert!(service.log().contains("cut off"), "{}", service.log());
}

#[test]
fn more_connections_than_allowed_wait_for_a_place() {
    let service = Service::start(&["--max-connections=1"]);
    let mut first = service.connect();
    assert_eq!(first.get("/fast").status, 200);
    let mut second = service.connect();
    second.send("GET /fast HTTP/1.1\r\nhost: x\r\n\r\n");
    assert!(second.is_silent_for(Duration::from_millis(300)), "there was no place");
    drop(first);
    assert_eq!(second.answer().status, 200);
}

#[test]
fn rubbish_instead_of_http_is_400_and_harms_nobody() {
    let service = Service::start(&[]);
    for rubbish in ["\x16\x03\x01\x02\x00\x01\x00\x01\r\n\r\n", "GET\r\n\r\n", "GET /fast HTTP/9.9\r\n\r\n"] {
        let mut stream = TcpStream::connect(service.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(15))).unwrap();
        stream.write_all(rubbish.as_bytes()).unwrap();
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer);
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
        assert_eq!(service.get("/fast").status, 200);
    }
}

#[test]
fn http_2_without_tls_is_spoken_too() {
    use http_body_util::{BodyExt, Empty};
    use hyper_util::rt::{TokioExecutor, TokioIo};

    let service = Service::start(&["--header-timeout=1s"]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let stream = tokio::net::TcpStream::connect(service.address()).await.unwrap();
        let handshake = hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream));
        let (mut sender, connection) = handshake.await.unwrap();
        tokio::spawn(connection);
        for pause in [0, 0, 1500] {
            // Its pings, and not the time for heads, tell whether a client is there.
            tokio::time::sleep(Duration::from_millis(pause)).await;
            let request = http::Request::get("http://x/fast").body(Empty::<bytes::Bytes>::new()).unwrap();
            let answer = sender.send_request(request).await.unwrap();
            assert_eq!(answer.status(), 200);
            assert_eq!(answer.into_body().collect().await.unwrap().to_bytes(), "\"second\"");
        }
    });
}

#[test]
fn pages_of_allowed_origins_may_call_and_read_problems_too() {
    let service = Service::start(&["--cors-origins=https://shop.example, https://app.example"]);
    let ask = |method: &str, path: &str, origin: &str| {
        let preflight = if method == "OPTIONS" { "access-control-request-method: PUT\r\n" } else { "" };
        service.request(&format!("{method} {path} HTTP/1.1\r\nhost: x\r\norigin: {origin}\r\n{preflight}\r\n"))
    };
    for (method, path, status) in [("GET", "/fast", 200), ("OPTIONS", "/fast", 200), ("GET", "/panic", 500)] {
        let allowed = ask(method, path, "https://shop.example");
        assert_eq!(allowed.status, status, "{allowed:?}");
        assert_eq!(allowed.header("access-control-allow-origin"), "https://shop.example", "{method} {path}");
        assert_eq!(ask(method, path, "https://evil.example").header("access-control-allow-origin"), "");
    }
    let preflight = service.request(
        "OPTIONS /fast HTTP/1.1\r\nhost: x\r\norigin: https://shop.example\r\naccess-control-request-method: GET\r\n\
         access-control-request-headers: authorization\r\n\r\n",
    );
    assert_eq!(preflight.header("access-control-allow-headers"), "authorization");
    assert_eq!(Service::start(&[]).get("/fast").header("access-control-allow-origin"), "");
}

#[test]
fn a_client_that_goes_away_cancels_its_request() {
    let service = Service::start(&["--slow-ms=60000", "--request-timeout=2m"]);
    let mut leaving = service.connect();
    leaving.send("GET /watched HTTP/1.1\r\nhost: x\r\n\r\n");
    service.wait_for_log("watched began");
    drop(leaving);
    service.wait_for_log("watched cancelled");
    assert_eq!(service.get("/fast").status, 200);
}

#[test]
fn a_silent_connection_does_not_keep_the_service_from_stopping() {
    let mut service = Service::start(&[]);
    let silent = service.connect();
    let start = Instant::now();
    service.signal("TERM");
    assert_eq!(service.wait(), Some(0));
    assert!(start.elapsed() < Duration::from_secs(5));
    drop(silent);
}

#[test]
fn a_second_signal_ends_the_waiting() {
    let mut service = Service::start(&["--slow-ms=60000", "--request-timeout=2m"]);
    let mut slow = service.connect();
    slow.send("GET /slow HTTP/1.1\r\nhost: x\r\n\r\n");
    std::thread::sleep(Duration::from_millis(200));
    service.signal("INT");
    service.wait_for_log("told to stop");
    std::thread::sleep(Duration::from_millis(200));
    service.signal("INT");
    assert_eq!(service.wait(), Some(0));
}

#[test]
fn a_full_pool_is_503_with_a_time_to_come_again_and_stalls_nobody_else() {
    let service = Service::start(&["--workers=1", "--queue=0", "--slow-ms=1500"]);
    let mut working = service.connect();
    working.send("GET /working HTTP/1.1\r\nhost: x\r\n\r\n");
    std::thread::sleep(Duration::from_millis(300));
    let refused = service.get("/working");
    assert_eq!((refused.status, refused.header("retry-after")), (503, "1"), "{refused:?}");
    assert_eq!(service.get("/fast").status, 200);
    assert_eq!(working.answer().status, 204);
    assert_eq!(service.get("/working").status, 204);
}
