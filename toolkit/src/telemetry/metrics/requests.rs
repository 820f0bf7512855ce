use std::{sync::OnceLock, time::Duration};

use http::{StatusCode, Version};
use opentelemetry::{
    KeyValue,
    metrics::{BoundHistogram, BoundUpDownCounter, Histogram, Meter, UpDownCounter},
};
use opentelemetry_semantic_conventions::attribute;

use super::Metrics;
use crate::{
    check::Violation,
    telemetry::conventions::{self, DURATIONS},
};

/// In bytes; the conventions name none.
const SIZES: [f64; 10] =
    [128.0, 512.0, 2048.0, 8192.0, 32_768.0, 131_072.0, 524_288.0, 2_097_152.0, 8_388_608.0, 33_554_432.0];
/// So many sorts of answers of one route are measured without a search through all series.
const BOUND: usize = 16;

/// What is measured of all requests.
#[derive(Debug)]
pub(super) struct Instruments {
    duration: Histogram<f64>,
    active: UpDownCounter<i64>,
    request_size: Histogram<u64>,
    response_size: Histogram<u64>,
}

impl Instruments {
    pub(super) fn new(meter: &Meter) -> Self {
        Self {
            duration: meter
                .f64_histogram("http.server.request.duration")
                .with_unit("s")
                .with_description("Duration of HTTP server requests.")
                .with_boundaries(DURATIONS.to_vec())
                .build(),
            active: meter
                .i64_up_down_counter("http.server.active_requests")
                .with_unit("{request}")
                .with_description("Number of active HTTP server requests.")
                .build(),
            request_size: meter
                .u64_histogram("http.server.request.body.size")
                .with_unit("By")
                .with_description("Size of HTTP server request bodies.")
                .with_boundaries(SIZES.to_vec())
                .build(),
            response_size: meter
                .u64_histogram("http.server.response.body.size")
                .with_unit("By")
                .with_description("Size of HTTP server response bodies.")
                .with_boundaries(SIZES.to_vec())
                .build(),
        }
    }
}

/// One request that has been answered, or was given up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Exchanged {
    pub(crate) sort: Sort,
    pub(crate) duration: Duration,
    /// In bytes; unknown when the client did not say.
    pub(crate) request_size: Option<u64>,
    /// In bytes.
    pub(crate) response_size: u64,
}

/// What tells the series of one route apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sort {
    pub(crate) status: Option<StatusCode>,
    pub(crate) scheme: &'static str,
    pub(crate) version: Version,
    /// The kind of failure, if it is one; a status stands for itself.
    pub(crate) error: Option<&'static str>,
}

/// What is measured of one route.
#[derive(Debug)]
pub(crate) struct RouteMetrics {
    method: &'static str,
    template: Option<&'static str>,
    active: [OnceLock<BoundUpDownCounter<i64>>; 2],
    series: [OnceLock<Series>; BOUND],
}

#[derive(Debug)]
struct Series {
    sort: Sort,
    duration: BoundHistogram<f64>,
    request_size: BoundHistogram<u64>,
    response_size: BoundHistogram<u64>,
}

impl RouteMetrics {
    pub(crate) fn new(method: &'static str, template: Option<&'static str>) -> Self {
        Self { method, template, active: Default::default(), series: Default::default() }
    }

    /// Counts a request that begins (1) or ends (-1).
    pub(crate) fn add_active(&self, metrics: &Metrics, scheme: &'static str, difference: i64) {
        let Some(instruments) = &metrics.requests else { return };
        let active = self.active[usize::from(scheme == "https")].get_or_init(|| {
            instruments.active.bind(&[
                KeyValue::new(attribute::HTTP_REQUEST_METHOD, self.method),
                KeyValue::new(attribute::URL_SCHEME, scheme),
            ])
        });
        active.add(difference);
    }

    /// Measures a request.
    pub(crate) fn record(&self, metrics: &Metrics, exchanged: &Exchanged) {
        let Some(instruments) = &metrics.requests else { return };
        let duration = exchanged.duration.as_secs_f64();
        if let Some(series) = self.series(instruments, exchanged.sort) {
            series.duration.record(duration);
            if let Some(size) = exchanged.request_size {
                series.request_size.record(size);
            }
            series.response_size.record(exchanged.response_size);
            return;
        }
        let attributes = self.attributes(exchanged.sort);
        instruments.duration.record(duration, &attributes);
        if let Some(size) = exchanged.request_size {
            instruments.request_size.record(size, &attributes);
        }
        instruments.response_size.record(exchanged.response_size, &attributes);
    }

    /// Counts what was wrong with a request.
    pub(crate) fn violated(&self, metrics: &Metrics, violations: &[Violation]) {
        let Some(counter) = &metrics.violations else { return };
        for violation in violations {
            let mut attributes = vec![
                KeyValue::new(attribute::HTTP_REQUEST_METHOD, self.method),
                KeyValue::new("violation.code", violation.code.clone().into_owned()),
            ];
            attributes.extend(self.template.map(|template| KeyValue::new(attribute::HTTP_ROUTE, template)));
            counter.add(1, &attributes);
        }
    }

    /// The series of a sort of answers; none when there are more sorts than places.
    fn series(&self, instruments: &Instruments, sort: Sort) -> Option<&Series> {
        self.series.iter().map(|place| place.get_or_init(|| self.bind(instruments, sort))).find(|s| s.sort == sort)
    }

    fn bind(&self, instruments: &Instruments, sort: Sort) -> Series {
        let attributes = self.attributes(sort);
        Series {
            sort,
            duration: instruments.duration.bind(&attributes),
            request_size: instruments.request_size.bind(&attributes),
            response_size: instruments.response_size.bind(&attributes),
        }
    }

    fn attributes(&self, sort: Sort) -> Vec<KeyValue> {
        let mut attributes = vec![
            KeyValue::new(attribute::HTTP_REQUEST_METHOD, self.method),
            KeyValue::new(attribute::URL_SCHEME, sort.scheme),
            KeyValue::new(attribute::NETWORK_PROTOCOL_VERSION, conventions::version(sort.version)),
        ];
        attributes.extend(self.template.map(|template| KeyValue::new(attribute::HTTP_ROUTE, template)));
        if let Some(status) = sort.status {
            attributes.push(KeyValue::new(attribute::HTTP_RESPONSE_STATUS_CODE, i64::from(status.as_u16())));
        }
        attributes.extend(error_type(sort).map(|error| KeyValue::new(attribute::ERROR_TYPE, error)));
        attributes
    }
}

/// The kind of failure: its name, or a 5xx status as text.
pub(crate) fn error_type(sort: Sort) -> Option<String> {
    let by_status = || sort.status.filter(StatusCode::is_server_error).map(|status| status.as_str().to_owned());
    sort.error.map(ToOwned::to_owned).or_else(by_status)
}
