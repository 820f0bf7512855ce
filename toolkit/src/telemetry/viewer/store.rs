use std::{
    collections::{BTreeMap, HashMap},
    mem,
    sync::Arc,
    time::SystemTime,
};

use opentelemetry::trace::TraceId;
use opentelemetry_sdk::trace::SpanData;

use super::{
    Limits, cut,
    endpoints::{EndpointSummary, Endpoints},
    inbox::{Event, What},
    slowest::{Entry, Slowest},
    span,
    trace::Trace,
};

/// The traces, at most so many and so large as the limits say. Which go first is told by their [`Tier`].
pub(super) struct Store {
    limits: Limits,
    traces: HashMap<TraceId, Kept>,
    queues: [Queue; 4],
    next_place: u64,
    endpoints: Endpoints,
    slowest: Slowest,
    budget: Budget,
    emptied: Vec<Event>,
}

/// Why a trace is kept. When there is no room, the oldest of the first tier that has any goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tier {
    /// Its request went well and was not slow.
    Ordinary,
    /// Its request has not ended yet, or there is none.
    Unfinished,
    /// Its request is one of the slowest of its endpoint.
    Slowest,
    /// Its request failed.
    Failed,
}

/// A request that was counted, and whose trace is to be kept.
#[derive(Clone, Copy)]
pub(super) struct Counted {
    /// The number of its endpoint.
    endpoint: usize,
    /// Whether an ordinary trace's place is taken for it already.
    has_place: bool,
}

/// A trace with its place among the others.
struct Kept {
    trace: Arc<Trace>,
    place: u64,
    tier: Option<Tier>,
    endpoint: usize,
}

/// How many ordinary traces may still be renewed in this second when there is no room.
///
/// A service that answers ten thousand requests a second would renew all of them ten times a second: no one can read
/// that, and it is most of what a trace costs.
#[derive(Default)]
struct Budget {
    second: u64,
    taken: u32,
}

/// The traces of one tier by age.
#[derive(Default)]
struct Queue {
    traces: BTreeMap<u64, TraceId>,
    bytes: usize,
}

impl Tier {
    const ALL: [Self; 4] = [Self::Ordinary, Self::Unfinished, Self::Slowest, Self::Failed];

    /// The part of the limits that a tier may fill, as its divisor. Together they leave room for what is ordinary:
    /// after a thousand errors, the next request is still to be seen.
    fn share(self) -> usize {
        match self {
            Self::Ordinary => 1,
            Self::Failed => 2,
            Self::Slowest => 4,
            Self::Unfinished => 8,
        }
    }
}

impl Store {
    /// A store that is empty `now`.
    pub(super) fn new(limits: Limits, now: SystemTime) -> Self {
        Self {
            limits,
            traces: HashMap::new(),
            queues: Default::default(),
            next_place: 0,
            endpoints: Endpoints::new(now),
            slowest: Slowest::default(),
            budget: Budget::default(),
            emptied: Vec::new(),
        }
    }

    /// Counts a request, and says if there is a trace to keep.
    pub(super) fn count(&mut self, span: &SpanData) -> Option<Counted> {
        let (duration, failed) = (span::duration(span), span::failed(span));
        let endpoint = self.endpoints.count(cut::name(&span.name), duration, failed, span.end_time);
        let is_wanted = failed
            || self.traces.contains_key(&span.span_context.trace_id())
            || self.slowest.would_enter(endpoint, duration);
        let has_place = !is_wanted && self.has_place(span.end_time);
        (is_wanted || has_place).then_some(Counted { endpoint, has_place })
    }

    /// Takes the span of a request that was counted.
    pub(super) fn request_ended(&mut self, request: Event, counted: Counted) {
        self.keep(request, Some(counted));
    }

    /// Sorts events in, and keeps their list's memory for the next ones.
    pub(super) fn sort(&mut self, mut events: Vec<Event>) {
        for event in events.drain(..) {
            self.add(event);
        }
        self.emptied = events;
    }

    /// The memory of the list that was sorted last.
    pub(super) fn emptied_events(&mut self) -> Vec<Event> {
        mem::take(&mut self.emptied)
    }

    /// One trace, if it is kept.
    pub(super) fn trace(&self, id: TraceId) -> Option<Arc<Trace>> {
        self.traces.get(&id).map(|kept| kept.trace.clone())
    }

    /// Every trace that is kept, in no order.
    pub(super) fn traces(&self) -> Vec<Arc<Trace>> {
        self.traces.values().map(|kept| kept.trace.clone()).collect()
    }

    /// What each endpoint did before `now`.
    pub(super) fn endpoints(&self, now: SystemTime) -> Vec<EndpointSummary> {
        self.endpoints.summaries(now)
    }

    /// The names of all endpoints that were called.
    pub(super) fn endpoint_names(&self) -> Vec<Arc<str>> {
        self.endpoints.names()
    }

    /// What all traces take in memory.
    pub(super) fn bytes(&self) -> usize {
        self.queues.iter().map(|queue| queue.bytes).sum()
    }

    fn add(&mut self, event: Event) {
        match &event.what {
            What::Span(span) if span::is_request(span) => {
                if let Some(counted) = self.count(span) {
                    self.keep(event, Some(counted));
                }
            }
            _ => self.keep(event, None),
        }
    }

