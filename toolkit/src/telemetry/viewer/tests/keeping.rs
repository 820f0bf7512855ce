use opentelemetry::{Array, KeyValue, Value, trace::Event};

use super::{
    super::{Limits, Viewer, cut, locked, trace},
    sample::{at, line, request, span},
};
use crate::telemetry::Seen as _;

const SMALL: Limits = Limits { traces: 100, bytes: 1 << 20 };

fn bytes(viewer: &Viewer) -> usize {
    viewer.sorted().bytes()
}

#[test]
fn a_flood_of_requests_stays_within_the_limits() {
    let viewer = Viewer::new(Limits { traces: 500, bytes: 1 << 20 });
    for id in 1..=100_000_u128 {
        let name = format!("GET /{}", id % 7);
        viewer.span_ended(span(id, 2).below(1).with("text", "x".repeat(100)).data());
        viewer.span_ended(request(id, &name, 200).data());
    }
    let count = viewer.traces().len();
    assert!(count > 100 && count <= 500, "{count} traces");
    assert!(bytes(&viewer) <= 1 << 20, "{} bytes", bytes(&viewer));
}

#[test]
fn the_weights_of_the_tiers_add_up_to_what_the_traces_weigh() {
    let viewer = Viewer::new(SMALL);
    for id in 1..=2_000_u128 {
        let status = if id % 3 == 0 { 500 } else { 200 };
        viewer.logged(line(id, 1, "before"));
        viewer.span_ended(request(id % 700, "GET /", status).from(0, id as u64).data());
        viewer.problem_sent((id % 900).into(), "{}".into());
    }
    let weight: usize = viewer.traces().iter().map(|trace| trace.bytes()).sum();
    assert_eq!(bytes(&viewer), weight);
}

#[test]
fn failed_and_slow_requests_survive_a_flood_of_ordinary_ones() {
    let viewer = Viewer::new(SMALL);
    viewer.span_ended(request(1, "GET /a", 500).data());
    viewer.span_ended(request(2, "GET /a", 200).from(0, 9_000_000).data());
    viewer.span_ended(
        request(3, "GET /a", 200).edited(|span| span.status = opentelemetry::trace::Status::error("")).data(),
    );
    for id in 1000..11_000_u128 {
        viewer.span_ended(request(id, "GET /a", 200).from(0, 10 + id as u64 % 100).data());
    }
    for kept in 1..=3_u128 {
        assert_eq!(viewer.spans(kept.into()).len(), 1, "{kept}");
    }
    assert!(viewer.spans(1500.into()).is_empty(), "an ordinary one is gone");
}

#[test]
fn an_ordinary_request_is_kept_even_after_a_flood_of_failed_ones() {
    let viewer = Viewer::new(SMALL);
    for id in 1000..2000_u128 {
        viewer.span_ended(request(id, "GET /a", 500).data());
    }
    for id in 1..=10_u128 {
        viewer.span_ended(request(id, "GET /a", 200).from(0, 5).data());
    }
    assert!((1..=10_u128).all(|id| viewer.spans(id.into()).len() == 1));
}

#[test]
fn a_trace_waits_for_its_request_to_end() {
    let viewer = Viewer::new(SMALL);
    viewer.logged(line(1, 2, "first"));
    viewer.span_ended(span(1, 2).below(1).data());
    assert!(viewer.trace(1.into()).is_some_and(|trace| trace.request().is_none()));
    viewer.span_ended(request(1, "GET /a", 200).data());
    let trace = viewer.trace(1.into());
    assert!(
        trace.is_some_and(|trace| trace.request().is_some() && trace.spans().len() == 2 && trace.lines().len() == 1)
    );
}

#[test]
fn traces_whose_request_never_ends_do_not_displace_the_others() {
    let viewer = Viewer::new(SMALL);
    for id in 1..=50_u128 {
        viewer.span_ended(request(id, "GET /a", 200).data());
    }
    for id in 1000..3000_u128 {
        viewer.logged(line(id, 1, "at night"));
    }
    let traces = viewer.traces();
    assert_eq!(traces.iter().filter(|trace| trace.request().is_some()).count(), 50);
    assert_eq!(traces.len(), 50 + SMALL.traces / 8);
}

#[test]
fn spans_and_log_lines_of_one_trace_are_bounded_and_its_request_is_kept() {
    let viewer = Viewer::new(Limits::default());
    for id in 2..=2000 {
        viewer.span_ended(span(1, id).below(1).data());
        viewer.logged(line(1, id, "again"));
    }
    viewer.span_ended(request(1, "GET /a", 200).data());
    let trace = viewer.trace(1.into()).unwrap();
    assert_eq!((trace.spans().len(), trace.lines().len()), (trace::MOST + 1, trace::MOST));
    assert_eq!((trace.left_out().spans, trace.left_out().lines), (1999 - trace::MOST, 1999 - trace::MOST));
    assert!(trace.request().is_some());
}

