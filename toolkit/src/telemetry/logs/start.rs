use std::{
    backtrace::{Backtrace, BacktraceStatus},
    io::IsTerminal,
};

use opentelemetry::{Context, trace::TraceContextExt};
use opentelemetry_appender_tracing::layer::OpenTelemetryTracingBridge;
use tracing::{Level, Metadata, Subscriber, level_filters::LevelFilter, subscriber::Interest};
use tracing_subscriber::{
    EnvFilter, Layer, Registry,
    filter::{FilterExt, dynamic_filter_fn, filter_fn},
    layer::{Filter, SubscriberExt},
    util::SubscriberInitExt,
};

use super::{
    LogFormat,
    layer::{LogLayer, Output},
};
use crate::telemetry::{Telemetry, current};

/// Writes `tracing` events to standard error, unless the program has set up a subscriber of its own.
///
/// `RUST_LOG` filters; without it, `level` does.
///
/// Panics are written as events too; one that the filter leaves out is told as Rust does.
pub(crate) fn start_logging(level: &str, format: LogFormat) {
    let is_terminal = std::io::stderr().is_terminal();
    let coloured = is_terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let output = match format {
        LogFormat::Text => Output::Text { coloured },
        LogFormat::Auto if is_terminal => Output::Text { coloured },
        LogFormat::Auto | LogFormat::Json => Output::Json,
    };
    if !start(level, output) {
        return;
    }
    let default = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !tracing::enabled!(Level::ERROR) {
            return default(panic);
        }
        let location = panic.location().map(ToString::to_string);
        let backtrace = Backtrace::capture();
        let backtrace = (backtrace.status() == BacktraceStatus::Captured).then(|| backtrace.to_string());
        tracing::error!(location, error = panic.payload_as_str(), backtrace, "a function panicked");
    }));
}

/// Writes warnings and errors, or what `RUST_LOG` asks for, to where the test harness shows them for failed tests.
pub(crate) fn start_test_logging() {
    let _ = start("warn", Output::Test);
}

/// Whether the program had no subscriber of its own, which is kept.
fn start(level: &str, output: Output) -> bool {
    let telemetry = current();
    let asked = std::env::var("RUST_LOG").ok().filter(|asked| !asked.is_empty());
    let directives = asked.as_deref().unwrap_or(level);
    let fault = EnvFilter::try_new(directives).err();
    let directives = if fault.is_none() { directives } else { "info" };
    let log = LogLayer { output, seen: telemetry.seen.clone(), in_spans: telemetry.exports_spans_only };
    let sent = telemetry.loggers.as_ref().map(OpenTelemetryTracingBridge::new);
    // What sending itself logs would be sent, and so on.
    let sent_directives = match sent {
        Some(_) => format!("{directives},hyper=off,hyper_util=off,h2=off,reqwest=off,tonic=off,rustls=off"),
        None => "off".to_owned(),
    };
    // A layer that is absent outside of its filter would have everything asked for again, event by event.
    let subscriber = tracing_subscriber::registry()
        .with(spans(telemetry))
        .with(sent.with_filter(filter(&sent_directives)))
        .with(log.with_filter(filter(directives)));
    // An error means that the program's own subscriber is there already, and that one is to be kept.
    let is_ours = subscriber.try_init().is_ok();
    if let Some(fault) = fault {
        tracing::warn!("what is to be logged is not understood, so that it is `info`: {fault}");
    }
    is_ours
}

/// Which events are logged.
///
/// A line names no span, so that spans are made for it only if a directive asks for one, as `[checkout]=debug` does.
fn filter<S: Subscriber>(directives: &str) -> impl Filter<S> + use<S> {
    let asks_for_spans = directives.contains('[');
    let worth_it = filter_fn(move |metadata| !metadata.is_span() || asks_for_spans);
    worth_it.with_max_level_hint(LevelFilter::TRACE).and(directed(directives))
}

/// What OpenTelemetry logs of itself is told by the toolkit once a minute, unless it is asked for.
fn directed(directives: &str) -> EnvFilter {
    let filter = EnvFilter::new(directives);
    match "opentelemetry=off".parse() {
        Ok(quiet) if !directives.contains("opentelemetry") => filter.add_directive(quiet),
        _ => filter,
    }
}

/// The spans that a function opens with `tracing`, as children of its own.
///
/// Those within a request that is not recorded are not made: that is decided by a look at the current context.
fn spans(telemetry: &'static Telemetry) -> impl Layer<Registry> {
    let is_traced = telemetry.tracer.is_some();
    let layer = telemetry.tracer.clone().map(|tracer| {
        tracing_opentelemetry::layer()
            .with_tracer(tracer)
            .with_threads(false)
            .with_target(true)
            .with_tracked_inactivity(false)
    });
    let is_wanted = move |metadata: &Metadata<'_>| is_traced && metadata.is_span() && *metadata.level() <= Level::INFO;
    let recorded = dynamic_filter_fn(move |metadata, _| {
        is_wanted(metadata)
            && Context::map_current(|context| !context.has_active_span() || context.span().is_recording())
    });
    // Said once for each place in the code: what is only logged is then left to the log's filter.
    let recorded =
        recorded.with_callsite_filter(
            move |metadata| {
                if is_wanted(metadata) { Interest::sometimes() } else { Interest::never() }
            },
        );
    layer.with_filter(recorded.with_max_level_hint(LevelFilter::INFO))
}
