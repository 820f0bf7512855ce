use std::{collections::HashMap, sync::Arc};

use opentelemetry::trace::SpanId;
use opentelemetry_sdk::trace::SpanData;

use super::span;

/// A span at its depth below a root.
pub(super) struct Node<'a> {
    pub(super) span: &'a SpanData,
    pub(super) depth: usize,
}

/// The spans of a trace as a tree read from the top, children by their start. A span whose parent is not kept is a root.
pub(super) fn ordered(spans: &[Arc<SpanData>]) -> Vec<Node<'_>> {
    let mut tree =
        Tree { below: HashMap::new(), nodes: Vec::with_capacity(spans.len()), seen: vec![false; spans.len()] };
    let mut by_start: Vec<(usize, &SpanData)> = spans.iter().map(|span| &**span).enumerate().collect();
    by_start.sort_by_key(|(_, span)| span.start_time);
    let ids: HashMap<SpanId, usize> = by_start.iter().map(|(number, span)| (span::id(span), *number)).collect();
    let is_root = |span: &SpanData| !ids.contains_key(&span.parent_span_id);
    for (number, span) in by_start.iter().filter(|(_, span)| !is_root(span)) {
        tree.below.entry(span.parent_span_id).or_default().push((*number, span));
    }
    // What is not below a root has itself above it, in a circle: the earliest of each circle stands for its root.
    let roots = by_start.iter().filter(|(_, span)| is_root(span));
    for (number, span) in roots.chain(&by_start) {
        tree.grow(*number, span);
    }
    tree.nodes
}

struct Tree<'a> {
    below: HashMap<SpanId, Vec<(usize, &'a SpanData)>>,
    nodes: Vec<Node<'a>>,
    seen: Vec<bool>,
}

impl<'a> Tree<'a> {
    /// Adds a span and everything below it, each once.
    fn grow(&mut self, number: usize, span: &'a SpanData) {
        let mut next = vec![(number, span, 0)];
        while let Some((number, span, depth)) = next.pop() {
            if std::mem::replace(&mut self.seen[number], true) {
                continue;
            }
            self.nodes.push(Node { span, depth });
            let below = self.below.get(&span::id(span)).into_iter().flatten();
            next.extend(below.rev().map(|(number, span)| (*number, *span, depth + 1)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::tests::sample, *};

    fn shown(spans: &[(u64, u64, u64)]) -> Vec<(String, usize)> {
        let spans: Vec<_> = spans
            .iter()
            .map(|(id, parent, start)| {
                Arc::new(sample::span(1, *id).below(*parent).from(*start, 10).data().into_owned())
            })
            .collect();
        ordered(&spans).iter().map(|node| (span::id(node.span).to_string(), node.depth)).collect()
    }

    fn at(id: u64, depth: usize) -> (String, usize) {
        (format!("{id:016x}"), depth)
    }

    #[test]
    fn children_follow_their_parent_by_start() {
        let shown = shown(&[(4, 2, 30), (3, 1, 40), (2, 1, 20), (1, 0, 10)]);
        assert_eq!(shown, [at(1, 0), at(2, 1), at(4, 2), at(3, 1)]);
    }

    #[test]
    fn a_span_whose_parent_is_not_kept_is_a_root() {
        assert_eq!(shown(&[(2, 99, 20), (1, 0, 10)]), [at(1, 0), at(2, 0)]);
    }

    #[test]
    fn spans_in_a_circle_are_shown_once_each() {
        let shown = shown(&[(2, 3, 20), (3, 2, 30), (5, 5, 40), (1, 0, 10)]);
        assert_eq!(shown, [at(1, 0), at(2, 0), at(3, 1), at(5, 0)]);
    }

    #[test]
    fn spans_of_one_id_are_all_shown() {
        assert_eq!(shown(&[(1, 0, 10), (1, 0, 20), (2, 1, 30)]).len(), 3);
    }
}
