use std::{any::TypeId, collections::HashMap, fmt, sync::Arc, time::Duration};

use super::{Boxed, ResourceEntry, Shared};

/// How long the readiness check of one resource, and its shutdown, may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// The resources of a service, in the order they were made.
#[derive(Default)]
pub struct Resources {
    kept: Vec<Kept>,
    by_type: HashMap<TypeId, usize>,
}

struct Kept {
    name: &'static str,
    value: Shared,
    ready: Option<fn(Shared) -> Boxed<'static, crate::Result>>,
    shutdown: Option<fn(Shared) -> Boxed<'static, ()>>,
}

impl fmt::Debug for Resources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.kept.iter().map(|kept| kept.name)).finish()
    }
}

impl Resources {
    /// Keeps a value that was put in by hand.
    pub(crate) fn put(&mut self, type_id: TypeId, type_name: &'static str, value: Shared) {
        self.keep(type_id, Kept { name: type_name, value, ready: None, shutdown: None });
    }

    /// Keeps what an entry has made.
    pub(crate) fn put_built(&mut self, entry: &ResourceEntry, value: Shared) {
        let kept = Kept { name: entry.name, value, ready: entry.ready, shutdown: entry.shutdown };
        self.keep((entry.provides)().0, kept);
    }

    fn keep(&mut self, type_id: TypeId, kept: Kept) {
        self.by_type.insert(type_id, self.kept.len());
        self.kept.push(kept);
    }

    pub(crate) fn has(&self, type_id: TypeId) -> bool {
        self.by_type.contains_key(&type_id)
    }

    /// The resource of type `T`.
    ///
    /// # Panics
    ///
    /// When there is none; a service does not start with an endpoint that borrows a missing resource.
    #[must_use]
    pub fn get<T: Send + Sync + 'static>(&self) -> Arc<T> {
        let kept = self.by_type.get(&TypeId::of::<T>()).map(|index| self.kept[*index].value.clone());
        match kept.and_then(|value| value.downcast().ok()) {
            Some(value) => value,
            None => panic!("there is no resource of type `{}`", std::any::type_name::<T>()),
        }
    }

    /// Asks every resource that has a readiness check, all at once; names those that are not ready.
    pub(crate) async fn unready(&self) -> Vec<&'static str> {
        let checks = self.kept.iter().filter_map(|kept| {
            let check = tokio::time::timeout(PATIENCE, (kept.ready?)(kept.value.clone()));
            Some(async move {
                let why = match check.await {
                    Ok(Ok(())) => return None,
                    Ok(Err(error)) => format!("{error:#}"),
                    Err(_) => format!("no answer within {PATIENCE:?}"),
                };
                tracing::warn!(resource = kept.name, why, "a resource is not ready");
                Some(kept.name)
            })
        });
        futures_util::future::join_all(checks).await.into_iter().flatten().collect()
    }

    /// Ends and drops all resources, the last made first.
    pub(crate) async fn shut_down(mut self) {
        self.by_type.clear();
        while let Some(kept) = self.kept.pop() {
            if let Some(shutdown) = kept.shutdown
                && tokio::time::timeout(PATIENCE, shutdown(kept.value.clone())).await.is_err()
            {
                tracing::warn!(resource = kept.name, "a resource did not end within {PATIENCE:?}");
            }
        }
    }
}

impl Drop for Resources {
    /// The last made first, as what borrows goes before what it borrows from.
    fn drop(&mut self) {
        while self.kept.pop().is_some() {}
    }
}