    /// Adds to a trace; with what was counted, if it is the request that has ended.
    fn keep(&mut self, event: Event, request: Option<Counted>) {
        let Event { trace_id, bytes, what } = event;
        let kept = self.traces.entry(trace_id).or_insert_with(|| Kept::new(trace_id, &mut self.next_place));
        let before = kept.trace.bytes();
        Arc::make_mut(&mut kept.trace).add(what, bytes);
        if let Some(tier) = kept.tier {
            let bytes = &mut self.queues[tier as usize].bytes;
            *bytes = *bytes + kept.trace.bytes() - before;
        }
        if let Some(counted) = request {
            self.classify(trace_id, counted);
        } else if kept.tier.is_none() {
            self.put(trace_id, Tier::Unfinished);
        }
        self.make_room();
    }

    /// Whether one ordinary trace more may be kept: there is room, or it is time to renew one.
    fn has_place(&mut self, now: SystemTime) -> bool {
        let is_full = self.traces.len() >= self.limits.traces || self.bytes() >= self.limits.bytes / 8 * 7;
        !is_full || self.budget.take(now)
    }

    /// Puts a trace whose request has ended into its tier.
    fn classify(&mut self, id: TraceId, Counted { endpoint, has_place }: Counted) {
        let Some(kept) = self.traces.get_mut(&id) else { return };
        let before = mem::replace(&mut kept.endpoint, endpoint);
        let Some(request) = kept.trace.request() else { return };
        let (duration, end) = (span::duration(request), request.end_time);
        let unfinished = kept.tier == Some(Tier::Unfinished);
        if kept.tier == Some(Tier::Slowest) {
            self.slowest.forget(before, id);
        }
        if kept.trace.failed() {
            self.put(id, Tier::Failed);
        } else if let Entry::Entered { displaced } = self.slowest.enter(endpoint, id, duration) {
            self.put(id, Tier::Slowest);
            if let Some(displaced) = displaced {
                self.put(displaced, Tier::Ordinary);
            }
        } else if unfinished && !has_place && !self.has_place(end) {
            self.evict(id);
        } else {
            self.put(id, Tier::Ordinary);
        }
    }

    /// Moves a trace to a tier, at the place that its age gives it.
    fn put(&mut self, id: TraceId, tier: Tier) {
        let Some(kept) = self.traces.get_mut(&id) else { return };
        let bytes = kept.trace.bytes();
        if let Some(before) = kept.tier.replace(tier) {
            self.queues[before as usize].remove(kept.place, bytes);
        }
        self.queues[tier as usize].insert(kept.place, id, bytes);
    }

    /// Takes from each tier what exceeds its share, and then from all what exceeds the limits.
    fn make_room(&mut self) {
        for tier in [Tier::Failed, Tier::Slowest] {
            while self.exceeds_its_share(tier)
                && let Some(id) = self.queues[tier as usize].oldest()
            {
                self.leave(id);
                self.put(id, Tier::Ordinary);
            }
        }
        while self.exceeds_its_share(Tier::Unfinished) && self.evict_from(Tier::Unfinished) {}
        while self.exceeds_the_limits() && Tier::ALL.into_iter().any(|tier| self.evict_from(tier)) {}
    }

    fn exceeds_its_share(&self, tier: Tier) -> bool {
        let queue = &self.queues[tier as usize];
        queue.traces.len() > self.limits.traces / tier.share() || queue.bytes > self.limits.bytes / tier.share()
    }

    fn exceeds_the_limits(&self) -> bool {
        self.traces.len() > self.limits.traces || self.bytes() > self.limits.bytes
    }

    /// Lets the oldest trace of a tier go, and says whether there was one.
    fn evict_from(&mut self, tier: Tier) -> bool {
        let Some(id) = self.queues[tier as usize].oldest() else { return false };
        self.evict(id);
        true
    }

    fn evict(&mut self, id: TraceId) {
        self.leave(id);
        if let Some(Kept { trace, place, tier: Some(tier), .. }) = self.traces.remove(&id) {
            self.queues[tier as usize].remove(place, trace.bytes());
        }
    }

    /// Strikes a trace from the slowest of its endpoint, if it is one.
    fn leave(&mut self, id: TraceId) {
        if let Some(Kept { tier: Some(Tier::Slowest), endpoint, .. }) = self.traces.get(&id) {
            self.slowest.forget(*endpoint, id);
        }
    }
}

impl Budget {
    const PER_SECOND: u32 = 100;

    /// Takes one of the traces of a second, if there is one left.
    fn take(&mut self, now: SystemTime) -> bool {
        let second = span::since(SystemTime::UNIX_EPOCH, now).as_secs();
        if self.second != second {
            *self = Self { second, taken: 0 };
        }
        self.taken += 1;
        self.taken <= Self::PER_SECOND
    }
}

impl Kept {
    fn new(id: TraceId, next_place: &mut u64) -> Self {
        *next_place += 1;
        Self { trace: Arc::new(Trace::new(id)), place: *next_place, tier: None, endpoint: 0 }
    }
}

impl Queue {
    fn insert(&mut self, place: u64, id: TraceId, bytes: usize) {
        self.traces.insert(place, id);
        self.bytes += bytes;
    }

    fn remove(&mut self, place: u64, bytes: usize) {
        self.traces.remove(&place);
        self.bytes -= bytes;
    }

    fn oldest(&self) -> Option<TraceId> {
        self.traces.first_key_value().map(|(_, id)| *id)
    }
}
