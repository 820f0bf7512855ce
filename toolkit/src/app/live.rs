use std::sync::{Arc, Mutex, PoisonError, RwLock};

use bytes::Bytes;

use crate::{
    endpoint::Mount,
    openapi::{Document, Info, Operations},
};

/// The document as it is served: written once, and again when what it says of a model has changed.
#[derive(Debug)]
#[cfg_attr(not(feature = "model"), expect(dead_code, reason = "only models change what it says"))]
pub(super) struct LiveDocument {
    endpoints: Vec<Arc<dyn Mount>>,
    info: Info,
    written: RwLock<Written>,
    /// One at a time writes it again, so that the last to write has seen the last change.
    writing: Mutex<()>,
}

#[derive(Clone, Debug)]
struct Written {
    json: Bytes,
    yaml: Bytes,
}

impl LiveDocument {
    /// What is served from the start.
    pub(super) fn new(endpoints: Vec<Arc<dyn Mount>>, info: Info, document: &Document) -> Self {
        Self { endpoints, info, written: RwLock::new(Written::of(document)), writing: Mutex::default() }
    }

    pub(super) fn json(&self) -> Bytes {
        self.written().json
    }

    pub(super) fn yaml(&self) -> Bytes {
        self.written().yaml
    }

    fn written(&self) -> Written {
        self.written.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[cfg(feature = "model")]
impl crate::model::Follower for LiveDocument {
    fn swapped(&self) {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        match document(&self.info, &self.endpoints) {
            Ok(document) => {
                let written = Written::of(&document);
                *self.written.write().unwrap_or_else(PoisonError::into_inner) = written;
            }
            Err(faults) => {
                let faults = faults.join("\n  ");
                tracing::warn!("the OpenAPI document stays as it is; it cannot be written again:\n  {faults}");
            }
        }
    }
}

impl Written {
    fn of(document: &Document) -> Self {
        Self { json: document.to_json().into(), yaml: document.to_yaml().into() }
    }
}

/// The document of these endpoints, as they are now.
pub(super) fn document(info: &Info, endpoints: &[Arc<dyn Mount>]) -> Result<Document, Vec<String>> {
    let mut operations = Operations::new();
    for endpoint in endpoints.iter().filter(|endpoint| endpoint.is_documented()) {
        operations.add(&**endpoint);
    }
    operations.document(info)
}
