//! The standard `OTEL_*` variables that the SDK leaves to those who use it.
//!
//! Source: OpenTelemetry specification, "Environment Variable Specification". An empty variable is one that is not
//! set; a value that is not known is told and ignored.

use super::{Propagation, sampling::Sampling};

/// The longest text of an attribute, in characters, unless a variable says otherwise. The specification sets no
/// bound; a service that is to live needs one.
const LONGEST_VALUE: usize = 16 * 1024;

const CERTIFICATE: &str = "OTEL_EXPORTER_OTLP_CERTIFICATE";
/// What the SDK reads itself, and wants to be numbers.
const SDK_NUMBERS: [&str; 16] = [
    "OTEL_BSP_SCHEDULE_DELAY",
    "OTEL_BSP_EXPORT_TIMEOUT",
    "OTEL_BSP_MAX_QUEUE_SIZE",
    "OTEL_BSP_MAX_EXPORT_BATCH_SIZE",
    "OTEL_BLRP_SCHEDULE_DELAY",
    "OTEL_BLRP_EXPORT_TIMEOUT",
    "OTEL_BLRP_MAX_QUEUE_SIZE",
    "OTEL_BLRP_MAX_EXPORT_BATCH_SIZE",
    "OTEL_METRIC_EXPORT_INTERVAL",
    "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_SPAN_EVENT_COUNT_LIMIT",
    "OTEL_SPAN_LINK_COUNT_LIMIT",
    "OTEL_EXPORTER_OTLP_TIMEOUT",
    "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT",
    "OTEL_EXPORTER_OTLP_METRICS_TIMEOUT",
    "OTEL_EXPORTER_OTLP_LOGS_TIMEOUT",
];

/// Where one kind of telemetry goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Destination {
    /// Nowhere.
    None,
    /// To a collector.
    Otlp,
    /// To standard output, for a person.
    Console,
}

/// What the variables say.
#[derive(Clone, Debug)]
pub(crate) struct Environment {
    pub(super) disabled: bool,
    pub(super) propagation: Propagation,
    pub(super) traces: Destination,
    pub(super) metrics: Destination,
    pub(super) logs: Destination,
    pub(super) sampling: Sampling,
    pub(super) longest_value: usize,
    /// A sentence for each value that could not be used.
    pub(super) ignored: Vec<String>,
}

impl Environment {
    /// What the process was started with.
    pub(crate) fn of_process() -> Self {
        Self::read(|name| std::env::var(name).ok())
    }

    pub(super) fn read(variable: impl Fn(&str) -> Option<String>) -> Self {
        let mut variables = Variables { variable, ignored: Vec::new() };
        let disabled = variables.get("OTEL_SDK_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true"));
        let propagation = variables.propagation();
        let [traces, metrics, logs] = ["TRACES", "METRICS", "LOGS"].map(|signal| variables.destination(signal));
        let sampling = variables.sampling();
        variables.check_what_the_sdk_reads();
        let longest_value = variables
            .number("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT")
            .or_else(|| variables.number("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT"))
            .unwrap_or(LONGEST_VALUE);
        Self { disabled, propagation, traces, metrics, logs, sampling, longest_value, ignored: variables.ignored }
    }

    /// The same, for a program that sends nothing: a test.
    pub(crate) fn without_destinations(self) -> Self {
        Self { traces: Destination::None, metrics: Destination::None, logs: Destination::None, ..self }
    }
}

struct Variables<F> {
    variable: F,
    ignored: Vec<String>,
}

impl<F: Fn(&str) -> Option<String>> Variables<F> {
    fn get(&self, name: &str) -> Option<String> {
        let value = (self.variable)(name)?;
        let value = value.trim();
        (!value.is_empty()).then(|| value.to_owned())
    }

    fn number(&mut self, name: &str) -> Option<usize> {
        let value = self.get(name)?;
        let number = value.parse().ok();
        if number.is_none() {
            self.ignore(name, &value, "a number of characters");
        }
        number
    }

    /// The SDK ignores what it cannot use, without a word.
    fn check_what_the_sdk_reads(&mut self) {
        for name in SDK_NUMBERS {
            if let Some(value) = self.get(name).filter(|value| value.parse::<u64>().is_err()) {
                self.ignore(name, &value, "a whole number");
            }
        }
        for name in ["OTEL_EXPORTER_OTLP_HEADERS", "OTEL_RESOURCE_ATTRIBUTES"] {
            let value = self.get(name).unwrap_or_default();
            if value.split(',').any(|pair| !pair.trim().is_empty() && !pair.contains('=')) {
                // What stands there may be a secret.
                self.ignored.push(format!("a part of {name} is ignored: expected `name=value`, separated by commas"));
            }
        }
        let is_grpc = self.get("OTEL_EXPORTER_OTLP_PROTOCOL").is_some_and(|protocol| protocol == "grpc");
        if !is_grpc && let Some(value) = self.get(CERTIFICATE) {
            self.ignore(CERTIFICATE, &value, "`SSL_CERT_FILE` instead, as the protocol is HTTP");
        }
    }

    fn ignore(&mut self, name: &str, value: &str, expected: &str) {
        self.ignored.push(format!("{name} is `{value}`, which is ignored: expected {expected}"));
    }

    fn propagation(&mut self) -> Propagation {
        const NAME: &str = "OTEL_PROPAGATORS";
        let Some(value) = self.get(NAME) else { return Propagation { trace_context: true, baggage: true } };
        let mut propagation = Propagation { trace_context: false, baggage: false };
        for name in value.split(',').map(str::trim) {
            match name {
                "tracecontext" => propagation.trace_context = true,
                "baggage" => propagation.baggage = true,
                "none" | "" => {}
                other => self.ignore(NAME, other, "`tracecontext`, `baggage` or `none`"),
            }
        }
        propagation
    }

