//! A collector: takes spans by OTLP over HTTP, or does not.

#![allow(dead_code, unreachable_pub, reason = "each test file uses a part of it")]

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU8, Ordering},
    },
    time::{Duration, Instant},
};

use opentelemetry_proto::tonic::{collector::trace::v1::ExportTraceServiceRequest, trace::v1::Span};
use prost::Message;

const PATIENCE: Duration = Duration::from_secs(20);

/// What the collector does with what it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Mood {
    Takes,
    Refuses,
    NeverAnswers,
}

/// A running collector.
#[derive(Clone)]
pub struct Collector {
    address: SocketAddr,
    mood: Arc<AtomicU8>,
    spans: Arc<Mutex<Vec<Span>>>,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Collector {
    pub fn start(mood: Mood) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let collector = Self {
            address: listener.local_addr().unwrap(),
            mood: Arc::new(AtomicU8::new(mood as u8)),
            spans: Arc::default(),
            requests: Arc::default(),
        };
        let accepting = collector.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let collector = accepting.clone();
                std::thread::spawn(move || collector.serve(stream));
            }
        });
        collector
    }

    /// The variable that sends a service's telemetry here.
    pub fn endpoint(&self) -> (&'static str, String) {
        ("OTEL_EXPORTER_OTLP_ENDPOINT", format!("http://{}", self.address))
    }

    pub fn set(&self, mood: Mood) {
        self.mood.store(mood as u8, Ordering::SeqCst);
    }

    pub fn spans(&self) -> Vec<Span> {
        self.spans.lock().unwrap().clone()
    }

    /// The paths that were asked for.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    /// The spans, once there are so many.
    pub fn wait_for(&self, count: usize) -> Vec<Span> {
        let start = Instant::now();
        loop {
            let spans = self.spans();
            if spans.len() >= count {
                return spans;
            }
            assert!(start.elapsed() < PATIENCE, "{} spans came, not {count}: {spans:#?}", spans.len());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn serve(&self, stream: TcpStream) {
        let mut stream = BufReader::new(stream);
        while let Some((path, body)) = read_request(&mut stream) {
            self.requests.lock().unwrap().push(path.clone());
            let status = match self.mood.load(Ordering::SeqCst) {
                mood if mood == Mood::NeverAnswers as u8 => {
                    std::thread::sleep(Duration::from_mins(10));
                    return;
                }
                mood if mood == Mood::Refuses as u8 => "400 Bad Request",
                _ => {
                    if path == "/v1/traces" {
                        let request = ExportTraceServiceRequest::decode(body.as_slice()).unwrap();
                        let scopes = request.resource_spans.into_iter().flat_map(|resource| resource.scope_spans);
                        self.spans.lock().unwrap().extend(scopes.flat_map(|scope| scope.spans));
                    }
                    "200 OK"
                }
            };
            let answer =
                format!("HTTP/1.1 {status}\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\n\r\n");
            if stream.get_mut().write_all(answer.as_bytes()).is_err() {
                return;
            }
        }
    }
}

fn read_request(stream: &mut BufReader<TcpStream>) -> Option<(String, Vec<u8>)> {
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end() {
            "" => break,
            line => head.push(line.to_ascii_lowercase()),
        }
    }
    let length = head.iter().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok())?;
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    Some((head.first()?.split(' ').nth(1)?.to_owned(), body))
}
