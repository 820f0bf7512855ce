use std::{
    sync::Mutex,
    time::{Duration, Instant},
};

use opentelemetry_sdk::error::OTelSdkResult;

/// How often the same trouble is told.
const PAUSE: Duration = Duration::from_mins(1);

/// Counts what could not be exported, and tells it once a minute.
#[derive(Debug)]
pub(super) struct Trouble {
    what: &'static str,
    endpoint: String,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    failures: usize,
    lost: usize,
    told: Option<Instant>,
}

impl Trouble {
    pub(super) fn new(what: &'static str, endpoint: String) -> Self {
        Self { what, endpoint, state: Mutex::default() }
    }

    /// Takes note of how the export of `count` things went.
    pub(super) fn note(&self, count: usize, outcome: OTelSdkResult) -> OTelSdkResult {
        let told = match &outcome {
            Ok(()) => self.succeeded(),
            Err(error) => self.failed(count, &error.to_string(), Instant::now()),
        };
        if let Some(sentence) = told {
            tracing::warn!("{sentence}");
        }
        outcome
    }

    /// Tells what was not told yet: there is no next time.
    pub(super) fn tell_the_rest(&self) {
        let Ok(mut state) = self.state.lock() else { return };
        let State { failures, lost, .. } = std::mem::take(&mut *state);
        if failures > 0 {
            let (what, endpoint) = (self.what, &self.endpoint);
            tracing::warn!("{lost} more {what} in {failures} exports could not be sent to {endpoint} and are lost");
        }
    }

    fn failed(&self, count: usize, error: &str, now: Instant) -> Option<String> {
        let mut state = self.state.lock().ok()?;
        state.failures += 1;
        state.lost += count;
        if state.told.is_some_and(|told| now.duration_since(told) < PAUSE) {
            return None;
        }
        let State { failures, lost, .. } =
            std::mem::replace(&mut *state, State { told: Some(now), ..State::default() });
        let (what, endpoint) = (self.what, &self.endpoint);
        Some(format!(
            "{lost} {what} in {failures} exports could not be sent to {endpoint} and are lost; requests go on: {error}"
        ))
    }

    fn succeeded(&self) -> Option<String> {
        let mut state = self.state.lock().ok()?;
        state.told?;
        let State { failures, lost, .. } = std::mem::take(&mut *state);
        let (what, endpoint) = (self.what, &self.endpoint);
        Some(format!("{what} are sent to {endpoint} again, after {lost} more in {failures} exports were lost"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trouble_is_told_at_once_then_once_a_minute_with_counts_and_when_it_is_over() {
        let trouble = Trouble::new("spans", "collector:4318".to_owned());
        let start = Instant::now();
        let told = |count, seconds| trouble.failed(count, "refused", start + Duration::from_secs(seconds));
        let first = "5 spans in 1 exports could not be sent to collector:4318 and are lost; requests go on: refused";
        assert_eq!(told(5, 0).as_deref(), Some(first));
        assert_eq!(told(7, 30), None);
        let second = "8 spans in 2 exports could not be sent to collector:4318 and are lost; requests go on: refused";
        assert_eq!(told(1, 60).as_deref(), Some(second));
        assert_eq!(told(2, 61), None);
        let end = "spans are sent to collector:4318 again, after 2 more in 1 exports were lost";
        assert_eq!(trouble.succeeded().as_deref(), Some(end));
        assert_eq!(trouble.succeeded(), None);
    }
}