#[test]
fn a_megabyte_is_cut_wherever_it_stands() {
    let long = "x".repeat(1 << 20);
    let viewer = Viewer::new(Limits::default());
    let event = Event::new(long.clone(), at(1), vec![KeyValue::new("message", long.clone())], 0);
    let whole = request(1, &long, 500)
        .with("text", long.clone())
        .with("list", Value::Array(Array::String(vec![long.clone().into(), long.clone().into()])))
        .edited(|span| {
            span.attributes.push(KeyValue::new(long.clone(), 1));
            span.events.events.push(event);
            span.status = opentelemetry::trace::Status::error(long.clone());
        });
    viewer.span_ended(whole.data());
    let mut told = line(1, 1, &long);
    told.fields = vec![("field", long.clone()); 1000];
    viewer.logged(told);
    viewer.problem_sent(1.into(), long.clone().into());

    let trace = viewer.trace(1.into()).unwrap();
    assert!(trace.bytes() < 128 << 10, "{} bytes", trace.bytes());
    let shown = format!("{:?} {:?}", trace.spans(), trace.lines());
    assert!(shown.len() < 512 << 10, "{} bytes", shown.len());
    let text = trace.spans()[0].attributes[1].value.as_str().into_owned();
    assert!(text.starts_with(&"x".repeat(cut::TEXT)) && text.ends_with("… (cut, 1048576 bytes in all)"));
}

#[test]
fn a_span_of_many_attributes_and_events_keeps_what_fits_and_counts_the_rest() {
    let viewer = Viewer::new(Limits::default());
    let whole = request(1, "GET /a", 200).edited(|span| {
        let attributes: Vec<_> = (0..128).map(|_| KeyValue::new("text", "x".repeat(4096))).collect();
        let event = Event::new("many", at(1), attributes.clone(), 0);
        span.attributes.extend(attributes);
        span.events.events = vec![event; 128];
    });
    viewer.span_ended(whole.data());
    let kept = &viewer.spans(1.into())[0];
    assert!(kept.attributes.len() < 20 && kept.attributes.len() + kept.dropped_attributes_count as usize == 129);
    assert!(kept.events.events.len() + kept.events.dropped_count as usize == 128);
    assert!(bytes(&viewer) < 2 * cut::SPAN);
}

#[test]
fn large_spans_are_sorted_in_before_there_are_many() {
    let viewer = Viewer::new(SMALL);
    for id in 1..=200_u128 {
        viewer.span_ended(
            request(id, "GET /a", 200)
                .edited(|span| {
                    span.attributes.extend((0..15).map(|_| KeyValue::new("text", "x".repeat(4096))));
                })
                .data(),
        );
    }
    assert!(locked(&viewer.store).bytes() > 0, "nothing was read, and yet the inbox did not fill up");
}

#[test]
fn a_clock_that_is_set_back_harms_nothing() {
    let viewer = Viewer::new(SMALL);
    viewer.span_ended(request(1, "GET /a", 200).edited(|span| span.end_time = std::time::UNIX_EPOCH).data());
    viewer.span_ended(span(1, 2).edited(|span| span.start_time = std::time::UNIX_EPOCH).data());
    assert_eq!(viewer.spans(1.into()).len(), 2);
    assert_eq!(viewer.endpoints(std::time::UNIX_EPOCH)[0].requests, 1);
}

#[test]
fn requests_that_share_a_trace_are_shown_as_the_first_and_fail_together() {
    let viewer = Viewer::new(SMALL);
    viewer.span_ended(request(1, "GET /second", 500).from(500, 10).data());
    viewer.span_ended(request(1, "GET /first", 200).from(0, 10).data());
    let trace = viewer.trace(1.into()).unwrap();
    assert_eq!(trace.request().map(|request| &*request.name), Some("GET /first"));
    assert!(trace.failed());
}

#[test]
fn without_room_ordinary_traces_are_renewed_so_fast_and_no_faster() {
    let viewer = Viewer::new(SMALL);
    for id in 1..=10_000_u128 {
        viewer.span_ended(span(id, 2).below(1).data());
        viewer.span_ended(request(id, "GET /a", 200).from(0, 5).data());
    }
    let newest = viewer.traces().iter().map(|trace| trace.id().to_string()).max();
    assert_eq!(newest, Some(format!("{:032x}", 200)), "the room is filled, and a hundred are renewed in a second");
    viewer.span_ended(request(20_000, "GET /a", 200).from(1_000_000, 5).data());
    assert_eq!(viewer.spans(20_000.into()).len(), 1, "the next second has begun");
    assert_eq!(viewer.traces().len(), SMALL.traces);
}
