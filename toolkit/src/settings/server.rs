use std::{net::SocketAddr, num::NonZeroUsize, time::Duration};

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de};

use crate::{limits, telemetry::LogFormat};

/// What the service itself can be told; a crate's own settings stand beside these.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ServerSettings {
    /// The address to listen on.
    #[schemars(with = "String")]
    pub bind: SocketAddr,
    /// How many functions that are not async run at once; as many as there are cores by default.
    #[schemars(with = "usize", range(min = 1, max = 10_000))]
    pub workers: NonZeroUsize,
    /// How many more such calls may wait; over that, the answer is 503.
    pub queue: usize,
    /// How large a request body may be, as in `2 MiB`.
    #[serde(deserialize_with = "size")]
    #[schemars(with = "String", regex(pattern = "^[0-9]+ ?(B|kB|KiB|MB|MiB|GB|GiB)$"))]
    pub body_limit: usize,
    /// How large the head of a request may be, as in `16 KiB`; at least `8 KiB`.
    #[serde(deserialize_with = "head_size")]
    #[schemars(with = "String", regex(pattern = "^[0-9]+ ?(B|kB|KiB|MB|MiB|GB|GiB)$"))]
    pub header_limit: usize,
    /// How long a client may take to send the head of a request, as in `10s`.
    #[serde(deserialize_with = "duration")]
    #[schemars(with = "String", regex(pattern = "^[0-9]+ ?(ms|s|m|h)$"))]
    pub header_timeout: Duration,
    /// How long a request may take, as in `30s`.
    #[serde(deserialize_with = "duration")]
    #[schemars(with = "String", regex(pattern = "^[0-9]+ ?(ms|s|m|h)$"))]
    pub request_timeout: Duration,
    /// How many connections are served at once; others wait.
    #[schemars(with = "usize", range(min = 1, max = 1_000_000))]
    pub max_connections: NonZeroUsize,
    /// The origins whose pages may call the service from a browser, as in `https://shop.example`; `*` for all.
    #[schemars(inner(regex(pattern = r"^(\*|https?://[^/]+)$")))]
    pub cors_origins: Vec<String>,
    /// How long the service goes on accepting requests after it was told to stop, while it says that it is not ready.
    #[serde(deserialize_with = "duration")]
    #[schemars(with = "String", regex(pattern = "^[0-9]+ ?(ms|s|m|h)$"))]
    pub drain_delay: Duration,
    /// How long requests in progress may take to finish when the service stops, as in `30s`.
    #[serde(deserialize_with = "duration")]
    #[schemars(with = "String", regex(pattern = "^[0-9]+ ?(ms|s|m|h)$"))]
    pub shutdown_timeout: Duration,
    /// What is logged, as `RUST_LOG` has it: `info`, `warn,my_service=debug`.
    pub log: String,
    /// How log lines are written: `text`, `json`, or `auto` for text in a terminal and JSON elsewhere.
    pub log_format: LogFormat,
    /// Whether a reverse proxy is trusted to say who the client is and what it asked for (`Forwarded`,
    /// `X-Forwarded-*`).
    pub trust_proxy: bool,
    /// Whether the last traces are kept and shown at `/traces`; by default in debug builds.
    #[cfg(feature = "trace-viewer")]
    pub trace_viewer: bool,
    /// Who may look at traces: `loopback` for callers on the same machine, or `anywhere`.
    #[cfg(feature = "trace-viewer")]
    pub trace_viewer_from: ViewerAccess,
    /// The bearer token with which models are reloaded, at `POST …/reload`; without it, there is no such path.
    #[cfg(feature = "model")]
    #[schemars(with = "Option<String>", regex(pattern = r"^[A-Za-z0-9._~+/-]+=*$"))]
    pub model_reload_token: Option<Token>,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            bind: SocketAddr::from(([127, 0, 0, 1], 8000)),
            workers: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
            queue: 1024,
            body_limit: 2 << 20,
            header_limit: 16 << 10,
            header_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_secs(30),
            max_connections: NonZeroUsize::new(4096).unwrap_or(NonZeroUsize::MIN),
            cors_origins: Vec::new(),
            drain_delay: Duration::ZERO,
            shutdown_timeout: Duration::from_secs(30),
            log: "info".to_owned(),
            log_format: LogFormat::Auto,
            trust_proxy: false,
            #[cfg(feature = "trace-viewer")]
            trace_viewer: cfg!(debug_assertions),
            #[cfg(feature = "trace-viewer")]
            trace_viewer_from: ViewerAccess::Loopback,
            #[cfg(feature = "model")]
            model_reload_token: None,
        }
    }
}

/// The one setting that others than the service need: those who call it, or open the socket for it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct BindSettings {
    /// The address to listen on.
    #[schemars(with = "String")]
    pub(crate) bind: SocketAddr,
}

impl Default for BindSettings {
    fn default() -> Self {
        Self { bind: ServerSettings::default().bind }
    }
}

/// A bearer token (RFC 6750 §2.1), which is never shown.
#[cfg(feature = "model")]
#[derive(Clone, Deserialize)]
pub struct Token(String);

#[cfg(feature = "model")]
impl Token {
    /// The token itself, for comparing it.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

#[cfg(feature = "model")]
impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

/// Who may look at traces, which hold what users did.
#[cfg(feature = "trace-viewer")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ViewerAccess {
    /// Callers on the same machine.
    Loopback,
    /// Whoever can call the service.
    Anywhere,
}

fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    limits::duration(&text).ok_or_else(|| de::Error::custom("must be a duration, as in 500ms, 30s or 2m"))
}

fn size<'de, D: Deserializer<'de>>(deserializer: D) -> Result<usize, D::Error> {
    let text = String::deserialize(deserializer)?;
    limits::bytes(&text).ok_or_else(|| de::Error::custom("must be a size, as in 500 kB or 2 MiB"))
}

fn head_size<'de, D: Deserializer<'de>>(deserializer: D) -> Result<usize, D::Error> {
    // hyper takes no smaller buffer.
    size(deserializer)
        .and_then(|size| if size < 8 << 10 { Err(de::Error::custom("must be at least 8 KiB")) } else { Ok(size) })
}

#[cfg(all(test, feature = "model"))]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::settings::Sources;

    fn read(token: &str) -> Result<ServerSettings, Vec<String>> {
        let flags = BTreeMap::from([("model_reload_token".to_owned(), token.to_owned())]);
        Sources::load(None, flags).expect("there is no file").read::<ServerSettings>(|_, _| {})
    }

    #[test]
    fn a_token_is_read_and_never_shown() {
        for token in ["s3cret", "12345", "true", "a.b-c_d~e+f/g=="] {
            let read = read(token).expect("it is a token").model_reload_token;
            assert_eq!(read.as_ref().map(Token::expose), Some(token));
            assert_eq!(format!("{read:?}"), "Some(Token(…))");
        }
        // None of these can be sent.
        for token in ["", "two words", "gr\u{fc}n"] {
            let faults = read(token).expect_err("it is no token");
            assert!(faults[0].contains("model_reload_token"), "{faults:?}");
            assert!(token.is_empty() || !faults.concat().contains(token), "{faults:?}");
        }
    }
}
