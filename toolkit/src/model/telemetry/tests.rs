use std::sync::Arc;

use opentelemetry::{
    Context, Value,
    trace::{SpanBuilder, SpanKind, Status, TraceContextExt, TraceId, Tracer},
};
use opentelemetry_sdk::trace::SpanData;

use super::{BatchRun, Failure, Identity, Prediction};
use crate::telemetry::{Environment, Process, Service, Telemetry, current, tracer};

/// A model's function, in a process that keeps traces.
fn identity() -> Arc<Identity> {
    let service = Service { name: "shop", version: "1" };
    Telemetry::start(service, &Environment::of_process(), Process { keeps_traces: true, is_owned: false });
    Identity::new("churn", "sha256:ab", "predict")
}

/// The context of a request that is recorded.
fn request() -> Context {
    let builder = SpanBuilder::from_name("POST /churn/predict").with_kind(SpanKind::Server);
    let tracer = tracer().expect("traces are kept");
    Context::new().with_span(tracer.build_with_context(builder, &Context::new()))
}

fn trace_id(context: &Context) -> TraceId {
    context.span().span_context().trace_id()
}

/// A call within the request of a context.
fn call(identity: &Arc<Identity>, request: &Context) -> Prediction {
    let _attached = request.clone().attach();
    Prediction::begin(identity)
}

fn spans(id: TraceId) -> Vec<SpanData> {
    current().viewer().expect("traces are kept").spans(id)
}

fn named<'a>(spans: &'a [SpanData], name: &str) -> &'a SpanData {
    let found: Vec<_> = spans.iter().filter(|span| span.name == name).collect();
    assert_eq!(found.len(), 1, "{name} among {spans:#?}");
    found[0]
}

fn attribute(span: &SpanData, key: &str) -> Option<Value> {
    span.attributes.iter().find(|attribute| attribute.key.as_str() == key).map(|attribute| attribute.value.clone())
}

#[test]
fn a_batch_and_its_calls_are_linked_with_each_other() {
    let (identity, requests) = (identity(), [request(), request()]);
    let mut calls: Vec<_> = requests.iter().map(|request| call(&identity, request)).collect();
    for call in &mut calls {
        call.read(3);
        call.queued();
    }
    let batch = BatchRun::begin(calls.iter(), 6);
    for call in &mut calls {
        call.running(Some(&batch));
    }
    let batch_id = batch.span_context().expect("its calls are recorded").trace_id();
    batch.end(Ok(()));
    for mut call in calls {
        call.ran();
        call.end(Ok(()));
    }

    let batch = spans(batch_id);
    let batch = named(&batch, "batch");
    assert_eq!(attribute(batch, "ml.batch.calls"), Some(2.into()));
    assert_eq!(attribute(batch, "ml.batch.rows"), Some(6.into()));
    for (request, link) in requests.iter().zip(&batch.links.links) {
        let spans = spans(trace_id(request));
        let (predict, queue, execute) = (named(&spans, "predict"), named(&spans, "queue"), named(&spans, "execute"));
        assert_eq!(link.span_context, predict.span_context);
        assert_eq!(execute.links.links[0].span_context, batch.span_context);
        assert_eq!([queue, execute].map(|span| span.parent_span_id), [predict.span_context.span_id(); 2]);
        assert_eq!(attribute(predict, "ml.batch.rows"), Some(6.into()));
        assert!(matches!(attribute(predict, "ml.queue.duration"), Some(Value::F64(_))));
    }
}

#[test]
fn a_call_that_nobody_waits_for_ends_as_cancelled_with_what_it_was_at() {
    let (identity, request) = (identity(), request());
    let mut call = call(&identity, &request);
    call.queued();
    drop(call);
    let spans = spans(trace_id(&request));
    let (predict, queue) = (named(&spans, "predict"), named(&spans, "queue"));
    assert_eq!(attribute(predict, "error.type"), Some("cancelled".into()));
    assert_eq!(predict.status, Status::error(""));
    assert!(queue.end_time <= predict.end_time);
}

#[test]
fn a_batch_that_fails_says_why() {
    let (identity, request) = (identity(), request());
    let call = call(&identity, &request);
    let batch = BatchRun::begin(std::iter::once(&call), 1);
    let id = batch.span_context().expect("its call is recorded").trace_id();
    batch.end(Err(&Failure::Panicked("at the disco".to_owned())));
    let spans = spans(id);
    assert_eq!(attribute(named(&spans, "batch"), "error.type"), Some("panic".into()));
}

#[test]
fn a_call_within_nothing_that_is_recorded_has_no_span_and_neither_has_its_batch() {
    let call = Prediction::begin(&identity());
    assert!(call.span_context().is_none());
    assert!(BatchRun::begin(std::iter::once(&call), 1).span_context().is_none());
}

#[test]
fn calls_that_run_once_more_after_their_batch_has_failed_tell_each_thing_once() {
    let (identity, request) = (identity(), request());
    let mut call = call(&identity, &request);
    call.queued();
    let batch = BatchRun::begin(std::iter::once(&call), 4);
    call.running(Some(&batch));
    batch.end(Err(&Failure::Busy));
    call.running(None);
    call.ran();
    call.end(Ok(()));
    let spans = spans(trace_id(&request));
    let predict = named(&spans, "predict");
    let times = |key: &str| predict.attributes.iter().filter(|attribute| attribute.key.as_str() == key).count();
    assert_eq!((times("ml.queue.duration"), times("ml.batch.rows")), (1, 0));
    assert_eq!(spans.iter().filter(|span| span.name == "execute").count(), 2);
}

#[test]
fn what_is_done_with_a_call_on_a_thread_is_no_waiting_and_all_its_times_in_a_queue_are() {
    let (identity, request) = (identity(), request());
    let mut call = call(&identity, &request);
    for _ in 0..2 {
        call.queued();
        call.dequeued();
        // What is read or written after it has waited.
        let read = spans(trace_id(&request)).iter().filter(|span| span.name == "queue").count();
        assert!(read > 0);
    }
    call.end(Ok(()));
    let spans = spans(trace_id(&request));
    let queues: Vec<_> = spans.iter().filter(|span| span.name == "queue").collect();
    assert_eq!(queues.len(), 2);
    assert!(matches!(attribute(named(&spans, "predict"), "ml.queue.duration"), Some(Value::F64(_))));
}