    /// Without a word on it, a signal goes to the collector if there is one.
    fn destination(&mut self, signal: &str) -> Destination {
        let name = format!("OTEL_{signal}_EXPORTER");
        let endpoints = ["OTEL_EXPORTER_OTLP_ENDPOINT".to_owned(), format!("OTEL_EXPORTER_OTLP_{signal}_ENDPOINT")];
        let has_endpoint = endpoints.iter().any(|endpoint| self.get(endpoint).is_some());
        let by_endpoint = if has_endpoint { Destination::Otlp } else { Destination::None };
        let Some(value) = self.get(&name) else { return by_endpoint };
        let mut destination = None;
        for exporter in value.split(',').map(str::trim) {
            match exporter {
                "none" => destination = destination.or(Some(Destination::None)),
                "otlp" => destination = Some(Destination::Otlp),
                "console" => destination = Some(Destination::Console),
                // With the feature, metrics can be fetched from every service.
                "prometheus" if signal == "METRICS" && cfg!(feature = "prometheus") => {
                    destination = destination.or(Some(Destination::None));
                }
                other => self.ignore(&name, other, "`otlp`, `console` or `none`"),
            }
        }
        destination.unwrap_or(by_endpoint)
    }

    fn sampling(&mut self) -> Sampling {
        const NAME: &str = "OTEL_TRACES_SAMPLER";
        let Some(value) = self.get(NAME) else { return Sampling::default() };
        match value.as_str() {
            "always_on" => Sampling::always().for_all(),
            "always_off" => Sampling::never().for_all(),
            "traceidratio" => Sampling::ratio(self.ratio()).for_all(),
            "parentbased_always_on" => Sampling::always(),
            "parentbased_always_off" => Sampling::never(),
            "parentbased_traceidratio" => Sampling::ratio(self.ratio()),
            other => {
                let expected = "`always_on`, `always_off`, `traceidratio` or one of these after `parentbased_`";
                self.ignore(NAME, other, expected);
                Sampling::default()
            }
        }
    }

    fn ratio(&mut self) -> f64 {
        const NAME: &str = "OTEL_TRACES_SAMPLER_ARG";
        let Some(value) = self.get(NAME) else { return 1.0 };
        match value.parse() {
            Ok(ratio) if (0.0..=1.0).contains(&ratio) => ratio,
            _ => {
                self.ignore(NAME, &value, "a share from 0 to 1");
                1.0
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Environment {
        Environment::read(|name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn nothing_set_sends_nothing_and_takes_in_the_w3c_headers() {
        let environment = read(&[("OTEL_TRACES_EXPORTER", ""), ("OTEL_EXPORTER_OTLP_ENDPOINT", " ")]);
        assert!(!environment.disabled);
        assert_eq!([environment.traces, environment.metrics, environment.logs], [Destination::None; 3]);
        assert_eq!(environment.propagation, Propagation { trace_context: true, baggage: true });
        assert!(environment.ignored.is_empty());
    }

    #[test]
    fn an_endpoint_is_sent_to_and_a_signal_can_be_left_out() {
        let environment = read(&[
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318"),
            ("OTEL_METRICS_EXPORTER", "none"),
            ("OTEL_LOGS_EXPORTER", "console"),
        ]);
        let destinations = [environment.traces, environment.metrics, environment.logs];
        assert_eq!(destinations, [Destination::Otlp, Destination::None, Destination::Console]);
        let environment = read(&[("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://collector:4318/v1/traces")]);
        assert_eq!([environment.traces, environment.metrics], [Destination::Otlp, Destination::None]);
    }

    #[test]
    fn what_is_not_known_is_told_all_at_once() {
        let environment = read(&[
            ("OTEL_PROPAGATORS", "b3,tracecontext"),
            ("OTEL_TRACES_EXPORTER", "zipkin"),
            ("OTEL_TRACES_SAMPLER", "traceidratio"),
            ("OTEL_TRACES_SAMPLER_ARG", "10%"),
            ("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "long"),
            ("OTEL_BSP_SCHEDULE_DELAY", "soon"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "x-key=a,broken"),
            ("OTEL_EXPORTER_OTLP_CERTIFICATE", "ca.pem"),
        ]);
        assert_eq!(environment.propagation, Propagation { trace_context: true, baggage: false });
        assert_eq!(environment.longest_value, LONGEST_VALUE);
        assert_eq!(
            environment.ignored,
            [
                "OTEL_PROPAGATORS is `b3`, which is ignored: expected `tracecontext`, `baggage` or `none`",
                "OTEL_TRACES_EXPORTER is `zipkin`, which is ignored: expected `otlp`, `console` or `none`",
                "OTEL_TRACES_SAMPLER_ARG is `10%`, which is ignored: expected a share from 0 to 1",
                "OTEL_BSP_SCHEDULE_DELAY is `soon`, which is ignored: expected a whole number",
                "a part of OTEL_EXPORTER_OTLP_HEADERS is ignored: expected `name=value`, separated by commas",
                "OTEL_EXPORTER_OTLP_CERTIFICATE is `ca.pem`, which is ignored: expected `SSL_CERT_FILE` instead, as the \
                 protocol is HTTP",
                "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT is `long`, which is ignored: expected a number of characters",
            ]
        );
    }
}
