//! The names that the service has declared: all others come from clients.

use std::{
    collections::HashSet,
    sync::{PoisonError, RwLock},
};

use serde_json::Value;

use crate::check::push_token;

static NAMES: RwLock<Option<HashSet<String>>> = RwLock::new(None);

/// Takes note of the names of all members in a service's OpenAPI document.
pub(crate) fn take_in(document: &Value) {
    let mut names = NAMES.write().unwrap_or_else(PoisonError::into_inner);
    collect(document, names.get_or_insert_default());
}

fn collect(value: &Value, names: &mut HashSet<String>) {
    match value {
        Value::Object(members) => {
            let properties = members.get("properties").and_then(Value::as_object);
            for name in properties.into_iter().flat_map(|properties| properties.keys()) {
                let mut token = String::new();
                push_token(&mut token, name);
                names.insert(token.split_off(1));
            }
            members.values().for_each(|member| collect(member, names));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, names)),
        _ => {}
    }
}

/// A JSON Pointer with `*` for what a client has named: the keys of a map are what was sent.
pub(super) fn shape(pointer: &str) -> String {
    let names = NAMES.read().unwrap_or_else(PoisonError::into_inner);
    let is_known = |token: &str| {
        let is_index = token.len() < 8 && token.bytes().all(|byte| byte.is_ascii_digit());
        is_index || names.as_ref().is_some_and(|names| names.contains(token))
    };
    pointer
        .split('/')
        .skip(1)
        .map(|token| if is_known(token) { format!("/{token}") } else { "/*".to_owned() })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_client_has_named_is_not_told() {
        take_in(&json!({ "schemas": { "Order": { "properties": { "prices": {}, "a/b": {} } } } }));
        assert_eq!(shape("/prices/ada@shop.example/0"), "/prices/*/0");
        assert_eq!(shape("/a~1b"), "/a~1b");
        assert_eq!(shape(""), "");
    }
}
