//! How a mapping keeps what the other language has no words for.
//!
//! A node is written in the other language's own words. If reading those words gives another node, what is missing is
//! put beside them, in the words of the schema language.

use serde_json::{Map, Value};

use crate::Fault;

/// What has to be put beside a node that reads as `read`, so that it is `actual` again; nothing if it is already.
///
/// It is either what has to be laid over the node, or with a `type`, all of it.
pub(super) fn missing(read: Option<&Map<String, Value>>, actual: &Map<String, Value>) -> Option<Map<String, Value>> {
    let Some(read) = read.filter(|read| read.get("type") == actual.get("type")) else { return Some(actual.clone()) };
    if read.keys().any(|key| !actual.contains_key(key)) {
        return Some(actual.clone());
    }
    let missing = actual.iter().filter(|(key, value)| read.get(*key) != Some(value));
    let missing = missing.map(|(key, value)| (key.clone(), value.clone())).collect::<Map<_, _>>();
    if missing.is_empty() { None } else { Some(missing) }
}

/// The node that was meant: what was read, with what was put beside it.
pub(super) fn completed(
    read: Option<Map<String, Value>>,
    beside: Option<&Map<String, Value>>,
) -> Option<Map<String, Value>> {
    match beside {
        Some(beside) if beside.contains_key("type") => Some(beside.clone()),
        Some(beside) => {
            let mut node = read?;
            node.extend(beside.iter().map(|(key, value)| (key.clone(), value.clone())));
            Some(node)
        }
        None => read,
    }
}

/// Where each node of the schema language came from.
#[derive(Debug, Default)]
pub(super) struct Places(Vec<(String, String)>);

impl Places {
    /// Notes that the node at `to` came from the one at `from` of the other language.
    pub(super) fn note(&mut self, to: &str, from: &str) {
        self.0.push((to.to_owned(), from.to_owned()));
    }

    /// A fault of the schema language, at the node that it came from.
    pub(super) fn placed(&self, fault: Fault) -> Fault {
        let below =
            |place: &str| fault.pointer.strip_prefix(place).filter(|rest| rest.is_empty() || rest.starts_with('/'));
        let nodes = self.0.iter().filter_map(|(place, from)| Some((place.len(), from, below(place)?)));
        match nodes.max_by_key(|(length, ..)| *length) {
            Some((_, from, rest)) => {
                let rest = rest.trim_start_matches('/');
                let message = if rest.is_empty() { fault.message } else { format!("`{rest}` {}", fault.message) };
                Fault { pointer: from.clone(), message }
            }
            None => fault,
        }
    }
}
