use bytes::Bytes;
use http::{HeaderMap, StatusCode, response::Parts};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The answer to a test's call.
#[derive(Clone, Debug)]
pub struct TestResponse {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl TestResponse {
    pub(super) fn new(head: Parts, body: Bytes) -> Self {
        Self { status: head.status, headers: head.headers, body }
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// One header's value, if it is there and a text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        &self.body
    }

    /// The body as text; what is no UTF-8 is replaced.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body, read from JSON.
    ///
    /// # Panics
    ///
    /// When it is no JSON of that type; the body is shown.
    #[must_use]
    #[track_caller]
    pub fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("the reply is not what was expected: {error}\n{}", self.text()))
    }

    /// The violations that a 422 problem lists, by code and place: `range query limit`, `required body /items/3`.
    ///
    /// # Panics
    ///
    /// When the reply is no problem with violations.
    #[must_use]
    #[track_caller]
    pub fn violations(&self) -> Vec<String> {
        let problem: Value = self.json();
        let Some(violations) = problem["violations"].as_array() else {
            panic!("the reply lists no violations: {problem}");
        };
        let told = |violation: &Value| {
            let parts = ["code", "in", "name", "pointer"].map(|member| violation[member].as_str().unwrap_or_default());
            parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
        };
        violations.iter().map(told).collect()
    }

    /// Asserts the status, and shows the body where it differs.
    ///
    /// # Panics
    ///
    /// When the status is another one.
    #[track_caller]
    pub fn assert_status(&self, expected: u16) -> &Self {
        assert_eq!(self.status.as_u16(), expected, "the body was: {}", self.text());
        self
    }
}
